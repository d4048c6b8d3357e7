/*
 * api_action_values - all rows of an RDD, or of each of its keys, to one value.
 */
#include "app/api_call.h"
#include "exec/action.h"

weir_status weir_rdd_reduce(struct weir_rdd *rdd, struct weir_function function,
                            struct weir_value argument, struct weir_rows *out)
{
    const struct function *resolved;
    struct block *block = NULL;
    struct api_call call;

    if (!api_rows_open(&call, "weir_rdd_reduce", rdd, out)) {
        return WEIR_E_INVAL;
    }
    weir_status status = api_call_find(&call, function, WEIR_FUNCTION_REDUCE, argument, &resolved);
    if (status == WEIR_OK) {
        status = action_reduce(call.pool->executor, call.parents[0], resolved, argument, &block,
                               &call.error);
    }
    return api_rows_close(&call, status, block, out);
}

weir_status weir_rdd_fold(struct weir_rdd *rdd, struct weir_value zero,
                          struct weir_function function, struct weir_value argument,
                          struct weir_rows *out)
{
    const struct function *resolved;
    struct block *block = NULL;
    struct api_call call;

    if (!api_rows_open(&call, "weir_rdd_fold", rdd, out)) {
        return WEIR_E_INVAL;
    }
    weir_status status = api_call_find(&call, function, WEIR_FUNCTION_REDUCE, argument, &resolved);
    if (status == WEIR_OK) {
        status = action_fold(call.pool->executor, call.parents[0], zero, resolved, argument, &block,
                             &call.error);
    }
    return api_rows_close(&call, status, block, out);
}

static weir_status find_combiner(struct api_call *call, struct weir_value zero,
                                 struct weir_function merge, struct weir_function combine,
                                 struct weir_value argument, struct combiner *out)
{
    *out = (struct combiner){.zero = zero, .has_zero = true, .argument = argument};
    WEIR_TRY(api_call_find(call, merge, WEIR_FUNCTION_REDUCE, argument, &out->merge_value));
    return api_call_find(call, combine, WEIR_FUNCTION_REDUCE, argument, &out->merge_combiners);
}

weir_status weir_rdd_aggregate(struct weir_rdd *rdd, struct weir_value zero,
                               struct weir_function merge, struct weir_function combine,
                               struct weir_value argument, struct weir_rows *out)
{
    struct combiner combiner;
    struct block *block = NULL;
    struct api_call call;

    if (!api_rows_open(&call, "weir_rdd_aggregate", rdd, out)) {
        return WEIR_E_INVAL;
    }
    weir_status status = find_combiner(&call, zero, merge, combine, argument, &combiner);
    if (status == WEIR_OK) {
        status =
            action_aggregate(call.pool->executor, call.parents[0], &combiner, &block, &call.error);
    }
    return api_rows_close(&call, status, block, out);
}

weir_status weir_rdd_tree_reduce(struct weir_rdd *rdd, struct weir_function function,
                                 struct weir_value argument, uint32_t depth, struct weir_rows *out)
{
    const struct function *resolved;
    struct block *block = NULL;
    struct api_call call;

    if (!api_rows_open(&call, "weir_rdd_tree_reduce", rdd, out)) {
        return WEIR_E_INVAL;
    }
    weir_status status = api_call_find(&call, function, WEIR_FUNCTION_REDUCE, argument, &resolved);
    if (status == WEIR_OK) {
        status = action_tree_reduce(call.pool->executor, call.parents[0], resolved, argument, depth,
                                    &block, &call.error);
    }
    return api_rows_close(&call, status, block, out);
}

weir_status weir_rdd_tree_aggregate(struct weir_rdd *rdd, struct weir_value zero,
                                    struct weir_function merge, struct weir_function combine,
                                    struct weir_value argument, uint32_t depth,
                                    struct weir_rows *out)
{
    struct combiner combiner;
    struct block *block = NULL;
    struct api_call call;

    if (!api_rows_open(&call, "weir_rdd_tree_aggregate", rdd, out)) {
        return WEIR_E_INVAL;
    }
    weir_status status = find_combiner(&call, zero, merge, combine, argument, &combiner);
    if (status == WEIR_OK) {
        status = action_tree_aggregate(call.pool->executor, call.parents[0], &combiner, depth,
                                       &block, &call.error);
    }
    return api_rows_close(&call, status, block, out);
}

weir_status weir_rdd_count_by_key(struct weir_rdd *rdd, struct weir_rows *out)
{
    struct block *block = NULL;
    struct api_call call;

    if (!api_rows_open(&call, "weir_rdd_count_by_key", rdd, out)) {
        return WEIR_E_INVAL;
    }
    weir_status status = api_call_takes_pairs(&call);
    if (status == WEIR_OK) {
        status = action_count_by_key(call.pool->executor, call.parents[0], &block, &call.error);
    }
    return api_rows_close(&call, status, block, out);
}

weir_status weir_rdd_collect_as_map(struct weir_rdd *rdd, struct weir_rows *out)
{
    struct block *block = NULL;
    struct api_call call;

    if (!api_rows_open(&call, "weir_rdd_collect_as_map", rdd, out)) {
        return WEIR_E_INVAL;
    }
    weir_status status = api_call_takes_pairs(&call);
    if (status == WEIR_OK) {
        status = action_collect_as_map(call.pool->executor, call.parents[0], &block, &call.error);
    }
    return api_rows_close(&call, status, block, out);
}

weir_status weir_rdd_reduce_by_key_locally(struct weir_rdd *rdd, struct weir_function function,
                                           struct weir_value argument, struct weir_rows *out)
{
    const struct function *resolved;
    struct block *block = NULL;
    struct api_call call;

    if (!api_rows_open(&call, "weir_rdd_reduce_by_key_locally", rdd, out)) {
        return WEIR_E_INVAL;
    }
    weir_status status = api_call_takes_pairs(&call);
    if (status == WEIR_OK) {
        status = api_call_find(&call, function, WEIR_FUNCTION_REDUCE, argument, &resolved);
    }
    if (status == WEIR_OK) {
        status = action_reduce_by_key_locally(call.pool->executor, call.parents[0], resolved,
                                              argument, &block, &call.error);
    }
    return api_rows_close(&call, status, block, out);
}

weir_status weir_rdd_lookup(struct weir_rdd *rdd, struct weir_value key, struct weir_rows *out)
{
    struct block *block = NULL;
    struct api_call call;

    if (!api_rows_open(&call, "weir_rdd_lookup", rdd, out)) {
        return WEIR_E_INVAL;
    }
    weir_status status = api_call_takes_pairs(&call);
    if (status == WEIR_OK) {
        status = action_lookup(call.pool->executor, call.parents[0], key, &block, &call.error);
    }
    return api_rows_close(&call, status, block, out);
}
