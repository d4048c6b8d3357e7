/*
 * layout_table - the hash tables that layout_table.c compares.
 *
 * Each function counts a column by key, LAYOUT_TABLE_ROWS rows at a time, and returns the number of
 * keys; `state` is a struct layout_table. Words are 16-byte keys, ints 8-byte keys.
 */
#ifndef WEIR_TESTS_BENCH_LAYOUT_TABLE_H
#define WEIR_TESTS_BENCH_LAYOUT_TABLE_H

#include "layout.h"

#include <stdbool.h>
#include <string.h>

#define LAYOUT_TABLE_ROWS 1024u
#define LAYOUT_WORD_BYTES 16u
#define LAYOUT_INT_BYTES  8u

typedef void layout_hash_rows(const void *keys, uint32_t rows, uint64_t *hashes);

/* slots: 32-bit tag of the hash, 32-bit entry number + 1 (8 bytes). Entries are dense. */
struct layout_table {
    const char *keys; /* the column */
    size_t rows;
    layout_hash_rows *hash;
    uint64_t mask;
    uint64_t buckets_mask;
    uint64_t *slots;
    void *fat;           /* instead of slots: tables that hold key and count in the slot */
    char *entry_keys;    /* key vector ... */
    int64_t *entry_accs; /* ... and accumulator vector beside it, */
    char *entries;       /* or both in one entry of 32 or 16 bytes */
    uint32_t entries_count;
};

LAYOUT_INLINE bool layout_key_equal(const char *left, const char *right, uint32_t bytes)
{
    uint64_t a;
    uint64_t b;
    uint64_t difference;

    memcpy(&a, left, 8);
    memcpy(&b, right, 8);
    difference = a ^ b;
    if (bytes == 12) {
        uint32_t c;
        uint32_t d;

        memcpy(&c, left + 8, 4);
        memcpy(&d, right + 8, 4);
        difference |= c ^ d;
    } else if (bytes == 16) {
        memcpy(&a, left + 8, 8);
        memcpy(&b, right + 8, 8);
        difference |= a ^ b;
    }
    return difference == 0;
}

LAYOUT_INLINE uint32_t layout_table_rows(const struct layout_table *table, size_t row)
{
    return table->rows - row < LAYOUT_TABLE_ROWS ? (uint32_t)(table->rows - row)
                                                 : LAYOUT_TABLE_ROWS;
}

uint64_t layout_words_two_passes(void *state);
uint64_t layout_ints_two_passes(void *state);
uint64_t layout_words_distance(void *state);
uint64_t layout_ints_distance(void *state);
uint64_t layout_words_plain(void *state);
uint64_t layout_ints_plain(void *state);
uint64_t layout_words_four_passes(void *state);
uint64_t layout_ints_four_passes(void *state);
uint64_t layout_words_fused(void *state);
uint64_t layout_ints_fused(void *state);
uint64_t layout_words_numbers(void *state);
uint64_t layout_ints_numbers(void *state);
uint64_t layout_words_buckets(void *state);
uint64_t layout_ints_buckets(void *state);
uint64_t layout_words_fat(void *state);
uint64_t layout_ints_fat(void *state);
uint64_t layout_words_thin(void *state);
uint64_t layout_ints_thin(void *state);

#define LAYOUT_TABLE_VARIANT(name, call)    \
    uint64_t layout_##name(void *state)     \
    {                                       \
        struct layout_table *table = state; \
        return call;                        \
    }

#endif
