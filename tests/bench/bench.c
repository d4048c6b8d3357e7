/*
 * bench - what benchmarks against a plain C program share.
 */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define ROUNDS_DEFAULT 5
#define ROUNDS_MAX     99

double bench_seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

int bench_rounds(void)
{
    const char *wanted = getenv("BENCH_ROUNDS");
    int rounds = wanted == NULL ? ROUNDS_DEFAULT : atoi(wanted);

    return rounds < 1 ? 1 : rounds > ROUNDS_MAX ? ROUNDS_MAX : rounds;
}

uint32_t bench_scaled(uint32_t rows)
{
    const char *wanted = getenv("BENCH_SCALE");
    double scaled = wanted == NULL ? rows : rows * atof(wanted);

    return scaled < 1 ? 1 : (uint32_t)scaled;
}

uint64_t bench_random(uint64_t *state)
{
    uint64_t mixed = *state += UINT64_C(0x9E3779B97F4A7C15);

    mixed = (mixed ^ mixed >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    mixed = (mixed ^ mixed >> 27) * UINT64_C(0x94D049BB133111EB);
    return mixed ^ mixed >> 31;
}

void *bench_memory(size_t size)
{
    void *memory = calloc(1, size == 0 ? 1 : size);

    if (memory == NULL) {
        fprintf(stderr, "no memory for %zu bytes\n", size);
        exit(1);
    }
    return memory;
}

static int by_size(const void *left, const void *right)
{
    double difference = *(const double *)left - *(const double *)right;

    return difference < 0 ? -1 : difference > 0;
}

double bench_median(double *values, int count)
{
    qsort(values, (size_t)count, sizeof(*values), by_size);
    return values[count / 2];
}

double bench_run(const struct bench_pair *pair)
{
    double plain[ROUNDS_MAX];
    double weir[ROUNDS_MAX];
    uint64_t expected;
    uint64_t found;
    int rounds = bench_rounds();

    for (int round = 0; round < rounds; round++) {
        if (!pair->plain(pair->owner, &plain[round], &expected) ||
            !pair->weir(pair->owner, &weir[round], &found)) {
            return -1;
        }
        if (expected != found) {
            fprintf(stderr, "%s: weir found something else than plain C\n", pair->name);
            return -1;
        }
        printf("%s, round %d: plain C %.4f s, weir %.4f s\n", pair->name, round + 1, plain[round],
               weir[round]);
        fflush(stdout);
    }
    double plain_seconds = bench_median(plain, rounds);
    double weir_seconds = bench_median(weir, rounds);
    printf("%s: plain C %.2f M%s/s, weir %.2f M%s/s, ratio %.2f\n", pair->name,
           pair->work / plain_seconds * 1e-6, pair->unit, pair->work / weir_seconds * 1e-6,
           pair->unit, plain_seconds / weir_seconds);
    fflush(stdout);
    return plain_seconds / weir_seconds;
}
