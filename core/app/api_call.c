/*
 * api_call - one call of the RDD API on its way from handles to lineage and back.
 */
#include "app/api_call.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "exec/default_partitioner.h"
#include "exec/lineage.h"

#define KEPT_MAX 8u /* values of one call */

static void tell(struct api_call *call, weir_status status)
{
    call->pool->error = call->error;
    error_wrap(&call->pool->error, status, "%s", call->name);
}

static void drop_parents(struct api_call *call)
{
    for (uint32_t i = 0; i < call->parents_count; i++) {
        rdd_drop(call->parents[i]);
    }
    mem_free(call->parents);
}

bool api_call_open_all(struct api_call *call, const char *name, struct weir_rdd *const *rdds,
                       uint32_t count)
{
    memset(call, 0, sizeof(*call));
    call->name = name;
    call->error.struct_size = sizeof(call->error);
    if (rdds == NULL || count == 0) {
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (rdds[i] == NULL) {
            return false;
        }
    }
    call->pool = rdds[0]->pool;
    for (uint32_t i = 1; i < count; i++) {
        if (rdds[i]->pool->executor != call->pool->executor) {
            tell(call, error_set(&call->error, WEIR_E_INVAL, "they belong to different contexts"));
            return false;
        }
    }
    call->parents = mem_alloc(count * sizeof(struct rdd *));
    if (call->parents == NULL) {
        tell(call, error_set(&call->error, WEIR_E_NOMEM, "no memory for %u RDDs", count));
        return false;
    }
    call->parents_count = count;
    for (uint32_t i = 0; i < count; i++) {
        call->parents[i] = rdd_hold(rdds[i]->rdd);
    }
    return true;
}

bool api_call_open(struct api_call *call, const char *name, const struct weir_rdd *from)
{
    struct weir_rdd *only[1];

    memcpy(only, &from, sizeof(only)); /* it is not changed */
    return api_call_open_all(call, name, only, 1);
}

bool api_call_open_two(struct api_call *call, const char *name, const struct weir_rdd *left,
                       const struct weir_rdd *right)
{
    struct weir_rdd *both[2];

    memcpy(&both[0], &left, sizeof(both[0]));
    memcpy(&both[1], &right, sizeof(both[1]));
    return api_call_open_all(call, name, both, 2);
}

weir_status api_call_takes_pairs(struct api_call *call)
{
    for (uint32_t i = 0; i < call->parents_count; i++) {
        struct rdd *parent = call->parents[i];

        if (parent->is_pairs) {
            continue;
        }
        if (parent->partitions_count > 0) {
            return error_set(&call->error, WEIR_E_INVAL,
                             "it takes pairs, and was given plain rows");
        }
        WEIR_TRY(rdd_create_empty(true, &call->parents[i], &call->error));
        rdd_drop(parent);
    }
    return WEIR_OK;
}

weir_status api_call_find(struct api_call *call, struct weir_function given,
                          enum weir_function_kind kind, struct weir_value argument,
                          const struct function **out)
{
    return api_function(call->pool->functions, given, kind, argument, out, &call->error);
}

weir_status api_call_keep(struct api_call *call, const struct weir_value *values, uint32_t count,
                          struct weir_value *copies)
{
    struct rdd *holder;
    struct weir_value kept;

    assert(count <= KEPT_MAX);
    WEIR_TRY(api_hold_argument(call->parents[0], weir_tuple(values, count), &holder, &kept,
                               &call->error));
    rdd_drop(call->parents[0]);
    call->parents[0] = holder;
    memcpy(copies, kept.items, count * sizeof(*copies));
    return WEIR_OK;
}

weir_status api_call_apply(struct api_call *call, struct weir_function given,
                           enum weir_function_kind kind, struct weir_value argument,
                           const struct function **out)
{
    struct rdd *holder;

    WEIR_TRY(api_call_find(call, given, kind, argument, out));
    WEIR_TRY(api_hold_argument(call->parents[0], argument, &holder, &call->argument, &call->error));
    rdd_drop(call->parents[0]);
    call->parents[0] = holder;
    return WEIR_OK;
}

struct partitioner api_call_partitioner(const struct api_call *call, uint32_t partitions)
{
    if (partitions > 0) {
        return partitioner_hash(partitions);
    }
    return default_partitioner(call->parents, call->parents_count,
                               executor_partitions_asked(call->pool->executor));
}

uint32_t api_call_partitions(const struct api_call *call, uint32_t partitions)
{
    uint32_t present = call->parents[0]->partitions_count;

    if (partitions > 0) {
        return partitions;
    }
    return present > 0 ? present : 1;
}

struct weir_rdd *api_call_close(struct api_call *call, weir_status status, struct rdd *made)
{
    drop_parents(call);
    if (status != WEIR_OK) {
        tell(call, status);
        return NULL;
    }
    return handle_create(call->pool, made);
}

weir_status api_call_end(struct api_call *call, weir_status status)
{
    drop_parents(call);
    if (status != WEIR_OK) {
        tell(call, status);
    }
    return status;
}

bool api_rows_open(struct api_call *call, const char *name, const struct weir_rdd *from,
                   struct weir_rows *out)
{
    if (out == NULL) {
        return false;
    }
    memset(out, 0, sizeof(*out));
    return api_call_open(call, name, from);
}

weir_status api_rows_close(struct api_call *call, weir_status status, struct block *block,
                           struct weir_rows *out)
{
    if (status == WEIR_OK) {
        struct block **blocks = mem_alloc(sizeof(struct block *));

        if (blocks == NULL) {
            block_drop(block);
            status = error_set(&call->error, WEIR_E_NOMEM, "no memory for rows");
        } else {
            blocks[0] = block;
            status = api_rows(blocks, 1, block->columns_count == 2, out, &call->error);
        }
    }
    return api_call_end(call, status);
}
