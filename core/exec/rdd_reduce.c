/*
 * rdd_reduce - reduceByKey: behind a shuffle, or in place where the keys are together already.
 */
#include "exec/lineage.h"
#include "exec/op_aggregate.h"
#include "exec/shuffle.h"
#include "exec/task.h"

struct reduce_rdd {
    struct rdd rdd;
    const struct function *function;
    struct weir_value argument;
};

/* Reads one side (the shuffle, or the parent's partition) through an aggregation into `to`. */
static weir_status reduce_compute(struct task *task, const struct rdd *rdd, uint32_t partition,
                                  struct op *to, weir_error *error)
{
    const struct reduce_rdd *reduce = (const struct reduce_rdd *)rdd;
    struct op *op;

    WEIR_TRY(op_aggregate_create(task, reduce->function, reduce->argument, to, &op, error));
    weir_status status = rdd->shuffle != NULL
                             ? shuffle_push(rdd->shuffle, task, partition, op, error)
                             : rdd_push(task, rdd->parents[0], partition, op, error);
    if (status == WEIR_OK) {
        status = op_finish(op, error);
    }
    op_close(op);
    return status;
}

static void reduce_fini(struct rdd *rdd)
{
    shuffle_destroy(rdd->shuffle);
}

static const struct rdd_class reduce_class = {
    .name = "reduceByKey",
    .compute = reduce_compute,
    .fini = reduce_fini,
};

weir_status rdd_create_reduce_by_key(struct rdd *parent, const struct function *function,
                                     struct weir_value argument, uint32_t partitions_count,
                                     struct rdd **out, weir_error *error)
{
    struct partitioner wanted = partitioner_hash(partitions_count);
    bool is_in_place = partitioner_equal(parent->partitioner, wanted);
    struct rdd *rdd;

    WEIR_TRY(rdd_create(&reduce_class, sizeof(struct reduce_rdd), partitions_count, &parent, 1,
                        &rdd, error));
    struct reduce_rdd *reduce = (struct reduce_rdd *)rdd;
    reduce->function = function;
    reduce->argument = argument;
    rdd->is_pairs = true;
    rdd->partitioner = wanted;
    if (!is_in_place) {
        weir_status status =
            shuffle_create(parent, function, argument, partitions_count, &rdd->shuffle, error);
        if (status != WEIR_OK) {
            rdd_drop(rdd);
            return status;
        }
    }
    *out = rdd;
    return WEIR_OK;
}
