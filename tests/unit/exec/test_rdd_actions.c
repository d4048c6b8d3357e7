/*
 * test_rdd_actions - reduce, fold, aggregate, order, keys, foreach, approximate counts.
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

#include "base/log.h"
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
    exec_forget();
    return 0;
}

/* "ab": neither commutes nor is as long as a value holds for long. */
static struct weir_value join_texts(struct weir_value left, struct weir_value right,
                                    struct weir_emitter *memory, struct weir_value argument)
{
    uint32_t left_size = weir_size_of(left);
    uint32_t right_size = weir_size_of(right);
    char *both = weir_emitter_memory(memory, left_size + right_size + 1);

    (void)argument;
    memcpy(both, weir_bytes_of(&left), left_size);
    memcpy(both + left_size, weir_bytes_of(&right), right_size);
    return weir_text_bytes(both, left_size + right_size);
}

/* A pair's tuple (key, value) to the sum of values. */
static struct weir_value add_value(struct weir_value sum, struct weir_value row,
                                   struct weir_emitter *memory, struct weir_value argument)
{
    (void)memory;
    (void)argument;
    return weir_int(weir_int_of(sum) + weir_int_of(row.items[1]));
}

static const struct function join_function = FUNCTION(reduce, REDUCE, join_texts);
static const struct function add_value_function = FUNCTION(reduce, REDUCE, add_value);

static void reduce_merges_in_the_order_of_rows(void **state)
{
    struct rdd *rdd = rdd_of("[\"a\",\"b\",\"c\",\"d\",\"e\",\"f\",\"g\",\"h\",\"i\",\"j\",\"k\","
                             "\"l\",\"m\",\"n\"]",
                             5);
    struct block *block;

    (void)state;
    expect_ok(action_reduce(executor, rdd, &join_function, weir_null(), &block, &error), &error);
    expect_block(block, "abcdefghijklmn");
    expect_ok(action_tree_reduce(executor, rdd, &join_function, weir_null(), 2, &block, &error),
              &error);
    expect_block(block, "abcdefghijklmn");
    expect_failure(
        action_tree_reduce(executor, rdd, &join_function, weir_null(), 0, &block, &error), &error,
        "depth must be greater than or equal to 1 but got 0");
    rdd_drop(rdd);
}

static void reduce_of_nothing_is_an_empty_collection(void **state)
{
    struct rdd *empty;
    struct block *block;

    (void)state;
    for (uint32_t partitions = 0; partitions <= 2; partitions += 2) {
        if (partitions == 0) {
            expect_ok(rdd_create_empty(false, &empty, &error), &error);
        } else {
            empty = rdd_of("[]", partitions);
        }
        expect_failure(
            action_reduce(executor, empty, exec_builtin("sum"), weir_null(), &block, &error),
            &error, "empty collection");
        expect_failure(action_first(executor, empty, &block, &error), &error, "empty collection");
        expect_failure(action_max(executor, empty, &block, &error), &error, "empty collection");
        expect_ok(action_fold(executor, empty, weir_int(0), exec_builtin("sum"), weir_null(),
                              &block, &error),
                  &error);
        expect_block(block, "0");
        bool is_empty;
        expect_ok(action_is_empty(executor, empty, &is_empty, &error), &error);
        assert_true(is_empty);
        rdd_drop(empty);
    }
}

static void fold_has_its_zero_in_each_partition_and_once_more(void **state)
{
    struct rdd *rdd = rdd_of("[1,2]", 3);
    struct block *block;

    (void)state;
    expect_ok(
        action_fold(executor, rdd, weir_int(100), exec_builtin("sum"), weir_null(), &block, &error),
        &error);
    expect_block(block, "403");
    rdd_drop(rdd);
    expect_ok(rdd_create_range(-1000, 1000, 1, 10, &rdd, &error), &error);
    expect_ok(
        action_fold(executor, rdd, weir_int(0), exec_builtin("sum"), weir_null(), &block, &error),
        &error);
    expect_block(block, "-1000");
    rdd_drop(rdd);
}

static void aggregate_shows_pairs_as_tuples(void **state)
{
    struct rdd *rdd = rdd_of_pairs("[[\"a\",1],[\"b\",2],[\"a\",2],[\"c\",5],[\"a\",3]]", 2);
    const struct combiner combiner = {
        .merge_value = &add_value_function,
        .merge_combiners = exec_builtin("sum"),
        .zero = weir_int(0),
        .has_zero = true,
    };
    struct block *block;

    (void)state;
    expect_ok(action_aggregate(executor, rdd, &combiner, &block, &error), &error);
    expect_block(block, "13");
    expect_ok(action_tree_aggregate(executor, rdd, &combiner, 3, &block, &error), &error);
    expect_block(block, "13");
    rdd_drop(rdd);
}

static void the_first_rows_by_order_are_exact(void **state)
{
    struct rdd *rdd = rdd_of("[5,1,4,2,3,1]", 3);
    struct block *block;

    (void)state;
    expect_ok(action_take_ordered(executor, rdd, 3, false, &block, &error), &error);
    expect_block(block, "1 1 2");
    expect_ok(action_take_ordered(executor, rdd, 2, true, &block, &error), &error);
    expect_block(block, "5 4");
    expect_ok(action_take_ordered(executor, rdd, 0, true, &block, &error), &error);
    expect_block(block, "");
    expect_ok(action_max(executor, rdd, &block, &error), &error);
    expect_block(block, "5");
    expect_ok(action_min(executor, rdd, &block, &error), &error);
    expect_block(block, "1");
    expect_ok(action_first(executor, rdd, &block, &error), &error);
    expect_block(block, "5");
    rdd_drop(rdd);

    expect_ok(rdd_create_range(0, 50000, 1, 2, &rdd, &error), &error);
    expect_ok(action_take_ordered(executor, rdd, 3, true, &block, &error), &error);
    expect_block(block, "49999 49998 49997");
    rdd_drop(rdd);
    rdd = rdd_of_pairs("[[\"b\",1],[\"a\",2],[\"b\",0]]", 2);
    expect_ok(action_take_ordered(executor, rdd, 2, true, &block, &error), &error);
    expect_block(block, "(b,1) (b,0)");
    rdd_drop(rdd);
}

static void keys_are_counted_and_looked_up(void **state)
{
    struct rdd *rdd = rdd_of_pairs("[[1,2],[3,4],[5,6],[5,7],[1,2]]", 1);
    struct block *block;

    (void)state;
    expect_ok(action_count_by_value(executor, rdd, &block, &error), &error);
    expect_block(block, "((1,2),2) ((3,4),1) ((5,6),1) ((5,7),1)");
    expect_ok(action_count_by_key(executor, rdd, &block, &error), &error);
    expect_block(block, "(1,2) (3,1) (5,2)");
    expect_ok(action_collect_as_map(executor, rdd, &block, &error), &error);
    expect_block(block, "(1,2) (3,4) (5,7)");
    expect_ok(action_lookup(executor, rdd, weir_int(5), &block, &error), &error);
    expect_block(block, "6 7");
    expect_ok(action_lookup(executor, rdd, weir_int(2), &block, &error), &error);
    expect_block(block, "");
    expect_ok(action_reduce_by_key_locally(executor, rdd, exec_builtin("sum"), weir_null(), &block,
                                           &error),
              &error);
    expect_block(block, "(1,4) (3,4) (5,13)");
    rdd_drop(rdd);
}

static void lookup_reads_one_partition_where_it_can(void **state)
{
    struct rdd *leaf = rdd_of_pairs("[[1,\"a\"],[2,\"b\"],[3,\"c\"],[4,\"d\"],[2,\"e\"]]", 2);
    struct executor_counters before;
    struct executor_counters after;
    struct block *block;
    struct rdd *rdds[2];

    (void)state;
    expect_ok(rdd_create_partition_by(leaf, partitioner_hash(8), &rdds[0], &error), &error);
    expect_ok(rdd_create_sort_by_key(executor, leaf, true, 4, &rdds[1], &error), &error);
    for (int i = 0; i < 2; i++) {
        uint64_t rows_count;
        expect_ok(action_count(executor, rdds[i], &rows_count, &error), &error);
        executor_counters(executor, &before);
        expect_ok(action_lookup(executor, rdds[i], weir_int(2), &block, &error), &error);
        expect_block(block, "b e");
        executor_counters(executor, &after);
        assert_int_equal(after.tasks - before.tasks, 1);
        rdd_drop(rdds[i]);
    }
    rdd_drop(leaf);
}

static atomic_int seen;

static void see(const struct weir_row *row, struct weir_emitter *out, struct weir_value argument)
{
    (void)out;
    atomic_fetch_add(&seen, (int)weir_int_of(row->value) * (int)weir_int_of(argument));
}

static void see_all(struct weir_iterator *rows, struct weir_emitter *out,
                    struct weir_value argument)
{
    struct weir_row row;

    while (weir_next(rows, &row)) {
        see(&row, out, argument);
    }
    atomic_fetch_add(&seen, 1000);
}

static void emit_one(const struct weir_row *row, struct weir_emitter *out,
                     struct weir_value argument)
{
    (void)argument;
    weir_emit(out, row->value);
}

static const struct function see_function = FUNCTION(row, ROW, see);
static const struct function see_all_function = FUNCTION(partition, PARTITION, see_all);
static const struct function emit_one_function = FUNCTION(row, ROW, emit_one);

static void foreach_calls_a_function_for_what_it_does(void **state)
{
    struct rdd *rdd = rdd_of("[1,2,3]", 2);

    (void)state;
    atomic_store(&seen, 0);
    expect_ok(action_for_each(executor, rdd, &see_function, weir_int(2), &error), &error);
    assert_int_equal(atomic_load(&seen), 12);
    expect_ok(action_for_each_partition(executor, rdd, &see_all_function, weir_int(1), &error),
              &error);
    assert_int_equal(atomic_load(&seen), 2018);
    log_set_level(LOG_OFF);
    expect_failure(action_for_each(executor, rdd, &emit_one_function, weir_null(), &error), &error,
                   "must not emit");
    log_set_level(LOG_INFO);
    rdd_drop(rdd);
}

static void distinct_rows_are_counted_closely(void **state)
{
    static const int64_t counts[] = {0, 1, 10, 1000, 100000};
    struct rdd *rdd;
    struct rdd *twice;
    uint64_t count;

    (void)state;
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        expect_ok(rdd_create_range(0, counts[i], 1, 4, &rdd, &error), &error);
        struct rdd *const both[] = {rdd, rdd};
        expect_ok(rdd_create_union(both, 2, &twice, &error), &error);
        expect_ok(action_count_approx_distinct(executor, twice, 0.01, &count, &error), &error);
        assert_in_range(count, (uint64_t)(counts[i] - counts[i] / 33),
                        (uint64_t)(counts[i] + counts[i] / 33));
        rdd_drop(twice);
        rdd_drop(rdd);
    }
    rdd = rdd_of("[1]", 1);
    expect_failure(action_count_approx_distinct(executor, rdd, 0.000017, &count, &error), &error,
                   "must be greater than 0.000017");
    rdd_drop(rdd);
}

static weir_status try_actions(struct executor *with, struct block **out, weir_error *told)
{
    struct rdd *rdd = NULL;
    struct block *blocks[2] = {NULL};
    uint64_t count = 0;
    weir_status status = rdd_create_range(0, 5, 1, 2, &rdd, told);

    if (status == WEIR_OK) {
        status = action_take_ordered(with, rdd, 2, true, &blocks[0], told);
    }
    if (status == WEIR_OK) {
        status = action_count_by_value(with, rdd, &blocks[1], told);
    }
    if (status == WEIR_OK) {
        status = action_count_approx_distinct(with, rdd, 0.1, &count, told);
        assert_true(status != WEIR_OK || count == 5);
    }
    if (status == WEIR_OK) {
        status = action_reduce(with, rdd, exec_builtin("sum"), weir_null(), out, told);
    }
    for (int i = 0; i < 2; i++) {
        block_drop(blocks[i]);
    }
    rdd_drop(rdd);
    return status;
}

static void actions_survive_any_failing_step(void **state)
{
    (void)state;
    exec_builtin("sum");
    sweep_faults(try_actions, "10");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reduce_merges_in_the_order_of_rows),
        cmocka_unit_test(reduce_of_nothing_is_an_empty_collection),
        cmocka_unit_test(fold_has_its_zero_in_each_partition_and_once_more),
        cmocka_unit_test(aggregate_shows_pairs_as_tuples),
        cmocka_unit_test(the_first_rows_by_order_are_exact),
        cmocka_unit_test(keys_are_counted_and_looked_up),
        cmocka_unit_test(lookup_reads_one_partition_where_it_can),
        cmocka_unit_test(foreach_calls_a_function_for_what_it_does),
        cmocka_unit_test(distinct_rows_are_counted_closely),
        cmocka_unit_test(actions_survive_any_failing_step),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
