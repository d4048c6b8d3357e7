/*
 * test_rdd_shapes - mapPartitions, glom, keyBy, mapValues, keys, values, pruning.
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

static weir_error error = {.struct_size = sizeof(error)};

/* (partition, sum of its rows) */
static void index_and_sum(struct weir_iterator *rows, struct weir_emitter *out,
                          struct weir_value argument)
{
    struct weir_row row;
    int64_t sum = 0;

    (void)argument;
    while (weir_next(rows, &row)) {
        sum += weir_int_of(row.value);
    }
    assert_false(weir_next(rows, &row));
    weir_emit_pair(out, weir_int(rows->partition), weir_int(sum));
}

/* Each row `argument` times. */
static void repeat(struct weir_iterator *rows, struct weir_emitter *out, struct weir_value argument)
{
    struct weir_row row;

    while (weir_next(rows, &row)) {
        for (int64_t i = 0; i < weir_int_of(argument); i++) {
            weir_emit(out, row.value);
        }
    }
}

static void length(const struct weir_row *row, struct weir_emitter *out, struct weir_value argument)
{
    (void)argument;
    weir_emit(out, weir_int(weir_size_of(row->value)));
}

/* 0 to value - 1, in texts too long to stand in a value. */
static void count_up(const struct weir_row *row, struct weir_emitter *out,
                     struct weir_value argument)
{
    (void)argument;
    for (int64_t i = 0; i < weir_int_of(row->value); i++) {
        char *text = weir_emitter_memory(out, 24);
        snprintf(text, 24, "long enough for %02d", (int)i);
        weir_emit(out, weir_text(text));
    }
}

static const struct function index_and_sum_function = FUNCTION(partition, PARTITION, index_and_sum);
static const struct function repeat_function = FUNCTION(partition, PARTITION, repeat);
static const struct function length_function = FUNCTION(row, ROW, length);
static const struct function count_up_function = FUNCTION(row, ROW, count_up);

static void a_partition_function_sees_each_partition_once(void **state)
{
    struct rdd *parent = rdd_of("[1,2,3,4]", 2);
    struct rdd *rdd;

    (void)state;
    expect_ok(rdd_create_map_partitions(parent, &index_and_sum_function, weir_null(), true, false,
                                        &rdd, &error),
              &error);
    expect_rows(rdd, "(0,3) | (1,7)");
    expect_ok(rdd_create_map_partitions(parent, &repeat_function, weir_int(3), false, false, &rdd,
                                        &error),
              &error);
    expect_rows(rdd, "1 1 1 2 2 2 | 3 3 3 4 4 4");
    rdd_drop(parent);

    parent = rdd_of("[]", 2);
    expect_ok(rdd_create_map_partitions(parent, &index_and_sum_function, weir_null(), true, false,
                                        &rdd, &error),
              &error);
    expect_rows(rdd, "(0,0) | (1,0)");
    rdd_drop(parent);
}

static void glom_makes_a_list_of_each_partition(void **state)
{
    struct rdd *parent = rdd_of("[1,2,3]", 2);
    struct rdd *rdd;

    (void)state;
    expect_ok(rdd_create_glom(parent, &rdd, &error), &error);
    expect_rows(rdd, "[1] | [2, 3]");
    rdd_drop(parent);
    parent = rdd_of_pairs("[[\"a\",1],[\"b\",2]]", 3);
    expect_ok(rdd_create_glom(parent, &rdd, &error), &error);
    expect_rows(rdd, "[] | [(a,1)] | [(b,2)]");
    rdd_drop(parent);
}

static void key_by_pairs_what_is_emitted_with_the_row(void **state)
{
    struct rdd *parent = rdd_of("[\"a\",\"bcd\",\"ef\"]", 2);
    struct rdd *rdd;

    (void)state;
    expect_ok(rdd_create_key_by(parent, &length_function, weir_null(), &rdd, &error), &error);
    expect_rows(rdd, "(1,a) | (3,bcd) (2,ef)");
    rdd_drop(parent);
    parent = rdd_of_pairs("[[\"k\",\"bcd\"]]", 1);
    expect_ok(rdd_create_key_by(parent, &length_function, weir_null(), &rdd, &error), &error);
    expect_rows(rdd, "(3,(k,bcd))");
    rdd_drop(parent);
}

static void map_values_keeps_keys_and_partitioner(void **state)
{
    struct rdd *leaf = rdd_of_pairs("[[\"a\",\"xy\"],[\"b\",\"z\"]]", 1);
    struct rdd *parent;
    struct rdd *rdd;

    (void)state;
    expect_ok(rdd_create_partition_by(leaf, partitioner_hash(1), &parent, &error), &error);
    expect_ok(rdd_create_map_values(parent, &length_function, weir_null(), &rdd, &error), &error);
    assert_true(partitioner_equal(&rdd->partitioner, &parent->partitioner));
    expect_rows(rdd, "(a,2) (b,1)");
    rdd_drop(parent);
    rdd_drop(leaf);
}

static void flat_map_values_gives_each_value_the_rows_key(void **state)
{
    struct rdd *parent = rdd_of_pairs("[[\"a\",2],[\"b\",0],[\"c\",1]]", 1);
    struct rdd *rdd;

    (void)state;
    expect_ok(rdd_create_flat_map_values(parent, &count_up_function, weir_null(), &rdd, &error),
              &error);
    expect_rows(rdd, "(a,long enough for 00) (a,long enough for 01) (c,long enough for 00)");
    expect_ok(rdd_create_map_values(parent, &count_up_function, weir_null(), &rdd, &error), &error);
    expect_job_failure(rdd, "must emit exactly one value, and emitted 2");
    rdd_drop(parent);
}

static void keys_and_values_are_the_halves(void **state)
{
    struct rdd *parent = rdd_of_pairs("[[1,\"a\"],[2,\"b\"]]", 2);
    struct rdd *rdd;

    (void)state;
    expect_ok(rdd_create_keys(parent, &rdd, &error), &error);
    expect_rows(rdd, "1 | 2");
    expect_ok(rdd_create_pair_values(parent, &rdd, &error), &error);
    expect_rows(rdd, "a | b");
    rdd_drop(parent);
}

static void pruned_partitions_are_not_computed(void **state)
{
    static const uint32_t kept[] = {9};
    static const uint32_t wrong[] = {10};
    struct rdd *parent = rdd_of("[1,2,3,4,5,6,7,8,9,10]", 10);
    struct executor *executor = exec_start(1, 0);
    struct executor_counters counters;
    struct rdd *rdd;

    (void)state;
    expect_ok(rdd_create_pruned(parent, kept, 1, &rdd, &error), &error);
    exec_expect(executor, rdd, "10");
    executor_counters(executor, &counters);
    assert_int_equal(counters.rows_read, 1);
    rdd_drop(rdd);
    expect_failure(rdd_create_pruned(parent, wrong, 1, &rdd, &error), &error, "no partition 10");
    rdd_drop(parent);
    executor_destroy(executor);
}

static weir_status try_shapes(struct executor *executor, struct block **out, weir_error *told)
{
    struct rdd *parent = NULL;
    struct rdd *keyed = NULL;
    struct rdd *lists = NULL;
    weir_status status = rdd_create_range(1, 4, 1, 2, &parent, told);

    if (status == WEIR_OK) {
        status = rdd_create_key_by(parent, &length_function, weir_null(), &keyed, told);
    }
    if (status == WEIR_OK) {
        status = rdd_create_glom(keyed, &lists, told);
    }
    if (status == WEIR_OK) {
        status = collect_one(executor, lists, out, told);
    }
    rdd_drop(lists);
    rdd_drop(keyed);
    rdd_drop(parent);
    return status;
}

static void shapes_survive_any_failing_step(void **state)
{
    (void)state;
    sweep_faults(try_shapes, "[(0,1)] [(0,2), (0,3)]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_partition_function_sees_each_partition_once),
        cmocka_unit_test(glom_makes_a_list_of_each_partition),
        cmocka_unit_test(key_by_pairs_what_is_emitted_with_the_row),
        cmocka_unit_test(map_values_keeps_keys_and_partitioner),
        cmocka_unit_test(flat_map_values_gives_each_value_the_rows_key),
        cmocka_unit_test(keys_and_values_are_the_halves),
        cmocka_unit_test(pruned_partitions_are_not_computed),
        cmocka_unit_test(shapes_survive_any_failing_step),
    };
    int failed = 0;

    RUN_WITH_ALL_WORKERS(failed, tests, NULL, NULL);
    return failed;
}
