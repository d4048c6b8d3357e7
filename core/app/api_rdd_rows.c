/*
 * api_rdd_rows - RDDs from RDDs, row by row and partition by partition.
 */
#include "app/api_call.h"
#include "exec/lineage.h"
#include "exec/lineage_rdd.h"

static struct weir_rdd *rows(const char *name, struct weir_rdd *from, enum rows_form form,
                             struct weir_function given, struct weir_value argument)
{
    const struct function *function;
    struct rdd *made = NULL;
    struct api_call call;

    if (!api_call_open(&call, name, from)) {
        return NULL;
    }
    weir_status status = api_call_apply(&call, given, WEIR_FUNCTION_ROW, argument, &function);
    if (status == WEIR_OK) {
        status =
            rdd_create_rows(call.parents[0], form, function, call.argument, &made, &call.error);
    }
    return api_call_close(&call, status, made);
}

struct weir_rdd *weir_rdd_map(struct weir_rdd *rdd, struct weir_function function,
                              struct weir_value argument)
{
    return rows("weir_rdd_map", rdd, ROWS_MAP, function, argument);
}

struct weir_rdd *weir_rdd_flat_map(struct weir_rdd *rdd, struct weir_function function,
                                   struct weir_value argument)
{
    return rows("weir_rdd_flat_map", rdd, ROWS_FLAT_MAP, function, argument);
}

struct weir_rdd *weir_rdd_map_to_pair(struct weir_rdd *rdd, struct weir_function function,
                                      struct weir_value argument)
{
    return rows("weir_rdd_map_to_pair", rdd, ROWS_MAP_TO_PAIR, function, argument);
}

struct weir_rdd *weir_rdd_flat_map_to_pair(struct weir_rdd *rdd, struct weir_function function,
                                           struct weir_value argument)
{
    return rows("weir_rdd_flat_map_to_pair", rdd, ROWS_FLAT_MAP_TO_PAIR, function, argument);
}

struct weir_rdd *weir_rdd_filter(struct weir_rdd *rdd, struct weir_function function,
                                 struct weir_value argument)
{
    const struct function *resolved;
    struct rdd *made = NULL;
    struct api_call call;

    if (!api_call_open(&call, "weir_rdd_filter", rdd)) {
        return NULL;
    }
    weir_status status = api_call_apply(&call, function, WEIR_FUNCTION_TEST, argument, &resolved);
    if (status == WEIR_OK) {
        status = rdd_create_filter(call.parents[0], resolved, call.argument, &made, &call.error);
    }
    return api_call_close(&call, status, made);
}

struct weir_rdd *weir_rdd_key_by(struct weir_rdd *rdd, struct weir_function function,
                                 struct weir_value argument)
{
    const struct function *resolved;
    struct rdd *made = NULL;
    struct api_call call;

    if (!api_call_open(&call, "weir_rdd_key_by", rdd)) {
        return NULL;
    }
    weir_status status = api_call_apply(&call, function, WEIR_FUNCTION_ROW, argument, &resolved);
    if (status == WEIR_OK) {
        status = rdd_create_key_by(call.parents[0], resolved, call.argument, &made, &call.error);
    }
    return api_call_close(&call, status, made);
}

static struct weir_rdd *partitions(const char *name, struct weir_rdd *from,
                                   struct weir_function given, struct weir_value argument,
                                   bool gives_pairs, bool keeps_partitioner)
{
    const struct function *function;
    struct rdd *made = NULL;
    struct api_call call;

    if (!api_call_open(&call, name, from)) {
        return NULL;
    }
    weir_status status = api_call_apply(&call, given, WEIR_FUNCTION_PARTITION, argument, &function);
    if (status == WEIR_OK) {
        status = rdd_create_map_partitions(call.parents[0], function, call.argument, gives_pairs,
                                           keeps_partitioner, &made, &call.error);
    }
    return api_call_close(&call, status, made);
}

struct weir_rdd *weir_rdd_map_partitions(struct weir_rdd *rdd, struct weir_function function,
                                         struct weir_value argument)
{
    return partitions("weir_rdd_map_partitions", rdd, function, argument, false, false);
}

struct weir_rdd *weir_rdd_map_partitions_to_pair(struct weir_rdd *rdd,
                                                 struct weir_function function,
                                                 struct weir_value argument, bool keeps_partitioner)
{
    return partitions("weir_rdd_map_partitions_to_pair", rdd, function, argument, true,
                      keeps_partitioner);
}

struct weir_rdd *weir_rdd_glom(struct weir_rdd *rdd)
{
    struct rdd *made = NULL;
    struct api_call call;

    if (!api_call_open(&call, "weir_rdd_glom", rdd)) {
        return NULL;
    }
    weir_status status = rdd_create_glom(call.parents[0], &made, &call.error);
    return api_call_close(&call, status, made);
}

struct weir_rdd *weir_rdd_prune(struct weir_rdd *rdd, const uint32_t *numbers, uint32_t count)
{
    struct rdd *made = NULL;
    struct api_call call;

    if (!api_call_open(&call, "weir_rdd_prune", rdd)) {
        return NULL;
    }
    weir_status status =
        numbers == NULL && count > 0
            ? error_set(&call.error, WEIR_E_INVAL, "there are no numbers")
            : rdd_create_pruned(call.parents[0], numbers, count, &made, &call.error);
    return api_call_close(&call, status, made);
}

static weir_status check_count(struct api_call *call, uint32_t count)
{
    return count > 0 ? WEIR_OK
                     : error_set(&call->error, WEIR_E_INVAL,
                                 "Number of partitions (%u) must be positive.", count);
}

struct weir_rdd *weir_rdd_coalesce(struct weir_rdd *rdd, uint32_t count)
{
    struct rdd *made = NULL;
    struct api_call call;

    if (!api_call_open(&call, "weir_rdd_coalesce", rdd)) {
        return NULL;
    }
    weir_status status = check_count(&call, count);
    if (status == WEIR_OK) {
        status = rdd_create_coalesce(call.parents[0], count, &made, &call.error);
    }
    return api_call_close(&call, status, made);
}

struct weir_rdd *weir_rdd_repartition(struct weir_rdd *rdd, uint32_t count)
{
    struct rdd *made = NULL;
    struct api_call call;

    if (!api_call_open(&call, "weir_rdd_repartition", rdd)) {
        return NULL;
    }
    weir_status status = check_count(&call, count);
    if (status == WEIR_OK) {
        status = rdd_create_repartition(call.parents[0], count, &made, &call.error);
    }
    return api_call_close(&call, status, made);
}

struct weir_rdd *weir_rdd_pipe(struct weir_rdd *rdd, const char *const *arguments,
                               const char *const *environment)
{
    struct rdd *made = NULL;
    struct api_call call;

    if (!api_call_open(&call, "weir_rdd_pipe", rdd)) {
        return NULL;
    }
    weir_status status =
        arguments == NULL || arguments[0] == NULL
            ? error_set(&call.error, WEIR_E_INVAL, "there is no command")
            : rdd_create_pipe(call.parents[0], arguments, environment, &made, &call.error);
    return api_call_close(&call, status, made);
}

struct weir_rdd *weir_rdd_sample(struct weir_rdd *rdd, bool with_replacement, double fraction,
                                 uint64_t seed)
{
    struct rdd *made = NULL;
    struct api_call call;

    if (!api_call_open(&call, "weir_rdd_sample", rdd)) {
        return NULL;
    }
    weir_status status =
        rdd_create_sample(call.parents[0], with_replacement, fraction, seed, &made, &call.error);
    return api_call_close(&call, status, made);
}
