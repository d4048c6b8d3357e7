/*
 * api_argument - keeps a function's argument as long as the RDD that is derived with it.
 *
 * The graph's own RDDs borrow arguments from the graph. What a program derives while the job runs
 * may live on, in a window say, when the program's argument is gone. A copy is held by an RDD put
 * in between, which hands its parent's rows through.
 */
#include "app/api.h"
#include "data/value.h"
#include "exec/task.h"

struct argument_rdd {
    struct rdd rdd;
    struct arena arena;
};

static weir_status argument_compute(struct task *task, const struct rdd *rdd, uint32_t partition,
                                    struct op *to, weir_error *error)
{
    return rdd_push(task, rdd->parents[0], partition, to, error);
}

static void argument_fini(struct rdd *rdd)
{
    arena_fini(&((struct argument_rdd *)rdd)->arena);
}

static const struct rdd_class argument_class = {
    .name = "argument",
    .compute = argument_compute,
    .fini = argument_fini,
};

weir_status api_hold_argument(struct rdd *parent, struct weir_value argument, struct rdd **out,
                              struct weir_value *copy, weir_error *error)
{
    struct rdd *rdd;

    if (value_is_flat(argument)) {
        *copy = argument;
        *out = rdd_hold(parent);
        return WEIR_OK;
    }
    WEIR_TRY(rdd_create(&argument_class, sizeof(struct argument_rdd), parent->partitions_count,
                        &parent, 1, &rdd, error));
    struct argument_rdd *holder = (struct argument_rdd *)rdd;
    rdd->is_pairs = parent->is_pairs;
    rdd_set_partitioner(rdd, parent->partitioner);
    arena_init(&holder->arena);
    if (value_copy(argument, &holder->arena, copy) != WEIR_OK) {
        rdd_drop(rdd);
        return error_set(error, WEIR_E_NOMEM, "keep the argument");
    }
    *out = rdd;
    return WEIR_OK;
}
