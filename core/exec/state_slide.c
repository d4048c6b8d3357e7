/*
 * state_slide - a window that takes off what has left and adds what has come.
 *
 * The inverse is applied before the new values. A key that has left values but none in the window
 * before must have new ones: else the functions do not fit each other, and the slide fails.
 */
#include <assert.h>

#include "base/mem.h"
#include "data/text.h"
#include "exec/state_step.h"
#include "exec/task.h"

struct slide_op {
    struct state_step_op step;
    uint32_t *later; /* entries to look at when all rows are in */
    size_t later_count;
    size_t later_capacity;
};

/* Takes the rows that left. */
struct left_op {
    struct op op;
    struct slide_op *slide;
};

static weir_status set_value(struct slide_op *op, uint32_t entry, struct weir_value key,
                             struct weir_value value, bool is_last, weir_error *error)
{
    const struct state_slide *plan = op->step.step->owner;
    const struct weir_row row = {.key = key, .value = value};
    struct emitter *emitter = &op->step.emitter;

    if (emitter->status == WEIR_OK && is_last && plan->filter != NULL &&
        !plan->filter->call.test(&row, plan->argument)) {
        WEIR_TRY(state_edit_remove(&op->step.edit, entry, error));
    } else if (emitter->status == WEIR_OK) {
        WEIR_TRY(state_edit_put(&op->step.edit, entry, value, 0, error));
    }
    return emitter_row_done(emitter, error);
}

static weir_status look_later(struct slide_op *op, uint32_t entry, weir_error *error)
{
    WEIR_TRY(mem_grow((void **)&op->later, &op->later_capacity, op->later_count + 1,
                      sizeof(*op->later), error));
    op->later[op->later_count++] = entry;
    return WEIR_OK;
}

/* The filter sees a key when all is done to it: at the end, for those that only left. */
static weir_status push_left(struct slide_op *op, const struct chunk *chunk, weir_error *error)
{
    const struct state_slide *plan = op->step.step->owner;
    struct weir_emitter *memory = &op->step.emitter.out;

    WEIR_TRY(state_edit_find(&op->step.edit, &chunk->columns[CHUNK_PAIR_KEY], chunk->rows,
                             chunk->rows_count, op->step.entries, error));
    for (uint32_t i = 0; i < chunk->rows_count; i++) {
        uint32_t row = chunk_row(chunk, i);
        struct weir_value key = column_value(&chunk->columns[CHUNK_PAIR_KEY], row);
        struct weir_value left = column_value(&chunk->columns[CHUNK_PAIR_VALUE], row);
        uint32_t entry = op->step.entries[i];
        struct weir_value value;
        int64_t put_ms;
        if (!state_edit_get(&op->step.edit, entry, &value, &put_ms)) {
            WEIR_TRY(look_later(op, entry, error));
            continue;
        }
        value = plan->inverse->call.reduce(value, left, memory, plan->argument);
        WEIR_TRY(set_value(op, entry, key, value, false, error));
        if (plan->filter != NULL) {
            WEIR_TRY(look_later(op, entry, error)); /* to be shown to the filter */
        }
    }
    return state_step_chunk_done(&op->step, error);
}

static weir_status left_push(struct op *op, struct chunk *chunk, weir_error *error)
{
    return push_left(((struct left_op *)op)->slide, chunk, error);
}

static const struct op_class left_class = {
    .name = "what left a window",
    .push = left_push,
};

static weir_status slide_push(struct op *base, struct chunk *chunk, weir_error *error)
{
    struct slide_op *op = (struct slide_op *)base;
    const struct state_slide *plan = op->step.step->owner;
    struct weir_emitter *memory = &op->step.emitter.out;
    bool is_last = op->later_count == 0; /* else the end shows them to the filter */

    WEIR_TRY(state_edit_find(&op->step.edit, &chunk->columns[CHUNK_PAIR_KEY], chunk->rows,
                             chunk->rows_count, op->step.entries, error));
    for (uint32_t i = 0; i < chunk->rows_count; i++) {
        uint32_t row = chunk_row(chunk, i);
        struct weir_value key = column_value(&chunk->columns[CHUNK_PAIR_KEY], row);
        struct weir_value value = column_value(&chunk->columns[CHUNK_PAIR_VALUE], row);
        struct weir_value before;
        int64_t put_ms;
        if (state_edit_get(&op->step.edit, op->step.entries[i], &before, &put_ms)) {
            value = plan->reduce->call.reduce(before, value, memory, plan->argument);
        }
        WEIR_TRY(set_value(op, op->step.entries[i], key, value, is_last, error));
        if (!is_last && plan->filter != NULL) {
            WEIR_TRY(look_later(op, op->step.entries[i], error));
        }
    }
    return state_step_chunk_done(&op->step, error);
}

static weir_status refuse_orphan(struct weir_value key, weir_error *error)
{
    struct bytes text = {0};

    text_write_value(&text, key);
    weir_status status = error_set(
        error, WEIR_E_INVAL,
        "key %.100s leaves the window, but had no value in the one before and has no new one: do "
        "the function, its inverse and the filter fit each other?",
        text.failed ? "?" : text.data);
    bytes_fini(&text);
    return status;
}

static weir_status slide_finish(struct op *base, weir_error *error)
{
    struct slide_op *op = (struct slide_op *)base;
    const struct state_slide *plan = op->step.step->owner;

    /* An entry may stand there more than once: what the filter has removed is not looked for. */
    for (size_t i = 0; i < op->later_count; i++) {
        uint32_t entry = op->later[i];
        struct weir_value key = state_edit_key(&op->step.edit, entry);
        struct weir_value value;
        int64_t put_ms;
        if (!state_edit_get(&op->step.edit, entry, &value, &put_ms)) {
            return refuse_orphan(key, error);
        }
    }
    for (size_t i = 0; plan->filter != NULL && i < op->later_count; i++) {
        uint32_t entry = op->later[i];
        struct weir_value value;
        int64_t put_ms;
        if (state_edit_get(&op->step.edit, entry, &value, &put_ms)) {
            WEIR_TRY(
                set_value(op, entry, state_edit_key(&op->step.edit, entry), value, true, error));
        }
    }
    return state_step_done(&op->step, error);
}

/* What left comes first. */
static weir_status slide_begin(struct state_step_op *base, weir_error *error)
{
    struct slide_op *op = (struct slide_op *)base;
    const struct state_slide *plan = base->step->owner;
    struct op *left;

    if (plan->left == NULL) {
        return WEIR_OK;
    }
    WEIR_TRY(op_create(base->op.task, &left_class, sizeof(struct left_op), NULL, &left, error));
    ((struct left_op *)left)->slide = op;
    return rdd_push(base->op.task, plan->left, base->op.task->partition, left, error);
}

static void slide_close(struct op *base)
{
    mem_free(((struct slide_op *)base)->later);
    state_step_close(base);
}

static const struct op_class slide_class = {
    .name = "slide window",
    .push = slide_push,
    .finish = slide_finish,
    .close = slide_close,
};

weir_status state_slide(struct executor *executor, const struct state_slide *plan, struct rdd **out,
                        weir_error *error)
{
    struct state_step step = {
        .state = plan->state,
        .partitioner = plan->partitioner,
        .class = &slide_class,
        .op_size = sizeof(struct slide_op),
        .begin = slide_begin,
        .owner = plan,
    };

    assert(plan->reduce->kind == WEIR_FUNCTION_REDUCE);
    return state_step_run(executor, &step, plan->come, out, error);
}
