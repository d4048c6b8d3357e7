/*
 * state - state by key over batches, beside plain C programs, on one worker: updateStateByKey,
 * which sees every key in every batch, and mapWithState, which sees the rows alone.
 *
 * 10,000 and 1,000,000 keys that all have a state; a batch has 100,000 rows of random keys.
 */
#include <stdio.h>
#include <stdlib.h>

#include <weir/test.h>
#include <weir/weir.h>

#include "bench.h"
#include "plain_table.h"

#define BATCH_ROWS    100000u
#define BATCHES_COUNT 22u
#define WARM_BATCHES  2u /* with the first one the states are loaded */

struct data {
    uint32_t keys_count;
    bool is_update;
    int64_t *keys; /* of the batches, one after the other; then each key once */
    struct weir_value *initial_keys;
    struct weir_value *initial_values;
};

/* The state of a key is the sum of its values; all values are 1. */
static bool plain(void *owner, double *seconds, uint64_t *checksum)
{
    const struct data *data = owner;
    struct plain_table table;
    uint32_t entries[PLAIN_BATCH];
    int64_t *states = bench_memory(data->keys_count * sizeof(*states));
    int64_t *news = bench_memory(data->keys_count * sizeof(*news));

    plain_table_init(&table, data->keys_count);
    for (uint32_t key = 0; key < data->keys_count; key++) {
        int64_t wide = key;
        plain_table_find(&table, &wide, 1, entries);
    }
    double begin = 0;
    for (uint32_t batch = 0; batch < BATCHES_COUNT; batch++) {
        begin = batch == WARM_BATCHES ? bench_seconds() : begin;
        for (uint32_t first = 0; first < BATCH_ROWS; first += PLAIN_BATCH) {
            uint32_t left = BATCH_ROWS - first;
            uint32_t count = left < PLAIN_BATCH ? left : PLAIN_BATCH;
            plain_table_find(&table, data->keys + (size_t)batch * BATCH_ROWS + first, count,
                             entries);
            for (uint32_t i = 0; i < count; i++) {
                (data->is_update ? news : states)[entries[i]]++;
            }
        }
        for (uint32_t entry = 0; data->is_update && entry < table.count; entry++) {
            states[entry] += news[entry];
            news[entry] = 0;
        }
    }
    *seconds = bench_seconds() - begin;
    *checksum = 0;
    for (uint32_t entry = 0; entry < table.count; entry++) {
        *checksum += (uint64_t)states[entry];
    }
    plain_table_fini(&table);
    free(states);
    free(news);
    return true;
}

/* One context runs at a time, on one worker. */
static uint64_t updates_sum;

static bool update(struct weir_update *key, struct weir_emitter *memory, struct weir_value argument)
{
    int64_t sum = key->has_state ? key->state.integer : 0;

    (void)memory;
    (void)argument;
    for (uint32_t i = 0; i < key->values_count; i++) {
        sum += key->values[i].integer;
    }
    updates_sum += key->values_count;
    key->state = weir_int(sum);
    return true;
}

static void add(struct weir_value key, const struct weir_value *value, struct weir_state *state,
                struct weir_emitter *out, int64_t time_ms, struct weir_value argument)
{
    int64_t sum = weir_state_exists(state) ? weir_state_get(state).integer : 0;

    (void)key;
    (void)out;
    (void)time_ms;
    (void)argument;
    updates_sum += (uint64_t)value->integer;
    weir_state_update(state, weir_int(sum + value->integer));
}

/* The step runs, and no more is done with what it gives. */
static int32_t nothing(struct weir_rdd *rdd, int64_t time_ms, struct weir_value argument)
{
    (void)rdd;
    (void)time_ms;
    (void)argument;
    return 0;
}

static weir_status push_batch(struct weir_queue *queue, const struct data *data, uint32_t batch)
{
    struct weir_value *keys = bench_memory(BATCH_ROWS * sizeof(*keys));
    struct weir_value *values = bench_memory(BATCH_ROWS * sizeof(*values));

    for (uint32_t i = 0; i < BATCH_ROWS; i++) {
        keys[i] = weir_int(data->keys[(size_t)batch * BATCH_ROWS + i]);
        values[i] = weir_int(1);
    }
    weir_status status = weir_queue_push_pairs(queue, keys, values, BATCH_ROWS);
    free(keys);
    free(values);
    return status;
}

static bool weir(void *owner, double *seconds, uint64_t *checksum)
{
    const struct data *data = owner;
    const struct weir_state_options options = {.initial_keys = data->initial_keys,
                                               .initial_values = data->initial_values,
                                               .initial_count = data->keys_count};
    struct weir_context *context = weir_context_create(&(struct weir_options){
        .name = "state", .batch_ms = 1000, .workers = 1, .is_manual_clock = true});
    struct weir_queue *queue = weir_queue_create(context, "rows", true);
    weir_status status = push_batch(queue, data, 0);
    struct weir_stream *rows = weir_queue_stream(queue);
    struct weir_stream *states =
        data->is_update
            ? weir_update_state_by_key(rows, WEIR_FUNCTION(update), weir_null(), &options)
            : weir_map_with_state(rows, WEIR_FUNCTION(add), weir_null(), &options);

    weir_foreach_rdd(states, WEIR_FUNCTION(nothing), weir_null());
    for (uint32_t batch = 1; batch < BATCHES_COUNT && status == WEIR_OK; batch++) {
        status = push_batch(queue, data, batch);
    }
    if (status == WEIR_OK) {
        status = weir_start(context);
    }
    updates_sum = 0;
    double begin = 0;
    for (uint32_t batch = 0; batch < BATCHES_COUNT && status == WEIR_OK; batch++) {
        begin = batch == WARM_BATCHES ? bench_seconds() : begin;
        status = weir_test_advance(context, 1);
    }
    *seconds = bench_seconds() - begin;
    *checksum = updates_sum;
    if (status != WEIR_OK || weir_await_termination_or_timeout(context, 0) != WEIR_AGAIN) {
        fprintf(stderr, "weir: %s\n", weir_context_error(context));
        status = WEIR_E_IO;
    }
    weir_context_destroy(context);
    return status == WEIR_OK;
}

static double measure(const char *name, bool is_update, uint32_t keys_count)
{
    struct data data = {.keys_count = keys_count, .is_update = is_update};
    size_t rows_count = (size_t)BATCH_ROWS * BATCHES_COUNT;
    uint64_t state = 1;

    data.keys = bench_memory(rows_count * sizeof(*data.keys));
    data.initial_keys = bench_memory(keys_count * sizeof(*data.initial_keys));
    data.initial_values = bench_memory(keys_count * sizeof(*data.initial_values));
    for (size_t i = 0; i < rows_count; i++) {
        data.keys[i] = (int64_t)(bench_random(&state) % keys_count);
    }
    for (uint32_t i = 0; i < keys_count; i++) {
        data.initial_keys[i] = weir_int(i);
        data.initial_values[i] = weir_int(0);
    }
    double ratio =
        bench_run(&(struct bench_pair){.name = name,
                                       .work = (double)BATCH_ROWS * (BATCHES_COUNT - WARM_BATCHES),
                                       .unit = " rows",
                                       .plain = plain,
                                       .weir = weir,
                                       .owner = &data});
    free(data.keys);
    free(data.initial_keys);
    free(data.initial_values);
    return ratio;
}

int main(void)
{
    double update_few = measure("updateStateByKey, 10 k keys", true, 10000);
    double update_many = measure("updateStateByKey, 1 M keys", true, 1000000);
    double map_few = measure("mapWithState, 10 k keys", false, 10000);
    double map_many = measure("mapWithState, 1 M keys", false, 1000000);

    printf("state, weir to plain C: updateStateByKey %.2f (10 k keys), %.2f (1 M); mapWithState "
           "%.2f, %.2f\n",
           update_few, update_many, map_few, map_many);
    return update_few < 0 || update_many < 0 || map_few < 0 || map_many < 0;
}
