/*
 * job_reader - what the parts of a job file's reading share: keys, kinds, and how to complain.
 */
#include "app/job_reader.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/units.h"
#include "plan/duration.h"

enum { KEYS_MAX = 32 };

static void add_problem(struct job_reader *reader, const struct document_node *node, bool is_at_key,
                        const char *code, const char *help, const char *message)
{
    struct bytes pointer = {0};

    document_write_pointer(node, &pointer);
    if (pointer.failed) {
        reader->problems->is_cut = true;
    } else {
        problems_add(reader->problems, PROBLEM_ERROR, code,
                     pointer.data == NULL ? "" : pointer.data, help, "%s", message);
        if (problems_last(reader->problems) != NULL) {
            problems_last(reader->problems)->is_at_key = is_at_key;
        }
    }
    bytes_fini(&pointer);
}

void job_tell(struct job_reader *reader, const struct document_node *node, const char *code,
              const char *help, const char *format, ...)
{
    char message[512];
    va_list arguments;

    if (node->is_bad) {
        return; /* told already */
    }
    va_start(arguments, format);
    vsnprintf(message, sizeof(message), format, arguments);
    va_end(arguments);
    add_problem(reader, node, false, code, help, message);
}

void job_tell_key(struct job_reader *reader, const struct document_node *node, const char *code,
                  const char *help, const char *format, ...)
{
    char message[512];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(message, sizeof(message), format, arguments);
    va_end(arguments);
    add_problem(reader, node, true, code, help, message);
}

static void tell_unknown(struct job_reader *reader, const struct document_node *child,
                         const char *owner, const struct job_key *keys, size_t keys_count)
{
    const char *names[KEYS_MAX] = {NULL};
    const char *near;
    char help[512];
    size_t size = 0;

    assert(keys_count <= KEYS_MAX);
    for (size_t i = 0; i < keys_count; i++) {
        names[i] = keys[i].name;
    }
    near = problem_suggestion(child->key, names, keys_count);
    if (near != NULL) {
        snprintf(help, sizeof(help), "did you mean \"%s\"?", near);
    } else {
        for (size_t i = 0; i < keys_count; i++) {
            size += (size_t)snprintf(help + size, sizeof(help) - size, "%s\"%s\"",
                                     i == 0 ? "there are " : ", ", names[i]);
        }
    }
    job_tell_key(reader, child, "E020", help, "unknown key \"%.64s\" in %s", child->key, owner);
}

/* "a string or a list" */
static void write_kinds(uint32_t kinds, char *out, size_t room)
{
    size_t size = 0;

    if ((kinds & KIND_DURATION) == KIND_DURATION) {
        snprintf(out, room, "a duration");
        return;
    }
    if ((kinds & KIND_SIZE) == KIND_SIZE) {
        snprintf(out, room, "a size");
        return;
    }
    out[0] = '\0';
    for (uint32_t kind = DOCUMENT_BOOL; kind <= DOCUMENT_OBJECT; kind++) {
        if ((kinds & KIND_BIT(kind)) != 0) {
            size += (size_t)snprintf(out + size, room - size, "%s%s", size == 0 ? "" : " or ",
                                     document_kind_name((enum document_kind)kind));
        }
    }
}

/* How to mend a value of a wrong kind; NULL: no idea. */
static const char *kind_help(const struct document_node *child, uint32_t kinds, char *help,
                             size_t room)
{
    if (child->kind == DOCUMENT_TEXT && (kinds & (KIND_NUMBER | KIND_BOOL)) != 0) {
        return "remove the quotes";
    }
    if (child->kind != DOCUMENT_NUMBER || (kinds & KIND_TEXT) == 0) {
        return NULL;
    }
    bool is_duration = (kinds & KIND_DURATION) == KIND_DURATION;
    if (!is_duration && (kinds & KIND_SIZE) != KIND_SIZE) {
        return "put it between quotes";
    }
    snprintf(help, room, "write the unit: \"%.*s%s\"", child->size > 20 ? 20 : (int)child->size,
             child->source->text + child->offset, is_duration ? "s" : "MB");
    return help;
}

static void check_kind(struct job_reader *reader, const struct document_node *child,
                       const struct job_key *key)
{
    char kinds[128];
    char help[64];

    /* A placeholder's text may stand for a number or a truth value. */
    if ((key->kinds & KIND_BIT(child->kind)) != 0 ||
        (child->is_placeholder && (key->kinds & (KIND_NUMBER | KIND_BOOL)) != 0)) {
        return;
    }
    write_kinds(key->kinds, kinds, sizeof(kinds));
    job_tell(reader, child, "E021", kind_help(child, key->kinds, help, sizeof(help)),
             "\"%s\" must be %s, found %s", child->key, kinds, document_kind_name(child->kind));
}

/* At the place where it should be, so that it is not found missing again. */
static void tell_missing(struct job_reader *reader, const struct document_node *object,
                         const char *owner, const char *key)
{
    struct bytes pointer = {0};

    document_write_pointer(object, &pointer);
    bytes_printf(&pointer, "/%s", key);
    if (pointer.failed) {
        reader->problems->is_cut = true;
    } else {
        problems_add(reader->problems, PROBLEM_ERROR, "E023", pointer.data, NULL,
                     "%s has no \"%s\"", owner, key);
    }
    bytes_fini(&pointer);
}

void job_check_keys(struct job_reader *reader, const struct document_node *object,
                    const char *owner, const struct job_key *keys, size_t keys_count)
{
    uint64_t seen = 0;
    bool has_unknown = false;

    for (const struct document_node *child = object->first; child != NULL; child = child->next) {
        size_t i = 0;
        while (i < keys_count && strcmp(keys[i].name, child->key) != 0) {
            i++;
        }
        if (i < keys_count) {
            seen |= UINT64_C(1) << i;
            check_kind(reader, child, &keys[i]);
        } else if (strncmp(child->key, "x-", 2) != 0) {
            has_unknown = true;
            tell_unknown(reader, child, owner, keys, keys_count);
        }
    }
    /* An unknown key is likely the missing one, misspelt: that is told already. */
    for (size_t i = 0; i < keys_count && !has_unknown; i++) {
        if (keys[i].is_required && (seen >> i & 1) == 0) {
            tell_missing(reader, object, owner, keys[i].name);
        }
    }
}

const struct document_node *job_get(const struct document_node *object, const char *key,
                                    uint32_t kinds)
{
    const struct document_node *child = document_member(object, key);

    return child != NULL && !child->is_bad && (kinds & KIND_BIT(child->kind)) != 0 ? child : NULL;
}

const char *job_get_text(struct job_reader *reader, const struct document_node *object,
                         const char *key)
{
    const struct document_node *child = job_get(object, key, KIND_TEXT);

    if (child != NULL && strlen(child->text) != child->text_size) {
        job_tell(reader, child, "E021", NULL, "\"%s\" cannot have a NUL character", key);
        return NULL;
    }
    return child == NULL ? NULL : child->text;
}

int64_t job_get_duration(struct job_reader *reader, const struct document_node *object,
                         const char *key, int64_t missing)
{
    const struct document_node *child = job_get(object, key, KIND_TEXT);
    int64_t duration_ms;

    if (child == NULL) {
        return document_member(object, key) == NULL ? missing : -1;
    }
    duration_ms = duration_parse(child->text);
    if (duration_ms < 0) {
        job_tell(reader, child, "E021", "durations are such as \"500ms\", \"30s\", \"5m\", \"1h\"",
                 "\"%s\" must be a duration, found \"%.64s\"", key, child->text);
        return -1;
    }
    if (duration_ms == 0) {
        job_tell(reader, child, "E022", NULL, "\"%s\" must be above zero", key);
        return -1;
    }
    return duration_ms;
}

int64_t job_get_size(struct job_reader *reader, const struct document_node *object, const char *key)
{
    const struct document_node *child = job_get(object, key, KIND_TEXT);
    int64_t bytes;

    if (child == NULL) {
        return 0;
    }
    if (!units_read_size(child->text, child->text_size, &bytes)) {
        job_tell(reader, child, "E021", "sizes are such as \"512MB\", \"64KiB\", \"2GiB\"",
                 "\"%s\" must be a size, found \"%.64s\"", key, child->text);
        return 0;
    }
    if (bytes == 0) {
        job_tell(reader, child, "E022", NULL, "\"%s\" must be above zero", key);
    }
    return bytes;
}

uint32_t job_get_count(struct job_reader *reader, const struct document_node *object,
                       const char *key, uint32_t min, uint32_t max)
{
    const struct document_node *child = document_member(object, key);
    int64_t count = 0;
    char *end = NULL;

    if (child == NULL || child->is_bad) {
        return 0;
    }
    if (child->kind == DOCUMENT_TEXT && child->is_placeholder && strlen(child->text) < 12) {
        count = strtoll(child->text, &end, 10);
        end = end == child->text ? NULL : end;
    }
    if (child->kind == DOCUMENT_NUMBER) {
        count = child->integer;
    }
    if ((child->kind == DOCUMENT_NUMBER && !child->is_integer) ||
        (child->kind == DOCUMENT_TEXT && child->is_placeholder && (end == NULL || *end != '\0'))) {
        job_tell(reader, child, "E021", NULL, "\"%s\" must be a whole number", key);
        return 0;
    }
    if (child->kind != DOCUMENT_NUMBER && !child->is_placeholder) {
        return 0; /* its kind was told */
    }
    if (count < min || count > max) {
        job_tell(reader, child, "E022", NULL, "\"%s\" must be from %u to %u, found %lld", key, min,
                 max, (long long)count);
        return 0;
    }
    return (uint32_t)count;
}

bool job_get_bool(const struct document_node *object, const char *key, bool missing)
{
    const struct document_node *child = document_member(object, key);

    if (child == NULL || child->is_bad) {
        return missing;
    }
    return child->kind == DOCUMENT_TEXT ? strcmp(child->text, "true") == 0 : child->truth;
}
