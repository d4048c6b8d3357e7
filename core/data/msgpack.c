/*
 * msgpack - the writing half.
 */
#include "data/msgpack.h"

#include "data/msgpack_types.h"
#include "data/value.h"

static void write_value(struct bytes *out, const struct weir_value *value, uint32_t depth);

/* Big-endian. */
static void put_number(char *at, uint64_t number, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        at[i] = (char)(number >> (8 * (size - 1 - i)));
    }
}

/* A type byte and a number of 0, 1, 2, 4 or 8 bytes. */
static void write_head(struct bytes *out, unsigned type, uint64_t number, size_t size)
{
    char head[9] = {(char)type};

    put_number(head + 1, number, size);
    bytes_append(out, head, 1 + size);
}

/* One of three neighbouring types, by the size's width; types of 8 bits may be missing. */
static void write_size(struct bytes *out, unsigned type8, unsigned type16, uint32_t size)
{
    if (type8 != 0 && size <= UINT8_MAX) {
        write_head(out, type8, size, 1);
    } else if (size <= UINT16_MAX) {
        write_head(out, type16, size, 2);
    } else {
        write_head(out, type16 + 1, size, 4);
    }
}

/* 0 to 3: how often a byte must be doubled to hold the number. */
static unsigned width_power(uint64_t number)
{
    unsigned power = 0;

    while (power < 3 && number >> (8u << power) != 0) {
        power++;
    }
    return power;
}

static void write_int(struct bytes *out, int64_t integer)
{
    uint64_t number = (uint64_t)integer;

    if (integer >= -32 && integer <= INT8_MAX) {
        write_head(out, (unsigned)(number & 0xFF), 0, 0);
    } else if (integer >= 0) {
        unsigned power = width_power(number);
        write_head(out, PACK_UINT8 + power, number, (size_t)1 << power);
    } else {
        /* As wide as the same bits without sign, turned over, with one more for the sign. */
        unsigned power = width_power(~number << 1);
        write_head(out, PACK_INT8 + power, number, (size_t)1 << power);
    }
}

static void write_float(struct bytes *out, double number)
{
    uint64_t word;

    memcpy(&word, &number, sizeof(word));
    write_head(out, PACK_FLOAT64, word, sizeof(word));
}

static void write_bytes(struct bytes *out, const struct weir_value *value)
{
    uint32_t size = weir_size_of(*value);

    if (!weir_is_text(*value)) {
        write_size(out, PACK_BIN8, PACK_BIN8 + 1, size);
    } else if (size < 32) {
        write_head(out, PACK_FIX_STR | size, 0, 0);
    } else {
        write_size(out, PACK_STR8, PACK_STR8 + 1, size);
    }
    bytes_append(out, weir_bytes_of(value), size);
}

static void write_items(struct bytes *out, const struct weir_value *items, size_t count,
                        uint32_t depth)
{
    for (size_t i = 0; i < count; i++) {
        write_value(out, &items[i], depth);
    }
}

/* The payload's size is known when it stands there: it is written behind a short head, and moved
 * where it turns out to need the long one. */
static void write_tuple(struct bytes *out, const struct weir_value *value, uint32_t depth)
{
    const size_t short_head = 3;
    const size_t long_head = 6;
    size_t start = out->size;

    write_head(out, PACK_EXT8, PACK_TUPLE, 2);
    write_items(out, value->items, weir_size_of(*value), depth);
    if (out->failed) {
        return;
    }
    size_t size = out->size - start - short_head;
    if (size <= UINT8_MAX) {
        put_number(out->data + start + 1, size, 1);
        return;
    }
    if (size > UINT32_MAX || bytes_reserve(out, long_head - short_head) == NULL) {
        out->failed = true;
        return;
    }
    char *head = out->data + start;
    memmove(head + long_head, head + short_head, size);
    head[0] = (char)PACK_EXT32;
    put_number(head + 1, size, 4);
    head[5] = PACK_TUPLE;
    out->size += long_head - short_head;
    out->data[out->size] = '\0';
}

static void write_container(struct bytes *out, const struct weir_value *value, uint32_t depth)
{
    uint32_t size = weir_size_of(*value);

    /* What could not be read back is not written. */
    if (depth == VALUE_NESTING_MAX) {
        out->failed = true;
        return;
    }
    if (weir_kind_of(*value) == WEIR_TUPLE) {
        write_tuple(out, value, depth + 1);
        return;
    }
    bool is_map = weir_kind_of(*value) == WEIR_MAP;
    if (size < 16) {
        write_head(out, (is_map ? PACK_FIX_MAP : PACK_FIX_ARRAY) | size, 0, 0);
    } else {
        write_size(out, 0, is_map ? PACK_MAP16 : PACK_ARRAY16, size);
    }
    write_items(out, value->items, is_map ? (size_t)size * 2 : size, depth + 1);
}

static void write_value(struct bytes *out, const struct weir_value *value, uint32_t depth)
{
    switch (weir_kind_of(*value)) {
    case WEIR_NULL:
        write_head(out, PACK_NIL, 0, 0);
        break;
    case WEIR_BOOL:
        write_head(out, value->integer != 0 ? PACK_YES : PACK_NO, 0, 0);
        break;
    case WEIR_INT:
        write_int(out, value->integer);
        break;
    case WEIR_FLOAT:
        write_float(out, value->number);
        break;
    case WEIR_BYTES:
        write_bytes(out, value);
        break;
    case WEIR_LIST:
    case WEIR_TUPLE:
    case WEIR_MAP:
        write_container(out, value, depth);
        break;
    }
}

void msgpack_write(struct bytes *out, struct weir_value value)
{
    write_value(out, &value, 0);
}
