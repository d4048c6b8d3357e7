/*
 * layout - measures the choices that the engine's data layout rests on.
 *
 * Every question is a list of variants that do the same work in different ways. All variants of a
 * question run in turn, several rounds in one process, and what counts is the median of each and
 * its ratio to the first: absolute figures move with whoever else uses the machine.
 *
 * Threads:  one.
 * Memory:   inputs are made once and live until the process ends.
 */
#ifndef WEIR_TESTS_BENCH_LAYOUT_H
#define WEIR_TESTS_BENCH_LAYOUT_H

#include <stdint.h>
#include <stdlib.h>

#define LAYOUT_INLINE static inline __attribute__((always_inline))

/* A word of up to 16 bytes, zero padded; no byte of a word is 0, so that its size is known. */
struct layout_key {
    uint64_t low;
    uint64_t high;
};

struct layout_variant {
    const char *name;

    /* Does the whole work once and returns a number that must be the same in all variants. */
    uint64_t (*run)(void *state);
    void *state;
};

struct layout_input {
    char *text; /* with 64 spaces behind it */
    size_t text_size;
    struct layout_key *words; /* those of the text that have at most 16 bytes */
    size_t words_count;
};

/* Runs, prints a line per variant, and ends the process when results differ. */
void layout_compare(const char *title, const struct layout_variant *variants,
                    uint32_t variants_count, uint64_t rows, const char *unit);

/* malloc that ends the process with a message instead of returning NULL. */
void *layout_alloc(size_t size);

/* The next number of a fixed sequence (splitmix64). */
uint64_t layout_random(uint64_t *state);

/* Multiplies to 128 bits and folds the halves: the hash of a 16-byte key. */
LAYOUT_INLINE uint64_t layout_hash(uint64_t low, uint64_t high)
{
    unsigned __int128 product = (unsigned __int128)(low ^ UINT64_C(0x9e3779b97f4a7c15)) *
                                (high ^ UINT64_C(0xd6e8feb86659fd93));

    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

#define LAYOUT_CHUNK_ROWS_MAX 16384u

/* Counts by 16-byte key: 8-byte slots over dense keys and counts, in four passes per chunk. */
struct layout_counter {
    uint64_t *slots; /* high half: that of the hash; low half: entry number + 1 */
    uint64_t mask;
    struct layout_key *keys;
    int64_t *counts;
    uint32_t entries_count;
    uint64_t hashes[LAYOUT_CHUNK_ROWS_MAX];
    uint32_t entries[LAYOUT_CHUNK_ROWS_MAX];
    uint16_t missed[LAYOUT_CHUNK_ROWS_MAX];
};

/* Room for 1 << (slots_bits - 1) keys. It lives until the process ends. */
struct layout_counter *layout_counter_create(uint32_t slots_bits);

/* hashes[] of the counter are filled in. */
void layout_counter_add(struct layout_counter *counter, const struct layout_key *keys,
                        uint32_t rows);

void layout_table_run(const struct layout_input *input);
void layout_chunk_run(const struct layout_input *input);
void layout_column_run(const struct layout_input *input);
void layout_sql_run(void);

#endif
