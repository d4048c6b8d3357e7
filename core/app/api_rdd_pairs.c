/*
 * api_rdd_pairs - RDDs from an RDD of pairs: values mapped, combined, moved by their keys.
 */
#include <string.h>

#include "app/api_call.h"
#include "exec/lineage.h"
#include "exec/lineage_rdd.h"
#include "exec/range_bounds.h"

struct weir_rdd *weir_rdd_map_values(struct weir_rdd *rdd, struct weir_function function,
                                     struct weir_value argument)
{
    const struct function *resolved;
    struct rdd *made = NULL;
    struct api_call call;

    if (!api_call_open(&call, "weir_rdd_map_values", rdd)) {
        return NULL;
    }
    weir_status status = api_call_takes_pairs(&call);
    if (status == WEIR_OK) {
        status = api_call_apply(&call, function, WEIR_FUNCTION_ROW, argument, &resolved);
    }
    if (status == WEIR_OK) {
        status =
            rdd_create_map_values(call.parents[0], resolved, call.argument, &made, &call.error);
    }
    return api_call_close(&call, status, made);
}

struct weir_rdd *weir_rdd_flat_map_values(struct weir_rdd *rdd, struct weir_function function,
                                          struct weir_value argument)
{
    const struct function *resolved;
    struct rdd *made = NULL;
    struct api_call call;

    if (!api_call_open(&call, "weir_rdd_flat_map_values", rdd)) {
        return NULL;
    }
    weir_status status = api_call_takes_pairs(&call);
    if (status == WEIR_OK) {
        status = api_call_apply(&call, function, WEIR_FUNCTION_ROW, argument, &resolved);
    }
    if (status == WEIR_OK) {
        status = rdd_create_flat_map_values(call.parents[0], resolved, call.argument, &made,
                                            &call.error);
    }
    return api_call_close(&call, status, made);
}

struct weir_rdd *weir_rdd_keys(struct weir_rdd *rdd)
{
    struct rdd *made = NULL;
    struct api_call call;

    if (!api_call_open(&call, "weir_rdd_keys", rdd)) {
        return NULL;
    }
    weir_status status = api_call_takes_pairs(&call);
    if (status == WEIR_OK) {
        status = rdd_create_keys(call.parents[0], &made, &call.error);
    }
    return api_call_close(&call, status, made);
}

struct weir_rdd *weir_rdd_pair_values(struct weir_rdd *rdd)
{
    struct rdd *made = NULL;
    struct api_call call;

    if (!api_call_open(&call, "weir_rdd_pair_values", rdd)) {
        return NULL;
    }
    weir_status status = api_call_takes_pairs(&call);
    if (status == WEIR_OK) {
        status = rdd_create_pair_values(call.parents[0], &made, &call.error);
    }
    return api_call_close(&call, status, made);
}

/* What a combining call was given; the functions that it has none of are NULL. */
struct combination {
    const struct weir_function *create;
    const struct weir_function *merge;
    const struct weir_function *combine;
    const struct weir_value *zero;
    struct weir_value argument;
    uint32_t partitions;
};

static weir_status find_functions(struct api_call *call, const struct combination *given,
                                  struct combiner *combiner)
{
    if (given->create != NULL) {
        WEIR_TRY(api_call_find(call, *given->create, WEIR_FUNCTION_CREATE, given->argument,
                               &combiner->create));
    }
    WEIR_TRY(api_call_find(call, *given->merge, WEIR_FUNCTION_REDUCE, given->argument,
                           &combiner->merge_value));
    return api_call_find(call, *given->combine, WEIR_FUNCTION_REDUCE, given->argument,
                         &combiner->merge_combiners);
}

static weir_status combine(struct api_call *call, const struct combination *given, struct rdd **out)
{
    const struct weir_value values[] = {given->zero == NULL ? weir_null() : *given->zero,
                                        given->argument};
    struct weir_value copies[2];
    struct combiner combiner = {.has_zero = given->zero != NULL};

    WEIR_TRY(api_call_takes_pairs(call));
    WEIR_TRY(find_functions(call, given, &combiner));
    WEIR_TRY(api_call_keep(call, values, 2, copies));
    combiner.zero = copies[0];
    combiner.argument = copies[1];
    return rdd_create_combine(call->parents[0], &combiner,
                              api_call_partitioner(call, given->partitions), true, out,
                              &call->error);
}

static struct weir_rdd *derive_combined(const char *name, struct weir_rdd *rdd,
                                        const struct combination *given)
{
    struct rdd *made = NULL;
    struct api_call call;

    if (!api_call_open(&call, name, rdd)) {
        return NULL;
    }
    weir_status status = combine(&call, given, &made);
    return api_call_close(&call, status, made);
}

struct weir_rdd *weir_rdd_reduce_by_key(struct weir_rdd *rdd, struct weir_function function,
                                        struct weir_value argument, uint32_t partitions)
{
    return derive_combined("weir_rdd_reduce_by_key", rdd,
                           &(struct combination){.merge = &function,
                                                 .combine = &function,
                                                 .argument = argument,
                                                 .partitions = partitions});
}

struct weir_rdd *weir_rdd_fold_by_key(struct weir_rdd *rdd, struct weir_value zero,
                                      struct weir_function function, struct weir_value argument,
                                      uint32_t partitions)
{
    return derive_combined("weir_rdd_fold_by_key", rdd,
                           &(struct combination){.zero = &zero,
                                                 .merge = &function,
                                                 .combine = &function,
                                                 .argument = argument,
                                                 .partitions = partitions});
}

struct weir_rdd *weir_rdd_aggregate_by_key(struct weir_rdd *rdd, struct weir_value zero,
                                           struct weir_function merge,
                                           struct weir_function combine_function,
                                           struct weir_value argument, uint32_t partitions)
{
    return derive_combined("weir_rdd_aggregate_by_key", rdd,
                           &(struct combination){.zero = &zero,
                                                 .merge = &merge,
                                                 .combine = &combine_function,
                                                 .argument = argument,
                                                 .partitions = partitions});
}

struct weir_rdd *weir_rdd_combine_by_key(struct weir_rdd *rdd, struct weir_function create,
                                         struct weir_function merge,
                                         struct weir_function combine_function,
                                         struct weir_value argument, uint32_t partitions)
{
    return derive_combined("weir_rdd_combine_by_key", rdd,
                           &(struct combination){.create = &create,
                                                 .merge = &merge,
                                                 .combine = &combine_function,
                                                 .argument = argument,
                                                 .partitions = partitions});
}

static weir_status group(struct api_call *call, uint32_t partitions, struct rdd **out)
{
    WEIR_TRY(api_call_takes_pairs(call));
    return rdd_create_cogroup(call->parents, 1, COGROUP_GROUP,
                              api_call_partitioner(call, partitions), out, &call->error);
}

struct weir_rdd *weir_rdd_group_by_key(struct weir_rdd *rdd, uint32_t partitions)
{
    struct rdd *made = NULL;
    struct api_call call;

    if (!api_call_open(&call, "weir_rdd_group_by_key", rdd)) {
        return NULL;
    }
    weir_status status = group(&call, partitions, &made);
    return api_call_close(&call, status, made);
}

struct weir_rdd *weir_rdd_group_by(struct weir_rdd *rdd, struct weir_function function,
                                   struct weir_value argument, uint32_t partitions)
{
    const struct function *resolved;
    struct rdd *keyed = NULL;
    struct rdd *made = NULL;
    struct api_call call;

    if (!api_call_open(&call, "weir_rdd_group_by", rdd)) {
        return NULL;
    }
    weir_status status = api_call_apply(&call, function, WEIR_FUNCTION_ROW, argument, &resolved);
    if (status == WEIR_OK) {
        status = rdd_create_key_by(call.parents[0], resolved, call.argument, &keyed, &call.error);
    }
    if (status == WEIR_OK) {
        rdd_drop(call.parents[0]);
        call.parents[0] = keyed;
        status = group(&call, partitions, &made);
    }
    return api_call_close(&call, status, made);
}

/* Names that stand for partitioners of the engine's own. */
static bool is_named(const struct weir_function *given, const char *name)
{
    return given->kind == WEIR_FUNCTION_NAMED && given->name != NULL &&
           strcmp(given->name, name) == 0;
}

/* bounds: held once when there are any. */
static weir_status find_partitioner(struct api_call *call, struct weir_function given,
                                    struct weir_value argument, uint32_t partitions,
                                    struct partitioner *out)
{
    uint32_t count = api_call_partitions(call, partitions);

    if (is_named(&given, "hash")) {
        *out = partitioner_hash(count);
        return WEIR_OK;
    }
    if (is_named(&given, "range")) {
        return range_partitioner_sample(call->pool->executor, call->parents[0], count, false, out,
                                        &call->error);
    }
    *out = (struct partitioner){.kind = PARTITIONER_FUNCTION, .partitions_count = count};
    WEIR_TRY(api_call_apply(call, given, WEIR_FUNCTION_PARTITIONER, argument, &out->function));
    out->argument = call->argument;
    return WEIR_OK;
}

static struct weir_rdd *move_by(const char *name, struct weir_rdd *rdd, uint32_t partitions,
                                struct weir_function given, struct weir_value argument,
                                bool is_sorted)
{
    struct partitioner partitioner = partitioner_none();
    struct rdd *made = NULL;
    struct api_call call;

    if (!api_call_open(&call, name, rdd)) {
        return NULL;
    }
    weir_status status = api_call_takes_pairs(&call);
    if (status == WEIR_OK) {
        status = find_partitioner(&call, given, argument, partitions, &partitioner);
    }
    if (status == WEIR_OK) {
        status = is_sorted
                     ? rdd_create_sort_within(call.parents[0], partitioner, &made, &call.error)
                     : rdd_create_partition_by(call.parents[0], partitioner, &made, &call.error);
    }
    partition_bounds_drop(partitioner.bounds);
    return api_call_close(&call, status, made);
}

struct weir_rdd *weir_rdd_partition_by(struct weir_rdd *rdd, uint32_t partitions,
                                       struct weir_function partitioner, struct weir_value argument)
{
    return move_by("weir_rdd_partition_by", rdd, partitions, partitioner, argument, false);
}

struct weir_rdd *weir_rdd_partition_and_sort(struct weir_rdd *rdd, uint32_t partitions,
                                             struct weir_function partitioner,
                                             struct weir_value argument)
{
    return move_by("weir_rdd_partition_and_sort", rdd, partitions, partitioner, argument, true);
}
