/*
 * state_step - what all steps from one state to the next share.
 */
#include "exec/state_step.h"

#include <assert.h>

#include "base/mem.h"
#include "exec/lineage.h"
#include "exec/task.h"

/* Takes what functions emit. */
struct keep_op {
    struct op op;
    struct block_builder *builder;
};

static weir_status keep_push(struct op *op, struct chunk *chunk, weir_error *error)
{
    return block_builder_append(((struct keep_op *)op)->builder, chunk, error);
}

static const struct op_class keep_class = {
    .name = "state rows",
    .push = keep_push,
};

static weir_status open_keep(struct state_step_op *op, struct task *task, weir_error *error)
{
    if (!op->step->emits) {
        return WEIR_OK;
    }
    WEIR_TRY(op_create(task, &keep_class, sizeof(struct keep_op), NULL, &op->keep, error));
    ((struct keep_op *)op->keep)->builder = &op->builder;
    return WEIR_OK;
}

static weir_status step_open(void *owner, struct task *task, uint32_t partition, struct op **out,
                             weir_error *error)
{
    struct state_step *step = owner;
    struct op *made;

    WEIR_TRY(op_create(task, step->class, step->op_size, NULL, &made, error));
    struct state_step_op *op = (struct state_step_op *)made;
    op->step = step;
    block_builder_init(&op->builder);
    arena_init(&op->emitter.scratch);
    weir_status status = open_keep(op, task, error);
    if (status == WEIR_OK) {
        status = emitter_init(&op->emitter, task, op->keep, false, error);
    }
    if (status == WEIR_OK) {
        status = state_edit_begin(&op->edit, rdd_state_map(step->state, partition), error);
    }
    if (status == WEIR_OK && step->begin != NULL) {
        status = step->begin(op, error);
    }
    if (status != WEIR_OK) {
        op_close(made);
        return status;
    }
    *out = made;
    return WEIR_OK;
}

weir_status state_step_chunk_done(struct state_step_op *op, weir_error *error)
{
    WEIR_TRY(emitter_finish(&op->emitter, error));
    state_edit_settle(&op->edit);
    return WEIR_OK;
}

weir_status state_step_done(struct state_step_op *op, weir_error *error)
{
    uint32_t partition = op->op.task->partition;
    struct state_map *map;

    WEIR_TRY(state_step_chunk_done(op, error));
    if (op->step->emits) {
        struct block *block;
        WEIR_TRY(block_builder_finish(&op->builder, &block, error));
        block_drop(op->step->blocks[partition]);
        op->step->blocks[partition] = block;
    }
    state_edit_finish(&op->edit, &map);
    state_map_drop(op->step->maps[partition]);
    op->step->maps[partition] = map;
    return WEIR_OK;
}

void state_step_close(struct op *op)
{
    struct state_step_op *step = (struct state_step_op *)op;

    state_edit_fini(&step->edit);
    emitter_fini(&step->emitter);
    block_builder_fini(&step->builder);
}

/* A leaf of empty partitions: a task for each has no rows to read. */
static weir_status create_nothing(uint32_t partitions_count, struct rdd **out, weir_error *error)
{
    uint32_t *starts = mem_zalloc(((size_t)partitions_count + 1) * sizeof(*starts));

    if (starts == NULL) {
        return error_set(error, WEIR_E_NOMEM, "no memory for %u partitions", partitions_count);
    }
    weir_status status = rdd_create_blocks(NULL, starts, partitions_count, true, out, error);
    mem_free(starts);
    return status;
}

weir_status state_step_run(struct executor *executor, struct state_step *step, struct rdd *rows,
                           struct rdd **out, weir_error *error)
{
    const struct action action = {.open = step_open, .owner = step};
    uint32_t count = step->partitioner.partitions_count;
    struct rdd *nothing = NULL;

    assert(rows == NULL || rows->partitions_count == count);
    assert(step->state == NULL || step->state->partitions_count == count);
    if (rows == NULL) {
        WEIR_TRY(create_nothing(count, &nothing, error));
        rows = nothing;
    }
    step->maps = mem_zalloc(((size_t)count + 1) * sizeof(struct state_map *));
    weir_status status = step->maps == NULL
                             ? error_set(error, WEIR_E_NOMEM, "no memory for %u partitions", count)
                             : executor_run(executor, rows, 0, count, &action, error);
    if (status == WEIR_OK) {
        status = rdd_create_state(step->maps, step->partitioner, out, error);
    }
    for (uint32_t i = 0; step->maps != NULL && i < count; i++) {
        state_map_drop(step->maps[i]);
    }
    mem_free(step->maps);
    step->maps = NULL;
    rdd_drop(nothing);
    return status;
}
