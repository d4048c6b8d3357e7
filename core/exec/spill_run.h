/*
 * spill_run - rows in a row: those that were spilled, then those that are still in memory.
 *
 * Whoever gathers more rows than it may hold flushes its builder to the run now and then, seals the
 * run with what is left, and reads all of it back in the order in which it was written.
 *
 * Life:     all zero, any number of flushes, one seal; pushes and cursors; spill_run_fini.
 * Threads:  one until it is sealed; then any may read it.
 */
#ifndef WEIR_EXEC_SPILL_RUN_H
#define WEIR_EXEC_SPILL_RUN_H

#include "data/block.h"
#include "exec/block_form.h"
#include "exec/op.h"
#include "exec/spill_space.h"

struct spill_run {
    struct spill_extent *extents;
    uint32_t count;
    uint32_t capacity;
    struct block *tail; /* NULL before the seal, and when nothing was left */
};

/* Moves the builder's rows to the space; none is fine. The builder is empty then. When it fails the
 * builder is as it was. */
CHECKED weir_status spill_run_flush(struct spill_run *run, struct spill_space *space,
                                    struct block_builder *builder, weir_error *error);

/* Keeps the builder's rows as the run's last. */
CHECKED weir_status spill_run_seal(struct spill_run *run, struct block_builder *builder,
                                   weir_error *error);

/* Pushes all rows into `to`. *is_damaged: it failed because spilled bytes cannot be read back. */
CHECKED weir_status spill_run_push(const struct spill_run *run, struct spill_space *space,
                                   struct task *task, struct op *to, bool *is_damaged,
                                   weir_error *error);

/* Bytes of the tail. */
size_t spill_run_memory(const struct spill_run *run);

void spill_run_fini(struct spill_run *run, struct spill_space *space);

/*
 * spill_cursor - a run read chunk by chunk, by whoever asks.
 *
 * Life:     spill_cursor_init, any number of _next, _fini. The run stays where it is.
 */
struct spill_cursor {
    const struct spill_run *run;
    struct spill_space *space;
    uint32_t rows_max;
    uint32_t next_extent;
    uint32_t tail_rows_done;
    void *data; /* of the extent that the reader is in; NULL: in none */
    struct block_form_reader reader;
};

/* rows_max: of a chunk. */
void spill_cursor_init(struct spill_cursor *cursor, const struct spill_run *run,
                       struct spill_space *space, uint32_t rows_max);

/* The next rows, valid until the next call; no rows: the end. */
CHECKED weir_status spill_cursor_next(struct spill_cursor *cursor, struct chunk *out,
                                      weir_error *error);

void spill_cursor_fini(struct spill_cursor *cursor);

#endif
