/*
 * test_executor - jobs, tries, cancelling, kept partitions, several jobs at once.
 */
#include <weir/function.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/fault.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/thread.h"
#include "exec/action.h"
#include "lib/exec_rows.h"

/* How often the functions below were called, and how many calls are still to fail. */
static atomic_int calls;
static atomic_int failures_left;

/* A row to itself; the next failures_left calls fail instead. */
static void same_row(const struct weir_row *row, struct weir_emitter *out,
                     struct weir_value argument)
{
    (void)argument;
    atomic_fetch_add(&calls, 1);
    if (atomic_load(&failures_left) > 0) {
        char reason[40];
        snprintf(reason, sizeof(reason), "planned, %d left", atomic_fetch_sub(&failures_left, 1));
        weir_emit_error(out, reason);
        return;
    }
    weir_emit(out, row->value);
}

/* Holds its tasks until the gate opens. */
static struct lock gate_lock;
static struct condition gate_changed;
static int gate_waiting;
static bool gate_is_open;

static void wait_at_gate(const struct weir_row *row, struct weir_emitter *out,
                         struct weir_value argument)
{
    (void)argument;
    lock_take(&gate_lock);
    gate_waiting++;
    condition_broadcast(&gate_changed);
    while (!gate_is_open) {
        condition_wait(&gate_changed, &gate_lock);
    }
    gate_waiting--;
    lock_release(&gate_lock);
    weir_emit(out, row->value);
}

static void await_waiting(int wanted)
{
    lock_take(&gate_lock);
    while (gate_waiting < wanted) {
        condition_wait(&gate_changed, &gate_lock);
    }
    lock_release(&gate_lock);
}

static void open_gate(void)
{
    lock_take(&gate_lock);
    gate_is_open = true;
    condition_broadcast(&gate_changed);
    lock_release(&gate_lock);
}

static void two_rows(const struct weir_row *row, struct weir_emitter *out,
                     struct weir_value argument)
{
    (void)argument;
    weir_emit(out, row->value);
    weir_emit(out, row->value);
}

#define ROW(function_name, function)                                                 \
    {                                                                                \
        .kind = WEIR_FUNCTION_ROW,                                                   \
        .call = {.name = function_name, .kind = WEIR_FUNCTION_ROW, .row = function}, \
    }

static const struct function same_function = ROW("same", same_row);
static const struct function gate_function = ROW("gate", wait_at_gate);
static const struct function two_function = ROW("two", two_rows);

static const char *const four_parts[] = {"[1,2]", "[3]", "[4,5]", "[6]"};

static int begin(void **state)
{
    (void)state;
    atomic_store(&calls, 0);
    atomic_store(&failures_left, 0);
    gate_waiting = 0;
    gate_is_open = false;
    return 0;
}

static struct rdd *same_of_four(void)
{
    return exec_rows(exec_leaf(four_parts, 4, false), ROWS_MAP, &same_function, weir_null());
}

static void a_task_that_fails_is_tried_again(void **state)
{
    (void)state;
    for (int failures = 1; failures <= 3; failures++) {
        struct executor *executor = exec_start(1, 0);
        struct rdd *rdd = same_of_four();
        struct executor_counters counters;

        atomic_store(&failures_left, failures);
        exec_expect(executor, rdd, "1 2 | 3 | 4 5 | 6");
        executor_counters(executor, &counters);
        assert_int_equal(counters.task_failures, failures);
        assert_int_equal(counters.tasks, 4 + failures);
        assert_int_equal(counters.jobs, 1);
        rdd_drop(rdd);
        executor_destroy(executor);
    }
}

static void the_fourth_failure_fails_the_job_with_its_error(void **state)
{
    struct executor *executor = exec_start(1, 0);
    struct rdd *rdd = same_of_four();
    weir_error error = {.struct_size = sizeof(error)};
    char *text;

    (void)state;
    atomic_store(&failures_left, 4);
    assert_int_equal(exec_try_text(executor, rdd, &text, &error), WEIR_E_INVAL);
    assert_string_equal(error.msg, "planned, 1 left");
    assert_int_equal(error.code, WEIR_E_INVAL);
    exec_expect(executor, rdd, "1 2 | 3 | 4 5 | 6"); /* the executor lives on */
    rdd_drop(rdd);
    executor_destroy(executor);
}

static void a_failing_map_side_is_tried_again_and_writes_once(void **state)
{
    const char *rows[] = {"[\"a\",\"b\"]", "[\"a\"]"};
    struct executor *executor = exec_start(2, 1);
    struct rdd *same = exec_rows(exec_leaf(rows, 2, false), ROWS_MAP, &same_function, weir_null());
    struct rdd *ones = exec_rows(same, ROWS_MAP_TO_PAIR, exec_builtin("with_one"), weir_null());
    struct rdd *rdd = exec_reduce(ones, exec_builtin("sum"), 1);

    (void)state;
    atomic_store(&failures_left, 3);
    exec_expect(executor, rdd, "(a,2) (b,1)");
    rdd_drop(rdd);
    executor_destroy(executor);
}

static void a_function_of_map_must_emit_exactly_one_row(void **state)
{
    struct executor *executor = exec_start(1, 0);
    struct rdd *rdd =
        exec_rows(exec_leaf(four_parts, 4, false), ROWS_MAP, &two_function, weir_null());
    weir_error error = {.struct_size = sizeof(error)};
    char *text;

    (void)state;
    assert_int_equal(exec_try_text(executor, rdd, &text, &error), WEIR_E_INVAL);
    assert_string_equal(error.msg,
                        "map: function \"two\" must emit exactly one row, and emitted 2");
    rdd_drop(rdd);
    executor_destroy(executor);
}

/* "split" gives plain rows, any number of them: other operators get what its row form gives. */
static void a_kernel_serves_only_operators_of_its_shape(void **state)
{
    const char *rows[] = {"[\"one\"]"};
    const char *more[] = {"[\"one two\"]"};
    struct executor *executor = exec_start(1, 0);
    weir_error error = {.struct_size = sizeof(error)};
    char *text;

    (void)state;
    struct rdd *rdd =
        exec_rows(exec_leaf(rows, 1, false), ROWS_MAP, exec_builtin("split"), weir_null());
    exec_expect(executor, rdd, "one");
    rdd_drop(rdd);
    rdd = exec_rows(exec_leaf(more, 1, false), ROWS_MAP, exec_builtin("split"), weir_null());
    assert_int_equal(exec_try_text(executor, rdd, &text, &error), WEIR_E_INVAL);
    rdd_drop(rdd);

    rdd = exec_rows(exec_leaf(more, 1, false), ROWS_FLAT_MAP_TO_PAIR, exec_builtin("split"),
                    weir_null());
    rdd = exec_reduce(rdd, exec_builtin("max"), 1);
    assert_int_equal(exec_try_text(executor, rdd, &text, &error), WEIR_E_INVAL);
    assert_non_null(strstr(error.msg, "must emit pairs"));
    rdd_drop(rdd);
    rdd = exec_rows(exec_leaf(rows, 1, false), ROWS_MAP, exec_builtin("with_one"), weir_null());
    assert_int_equal(exec_try_text(executor, rdd, &text, &error), WEIR_E_INVAL);
    assert_non_null(strstr(error.msg, "must emit plain rows"));
    rdd_drop(rdd);
    executor_destroy(executor);
}

struct job {
    struct thread thread;
    struct executor *executor;
    struct rdd *rdd;
    weir_status status;
    weir_error error;
    char *text;
};

static void job_main(void *argument)
{
    struct job *job = argument;

    job->status = exec_try_text(job->executor, job->rdd, &job->text, &job->error);
}

static void job_start(struct job *job, struct executor *executor, struct rdd *rdd)
{
    *job = (struct job){.executor = executor, .rdd = rdd};
    assert_int_equal(thread_start(&job->thread, "job", job_main, job, NULL), WEIR_OK);
}

/* Once with tasks that have not begun, once with all of them at work. */
static void cancelling_ends_running_and_future_jobs(void **state)
{
    for (uint32_t workers = 1; workers <= 4; workers += 3) {
        struct executor *executor = exec_start(workers, 1);
        struct rdd *rdd =
            exec_rows(exec_leaf(four_parts, 4, false), ROWS_MAP, &gate_function, weir_null());
        struct job job;
        weir_error error = {.struct_size = sizeof(error)};
        char *text;

        begin(state);
        job_start(&job, executor, rdd);
        await_waiting((int)workers);
        executor_cancel(executor);
        open_gate();
        thread_join(&job.thread);
        assert_int_equal(job.status, WEIR_STOPPING);
        assert_null(job.text);
        assert_int_equal(exec_try_text(executor, rdd, &text, &error), WEIR_STOPPING);
        rdd_drop(rdd);
        executor_destroy(executor);
    }
}

static void jobs_of_several_threads_share_the_workers(void **state)
{
    enum { JOBS = 6 };
    const char *rows[] = {"[[1,1],[2,2],[3,3]]", "[[1,10]]", "[[3,30]]"};
    struct executor *executor = exec_start(2, 2);
    struct rdd *rdd = exec_reduce(exec_leaf(rows, 3, true), exec_builtin("sum"), 1);
    struct job jobs[JOBS];

    (void)state;
    for (int i = 0; i < JOBS; i++) {
        job_start(&jobs[i], executor, rdd); /* all want the one shuffle */
    }
    for (int i = 0; i < JOBS; i++) {
        thread_join(&jobs[i].thread);
        assert_int_equal(jobs[i].status, WEIR_OK);
        assert_string_equal(jobs[i].text, "(1,11) (2,2) (3,33)");
        mem_free(jobs[i].text);
    }
    rdd_drop(rdd);
    executor_destroy(executor);
}

/* A job at its gate holds one worker; the other still serves the second job. */
static void a_job_does_not_wait_for_one_that_is_slow(void **state)
{
    const char *one[] = {"[7]"};
    struct executor *executor = exec_start(2, 0);
    struct rdd *slow = exec_rows(exec_leaf(one, 1, false), ROWS_MAP, &gate_function, weir_null());
    struct rdd *fast = same_of_four();
    struct job job;

    (void)state;
    job_start(&job, executor, slow);
    await_waiting(1);
    exec_expect(executor, fast, "1 2 | 3 | 4 5 | 6");
    open_gate();
    thread_join(&job.thread);
    assert_string_equal(job.text, "7");
    mem_free(job.text);
    rdd_drop(fast);
    rdd_drop(slow);
    executor_destroy(executor);
}

static uint64_t stored_bytes(const struct executor *executor)
{
    struct executor_counters counters;

    executor_counters(executor, &counters);
    return counters.blocks_stored_bytes;
}

static void a_kept_rdd_is_computed_once_and_forgotten_with_its_last_holder(void **state)
{
    struct executor *executor = exec_start(2, 1);
    struct rdd *rdd = same_of_four();

    (void)state;
    atomic_store(&rdd->storage, STORAGE_MEMORY);
    assert_int_equal(stored_bytes(executor), 0);
    exec_expect(executor, rdd, "1 2 | 3 | 4 5 | 6");
    assert_int_equal(atomic_load(&calls), 6);
    assert_true(stored_bytes(executor) > 0);
    exec_expect(executor, rdd, "1 2 | 3 | 4 5 | 6");
    struct rdd *child = exec_rows(rdd, ROWS_FLAT_MAP, &two_function, weir_null());
    exec_expect(executor, child, "1 1 2 2 | 3 3 | 4 4 5 5 | 6 6");
    assert_int_equal(atomic_load(&calls), 6);
    rdd_drop(child);
    assert_int_equal(stored_bytes(executor), 0);
    executor_destroy(executor);
}

static void an_rdd_that_is_not_kept_is_computed_each_time(void **state)
{
    struct executor *executor = exec_start(1, 0);
    struct rdd *rdd = same_of_four();

    (void)state;
    exec_expect(executor, rdd, "1 2 | 3 | 4 5 | 6");
    exec_expect(executor, rdd, "1 2 | 3 | 4 5 | 6");
    assert_int_equal(atomic_load(&calls), 12);
    assert_int_equal(stored_bytes(executor), 0);
    rdd_drop(rdd);
    executor_destroy(executor);
}

/* What stands before a kept RDD is not asked again, shuffles included. */
static void a_kept_rdd_hides_the_stages_behind_it(void **state)
{
    const char *rows[] = {"[\"a\",\"b\"]", "[\"a\"]"};
    struct executor *executor = exec_start(1, 0);
    struct rdd *same = exec_rows(exec_leaf(rows, 2, false), ROWS_MAP, &same_function, weir_null());
    struct rdd *ones = exec_rows(same, ROWS_MAP_TO_PAIR, exec_builtin("with_one"), weir_null());
    struct rdd *counts = exec_reduce(ones, exec_builtin("sum"), 1);
    struct executor_counters counters;

    (void)state;
    atomic_store(&counts->storage, STORAGE_MEMORY);
    exec_expect(executor, counts, "(a,2) (b,1)");
    struct rdd *swapped = exec_rows(counts, ROWS_MAP_TO_PAIR, exec_builtin("swap"), weir_null());
    exec_expect(executor, swapped, "(2,a) (1,b)");
    executor_counters(executor, &counters);
    assert_int_equal(counters.stages, 3);
    assert_int_equal(atomic_load(&calls), 3);
    rdd_drop(swapped);
    executor_destroy(executor);
}

static void a_task_that_failed_half_way_keeps_nothing_of_its_partition(void **state)
{
    const char *rows[] = {"[1,2,3,4]"};
    struct executor *executor = exec_start(1, 1);
    struct rdd *rdd = exec_rows(exec_leaf(rows, 1, false), ROWS_MAP, &same_function, weir_null());
    struct rdd *child = exec_rows(rdd_hold(rdd), ROWS_MAP, &same_function, weir_null());

    (void)state;
    atomic_store(&rdd->storage, STORAGE_MEMORY);
    atomic_store(&failures_left, 2);
    exec_expect(executor, child, "1 2 3 4");
    exec_expect(executor, rdd, "1 2 3 4");
    rdd_drop(child);
    rdd_drop(rdd);
    assert_int_equal(stored_bytes(executor), 0);
    executor_destroy(executor);
}

/* The whole of a small job, with each allocation failing in its turn: what is told is right, and
 * nothing leaks (ASan looks). One worker, so that the steps come in the same order. */
static void whichever_allocation_fails_a_job_is_right_or_tells(void **state)
{
    const char *rows[] = {"[\"the fox and a much longer line than that\",\"the\"]", "[\"fox\"]"};
    int failures = 0;

    (void)state;
    exec_builtin("sum");
    for (;; failures++) {
        const struct executor_options options = {.workers = 1, .chunk_rows = 2};
        struct rdd *lineage[5] = {exec_leaf(rows, 2, false)};
        struct executor *executor = NULL;
        struct block **blocks = NULL;
        uint32_t count = 0;
        weir_error error = {.struct_size = sizeof(error)};

        fault_arm(failures);
        weir_status status = executor_create(&options, &executor, &error);
        if (status == WEIR_OK) {
            status = rdd_create_rows(lineage[0], ROWS_FLAT_MAP, exec_builtin("split"), weir_null(),
                                     &lineage[1], &error);
        }
        if (status == WEIR_OK) {
            status = rdd_create_rows(lineage[1], ROWS_MAP_TO_PAIR, exec_builtin("with_one"),
                                     weir_null(), &lineage[2], &error);
        }
        if (status == WEIR_OK) {
            status = rdd_create_reduce_by_key(lineage[2], exec_builtin("sum"), weir_null(), 2,
                                              &lineage[3], &error);
        }
        if (status == WEIR_OK) {
            atomic_store(&lineage[3]->storage, STORAGE_MEMORY);
            status = rdd_create_top(lineage[3], 2, &lineage[4], &error);
        }
        if (status == WEIR_OK) {
            status = action_collect(executor, lineage[4], &blocks, &count, &error);
        }
        bool was_reached = fault_disarm();
        assert_true(was_reached || status == WEIR_OK);
        if (status == WEIR_OK) {
            exec_expect(executor, lineage[4], "(fox,2) (the,2)");
            assert_int_equal(blocks[0]->rows_count, 2);
            block_drop(blocks[0]);
            mem_free(blocks);
        } else {
            assert_true(error.msg[0] != '\0');
        }
        for (int i = 4; i >= 0; i--) {
            rdd_drop(lineage[i]);
        }
        executor_destroy(executor);
        if (!was_reached) {
            break;
        }
    }
    assert_true(failures > 30);
}

static int begin_all(void **state)
{
    (void)state;
    lock_init(&gate_lock);
    condition_init(&gate_changed);
    return 0;
}

static int end_all(void **state)
{
    (void)state;
    condition_fini(&gate_changed);
    lock_fini(&gate_lock);
    exec_forget();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_task_that_fails_is_tried_again, begin),
        cmocka_unit_test_setup(the_fourth_failure_fails_the_job_with_its_error, begin),
        cmocka_unit_test_setup(a_failing_map_side_is_tried_again_and_writes_once, begin),
        cmocka_unit_test_setup(a_function_of_map_must_emit_exactly_one_row, begin),
        cmocka_unit_test_setup(a_kernel_serves_only_operators_of_its_shape, begin),
        cmocka_unit_test_setup(cancelling_ends_running_and_future_jobs, begin),
        cmocka_unit_test_setup(jobs_of_several_threads_share_the_workers, begin),
        cmocka_unit_test_setup(a_job_does_not_wait_for_one_that_is_slow, begin),
        cmocka_unit_test_setup(a_kept_rdd_is_computed_once_and_forgotten_with_its_last_holder,
                               begin),
        cmocka_unit_test_setup(an_rdd_that_is_not_kept_is_computed_each_time, begin),
        cmocka_unit_test_setup(a_kept_rdd_hides_the_stages_behind_it, begin),
        cmocka_unit_test_setup(a_task_that_failed_half_way_keeps_nothing_of_its_partition, begin),
        cmocka_unit_test_setup(whichever_allocation_fails_a_job_is_right_or_tells, begin),
    };
    return cmocka_run_group_tests(tests, begin_all, end_all);
}
