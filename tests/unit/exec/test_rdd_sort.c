/*
 * test_rdd_sort - sortByKey, sortBy, filterByRange, the order of rows.
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

#include "data/compare.h"
#include "exec/partition_rows.h"
#include "exec/sort_rows.h"
#include "lib/random_values.h"

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

/* The values 0 to count - 1 in an order without one, as keys; the place is the value. */
static struct rdd *mixed_up(uint32_t count, uint32_t keys_count, uint32_t partitions)
{
    struct weir_value *keys = malloc(count * sizeof(*keys));
    struct weir_value *values = malloc(count * sizeof(*values));
    struct rdd *rdd;

    assert_non_null(keys);
    assert_non_null(values);
    for (uint32_t i = 0; i < count; i++) {
        keys[i] = weir_int((int64_t)(i * UINT64_C(7919) % keys_count));
        values[i] = weir_int(i);
    }
    expect_ok(rdd_create_values(keys, values, count, partitions, &rdd, &error), &error);
    free(keys);
    free(values);
    return rdd;
}

static void keys_ascend_across_balanced_partitions(void **state)
{
    (void)state;
    for (int is_descending = 0; is_descending < 2; is_descending++) {
        struct rdd *parent = mixed_up(1000, 1000, 4);
        struct block **blocks;
        struct rdd *rdd;
        uint32_t count;
        int64_t expected = is_descending ? 999 : 0;

        expect_ok(rdd_create_sort_by_key(executor, parent, is_descending, 4, &rdd, &error), &error);
        expect_ok(action_collect(executor, rdd, &blocks, &count, &error), &error);
        assert_int_equal(count, 4);
        for (uint32_t i = 0; i < count; i++) {
            assert_in_range(blocks[i]->rows_count, 101, 399);
            for (uint32_t row = 0; row < blocks[i]->rows_count; row++) {
                assert_int_equal(block_row(blocks[i], row).key.integer, expected);
                expected += is_descending ? -1 : 1;
            }
        }
        blocks_free(blocks, count);
        rdd_drop(rdd);
        rdd_drop(parent);
    }
}

static void equal_keys_keep_their_order(void **state)
{
    (void)state;
    for (int is_descending = 0; is_descending < 2; is_descending++) {
        struct rdd *parent = mixed_up(5000, 7, 3);
        struct weir_row before = {.key = weir_null()};
        struct block **blocks;
        struct rdd *rdd;
        uint32_t count;
        uint32_t rows_count = 0;

        expect_ok(rdd_create_sort_by_key(executor, parent, is_descending, 3, &rdd, &error), &error);
        expect_ok(action_collect(executor, rdd, &blocks, &count, &error), &error);
        for (uint32_t i = 0; i < count; i++) {
            for (uint32_t row = 0; row < blocks[i]->rows_count; row++, rows_count++) {
                struct weir_row here = block_row(blocks[i], row);
                if (rows_count > 0 && here.key.integer == before.key.integer) {
                    assert_true(here.value.integer > before.value.integer);
                } else if (rows_count > 0) {
                    assert_true((here.key.integer < before.key.integer) == is_descending);
                }
                before = here;
            }
        }
        assert_int_equal(rows_count, 5000);
        blocks_free(blocks, count);
        rdd_drop(rdd);
        rdd_drop(parent);
    }
}

static void any_values_sort_as_they_compare(void **state)
{
    struct random random;

    (void)state;
    random_start(&random);
    for (int round = 0; round < 200; round++) {
        struct arena arena;
        struct weir_value values[100];
        struct block *block;
        uint32_t *places;

        arena_init(&arena);
        for (int i = 0; i < 100; i++) {
            values[i] = random_value(&random, &arena, (uint32_t)round % 4);
        }
        expect_ok(block_create_values(NULL, values, 100, &block, &error), &error);
        for (int is_descending = 0; is_descending < 2; is_descending++) {
            expect_ok(sort_rows(block, SORT_BY_ROW, is_descending, &places, &error), &error);
            for (int i = 1; i < 100; i++) {
                int order = value_compare(&values[places[i - 1]], &values[places[i]]);
                order = is_descending ? -order : order;
                assert_true(order < 0 || (order == 0 && places[i - 1] < places[i]));
            }
            mem_free(places);
        }
        block_drop(block);
        arena_fini(&arena);
    }
}

static void floats_and_bytes_sort_as_they_compare(void **state)
{
    static const char *const cases[][2] = {
        {"[2.5,-1.5,1e300,0.5,-1e300]", "-1.0E300 -1.5 0.5 2.5 1.0E300"},
        {"[\"b\",\"\",\"abcdefghij\",\"abcdefgh\",\"abcdefghi\",\"a\"]",
         " a abcdefgh abcdefghi abcdefghij b"},
        {"[3,1.5,2,\"x\",null]", "null 1.5 2 3 x"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct rdd *rdd = rdd_of(cases[i][0], 2);
        struct block *block;
        expect_ok(action_take_ordered(executor, rdd, 10, false, &block, &error), &error);
        expect_block(block, cases[i][1]);
        rdd_drop(rdd);
    }
}

/* The text's field `argument`, cut at '|'. */
static void field(const struct weir_row *row, struct weir_emitter *out, struct weir_value argument)
{
    const char *text = weir_bytes_of(&row->value);
    const char *end = text + weir_size_of(row->value);

    for (int64_t i = weir_int_of(argument); i > 0; i--) {
        text = (const char *)memchr(text, '|', (size_t)(end - text)) + 1;
    }
    const char *bar = memchr(text, '|', (size_t)(end - text));
    weir_emit(out, weir_bytes(text, (uint32_t)((bar == NULL ? end : bar) - text)));
}

static const struct function field_function = FUNCTION(row, ROW, field);

static void sort_by_orders_rows_by_what_the_function_says(void **state)
{
    struct rdd *parent = rdd_of("[\"5|50|A\",\"4|60|C\",\"6|40|B\"]", 2);
    struct rdd *rdd;

    (void)state;
    expect_ok(
        rdd_create_sort_by(executor, parent, &field_function, weir_int(0), false, 2, &rdd, &error),
        &error);
    expect_rows(rdd, "4|60|C 5|50|A | 6|40|B");
    expect_ok(
        rdd_create_sort_by(executor, parent, &field_function, weir_int(1), false, 1, &rdd, &error),
        &error);
    expect_rows(rdd, "6|40|B 5|50|A 4|60|C");
    expect_ok(
        rdd_create_sort_by(executor, parent, &field_function, weir_int(0), true, 1, &rdd, &error),
        &error);
    expect_rows(rdd, "6|40|B 5|50|A 4|60|C");
    rdd_drop(parent);
}

static void an_empty_rdd_sorts_to_one_partition(void **state)
{
    struct rdd *parent = rdd_of_pairs("[]", 3);
    struct rdd *rdd;

    (void)state;
    expect_ok(rdd_create_sort_by_key(executor, parent, false, 4, &rdd, &error), &error);
    expect_rows(rdd, "");
    expect_failure(rdd_create_sort_by_key(executor, parent, false, 0, &rdd, &error), &error,
                   "number of partitions (0)");
    rdd_drop(parent);
}

static void each_partition_is_sorted_where_its_keys_go(void **state)
{
    struct rdd *parent = rdd_of_pairs("[[3,1],[1,1],[2,1],[1,2],[3,2]]", 2);
    struct rdd *rdd;

    (void)state;
    expect_ok(rdd_create_sort_within(parent, partitioner_hash(1), &rdd, &error), &error);
    expect_rows(rdd, "(1,1) (1,2) (2,1) (3,1) (3,2)");
    rdd_drop(parent);
}

static void a_range_filter_reads_only_the_ranges_it_needs(void **state)
{
    struct rdd *parent = mixed_up(1000, 1000, 10);

    (void)state;
    for (int is_descending = 0; is_descending < 2; is_descending++) {
        struct rdd *sorted;
        struct rdd *rdd;
        struct block **blocks;
        uint32_t count;
        int64_t expected = is_descending ? 800 : 200;

        expect_ok(rdd_create_sort_by_key(executor, parent, is_descending, 10, &sorted, &error),
                  &error);
        expect_ok(rdd_create_filter_by_range(sorted, weir_int(200), weir_int(800), &rdd, &error),
                  &error);
        assert_in_range(rdd->partitions_count, 4, 9);
        expect_ok(action_collect(executor, rdd, &blocks, &count, &error), &error);
        for (uint32_t i = 0; i < count; i++) {
            for (uint32_t row = 0; row < blocks[i]->rows_count; row++) {
                assert_int_equal(block_row(blocks[i], row).key.integer, expected);
                expected += is_descending ? -1 : 1;
            }
        }
        assert_int_equal(expected, is_descending ? 199 : 801);
        blocks_free(blocks, count);
        rdd_drop(rdd);
        rdd_drop(sorted);
    }
    rdd_drop(parent);
}

static weir_status try_sort(struct executor *with, struct block **out, weir_error *told)
{
    struct rdd *parent = NULL;
    struct rdd *rdd = NULL;
    struct weir_value rows[] = {weir_int(3), weir_int(1), weir_int(2)};
    weir_status status = rdd_create_values(rows, rows, 3, 2, &parent, told);

    if (status == WEIR_OK) {
        status = rdd_create_sort_by_key(with, parent, true, 3, &rdd, told);
    }
    if (status == WEIR_OK) {
        status = collect_one(with, rdd, out, told);
    }
    rdd_drop(rdd);
    rdd_drop(parent);
    return status;
}

static void sorting_survives_any_failing_step(void **state)
{
    (void)state;
    sweep_faults(try_sort, "(3,3) (2,2) (1,1)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_ascend_across_balanced_partitions),
        cmocka_unit_test(equal_keys_keep_their_order),
        cmocka_unit_test(any_values_sort_as_they_compare),
        cmocka_unit_test(floats_and_bytes_sort_as_they_compare),
        cmocka_unit_test(sort_by_orders_rows_by_what_the_function_says),
        cmocka_unit_test(an_empty_rdd_sorts_to_one_partition),
        cmocka_unit_test(each_partition_is_sorted_where_its_keys_go),
        cmocka_unit_test(a_range_filter_reads_only_the_ranges_it_needs),
        cmocka_unit_test(sorting_survives_any_failing_step),
    };
    int failed = 0;

    RUN_WITH_ALL_WORKERS(failed, tests, begin, end);
    return failed;
}
