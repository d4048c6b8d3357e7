/*
 * state_update - updateStateByKey: each key's state from its state and its new values.
 */
#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "exec/lineage.h"
#include "exec/state_step.h"
#include "exec/task.h"

struct update_op {
    struct state_step_op step;
    uint8_t *is_seen; /* by entry: it had new values */
    size_t seen_capacity;
};

static weir_status update_one(struct update_op *op, uint32_t entry, struct weir_value key,
                              const struct weir_value *values, uint32_t values_count,
                              weir_error *error)
{
    const struct state_update *plan = op->step.step->owner;
    struct state_edit *edit = &op->step.edit;
    struct weir_update update = {
        .key = key,
        .values = values,
        .values_count = values_count,
        .state = weir_null(),
        .time_ms = plan->time_ms,
    };
    int64_t put_ms;

    update.has_state = state_edit_get(edit, entry, &update.state, &put_ms);
    bool is_kept = plan->function->call.update(&update, &op->step.emitter.out, plan->argument);
    if (op->step.emitter.status == WEIR_OK && is_kept) {
        /* Times play no part: a state that stays as it is costs nothing. */
        WEIR_TRY(state_edit_put(edit, entry, update.state, 0, error));
    } else if (op->step.emitter.status == WEIR_OK) {
        WEIR_TRY(state_edit_remove(edit, entry, error));
    }
    return emitter_row_done(&op->step.emitter, error);
}

static weir_status see(struct update_op *op, uint32_t rows_count, weir_error *error)
{
    size_t before = op->seen_capacity;

    WEIR_TRY(mem_grow((void **)&op->is_seen, &op->seen_capacity, state_edit_entries(&op->step.edit),
                      1, error));
    memset(op->is_seen + before, 0, op->seen_capacity - before);
    for (uint32_t i = 0; i < rows_count; i++) {
        op->is_seen[op->step.entries[i]] = 1;
    }
    return WEIR_OK;
}

/* Takes (key, list of values), each key once. */
static weir_status update_push(struct op *base, struct chunk *chunk, weir_error *error)
{
    struct update_op *op = (struct update_op *)base;

    WEIR_TRY(state_edit_find(&op->step.edit, &chunk->columns[CHUNK_PAIR_KEY], chunk->rows,
                             chunk->rows_count, op->step.entries, error));
    WEIR_TRY(see(op, chunk->rows_count, error));
    for (uint32_t i = 0; i < chunk->rows_count; i++) {
        uint32_t row = chunk_row(chunk, i);
        struct weir_value key = column_value(&chunk->columns[CHUNK_PAIR_KEY], row);
        struct weir_value list = column_value(&chunk->columns[CHUNK_PAIR_VALUE], row);
        WEIR_TRY(update_one(op, op->step.entries[i], key, list.items, weir_size_of(list), error));
    }
    return state_step_chunk_done(&op->step, error);
}

static weir_status update_finish(struct op *base, weir_error *error)
{
    struct update_op *op = (struct update_op *)base;
    uint32_t rows_end = op->step.edit.map->rows_end;

    for (uint32_t entry = 0; entry < rows_end; entry++) {
        struct weir_value state;
        int64_t put_ms;
        if ((entry < op->seen_capacity && op->is_seen[entry] != 0) ||
            !state_edit_get(&op->step.edit, entry, &state, &put_ms)) {
            continue;
        }
        WEIR_TRY(update_one(op, entry, state_edit_key(&op->step.edit, entry), NULL, 0, error));
        state_edit_settle(&op->step.edit);
    }
    return state_step_done(&op->step, error);
}

static void update_close(struct op *base)
{
    mem_free(((struct update_op *)base)->is_seen);
    state_step_close(base);
}

static const struct op_class update_class = {
    .name = "update state",
    .push = update_push,
    .finish = update_finish,
    .close = update_close,
};

weir_status state_update(struct executor *executor, const struct state_update *plan,
                         struct rdd **out, weir_error *error)
{
    struct state_step step = {
        .state = plan->state,
        .partitioner = plan->partitioner,
        .class = &update_class,
        .op_size = sizeof(struct update_op),
        .owner = plan,
    };
    struct rdd *grouped = NULL;

    assert(plan->function->kind == WEIR_FUNCTION_UPDATE);
    if (plan->rows != NULL) {
        WEIR_TRY(
            rdd_create_cogroup(&plan->rows, 1, COGROUP_GROUP, plan->partitioner, &grouped, error));
    }
    weir_status status = state_step_run(executor, &step, grouped, out, error);
    rdd_drop(grouped);
    return status;
}
