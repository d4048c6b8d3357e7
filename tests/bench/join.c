/*
 * join - two RDDs of pairs brought together by key, beside a plain C program, on one worker.
 *
 * The right side has each key once, the left side as often as chance has it.
 */
#include <stdio.h>
#include <stdlib.h>

#include <weir/action.h>
#include <weir/rdd.h>
#include <weir/weir.h>

#include "bench.h"
#include "plain_table.h"

#define ROWS 4000000u

struct data {
    uint32_t rows_count;
    uint32_t keys_count;
    int64_t *keys;
    int64_t *right_keys;
    struct weir_context *context;
    struct weir_rdd *left;
    struct weir_rdd *right;
};

struct joined {
    int64_t key;
    int64_t left;
    int64_t right;
};

/* Builds on the right and probes with the left; the rows are written, as weir hands them on. */
static bool plain(void *owner, double *seconds, uint64_t *checksum)
{
    struct data *data = owner;
    struct plain_table table;
    uint32_t entries[PLAIN_BATCH];
    struct joined *rows = bench_memory(data->rows_count * sizeof(*rows));
    int64_t *rights = bench_memory(data->keys_count * sizeof(*rights));
    double begin = bench_seconds();

    plain_table_init(&table, data->keys_count);
    for (uint32_t first = 0; first < data->keys_count; first += PLAIN_BATCH) {
        uint32_t left = data->keys_count - first;
        uint32_t count = left < PLAIN_BATCH ? left : PLAIN_BATCH;
        plain_table_find(&table, data->right_keys + first, count, entries);
        for (uint32_t i = 0; i < count; i++) {
            rights[entries[i]] = data->right_keys[first + i] * 3;
        }
    }
    for (uint32_t first = 0; first < data->rows_count; first += PLAIN_BATCH) {
        uint32_t left = data->rows_count - first;
        uint32_t count = left < PLAIN_BATCH ? left : PLAIN_BATCH;
        plain_table_find(&table, data->keys + first, count, entries);
        for (uint32_t i = 0; i < count; i++) {
            rows[first + i] = (struct joined){data->keys[first + i], first + i, rights[entries[i]]};
        }
    }
    *seconds = bench_seconds() - begin;
    *checksum = 0;
    for (uint32_t i = 0; i < data->rows_count; i++) {
        *checksum += (uint64_t)(rows[i].left ^ rows[i].right) * (uint64_t)(rows[i].key + 1);
    }
    plain_table_fini(&table);
    free(rows);
    free(rights);
    return true;
}

static bool weir(void *owner, double *seconds, uint64_t *checksum)
{
    struct data *data = owner;
    struct weir_rows rows = {0};
    uint64_t count;
    double begin = bench_seconds();
    struct weir_rdd *joined = weir_rdd_join(data->left, data->right, 1);
    weir_status status = weir_rdd_count(joined, &count);

    *seconds = bench_seconds() - begin;
    if (status == WEIR_OK) {
        status = weir_rdd_collect(joined, &rows);
    }
    if (status != WEIR_OK) {
        fprintf(stderr, "weir: %s\n", weir_context_error(data->context));
        return false;
    }
    *checksum = 0;
    for (uint64_t i = 0; i < rows.count; i++) {
        const struct weir_value *both = rows.values[i].items;
        *checksum +=
            (uint64_t)(both[0].integer ^ both[1].integer) * (uint64_t)(rows.keys[i].integer + 1);
    }
    weir_rows_free(&rows);
    weir_rdd_drop(joined);
    return true;
}

static void data_make(struct data *data)
{
    struct weir_value *keys = bench_memory(data->rows_count * sizeof(*keys));
    struct weir_value *values = bench_memory(data->rows_count * sizeof(*values));
    uint64_t state = 1;

    data->keys = bench_memory(data->rows_count * sizeof(*data->keys));
    data->right_keys = bench_memory(data->keys_count * sizeof(*data->right_keys));
    data->context = weir_context_create(&(struct weir_options){.name = "join", .workers = 1});
    for (uint32_t i = 0; i < data->rows_count; i++) {
        data->keys[i] = (int64_t)(bench_random(&state) % data->keys_count);
        keys[i] = weir_int(data->keys[i]);
        values[i] = weir_int(i);
    }
    data->left = weir_rdd_pairs(data->context, keys, values, data->rows_count, 1);
    for (uint32_t i = 0; i < data->keys_count; i++) {
        data->right_keys[i] = i;
        keys[i] = weir_int(i);
        values[i] = weir_int((int64_t)i * 3);
    }
    data->right = weir_rdd_pairs(data->context, keys, values, data->keys_count, 1);
    free(keys);
    free(values);
}

static double measure(const char *name, uint32_t keys_count)
{
    struct data data = {.rows_count = bench_scaled(ROWS), .keys_count = bench_scaled(keys_count)};

    data_make(&data);
    double ratio = bench_run(&(struct bench_pair){.name = name,
                                                  .work = (double)data.rows_count + data.keys_count,
                                                  .unit = " rows",
                                                  .plain = plain,
                                                  .weir = weir,
                                                  .owner = &data});
    weir_context_destroy(data.context);
    free(data.keys);
    free(data.right_keys);
    return ratio;
}

int main(void)
{
    double few = measure("join, 10 k keys", 10000);
    double many = measure("join, 1 M keys", 1000000);

    printf("join, weir to plain C: %.2f (10 k keys), %.2f (1 M)\n", few, many);
    return few < 0 || many < 0;
}
