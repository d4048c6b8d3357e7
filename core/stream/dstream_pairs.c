/*
 * dstream_pairs - the operators over keys and values of one batch: mapValues, combineByKey and its
 * kin, groupByKey, cogroup and the joins, partitionBy.
 */
#include <assert.h>

#include "base/mem.h"
#include "exec/lineage.h"
#include "exec/lineage_rdd.h"
#include "exec/range_bounds.h"
#include "stream/dstream_compute.h"

struct partitioner dstream_partitioner(const struct dstreams *streams, const struct node *node)
{
    struct partitioner partitioner = partitioner_hash(
        node->partitions != 0 ? node->partitions : executor_partitions(streams->executor));

    if (node->partitioner.function != NULL) {
        partitioner.kind = PARTITIONER_FUNCTION;
        partitioner.function = node->partitioner.function;
        partitioner.argument = node->partitioner_argument;
    }
    return partitioner;
}

weir_status dstream_as_pairs(const struct dstream *stream, struct rdd *rdd, struct rdd **out,
                             weir_error *error)
{
    if (rdd->is_pairs) {
        *out = rdd_hold(rdd);
        return WEIR_OK;
    }
    if (rdd->partitions_count > 0) {
        return error_set(error, WEIR_E_INVAL, "%s wants pairs, and got plain rows",
                         stream->node->class->name);
    }
    return rdd_create_empty(true, out, error);
}

weir_status compute_key_by(struct dstreams *streams, struct dstream *stream, int64_t time_ms,
                           struct rdd **out, weir_error *error)
{
    const struct node *node = stream->node;
    struct rdd *parent;

    WEIR_TRY(dstream_input(streams, stream, 0, time_ms, &parent, error));
    return parent == NULL ? WEIR_OK
                          : rdd_create_key_by(parent, node->function, node->argument, out, error);
}

weir_status compute_values(struct dstreams *streams, struct dstream *stream, int64_t time_ms,
                           struct rdd **out, weir_error *error)
{
    const struct node *node = stream->node;
    struct rdd *parent;
    struct rdd *pairs;
    weir_status status;

    WEIR_TRY(dstream_input(streams, stream, 0, time_ms, &parent, error));
    if (parent == NULL) {
        return WEIR_OK;
    }
    WEIR_TRY(dstream_as_pairs(stream, parent, &pairs, error));
    if (node->class->kind == OPERATOR_MAP_VALUES) {
        status = rdd_create_map_values(pairs, node->function, node->argument, out, error);
    } else {
        status = rdd_create_flat_map_values(pairs, node->function, node->argument, out, error);
    }
    rdd_drop(pairs);
    return status;
}

/* What the node's functions do with a key's values. */
static struct combiner combiner_of(const struct node *node)
{
    struct combiner combiner = combiner_reduce(node->function, node->argument);

    if (node->class->kind == OPERATOR_COMBINE_BY_KEY) {
        combiner.create = node->functions[0].function;
        combiner.merge_value = node->functions[1].function;
        combiner.merge_combiners = node->functions[2].function;
    } else if (node->class->kind == OPERATOR_AGGREGATE_BY_KEY) {
        combiner.merge_value = node->functions[0].function;
        combiner.merge_combiners = node->functions[1].function;
    }
    combiner.has_zero = node->class->has_zero;
    combiner.zero = node->zero;
    return combiner;
}

weir_status compute_combine(struct dstreams *streams, struct dstream *stream, int64_t time_ms,
                            struct rdd **out, weir_error *error)
{
    const struct node *node = stream->node;
    const struct combiner combiner = combiner_of(node);
    struct rdd *parent;
    struct rdd *pairs;

    WEIR_TRY(dstream_input(streams, stream, 0, time_ms, &parent, error));
    if (parent == NULL) {
        return WEIR_OK;
    }
    WEIR_TRY(dstream_as_pairs(stream, parent, &pairs, error));
    weir_status status =
        rdd_create_combine(pairs, &combiner, dstream_partitioner(streams, node), true, out, error);
    rdd_drop(pairs);
    return status;
}

weir_status compute_partition_by(struct dstreams *streams, struct dstream *stream, int64_t time_ms,
                                 struct rdd **out, weir_error *error)
{
    const struct node *node = stream->node;
    struct rdd *parent;
    struct rdd *pairs;

    WEIR_TRY(dstream_input(streams, stream, 0, time_ms, &parent, error));
    if (parent == NULL) {
        return WEIR_OK;
    }
    struct partitioner partitioner = dstream_partitioner(streams, node);
    WEIR_TRY(dstream_as_pairs(stream, parent, &pairs, error));
    weir_status status = WEIR_OK;
    if (node->is_ranged) {
        status = range_partitioner_sample(streams->executor, pairs, partitioner.partitions_count,
                                          false, &partitioner, error);
    }
    if (status == WEIR_OK) {
        status = rdd_create_partition_by(pairs, partitioner, out, error);
        partition_bounds_drop(partitioner.bounds);
    }
    rdd_drop(pairs);
    return status;
}

static enum cogroup_form form_of(enum operator_kind kind)
{
    switch ((int)kind) {
    case OPERATOR_GROUP_BY_KEY:
        return COGROUP_GROUP;
    case OPERATOR_JOIN:
        return COGROUP_JOIN;
    case OPERATOR_LEFT_OUTER_JOIN:
        return COGROUP_LEFT;
    case OPERATOR_RIGHT_OUTER_JOIN:
        return COGROUP_RIGHT;
    case OPERATOR_FULL_OUTER_JOIN:
        return COGROUP_FULL;
    default:
        assert(kind == OPERATOR_COGROUP);
        return COGROUP_LISTS;
    }
}

/* One stream that has no RDD gives none; of several all must have one. */
weir_status compute_cogroup(struct dstreams *streams, struct dstream *stream, int64_t time_ms,
                            struct rdd **out, weir_error *error)
{
    const struct node *node = stream->node;
    struct rdd **sides = mem_zalloc(node->inputs_count * sizeof(struct rdd *));
    weir_status status = WEIR_OK;

    if (sides == NULL) {
        return error_set(error, WEIR_E_NOMEM, "bring %u streams together", node->inputs_count);
    }
    for (uint32_t i = 0; i < node->inputs_count && status == WEIR_OK; i++) {
        struct rdd *parent = NULL;
        status = node->inputs_count == 1
                     ? dstream_input(streams, stream, i, time_ms, &parent, error)
                     : dstream_wanted_input(streams, stream, i, time_ms, &parent, error);
        if (status == WEIR_OK && parent == NULL) {
            goto done;
        }
        if (status == WEIR_OK) {
            status = dstream_as_pairs(stream, parent, &sides[i], error);
        }
    }
    if (status == WEIR_OK) {
        status = rdd_create_cogroup(sides, node->inputs_count, form_of(node->class->kind),
                                    dstream_partitioner(streams, node), out, error);
    }

done:
    for (uint32_t i = 0; i < node->inputs_count; i++) {
        rdd_drop(sides[i]);
    }
    mem_free(sides);
    return status;
}
