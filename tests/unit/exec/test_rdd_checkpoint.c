/*
 * test_rdd_checkpoint - lineage gives way to files, once they are written and whole.
 */
#include <weir/function.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "base/fault.h"
#include "base/file.h"
#include "base/mem.h"
#include "exec/action.h"
#include "exec/rdd_checkpoint.h"
#include "lib/exec_rows.h"

static char folder[64];

static int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof(folder), "/tmp/weir-test-checkpoint-XXXXXX");
    return mkdtemp(folder) == NULL ? -1 : 0;
}

static int remove_folder(void **state)
{
    (void)state;
    return dir_remove_all(folder, NULL) == WEIR_OK ? 0 : -1;
}

static struct rdd *counts(void)
{
    const char *const rows[] = {"[[\"a\", 1], [\"b\", 2]]",
                                "[[\"a\", 3], [\"a longer key than 12\", 4]]"};

    return exec_reduce(exec_leaf(rows, 2, true), exec_builtin("sum"), 3);
}

static void it_needs_a_directory(void **state)
{
    struct executor *executor = exec_start(1, 0);
    struct rdd *rdd = counts();
    weir_error error = {.struct_size = sizeof(error)};

    (void)state;
    assert_int_equal(rdd_checkpoint(executor, rdd, &error), WEIR_E_INVAL);
    assert_string_equal(error.msg, "checkpoint directory has not been set");
    assert_null(executor_checkpoint_dir(executor));
    rdd_drop(rdd);
    executor_destroy(executor);
}

static void after_the_first_action_the_files_take_the_lineages_place(void **state)
{
    struct executor *executor = exec_start(2, 0);
    struct rdd *rdd = counts();
    struct executor_counters counters;
    struct bytes text = {0};
    char *path;

    (void)state;
    assert_int_equal(executor_set_checkpoint_dir(executor, folder, NULL), WEIR_OK);
    assert_int_equal(rdd_checkpoint(executor, rdd, NULL), WEIR_OK);
    assert_false(rdd_is_checkpointed(rdd));
    assert_null(rdd_checkpoint_file(rdd));

    char *first = exec_text(executor, rdd);
    executor_counters(executor, &counters);
    assert_int_equal(counters.jobs, 2);
    assert_true(rdd_is_checkpointed(rdd));
    const char *file = rdd_checkpoint_file(rdd);
    assert_non_null(file);
    assert_memory_equal(file, executor_checkpoint_dir(executor),
                        strlen(executor_checkpoint_dir(executor)));
    static const char *const names[] = {"part-00000", "part-00001", "part-00002", "_partitioner"};
    for (size_t i = 0; i < 4; i++) {
        path = path_join(file, names[i]);
        assert_true(file_exists(path));
        mem_free(path);
    }
    path = path_join(file, "part-00003");
    assert_false(file_exists(path));
    mem_free(path);

    assert_int_equal(rdd_parents_count(rdd), 1);
    assert_string_equal(rdd_parent(rdd, 0)->class->name, "checkpoint");
    assert_int_equal(rdd->parents_count, 0); /* forgotten */
    assert_int_equal(rdd->partitions_count, 3);
    lineage_explain(rdd, &text);
    assert_non_null(strstr(text.data, " checkpointed\n+-(3) checkpoint ["));
    bytes_fini(&text);

    char *second = exec_text(executor, rdd);
    assert_string_equal(first, second);
    executor_counters(executor, &counters);
    assert_int_equal(counters.jobs, 3);
    mem_free(first);
    mem_free(second);
    rdd_drop(rdd);
    executor_destroy(executor);
}

static void all_marked_ancestors_are_written(void **state)
{
    struct executor *executor = exec_start(2, 0);
    struct rdd *first = counts();
    struct rdd *second = exec_reduce(rdd_hold(first), exec_builtin("sum"), 2);
    struct rdd *third = exec_reduce(rdd_hold(second), exec_builtin("sum"), 4);

    (void)state;
    assert_int_equal(executor_set_checkpoint_dir(executor, folder, NULL), WEIR_OK);
    assert_int_equal(rdd_checkpoint(executor, first, NULL), WEIR_OK);
    assert_int_equal(rdd_checkpoint(executor, second, NULL), WEIR_OK);
    char *before = exec_text(executor, third);
    assert_true(rdd_is_checkpointed(first));
    assert_true(rdd_is_checkpointed(second));
    assert_false(rdd_is_checkpointed(third));
    assert_int_equal(rdd_checkpoint(executor, third, NULL), WEIR_OK);
    char *again = exec_text(executor, third);
    assert_true(rdd_is_checkpointed(third));
    char *after = exec_text(executor, third);
    assert_string_equal(before, again);
    assert_string_equal(before, after);
    mem_free(before);
    mem_free(again);
    mem_free(after);
    rdd_drop(first);
    rdd_drop(second);
    rdd_drop(third);
    executor_destroy(executor);
}

static void a_folder_of_files_is_read_back_with_its_partitioner(void **state)
{
    struct executor *executor = exec_start(1, 0);
    struct rdd *rdd = counts();
    struct rdd *opened;

    (void)state;
    assert_int_equal(executor_set_checkpoint_dir(executor, folder, NULL), WEIR_OK);
    assert_int_equal(rdd_checkpoint(executor, rdd, NULL), WEIR_OK);
    char *first = exec_text(executor, rdd);
    assert_int_equal(rdd_open_checkpoint(rdd_checkpoint_file(rdd), &opened, NULL), WEIR_OK);
    assert_true(opened->is_pairs);
    assert_true(partitioner_equal(&opened->partitioner, &rdd->partitioner));
    char *second = exec_text(executor, opened);
    assert_string_equal(first, second);
    mem_free(first);
    mem_free(second);
    rdd_drop(opened);
    rdd_drop(rdd);
    executor_destroy(executor);
}

static void damaged_and_missing_parts_are_told_by_name(void **state)
{
    struct executor *executor = exec_start(1, 0);
    struct rdd *rdd = counts();
    weir_error error = {.struct_size = sizeof(error)};
    struct bytes whole = {0};
    struct rdd *opened;
    char *text;

    (void)state;
    assert_int_equal(executor_set_checkpoint_dir(executor, folder, NULL), WEIR_OK);
    assert_int_equal(rdd_checkpoint(executor, rdd, NULL), WEIR_OK);
    mem_free(exec_text(executor, rdd));
    char *path = path_join(rdd_checkpoint_file(rdd), "part-00001");
    assert_int_equal(file_read_all(path, 1 << 20, &whole, NULL), WEIR_OK);
    for (size_t at = 0; at < whole.size; at++) {
        whole.data[at] ^= 0x10;
        assert_int_equal(file_write_aside(path, whole.data, whole.size, NULL), WEIR_OK);
        assert_int_not_equal(exec_try_text(executor, rdd, &text, &error), WEIR_OK);
        assert_non_null(strstr(error.msg, "part"));
        whole.data[at] ^= 0x10;
    }
    for (size_t size = 0; size < whole.size; size += 3) {
        assert_int_equal(file_write_aside(path, whole.data, size, NULL), WEIR_OK);
        assert_int_not_equal(exec_try_text(executor, rdd, &text, &error), WEIR_OK);
    }
    assert_int_equal(unlink(path), 0);
    assert_int_not_equal(rdd_open_checkpoint(rdd_checkpoint_file(rdd), &opened, &error), WEIR_OK);
    assert_non_null(strstr(error.msg, "part-000"));
    bytes_fini(&whole);
    mem_free(path);
    rdd_drop(rdd);
    executor_destroy(executor);
}

/* The job alone: what the test itself needs is no step that fails. */
static weir_status try_job(struct executor *executor, struct rdd *rdd)
{
    struct block **blocks;
    uint32_t count;
    weir_status status = action_collect(executor, rdd, &blocks, &count, NULL);

    for (uint32_t i = 0; status == WEIR_OK && i < count; i++) {
        block_drop(blocks[i]);
    }
    if (status == WEIR_OK) {
        mem_free(blocks);
    }
    return status;
}

static void whichever_step_fails_the_next_job_writes_it(void **state)
{
    struct executor *executor = exec_start(1, 0);
    char *expected = NULL;
    int failures = 0;

    (void)state;
    assert_int_equal(executor_set_checkpoint_dir(executor, folder, NULL), WEIR_OK);
    for (int step = 0;; step++) {
        struct rdd *rdd = counts();
        char *again;

        assert_int_equal(rdd_checkpoint(executor, rdd, NULL), WEIR_OK);
        fault_arm(step);
        weir_status status = try_job(executor, rdd);
        bool was_reached = fault_disarm();
        again = exec_text(executor, rdd);
        assert_true(rdd_is_checkpointed(rdd));
        if (expected == NULL) {
            expected = again;
        } else {
            assert_string_equal(again, expected); /* the files hold what the lineage gave */
            mem_free(again);
        }
        rdd_drop(rdd);
        if (!was_reached) {
            assert_int_equal(status, WEIR_OK);
            break;
        }
        failures++;
    }
    assert_true(failures > 50);
    mem_free(expected);
    executor_destroy(executor);
}

static int end(void **state)
{
    (void)state;
    exec_forget();
    return 0;
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)
    const struct CMUnitTest tests[] = {
        CASE(it_needs_a_directory),
        CASE(after_the_first_action_the_files_take_the_lineages_place),
        CASE(all_marked_ancestors_are_written),
        CASE(a_folder_of_files_is_read_back_with_its_partitioner),
        CASE(damaged_and_missing_parts_are_told_by_name),
        CASE(whichever_step_fails_the_next_job_writes_it),
    };
    return cmocka_run_group_tests(tests, NULL, end);
}
