/*
 * weir/value.h - the one value model: null, bool, int, float, bytes, list, tuple, map.
 *
 * A value is 16 bytes and travels by copy, in two registers. Bytes of up to 12 stand inside the
 * value; longer ones, and the items of lists, tuples and maps, are pointed to and borrowed: they
 * live as long as what they were taken from (a block, an emitter's memory, a literal). The rest of
 * a value that is not used is zero, so that equal short values are equal words.
 *
 * Bytes known to be valid UTF-8 carry a text mark: it decides how they print and serialise, and
 * plays no part in equality, order or hash.
 *
 * A map's items are key, value, key, value ...; its size counts the pairs.
 */
#ifndef WEIR_VALUE_H
#define WEIR_VALUE_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

enum weir_kind {
    WEIR_NULL = 0,
    WEIR_BOOL = 1,
    WEIR_INT = 2,   /* 64 bit, signed */
    WEIR_FLOAT = 3, /* IEEE double */
    WEIR_BYTES = 4,
    WEIR_LIST = 5,
    WEIR_TUPLE = 6,
    WEIR_MAP = 7
};

#define WEIR_SHORT_MAX 12u               /* bytes that fit inside a value */
#define WEIR_SIZE_MAX  ((1u << 28) - 1u) /* bytes, or items, of one value */
#define WEIR_HEAD_TEXT 8u                /* the text mark's bit in the head */

struct weir_value {
    uint32_t head; /* bits 0-2 kind, bit 3 text mark, bits 4-31 size */
    char start[4]; /* bytes: their first four */
    union {
        int64_t integer; /* int; bool as 0 or 1 */
        double number;
        char rest[8];      /* bytes of up to 12: those after the first four */
        const char *bytes; /* bytes of more than 12 */
        const struct weir_value *items;
    };
};

static inline enum weir_kind weir_kind_of(struct weir_value value)
{
    return (enum weir_kind)(value.head & 7u);
}

/* Bytes of a bytes value, items of a list or tuple, pairs of a map; 0 for the others. */
static inline uint32_t weir_size_of(struct weir_value value)
{
    return value.head >> 4;
}

static inline bool weir_is_null(struct weir_value value)
{
    return (value.head & 7u) == WEIR_NULL;
}

static inline bool weir_is_text(struct weir_value value)
{
    return (value.head & 15u) == (WEIR_BYTES | WEIR_HEAD_TEXT);
}

static inline struct weir_value weir_null(void)
{
    struct weir_value value;

    memset(&value, 0, sizeof(value));
    return value;
}

static inline struct weir_value weir_bool(bool truth)
{
    struct weir_value value = weir_null();

    value.head = WEIR_BOOL;
    value.integer = truth ? 1 : 0;
    return value;
}

static inline struct weir_value weir_int(int64_t integer)
{
    struct weir_value value = weir_null();

    value.head = WEIR_INT;
    value.integer = integer;
    return value;
}

static inline struct weir_value weir_float(double number)
{
    struct weir_value value = weir_null();

    value.head = WEIR_FLOAT;
    value.number = number;
    return value;
}

/* Inlined into callers with a long text, gcc 12 warns of the copy that is for short ones. */
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wstringop-overflow"
#endif

/* Borrows `bytes` when there are more than WEIR_SHORT_MAX. size is at most WEIR_SIZE_MAX. */
static inline struct weir_value weir_bytes(const void *bytes, uint32_t size)
{
    struct weir_value value = weir_null();

    value.head = WEIR_BYTES | size << 4;
    if (size <= WEIR_SHORT_MAX) {
        char inside[WEIR_SHORT_MAX] = {0};
        if (size > 0) {
            memcpy(inside, bytes, size);
        }
        memcpy(value.start, inside, sizeof(value.start));
        memcpy(value.rest, inside + sizeof(value.start), sizeof(value.rest));
    } else {
        memcpy(value.start, bytes, sizeof(value.start));
        value.bytes = (const char *)bytes;
    }
    return value;
}

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

/* The same with the text mark: the caller knows that the bytes are valid UTF-8. */
static inline struct weir_value weir_text_bytes(const void *bytes, uint32_t size)
{
    struct weir_value value = weir_bytes(bytes, size);

    value.head |= WEIR_HEAD_TEXT;
    return value;
}

/* A NUL-terminated text, borrowed when long. */
static inline struct weir_value weir_text(const char *text)
{
    return weir_text_bytes(text, (uint32_t)strlen(text));
}

/* Borrows the items. */
static inline struct weir_value weir_list(const struct weir_value *items, uint32_t count)
{
    struct weir_value value = weir_null();

    value.head = WEIR_LIST | count << 4;
    value.items = items;
    return value;
}

static inline struct weir_value weir_tuple(const struct weir_value *items, uint32_t count)
{
    struct weir_value value = weir_list(items, count);

    value.head = WEIR_TUPLE | count << 4;
    return value;
}

/* items: pairs_count keys and values in turn. */
static inline struct weir_value weir_map_value(const struct weir_value *items, uint32_t pairs_count)
{
    struct weir_value value = weir_list(items, pairs_count);

    value.head = WEIR_MAP | pairs_count << 4;
    return value;
}

/* The bytes of a bytes value: inside *value itself when short, so they live no longer than it. */
static inline const char *weir_bytes_of(const struct weir_value *value)
{
    return weir_size_of(*value) <= WEIR_SHORT_MAX ? value->start : value->bytes;
}

/* As a number: int, float and bool; 0 for all else. */
static inline int64_t weir_int_of(struct weir_value value)
{
    switch (weir_kind_of(value)) {
    case WEIR_BOOL:
    case WEIR_INT:
        return value.integer;
    case WEIR_FLOAT:
        return (int64_t)value.number;
    default:
        return 0;
    }
}

static inline double weir_float_of(struct weir_value value)
{
    return weir_kind_of(value) == WEIR_FLOAT ? value.number : (double)weir_int_of(value);
}

#ifdef __cplusplus
}
#endif
#endif
