/*
 * keyed_sum - sums by key over rows in memory, beside a plain C program, on one worker.
 *
 * 10,000 and 1,000,000 keys, spread evenly; ints and floats.
 */
#include <stdio.h>
#include <stdlib.h>

#include <weir/action.h>
#include <weir/rdd.h>
#include <weir/weir.h>

#include "bench.h"
#include "plain_table.h"

#define ROWS 8000000u

struct data {
    uint32_t rows_count;
    uint32_t keys_count;
    bool is_float;
    int64_t *keys;
    int64_t *ints;
    double *floats;
    struct weir_context *context;
    struct weir_rdd *pairs;
};

static bool plain(void *owner, double *seconds, uint64_t *checksum)
{
    struct data *data = owner;
    struct plain_table table;
    uint32_t entries[PLAIN_BATCH];
    int64_t *ints = bench_memory(data->keys_count * sizeof(*ints));
    double *floats = (double *)ints;
    double begin = bench_seconds();

    plain_table_init(&table, data->keys_count);
    for (uint32_t first = 0; first < data->rows_count; first += PLAIN_BATCH) {
        uint32_t left = data->rows_count - first;
        uint32_t count = left < PLAIN_BATCH ? left : PLAIN_BATCH;
        plain_table_find(&table, data->keys + first, count, entries);
        for (uint32_t i = 0; data->is_float && i < count; i++) {
            floats[entries[i]] += data->floats[first + i];
        }
        for (uint32_t i = 0; !data->is_float && i < count; i++) {
            ints[entries[i]] += data->ints[first + i];
        }
    }
    *seconds = bench_seconds() - begin;
    *checksum = table.count;
    for (uint32_t i = 0; i < table.count; i++) {
        *checksum += (uint64_t)table.keys[i] * (uint64_t)ints[i];
    }
    plain_table_fini(&table);
    free(ints);
    return true;
}

static bool weir(void *owner, double *seconds, uint64_t *checksum)
{
    struct data *data = owner;
    struct weir_rows rows = {0};
    uint64_t keys_count;
    double begin = bench_seconds();
    struct weir_rdd *sums = weir_rdd_reduce_by_key(data->pairs, WEIR_SUM, weir_null(), 1);
    weir_status status = weir_rdd_count(sums, &keys_count);

    *seconds = bench_seconds() - begin;
    if (status == WEIR_OK) { /* the sums are there; they are computed once more, to be looked at */
        status = weir_rdd_collect(sums, &rows);
    }
    if (status != WEIR_OK) {
        fprintf(stderr, "weir: %s\n", weir_context_error(data->context));
        return false;
    }
    *checksum = keys_count;
    for (uint64_t i = 0; i < rows.count; i++) {
        *checksum += (uint64_t)rows.keys[i].integer * (uint64_t)rows.values[i].integer;
    }
    weir_rows_free(&rows);
    weir_rdd_drop(sums);
    return true;
}

static void data_make(struct data *data)
{
    struct weir_value *keys = bench_memory(data->rows_count * sizeof(*keys));
    struct weir_value *values = bench_memory(data->rows_count * sizeof(*values));
    uint64_t state = 1;

    data->keys = bench_memory(data->rows_count * sizeof(*data->keys));
    data->ints = bench_memory(data->rows_count * sizeof(*data->ints));
    data->floats = bench_memory(data->rows_count * sizeof(*data->floats));
    for (uint32_t i = 0; i < data->rows_count; i++) {
        data->keys[i] = (int64_t)(bench_random(&state) % data->keys_count);
        data->ints[i] = (int64_t)(bench_random(&state) >> 40);
        data->floats[i] = (double)data->ints[i] * 0.1;
        keys[i] = weir_int(data->keys[i]);
        values[i] = data->is_float ? weir_float(data->floats[i]) : weir_int(data->ints[i]);
    }
    data->context = weir_context_create(&(struct weir_options){.name = "keyed-sum", .workers = 1});
    data->pairs = weir_rdd_pairs(data->context, keys, values, data->rows_count, 1);
    free(keys);
    free(values);
}

static double measure(const char *name, uint32_t keys_count, bool is_float)
{
    struct data data = {
        .rows_count = bench_scaled(ROWS), .keys_count = keys_count, .is_float = is_float};

    data_make(&data);
    double ratio = bench_run(&(struct bench_pair){.name = name,
                                                  .work = data.rows_count,
                                                  .unit = " rows",
                                                  .plain = plain,
                                                  .weir = weir,
                                                  .owner = &data});
    weir_context_destroy(data.context);
    free(data.keys);
    free(data.ints);
    free(data.floats);
    return ratio;
}

int main(void)
{
    double ints_few = measure("keyed sum, 10 k keys, ints", 10000, false);
    double ints_many = measure("keyed sum, 1 M keys, ints", 1000000, false);
    double floats_few = measure("keyed sum, 10 k keys, floats", 10000, true);
    double floats_many = measure("keyed sum, 1 M keys, floats", 1000000, true);

    printf("keyed sum, weir to plain C: ints %.2f (10 k keys), %.2f (1 M); floats %.2f, %.2f\n",
           ints_few, ints_many, floats_few, floats_many);
    return ints_few < 0 || ints_many < 0 || floats_few < 0 || floats_many < 0;
}
