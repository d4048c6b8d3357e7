/*
 * state_rows - mapWithState: a function of each row and its key's state.
 */
#include <assert.h>

#include "base/mem.h"
#include "exec/lineage.h"
#include "exec/state_object.h"
#include "exec/state_step.h"
#include "exec/task.h"

/* One call of the function; what it did to the state is in *state. */
static weir_status call(struct state_step_op *op, struct weir_value key,
                        const struct weir_value *value, struct weir_state *state, weir_error *error)
{
    const struct state_rows *plan = op->step->owner;

    state->out = &op->emitter.out;
    plan->function->call.state(key, value, state, &op->emitter.out, plan->time_ms, plan->argument);
    if (op->emitter.status != WEIR_OK && error != NULL) {
        *error = op->emitter.error;
    }
    return op->emitter.status;
}

static weir_status map_one(struct state_step_op *op, uint32_t entry, struct weir_value key,
                           struct weir_value value, weir_error *error)
{
    const struct state_rows *plan = op->step->owner;
    struct weir_state state = {.value = weir_null()};
    int64_t put_ms;

    state.exists = state_edit_get(&op->edit, entry, &state.value, &put_ms);
    WEIR_TRY(call(op, key, &value, &state, error));
    if (state.is_removed) {
        WEIR_TRY(state_edit_remove(&op->edit, entry, error));
    } else if (state.is_updated || (state.exists && plan->refreshes)) {
        WEIR_TRY(state_edit_put(&op->edit, entry, state.value, plan->time_ms, error));
    }
    return emitter_row_done(&op->emitter, error);
}

static weir_status rows_push(struct op *base, struct chunk *chunk, weir_error *error)
{
    struct state_step_op *op = (struct state_step_op *)base;

    WEIR_TRY(state_edit_find(&op->edit, &chunk->columns[CHUNK_PAIR_KEY], chunk->rows,
                             chunk->rows_count, op->entries, error));
    for (uint32_t i = 0; i < chunk->rows_count; i++) {
        uint32_t row = chunk_row(chunk, i);
        struct weir_value key = column_value(&chunk->columns[CHUNK_PAIR_KEY], row);
        struct weir_value value = column_value(&chunk->columns[CHUNK_PAIR_VALUE], row);
        WEIR_TRY(map_one(op, op->entries[i], key, value, error));
    }
    return state_step_chunk_done(op, error);
}

/* Shows the keys that were idle for too long to the function, and lets them go. */
static weir_status drop_idle(struct state_step_op *op, int64_t before_ms, weir_error *error)
{
    uint32_t rows_end = op->edit.map->rows_end;

    for (uint32_t entry = 0; entry < rows_end; entry++) {
        struct weir_state state = {.exists = true, .is_timing_out = true};
        int64_t put_ms;
        if (!state_edit_get(&op->edit, entry, &state.value, &put_ms) || put_ms >= before_ms) {
            continue;
        }
        WEIR_TRY(call(op, state_edit_key(&op->edit, entry), NULL, &state, error));
        WEIR_TRY(state_edit_remove(&op->edit, entry, error));
        WEIR_TRY(emitter_row_done(&op->emitter, error));
    }
    return WEIR_OK;
}

static weir_status rows_finish(struct op *base, weir_error *error)
{
    struct state_step_op *op = (struct state_step_op *)base;
    const struct state_rows *plan = op->step->owner;

    if (plan->drops_idle) {
        WEIR_TRY(drop_idle(op, plan->idle_before_ms, error));
    }
    return state_step_done(op, error);
}

static const struct op_class rows_class = {
    .name = "map with state",
    .push = rows_push,
    .finish = rows_finish,
    .close = state_step_close,
};

/* A leaf of a block per partition. */
static weir_status mapped_leaf(struct block *const *blocks, uint32_t count, struct rdd **out,
                               weir_error *error)
{
    uint32_t *starts = mem_alloc(((size_t)count + 1) * sizeof(*starts));

    if (starts == NULL) {
        return error_set(error, WEIR_E_NOMEM, "no memory for %u partitions", count);
    }
    for (uint32_t i = 0; i <= count; i++) {
        starts[i] = i;
    }
    weir_status status = rdd_create_blocks(blocks, starts, count, false, out, error);
    mem_free(starts);
    return status;
}

weir_status state_map_rows(struct executor *executor, const struct state_rows *plan,
                           struct rdd **out, struct rdd **mapped, weir_error *error)
{
    uint32_t count = plan->partitioner.partitions_count;
    struct state_step step = {
        .state = plan->state,
        .partitioner = plan->partitioner,
        .class = &rows_class,
        .op_size = sizeof(struct state_step_op),
        .emits = true,
        .owner = plan,
    };
    struct rdd *moved = NULL;
    struct rdd *state = NULL;
    weir_status status = WEIR_OK;

    assert(plan->function->kind == WEIR_FUNCTION_STATE);
    step.blocks = mem_zalloc(((size_t)count + 1) * sizeof(struct block *));
    if (step.blocks == NULL) {
        return error_set(error, WEIR_E_NOMEM, "no memory for %u partitions", count);
    }
    if (plan->rows != NULL) {
        status = rdd_create_partition_by(plan->rows, plan->partitioner, &moved, error);
    }
    if (status == WEIR_OK) {
        status = state_step_run(executor, &step, moved, &state, error);
    }
    if (status == WEIR_OK) {
        status = mapped_leaf(step.blocks, count, mapped, error);
    }
    if (status == WEIR_OK) {
        *out = state;
    } else {
        rdd_drop(state);
    }
    for (uint32_t i = 0; i < count; i++) {
        block_drop(step.blocks[i]);
    }
    mem_free(step.blocks);
    rdd_drop(moved);
    return status;
}
