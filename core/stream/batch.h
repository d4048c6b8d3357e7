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
#include "plan/rdd.h"
#include "stream/listener.h"

enum batch_state { BATCH_WAITING, BATCH_RUNNING, BATCH_COMPLETED, BATCH_FAILED, BATCH_DROPPED };

struct batch_input {
    struct block **blocks;
    uint32_t count;
    bool is_absent; /* the source's stream has no RDD of this batch */
};

/* An output that is due in the batch: a job to run. */
struct batch_output {
    struct list link; /* among the jobs that wait */
    struct batch *batch;
    uint32_t place; /* in the batch */
    struct output *output;
    struct rdd *rdd;  /* held until it has run; NULL: its stream made none */
    weir_error error; /* code WEIR_OK: none */
};

struct batch {
    struct list link;
    uint32_t state;         /* enum batch_state */
    bool has_outputs;       /* some output is due; else it is not told of */
    struct batch_info info; /* failure points to error */
    weir_error error;       /* the first output's that failed */
    int64_t submitted_ns;   /* by the stopwatch */
    int64_t started_ns;
    struct batch_input_info *input_infos;   /* by source index; info.inputs */
    struct batch_output_info *output_infos; /* info.outputs */
    struct batch_output *outputs;           /* those that are due, as output_infos */
    uint32_t outputs_count;
    uint32_t outputs_left; /* not done yet: the context's lock */
    uint32_t inputs_count;
    struct batch_input inputs[]; /* by source index */
};

struct output;

/* With room for outputs_max outputs. */
CHECKED weir_status batch_create(uint64_t number, int64_t time_ms, uint32_t inputs_count,
                                 uint32_t outputs_max, struct batch **out, weir_error *error);

/* An output will be given what its stream makes of the batch. Before the batch is submitted. */
void batch_add_output(struct batch *batch, struct output *output, uint32_t index, const char *name,
                      const char *description);

/* One output, by its place in the batch, begins; it ends, error NULL: well. Keeps the first error
 * as the batch's. */
void batch_begin_output(struct batch *batch, uint32_t place, int64_t now_ms);
void batch_end_output(struct batch *batch, uint32_t place, int64_t now_ms, const weir_error *error);

/* Gives the batch the blocks of one source; the array and the holds are its own from now on. Adds
 * to what the batch has received. */
void batch_set_input(struct batch *batch, uint32_t source_index, struct block **blocks,
                     uint32_t count);

/* Says what a source is called (borrowed) and what was said of it last (copied). */
void batch_describe_input(struct batch *batch, uint32_t source_index, const char *name,
                          const char *note);

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
