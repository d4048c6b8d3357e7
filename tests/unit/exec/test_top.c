/*
 * test_top - the greatest rows, against a sort of all of them.
 */
#include <weir/function.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "data/compare.h"
#include "exec/action.h"
#include "lib/exec_rows.h"
#include "lib/random_values.h"

static struct rdd *top(struct rdd *parent, uint32_t count)
{
    struct rdd *rdd;

    assert_int_equal(rdd_create_top(parent, count, &rdd, NULL), WEIR_OK);
    rdd_drop(parent);
    return rdd;
}

static void pairs_go_by_value_and_then_by_key(void **state)
{
    static const char *const rows[] = {"[[\"b\",2],[\"a\",2],[\"z\",9],[\"y\",1]]",
                                       "[[\"c\",2],[\"x\",2.5],[\"a\",null]]"};
    static const struct {
        uint32_t count;
        const char *expected;
    } cases[] = {
        {0, ""},
        {1, "(z,9)"},
        {3, "(z,9) (x,2.5) (a,2)"},
        {5, "(z,9) (x,2.5) (a,2) (b,2) (c,2)"},
        {100, "(z,9) (x,2.5) (a,2) (b,2) (c,2) (y,1) (a,null)"},
        {UINT32_MAX, "(z,9) (x,2.5) (a,2) (b,2) (c,2) (y,1) (a,null)"},
    };

    (void)state;
    for (uint32_t chunk_rows = 1; chunk_rows < 5; chunk_rows++) {
        struct executor *executor = exec_start(2, chunk_rows);
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
            struct rdd *rdd = top(exec_leaf(rows, 2, true), cases[i].count);
            exec_expect(executor, rdd, cases[i].expected);
            rdd_drop(rdd);
        }
        executor_destroy(executor);
    }
}

static void plain_rows_go_by_value(void **state)
{
    static const char *const rows[] = {"[3,\"a\",1]", "[[1],2,2,null]"};
    struct executor *executor = exec_start(1, 0);
    struct rdd *rdd = top(exec_leaf(rows, 2, false), 5);

    (void)state;
    exec_expect(executor, rdd, "[1] a 3 2 2");
    rdd_drop(rdd);
    executor_destroy(executor);
}

static void nothing_has_no_greatest_row(void **state)
{
    struct executor *executor = exec_start(1, 0);
    struct rdd *empty;

    (void)state;
    assert_int_equal(rdd_create_empty(true, &empty, NULL), WEIR_OK);
    struct rdd *rdd = top(empty, 3);
    exec_expect(executor, rdd, "");
    assert_int_equal(rdd->partitions_count, 1);
    rdd_drop(rdd);
    executor_destroy(executor);
}

static int compare_greatest_first(const void *left, const void *right)
{
    return value_compare(right, left);
}

/* Rising long values push each other out: memory is compacted on the way. */
static void many_long_values_are_as_a_sort_has_them(void **state)
{
    enum { ROWS = 30000, TEXT = 200 };
    static char texts[ROWS][TEXT];
    static struct weir_value values[ROWS];
    struct random random;
    struct block *block;
    struct block **blocks;
    uint32_t count;

    (void)state;
    random_start(&random);
    for (uint32_t i = 0; i < ROWS; i++) {
        uint32_t number = i * 4 + random_below(&random, 40);
        memset(texts[i], 'v', TEXT);
        for (int digit = 0; digit < 4; digit++) {
            texts[i][digit] = (char)(number >> (8 * (3 - digit)));
        }
        values[i] = weir_bytes(texts[i], TEXT);
    }
    assert_int_equal(block_create_values(NULL, values, ROWS, &block, NULL), WEIR_OK);
    struct executor *executor = exec_start(1, 0);
    struct rdd *rdd = top(exec_leaf_of(&block, 1, false), 100);
    assert_int_equal(action_collect(executor, rdd, &blocks, &count, NULL), WEIR_OK);
    qsort(values, ROWS, sizeof(values[0]), compare_greatest_first);
    assert_int_equal(blocks[0]->rows_count, 100);
    for (uint32_t i = 0; i < 100; i++) {
        struct weir_value value = column_value(&blocks[0]->columns[CHUNK_VALUE], i);
        assert_int_equal(value_compare(&value, &values[i]), 0);
    }
    block_drop(blocks[0]);
    mem_free(blocks);
    rdd_drop(rdd);
    executor_destroy(executor);
}

static void random_pairs_are_as_a_sort_has_them(void **state)
{
    enum { ROWS = 500 };
    struct random random;

    (void)state;
    random_start(&random);
    for (int round = 0; round < 20; round++) {
        struct weir_value swapped[2];
        struct weir_value keys[ROWS];
        struct weir_value values[ROWS];
        uint32_t wanted = random_below(&random, ROWS + 50);
        struct block *block;
        struct block **blocks;
        struct arena arena;
        uint32_t count;

        arena_init(&arena);
        for (uint32_t i = 0; i < ROWS; i++) {
            keys[i] = weir_int((int64_t)i);
            values[i] = random_value(&random, &arena, 1);
        }
        assert_int_equal(block_create_values(keys, values, ROWS, &block, NULL), WEIR_OK);
        struct executor *executor = exec_start(1, 7);
        struct rdd *rdd = top(exec_leaf_of(&block, 1, true), wanted);
        assert_int_equal(action_collect(executor, rdd, &blocks, &count, NULL), WEIR_OK);
        assert_int_equal(blocks[0]->rows_count, wanted < ROWS ? wanted : ROWS);

        /* A selection sort: the greatest value first, of equal ones the smallest key. */
        for (uint32_t i = 0; i < blocks[0]->rows_count; i++) {
            uint32_t best = i;
            for (uint32_t j = i + 1; j < ROWS; j++) {
                int by_value = value_compare(&values[j], &values[best]);
                if (by_value > 0 || (by_value == 0 && keys[j].integer < keys[best].integer)) {
                    best = j;
                }
            }
            swapped[0] = keys[best];
            swapped[1] = values[best];
            keys[best] = keys[i];
            values[best] = values[i];
            keys[i] = swapped[0];
            values[i] = swapped[1];
            struct weir_value key = column_value(&blocks[0]->columns[CHUNK_PAIR_KEY], i);
            struct weir_value value = column_value(&blocks[0]->columns[CHUNK_PAIR_VALUE], i);
            assert_int_equal(key.integer, keys[i].integer);
            assert_int_equal(value_compare(&value, &values[i]), 0);
        }
        block_drop(blocks[0]);
        mem_free(blocks);
        rdd_drop(rdd);
        executor_destroy(executor);
        arena_fini(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pairs_go_by_value_and_then_by_key),
        cmocka_unit_test(plain_rows_go_by_value),
        cmocka_unit_test(nothing_has_no_greatest_row),
        cmocka_unit_test(many_long_values_are_as_a_sort_has_them),
        cmocka_unit_test(random_pairs_are_as_a_sort_has_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
