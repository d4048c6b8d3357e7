/*
 * emitter - what a program's function emits into: rows gathered to chunks and pushed on.
 *
 * What a function emits may point into its scratch memory, which lives until the rows have been
 * pushed: it is let go between rows only, never while a function runs.
 *
 * Life:     emitter_init in a task, calls of functions with &emitter->out and emitter_row_done
 *           after each, emitter_finish, emitter_fini.
 * Threads:  one task's.
 */
#ifndef WEIR_EXEC_EMITTER_H
#define WEIR_EXEC_EMITTER_H

#include <weir/function.h>

#include "base/arena.h"
#include "exec/op.h"

struct emitter {
    struct weir_emitter out; /* first: functions get a pointer to it */
    struct op *next;         /* NULL: memory only, nothing may be emitted */
    bool is_pairs;
    bool is_foreign; /* a program's function emits: the sort of its rows is checked */
    struct arena scratch;
    size_t scratch_bytes_max; /* let go past it */
    void *last_resort;        /* lent when there is no memory */
    int64_t *ints;            /* a chunk's dense form, by column */
    uint64_t flushed_count;   /* rows pushed so far */
    weir_status status;       /* the first failure */
    weir_error error;
};

CHECKED weir_status emitter_init(struct emitter *emitter, struct task *task, struct op *next,
                                 bool is_pairs, weir_error *error);

/* Rows emitted so far. */
static inline uint64_t emitter_count(const struct emitter *emitter)
{
    return emitter->flushed_count + emitter->out.count;
}

/* After each row: reports a failure, and lets scratch memory go once there is much. */
CHECKED weir_status emitter_row_done(struct emitter *emitter, weir_error *error);

/* Pushes what is left. */
CHECKED weir_status emitter_finish(struct emitter *emitter, weir_error *error);

void emitter_fini(struct emitter *emitter);

#endif
