/*
 * op_aggregate - one row per key, as an operator.
 */
#include "exec/op_aggregate.h"

#include "exec/aggregate.h"
#include "exec/task.h"

struct aggregate_op {
    struct op op;
    struct aggregate aggregate;
};

static weir_status aggregate_op_push(struct op *op, struct chunk *chunk, weir_error *error)
{
    if (!chunk_is_pairs(chunk)) {
        return error_set(error, WEIR_E_INVAL, "a reduction by key takes pairs");
    }
    return aggregate_push(&((struct aggregate_op *)op)->aggregate, chunk, error);
}

static weir_status aggregate_op_finish(struct op *op, weir_error *error)
{
    return aggregate_drain(&((struct aggregate_op *)op)->aggregate, op->next, error);
}

static void aggregate_op_close(struct op *op)
{
    aggregate_fini(&((struct aggregate_op *)op)->aggregate);
}

static const struct op_class aggregate_class = {
    .name = "aggregate",
    .push = aggregate_op_push,
    .finish = aggregate_op_finish,
    .close = aggregate_op_close,
};

weir_status op_aggregate_create(struct task *task, const struct combiner *combiner,
                                enum combiner_phase phase, struct op *next, struct op **out,
                                weir_error *error)
{
    struct op *op;
    WEIR_TRY(op_create(task, &aggregate_class, sizeof(struct aggregate_op), next, &op, error));

    WEIR_TRY(aggregate_init(&((struct aggregate_op *)op)->aggregate, task, combiner, phase, error));
    *out = op;
    return WEIR_OK;
}
