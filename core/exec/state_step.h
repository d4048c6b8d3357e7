/*
 * state_step - what all steps from one state to the next share: a task per partition edits its
 * version, and hands the new one over when it is done.
 *
 * Life:     state_step_run once, with a class that says what happens to the rows.
 */
#ifndef WEIR_EXEC_STATE_STEP_H
#define WEIR_EXEC_STATE_STEP_H

#include "data/block.h"
#include "exec/emitter.h"
#include "exec/lineage_state.h"

struct state_step_op;

struct state_step {
    struct rdd *state; /* NULL: none so far */
    struct partitioner partitioner;
    const struct op_class *class; /* push and finish; both end with state_step_done */
    size_t op_size;               /* a struct state_step_op first */
    bool emits;                   /* rows: a block per partition */
    /* Runs before the first row; NULL: nothing to do. */
    weir_status (*begin)(struct state_step_op *op, weir_error *error);
    const void *owner;       /* the step's own */
    struct state_map **maps; /* results, by partition */
    struct block **blocks;
};

struct state_step_op {
    struct op op;
    struct state_step *step;
    struct state_edit edit;
    struct emitter emitter; /* memory for functions; and, with `emits`, for their rows */
    struct op *keep;
    struct block_builder builder;
    uint32_t entries[CHUNK_ROWS_MAX];
};

/* Runs over `rows`, whose partitions are the state's; NULL: over empty ones. *out is the new
 * state. */
CHECKED weir_status state_step_run(struct executor *executor, struct state_step *step,
                                   struct rdd *rows, struct rdd **out, weir_error *error);

/* After a chunk: what was emitted is kept, and what was shown goes. */
CHECKED weir_status state_step_chunk_done(struct state_step_op *op, weir_error *error);

/* At the end: hands the results over. */
CHECKED weir_status state_step_done(struct state_step_op *op, weir_error *error);

void state_step_close(struct op *op);

#endif
