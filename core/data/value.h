/*
 * value - deep copies and text marks: what the core needs beside the public value model.
 *
 * Threads:  values are plain data.
 * Memory:   a deep copy takes one piece: the items of lists, tuples and maps first, packed bytes
 *           behind them.
 */
#ifndef WEIR_DATA_VALUE_H
#define WEIR_DATA_VALUE_H

#include <weir/value.h>

#include "base/arena.h"
#include "data/utf8.h"

#define VALUE_NESTING_MAX 64u /* lists in lists, from outside: deeper is refused */

/* True when a copy of the 16 bytes is the whole value: nothing is pointed to. */
static inline bool value_is_flat(struct weir_value value)
{
    uint32_t kind = value.head & 7u;

    return kind < WEIR_BYTES || (kind == WEIR_BYTES && value.head >> 4 <= WEIR_SHORT_MAX);
}

/* A value in `out` that owns nothing outside `arena`. WEIR_E_NOMEM leaves *out null. */
CHECKED weir_status value_copy(struct weir_value value, struct arena *arena,
                               struct weir_value *out);

/* True when the 16 bytes are the same: the same short value, or the same place pointed to. */
static inline bool value_is_same(const struct weir_value *left, const struct weir_value *right)
{
    uint64_t left_words[2];
    uint64_t right_words[2];

    memcpy(left_words, left, sizeof(left_words));
    memcpy(right_words, right, sizeof(right_words));
    return left_words[0] == right_words[0] && left_words[1] == right_words[1];
}

/* How many bytes value_copy would take of an arena (0 for a flat value). */
size_t value_copy_size(struct weir_value value);

/* What deep copies take. Summed over many values, one piece of memory holds them all. */
struct value_sizes {
    size_t items; /* bytes that must be aligned for values */
    size_t bytes; /* bytes that need no alignment */
};

/* Where deep copies are put: the cursors run on as values are copied. */
struct value_room {
    struct weir_value *items;
    char *bytes;
};

/* Adds what a copy of `value` takes. */
void value_measure(const struct weir_value *value, struct value_sizes *sizes);

/* The piece's two parts: `memory` is sizes->items + sizes->bytes long, aligned for values. */
static inline struct value_room value_room_of(void *memory, const struct value_sizes *sizes)
{
    struct value_room room = {(struct weir_value *)memory, (char *)memory + sizes->items};

    return room;
}

/* Copies into room that value_measure has found. */
struct weir_value value_copy_into(const struct weir_value *value, struct value_room *room);

/* The kind's word: "null", "bool", "int", "float", "bytes", "list", "tuple", "map". */
const char *value_kind_name(enum weir_kind kind);

/* A tuple (first, second) whose items are in `arena`; what they point to is borrowed. */
CHECKED weir_status value_pair(struct weir_value first, struct weir_value second,
                               struct arena *arena, struct weir_value *out);

#endif
