/*
 * plain_table - int keys to places, by hand.
 */
#include "plain_table.h"

#include <stdlib.h>

#include "bench.h"

static uint32_t slot_of(const struct plain_table *table, int64_t key)
{
    return (uint32_t)((uint64_t)key * UINT64_C(0x9E3779B97F4A7C15) >> 32) & table->mask;
}

void plain_table_init(struct plain_table *table, uint32_t keys_max)
{
    uint32_t slots = 16;

    while (slots < keys_max * 2) {
        slots *= 2;
    }
    table->keys = bench_memory(((size_t)keys_max + 1) * sizeof(*table->keys));
    table->slots = bench_memory((size_t)slots * sizeof(*table->slots));
    table->mask = slots - 1;
    table->count = 0;
}

void plain_table_find(struct plain_table *table, const int64_t *keys, uint32_t count,
                      uint32_t *entries)
{
    uint32_t slots[PLAIN_BATCH];

    for (uint32_t i = 0; i < count; i++) {
        slots[i] = slot_of(table, keys[i]);
        __builtin_prefetch(&table->slots[slots[i]]);
    }
    for (uint32_t i = 0; i < count; i++) {
        uint32_t entry = table->slots[slots[i]];
        __builtin_prefetch(&table->keys[entry == 0 ? 0 : entry - 1]);
    }
    for (uint32_t i = 0; i < count; i++) {
        uint32_t slot = slots[i];
        while (table->slots[slot] != 0 && table->keys[table->slots[slot] - 1] != keys[i]) {
            slot = (slot + 1) & table->mask;
        }
        if (table->slots[slot] == 0) {
            table->keys[table->count++] = keys[i];
            table->slots[slot] = table->count;
        }
        entries[i] = table->slots[slot] - 1;
    }
}

void plain_table_fini(struct plain_table *table)
{
    free(table->keys);
    free(table->slots);
}
