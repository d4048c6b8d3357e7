/*
 * api_rdd_order - RDDs from RDDs: rows put in order, numbered, and shared out by chance.
 */
#include <string.h>

#include "app/api_call.h"
#include "base/mem.h"
#include "exec/lineage.h"
#include "exec/lineage_rdd.h"

struct weir_rdd *weir_rdd_sort_by(struct weir_rdd *rdd, struct weir_function function,
                                  struct weir_value argument, bool is_descending,
                                  uint32_t partitions)
{
    const struct function *resolved;
    struct rdd *made = NULL;
    struct api_call call;

    if (!api_call_open(&call, "weir_rdd_sort_by", rdd)) {
        return NULL;
    }
    uint32_t count = api_call_partitions(&call, partitions);
    weir_status status = api_call_apply(&call, function, WEIR_FUNCTION_ROW, argument, &resolved);
    if (status == WEIR_OK) {
        status = rdd_create_sort_by(call.pool->executor, call.parents[0], resolved, call.argument,
                                    is_descending, count, &made, &call.error);
    }
    return api_call_close(&call, status, made);
}

struct weir_rdd *weir_rdd_sort_by_key(struct weir_rdd *rdd, bool is_descending, uint32_t partitions)
{
    struct rdd *made = NULL;
    struct api_call call;

    if (!api_call_open(&call, "weir_rdd_sort_by_key", rdd)) {
        return NULL;
    }
    weir_status status = api_call_takes_pairs(&call);
    if (status == WEIR_OK) {
        status = rdd_create_sort_by_key(call.pool->executor, call.parents[0], is_descending,
                                        api_call_partitions(&call, partitions), &made, &call.error);
    }
    return api_call_close(&call, status, made);
}

struct weir_rdd *weir_rdd_filter_by_range(struct weir_rdd *rdd, struct weir_value lower,
                                          struct weir_value upper)
{
    struct rdd *made = NULL;
    struct api_call call;

    if (!api_call_open(&call, "weir_rdd_filter_by_range", rdd)) {
        return NULL;
    }
    weir_status status = api_call_takes_pairs(&call);
    if (status == WEIR_OK) {
        status = rdd_create_filter_by_range(call.parents[0], lower, upper, &made, &call.error);
    }
    return api_call_close(&call, status, made);
}

struct weir_rdd *weir_rdd_top(struct weir_rdd *rdd, uint32_t count)
{
    struct rdd *made = NULL;
    struct api_call call;

    if (!api_call_open(&call, "weir_rdd_top", rdd)) {
        return NULL;
    }
    weir_status status = rdd_create_top(call.parents[0], count, &made, &call.error);
    return api_call_close(&call, status, made);
}

struct weir_rdd *weir_rdd_zip_with_index(struct weir_rdd *rdd)
{
    struct rdd *made = NULL;
    struct api_call call;

    if (!api_call_open(&call, "weir_rdd_zip_with_index", rdd)) {
        return NULL;
    }
    weir_status status =
        rdd_create_zip_with_index(call.pool->executor, call.parents[0], &made, &call.error);
    return api_call_close(&call, status, made);
}

struct weir_rdd *weir_rdd_zip_with_unique_id(struct weir_rdd *rdd)
{
    struct rdd *made = NULL;
    struct api_call call;

    if (!api_call_open(&call, "weir_rdd_zip_with_unique_id", rdd)) {
        return NULL;
    }
    weir_status status = rdd_create_zip_with_unique_id(call.parents[0], &made, &call.error);
    return api_call_close(&call, status, made);
}

/* Handles for all of them, or for none. */
static weir_status hand_out(struct api_call *call, struct rdd **made, uint32_t count,
                            struct weir_rdd **out)
{
    weir_status status = WEIR_OK;

    for (uint32_t i = 0; i < count; i++) {
        out[i] = handle_create(call->pool, made[i]); /* drops it when it fails */
        if (out[i] == NULL) {
            status = error_set(&call->error, WEIR_E_NOMEM, "no memory for %u RDDs", count);
        }
    }
    for (uint32_t i = 0; i < count && status != WEIR_OK; i++) {
        weir_rdd_drop(out[i]);
        out[i] = NULL;
    }
    return status;
}

weir_status weir_rdd_random_split(struct weir_rdd *rdd, const double *weights, uint32_t count,
                                  uint64_t seed, struct weir_rdd **out)
{
    struct api_call call;

    if (weights == NULL || out == NULL || count == 0) {
        return WEIR_E_INVAL;
    }
    memset(out, 0, count * sizeof(struct weir_rdd *));
    if (!api_call_open(&call, "weir_rdd_random_split", rdd)) {
        return WEIR_E_INVAL;
    }
    struct rdd **made = mem_zalloc(count * sizeof(struct rdd *));
    weir_status status =
        made == NULL
            ? error_set(&call.error, WEIR_E_NOMEM, "no memory for %u RDDs", count)
            : rdd_create_random_split(call.parents[0], weights, count, seed, made, &call.error);
    if (status == WEIR_OK) {
        status = hand_out(&call, made, count, out);
    }
    mem_free(made);
    return api_call_end(&call, status);
}

struct weir_rdd *weir_rdd_sample_by_key(struct weir_rdd *rdd, bool with_replacement,
                                        struct weir_value fractions, uint64_t seed)
{
    struct rdd *made = NULL;
    struct api_call call;

    if (!api_call_open(&call, "weir_rdd_sample_by_key", rdd)) {
        return NULL;
    }
    weir_status status = api_call_takes_pairs(&call);
    if (status == WEIR_OK && weir_kind_of(fractions) != WEIR_MAP) {
        status = error_set(&call.error, WEIR_E_INVAL, "the fractions are not a map");
    }
    if (status == WEIR_OK) {
        status = rdd_create_sample_by_key(call.parents[0], with_replacement, fractions, seed, &made,
                                          &call.error);
    }
    return api_call_close(&call, status, made);
}
