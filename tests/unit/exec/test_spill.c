/*
 * test_spill - under a memory limit jobs spill, and give the same rows in the same order.
 */
#include <weir/function.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fault.h"
#include "base/mem.h"
#include "exec/action.h"
#include "exec/executor_internal.h"
#include "exec/memory.h"
#include "exec/shuffle.h"
#include "exec/spill_space.h"
#include "lib/exec_rows.h"
#include "lib/random_values.h"

#define PARTS 4u
#define LIMIT (1u << 20)

/* Joins texts: the order in which values meet can be read from the result. */
static struct weir_value join(struct weir_value left, struct weir_value right,
                              struct weir_emitter *memory, struct weir_value argument)
{
    uint32_t left_size = weir_size_of(left) > 40 ? 40 : weir_size_of(left);
    uint32_t right_size = weir_size_of(right);
    char *text = weir_emitter_memory(memory, left_size + right_size);

    (void)argument;
    memcpy(text, weir_bytes_of(&left), left_size);
    memcpy(text + left_size, weir_bytes_of(&right), right_size);
    return weir_bytes(text, left_size + right_size);
}

static const struct function join_function = {
    .kind = WEIR_FUNCTION_REDUCE,
    .call = {.name = "join", .kind = WEIR_FUNCTION_REDUCE, .reduce = join},
};

/* Adds floats: what differs in the order of additions differs in the last bits. */
static struct weir_value add(struct weir_value left, struct weir_value right,
                             struct weir_emitter *memory, struct weir_value argument)
{
    (void)memory;
    (void)argument;
    return weir_float(weir_float_of(left) + weir_float_of(right));
}

static const struct function add_function = {
    .kind = WEIR_FUNCTION_REDUCE,
    .call = {.name = "add", .kind = WEIR_FUNCTION_REDUCE, .reduce = add},
};

struct shape {
    uint32_t rows_count;
    uint32_t keys_count;
    bool has_long_keys;
    bool has_floats;
};

static struct rdd *leaf_of(const struct shape *shape, uint64_t seed)
{
    struct random random = {.state = seed};
    uint32_t count = shape->rows_count;
    struct weir_value *keys = calloc(count + 1, sizeof(*keys));
    struct weir_value *values = calloc(count + 1, sizeof(*values));
    struct block *blocks[PARTS];
    struct arena arena;

    assert_non_null(keys);
    assert_non_null(values);
    arena_init(&arena);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t key = random_below(&random, shape->keys_count);
        char text[64];
        int size = snprintf(text, sizeof(text), "a key that is long enough: %u", key);
        keys[i] = shape->has_long_keys
                      ? weir_text_bytes(arena_copy(&arena, text, (size_t)size), (uint32_t)size)
                      : weir_int(key);
        values[i] = shape->has_floats ? weir_float(random_float(&random) * 1e3)
                                      : weir_bytes(text + size - 1, 1);
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

static struct executor *start(size_t limit_bytes, uint32_t workers)
{
    const struct executor_options options = {
        .workers = workers, .memory_limit_bytes = limit_bytes, .chunk_rows = 700};
    struct executor *executor;

    assert_int_equal(executor_create(&options, &executor, NULL), WEIR_OK);
    return executor;
}

enum job { JOB_REDUCE, JOB_REDUCE_IN_PLACE, JOB_GROUP, JOB_JOIN, JOB_COGROUP, JOBS_COUNT };

static struct rdd *job_of(enum job job, struct rdd *leaf, struct rdd *other, bool has_floats)
{
    const struct function *function = has_floats ? &add_function : &join_function;
    const struct combiner combiner = combiner_reduce(function, weir_null());
    struct rdd *sides[2] = {leaf, other};
    struct rdd *rdd;

    switch (job) {
    case JOB_REDUCE:
        assert_int_equal(rdd_create_combine(leaf, &combiner, partitioner_hash(3), true, &rdd, NULL),
                         WEIR_OK);
        break;
    case JOB_REDUCE_IN_PLACE:
        assert_int_equal(
            rdd_create_combine(leaf, &combiner, partitioner_hash(2), false, &rdd, NULL), WEIR_OK);
        break;
    case JOB_GROUP:
        assert_int_equal(
            rdd_create_cogroup(sides, 1, COGROUP_GROUP, partitioner_hash(3), &rdd, NULL), WEIR_OK);
        break;
    case JOB_JOIN:
        assert_int_equal(
            rdd_create_cogroup(sides, 2, COGROUP_JOIN, partitioner_hash(2), &rdd, NULL), WEIR_OK);
        break;
    default:
        assert_int_equal(
            rdd_create_cogroup(sides, 2, COGROUP_LISTS, partitioner_hash(2), &rdd, NULL), WEIR_OK);
        break;
    }
    return rdd;
}

/* The rows of a job, exactly. */
static void run_exact(struct executor *executor, struct rdd *rdd, struct bytes *out)
{
    weir_error error = {.struct_size = sizeof(error)};
    struct block **blocks;
    uint32_t count;

    if (action_collect(executor, rdd, &blocks, &count, &error) != WEIR_OK) {
        fail_msg("%s", error.msg);
    }
    for (uint32_t part = 0; part < count; part++) {
        for (uint32_t row = 0; row < blocks[part]->rows_count; row++) {
            for (uint32_t column = 0; column < blocks[part]->columns_count; column++) {
                exec_append_exact(out, column_value(&blocks[part]->columns[column], row));
            }
        }
        bytes_append_text(out, "--\n");
        block_drop(blocks[part]);
    }
    mem_free(blocks);
}

static uint64_t spilled_bytes(const struct executor *executor)
{
    struct executor_counters counters;

    executor_counters(executor, &counters);
    return counters.spilled_bytes;
}

static uint64_t written_bytes(const struct executor *executor)
{
    struct executor_counters counters;

    executor_counters(executor, &counters);
    return counters.spill_written_bytes;
}

static void spilled_jobs_give_the_same_rows_in_the_same_order(void **state)
{
    static const struct shape shapes[] = {
        {60000, 50000, false, false}, {60000, 50000, true, false}, {60000, 40000, false, true},
        {60000, 300, false, true},    {20000, 1, true, false},
    };

    (void)state;
    for (size_t s = 0; s < sizeof(shapes) / sizeof(shapes[0]); s++) {
        for (int job = 0; job < JOBS_COUNT; job++) {
            struct shape other_shape = shapes[s];
            struct bytes expected = {0};
            struct bytes actual = {0};

            other_shape.rows_count = shapes[s].keys_count < 1000 ? 40 : 30000;
            struct rdd *leaf = leaf_of(&shapes[s], 11 + s);
            struct rdd *other = leaf_of(&other_shape, 99 + s);
            struct rdd *plain = job_of((enum job)job, leaf, other, shapes[s].has_floats);
            struct rdd *limited = job_of((enum job)job, leaf, other, shapes[s].has_floats);
            struct executor *without = start(0, 2);
            struct executor *with = start(LIMIT, 2);

            run_exact(without, plain, &expected);
            run_exact(with, limited, &actual);
            assert_int_equal(spilled_bytes(without), 0);
            if (shapes[s].keys_count > 1000) {
                /* More than the shuffles left there: what tasks set aside. */
                assert_true(written_bytes(with) > spilled_bytes(with));
            }
            assert_int_equal(actual.size, expected.size);
            assert_memory_equal(actual.data, expected.data, expected.size);
            rdd_drop(plain);
            rdd_drop(limited);
            rdd_drop(leaf);
            rdd_drop(other);
            assert_int_equal(spilled_bytes(with), 0);
            struct executor_counters counters;
            executor_counters(with, &counters);
            assert_int_equal(counters.memory_used_bytes, 0);
            executor_destroy(without);
            executor_destroy(with);
            bytes_fini(&expected);
            bytes_fini(&actual);
        }
    }
}

static void a_large_shuffle_is_on_disk_and_the_count_stays_near_the_limit(void **state)
{
    static const struct shape shape = {400000, 300000, true, false};
    struct executor *executor = start(2 * LIMIT, 2);
    struct executor_counters counters;
    uint64_t count;

    (void)state;
    struct rdd *leaf = leaf_of(&shape, 5);
    struct rdd *rdd = job_of(JOB_GROUP, leaf, NULL, false);
    assert_int_equal(action_count(executor, rdd, &count, NULL), WEIR_OK);
    assert_true(count > 200000);
    executor_counters(executor, &counters);
    assert_true(counters.spilled_bytes > 4 * LIMIT);
    assert_true(counters.memory_peak_bytes <= 2 * LIMIT + LIMIT / 5);
    rdd_drop(rdd);
    rdd_drop(leaf);
    executor_destroy(executor);
}

static void a_damaged_shuffle_output_is_made_anew(void **state)
{
    static const struct shape shape = {60000, 50000, true, false};
    struct executor *executor = start(LIMIT, 2);
    struct bytes expected = {0};
    struct bytes actual = {0};
    uint32_t damaged = 0;

    (void)state;
    struct rdd *leaf = leaf_of(&shape, 7);
    struct rdd *moved;
    assert_int_equal(rdd_create_partition_by(leaf, partitioner_hash(3), &moved, NULL), WEIR_OK);
    run_exact(executor, moved, &expected);
    const struct shuffle *shuffle = moved->shuffle;
    for (uint32_t i = 0; i < shuffle->maps_count * shuffle->targets_count && damaged < 2; i += 5) {
        if (shuffle->runs[i].count > 0) {
            const struct spill_extent *extent = &shuffle->runs[i].extents[0];
            assert_int_equal(pwrite(spill_extent_descriptor(extent), "damage", 6,
                                    (off_t)(extent->offset + extent->size / 2)),
                             6);
            damaged++;
        }
    }
    assert_true(damaged > 0);
    run_exact(executor, moved, &actual);
    assert_int_equal(actual.size, expected.size);
    assert_memory_equal(actual.data, expected.data, expected.size);
    bytes_fini(&expected);
    bytes_fini(&actual);
    rdd_drop(moved);
    rdd_drop(leaf);
    executor_destroy(executor);
}

static void every_step_that_fails_fails_one_try_only(void **state)
{
    static const struct shape shape = {4000, 4000, true, false};
    struct bytes expected = {0};
    int failures = 0;

    (void)state;
    struct rdd *leaf = leaf_of(&shape, 3);
    struct executor *executor = start(1, 1); /* the least share there is */
    struct rdd *plain = job_of(JOB_COGROUP, leaf, leaf, false);
    run_exact(executor, plain, &expected);
    rdd_drop(plain);
    executor_destroy(executor);
    executor = start(1, 1);
    for (int step = 0;; step += 1 + step / 6) { /* sparser as it goes on: they are many */
        struct rdd *rdd = job_of(JOB_COGROUP, leaf, leaf, false);
        weir_error error = {.struct_size = sizeof(error)};
        struct block **blocks;
        uint32_t count;

        fault_arm(step);
        weir_status status = action_collect(executor, rdd, &blocks, &count, &error);
        bool was_reached = fault_disarm();
        for (uint32_t i = 0; status == WEIR_OK && i < count; i++) {
            block_drop(blocks[i]);
        }
        if (status == WEIR_OK) {
            mem_free(blocks);
            struct bytes actual = {0};
            run_exact(executor, rdd, &actual);
            assert_int_equal(actual.size, expected.size);
            assert_memory_equal(actual.data, expected.data, expected.size);
            bytes_fini(&actual);
        }
        rdd_drop(rdd);
        assert_int_equal(spilled_bytes(executor), 0);
        if (!was_reached) {
            assert_int_equal(status, WEIR_OK);
            break;
        }
        failures++;
    }
    assert_true(failures > 30);
    executor_destroy(executor);
    rdd_drop(leaf);
    bytes_fini(&expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spilled_jobs_give_the_same_rows_in_the_same_order),
        cmocka_unit_test(a_large_shuffle_is_on_disk_and_the_count_stays_near_the_limit),
        cmocka_unit_test(a_damaged_shuffle_output_is_made_anew),
        cmocka_unit_test(every_step_that_fails_fails_one_try_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
