/*
 * property - what tests of random programs share: a seed, random rows, and results as exact text.
 *
 * WEIR_TEST_SEED=N runs one case again; WEIR_PROPERTY_SECONDS=N goes on for as long (default 15).
 */
#ifndef WEIR_TESTS_PROPERTY_H
#define WEIR_TESTS_PROPERTY_H

#include <weir/value.h>

#include "base/arena.h"
#include "base/bytes.h"

struct property_random {
    uint64_t state;
};

uint64_t property_next(struct property_random *random);

/* 0 to bound - 1. */
uint32_t property_below(struct property_random *random, uint32_t bound);

/* True once in `times`. */
bool property_chance(struct property_random *random, uint32_t times);

/* One of 1 to 2048, small ones and powers of two as likely as all others. */
uint32_t property_chunk_rows(struct property_random *random);

/* What rows are made of: their keys, and their values. */
enum rows_taste {
    TASTE_INTS,
    TASTE_FLOATS,
    TASTE_NUMBERS, /* both of them */
    TASTE_TEXTS,   /* short and long */
    TASTE_ALL,     /* and lists, nulls, bools, bytes */
    TASTES_COUNT
};
const char *property_taste_name(enum rows_taste taste);

/* Keys of few kinds, the half of them one key. */
struct weir_value property_key(struct property_random *random, enum rows_taste taste,
                               struct arena *arena);
struct weir_value property_value(struct property_random *random, enum rows_taste taste,
                                 struct arena *arena);

/* A number that depends on every bit of the value, but for which NaN it is. */
uint64_t property_digest(struct weir_value value);

/* Appends the value so that values that differ in anything (kind, mark, last bit) differ. NaNs are
 * all one: which of two a sum hands on is the compiler's choice. */
void property_write(struct bytes *out, struct weir_value value);

/* True when the texts are the same; else tells the first line that differs. */
bool property_same(const char *expected, const char *found);

/* How a random program of this seed fared. */
typedef bool (*property_case)(uint64_t seed);

/* Runs cases until the time is over, or the one that the environment names; an exit status. */
int property_main(const char *name, property_case run);

#endif
