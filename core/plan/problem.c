/*
 * problem - what is wrong with a job, all of it at once.
 */
#include "plan/problem.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"

enum { SUGGESTED_NAME_MAX = 64 }; /* longer names are not compared */

void problems_init(struct problems *problems)
{
    memset(problems, 0, sizeof(*problems));
    arena_init(&problems->arena);
}

static const char *text_copy(struct arena *arena, const char *text)
{
    return arena_copy(arena, text, strlen(text) + 1);
}

/* NULL when there is no memory. */
static const char *text_format(struct arena *arena, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));

static const char *text_format(struct arena *arena, const char *format, va_list arguments)
{
    va_list again;
    char *text;
    int size;

    va_copy(again, arguments);
    size = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (size < 0) {
        return NULL;
    }
    text = arena_alloc(arena, (size_t)size + 1);
    if (text != NULL) {
        vsnprintf(text, (size_t)size + 1, format, arguments);
    }
    return text;
}

void problems_add(struct problems *problems, enum problem_severity severity, const char *code,
                  const char *pointer, const char *help, const char *format, ...)
{
    struct problem problem = {.severity = severity, .offset = -1};
    va_list arguments;

    assert(code != NULL);
    assert(pointer != NULL);
    va_start(arguments, format);
    problem.message = text_format(&problems->arena, format, arguments);
    va_end(arguments);
    problem.code = text_copy(&problems->arena, code);
    problem.pointer = text_copy(&problems->arena, pointer);
    problem.help = help == NULL ? NULL : text_copy(&problems->arena, help);
    if (problem.message == NULL || problem.code == NULL || problem.pointer == NULL ||
        (help != NULL && problem.help == NULL)) {
        problems->is_cut = true;
        return;
    }
    if (mem_grow((void **)&problems->items, &problems->capacity, problems->count + 1,
                 sizeof(problem), NULL) != WEIR_OK) {
        problems->is_cut = true;
        return;
    }
    problems->items[problems->count++] = problem;
    if (severity == PROBLEM_ERROR) {
        problems->errors_count++;
    }
}

struct problem *problems_last(struct problems *problems)
{
    if (problems->is_cut || problems->count == 0) {
        return NULL; /* cut: the last one may be another than the caller means */
    }
    return &problems->items[problems->count - 1];
}

bool problems_have_errors(const struct problems *problems)
{
    return problems->errors_count > 0 || problems->is_cut;
}

char *problems_text(const struct problems *problems)
{
    struct bytes text;
    char *taken;

    bytes_init(&text);
    bytes_append(&text, "", 0);
    for (size_t i = 0; i < problems->count; i++) {
        const struct problem *problem = &problems->items[i];
        if (problem->severity != PROBLEM_ERROR) {
            continue;
        }
        bytes_printf(&text, "%s%s%s: %s", problem->code, problem->pointer[0] == '\0' ? "" : " ",
                     problem->pointer, problem->message);
        if (problem->help != NULL) {
            bytes_printf(&text, "; %s", problem->help);
        }
        bytes_append_byte(&text, '\n');
    }
    if (problems->is_cut) {
        bytes_append_text(&text, "there was no memory to list all that is wrong\n");
    }
    taken = bytes_take(&text);
    bytes_fini(&text);
    return taken;
}

static char lower(char character)
{
    return character >= 'A' && character <= 'Z' ? (char)(character - 'A' + 'a') : character;
}

static size_t least(size_t left, size_t right)
{
    return left < right ? left : right;
}

/* How many letters must be put in, left out, changed or swapped with their neighbour. */
static size_t distance(const char *left, size_t left_size, const char *right, size_t right_size)
{
    size_t rows[3][SUGGESTED_NAME_MAX + 1];
    size_t *before = rows[0];
    size_t *above = rows[1];
    size_t *here = rows[2];

    for (size_t j = 0; j <= right_size; j++) {
        above[j] = j;
    }
    for (size_t i = 1; i <= left_size; i++) {
        here[0] = i;
        for (size_t j = 1; j <= right_size; j++) {
            char mine = lower(left[i - 1]);
            char theirs = lower(right[j - 1]);
            here[j] = least(least(above[j], here[j - 1]) + 1, above[j - 1] + (mine != theirs));
            if (i > 1 && j > 1 && mine == lower(right[j - 2]) && theirs == lower(left[i - 2])) {
                here[j] = least(here[j], before[j - 2] + 1);
            }
        }
        size_t *free_row = before;
        before = above;
        above = here;
        here = free_row;
    }
    return above[right_size];
}

const char *problem_suggestion(const char *wrong, const char *const *names, size_t names_count)
{
    size_t wrong_size = strlen(wrong);
    size_t nearest = 1 + wrong_size / 4 + 1;
    const char *suggestion = NULL;

    if (wrong_size > SUGGESTED_NAME_MAX) {
        return NULL;
    }
    for (size_t i = 0; i < names_count; i++) {
        size_t size = strlen(names[i]);
        if (size > SUGGESTED_NAME_MAX) {
            continue;
        }
        size_t away = distance(wrong, wrong_size, names[i], size);
        if (away < nearest) {
            nearest = away;
            suggestion = names[i];
        }
    }
    return suggestion;
}

void problems_fini(struct problems *problems)
{
    mem_free(problems->items);
    arena_fini(&problems->arena);
    memset(problems, 0, sizeof(*problems));
}
