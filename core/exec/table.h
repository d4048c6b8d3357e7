/*
 * table - keys to entry numbers: the hash table that aggregations, joins and states share.
 *
 * Entries are dense: the first new key is entry 0, the next one 1, in the order of the rows, and
 * whoever uses the table keeps what belongs to a key in vectors of its own, by entry. The index
 * beside them is an open-addressing array of 8-byte slots, at most a quarter full: 32 bits of the
 * hash and the entry. Keys of up to 12 bytes, ints and floats stand in the keys vector; longer
 * ones are copied.
 *
 * A chunk is looked up in passes (hash and prefetch; guess the entry by the slot; compare all keys
 * without a branch; the few that missed, one by one), so that cache misses overlap.
 *
 * Life:     table_init, table_find ..., table_fini.
 * Threads:  one task's.
 */
#ifndef WEIR_EXEC_TABLE_H
#define WEIR_EXEC_TABLE_H

#include "base/arena.h"
#include "data/chunk.h"

struct table_scratch;

struct table {
    uint64_t *slots; /* low half: entry + 1, 0 is free; high half: the hash's low half */
    uint32_t slots_mask;
    uint32_t entries_count;
    uint32_t entries_capacity;
    struct weir_value *keys; /* by entry */
    uint64_t *hashes;        /* by entry */
    const void *companion;   /* a vector by entry that its user touches next, or NULL */
    size_t companion_stride; /* bytes of one of its items */
    struct arena arena;      /* long keys */
    struct table_scratch *scratch;
};

CHECKED weir_status table_init(struct table *table, weir_error *error);

/* Finds the entries of the rows' keys, adding the keys that are new. entries[i] is that of the ith
 * living row. */
CHECKED weir_status table_find(struct table *table, const struct column *keys, const uint16_t *rows,
                               uint32_t rows_count, uint32_t *entries, weir_error *error);

#define TABLE_NO_ENTRY UINT32_MAX

/* The same, but adds no key: entries[i] is TABLE_NO_ENTRY where the key is not there. */
void table_look_up(const struct table *table, const struct column *keys, const uint16_t *rows,
                   uint32_t rows_count, uint32_t *entries);

/* The hashes of the rows that were looked up last, by living row. */
const uint64_t *table_hashes(const struct table *table);

/* Bytes it holds. */
size_t table_size(const struct table *table);

void table_fini(struct table *table);

#endif
