/*
 * generator - xoshiro256++ and what is drawn from it.
 */
#include "exec/generator.h"

#include <assert.h>
#include <math.h>

/* Above it, a mean is drawn in pieces: the sum of Poisson numbers is one. */
#define POISSON_PIECE 32.0

void generator_init(struct generator *generator, uint64_t seed, uint64_t stream)
{
    uint64_t word = generator_mix(seed) ^ generator_mix(stream + UINT64_C(0x632BE59BD9B4E019));

    for (int i = 0; i < 4; i++) {
        word += UINT64_C(0x9E3779B97F4A7C15);
        generator->state[i] = generator_mix(word);
    }
}

static inline uint64_t rotated(uint64_t word, int by)
{
    return word << by | word >> (64 - by);
}

uint64_t generator_next(struct generator *generator)
{
    uint64_t *state = generator->state;
    uint64_t result = rotated(state[0] + state[3], 23) + state[0];
    uint64_t shifted = state[1] << 17;

    state[2] ^= state[0];
    state[3] ^= state[1];
    state[1] ^= state[2];
    state[0] ^= state[3];
    state[2] ^= shifted;
    state[3] = rotated(state[3], 45);
    return result;
}

uint64_t generator_below(struct generator *generator, uint64_t bound)
{
    __extension__ typedef unsigned __int128 wide;
    uint64_t refused = -bound % bound; /* 2^64 mod bound: what would make some more likely */

    assert(bound > 0);
    for (;;) {
        wide product = (wide)generator_next(generator) * bound;
        if ((uint64_t)product >= refused) {
            return (uint64_t)(product >> 64);
        }
    }
}

/* Knuth's: how many uniform numbers can be multiplied before e^-mean is reached. */
static uint64_t poisson_small(struct generator *generator, double mean)
{
    double limit = exp(-mean);
    double product = generator_unit(generator);
    uint64_t count = 0;

    while (product > limit) {
        product *= generator_unit(generator);
        count++;
    }
    return count;
}

uint64_t generator_poisson(struct generator *generator, double mean)
{
    uint64_t count = 0;

    assert(mean >= 0 && mean < INFINITY);
    while (mean > POISSON_PIECE) {
        count += poisson_small(generator, POISSON_PIECE);
        mean -= POISSON_PIECE;
    }
    return count + poisson_small(generator, mean);
}
