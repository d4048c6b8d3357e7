/*
 * layout_table - which hash table aggregates fastest, and with which hash.
 *
 * The work is "count by key" over a column of keys in tables that already hold the keys. Tables
 * are at most half full, where nothing else is said.
 */
#include "layout_table.h"

#include <stdio.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

static void words_hash_multiply(const void *keys, uint32_t rows, uint64_t *hashes)
{
    const struct layout_key *words = keys;

    for (uint32_t i = 0; i < rows; i++) {
        hashes[i] = layout_hash(words[i].low, words[i].high);
    }
}

static void ints_hash_multiply(const void *keys, uint32_t rows, uint64_t *hashes)
{
    const uint64_t *ints = keys;

    for (uint32_t i = 0; i < rows; i++) {
        hashes[i] = layout_hash(ints[i], 0);
    }
}

#if defined(__x86_64__)
/* CRC gives 32 bits: one more multiplication spreads them over the 64 that slot and tag need. */
__attribute__((target("sse4.2"))) static void words_hash_crc(const void *keys, uint32_t rows,
                                                             uint64_t *hashes)
{
    const struct layout_key *words = keys;

    for (uint32_t i = 0; i < rows; i++) {
        uint64_t crc = _mm_crc32_u64(_mm_crc32_u64(0, words[i].low), words[i].high);
        hashes[i] = crc * UINT64_C(0x9e3779b97f4a7c15);
    }
}

__attribute__((target("sse4.2"))) static void ints_hash_crc(const void *keys, uint32_t rows,
                                                            uint64_t *hashes)
{
    const uint64_t *ints = keys;

    for (uint32_t i = 0; i < rows; i++) {
        hashes[i] = _mm_crc32_u64(0, ints[i]) * UINT64_C(0x9e3779b97f4a7c15);
    }
}
#endif

static void table_init(struct layout_table *table, const void *keys, size_t rows,
                       uint32_t slots_bits, layout_hash_rows *hash)
{
    size_t slots = (size_t)1 << slots_bits;

    *table = (struct layout_table){.keys = keys,
                                   .rows = rows,
                                   .hash = hash,
                                   .mask = slots - 1,
                                   .buckets_mask = slots / 16 - 1};
    table->slots = layout_alloc(slots * 8);
    table->fat = layout_alloc(slots * 32);
    table->entry_keys = layout_alloc(slots / 2 * 16);
    table->entry_accs = layout_alloc(slots / 2 * 8);
    table->entries = layout_alloc(slots / 2 * 32);
}

static void table_fini(struct layout_table *table)
{
    free(table->slots);
    free(table->fat);
    free(table->entry_keys);
    free(table->entry_accs);
    free(table->entries);
}

struct named_run {
    const char *name;
    uint64_t (*run)(void *state);
    layout_hash_rows *hash;
    uint32_t extra_bits; /* 1: twice as many slots */
};

static void tables_compare(const char *title, const struct named_run *runs, uint32_t runs_count,
                           const void *keys, size_t rows, uint32_t slots_bits)
{
    struct layout_table tables[16];
    struct layout_variant variants[16];

    for (uint32_t i = 0; i < runs_count; i++) {
        table_init(&tables[i], keys, rows, slots_bits + runs[i].extra_bits, runs[i].hash);
        variants[i] = (struct layout_variant){runs[i].name, runs[i].run, &tables[i]};
    }
    layout_compare(title, variants, runs_count, rows, "row");
    for (uint32_t i = 0; i < runs_count; i++) {
        table_fini(&tables[i]);
    }
}

void layout_table_run(const struct layout_input *input)
{
    static const struct named_run words_runs[] = {
        {"(i) 8-byte slots, two passes", layout_words_two_passes, words_hash_multiply, 0},
        {"(i) no prefetch", layout_words_plain, words_hash_multiply, 0},
        {"(i) prefetch 32 ahead", layout_words_distance, words_hash_multiply, 0},
        {"(i) guess, verify, update: four passes", layout_words_four_passes, words_hash_multiply,
         0},
        {"(i') the same, key and count together", layout_words_fused, words_hash_multiply, 0},
        {"(ii) 32-byte slots", layout_words_fat, words_hash_multiply, 0},
        {"(iv) buckets of 12 in a line, four passes", layout_words_buckets, words_hash_multiply, 0},
        {"(v) 4-byte slots, four passes", layout_words_numbers, words_hash_multiply, 0},
        {"(v) the same, a quarter full", layout_words_numbers, words_hash_multiply, 1},
        {"(i) four passes, a quarter full", layout_words_four_passes, words_hash_multiply, 1},
#if defined(__x86_64__)
        {"(i) two passes, crc32", layout_words_two_passes, words_hash_crc, 0},
        {"(i) four passes, crc32", layout_words_four_passes, words_hash_crc, 0},
#endif
        {"(iii) 16-byte slots, 12-byte words", layout_words_thin, words_hash_multiply, 0},
    };
    static const struct named_run ints_runs[] = {
        {"(i) 8-byte slots, two passes", layout_ints_two_passes, ints_hash_multiply, 0},
        {"(i) no prefetch", layout_ints_plain, ints_hash_multiply, 0},
        {"(i) prefetch 32 ahead", layout_ints_distance, ints_hash_multiply, 0},
        {"(i) guess, verify, update: four passes", layout_ints_four_passes, ints_hash_multiply, 0},
        {"(i') the same, key and count together", layout_ints_fused, ints_hash_multiply, 0},
        {"(ii) 32-byte slots", layout_ints_fat, ints_hash_multiply, 0},
        {"(iv) buckets of 12 in a line, four passes", layout_ints_buckets, ints_hash_multiply, 0},
        {"(v) 4-byte slots, four passes", layout_ints_numbers, ints_hash_multiply, 0},
        {"(v) the same, a quarter full", layout_ints_numbers, ints_hash_multiply, 1},
        {"(i) four passes, a quarter full", layout_ints_four_passes, ints_hash_multiply, 1},
        {"(iii) 16-byte slots", layout_ints_thin, ints_hash_multiply, 0},
#if defined(__x86_64__)
        {"(i) two passes, crc32", layout_ints_two_passes, ints_hash_crc, 0},
        {"(i) four passes, crc32", layout_ints_four_passes, ints_hash_crc, 0},
#endif
    };
    const size_t ints_count = 8u << 20;
    uint64_t *ints = layout_alloc(ints_count * sizeof(*ints));
    uint64_t random_state = 1;

    tables_compare("table: Zipf words, 100k", words_runs,
                   sizeof(words_runs) / sizeof(words_runs[0]), input->words, input->words_count,
                   18);
    for (uint32_t keys = 10000; keys <= 1000000; keys *= 100) {
        char title[64];

        for (size_t i = 0; i < ints_count; i++) {
            ints[i] = (layout_random(&random_state) % keys) * UINT64_C(0xbf58476d1ce4e5b9);
            ints[i] ^= ints[i] >> 29;
        }
        snprintf(title, sizeof(title), "table: uniform ints, %u keys", keys);
        tables_compare(title, ints_runs, sizeof(ints_runs) / sizeof(ints_runs[0]), ints, ints_count,
                       keys == 10000 ? 15 : 21);
    }
    free(ints);
}
