/*
 * test_action - collect, count and take.
 */
#include <weir/function.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/fault.h"
#include "base/mem.h"
#include "exec/action.h"
#include "lib/exec_rows.h"
#include "lib/rows.h"

static atomic_int rows_seen;

static void count_row(const struct weir_row *row, struct weir_emitter *out,
                      struct weir_value argument)
{
    (void)argument;
    atomic_fetch_add(&rows_seen, 1);
    weir_emit(out, row->value);
}

static const struct function count_function = {
    .kind = WEIR_FUNCTION_ROW,
    .call = {.name = "count", .kind = WEIR_FUNCTION_ROW, .row = count_row},
};

static const char *const six_parts[] = {"[1,2,3]", "[]", "[4]", NULL, "[5,6,7,8]", "[9]"};

static struct rdd *counted(void)
{
    atomic_store(&rows_seen, 0);
    return exec_rows(exec_leaf(six_parts, 6, false), ROWS_MAP, &count_function, weir_null());
}

static void expect_taken(struct executor *executor, struct rdd *rdd, uint32_t rows_max,
                         const char *expected)
{
    struct bytes text = {0};
    struct block *block;

    assert_int_equal(action_take(executor, rdd, rows_max, &block, NULL), WEIR_OK);
    bytes_append_text(&text, "");
    rows_write(&text, &block, 1, false);
    assert_string_equal(text.data, expected);
    bytes_fini(&text);
    block_drop(block);
}

static void collect_gives_a_block_per_partition_in_order(void **state)
{
    (void)state;
    for (uint32_t workers = 1; workers <= 8; workers *= 2) {
        for (uint32_t chunk_rows = 1; chunk_rows <= 4; chunk_rows++) {
            struct executor *executor = exec_start(workers, chunk_rows);
            struct rdd *rdd = counted();

            exec_expect(executor, rdd, "1 2 3 |  | 4 |  | 5 6 7 8 | 9");
            rdd_drop(rdd);
            executor_destroy(executor);
        }
    }
}

static void count_adds_up_all_partitions(void **state)
{
    struct executor *executor = exec_start(2, 2);
    struct rdd *rdd = counted();
    uint64_t count = 77;

    (void)state;
    assert_int_equal(action_count(executor, rdd, &count, NULL), WEIR_OK);
    assert_int_equal(count, 9);
    rdd_drop(rdd);
    assert_int_equal(rdd_create_empty(false, &rdd, NULL), WEIR_OK);
    assert_int_equal(action_count(executor, rdd, &count, NULL), WEIR_OK);
    assert_int_equal(count, 0);
    rdd_drop(rdd);
    executor_destroy(executor);
}

static void take_gives_the_first_rows_of_the_first_partitions(void **state)
{
    (void)state;
    for (uint32_t chunk_rows = 1; chunk_rows <= 4; chunk_rows++) {
        struct executor *executor = exec_start(2, chunk_rows);
        struct rdd *rdd = counted();

        expect_taken(executor, rdd, 0, "");
        expect_taken(executor, rdd, 1, "1");
        expect_taken(executor, rdd, 3, "1 2 3");
        expect_taken(executor, rdd, 4, "1 2 3 4");
        expect_taken(executor, rdd, 7, "1 2 3 4 5 6 7");
        expect_taken(executor, rdd, 9, "1 2 3 4 5 6 7 8 9");
        expect_taken(executor, rdd, UINT32_MAX, "1 2 3 4 5 6 7 8 9");
        rdd_drop(rdd);
        executor_destroy(executor);
    }
}

static void take_looks_no_further_than_it_must(void **state)
{
    struct executor *executor = exec_start(1, 1);
    struct rdd *rdd = counted();
    struct executor_counters counters;

    (void)state;
    expect_taken(executor, rdd, 2, "1 2");
    assert_int_equal(atomic_load(&rows_seen), 2); /* the third row is not computed */
    executor_counters(executor, &counters);
    assert_int_equal(counters.tasks, 1);
    assert_int_equal(counters.task_failures, 0);

    expect_taken(executor, rdd, 4, "1 2 3 4");
    executor_counters(executor, &counters);
    assert_int_equal(counters.tasks, 1 + 1 + 4); /* one partition, then four at once */
    assert_int_equal(counters.jobs, 3);
    rdd_drop(rdd);
    executor_destroy(executor);
}

static void a_partition_that_was_cut_short_is_not_kept(void **state)
{
    struct executor *executor = exec_start(1, 1);
    struct rdd *rdd = counted();
    struct executor_counters counters;

    (void)state;
    atomic_store(&rdd->storage, STORAGE_MEMORY);
    expect_taken(executor, rdd, 2, "1 2");
    executor_counters(executor, &counters);
    assert_int_equal(counters.blocks_stored_bytes, 0);
    exec_expect(executor, rdd, "1 2 3 |  | 4 |  | 5 6 7 8 | 9");
    assert_int_equal(atomic_load(&rows_seen), 2 + 9);
    expect_taken(executor, rdd, 4, "1 2 3 4");
    assert_int_equal(atomic_load(&rows_seen), 2 + 9);
    rdd_drop(rdd);
    executor_destroy(executor);
}

/* Operators that hold rows back, or read several partitions, pass the end on. */
static void take_stops_early_behind_any_operator(void **state)
{
    const char *pairs[] = {"[[1,1],[2,2],[3,3]]", "[[4,4],[5,5]]"};
    struct executor *executor = exec_start(2, 1);
    struct rdd *rdd = exec_reduce(exec_leaf(pairs, 2, true), exec_builtin("sum"), 1);
    struct rdd *joined[2];
    struct rdd *both;

    (void)state;
    expect_taken(executor, rdd, 2, "(1,1) (2,2)");
    assert_int_equal(rdd_create_top(rdd, 4, &both, NULL), WEIR_OK);
    expect_taken(executor, both, 2, "(5,5) (4,4)");
    rdd_drop(both);
    joined[0] = rdd;
    joined[1] = rdd;
    assert_int_equal(rdd_create_union(joined, 2, &both, NULL), WEIR_OK);
    expect_taken(executor, both, 6, "(1,1) (2,2) (3,3) (4,4) (5,5) (1,1)");
    rdd_drop(both);
    rdd_drop(rdd);

    rdd = counted();
    assert_int_equal(rdd_create_coalesce(rdd, 1, &both, NULL), WEIR_OK);
    rdd_drop(rdd);
    expect_taken(executor, both, 5, "1 2 3 4 5");
    assert_int_equal(atomic_load(&rows_seen), 5);
    rdd_drop(both);

    rdd = exec_rows(counted(), ROWS_FLAT_MAP, &count_function, weir_null());
    expect_taken(executor, rdd, 2, "1 2");
    rdd_drop(rdd);
    executor_destroy(executor);
}

static void whichever_allocation_fails_a_take_is_right_or_tells(void **state)
{
    int failures = 0;

    (void)state;
    for (;; failures++) {
        struct executor *executor = exec_start(1, 2);
        struct rdd *rdd = counted();
        struct block *block = NULL;
        uint64_t count = 0;

        fault_arm(failures);
        weir_status status = action_take(executor, rdd, 5, &block, NULL);
        if (status == WEIR_OK) {
            status = action_count(executor, rdd, &count, NULL);
        }
        bool was_reached = fault_disarm();
        assert_true(was_reached || status == WEIR_OK);
        assert_true(status == WEIR_OK || status == WEIR_E_NOMEM);
        assert_true(status != WEIR_OK || (block->rows_count == 5 && count == 9));
        block_drop(block);
        rdd_drop(rdd);
        executor_destroy(executor);
        if (!was_reached) {
            break;
        }
    }
    assert_true(failures > 10);
}

static int forget(void **state)
{
    (void)state;
    exec_forget();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(collect_gives_a_block_per_partition_in_order),
        cmocka_unit_test(count_adds_up_all_partitions),
        cmocka_unit_test(take_gives_the_first_rows_of_the_first_partitions),
        cmocka_unit_test(take_looks_no_further_than_it_must),
        cmocka_unit_test(a_partition_that_was_cut_short_is_not_kept),
        cmocka_unit_test(take_stops_early_behind_any_operator),
        cmocka_unit_test(whichever_allocation_fails_a_take_is_right_or_tells),
    };
    return cmocka_run_group_tests(tests, NULL, forget);
}
