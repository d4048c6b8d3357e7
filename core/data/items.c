/*
 * items - a stack of values that starts without the heap.
 */
#include "data/items.h"

#include <assert.h>

#include "base/mem.h"

void items_init(struct items *items)
{
    items->values = items->local;
    items->count = 0;
    items->capacity = ITEMS_LOCAL_MAX;
}

/* The first growth leaves `local`, which is not the heap's. */
static weir_status items_grow(struct items *items, weir_error *error)
{
    struct weir_value *old = items->values == items->local ? NULL : items->values;
    size_t capacity = items->capacity * 2;
    struct weir_value *values = mem_realloc(old, capacity * sizeof(*values));

    if (values == NULL) {
        return error_set(error, WEIR_E_NOMEM, "room for %zu items", capacity);
    }
    if (old == NULL) {
        memcpy(values, items->local, sizeof(items->local));
    }
    items->values = values;
    items->capacity = capacity;
    return WEIR_OK;
}

weir_status items_push(struct items *items, struct weir_value value, weir_error *error)
{
    if (items->count == items->capacity) {
        WEIR_TRY(items_grow(items, error));
    }
    items->values[items->count++] = value;
    return WEIR_OK;
}

weir_status items_take(struct items *items, size_t first, struct arena *arena,
                       const struct weir_value **out, weir_error *error)
{
    assert(first <= items->count);

    size_t count = items->count - first;
    struct weir_value *values = NULL;
    if (count > 0) {
        values = arena_alloc(arena, count * sizeof(*values));
        if (values == NULL) {
            return error_set(error, WEIR_E_NOMEM, "room for %zu items", count);
        }
        memcpy(values, items->values + first, count * sizeof(*values));
    }
    items->count = first;
    *out = values;
    return WEIR_OK;
}

void items_fini(struct items *items)
{
    if (items->values != items->local) {
        mem_free(items->values);
    }
    items_init(items);
}
