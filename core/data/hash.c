/*
 * hash - one hash for values, the same for ever.
 */
#include "data/hash.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

/* A hash is written to disk as a partition's number, so it must not differ between machines. The
 * short form hashes a value's words as they lie in memory: a big-endian host would need them
 * swapped. */
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "little-endian hosts only");

/* For ever: see hash.h. */
#define LONG_SEED UINT64_C(0x77656972)
#define NAN_WORD  UINT64_C(0x7FF8000000000000)

#define TWO_TO_63 9223372036854775808.0

/* Specialised at each place it is called from: with and without a selection. */
#define KERNEL static inline __attribute__((always_inline))

static uint64_t hash_int(int64_t integer)
{
    return hash_fold(WEIR_INT, (uint64_t)integer);
}

static uint64_t hash_float(double number)
{
    uint64_t word;

    if (number >= -TWO_TO_63 && number < TWO_TO_63 && (double)(int64_t)number == number) {
        return hash_int((int64_t)number);
    }
    memcpy(&word, &number, sizeof(word));
    return hash_fold(WEIR_FLOAT, number != number ? NAN_WORD : word);
}

static uint64_t hash_bytes(const struct weir_value *value)
{
    if (weir_size_of(*value) <= WEIR_SHORT_MAX) {
        return hash_short(value);
    }
    return XXH3_64bits_withSeed(value->bytes, weir_size_of(*value), LONG_SEED);
}

static uint64_t hash_items(const struct weir_value *value)
{
    uint64_t hash = value->head;

    for (uint32_t i = 0; i < weir_size_of(*value); i++) {
        hash = hash_fold(hash, value_hash(&value->items[i]));
    }
    return hash_fold(hash, value->head);
}

/* Pairs are summed: maps are equal whatever the order of their pairs. */
static uint64_t hash_map(const struct weir_value *value)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < weir_size_of(*value); i++) {
        sum += hash_fold(value_hash(&value->items[2 * i]), value_hash(&value->items[2 * i + 1]));
    }
    return hash_fold(sum, value->head);
}

uint64_t value_hash_slow(const struct weir_value *value)
{
    switch (weir_kind_of(*value)) {
    case WEIR_NULL:
        return 0;
    case WEIR_BOOL:
    case WEIR_INT:
        return hash_short(value);
    case WEIR_FLOAT:
        return hash_float(value->number);
    case WEIR_BYTES:
        return hash_bytes(value);
    case WEIR_LIST:
    case WEIR_TUPLE:
        return hash_items(value);
    case WEIR_MAP:
        break;
    }
    return hash_map(value);
}

KERNEL void hash_ints(const int64_t *ints, const uint16_t *rows, uint32_t rows_count,
                      uint64_t *hashes)
{
    for (uint32_t i = 0; i < rows_count; i++) {
        hashes[i] = hash_int(ints[rows == NULL ? i : rows[i]]);
    }
}

KERNEL void hash_floats(const double *floats, const uint16_t *rows, uint32_t rows_count,
                        uint64_t *hashes)
{
    for (uint32_t i = 0; i < rows_count; i++) {
        hashes[i] = hash_float(floats[rows == NULL ? i : rows[i]]);
    }
}

KERNEL void hash_views(const struct weir_value *values, const uint16_t *rows, uint32_t rows_count,
                       uint64_t *hashes)
{
    for (uint32_t i = 0; i < rows_count; i++) {
        hashes[i] = hash_bytes(&values[rows == NULL ? i : rows[i]]);
    }
}

KERNEL void hash_values(const struct weir_value *values, const uint16_t *rows, uint32_t rows_count,
                        uint64_t *hashes)
{
    for (uint32_t i = 0; i < rows_count; i++) {
        hashes[i] = value_hash(&values[rows == NULL ? i : rows[i]]);
    }
}

KERNEL void hash_rows(const struct column *column, const uint16_t *rows, uint32_t rows_count,
                      uint64_t *hashes)
{
    switch (column->kind) {
    case COLUMN_INT:
        hash_ints(column->ints, rows, rows_count, hashes);
        break;
    case COLUMN_FLOAT:
        hash_floats(column->floats, rows, rows_count, hashes);
        break;
    case COLUMN_BYTES:
        hash_views(column->values, rows, rows_count, hashes);
        break;
    case COLUMN_MIXED:
        hash_values(column->values, rows, rows_count, hashes);
        break;
    }
}

void hash_column(const struct column *column, const uint16_t *rows, uint32_t rows_count,
                 uint64_t *hashes)
{
    if (rows == NULL) {
        hash_rows(column, NULL, rows_count, hashes);
    } else {
        hash_rows(column, rows, rows_count, hashes);
    }
}
