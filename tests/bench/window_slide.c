/*
 * window_slide - what a slide costs, at 30 and at 3,000 batches in the window, beside plain C
 * programs, on one worker: sums with an inverse (100,000 keys), the greatest without one (10,000
 * keys: each batch of the window is kept as the combination of itself and others, so memory is
 * keys times batches).
 *
 * Every slide brings 2,000 rows of random keys, and all keys of the window are counted.
 */
#include <stdio.h>
#include <stdlib.h>

#include <weir/action.h>
#include <weir/rdd.h>
#include <weir/test.h>
#include <weir/weir.h>

#include "bench.h"

#define BATCH_ROWS    2000u
#define SLIDES_COUNT  200u
#define BATCHES_MAX   (3000u + SLIDES_COUNT)
#define INVERSE_KEYS  100000u
#define GREATEST_KEYS 10000u

struct data {
    uint32_t keys_count;
    uint32_t slices; /* batches in the window */
    bool is_inverse;
    int64_t *keys; /* of all batches, one after the other */
    int64_t *values;
};

static const int64_t *batch_keys(const struct data *data, uint32_t batch)
{
    return data->keys + (size_t)batch * BATCH_ROWS;
}

static const int64_t *batch_values(const struct data *data, uint32_t batch)
{
    return data->values + (size_t)batch * BATCH_ROWS;
}

/* Sums by key, and how many rows each key has: the batch that leaves is taken away. */
static bool plain_inverse(void *owner, double *seconds, uint64_t *checksum)
{
    const struct data *data = owner;
    int64_t *sums = bench_memory(data->keys_count * sizeof(*sums));
    int64_t *counts = bench_memory(data->keys_count * sizeof(*counts));
    double begin = 0;

    *checksum = 0;
    for (uint32_t batch = 0; batch < data->slices + SLIDES_COUNT; batch++) {
        uint64_t keys_count = 0;
        if (batch == data->slices) {
            begin = bench_seconds();
        }
        for (uint32_t i = 0; i < BATCH_ROWS; i++) {
            sums[batch_keys(data, batch)[i]] += batch_values(data, batch)[i];
            counts[batch_keys(data, batch)[i]]++;
        }
        for (uint32_t i = 0; batch >= data->slices && i < BATCH_ROWS; i++) {
            sums[batch_keys(data, batch - data->slices)[i]] -=
                batch_values(data, batch - data->slices)[i];
            counts[batch_keys(data, batch - data->slices)[i]]--;
        }
        for (uint32_t key = 0; batch >= data->slices && key < data->keys_count; key++) {
            keys_count += counts[key] > 0;
        }
        *checksum = batch >= data->slices ? *checksum + keys_count : 0;
    }
    *seconds = bench_seconds() - begin;
    free(sums);
    free(counts);
    return true;
}

/* Combines the batch into greatest[]. */
static void combine_batch(const struct data *data, uint32_t batch, int64_t *greatest)
{
    for (uint32_t i = 0; i < BATCH_ROWS; i++) {
        int64_t *place = &greatest[batch_keys(data, batch)[i]];
        int64_t value = batch_values(data, batch)[i];
        *place = *place < value ? value : *place;
    }
}

/* Two stacks, of dense vectors; INT64_MIN: no row. */
static bool plain_greatest(void *owner, double *seconds, uint64_t *checksum)
{
    const struct data *data = owner;
    size_t width = data->keys_count;
    int64_t *front =
        bench_memory(data->slices * width * sizeof(*front)); /* suffixes, oldest last */
    int64_t *back = bench_memory(width * sizeof(*back));
    uint32_t front_count = 0;
    double begin = 0;

    *checksum = 0;
    for (size_t key = 0; key < width; key++) {
        back[key] = INT64_MIN;
    }
    for (uint32_t batch = 0; batch < data->slices + SLIDES_COUNT; batch++) {
        if (batch == data->slices) {
            begin = bench_seconds();
        }
        if (batch >= data->slices && front_count == 0) {
            for (uint32_t i = 0; i < data->slices; i++) {
                int64_t *suffix = front + i * width;
                for (size_t key = 0; key < width; key++) {
                    suffix[key] = i == 0 ? INT64_MIN : suffix[key - width];
                }
                combine_batch(data, batch - 1 - i, suffix);
            }
            front_count = data->slices;
            for (size_t key = 0; key < width; key++) {
                back[key] = INT64_MIN;
            }
        }
        combine_batch(data, batch, back);
        if (batch < data->slices) {
            continue;
        }
        front_count--;
        const int64_t *suffix = front_count == 0 ? NULL : front + (front_count - 1) * width;
        for (size_t key = 0; key < width; key++) {
            *checksum += (suffix != NULL && suffix[key] > INT64_MIN) || back[key] > INT64_MIN;
        }
    }
    *seconds = bench_seconds() - begin;
    free(front);
    free(back);
    return true;
}

/* One context runs at a time. */
static uint64_t counted;

static int32_t count_keys(struct weir_rdd *rdd, int64_t time_ms, struct weir_value argument)
{
    uint64_t count = 0;
    weir_status status = weir_rdd_count(rdd, &count);

    (void)time_ms;
    (void)argument;
    counted += count;
    return (int32_t)status;
}

static struct weir_value plus(struct weir_value left, struct weir_value right,
                              struct weir_emitter *memory, struct weir_value argument)
{
    (void)memory;
    (void)argument;
    return weir_int(left.integer + right.integer);
}

static struct weir_value minus(struct weir_value left, struct weir_value right,
                               struct weir_emitter *memory, struct weir_value argument)
{
    (void)memory;
    (void)argument;
    return weir_int(left.integer - right.integer);
}

/* Values are above 0: a sum of 0 is that of no row. */
static bool has_rows(const struct weir_row *row, struct weir_value argument)
{
    (void)argument;
    return row->value.integer > 0;
}

static weir_status push_batch(struct weir_queue *queue, const struct data *data, uint32_t batch)
{
    struct weir_value keys[BATCH_ROWS];
    struct weir_value values[BATCH_ROWS];

    for (uint32_t i = 0; i < BATCH_ROWS; i++) {
        keys[i] = weir_int(batch_keys(data, batch)[i]);
        values[i] = weir_int(batch_values(data, batch)[i]);
    }
    return weir_queue_push_pairs(queue, keys, values, BATCH_ROWS);
}

static bool weir(void *owner, double *seconds, uint64_t *checksum)
{
    const struct data *data = owner;
    struct weir_context *context = weir_context_create(&(struct weir_options){
        .name = "window", .batch_ms = 1000, .workers = 1, .is_manual_clock = true});
    struct weir_queue *queue = weir_queue_create(context, "rows", true);
    struct weir_stream *rows = weir_queue_stream(queue);
    double begin = 0;
    char window[16];

    snprintf(window, sizeof(window), "%us", data->slices);
    /* Before the start, so that the queue is known to be of pairs. */
    weir_status status = push_batch(queue, data, 0);
    struct weir_stream *windows =
        data->is_inverse
            ? weir_reduce_by_key_and_window_inverse(rows, WEIR_FUNCTION(plus), WEIR_FUNCTION(minus),
                                                    WEIR_FUNCTION(has_rows), weir_null(), window,
                                                    NULL)
            : weir_reduce_by_key_and_window(rows, WEIR_MAX, weir_null(), window, NULL);
    weir_foreach_rdd(windows, WEIR_FUNCTION(count_keys), weir_null());
    if (status == WEIR_OK) {
        status = weir_start(context);
    }
    if (status == WEIR_OK) {
        status = weir_test_advance(context, 1);
    }
    for (uint32_t batch = 1; batch < data->slices + SLIDES_COUNT && status == WEIR_OK; batch++) {
        if (batch == data->slices) {
            begin = bench_seconds();
            counted = 0;
        }
        status = push_batch(queue, data, batch);
        if (status == WEIR_OK) {
            status = weir_test_advance(context, 1);
        }
    }
    *seconds = bench_seconds() - begin;
    *checksum = counted;
    if (status != WEIR_OK || weir_await_termination_or_timeout(context, 0) != WEIR_AGAIN) {
        fprintf(stderr, "weir: %s\n", weir_context_error(context));
        status = WEIR_E_IO;
    }
    weir_context_destroy(context);
    return status == WEIR_OK;
}

/* Microseconds of one slide at 100,000 keys; negative: it failed. */
static double measure(const char *name, bool is_inverse, uint32_t slices)
{
    struct data data = {.keys_count = is_inverse ? INVERSE_KEYS : GREATEST_KEYS,
                        .slices = slices,
                        .is_inverse = is_inverse};
    size_t rows_count = (size_t)(slices + SLIDES_COUNT) * BATCH_ROWS;
    uint64_t state = 1;
    double best = -1;
    int rounds = bench_rounds();

    data.keys = bench_memory(rows_count * sizeof(*data.keys));
    data.values = bench_memory(rows_count * sizeof(*data.values));
    for (size_t i = 0; i < rows_count; i++) {
        data.keys[i] = (int64_t)(bench_random(&state) % data.keys_count);
        data.values[i] = 1 + (int64_t)(bench_random(&state) >> 40);
    }
    double plain_us[99];
    double weir_us[99];
    for (int round = 0; round < rounds; round++) {
        uint64_t expected;
        uint64_t found;
        double plain_seconds;
        double weir_seconds;
        if (!(is_inverse ? plain_inverse : plain_greatest)(&data, &plain_seconds, &expected) ||
            !weir(&data, &weir_seconds, &found)) {
            goto end;
        }
        if (expected != found) {
            fprintf(stderr, "%s: weir found %llu keys, plain C %llu\n", name,
                    (unsigned long long)found, (unsigned long long)expected);
            goto end;
        }
        plain_us[round] = plain_seconds / SLIDES_COUNT * 1e6;
        weir_us[round] = weir_seconds / SLIDES_COUNT * 1e6;
    }
    best = bench_median(weir_us, rounds);
    printf(
        "%s, %u batches of %u rows, %u keys: plain C %.0f us a slide, weir %.0f us, ratio %.2f\n",
        name, slices, BATCH_ROWS, data.keys_count, bench_median(plain_us, rounds), best,
        bench_median(plain_us, rounds) / best);
    fflush(stdout);
end:
    free(data.keys);
    free(data.values);
    return best;
}

int main(void)
{
    double inverse_short = measure("sum with an inverse", true, 30);
    double inverse_long = measure("sum with an inverse", true, 3000);
    double greatest_short = measure("greatest", false, 30);
    double greatest_long = measure("greatest", false, 3000);

    printf("window, a slide at 3000 batches to one at 30: %.2f with an inverse, %.2f without\n",
           inverse_long / inverse_short, greatest_long / greatest_short);
    return inverse_short < 0 || inverse_long < 0 || greatest_short < 0 || greatest_long < 0;
}
