/*
 * bench - what benchmarks against a plain C program share: time, data, rounds in turn, medians.
 *
 * BENCH_ROUNDS (default 5) and BENCH_SCALE (default 1: a part of the rows, "0.1") come from the
 * environment.
 */
#ifndef WEIR_TESTS_BENCH_H
#define WEIR_TESTS_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Processor time of all threads: what else runs on the machine counts less than by the clock. */
double bench_seconds(void);

int bench_rounds(void);

/* rows, or BENCH_SCALE of them; at least 1. */
uint32_t bench_scaled(uint32_t rows);

/* splitmix64: the same numbers in each run. */
uint64_t bench_random(uint64_t *state);

/* Memory, or the end of the program. */
void *bench_memory(size_t size);

/* Sorts the values. */
double bench_median(double *values, int count);

/* Two programs that do the same work: each gives its seconds, and a checksum of what it found. */
struct bench_pair {
    const char *name;
    double work; /* rows, or slides, of one round */
    const char *unit;
    bool (*plain)(void *owner, double *seconds, uint64_t *checksum);
    bool (*weir)(void *owner, double *seconds, uint64_t *checksum);
    void *owner;
};

/* Runs both in turn, prints each round and the medians, and gives the ratio weir to plain by rate
 * (1: as fast). Negative: one failed, or they found different things. */
double bench_run(const struct bench_pair *pair);

#endif
