/*
 * test_rdd_leaves - values, ranges, object files, whole files, binary records.
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

#include "base/file.h"

static char folder[] = "/tmp/weir-leaves-XXXXXX";
static weir_error error = {.struct_size = sizeof(error)};

static int begin(void **state)
{
    (void)state;
    snprintf(folder, sizeof(folder), "/tmp/weir-leaves-XXXXXX");
    return mkdtemp(folder) == NULL;
}

static int end(void **state)
{
    (void)state;
    return dir_remove_all(folder, NULL) != WEIR_OK;
}

static void write_file(const char *name, const char *content, size_t size)
{
    char *path = path_join(folder, name);

    assert_int_equal(file_write_aside(path, content, size, NULL), WEIR_OK);
    mem_free(path);
}

static void values_are_cut_evenly(void **state)
{
    (void)state;
    expect_rows(rdd_of("[1,2,3]", 3), "1 | 2 | 3");
    expect_rows(rdd_of("[1,2,3]", 1), "1 2 3");
    expect_rows(rdd_of("[]", 5), " |  |  |  | ");
    expect_rows(rdd_of("[0,1,2,3,4,5,6,7,8,9]", 3), "0 1 2 | 3 4 5 | 6 7 8 9");
    expect_rows(rdd_of_pairs("[[\"a\",1],[\"b\",2]]", 2), "(a,1) | (b,2)");
}

static void less_than_one_partition_is_refused(void **state)
{
    struct weir_value value = weir_int(1);
    struct rdd *rdd;

    (void)state;
    expect_failure(rdd_create_values(NULL, &value, 1, 0, &rdd, &error), &error,
                   "positive number of partitions required");
    expect_failure(rdd_create_values(NULL, &value, 1, -5, &rdd, &error), &error,
                   "positive number of partitions required");
}

static void expect_range(int64_t start, int64_t stop, int64_t step, const char *expected)
{
    struct rdd *rdd;

    expect_ok(rdd_create_range(start, stop, step, 2, &rdd, &error), &error);
    expect_rows(rdd, expected);
}

static void a_range_ends_before_its_end(void **state)
{
    struct rdd *rdd;

    (void)state;
    expect_range(0, 5, 1, "0 1 | 2 3 4");
    expect_range(0, 5, 2, "0 | 2 4");
    expect_range(5, 0, -2, "5 | 3 1");
    expect_range(5, 5, 1, " | ");
    expect_range(5, 0, 1, " | ");
    expect_range(INT64_MAX - 2, INT64_MAX, 1, "9223372036854775805 | 9223372036854775806");
    expect_range(INT64_MIN, INT64_MAX, INT64_MAX, "-9223372036854775808 | -1 9223372036854775806");
    expect_failure(rdd_create_range(0, 5, 0, 2, &rdd, &error), &error, "step cannot be 0");
}

static void whole_files_come_with_their_names(void **state)
{
    struct executor *executor = exec_start(2, 0);
    struct rdd *rdd;
    char expected[256];

    (void)state;
    write_file("a", "one\ntwo\n", 8);
    write_file("b", "", 0);
    expect_ok(rdd_create_whole_text_files(folder, &rdd, &error), &error);
    snprintf(expected, sizeof(expected), "(%s/a,one\ntwo\n) | (%s/b,)", folder, folder);
    exec_expect(executor, rdd, expected);
    rdd_drop(rdd);
    executor_destroy(executor);
}

static void records_have_one_length(void **state)
{
    struct rdd *rdd;

    (void)state;
    write_file("a", "abcdef", 6);
    expect_ok(rdd_create_binary_records(folder, 2, &rdd, &error), &error);
    expect_rows(rdd, "ab cd ef");
    expect_ok(rdd_create_binary_records(folder, 4, &rdd, &error), &error);
    expect_job_failure(rdd, "2 did not equal record length 4");
    expect_failure(rdd_create_binary_records(folder, 0, &rdd, &error), &error, "record length");
}

/* Values of which one is larger than what is read at once. */
static struct rdd *large_objects(bool is_pairs)
{
    struct weir_value items[3];
    struct weir_value keys[3];
    size_t size = 1 << 20;
    char *large = malloc(size);
    struct rdd *rdd;

    assert_non_null(large);
    memset(large, 'x', size);
    items[0] = weir_text("first");
    items[1] = weir_text_bytes(large, (uint32_t)size);
    items[2] = weir_float(0.5);
    for (int i = 0; i < 3; i++) {
        keys[i] = weir_int(i);
    }
    expect_ok(rdd_create_values(is_pairs ? keys : NULL, items, 3, 2, &rdd, &error), &error);
    free(large);
    return rdd;
}

static void objects_are_read_as_they_were_written(void **state)
{
    struct executor *executor = exec_start(2, 0);

    (void)state;
    for (int is_pairs = 0; is_pairs < 2; is_pairs++) {
        char *path = path_join(folder, is_pairs ? "pairs" : "plain");
        struct rdd *written = large_objects(is_pairs);
        struct rdd *read;
        char *text = exec_text(executor, written);

        expect_ok(action_save_objects(executor, written, path, &error), &error);
        expect_failure(action_save_objects(executor, written, path, &error), &error,
                       "there already");
        expect_ok(rdd_create_object_files(path, is_pairs, &read, &error), &error);
        assert_int_equal(read->partitions_count, 2);
        exec_expect(executor, read, text);
        mem_free(text);
        rdd_drop(read);
        rdd_drop(written);
        mem_free(path);
    }
    executor_destroy(executor);
}

static void objects_that_are_none_fail_the_job(void **state)
{
    struct rdd *rdd;

    (void)state;
    write_file("a", "\x01\x92\x01", 3);
    expect_ok(rdd_create_object_files(folder, false, &rdd, &error), &error);
    expect_job_failure(rdd, "value at byte 1");
    write_file("a", "\x01", 1);
    expect_ok(rdd_create_object_files(folder, true, &rdd, &error), &error);
    expect_job_failure(rdd, "not a pair");
}

static weir_status try_objects(struct executor *executor, struct block **out, weir_error *told)
{
    char *path = path_join(folder, "swept");
    struct rdd *rdd = NULL;

    if (path == NULL) {
        return WEIR_E_NOMEM;
    }
    if (dir_remove_all(path, NULL) != WEIR_OK) {
        mem_free(path);
        return WEIR_E_IO;
    }
    weir_status status = rdd_create_range(0, 10, 1, 2, &rdd, told);
    if (status == WEIR_OK) {
        status = action_save_objects(executor, rdd, path, told);
        rdd_drop(rdd);
    }
    if (status == WEIR_OK) {
        status = rdd_create_object_files(path, false, &rdd, told);
    }
    if (status == WEIR_OK) {
        status = collect_one(executor, rdd, out, told);
        rdd_drop(rdd);
    }
    mem_free(path);
    return status;
}

static void objects_survive_any_failing_step(void **state)
{
    (void)state;
    sweep_faults(try_objects, "0 1 2 3 4 5 6 7 8 9");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_cut_evenly),
        cmocka_unit_test(less_than_one_partition_is_refused),
        cmocka_unit_test(a_range_ends_before_its_end),
        cmocka_unit_test_setup_teardown(whole_files_come_with_their_names, begin, end),
        cmocka_unit_test_setup_teardown(records_have_one_length, begin, end),
        cmocka_unit_test_setup_teardown(objects_are_read_as_they_were_written, begin, end),
        cmocka_unit_test_setup_teardown(objects_that_are_none_fail_the_job, begin, end),
        cmocka_unit_test_setup_teardown(objects_survive_any_failing_step, begin, end),
    };
    int failed = 0;

    RUN_WITH_ALL_WORKERS(failed, tests, NULL, NULL);
    return failed;
}
