/*
 * test_rdd_sample - sample, randomSplit, sampleByKey, takeSample, and the generator.
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

#include "base/mem.h"
#include "data/block.h"
#include "exec/action_double.h"
#include "lib/exec_rdd.h"
#include "lib/rows.h"

#include "exec/generator.h"
#include "exec/partition_rows.h"

static weir_error error = {.struct_size = sizeof(error)};

static struct rdd *numbers(int64_t count, uint32_t partitions)
{
    struct rdd *rdd;

    expect_ok(rdd_create_range(0, count, 1, partitions, &rdd, &error), &error);
    return rdd;
}

static uint64_t count_of(struct executor *executor, struct rdd *rdd)
{
    uint64_t count;

    expect_ok(action_count(executor, rdd, &count, &error), &error);
    return count;
}

static void a_sample_has_about_the_fraction_and_repeats_by_seed(void **state)
{
    (void)state;
    for (int with_replacement = 0; with_replacement < 2; with_replacement++) {
        struct executor *executor = exec_start(2, 0);
        struct rdd *parent = numbers(100000, 4);
        struct rdd *samples[3];
        char *texts[3];

        for (int i = 0; i < 3; i++) {
            expect_ok(rdd_create_sample(parent, with_replacement, 0.1, i == 2 ? 8 : 7, &samples[i],
                                        &error),
                      &error);
            texts[i] = exec_text(executor, samples[i]);
            assert_in_range(count_of(executor, samples[i]), 9500, 10500);
            rdd_drop(samples[i]);
        }
        assert_string_equal(texts[0], texts[1]);
        assert_string_not_equal(texts[0], texts[2]);
        for (int i = 0; i < 3; i++) {
            mem_free(texts[i]);
        }
        rdd_drop(parent);
        executor_destroy(executor);
    }
}

static void the_ends_of_fractions_are_exact(void **state)
{
    struct rdd *parent = rdd_of("[1,2,3]", 2);
    struct rdd *rdd;

    (void)state;
    expect_ok(rdd_create_sample(parent, false, 1, 1, &rdd, &error), &error);
    expect_rows(rdd, "1 | 2 3");
    expect_ok(rdd_create_sample(parent, false, 0, 1, &rdd, &error), &error);
    expect_rows(rdd, " | ");
    expect_ok(rdd_create_sample(parent, true, 0, 1, &rdd, &error), &error);
    expect_rows(rdd, " | ");
    expect_failure(rdd_create_sample(parent, false, -0.1, 1, &rdd, &error), &error, "nonnegative");
    expect_failure(rdd_create_sample(parent, false, 1.5, 1, &rdd, &error), &error, "0 to 1");
    rdd_drop(parent);
}

static void a_split_shares_out_every_row(void **state)
{
    static const double weights[] = {1, 2, 3};
    static const double wrong[] = {1, -2};
    static const double nothing[] = {0, 0};
    struct executor *executor = exec_start(2, 0);
    struct rdd *parent = numbers(60000, 3);
    struct rdd *splits[3];
    struct rdd *all;
    struct block *block;

    (void)state;
    expect_ok(rdd_create_random_split(parent, weights, 3, 42, splits, &error), &error);
    for (int i = 0; i < 3; i++) {
        assert_in_range(count_of(executor, splits[i]), 10000 * (i + 1) - 600,
                        10000 * (i + 1) + 600);
    }
    expect_ok(rdd_create_union(splits, 3, &all, &error), &error);
    expect_ok(action_take_ordered(executor, all, 60001, false, &block, &error), &error);
    assert_int_equal(block->rows_count, 60000);
    for (uint32_t i = 0; i < 60000; i++) {
        assert_int_equal(block_row(block, i).value.integer, i);
    }
    block_drop(block);
    rdd_drop(all);
    for (int i = 0; i < 3; i++) {
        rdd_drop(splits[i]);
    }
    expect_failure(rdd_create_random_split(parent, wrong, 2, 1, splits, &error), &error,
                   "weights must be nonnegative");
    expect_failure(rdd_create_random_split(parent, nothing, 2, 1, splits, &error), &error,
                   "must be positive");
    rdd_drop(parent);
    executor_destroy(executor);
}

static void each_key_has_its_fraction(void **state)
{
    struct rdd *parent = rdd_of_pairs("[[\"b\",1],[\"a\",2],[\"b\",3],[\"a\",4]]", 2);
    const struct weir_value items[] = {weir_text("b"), weir_float(1), weir_text("a"),
                                       weir_float(0)};
    struct rdd *rdd;

    (void)state;
    expect_ok(rdd_create_sample_by_key(parent, false, weir_map_value(items, 2), 1, &rdd, &error),
              &error);
    expect_rows(rdd, "(b,1) | (b,3)");
    expect_ok(rdd_create_sample_by_key(parent, false, weir_map_value(items, 1), 1, &rdd, &error),
              &error);
    expect_job_failure(rdd, "no fraction for a key");
    expect_failure(rdd_create_sample_by_key(parent, false, weir_null(), 1, &rdd, &error), &error,
                   "a map");
    rdd_drop(parent);
}

static void take_expects(int64_t wanted, bool with_replacement, uint64_t seed, uint32_t expected)
{
    struct executor *executor = exec_start(2, 0);
    struct rdd *parent = numbers(100, 3);
    bool seen[100] = {false};
    bool is_sorted = true;
    bool has_twice = false;
    struct block *block;

    expect_ok(action_take_sample(executor, parent, with_replacement, wanted, seed, &block, &error),
              &error);
    assert_int_equal(block->rows_count, expected);
    for (uint32_t i = 0; i < block->rows_count; i++) {
        int64_t number = block_row(block, i).value.integer;

        assert_in_range(number, 0, 99);
        has_twice = has_twice || seen[number];
        seen[number] = true;
        is_sorted = is_sorted && (i == 0 || number >= block_row(block, i - 1).value.integer);
    }
    assert_true(has_twice == (with_replacement && expected > 100));
    assert_false(is_sorted && expected > 5);
    block_drop(block);
    rdd_drop(parent);
    executor_destroy(executor);
}

static void take_sample_is_exact(void **state)
{
    struct executor *executor = exec_start(1, 0);
    struct rdd *empty = rdd_of("[]", 2);
    struct block *block;

    (void)state;
    for (uint64_t seed = 0; seed < 10; seed++) {
        take_expects(20, false, seed, 20);
        take_expects(80, false, seed, 80);
        take_expects(200, false, seed, 100);
        take_expects(200, true, seed, 200);
    }
    take_expects(0, false, 1, 0);
    expect_ok(action_take_sample(executor, empty, true, 5, 1, &block, &error), &error);
    expect_block(block, "");
    expect_failure(action_take_sample(executor, empty, true, -1, 1, &block, &error), &error,
                   "negative number of elements");
    rdd_drop(empty);
    executor_destroy(executor);
}

static void the_generator_draws_what_it_should(void **state)
{
    struct generator random;
    uint32_t below[7] = {0};
    double sum = 0;

    (void)state;
    generator_init(&random, 1, 2);
    for (int i = 0; i < 70000; i++) {
        below[generator_below(&random, 7)]++;
    }
    for (int i = 0; i < 7; i++) {
        assert_in_range(below[i], 9500, 10500);
    }
    for (int i = 0; i < 10000; i++) {
        sum += (double)generator_poisson(&random, 100);
    }
    assert_in_range((uint64_t)(sum / 100), 9950, 10050);
    assert_int_equal(generator_poisson(&random, 0), 0);
}

static weir_status try_sample(struct executor *executor, struct block **out, weir_error *told)
{
    struct rdd *parent = NULL;
    struct rdd *rdd = NULL;
    weir_status status = rdd_create_range(7, 8, 1, 2, &parent, told);

    if (status == WEIR_OK) {
        status = rdd_create_sample(parent, true, 50, 1, &rdd, told);
    }
    if (status == WEIR_OK) {
        status = action_take_sample(executor, rdd, false, 5, 1, out, told);
    }
    rdd_drop(rdd);
    rdd_drop(parent);
    return status;
}

static void samples_survive_any_failing_step(void **state)
{
    (void)state;
    sweep_faults(try_sample, "7 7 7 7 7");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sample_has_about_the_fraction_and_repeats_by_seed),
        cmocka_unit_test(the_ends_of_fractions_are_exact),
        cmocka_unit_test(a_split_shares_out_every_row),
        cmocka_unit_test(each_key_has_its_fraction),
        cmocka_unit_test(take_sample_is_exact),
        cmocka_unit_test(the_generator_draws_what_it_should),
        cmocka_unit_test(samples_survive_any_failing_step),
    };
    int failed = 0;

    RUN_WITH_ALL_WORKERS(failed, tests, NULL, NULL);
    return failed;
}
