/*
 * test_partition_rows - partitions gathered as a whole are counted against the memory limit.
 */
#include <weir/function.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "exec/action.h"
#include "exec/lineage_rdd.h"
#include "lib/exec_rows.h"

#define ROWS  20000u
#define PARTS 2u
#define LIMIT (1u << 20)

static struct rdd *leaf_of_floats(void)
{
    struct weir_value *values = calloc(ROWS, sizeof(*values));
    struct block *blocks[PARTS];

    assert_non_null(values);
    for (uint32_t i = 0; i < ROWS; i++) {
        values[i] = weir_float(i);
    }
    for (uint32_t part = 0; part < PARTS; part++) {
        assert_int_equal(block_create_values(NULL, values, ROWS, &blocks[part], NULL), WEIR_OK);
    }
    free(values);
    return exec_leaf_of(blocks, PARTS, false);
}

static struct executor_counters counters_after_glom(size_t limit_bytes)
{
    const struct executor_options options = {.workers = 1, .memory_limit_bytes = limit_bytes};
    struct executor_counters counters;
    struct executor *executor;
    struct rdd *leaf = leaf_of_floats();
    struct rdd *rdd;
    uint64_t count;

    assert_int_equal(executor_create(&options, &executor, NULL), WEIR_OK);
    assert_int_equal(rdd_create_glom(leaf, &rdd, NULL), WEIR_OK);
    assert_int_equal(action_count(executor, rdd, &count, NULL), WEIR_OK);
    assert_int_equal(count, PARTS);
    executor_counters(executor, &counters);
    rdd_drop(rdd);
    rdd_drop(leaf);
    executor_destroy(executor);
    return counters;
}

static void a_gathered_partition_is_counted_until_it_is_dropped(void **state)
{
    (void)state;
    struct executor_counters counters = counters_after_glom(LIMIT);
    assert_int_equal(counters.memory_used_bytes, 0);
    /* One at a time, with what the block was grown to. */
    assert_in_range(counters.memory_peak_bytes, ROWS * sizeof(double),
                    2 * ROWS * sizeof(double) + LIMIT / 8);
}

static void without_a_limit_nobody_counts(void **state)
{
    (void)state;
    assert_int_equal(counters_after_glom(0).memory_peak_bytes, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_gathered_partition_is_counted_until_it_is_dropped),
        cmocka_unit_test(without_a_limit_nobody_counts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
