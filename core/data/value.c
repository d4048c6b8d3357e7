/*
 * value - deep copies.
 */
#include "data/value.h"

#include <assert.h>

_Static_assert(sizeof(struct weir_value) == 16, "a value is two words");
_Static_assert(offsetof(struct weir_value, rest) == offsetof(struct weir_value, start) + 4,
               "short bytes are contiguous");

static const char *const kind_names[] = {"null",  "bool", "int",   "float",
                                         "bytes", "list", "tuple", "map"};

const char *value_kind_name(enum weir_kind kind)
{
    assert((unsigned)kind <= WEIR_MAP);
    return kind_names[kind];
}

/* Items of a list, tuple or map: a map has two for each pair. */
static size_t items_count_of(const struct weir_value *value)
{
    size_t size = weir_size_of(*value);

    return weir_kind_of(*value) == WEIR_MAP ? size * 2 : size;
}

void value_measure(const struct weir_value *value, struct value_sizes *sizes)
{
    if (value_is_flat(*value)) {
        return;
    }
    if (weir_kind_of(*value) == WEIR_BYTES) {
        sizes->bytes += weir_size_of(*value);
        return;
    }
    size_t items_count = items_count_of(value);
    sizes->items += items_count * sizeof(struct weir_value);
    for (size_t i = 0; i < items_count; i++) {
        value_measure(&value->items[i], sizes);
    }
}

struct weir_value value_copy_into(const struct weir_value *value, struct value_room *room)
{
    struct weir_value copy = *value;

    if (value_is_flat(copy)) {
        return copy;
    }
    if (weir_kind_of(copy) == WEIR_BYTES) {
        uint32_t size = weir_size_of(copy);
        assert(room->bytes != NULL);
        memcpy(room->bytes, copy.bytes, size);
        copy.bytes = room->bytes;
        room->bytes += size;
        return copy;
    }
    size_t items_count = items_count_of(&copy);
    if (items_count == 0) {
        copy.items = NULL; /* whatever it pointed to goes */
        return copy;
    }
    struct weir_value *items = room->items;
    assert(items != NULL);
    room->items += items_count;
    for (size_t i = 0; i < items_count; i++) {
        items[i] = value_copy_into(&value->items[i], room);
    }
    copy.items = items;
    return copy;
}

size_t value_copy_size(struct weir_value value)
{
    struct value_sizes sizes = {0, 0};

    value_measure(&value, &sizes);
    return sizes.items + sizes.bytes;
}

weir_status value_copy(struct weir_value value, struct arena *arena, struct weir_value *out)
{
    struct value_sizes sizes = {0, 0};
    struct value_room room = {NULL, NULL};

    *out = weir_null();
    value_measure(&value, &sizes);
    if (sizes.items > 0) {
        void *memory = arena_alloc(arena, sizes.items + sizes.bytes);
        if (memory == NULL) {
            return WEIR_E_NOMEM;
        }
        room = value_room_of(memory, &sizes);
    } else if (sizes.bytes > 0) {
        /* Bytes alone are packed: many words make one slab. */
        value.bytes = arena_copy(arena, value.bytes, sizes.bytes);
        if (value.bytes == NULL) {
            return WEIR_E_NOMEM;
        }
        *out = value;
        return WEIR_OK;
    }
    *out = value_copy_into(&value, &room);
    return WEIR_OK;
}

weir_status value_pair(struct weir_value first, struct weir_value second, struct arena *arena,
                       struct weir_value *out)
{
    *out = weir_null();
    struct weir_value *items = arena_alloc(arena, 2 * sizeof(*items));
    if (items == NULL) {
        return WEIR_E_NOMEM;
    }
    items[0] = first;
    items[1] = second;
    *out = weir_tuple(items, 2);
    return WEIR_OK;
}
