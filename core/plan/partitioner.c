/* partitioner - equality, and the search among range bounds. */
#include "plan/partitioner.h"

#include <assert.h>

#include "base/mem.h"
#include "data/compare.h"
#include "data/value.h"

bool partitioner_equal(const struct partitioner *left, const struct partitioner *right)
{
    if (left->kind != right->kind || left->partitions_count != right->partitions_count) {
        return false;
    }
    switch (left->kind) {
    case PARTITIONER_HASH:
        return true;
    case PARTITIONER_RANGE:
        return left->bounds == right->bounds;
    case PARTITIONER_FUNCTION:
        return left->function == right->function && value_equal(&left->argument, &right->argument);
    case PARTITIONER_NONE:
    case PARTITIONER_SPREAD:
        break;
    }
    return false;
}

weir_status partition_bounds_create(const struct weir_value *keys, uint32_t count,
                                    bool is_descending, struct partition_bounds **out,
                                    weir_error *error)
{
    struct partition_bounds *bounds = mem_zalloc(sizeof(*bounds));

    if (bounds == NULL) {
        return error_set(error, WEIR_E_NOMEM, "range partitioner: no memory");
    }
    arena_init(&bounds->arena);
    atomic_init(&bounds->holders, 1);
    bounds->count = count;
    bounds->is_descending = is_descending;
    bounds->keys = mem_alloc(((size_t)count + 1) * sizeof(*bounds->keys));
    weir_status status = bounds->keys == NULL ? WEIR_E_NOMEM : WEIR_OK;
    for (uint32_t i = 0; i < count && status == WEIR_OK; i++) {
        status = value_copy(keys[i], &bounds->arena, &bounds->keys[i]);
    }
    if (status != WEIR_OK) {
        partition_bounds_drop(bounds);
        return error_set(error, status, "range partitioner: no memory");
    }
    *out = bounds;
    return WEIR_OK;
}

struct partition_bounds *partition_bounds_hold(struct partition_bounds *bounds)
{
    atomic_fetch_add_explicit(&bounds->holders, 1, memory_order_relaxed);
    return bounds;
}

void partition_bounds_drop(struct partition_bounds *bounds)
{
    if (bounds == NULL) {
        return;
    }
    uint32_t holders = atomic_fetch_sub_explicit(&bounds->holders, 1, memory_order_acq_rel);
    assert(holders > 0);
    if (holders == 1) {
        mem_free(bounds->keys);
        arena_fini(&bounds->arena);
        mem_free(bounds);
    }
}

/* The first bound that is not below the key; bounds ascend. */
uint32_t partition_of_key(const struct partition_bounds *bounds, const struct weir_value *key)
{
    uint32_t low = 0;
    uint32_t high = bounds->count;

    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (value_compare(&bounds->keys[middle], key) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return bounds->is_descending ? bounds->count - low : low;
}
