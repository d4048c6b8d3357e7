/*
 * test_shuffle - the same rows in the same order, whatever the workers and the chunks.
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
#include "data/hash.h"
#include "exec/action.h"
#include "exec/shuffle.h"
#include "lib/exec_rows.h"
#include "lib/random_values.h"

#define PARTS 5u

/* Joins texts: the order in which values meet can be read from the result. */
static struct weir_value join(struct weir_value left, struct weir_value right,
                              struct weir_emitter *memory, struct weir_value argument)
{
    uint32_t left_size = weir_size_of(left);
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

/* Pairs of random keys of all kinds with a letter each, in PARTS partitions. */
static struct rdd *random_leaf(struct random *random, uint32_t rows_count)
{
    struct weir_value *keys = calloc(rows_count + 1, sizeof(*keys));
    struct weir_value *values = calloc(rows_count + 1, sizeof(*values));
    struct block *blocks[PARTS];
    struct arena arena;

    assert_non_null(keys);
    assert_non_null(values);
    arena_init(&arena);
    for (uint32_t i = 0; i < rows_count; i++) {
        char letter = (char)('a' + random_below(random, 26));
        keys[i] = random_below(random, 2) == 0 ? weir_int(random_below(random, 300))
                                               : random_value(random, &arena, 1);
        values[i] = weir_bytes(&letter, 1);
    }
    for (uint32_t part = 0; part < PARTS; part++) {
        uint32_t first = rows_count * part / PARTS;
        uint32_t count = rows_count * (part + 1) / PARTS - first;
        assert_int_equal(
            block_create_values(keys + first, values + first, count, &blocks[part], NULL), WEIR_OK);
    }
    arena_fini(&arena);
    free(keys);
    free(values);
    return exec_leaf_of(blocks, PARTS, true);
}

/* The reduced rows, exactly, with a line between partitions. */
static void reduce_exact(struct rdd *leaf, uint32_t workers, uint32_t chunk_rows,
                         uint32_t partitions, struct bytes *out)
{
    struct executor *executor = exec_start(workers, chunk_rows);
    struct rdd *rdd = exec_reduce(rdd_hold(leaf), &join_function, partitions);
    struct block **blocks;
    uint32_t count;

    assert_int_equal(action_collect(executor, rdd, &blocks, &count, NULL), WEIR_OK);
    assert_int_equal(count, partitions);
    for (uint32_t part = 0; part < count; part++) {
        for (uint32_t row = 0; row < blocks[part]->rows_count; row++) {
            struct weir_value key = column_value(&blocks[part]->columns[CHUNK_PAIR_KEY], row);
            assert_int_equal(partition_of_hash(value_hash(&key), partitions), part);
            exec_append_exact(out, key);
            exec_append_exact(out, column_value(&blocks[part]->columns[CHUNK_PAIR_VALUE], row));
        }
        bytes_append_text(out, "--\n");
        block_drop(blocks[part]);
    }
    mem_free(blocks);
    rdd_drop(rdd);
    executor_destroy(executor);
}

static void workers_and_chunks_do_not_change_a_byte(void **state)
{
    static const uint32_t workers[] = {1, 2, 8};
    static const uint32_t chunk_rows[] = {1, 2, 7, 1024, 2048};
    struct random random;

    (void)state;
    random_start(&random);
    for (uint32_t partitions = 1; partitions <= 7; partitions++) {
        struct rdd *leaf = random_leaf(&random, 3000);
        struct bytes expected = {0};

        reduce_exact(leaf, 1, 1000, partitions, &expected);
        for (uint32_t w = 0; w < 3; w++) {
            for (uint32_t c = 0; c < 5; c++) {
                struct bytes actual = {0};
                reduce_exact(leaf, workers[w], chunk_rows[c], partitions, &actual);
                assert_int_equal(actual.size, expected.size);
                assert_memory_equal(actual.data, expected.data, expected.size);
                bytes_fini(&actual);
            }
        }
        bytes_fini(&expected);
        rdd_drop(leaf);
    }
}

/* Splits and joins of lines of text, as a word count does, by kernels throughout. */
static void a_word_count_is_the_same_on_any_machine(void **state)
{
    static const char *const lines[] = {
        "[\"the quick brown fox\", \"jumps over the lazy dog\"]",
        "[]",
        "[\"The dog, the fox\", \"\", \"incomprehensibilities of the incomprehensibilities\"]",
    };
    char *expected = NULL;

    (void)state;
    for (uint32_t workers = 1; workers <= 8; workers *= 2) {
        for (uint32_t chunk_rows = 1; chunk_rows <= 2048; chunk_rows = chunk_rows * 3 + 1) {
            struct executor *executor = exec_start(workers, chunk_rows);
            struct rdd *words = exec_rows(exec_leaf(lines, 3, false), ROWS_FLAT_MAP,
                                          exec_builtin("split"), weir_null());
            struct rdd *pairs =
                exec_rows(words, ROWS_MAP_TO_PAIR, exec_builtin("with_one"), weir_null());
            struct rdd *counts = exec_reduce(pairs, exec_builtin("sum"), 3);
            char *text = exec_text(executor, counts);

            assert_non_null(strstr(text, "(the,4)"));
            assert_non_null(strstr(text, "(incomprehensibilities,2)"));
            assert_non_null(strstr(text, "(The,1)"));
            if (expected == NULL) {
                expected = text;
            } else {
                assert_string_equal(text, expected);
                mem_free(text);
            }
            rdd_drop(counts);
            executor_destroy(executor);
        }
    }
    mem_free(expected);
}

static void one_job_writes_what_later_jobs_read(void **state)
{
    const char *rows[] = {"[[1,1],[2,2]]", "[[1,3]]"};
    struct executor *executor = exec_start(2, 0);
    struct rdd *rdd = exec_reduce(exec_leaf(rows, 2, true), exec_builtin("sum"), 1);
    struct executor_counters first;
    struct executor_counters second;

    (void)state;
    exec_expect(executor, rdd, "(1,4) (2,2)");
    executor_counters(executor, &first);
    assert_int_equal(first.stages, 2);
    assert_int_equal(first.tasks, 3);
    exec_expect(executor, rdd, "(1,4) (2,2)");
    executor_counters(executor, &second);
    assert_int_equal(second.stages, 3);
    assert_int_equal(second.tasks, 4);
    rdd_drop(rdd);
    executor_destroy(executor);
}

static void keys_that_are_together_already_are_not_moved(void **state)
{
    const char *rows[] = {"[[1,1],[2,2]]", "[[1,3]]"};
    struct executor *executor = exec_start(2, 0);
    struct rdd *sums = exec_reduce(exec_leaf(rows, 2, true), exec_builtin("sum"), 3);
    struct rdd *again = exec_reduce(rdd_hold(sums), exec_builtin("max"), 3);
    struct rdd *moved = exec_reduce(rdd_hold(sums), exec_builtin("max"), 2);
    struct executor_counters counters;

    (void)state;
    assert_null(again->shuffle);
    assert_non_null(moved->shuffle);
    char *left = exec_text(executor, sums);
    exec_expect(executor, again, left);
    executor_counters(executor, &counters);
    assert_int_equal(counters.stages, 3);
    mem_free(exec_text(executor, moved));
    executor_counters(executor, &counters);
    assert_int_equal(counters.stages, 5);
    mem_free(left);
    rdd_drop(moved);
    rdd_drop(again);
    rdd_drop(sums);
    executor_destroy(executor);
}

static void reducing_nothing_gives_empty_partitions(void **state)
{
    const char *rows[] = {"[]", NULL};
    struct executor *executor = exec_start(1, 0);
    struct rdd *empty;
    struct rdd *rdd;

    (void)state;
    assert_int_equal(rdd_create_empty(true, &empty, NULL), WEIR_OK);
    rdd = exec_reduce(empty, exec_builtin("sum"), 3);
    exec_expect(executor, rdd, " |  | ");
    rdd_drop(rdd);
    rdd = exec_reduce(exec_leaf(rows, 2, true), exec_builtin("sum"), 2);
    exec_expect(executor, rdd, " | ");
    rdd_drop(rdd);
    executor_destroy(executor);
}

static void the_number_of_partitions_has_bounds(void **state)
{
    const char *rows[] = {"[[1,1],[2,2],[3,3]]"};
    struct executor *executor = exec_start(1, 0);
    struct rdd *leaf = exec_leaf(rows, 1, true);
    struct rdd *rdd;
    uint64_t count;

    (void)state;
    assert_int_equal(
        rdd_create_reduce_by_key(leaf, exec_builtin("sum"), weir_null(), 0, &rdd, NULL),
        WEIR_E_INVAL);
    assert_int_equal(rdd_create_reduce_by_key(leaf, exec_builtin("sum"), weir_null(),
                                              SHUFFLE_TARGETS_MAX + 1, &rdd, NULL),
                     WEIR_E_INVAL);
    rdd = exec_reduce(leaf, exec_builtin("sum"), SHUFFLE_TARGETS_MAX);
    assert_int_equal(action_count(executor, rdd, &count, NULL), WEIR_OK);
    assert_int_equal(count, 3);
    rdd_drop(rdd);
    executor_destroy(executor);
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
        cmocka_unit_test(workers_and_chunks_do_not_change_a_byte),
        cmocka_unit_test(a_word_count_is_the_same_on_any_machine),
        cmocka_unit_test(one_job_writes_what_later_jobs_read),
        cmocka_unit_test(keys_that_are_together_already_are_not_moved),
        cmocka_unit_test(reducing_nothing_gives_empty_partitions),
        cmocka_unit_test(the_number_of_partitions_has_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, forget);
}
