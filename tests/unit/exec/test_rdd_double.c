/*
 * test_rdd_double - sums, statistics and histograms.
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

#include <math.h>

#include "exec/action_double.h"
#include "lib/exec_rdd.h"

static weir_error error = {.struct_size = sizeof(error)};
static struct executor *executor;

static int begin(void **state)
{
    (void)state;
    executor = exec_start(2, 0);
    return 0;
}

static int end(void **state)
{
    (void)state;
    executor_destroy(executor);
    return 0;
}

/* cmocka compares floats loosely: these must be the same to the last digit. */
static void expect_number(double actual, double expected)
{
    if (!(actual == expected || (isnan(actual) && isnan(expected)))) {
        fail_msg("%.17g is not %.17g", actual, expected);
    }
}

static struct double_stats stats_of(const char *json, uint32_t partitions)
{
    struct rdd *rdd = rdd_of(json, partitions);
    struct double_stats stats;

    expect_ok(action_stats(executor, rdd, &stats, &error), &error);
    rdd_drop(rdd);
    return stats;
}

static void sums_start_at_zero(void **state)
{
    struct rdd *rdd = rdd_of("[]", 2);
    double sum;

    (void)state;
    expect_ok(action_sum(executor, rdd, &sum, &error), &error);
    expect_number(sum, 0.0);
    rdd_drop(rdd);
    rdd = rdd_of("[0.1,0.2,0.3,4]", 2);
    expect_ok(action_sum(executor, rdd, &sum, &error), &error);
    expect_number(sum, (0.1 + 0.2) + (0.3 + 4));
    rdd_drop(rdd);
}

static void statistics_are_exact(void **state)
{
    struct double_stats stats = stats_of("[2.0,4.0]", 8);

    (void)state;
    assert_int_equal(stats.count, 2);
    expect_number(double_stats_sum(&stats), 6.0);
    expect_number(stats.mean, 3.0);
    expect_number(double_stats_variance(&stats), 1.0);
    expect_number(double_stats_stdev(&stats), 1.0);
    expect_number(double_stats_sample_variance(&stats), 2.0);
    expect_number(double_stats_sample_stdev(&stats), 1.4142135623730951);
    expect_number(stats.max, 4.0);
    expect_number(stats.min, 2.0);

    stats = stats_of("[]", 2);
    expect_number(double_stats_variance(&stats), (double)NAN);
    expect_number(double_stats_sample_variance(&stats), (double)NAN);
    expect_number(double_stats_sum(&stats), 0.0);
}

static void statistics_do_not_depend_on_the_workers(void **state)
{
    struct rdd *rdd;
    struct double_stats results[3];
    static const uint32_t workers[] = {1, 2, 8};

    (void)state;
    expect_ok(rdd_create_range(1, 100003, 7, 13, &rdd, &error), &error);
    for (int i = 0; i < 3; i++) {
        struct executor *other = exec_start(workers[i], 10 + (uint32_t)i * 500);
        expect_ok(action_stats(other, rdd, &results[i], &error), &error);
        executor_destroy(other);
        assert_memory_equal(&results[i], &results[0], sizeof(results[0]));
    }
    rdd_drop(rdd);
}

static void expect_text(const struct double_stats *stats, const char *expected)
{
    struct bytes text = {0};

    double_stats_write(&text, stats);
    assert_string_equal(text.data, expected);
    bytes_fini(&text);
}

static void statistics_print_as_sparks_do(void **state)
{
    struct double_stats stats = stats_of("[2.0,4.0]", 2);

    (void)state;
    expect_text(&stats,
                "(count: 2, mean: 3.000000, stdev: 1.000000, max: 4.000000, min: 2.000000)");
    stats = stats_of("[]", 1);
    expect_text(&stats, "(count: 0, mean: 0.000000, stdev: NaN, max: -Infinity, min: Infinity)");
    stats = (struct double_stats){
        .count = 1, .mean = 0.0000005, .squares = 0, .max = 1234567890.9999999, .min = -1e-9};
    expect_text(&stats, "(count: 1, mean: 0.000001, stdev: 0.000000, max: 1234567891.000000, "
                        "min: -0.000000)");
    stats = (struct double_stats){
        .count = 1, .mean = 1e10, .squares = 0.0625, .max = 9.9999995, .min = 0.1234565};
    expect_text(&stats, "(count: 1, mean: 10000000000.000000, stdev: 0.250000, max: 10.000000, "
                        "min: 0.123457)");
}

static void expect_histogram(const char *json, const double *edges, uint32_t edges_count,
                             const char *expected)
{
    for (uint32_t partitions = 1; partitions <= 3; partitions++) {
        struct rdd *rdd = rdd_of(json, partitions);
        struct bytes text = {0};
        uint64_t counts[8];

        expect_ok(action_histogram(executor, rdd, edges, edges_count, false, counts, &error),
                  &error);
        for (uint32_t i = 0; i + 1 < edges_count; i++) {
            bytes_printf(&text, "%s%llu", i == 0 ? "" : " ", (unsigned long long)counts[i]);
        }
        assert_string_equal(text.data, expected);
        bytes_fini(&text);
        rdd_drop(rdd);
    }
}

static void a_bucket_has_its_start_and_the_last_its_end(void **state)
{
    static const double one[] = {0.0, 10.0};
    static const double two[] = {0.0, 5.0, 11.0};
    static const double four[] = {0.0, 5.0, 11.0, 12.0, 200.0};
    static const double ends_nowhere[] = {0.0, 5.0, NAN};

    (void)state;
    expect_histogram("[]", one, 2, "0");
    expect_histogram("[10.01,-0.01]", one, 2, "0");
    expect_histogram("[1,2,3,10]", one, 2, "4");
    expect_histogram("[-0.01,0.0,1,2,3,5,6,11.0,11.01]", two, 3, "4 3");
    expect_histogram("[-0.01,0.0,1,2,3,5,6,11.01,12.0,199.0,200.0,200.1]", four, 5, "4 2 1 3");
    expect_histogram("[1,7,1e300]", ends_nowhere, 3, "1 2");
}

static void a_number_that_is_none_counts_where_the_last_edge_is_none(void **state)
{
    static const double ends_nowhere[] = {0.0, 5.0, NAN};
    static const double ends[] = {0.0, 5.0, 10.0};
    struct weir_value values[] = {weir_float(1), weir_float(NAN)};
    uint64_t counts[2];
    struct rdd *rdd;

    (void)state;
    expect_ok(rdd_create_values(NULL, values, 2, 1, &rdd, &error), &error);
    expect_ok(action_histogram(executor, rdd, ends_nowhere, 3, false, counts, &error), &error);
    assert_int_equal(counts[0], 1);
    assert_int_equal(counts[1], 1);
    expect_ok(action_histogram(executor, rdd, ends, 3, false, counts, &error), &error);
    assert_int_equal(counts[1], 0);
    expect_failure(action_histogram(executor, rdd, ends, 1, false, counts, &error), &error,
                   "at least two elements");
    rdd_drop(rdd);
}

static void expect_even(struct rdd *rdd, uint32_t buckets, const char *expected)
{
    struct bytes text = {0};
    double *edges;
    uint64_t *counts;
    uint32_t count;

    expect_ok(action_histogram_even(executor, rdd, buckets, &edges, &count, &counts, &error),
              &error);
    for (uint32_t i = 0; i < count; i++) {
        bytes_printf(&text, "%s%.17g", i == 0 ? "" : " ", edges[i]);
    }
    bytes_append_text(&text, " |");
    for (uint32_t i = 0; i + 1 < count; i++) {
        bytes_printf(&text, " %llu", (unsigned long long)counts[i]);
    }
    const char *shown = expected[0] == '|' ? strchr(text.data, '|') : text.data;
    assert_string_equal(shown, expected);
    bytes_fini(&text);
    mem_free(edges);
    mem_free(counts);
    rdd_drop(rdd);
}

static void even_buckets_span_the_numbers(void **state)
{
    struct rdd *rdd;

    (void)state;
    expect_even(rdd_of("[1,2,3,4]", 2), 1, "1 4 | 4");
    expect_even(rdd_of("[1,1,1,1]", 2), 1, "1 1 | 4");
    expect_even(rdd_of("[1,2,3,4]", 2), 2, "1 2.5 4 | 2 2");
    expect_even(rdd_of("[1,1,1,2,3,3]", 2), 4, "| 3 0 1 2");
    expect_ok(rdd_create_range(6, 100, 1, 2, &rdd, &error), &error);
    expect_even(rdd, 9, "| 11 10 10 11 10 10 11 10 11");
}

static void even_buckets_need_numbers_with_ends(void **state)
{
    static const double wrong[] = {INFINITY, -INFINITY, NAN};
    double *edges;
    uint64_t *counts;
    uint32_t count;

    (void)state;
    for (int i = 0; i < 4; i++) {
        struct weir_value values[] = {weir_float(1), weir_float(i < 3 ? wrong[i] : 0)};
        struct rdd *rdd;
        expect_ok(rdd_create_values(NULL, values, i < 3 ? 2 : 0, 2, &rdd, &error), &error);
        expect_failure(action_histogram_even(executor, rdd, 1, &edges, &count, &counts, &error),
                       &error,
                       "histogram on either an empty RDD or RDD containing +/-infinity or NaN");
        rdd_drop(rdd);
    }
}

static weir_status try_double(struct executor *with, struct block **out, weir_error *told)
{
    struct rdd *rdd = NULL;
    double *edges = NULL;
    uint64_t *counts = NULL;
    uint32_t count;
    weir_status status = rdd_create_range(0, 10, 1, 2, &rdd, told);

    if (status == WEIR_OK) {
        status = action_histogram_even(with, rdd, 2, &edges, &count, &counts, told);
        assert_true(status != WEIR_OK || (counts[0] == 5 && counts[1] == 5));
    }
    mem_free(edges);
    mem_free(counts);
    if (status == WEIR_OK) {
        status = action_max(with, rdd, out, told);
    }
    rdd_drop(rdd);
    return status;
}

static void numbers_survive_any_failing_step(void **state)
{
    (void)state;
    sweep_faults(try_double, "9");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_start_at_zero),
        cmocka_unit_test(statistics_are_exact),
        cmocka_unit_test(statistics_do_not_depend_on_the_workers),
        cmocka_unit_test(statistics_print_as_sparks_do),
        cmocka_unit_test(a_bucket_has_its_start_and_the_last_its_end),
        cmocka_unit_test(a_number_that_is_none_counts_where_the_last_edge_is_none),
        cmocka_unit_test(even_buckets_span_the_numbers),
        cmocka_unit_test(even_buckets_need_numbers_with_ends),
        cmocka_unit_test(numbers_survive_any_failing_step),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
