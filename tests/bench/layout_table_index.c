/*
 * layout_table_index - tables with an index of small slots beside dense entries.
 *
 * What is compared is mostly the way through a chunk: in one loop, or in several.
 */
#include "layout_table.h"

/* (i) 8-byte slots over a key vector and an accumulator vector; one loop per pass. */
LAYOUT_INLINE uint32_t index_find(struct layout_table *table, const char *key, uint64_t hash,
                                  uint32_t bytes)
{
    uint64_t at = hash & table->mask;
    uint64_t tag = hash & ~(uint64_t)UINT32_MAX;

    for (;; at = (at + 1) & table->mask) {
        uint64_t slot = table->slots[at];

        if (slot == 0) {
            uint32_t entry = table->entries_count++;

            table->slots[at] = tag | (entry + 1);
            memcpy(table->entry_keys + (size_t)entry * bytes, key, bytes);
            return entry;
        }
        uint32_t entry = (uint32_t)slot - 1;
        if ((slot ^ tag) <= UINT32_MAX &&
            layout_key_equal(table->entry_keys + (size_t)entry * bytes, key, bytes)) {
            return entry;
        }
    }
}

/* One pass hashes and prefetches slots, one finds and counts. */
LAYOUT_INLINE uint64_t index_two_passes(struct layout_table *table, uint32_t bytes)
{
    uint64_t hashes[LAYOUT_TABLE_ROWS];

    for (size_t row = 0; row < table->rows; row += LAYOUT_TABLE_ROWS) {
        const char *keys = table->keys + row * bytes;
        uint32_t rows = layout_table_rows(table, row);

        table->hash(keys, rows, hashes);
        for (uint32_t i = 0; i < rows; i++) {
            __builtin_prefetch(&table->slots[hashes[i] & table->mask]);
        }
        for (uint32_t i = 0; i < rows; i++) {
            uint32_t entry = index_find(table, keys + (size_t)i * bytes, hashes[i], bytes);
            table->entry_accs[entry]++;
        }
    }
    return table->entries_count;
}

/* As above, but the prefetch runs a fixed distance ahead of the probe within the chunk. */
LAYOUT_INLINE uint64_t index_distance(struct layout_table *table, uint32_t bytes)
{
    enum { DISTANCE = 32 };
    uint64_t hashes[LAYOUT_TABLE_ROWS + DISTANCE];

    memset(hashes, 0, sizeof(hashes));
    for (size_t row = 0; row < table->rows; row += LAYOUT_TABLE_ROWS) {
        const char *keys = table->keys + row * bytes;
        uint32_t rows = layout_table_rows(table, row);

        table->hash(keys, rows, hashes);
        for (uint32_t i = 0; i < rows; i++) {
            __builtin_prefetch(&table->slots[hashes[i + DISTANCE] & table->mask]);
            uint32_t entry = index_find(table, keys + (size_t)i * bytes, hashes[i], bytes);
            table->entry_accs[entry]++;
        }
    }
    return table->entries_count;
}

/* No prefetch at all. */
LAYOUT_INLINE uint64_t index_plain(struct layout_table *table, uint32_t bytes)
{
    uint64_t hashes[LAYOUT_TABLE_ROWS];

    for (size_t row = 0; row < table->rows; row += LAYOUT_TABLE_ROWS) {
        const char *keys = table->keys + row * bytes;
        uint32_t rows = layout_table_rows(table, row);

        table->hash(keys, rows, hashes);
        for (uint32_t i = 0; i < rows; i++) {
            uint32_t entry = index_find(table, keys + (size_t)i * bytes, hashes[i], bytes);
            table->entry_accs[entry]++;
        }
    }
    return table->entries_count;
}

/* Guess the entry from slot and tag without looking at keys, prefetch it, then verify all keys,
 * then update: four loops. A wrong guess (other tag, empty slot) is found again the slow way. */
LAYOUT_INLINE uint64_t index_four_passes(struct layout_table *table, uint32_t bytes)
{
    uint64_t hashes[LAYOUT_TABLE_ROWS];
    uint32_t entries[LAYOUT_TABLE_ROWS];
    uint16_t missed[LAYOUT_TABLE_ROWS];

    for (size_t row = 0; row < table->rows; row += LAYOUT_TABLE_ROWS) {
        const char *keys = table->keys + row * bytes;
        uint32_t rows = layout_table_rows(table, row);
        uint32_t missed_count = 0;

        table->hash(keys, rows, hashes);
        for (uint32_t i = 0; i < rows; i++) {
            __builtin_prefetch(&table->slots[hashes[i] & table->mask]);
        }
        for (uint32_t i = 0; i < rows; i++) {
            uint64_t slot = table->slots[hashes[i] & table->mask];
            uint32_t entry = slot != 0 ? (uint32_t)slot - 1 : 0;

            entries[i] = entry;
            __builtin_prefetch(table->entry_keys + (size_t)entry * bytes);
            __builtin_prefetch(&table->entry_accs[entry]);
        }
        for (uint32_t i = 0; i < rows; i++) {
            missed[missed_count] = (uint16_t)i;
            missed_count += !layout_key_equal(table->entry_keys + (size_t)entries[i] * bytes,
                                              keys + (size_t)i * bytes, bytes);
        }
        for (uint32_t m = 0; m < missed_count; m++) {
            uint32_t i = missed[m];
            entries[i] = index_find(table, keys + (size_t)i * bytes, hashes[i], bytes);
        }
        for (uint32_t i = 0; i < rows; i++) {
            table->entry_accs[entries[i]]++;
        }
    }
    return table->entries_count;
}

/* (i') as four passes, with key and accumulator in one dense entry: one cache line instead of 2. */
LAYOUT_INLINE uint64_t index_fused(struct layout_table *table, uint32_t bytes)
{
    const uint32_t entry_bytes = bytes * 2;
    uint64_t hashes[LAYOUT_TABLE_ROWS];
    uint32_t entries[LAYOUT_TABLE_ROWS];

    for (size_t row = 0; row < table->rows; row += LAYOUT_TABLE_ROWS) {
        const char *keys = table->keys + row * bytes;
        uint32_t rows = layout_table_rows(table, row);

        table->hash(keys, rows, hashes);
        for (uint32_t i = 0; i < rows; i++) {
            __builtin_prefetch(&table->slots[hashes[i] & table->mask]);
        }
        for (uint32_t i = 0; i < rows; i++) {
            uint64_t slot = table->slots[hashes[i] & table->mask];

            entries[i] = slot != 0 ? (uint32_t)slot - 1 : 0;
            __builtin_prefetch(table->entries + (size_t)entries[i] * entry_bytes);
        }
        for (uint32_t i = 0; i < rows; i++) {
            const char *key = keys + (size_t)i * bytes;
            char *entry = table->entries + (size_t)entries[i] * entry_bytes;

            if (!layout_key_equal(entry, key, bytes)) {
                uint64_t at = hashes[i] & table->mask;
                uint64_t tag = hashes[i] & ~(uint64_t)UINT32_MAX;

                for (;; at = (at + 1) & table->mask) {
                    uint64_t slot = table->slots[at];

                    if (slot == 0) {
                        table->slots[at] = tag | (table->entries_count + 1);
                        entry = table->entries + (size_t)table->entries_count++ * entry_bytes;
                        memcpy(entry, key, bytes);
                        break;
                    }
                    entry = table->entries + (size_t)((uint32_t)slot - 1) * entry_bytes;
                    if ((slot ^ tag) <= UINT32_MAX && layout_key_equal(entry, key, bytes)) {
                        break;
                    }
                }
            }
            ++*(int64_t *)(void *)(entry + bytes);
        }
    }
    return table->entries_count;
}

/* (v) 4-byte slots: entry number + 1 alone; only the keys tell whether the guess is right. */
LAYOUT_INLINE uint64_t number_four_passes(struct layout_table *table, uint32_t bytes)
{
    uint32_t *slots = table->fat;
    uint64_t hashes[LAYOUT_TABLE_ROWS];
    uint32_t entries[LAYOUT_TABLE_ROWS];
    uint16_t missed[LAYOUT_TABLE_ROWS];

    for (size_t row = 0; row < table->rows; row += LAYOUT_TABLE_ROWS) {
        const char *keys = table->keys + row * bytes;
        uint32_t rows = layout_table_rows(table, row);
        uint32_t missed_count = 0;

        table->hash(keys, rows, hashes);
        for (uint32_t i = 0; i < rows; i++) {
            __builtin_prefetch(&slots[hashes[i] & table->mask]);
        }
        for (uint32_t i = 0; i < rows; i++) {
            uint32_t slot = slots[hashes[i] & table->mask];
            uint32_t entry = slot != 0 ? slot - 1 : 0;

            entries[i] = entry;
            __builtin_prefetch(table->entry_keys + (size_t)entry * bytes);
            __builtin_prefetch(&table->entry_accs[entry]);
        }
        for (uint32_t i = 0; i < rows; i++) {
            missed[missed_count] = (uint16_t)i;
            missed_count += !layout_key_equal(table->entry_keys + (size_t)entries[i] * bytes,
                                              keys + (size_t)i * bytes, bytes);
        }
        for (uint32_t m = 0; m < missed_count; m++) {
            uint32_t i = missed[m];
            const char *key = keys + (size_t)i * bytes;

            for (uint64_t at = hashes[i] & table->mask;; at = (at + 1) & table->mask) {
                if (slots[at] == 0) {
                    memcpy(table->entry_keys + (size_t)table->entries_count * bytes, key, bytes);
                    slots[at] = ++table->entries_count;
                }
                entries[i] = slots[at] - 1;
                if (layout_key_equal(table->entry_keys + (size_t)entries[i] * bytes, key, bytes)) {
                    break;
                }
            }
        }
        for (uint32_t i = 0; i < rows; i++) {
            table->entry_accs[entries[i]]++;
        }
    }
    return table->entries_count;
}

LAYOUT_TABLE_VARIANT(words_two_passes, index_two_passes(table, LAYOUT_WORD_BYTES))
LAYOUT_TABLE_VARIANT(ints_two_passes, index_two_passes(table, LAYOUT_INT_BYTES))
LAYOUT_TABLE_VARIANT(words_distance, index_distance(table, LAYOUT_WORD_BYTES))
LAYOUT_TABLE_VARIANT(ints_distance, index_distance(table, LAYOUT_INT_BYTES))
LAYOUT_TABLE_VARIANT(words_plain, index_plain(table, LAYOUT_WORD_BYTES))
LAYOUT_TABLE_VARIANT(ints_plain, index_plain(table, LAYOUT_INT_BYTES))
LAYOUT_TABLE_VARIANT(words_four_passes, index_four_passes(table, LAYOUT_WORD_BYTES))
LAYOUT_TABLE_VARIANT(ints_four_passes, index_four_passes(table, LAYOUT_INT_BYTES))
LAYOUT_TABLE_VARIANT(words_fused, index_fused(table, LAYOUT_WORD_BYTES))
LAYOUT_TABLE_VARIANT(ints_fused, index_fused(table, LAYOUT_INT_BYTES))
LAYOUT_TABLE_VARIANT(words_numbers, number_four_passes(table, LAYOUT_WORD_BYTES))
LAYOUT_TABLE_VARIANT(ints_numbers, number_four_passes(table, LAYOUT_INT_BYTES))
