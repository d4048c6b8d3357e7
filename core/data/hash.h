/*
 * hash - one hash for values, the same for ever: it decides partitions, and partitions are written
 * to disk.
 *
 * Equal values (compare.h) hash alike: floats with an integral value hash as that int. Short bytes
 * hash by folding their two words with one 64x64 -> 128 bit multiplication, long ones by XXH3 with
 * a fixed seed. null hashes to 0, so that it goes to partition 0.
 */
#ifndef WEIR_DATA_HASH_H
#define WEIR_DATA_HASH_H

#include <weir/value.h>

#include "data/column.h"

/* Long bytes, floats, lists, tuples, maps; value_hash is the fast way in. */
uint64_t value_hash_slow(const struct weir_value *value);

static inline uint64_t hash_fold(uint64_t first, uint64_t second)
{
    __extension__ typedef unsigned __int128 wide;
    wide product = (wide)(first ^ UINT64_C(0x9E3779B97F4A7C15)) *
                   (wide)(second ^ UINT64_C(0xD6E8FEB86659FD93));

    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline uint64_t hash_short(const struct weir_value *value)
{
    uint64_t words[2];

    memcpy(words, value, sizeof(words));
    return hash_fold(words[0] & ~(uint64_t)WEIR_HEAD_TEXT, words[1]);
}

static inline uint64_t value_hash(const struct weir_value *value)
{
    uint32_t kind = value->head & 7u;

    if (kind == WEIR_INT || (kind == WEIR_BYTES && value->head >> 4 <= WEIR_SHORT_MAX)) {
        return hash_short(value);
    }
    return value_hash_slow(value);
}

/* Hashes the rows of a column: hashes[i] is that of row rows[i], or of row i when rows is NULL. */
void hash_column(const struct column *column, const uint16_t *rows, uint32_t rows_count,
                 uint64_t *hashes);

#endif
