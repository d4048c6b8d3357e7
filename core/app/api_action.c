/*
 * api_action - what is done with an RDD in the end: rows and counts.
 */
#include <string.h>

#include "app/api_call.h"
#include "base/mem.h"
#include "exec/action.h"
#include "io/sink_files.h"

weir_status weir_rdd_collect(struct weir_rdd *rdd, struct weir_rows *out)
{
    struct block **blocks;
    uint32_t blocks_count;
    struct api_call call;

    if (!api_rows_open(&call, "weir_rdd_collect", rdd, out)) {
        return WEIR_E_INVAL;
    }
    weir_status status =
        action_collect(call.pool->executor, call.parents[0], &blocks, &blocks_count, &call.error);
    if (status == WEIR_OK) {
        status = api_rows(blocks, blocks_count, call.parents[0]->is_pairs, out, &call.error);
    }
    return api_call_end(&call, status);
}

weir_status weir_rdd_collect_partition(struct weir_rdd *rdd, uint32_t partition,
                                       struct weir_rows *out)
{
    struct weir_rdd *one = weir_rdd_prune(rdd, &partition, 1);
    weir_status status = weir_rdd_collect(one, out);

    weir_rdd_drop(one);
    return status;
}

weir_status weir_rdd_take(struct weir_rdd *rdd, uint32_t rows_max, struct weir_rows *out)
{
    struct block *block = NULL;
    struct api_call call;

    if (!api_rows_open(&call, "weir_rdd_take", rdd, out)) {
        return WEIR_E_INVAL;
    }
    weir_status status =
        action_take(call.pool->executor, call.parents[0], rows_max, &block, &call.error);
    return api_rows_close(&call, status, block, out);
}

weir_status weir_rdd_first(struct weir_rdd *rdd, struct weir_rows *out)
{
    struct block *block = NULL;
    struct api_call call;

    if (!api_rows_open(&call, "weir_rdd_first", rdd, out)) {
        return WEIR_E_INVAL;
    }
    weir_status status = action_first(call.pool->executor, call.parents[0], &block, &call.error);
    return api_rows_close(&call, status, block, out);
}

weir_status weir_rdd_take_ordered(struct weir_rdd *rdd, uint32_t rows_max, bool is_descending,
                                  struct weir_rows *out)
{
    struct block *block = NULL;
    struct api_call call;

    if (!api_rows_open(&call, "weir_rdd_take_ordered", rdd, out)) {
        return WEIR_E_INVAL;
    }
    weir_status status = action_take_ordered(call.pool->executor, call.parents[0], rows_max,
                                             is_descending, &block, &call.error);
    return api_rows_close(&call, status, block, out);
}

weir_status weir_rdd_take_sample(struct weir_rdd *rdd, bool with_replacement, int64_t count,
                                 uint64_t seed, struct weir_rows *out)
{
    struct block *block = NULL;
    struct api_call call;

    if (!api_rows_open(&call, "weir_rdd_take_sample", rdd, out)) {
        return WEIR_E_INVAL;
    }
    weir_status status = action_take_sample(call.pool->executor, call.parents[0], with_replacement,
                                            count, seed, &block, &call.error);
    return api_rows_close(&call, status, block, out);
}

weir_status weir_rdd_max(struct weir_rdd *rdd, struct weir_rows *out)
{
    struct block *block = NULL;
    struct api_call call;

    if (!api_rows_open(&call, "weir_rdd_max", rdd, out)) {
        return WEIR_E_INVAL;
    }
    weir_status status = action_max(call.pool->executor, call.parents[0], &block, &call.error);
    return api_rows_close(&call, status, block, out);
}

weir_status weir_rdd_min(struct weir_rdd *rdd, struct weir_rows *out)
{
    struct block *block = NULL;
    struct api_call call;

    if (!api_rows_open(&call, "weir_rdd_min", rdd, out)) {
        return WEIR_E_INVAL;
    }
    weir_status status = action_min(call.pool->executor, call.parents[0], &block, &call.error);
    return api_rows_close(&call, status, block, out);
}

weir_status weir_rdd_count(struct weir_rdd *rdd, uint64_t *out)
{
    struct api_call call;

    if (out == NULL || !api_call_open(&call, "weir_rdd_count", rdd)) {
        return WEIR_E_INVAL;
    }
    weir_status status = action_count(call.pool->executor, call.parents[0], out, &call.error);
    return api_call_end(&call, status);
}

weir_status weir_rdd_is_empty(struct weir_rdd *rdd, bool *out)
{
    struct api_call call;

    if (out == NULL || !api_call_open(&call, "weir_rdd_is_empty", rdd)) {
        return WEIR_E_INVAL;
    }
    weir_status status = action_is_empty(call.pool->executor, call.parents[0], out, &call.error);
    return api_call_end(&call, status);
}

weir_status weir_rdd_count_by_value(struct weir_rdd *rdd, struct weir_rows *out)
{
    struct block *block = NULL;
    struct api_call call;

    if (!api_rows_open(&call, "weir_rdd_count_by_value", rdd, out)) {
        return WEIR_E_INVAL;
    }
    weir_status status =
        action_count_by_value(call.pool->executor, call.parents[0], &block, &call.error);
    return api_rows_close(&call, status, block, out);
}

weir_status weir_rdd_count_approx_distinct(struct weir_rdd *rdd, double relative_deviation,
                                           uint64_t *out)
{
    struct api_call call;

    if (out == NULL || !api_call_open(&call, "weir_rdd_count_approx_distinct", rdd)) {
        return WEIR_E_INVAL;
    }
    weir_status status = action_count_approx_distinct(call.pool->executor, call.parents[0],
                                                      relative_deviation, out, &call.error);
    return api_call_end(&call, status);
}

weir_status weir_rdd_foreach(struct weir_rdd *rdd, struct weir_function function,
                             struct weir_value argument)
{
    const struct function *resolved;
    struct api_call call;

    if (!api_call_open(&call, "weir_rdd_foreach", rdd)) {
        return WEIR_E_INVAL;
    }
    weir_status status = api_call_find(&call, function, WEIR_FUNCTION_ROW, argument, &resolved);
    if (status == WEIR_OK) {
        status =
            action_for_each(call.pool->executor, call.parents[0], resolved, argument, &call.error);
    }
    return api_call_end(&call, status);
}

weir_status weir_rdd_foreach_partition(struct weir_rdd *rdd, struct weir_function function,
                                       struct weir_value argument)
{
    const struct function *resolved;
    struct api_call call;

    if (!api_call_open(&call, "weir_rdd_foreach_partition", rdd)) {
        return WEIR_E_INVAL;
    }
    weir_status status =
        api_call_find(&call, function, WEIR_FUNCTION_PARTITION, argument, &resolved);
    if (status == WEIR_OK) {
        status = action_for_each_partition(call.pool->executor, call.parents[0], resolved, argument,
                                           &call.error);
    }
    return api_call_end(&call, status);
}

weir_status weir_rdd_save_as_text_file(struct weir_rdd *rdd, const char *path)
{
    struct api_call call;

    if (path == NULL || *path == '\0' || !api_call_open(&call, "weir_rdd_save_as_text_file", rdd)) {
        return WEIR_E_INVAL;
    }
    weir_status status =
        sink_files_write_once(path, call.pool->executor, call.parents[0], &call.error);
    return api_call_end(&call, status);
}

weir_status weir_rdd_save_as_object_file(struct weir_rdd *rdd, const char *path)
{
    struct api_call call;

    if (path == NULL || *path == '\0' ||
        !api_call_open(&call, "weir_rdd_save_as_object_file", rdd)) {
        return WEIR_E_INVAL;
    }
    weir_status status =
        action_save_objects(call.pool->executor, call.parents[0], path, &call.error);
    return api_call_end(&call, status);
}
