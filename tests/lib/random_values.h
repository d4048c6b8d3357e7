/*
 * random_values - values for tests that try many: small ones that collide, and odd ones.
 *
 * The seed is printed; WEIR_TEST_SEED=N runs a failed test again.
 */
#ifndef WEIR_TESTS_RANDOM_VALUES_H
#define WEIR_TESTS_RANDOM_VALUES_H

#include <stdint.h>

#include <weir/value.h>

#include "base/arena.h"

struct random {
    uint64_t state;
};

/* Takes the seed from the environment or the clock, and prints it. */
void random_start(struct random *random);

uint64_t random_next(struct random *random);

/* 0 to bound - 1. */
uint32_t random_below(struct random *random, uint32_t bound);

double random_float(struct random *random);
struct weir_value random_bytes(struct random *random, struct arena *arena);

/* Any kind, nested up to `depth` levels; what it points to is in `arena`. */
struct weir_value random_value(struct random *random, struct arena *arena, uint32_t depth);

#endif
