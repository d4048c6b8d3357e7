/*
 * batch - one interval's data on its way: the blocks of each source, and what became of it.
 *
 *     WAITING -> RUNNING -> COMPLETED | FAILED        (WAITING -> DROPPED)
 *
 * Life:     batch_create at the tick; it waits, runs, and is destroyed.
 * Threads:  one owner at a time: the batch clock's, then the one that runs batches.
 * Memory:   holds its blocks until they are taken or it is destroyed.
 */
#ifndef WEIR_STREAM_BATCH_H
#define WEIR_STREAM_BATCH_H

#include "base/list.h"
#include "data/block.h"
#include "stream/listener.h"

enum batch_state { BATCH_WAITING, BATCH_RUNNING, BATCH_COMPLETED, BATCH_FAILED, BATCH_DROPPED };

struct batch_input {
    struct block **blocks;
    uint32_t count;
};

struct batch {
    struct list link;
    uint32_t state;         /* enum batch_state */
    bool has_outputs;       /* some output is due; else it is not told of */
    struct batch_info info; /* failure points to error */
    weir_error error;       /* the first output's that failed */
    int64_t submitted_ns;   /* by the stopwatch */
    int64_t started_ns;
    uint32_t inputs_count;
    struct batch_input inputs[]; /* by source index */
};

CHECKED weir_status batch_create(uint64_t number, int64_t time_ms, uint32_t inputs_count,
                                 struct batch **out, weir_error *error);

/* Gives the batch the blocks of one source; the array and the holds are its own from now on. Adds
 * to what the batch has received. */
void batch_set_input(struct batch *batch, uint32_t source_index, struct block **blocks,
                     uint32_t count);

/* Lets go of a source's blocks. */
void batch_drop_input(struct batch *batch, uint32_t source_index);

void batch_submit(struct batch *batch, int64_t now_ms);
void batch_begin(struct batch *batch, int64_t now_ms);

/* Keeps the first error. */
void batch_fail(struct batch *batch, const weir_error *error);
void batch_end(struct batch *batch, int64_t now_ms);

/* It will not run. */
void batch_abandon(struct batch *batch);

/* Bytes of the blocks that it holds. */
uint64_t batch_bytes(const struct batch *batch);

/* NULL is fine. */
void batch_destroy(struct batch *batch);

#endif
