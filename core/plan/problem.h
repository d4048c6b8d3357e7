/*
 * problem - what is wrong with a job, all of it at once.
 *
 * Whoever finds something adds it and goes on. A problem names its place by JSON pointer
 * ("/operators/counts/slide"), which a job file's reader turns into line and column, and which a C
 * program's user reads as it stands.
 *
 * Life:     problems_init, problems_add ..., problems_fini.
 * Threads:  the builder's.
 */
#ifndef WEIR_PLAN_PROBLEM_H
#define WEIR_PLAN_PROBLEM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

enum problem_severity { PROBLEM_ERROR, PROBLEM_WARNING };

struct problem {
    enum problem_severity severity;
    const char *code;    /* "E031" */
    const char *pointer; /* JSON pointer; "" is the whole job */
    bool is_at_key;      /* the name there is wrong, not its value */
    const char *message;
    const char *help; /* NULL: none */
    int64_t offset;   /* byte offset when there is no pointer to it (syntax); else -1 */
};

struct problems {
    struct problem *items;
    size_t count;
    size_t capacity;
    size_t errors_count;
    bool is_cut; /* no memory for one: the list is not whole, which is itself an error */
    struct arena arena;
};

void problems_init(struct problems *problems);

/* Copies the texts. help may be NULL. */
void problems_add(struct problems *problems, enum problem_severity severity, const char *code,
                  const char *pointer, const char *help, const char *format, ...) PRINTF_LIKE(6, 7);

/* The one added last, to set what problems_add does not; NULL when that found no memory. */
struct problem *problems_last(struct problems *problems);

bool problems_have_errors(const struct problems *problems);

/* Errors as one text, a line each ("E031 /operators/counts/slide: ...\n"), on the heap. */
char *problems_text(const struct problems *problems);

/* The name nearest to `wrong` among names (Damerau-Levenshtein, case folded, distance at most
 * 1 + length / 4); NULL when none is near. */
const char *problem_suggestion(const char *wrong, const char *const *names, size_t names_count);

void problems_fini(struct problems *problems);

#endif
