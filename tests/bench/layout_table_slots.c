/* layout_table_slots - tables that hold key and count in the slot, and one of buckets. */
#include "layout_table.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/* (iv) buckets of one cache line: 12 one-byte tags and 12 entry numbers. A tag is never 0. */
struct bucket {
    uint8_t tags[12];
    uint8_t used;
    uint8_t spare[3];
    uint32_t entries[12];
};

#if defined(__SSE2__)
/* Bit i is set where tag i is the one looked for. */
LAYOUT_INLINE uint32_t bucket_match(const struct bucket *bucket, uint8_t tag)
{
    __m128i tags = _mm_loadu_si128((const __m128i *)(const void *)bucket);
    __m128i equal = _mm_cmpeq_epi8(tags, _mm_set1_epi8((char)tag));

    return (uint32_t)_mm_movemask_epi8(equal) & 0xfffu;
}
#else
LAYOUT_INLINE uint32_t bucket_match(const struct bucket *bucket, uint8_t tag)
{
    uint32_t match = 0;

    for (uint32_t i = 0; i < 12; i++) {
        match |= (uint32_t)(bucket->tags[i] == tag) << i;
    }
    return match;
}
#endif

LAYOUT_INLINE uint8_t bucket_tag(uint64_t hash)
{
    return (uint8_t)((hash >> 56) | 1);
}

LAYOUT_INLINE uint32_t bucket_find(struct layout_table *table, const char *key, uint64_t hash,
                                   uint32_t bytes)
{
    struct bucket *buckets = table->fat;
    uint8_t tag = bucket_tag(hash);

    for (uint64_t at = hash & table->buckets_mask;; at = (at + 1) & table->buckets_mask) {
        struct bucket *bucket = &buckets[at];

        for (uint32_t match = bucket_match(bucket, tag); match != 0; match &= match - 1) {
            uint32_t entry = bucket->entries[__builtin_ctz(match)];
            if (layout_key_equal(table->entry_keys + (size_t)entry * bytes, key, bytes)) {
                return entry;
            }
        }
        if (bucket->used < 12) {
            uint32_t entry = table->entries_count++;

            bucket->tags[bucket->used] = tag;
            bucket->entries[bucket->used++] = entry;
            memcpy(table->entry_keys + (size_t)entry * bytes, key, bytes);
            return entry;
        }
    }
}

LAYOUT_INLINE uint64_t bucket_four_passes(struct layout_table *table, uint32_t bytes)
{
    const struct bucket *buckets = table->fat;
    uint64_t hashes[LAYOUT_TABLE_ROWS];
    uint32_t entries[LAYOUT_TABLE_ROWS];
    uint16_t missed[LAYOUT_TABLE_ROWS];

    for (size_t row = 0; row < table->rows; row += LAYOUT_TABLE_ROWS) {
        const char *keys = table->keys + row * bytes;
        uint32_t rows = layout_table_rows(table, row);
        uint32_t missed_count = 0;

        table->hash(keys, rows, hashes);
        for (uint32_t i = 0; i < rows; i++) {
            __builtin_prefetch(&buckets[hashes[i] & table->buckets_mask]);
        }
        for (uint32_t i = 0; i < rows; i++) {
            const struct bucket *bucket = &buckets[hashes[i] & table->buckets_mask];
            uint32_t match = bucket_match(bucket, bucket_tag(hashes[i]));
            uint32_t entry = bucket->entries[__builtin_ctz(match | 0x800)];

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
            entries[i] = bucket_find(table, keys + (size_t)i * bytes, hashes[i], bytes);
        }
        for (uint32_t i = 0; i < rows; i++) {
            table->entry_accs[entries[i]]++;
        }
    }
    return table->entries_count;
}

/* (ii) fat slots: {hash, key, count}, 32 bytes. (iii) thin slots of 16 bytes: {key, count} for
 * ints; for words 12 bytes of key and a 32-bit count (longer words are cut here: timing only). */
LAYOUT_INLINE uint64_t slots_run(struct layout_table *table, uint32_t bytes, uint32_t slot_bytes,
                                 uint32_t key_offset, uint32_t key_bytes, uint32_t count_offset)
{
    uint64_t hashes[LAYOUT_TABLE_ROWS];
    char *slots = table->fat;

    for (size_t row = 0; row < table->rows; row += LAYOUT_TABLE_ROWS) {
        const char *keys = table->keys + row * bytes;
        uint32_t rows = layout_table_rows(table, row);

        table->hash(keys, rows, hashes);
        for (uint32_t i = 0; i < rows; i++) {
            __builtin_prefetch(slots + (hashes[i] & table->mask) * slot_bytes);
        }
        for (uint32_t i = 0; i < rows; i++) {
            const char *key = keys + (size_t)i * bytes;
            uint64_t at = hashes[i] & table->mask;

            for (;; at = (at + 1) & table->mask) {
                char *slot = slots + at * slot_bytes;
                uint32_t *count = (uint32_t *)(void *)(slot + count_offset);

                if (*count != 0 && layout_key_equal(slot + key_offset, key, key_bytes)) {
                    ++*count;
                    break;
                }
                if (*count == 0) {
                    memcpy(slot + key_offset, key, key_bytes);
                    *count = 1;
                    table->entries_count++;
                    break;
                }
            }
        }
    }
    return table->entries_count;
}

LAYOUT_TABLE_VARIANT(words_buckets, bucket_four_passes(table, LAYOUT_WORD_BYTES))
LAYOUT_TABLE_VARIANT(ints_buckets, bucket_four_passes(table, LAYOUT_INT_BYTES))
LAYOUT_TABLE_VARIANT(words_fat, slots_run(table, LAYOUT_WORD_BYTES, 32, 8, 16, 24))
LAYOUT_TABLE_VARIANT(ints_fat, slots_run(table, LAYOUT_INT_BYTES, 32, 8, 8, 24))
LAYOUT_TABLE_VARIANT(words_thin, slots_run(table, LAYOUT_WORD_BYTES, 16, 0, 12, 12))
LAYOUT_TABLE_VARIANT(ints_thin, slots_run(table, LAYOUT_INT_BYTES, 16, 0, 8, 8))
