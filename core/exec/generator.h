/*
 * generator - numbers for samples: the same from the same seed, on every machine, for ever.
 *
 * xoshiro256++, seeded by splitmix64 from a seed and a stream (a partition), so that partitions
 * draw independently of each other and of the workers.
 *
 * Threads:  one owner.
 */
#ifndef WEIR_EXEC_GENERATOR_H
#define WEIR_EXEC_GENERATOR_H

#include <stdint.h>

struct generator {
    uint64_t state[4];
};

void generator_init(struct generator *generator, uint64_t seed, uint64_t stream);

uint64_t generator_next(struct generator *generator);

/* At least 0, below 1; 53 bits. */
static inline double generator_unit(struct generator *generator)
{
    return (double)(generator_next(generator) >> 11) * 0x1.0p-53;
}

/* 0 to bound - 1, each as likely; bound is not 0. */
uint64_t generator_below(struct generator *generator, uint64_t bound);

/* How often something happens that happens `mean` times on average; mean is finite and not
 * negative. */
uint64_t generator_poisson(struct generator *generator, double mean);

/* A bijection of 64-bit words that leaves no pattern: splitmix64's last step. */
static inline uint64_t generator_mix(uint64_t word)
{
    word = (word ^ (word >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    word = (word ^ (word >> 27)) * UINT64_C(0x94D049BB133111EB);
    return word ^ (word >> 31);
}

#endif
