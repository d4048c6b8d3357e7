/*
 * test_sorter - under a memory limit sorted runs go to disk, and rows come out as without one.
 */
#include <weir/function.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/fault.h"
#include "base/log.h"
#include "base/mem.h"
#include "exec/action.h"
#include "exec/lineage_rdd.h"
#include "lib/exec_rows.h"
#include "lib/random_values.h"

#define PARTS 4u
#define LIMIT (1u << 20)

enum keys { KEYS_INTS, KEYS_FLOATS, KEYS_TEXTS, KEYS_CHANGING, KEYS_ANY, KEYS_LONG, KEYS_COUNT };

static struct weir_value key_of(enum keys keys, struct random *random, struct arena *arena,
                                uint32_t row, uint32_t part)
{
    uint32_t number = random_below(random, 3000);
    char text[600];
    int size;

    switch (keys) {
    case KEYS_INTS:
        return weir_int((int64_t)number - 1500);
    case KEYS_FLOATS:
        return weir_float(number == 7 ? -0.0 : (number - 1500.0) / 8);
    case KEYS_TEXTS:
        size = snprintf(text, sizeof(text), "the same start: %u", number);
        return weir_text_bytes(arena_copy(arena, text, (size_t)size), (uint32_t)size);
    case KEYS_CHANGING: /* runs of one kind each, but of two kinds */
        return part % 2 == 0 ? weir_int(number) : weir_float(number + (row % 2) * 0.5);
    case KEYS_ANY:
        return random_value(random, arena, row % 3);
    default:
        size = snprintf(text, sizeof(text), "%u%500u", number % 50, number);
        return weir_bytes(arena_copy(arena, text, (size_t)size), (uint32_t)size);
    }
}

/* Values are the rows' numbers: they tell the order of rows of equal keys. */
static struct rdd *leaf_of(enum keys kind, uint32_t count, uint64_t seed)
{
    struct random random = {.state = seed};
    struct weir_value *keys = calloc(count + 1, sizeof(*keys));
    struct weir_value *values = calloc(count + 1, sizeof(*values));
    struct block *blocks[PARTS];
    struct arena arena;

    assert_non_null(keys);
    assert_non_null(values);
    arena_init(&arena);
    for (uint32_t i = 0; i < count; i++) {
        keys[i] = key_of(kind, &random, &arena, i, (uint32_t)((uint64_t)i * PARTS / count));
        values[i] = weir_int(i);
    }
    for (uint32_t part = 0; part < PARTS; part++) {
        uint32_t first = count * part / PARTS;
        assert_int_equal(block_create_values(keys + first, values + first,
                                             count * (part + 1) / PARTS - first, &blocks[part],
                                             NULL),
                         WEIR_OK);
    }
    arena_fini(&arena);
    free(keys);
    free(values);
    return exec_leaf_of(blocks, PARTS, true);
}

static struct executor *start(size_t limit_bytes, uint32_t workers, uint32_t chunk_rows)
{
    const struct executor_options options = {
        .workers = workers, .memory_limit_bytes = limit_bytes, .chunk_rows = chunk_rows};
    struct executor *executor;

    assert_int_equal(executor_create(&options, &executor, NULL), WEIR_OK);
    return executor;
}

static struct executor_counters counters_of(const struct executor *executor)
{
    struct executor_counters counters;

    executor_counters(executor, &counters);
    return counters;
}

enum job { JOB_ASCENDING, JOB_DESCENDING, JOB_WITHIN, JOBS_COUNT };

static weir_status create_job(struct executor *executor, enum job job, struct rdd *leaf,
                              struct rdd **out, weir_error *error)
{
    return job == JOB_WITHIN
               ? rdd_create_sort_within(leaf, partitioner_hash(2), out, error)
               : rdd_create_sort_by_key(executor, leaf, job == JOB_DESCENDING, 2, out, error);
}

/* The rows of the job, exactly. */
static weir_status try_exact(struct executor *executor, enum job job, struct rdd *leaf,
                             struct bytes *out, weir_error *error)
{
    struct rdd *rdd = NULL;
    struct block **blocks;
    uint32_t count;

    weir_status status = create_job(executor, job, leaf, &rdd, error);
    if (status == WEIR_OK) {
        status = action_collect(executor, rdd, &blocks, &count, error);
    }
    for (uint32_t part = 0; status == WEIR_OK && part < count; part++) {
        for (uint32_t row = 0; out != NULL && row < blocks[part]->rows_count; row++) {
            for (uint32_t column = 0; column < blocks[part]->columns_count; column++) {
                exec_append_exact(out, column_value(&blocks[part]->columns[column], row));
            }
        }
        if (out != NULL) {
            bytes_append_text(out, "--\n");
        }
        block_drop(blocks[part]);
    }
    if (status == WEIR_OK) {
        mem_free(blocks);
    }
    rdd_drop(rdd);
    return status;
}

static void run_exact(struct executor *executor, enum job job, struct rdd *leaf, struct bytes *out)
{
    weir_error error = {.struct_size = sizeof(error)};

    if (try_exact(executor, job, leaf, out, &error) != WEIR_OK) {
        fail_msg("%s", error.msg);
    }
}

static void expect_equal(struct bytes *actual, const struct bytes *expected)
{
    assert_int_equal(actual->size, expected->size);
    assert_memory_equal(actual->data, expected->data, expected->size);
    bytes_fini(actual);
}

static void expect_nothing_left(const struct executor *executor)
{
    assert_int_equal(counters_of(executor).spilled_bytes, 0);
    assert_int_equal(counters_of(executor).memory_used_bytes, 0);
}

static void rows_that_were_spilled_come_out_in_the_same_order(void **state)
{
    (void)state;
    for (int kind = 0; kind < KEYS_COUNT; kind++) {
        struct rdd *leaf = leaf_of((enum keys)kind, kind == KEYS_ANY ? 15000 : 40000, 17);
        for (int job = 0; job < JOBS_COUNT; job++) {
            struct executor *without = start(0, 2, 700);
            struct executor *with = start(LIMIT, 2, 700);
            struct bytes expected = {0};
            struct bytes actual = {0};

            run_exact(without, (enum job)job, leaf, &expected);
            run_exact(with, (enum job)job, leaf, &actual);
            assert_int_equal(counters_of(without).spill_written_bytes, 0);
            assert_true(counters_of(with).spill_written_bytes > 0);
            expect_nothing_left(with);
            assert_true(expected.size > 100000);
            expect_equal(&actual, &expected);
            bytes_fini(&expected);
            executor_destroy(without);
            executor_destroy(with);
        }
        rdd_drop(leaf);
    }
}

/* At the least share a chunk makes a run: hundreds of them, which takes several passes. */
static void a_limit_of_a_byte_makes_many_runs_and_changes_nothing(void **state)
{
    static const uint32_t chunk_rows[] = {300, 4096};

    (void)state;
    for (int kind = 0; kind < KEYS_COUNT; kind++) {
        uint32_t count = kind == KEYS_ANY ? 20000 : kind == KEYS_LONG ? 16000 : 80000;
        struct rdd *leaf = leaf_of((enum keys)kind, count, 23);
        struct executor *without = start(0, 2, 0);
        struct bytes expected = {0};

        run_exact(without, JOB_WITHIN, leaf, &expected);
        for (size_t i = 0; i < sizeof(chunk_rows) / sizeof(chunk_rows[0]); i++) {
            struct executor *with = start(1, 2, chunk_rows[i]);
            struct bytes actual = {0};

            run_exact(with, JOB_WITHIN, leaf, &actual);
            expect_nothing_left(with);
            expect_equal(&actual, &expected);
            executor_destroy(with);
        }
        executor_destroy(without);
        bytes_fini(&expected);
        rdd_drop(leaf);
    }
}

static void what_a_sort_counts_stays_near_the_limit(void **state)
{
    struct rdd *leaf = leaf_of(KEYS_LONG, 60000, 5);
    struct executor *executor = start(2 * LIMIT, 2, 0);

    (void)state;
    run_exact(executor, JOB_WITHIN, leaf, NULL);
    assert_true(counters_of(executor).spill_written_bytes > 10 * LIMIT);
    assert_true(counters_of(executor).memory_peak_bytes <= 2 * LIMIT + LIMIT / 2);
    rdd_drop(leaf);
    executor_destroy(executor);
}

static void who_wants_no_more_rows_leaves_nothing_behind(void **state)
{
    struct rdd *leaf = leaf_of(KEYS_INTS, 40000, 29);
    struct executor *executor = start(LIMIT, 2, 0);
    struct weir_value before = weir_int(INT64_MIN);
    struct block *block;
    struct rdd *rdd;

    (void)state;
    assert_int_equal(create_job(executor, JOB_ASCENDING, leaf, &rdd, NULL), WEIR_OK);
    assert_int_equal(action_take(executor, rdd, 10, &block, NULL), WEIR_OK);
    assert_int_equal(block->rows_count, 10);
    for (uint32_t row = 0; row < 10; row++) {
        struct weir_value key = column_value(&block->columns[CHUNK_PAIR_KEY], row);
        assert_true(key.integer >= before.integer);
        before = key;
    }
    block_drop(block);
    rdd_drop(rdd);
    expect_nothing_left(executor);
    executor_destroy(executor);
    rdd_drop(leaf);
}

static void every_step_that_fails_fails_one_try_only(void **state)
{
    struct rdd *leaf = leaf_of(KEYS_TEXTS, 26000, 3);
    struct executor *executor = start(1, 1, 200); /* so many runs that one merge is not enough */
    enum log_level level = log_get_level();
    struct bytes expected = {0};
    int failures = 0;

    (void)state;
    log_set_level(LOG_OFF); /* of tries that fail */
    run_exact(executor, JOB_WITHIN, leaf, &expected);
    for (int step = 0;; step += 1 + step / 5) { /* sparser as it goes on: they are many */
        weir_error error = {.struct_size = sizeof(error)};
        struct bytes actual = {0};

        fault_arm(step);
        weir_status status = try_exact(executor, JOB_WITHIN, leaf, NULL, &error);
        bool was_reached = fault_disarm();
        expect_nothing_left(executor);
        assert_true(status == WEIR_OK || was_reached);
        if (!was_reached) {
            break;
        }
        failures++;
        if (failures % 8 == 0) {
            run_exact(executor, JOB_WITHIN, leaf, &actual);
            expect_equal(&actual, &expected);
        }
    }
    log_set_level(level);
    assert_true(failures > 30);
    executor_destroy(executor);
    rdd_drop(leaf);
    bytes_fini(&expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_that_were_spilled_come_out_in_the_same_order),
        cmocka_unit_test(a_limit_of_a_byte_makes_many_runs_and_changes_nothing),
        cmocka_unit_test(what_a_sort_counts_stays_near_the_limit),
        cmocka_unit_test(who_wants_no_more_rows_leaves_nothing_behind),
        cmocka_unit_test(every_step_that_fails_fails_one_try_only),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
