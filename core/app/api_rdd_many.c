/*
 * api_rdd_many - RDDs from several RDDs, row by row: unions, sets, zip, products.
 */
#include "app/api_call.h"
#include "exec/cogroup.h"
#include "exec/lineage.h"
#include "exec/lineage_rdd.h"

/* Leaves out the parents of no partitions: they are of either shape, and add nothing. */
static void leave_out_empty(struct api_call *call)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < call->parents_count; i++) {
        if (call->parents[i]->partitions_count > 0) {
            call->parents[kept++] = call->parents[i];
        } else {
            rdd_drop(call->parents[i]);
        }
    }
    call->parents_count = kept;
}

static weir_status unite(struct api_call *call, struct rdd **out)
{
    bool has_pairs = call->parents[0]->is_pairs;

    leave_out_empty(call);
    if (call->parents_count == 0) {
        return rdd_create_empty(has_pairs, out, &call->error);
    }
    if (call->parents_count == 1) {
        *out = rdd_hold(call->parents[0]);
        return WEIR_OK;
    }
    for (uint32_t i = 1; i < call->parents_count; i++) {
        if (call->parents[i]->is_pairs != call->parents[0]->is_pairs) {
            return error_set(&call->error, WEIR_E_INVAL, "one has pairs, the other plain rows");
        }
    }
    return rdd_create_union(call->parents, call->parents_count, out, &call->error);
}

struct weir_rdd *weir_rdd_union(struct weir_rdd *left, struct weir_rdd *right)
{
    struct rdd *made = NULL;
    struct api_call call;

    if (!api_call_open_two(&call, "weir_rdd_union", left, right)) {
        return NULL;
    }
    weir_status status = unite(&call, &made);
    return api_call_close(&call, status, made);
}

struct weir_rdd *weir_rdd_union_all(struct weir_rdd *const *rdds, uint32_t count)
{
    struct rdd *made = NULL;
    struct api_call call;

    if (!api_call_open_all(&call, "weir_rdd_union_all", rdds, count)) {
        return NULL;
    }
    weir_status status = unite(&call, &made);
    return api_call_close(&call, status, made);
}

struct weir_rdd *weir_rdd_distinct(struct weir_rdd *rdd, uint32_t partitions)
{
    struct rdd *made = NULL;
    struct api_call call;

    if (!api_call_open(&call, "weir_rdd_distinct", rdd)) {
        return NULL;
    }
    weir_status status = rdd_create_distinct(
        call.parents[0], api_call_partitions(&call, partitions), &made, &call.error);
    return api_call_close(&call, status, made);
}

/* What has no partitions takes the other one's shape. */
static weir_status match_shapes(struct api_call *call)
{
    bool any_pairs = call->parents[0]->is_pairs || call->parents[1]->is_pairs;

    return any_pairs ? api_call_takes_pairs(call) : WEIR_OK;
}

struct weir_rdd *weir_rdd_intersection(struct weir_rdd *left, struct weir_rdd *right,
                                       uint32_t partitions)
{
    struct rdd *made = NULL;
    struct api_call call;

    if (!api_call_open_two(&call, "weir_rdd_intersection", left, right)) {
        return NULL;
    }
    weir_status status = match_shapes(&call);
    if (status == WEIR_OK) {
        uint32_t count = api_call_partitioner(&call, partitions).partitions_count;
        status =
            rdd_create_intersection(call.parents[0], call.parents[1], count, &made, &call.error);
    }
    return api_call_close(&call, status, made);
}

struct weir_rdd *weir_rdd_subtract(struct weir_rdd *left, struct weir_rdd *right,
                                   uint32_t partitions)
{
    struct rdd *made = NULL;
    struct api_call call;

    if (!api_call_open_two(&call, "weir_rdd_subtract", left, right)) {
        return NULL;
    }
    weir_status status = match_shapes(&call);
    if (status == WEIR_OK) {
        status = rdd_create_subtract(call.parents[0], call.parents[1],
                                     api_call_partitions(&call, partitions), &made, &call.error);
    }
    return api_call_close(&call, status, made);
}

struct weir_rdd *weir_rdd_cartesian(struct weir_rdd *left, struct weir_rdd *right)
{
    struct rdd *made = NULL;
    struct api_call call;

    if (!api_call_open_two(&call, "weir_rdd_cartesian", left, right)) {
        return NULL;
    }
    weir_status status = rdd_create_cartesian(call.parents[0], call.parents[1], &made, &call.error);
    return api_call_close(&call, status, made);
}

struct weir_rdd *weir_rdd_zip(struct weir_rdd *left, struct weir_rdd *right)
{
    struct rdd *made = NULL;
    struct api_call call;

    if (!api_call_open_two(&call, "weir_rdd_zip", left, right)) {
        return NULL;
    }
    weir_status status = rdd_create_zip(call.parents[0], call.parents[1], &made, &call.error);
    return api_call_close(&call, status, made);
}

struct weir_rdd *weir_rdd_zip_partitions(struct weir_rdd *const *rdds, uint32_t count,
                                         struct weir_function function, struct weir_value argument,
                                         bool gives_pairs)
{
    const struct function *resolved;
    struct rdd *made = NULL;
    struct api_call call;

    if (!api_call_open_all(&call, "weir_rdd_zip_partitions", rdds, count)) {
        return NULL;
    }
    weir_status status =
        count >= 2 && count <= ZIP_PARENTS_MAX
            ? api_call_apply(&call, function, WEIR_FUNCTION_ZIP, argument, &resolved)
            : error_set(&call.error, WEIR_E_INVAL, "it takes 2 to %u RDDs, not %u", ZIP_PARENTS_MAX,
                        count);
    if (status == WEIR_OK) {
        status = rdd_create_zip_partitions(call.parents, count, resolved, call.argument,
                                           gives_pairs, &made, &call.error);
    }
    return api_call_close(&call, status, made);
}

static struct weir_rdd *bring_together(struct api_call *call, enum cogroup_form form,
                                       uint32_t partitions)
{
    struct rdd *made = NULL;
    weir_status status = api_call_takes_pairs(call);

    if (status == WEIR_OK && call->parents_count > COGROUP_SIDES_MAX) {
        status = error_set(&call->error, WEIR_E_INVAL, "%u RDDs, and %u is the most",
                           call->parents_count, COGROUP_SIDES_MAX);
    }
    if (status == WEIR_OK) {
        status = rdd_create_cogroup(call->parents, call->parents_count, form,
                                    api_call_partitioner(call, partitions), &made, &call->error);
    }
    return api_call_close(call, status, made);
}

static struct weir_rdd *join(const char *name, struct weir_rdd *left, struct weir_rdd *right,
                             enum cogroup_form form, uint32_t partitions)
{
    struct api_call call;

    return api_call_open_two(&call, name, left, right) ? bring_together(&call, form, partitions)
                                                       : NULL;
}

struct weir_rdd *weir_rdd_join(struct weir_rdd *left, struct weir_rdd *right, uint32_t partitions)
{
    return join("weir_rdd_join", left, right, COGROUP_JOIN, partitions);
}

struct weir_rdd *weir_rdd_left_outer_join(struct weir_rdd *left, struct weir_rdd *right,
                                          uint32_t partitions)
{
    return join("weir_rdd_left_outer_join", left, right, COGROUP_LEFT, partitions);
}

struct weir_rdd *weir_rdd_right_outer_join(struct weir_rdd *left, struct weir_rdd *right,
                                           uint32_t partitions)
{
    return join("weir_rdd_right_outer_join", left, right, COGROUP_RIGHT, partitions);
}

struct weir_rdd *weir_rdd_full_outer_join(struct weir_rdd *left, struct weir_rdd *right,
                                          uint32_t partitions)
{
    return join("weir_rdd_full_outer_join", left, right, COGROUP_FULL, partitions);
}

struct weir_rdd *weir_rdd_subtract_by_key(struct weir_rdd *left, struct weir_rdd *right,
                                          uint32_t partitions)
{
    struct rdd *made = NULL;
    struct api_call call;

    if (!api_call_open_two(&call, "weir_rdd_subtract_by_key", left, right)) {
        return NULL;
    }
    weir_status status = api_call_takes_pairs(&call);
    if (status == WEIR_OK) {
        const struct partitioner *present = &call.parents[0]->partitioner;
        struct partitioner wanted = partitions == 0 && present->kind != PARTITIONER_NONE
                                        ? *present
                                        : partitioner_hash(api_call_partitions(&call, partitions));
        status = rdd_create_cogroup(call.parents, 2, COGROUP_SUBTRACT, wanted, &made, &call.error);
    }
    return api_call_close(&call, status, made);
}

struct weir_rdd *weir_rdd_cogroup(struct weir_rdd *const *rdds, uint32_t count, uint32_t partitions)
{
    struct api_call call;

    return api_call_open_all(&call, "weir_rdd_cogroup", rdds, count)
               ? bring_together(&call, COGROUP_LISTS, partitions)
               : NULL;
}
