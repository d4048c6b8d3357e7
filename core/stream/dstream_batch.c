/*
 * dstream_batch - the operators that look at one batch alone.
 */
#include <assert.h>
#include <inttypes.h>

#include "base/mem.h"
#include "exec/lineage.h"
#include "stream/dstream_compute.h"

weir_status compute_rows(struct dstreams *streams, struct dstream *stream, int64_t time_ms,
                         struct rdd **out, weir_error *error)
{
    static const enum rows_form forms[OPERATORS_COUNT] = {
        [OPERATOR_MAP] = ROWS_MAP,
        [OPERATOR_FLAT_MAP] = ROWS_FLAT_MAP,
        [OPERATOR_MAP_TO_PAIR] = ROWS_MAP_TO_PAIR,
        [OPERATOR_FLAT_MAP_TO_PAIR] = ROWS_FLAT_MAP_TO_PAIR,
    };
    const struct node *node = stream->node;
    struct rdd *parent;

    WEIR_TRY(dstream_input(streams, stream, 0, time_ms, &parent, error));
    if (parent == NULL) {
        return WEIR_OK;
    }
    return rdd_create_rows(parent, forms[node->class->kind], node->function, node->argument, out,
                           error);
}

weir_status compute_filter(struct dstreams *streams, struct dstream *stream, int64_t time_ms,
                           struct rdd **out, weir_error *error)
{
    struct rdd *parent;

    WEIR_TRY(dstream_input(streams, stream, 0, time_ms, &parent, error));
    if (parent == NULL) {
        return WEIR_OK;
    }
    return rdd_create_filter(parent, stream->node->function, stream->node->argument, out, error);
}

weir_status dstream_reduce(const struct dstream *stream, struct rdd *parent,
                           const struct function *function, struct weir_value argument,
                           uint32_t partitions_count, struct rdd **out, weir_error *error)
{
    struct rdd *empty = NULL;

    if (!parent->is_pairs && parent->partitions_count > 0) {
        return error_set(error, WEIR_E_INVAL, "%s wants pairs, and got plain rows",
                         stream->node->class->name);
    }
    if (!parent->is_pairs) {
        WEIR_TRY(rdd_create_empty(true, &empty, error));
        parent = empty;
    }
    weir_status status =
        rdd_create_reduce_by_key(parent, function, argument, partitions_count, out, error);
    rdd_drop(empty);
    return status;
}

weir_status compute_count_by_value(struct dstreams *streams, struct dstream *stream,
                                   int64_t time_ms, struct rdd **out, weir_error *error)
{
    const struct node *node = stream->node;
    const struct function *with_one = function_find(streams->graph->functions, "with_one");
    const struct function *sum = function_find(streams->graph->functions, "sum");
    struct rdd *parent;
    struct rdd *ones;

    if (with_one == NULL || sum == NULL) {
        return error_set(error, WEIR_E_BUG, "the built-in functions are missing");
    }
    WEIR_TRY(dstream_input(streams, stream, 0, time_ms, &parent, error));
    if (parent == NULL) {
        return WEIR_OK;
    }
    WEIR_TRY(rdd_create_rows(parent, ROWS_MAP_TO_PAIR, with_one, weir_null(), &ones, error));
    uint32_t partitions_count =
        node->partitions != 0 ? node->partitions : executor_partitions(streams->executor);
    weir_status status =
        dstream_reduce(stream, ones, sum, weir_null(), partitions_count, out, error);
    rdd_drop(ones);
    return status;
}

weir_status dstream_unite(struct rdd *const *rdds, uint32_t rdds_count, struct rdd **out,
                          weir_error *error)
{
    struct rdd **full = mem_alloc(rdds_count * sizeof(struct rdd *));
    uint32_t full_count = 0;
    weir_status status = WEIR_OK;

    assert(rdds_count > 0);
    if (full == NULL) {
        return error_set(error, WEIR_E_NOMEM, "unite %" PRIu32 " RDDs", rdds_count);
    }
    for (uint32_t i = 0; i < rdds_count && status == WEIR_OK; i++) {
        if (rdds[i]->partitions_count == 0) {
            continue;
        }
        full[full_count++] = rdds[i];
        if (rdds[i]->is_pairs != full[0]->is_pairs) {
            status = error_set(error, WEIR_E_INVAL, "it unites plain rows and pairs");
        }
    }
    if (status == WEIR_OK && full_count == 0) {
        *out = rdd_hold(rdds[0]);
    } else if (status == WEIR_OK) {
        status = rdd_create_union(full, full_count, out, error);
    }
    mem_free(full);
    return status;
}

weir_status compute_union(struct dstreams *streams, struct dstream *stream, int64_t time_ms,
                          struct rdd **out, weir_error *error)
{
    const struct node *node = stream->node;
    struct rdd **parents = mem_alloc(node->inputs_count * sizeof(struct rdd *));
    weir_status status = WEIR_OK;

    if (parents == NULL) {
        return error_set(error, WEIR_E_NOMEM, "unite %" PRIu32 " streams", node->inputs_count);
    }
    for (uint32_t i = 0; i < node->inputs_count && status == WEIR_OK; i++) {
        status = dstream_wanted_input(streams, stream, i, time_ms, &parents[i], error);
    }
    if (status == WEIR_OK) {
        status = dstream_unite(parents, node->inputs_count, out, error);
    }
    mem_free(parents);
    return status;
}
