/*
 * plain_table - int keys to places, by hand: what the plain programs of benchmarks find keys with.
 *
 * Open addressing, half full at most; a batch of keys is hashed and prefetched first and looked up
 * then.
 */
#ifndef WEIR_TESTS_PLAIN_TABLE_H
#define WEIR_TESTS_PLAIN_TABLE_H

#include <stdint.h>

#define PLAIN_BATCH 256u

struct plain_table {
    int64_t *keys;   /* by entry, in the order in which they came */
    uint32_t *slots; /* entry + 1, or 0 */
    uint32_t mask;
    uint32_t count;
};

/* Room for so many keys. */
void plain_table_init(struct plain_table *table, uint32_t keys_max);

/* The entries of count <= PLAIN_BATCH keys; new ones are added. */
void plain_table_find(struct plain_table *table, const int64_t *keys, uint32_t count,
                      uint32_t *entries);

void plain_table_fini(struct plain_table *table);

#endif
