/*
 * rdd_combine - combineByKey and its kin: behind a shuffle, or in place where the keys are together
 * already. And partitionBy: the shuffle alone.
 */
#include <assert.h>

#include "exec/lineage.h"
#include "exec/op_aggregate.h"
#include "exec/shuffle.h"
#include "exec/task.h"

struct combine_rdd {
    struct rdd rdd;
    struct combiner combiner;
};

/* What the shuffle combined on its map side is merged; what is in place is combined now. */
static weir_status combine_compute(struct task *task, const struct rdd *rdd, uint32_t partition,
                                   struct op *to, weir_error *error)
{
    const struct combine_rdd *combine = (const struct combine_rdd *)rdd;
    enum combiner_phase phase =
        rdd->shuffle != NULL && rdd->shuffle->has_combiner ? PHASE_COMBINERS : PHASE_VALUES;
    struct op *op;

    WEIR_TRY(op_aggregate_create(task, &combine->combiner, phase, to, &op, error));
    weir_status status = rdd->shuffle != NULL
                             ? shuffle_push(rdd->shuffle, task, partition, op, error)
                             : rdd_push(task, rdd->parents[0], partition, op, error);
    if (status == WEIR_OK) {
        status = op_finish(op, error);
    }
    op_close(op);
    return status;
}

static weir_status moved_compute(struct task *task, const struct rdd *rdd, uint32_t partition,
                                 struct op *to, weir_error *error)
{
    return shuffle_push(rdd->shuffle, task, partition, to, error);
}

static void shuffled_fini(struct rdd *rdd)
{
    shuffle_destroy(rdd->shuffle);
}

static const struct rdd_class combine_class = {
    .name = "combineByKey",
    .compute = combine_compute,
    .fini = shuffled_fini,
};

static const struct rdd_class partition_by_class = {
    .name = "partitionBy",
    .compute = moved_compute,
    .fini = shuffled_fini,
};

static const struct rdd_class repartition_class = {
    .name = "repartition",
    .compute = moved_compute,
    .fini = shuffled_fini,
};

static weir_status check_partitions(uint32_t count, weir_error *error)
{
    return count > 0 && count <= SHUFFLE_TARGETS_MAX
               ? WEIR_OK
               : error_set(error, WEIR_E_INVAL, "number of partitions (%u) must be 1 to %u", count,
                           SHUFFLE_TARGETS_MAX);
}

/* An RDD of no partitions may be of either sort. */
static weir_status check_pairs(const struct rdd *parent, const char *what, weir_error *error)
{
    if (parent->is_pairs || parent->partitions_count == 0) {
        return WEIR_OK;
    }
    return error_set(error, WEIR_E_INVAL, "%s takes pairs, and was given plain rows", what);
}

weir_status rdd_create_combine(struct rdd *parent, const struct combiner *combiner,
                               struct partitioner partitioner, bool is_map_side, struct rdd **out,
                               weir_error *error)
{
    bool is_in_place = partitioner_equal(&parent->partitioner, &partitioner);
    struct rdd *rdd;

    WEIR_TRY(check_pairs(parent, "combineByKey", error));
    WEIR_TRY(check_partitions(partitioner.partitions_count, error));
    WEIR_TRY(rdd_create(&combine_class, sizeof(struct combine_rdd), partitioner.partitions_count,
                        &parent, 1, &rdd, error));
    ((struct combine_rdd *)rdd)->combiner = *combiner;
    rdd->is_pairs = true;
    rdd_set_partitioner(rdd, partitioner);
    if (!is_in_place) {
        weir_status status = shuffle_create(parent, partitioner, is_map_side ? combiner : NULL,
                                            &rdd->shuffle, error);
        if (status != WEIR_OK) {
            rdd_drop(rdd);
            return status;
        }
    }
    *out = rdd;
    return WEIR_OK;
}

weir_status rdd_create_reduce_by_key(struct rdd *parent, const struct function *function,
                                     struct weir_value argument, uint32_t partitions_count,
                                     struct rdd **out, weir_error *error)
{
    const struct combiner combiner = combiner_reduce(function, argument);

    return rdd_create_combine(parent, &combiner, partitioner_hash(partitions_count), true, out,
                              error);
}

static weir_status create_moved(struct rdd *parent, const struct rdd_class *class,
                                struct partitioner partitioner, struct rdd **out, weir_error *error)
{
    struct rdd *rdd;

    WEIR_TRY(check_partitions(partitioner.partitions_count, error));
    WEIR_TRY(rdd_create(class, sizeof(struct rdd), partitioner.partitions_count, &parent, 1, &rdd,
                        error));
    weir_status status = shuffle_create(parent, partitioner, NULL, &rdd->shuffle, error);
    if (status != WEIR_OK) {
        rdd_drop(rdd);
        return status;
    }
    rdd->is_pairs = parent->is_pairs;
    *out = rdd;
    return WEIR_OK;
}

weir_status rdd_create_partition_by(struct rdd *parent, struct partitioner partitioner,
                                    struct rdd **out, weir_error *error)
{
    WEIR_TRY(check_pairs(parent, "partitionBy", error));
    if (partitioner_equal(&parent->partitioner, &partitioner)) {
        *out = rdd_hold(parent);
        return WEIR_OK;
    }
    WEIR_TRY(create_moved(parent, &partition_by_class, partitioner, out, error));
    rdd_set_partitioner(*out, partitioner);
    return WEIR_OK;
}

weir_status rdd_create_repartition(struct rdd *parent, uint32_t partitions_count, struct rdd **out,
                                   weir_error *error)
{
    return create_moved(parent, &repartition_class, partitioner_spread(partitions_count), out,
                        error);
}
