/*
 * test_aggregate - values reduced by key: sums, the least and the greatest, a program's own.
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
#include "base/mem.h"
#include "data/compare.h"
#include "exec/action.h"
#include "lib/exec_rows.h"
#include "lib/random_values.h"

/* Keeps the longer text; of equally long ones the later. */
static struct weir_value longer(struct weir_value left, struct weir_value right,
                                struct weir_emitter *memory, struct weir_value argument)
{
    (void)memory;
    (void)argument;
    return weir_size_of(left) > weir_size_of(right) ? left : right;
}

/* "a", "b" gives "(ab)": shows the order in which values were brought together. */
static struct weir_value bracket(struct weir_value left, struct weir_value right,
                                 struct weir_emitter *memory, struct weir_value argument)
{
    uint32_t left_size = weir_size_of(left);
    uint32_t right_size = weir_size_of(right);
    char *text = weir_emitter_memory(memory, left_size + right_size + 2);

    (void)argument;
    if (text == NULL) {
        return weir_null();
    }
    text[0] = '(';
    memcpy(text + 1, weir_bytes_of(&left), left_size);
    memcpy(text + 1 + left_size, weir_bytes_of(&right), right_size);
    text[1 + left_size + right_size] = ')';
    return weir_text_bytes(text, left_size + right_size + 2);
}

/* Keeps 1000 bytes of the two joined: each step leaves 1000 dead ones behind. */
static struct weir_value last_thousand(struct weir_value left, struct weir_value right,
                                       struct weir_emitter *memory, struct weir_value argument)
{
    char *text = weir_emitter_memory(memory, 1000);
    uint32_t right_size = weir_size_of(right);

    (void)argument;
    memset(text, '.', 1000);
    if (weir_size_of(left) == 1000) {
        memcpy(text, weir_bytes_of(&left) + right_size, 1000 - right_size);
    }
    memcpy(text + 1000 - right_size, weir_bytes_of(&right), right_size);
    return weir_text_bytes(text, 1000);
}

/* A list of both: nested values must be kept whole. */
static struct weir_value pair_up(struct weir_value left, struct weir_value right,
                                 struct weir_emitter *memory, struct weir_value argument)
{
    struct weir_value *items = weir_emitter_memory(memory, 2 * sizeof(*items));

    (void)argument;
    items[0] = left;
    items[1] = right;
    return weir_list(items, 2);
}

static struct weir_value emits(struct weir_value left, struct weir_value right,
                               struct weir_emitter *memory, struct weir_value argument)
{
    (void)right;
    (void)argument;
    weir_emit_error(memory, "refused");
    return left;
}

#define REDUCE(function_name, function)                                                    \
    {                                                                                      \
        .kind = WEIR_FUNCTION_REDUCE,                                                      \
        .call = {.name = function_name, .kind = WEIR_FUNCTION_REDUCE, .reduce = function}, \
    }

static const struct function longer_function = REDUCE("longer", longer);
static const struct function bracket_function = REDUCE("bracket", bracket);
static const struct function last_thousand_function = REDUCE("last_thousand", last_thousand);
static const struct function pair_up_function = REDUCE("pair_up", pair_up);
static const struct function emits_function = REDUCE("emits", emits);

/* Reduces one partition of rows into one, with chunks of some sizes: all give `expected`. */
static void expect_reduced(const char *rows, const struct function *function, const char *expected)
{
    static const uint32_t chunk_rows[] = {1, 2, 3, 1024, 4096};

    for (size_t i = 0; i < sizeof(chunk_rows) / sizeof(chunk_rows[0]); i++) {
        struct executor *executor = exec_start(1, chunk_rows[i]);
        struct rdd *rdd = exec_reduce(exec_leaf(&rows, 1, true), function, 1);

        exec_expect(executor, rdd, expected);
        rdd_drop(rdd);
        executor_destroy(executor);
    }
}

static void ints_add_up_by_key_in_the_order_of_the_keys(void **state)
{
    (void)state;
    expect_reduced("[[\"b\",1],[\"a\",2],[\"b\",3],[\"c\",4],[\"a\",-10]]", exec_builtin("sum"),
                   "(b,4) (a,-8) (c,4)");
}

static void int_sums_wrap_around(void **state)
{
    (void)state;
    expect_reduced("[[1,9223372036854775807],[1,1],[2,-9223372036854775808],[2,-1]]",
                   exec_builtin("sum"), "(1,-9223372036854775808) (2,9223372036854775807)");
}

static void a_sum_is_a_float_once_it_has_met_one(void **state)
{
    (void)state;
    expect_reduced("[[1,1],[2,1],[1,2],[2,0.5],[3,7],[2,1],[3,1],[4,2.5]]", exec_builtin("sum"),
                   "(1,3) (2,2.5) (3,8) (4,2.5)");
    expect_reduced("[[1,0.5],[1,0.5],[1,1]]", exec_builtin("sum"), "(1,2.0)");
}

static struct weir_value add_by_call(struct weir_value left, struct weir_value right,
                                     struct weir_emitter *memory, struct weir_value argument)
{
    return exec_builtin("sum")->call.reduce(left, right, memory, argument);
}

static const struct function add_by_call_function = REDUCE("add_by_call", add_by_call);

/* Floats alone are added up in a vector of their own. */
static void float_sums_are_to_the_last_bit_those_of_the_row_form(void **state)
{
    static const char *const rows[] = {
        "[[1,-0.0],[2,0.1],[1,-0.0],[2,0.2],[3,-0.0],[2,0.3],[3,0.0]]",
        "[[2,1e300],[4,-0.0],[2,-1e300],[2,0.1],[1,-0.0],[5,1e308],[5,1e308]]",
        "[[4,1],[1,2],[6,3],[5,-1.5]]", /* ints among them, from here on */
    };

    (void)state;
    for (uint32_t chunk_rows = 1; chunk_rows <= 16; chunk_rows *= 2) {
        for (uint32_t count = 1; count <= 3; count++) {
            struct executor *executor = exec_start(1, chunk_rows);
            struct rdd *kernel = exec_reduce(exec_leaf(rows, count, true), exec_builtin("sum"), 1);
            struct rdd *by_call =
                exec_reduce(exec_leaf(rows, count, true), &add_by_call_function, 1);
            char *expected = exec_text(executor, by_call);

            assert_true(count == 3 || strstr(expected, "(1,-0.0)") != NULL);
            exec_expect(executor, kernel, expected);
            mem_free(expected);
            rdd_drop(kernel);
            rdd_drop(by_call);
            executor_destroy(executor);
        }
    }
}

static void keys_of_all_kinds_are_kept_apart(void **state)
{
    (void)state;
    expect_reduced("[[null,1],[true,1],[1,1],[1.0,1],[\"1\",1],[[1],1],[[1.0],1],[null,1],"
                   "[\"a key of more than twelve bytes\",1],[\"a key of more than twelve bytes\",1]"
                   "]",
                   exec_builtin("sum"),
                   "(null,2) (true,1) (1,2) (1,1) ([1],2) (a key of more than twelve bytes,2)");
}

static void the_least_and_the_greatest_go_by_the_order_of_values(void **state)
{
    const char *rows = "[[1,3],[1,\"a\"],[1,2.5],[2,\"b\"],[2,\"a long text is a text, too\"],"
                       "[2,\"c\"],[3,null],[3,false]]";

    (void)state;
    expect_reduced(rows, exec_builtin("min"), "(1,2.5) (2,a long text is a text, too) (3,null)");
    expect_reduced(rows, exec_builtin("max"), "(1,a) (2,c) (3,false)");
}

static void values_that_cannot_be_added_fail_the_job(void **state)
{
    const char *rows[] = {"[[1,2],[1,\"x\"]]"};
    struct executor *executor = exec_start(1, 0);
    struct rdd *rdd = exec_reduce(exec_leaf(rows, 1, true), exec_builtin("sum"), 1);
    weir_error error = {.struct_size = sizeof(error)};
    char *text;

    (void)state;
    assert_int_equal(exec_try_text(executor, rdd, &text, &error), WEIR_E_INVAL);
    assert_non_null(strstr(error.msg, "sum takes ints and floats only"));
    rdd_drop(rdd);
    executor_destroy(executor);
}

static void a_reduce_functions_error_fails_the_job(void **state)
{
    const char *rows[] = {"[[1,2],[1,3]]"};
    struct executor *executor = exec_start(1, 0);
    struct rdd *rdd = exec_reduce(exec_leaf(rows, 1, true), &emits_function, 1);
    weir_error error = {.struct_size = sizeof(error)};
    char *text;

    (void)state;
    assert_int_equal(exec_try_text(executor, rdd, &text, &error), WEIR_E_INVAL);
    assert_string_equal(error.msg, "refused");
    rdd_drop(rdd);
    executor_destroy(executor);
}

/* A function that is not associative shows that the order is that of the rows, and that partial
 * results come in the order of the partitions. */
static void values_meet_in_the_order_of_rows_and_partitions(void **state)
{
    static const char *const rows[] = {
        "[[\"k\",\"a\"],[\"x\",\"1\"],[\"k\",\"b\"],[\"k\",\"c\"]]",
        "[[\"x\",\"2\"],[\"k\",\"d\"]]",
        "[]",
        "[[\"k\",\"e\"],[\"k\",\"f\"],[\"x\",\"3\"]]",
    };

    (void)state;
    expect_reduced(rows[0], &bracket_function, "(k,((ab)c)) (x,1)");
    for (uint32_t workers = 1; workers <= 8; workers *= 2) {
        for (uint32_t chunk_rows = 1; chunk_rows <= 4; chunk_rows++) {
            struct executor *executor = exec_start(workers, chunk_rows);
            struct rdd *rdd = exec_reduce(exec_leaf(rows, 4, true), &bracket_function, 1);

            exec_expect(executor, rdd, "(k,((((ab)c)d)(ef))) (x,((12)3))");
            rdd_drop(rdd);
            executor_destroy(executor);
        }
    }
}

static void a_value_may_be_one_of_the_arguments_or_a_part_of_them(void **state)
{
    (void)state;
    expect_reduced(
        "[[1,\"a rather long first text\"],[1,\"short\"],[1,\"the longest text of all of "
        "them\"],[1,\"x\"]]",
        &longer_function, "(1,the longest text of all of them)");
    expect_reduced("[[1,\"some long text, not inside\"],[1,2],[1,[3]]]", &pair_up_function,
                   "(1,[[some long text, not inside, 2], [3]])");
}

/* Makes one partition of (i mod keys, number as text) pairs. */
static struct rdd *numbered(uint32_t rows_count, uint32_t keys_count)
{
    struct block_builder builder;
    struct block *block;

    block_builder_init(&builder);
    for (uint32_t i = 0; i < rows_count; i++) {
        char text[24];
        struct weir_value key = weir_int(i % keys_count);
        int size = snprintf(text, sizeof(text), "<%015u>", i);
        assert_int_equal(
            block_builder_append_row(&builder, &key, weir_text_bytes(text, (uint32_t)size), NULL),
            WEIR_OK);
    }
    assert_int_equal(block_builder_finish(&builder, &block, NULL), WEIR_OK);
    return exec_leaf_of(&block, 1, true);
}

/* 20000 results of 1000 bytes for 7 keys: 20 MB pass through memory that is compacted. */
static void long_values_survive_the_compaction_of_memory(void **state)
{
    enum { ROWS = 20000, KEYS = 7 };
    struct executor *executor = exec_start(1, 0);
    struct rdd *rdd = exec_reduce(numbered(ROWS, KEYS), &last_thousand_function, 1);
    struct block **blocks;
    uint32_t count;

    (void)state;
    assert_int_equal(action_collect(executor, rdd, &blocks, &count, NULL), WEIR_OK);
    assert_int_equal(count, 1);
    assert_int_equal(blocks[0]->rows_count, KEYS);
    for (uint32_t key = 0; key < KEYS; key++) {
        struct weir_value value = column_value(&blocks[0]->columns[CHUNK_PAIR_VALUE], key);
        const char *text = weir_bytes_of(&value);
        uint32_t last = (ROWS - 1 - key) / KEYS * KEYS + key;

        assert_int_equal(weir_size_of(value), 1000);
        for (uint32_t back = 0; back < 58; back++) { /* as many as fit */
            char expected[24];
            snprintf(expected, sizeof(expected), "<%015u>", last - back * KEYS);
            assert_memory_equal(text + 1000 - 17 * (back + 1), expected, 17);
        }
    }
    block_drop(blocks[0]);
    mem_free(blocks);
    rdd_drop(rdd);
    executor_destroy(executor);
}

/* Random keys and values against sums made by hand. */
static void random_sums_agree_with_plain_ones(void **state)
{
    enum { ROWS = 5000, KEYS = 600 };
    static struct weir_value keys[ROWS];
    static struct weir_value values[ROWS];
    struct random random;

    (void)state;
    random_start(&random);
    for (int round = 0; round < 6; round++) {
        struct executor *executor = exec_start(2, 1 + random_below(&random, 2000));
        int64_t sums[KEYS] = {0};
        bool is_met[KEYS] = {false};
        uint32_t met_count = 0;
        struct block *parts[3];
        struct block **blocks;
        uint32_t count;

        for (uint32_t i = 0; i < ROWS; i++) {
            uint32_t key = random_below(&random, KEYS);
            int64_t value = (int64_t)random_next(&random);
            keys[i] = weir_int(key);
            values[i] = weir_int(value);
            sums[key] = (int64_t)((uint64_t)sums[key] + (uint64_t)value);
            met_count += !is_met[key];
            is_met[key] = true;
        }
        for (uint32_t part = 0; part < 3; part++) {
            uint32_t first = ROWS * part / 3;
            assert_int_equal(block_create_values(keys + first, values + first,
                                                 ROWS * (part + 1) / 3 - first, &parts[part], NULL),
                             WEIR_OK);
        }
        struct rdd *rdd = exec_reduce(exec_leaf_of(parts, 3, true), exec_builtin("sum"), 5);
        assert_int_equal(action_collect(executor, rdd, &blocks, &count, NULL), WEIR_OK);
        for (uint32_t part = 0; part < count; part++) {
            for (uint32_t row = 0; row < blocks[part]->rows_count; row++) {
                int64_t key = column_value(&blocks[part]->columns[CHUNK_PAIR_KEY], row).integer;
                struct weir_value sum = column_value(&blocks[part]->columns[CHUNK_PAIR_VALUE], row);
                assert_int_equal(weir_kind_of(sum), WEIR_INT);
                assert_true(sum.integer == sums[key]);
                met_count--;
            }
            block_drop(blocks[part]);
        }
        assert_int_equal(met_count, 0);
        mem_free(blocks);
        rdd_drop(rdd);
        executor_destroy(executor);
    }
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
        cmocka_unit_test(ints_add_up_by_key_in_the_order_of_the_keys),
        cmocka_unit_test(int_sums_wrap_around),
        cmocka_unit_test(a_sum_is_a_float_once_it_has_met_one),
        cmocka_unit_test(float_sums_are_to_the_last_bit_those_of_the_row_form),
        cmocka_unit_test(keys_of_all_kinds_are_kept_apart),
        cmocka_unit_test(the_least_and_the_greatest_go_by_the_order_of_values),
        cmocka_unit_test(values_that_cannot_be_added_fail_the_job),
        cmocka_unit_test(a_reduce_functions_error_fails_the_job),
        cmocka_unit_test(values_meet_in_the_order_of_rows_and_partitions),
        cmocka_unit_test(a_value_may_be_one_of_the_arguments_or_a_part_of_them),
        cmocka_unit_test(long_values_survive_the_compaction_of_memory),
        cmocka_unit_test(random_sums_agree_with_plain_ones),
    };
    return cmocka_run_group_tests(tests, NULL, forget);
}
