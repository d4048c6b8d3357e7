/*
 * test_rdd_pipe - rows through commands.
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

#include "base/mem.h"
#include "data/block.h"

#include "base/log.h"
#include "base/thread.h"
#include "lib/exec_rdd.h"

static weir_error error = {.struct_size = sizeof(error)};

static struct rdd *shell(struct rdd *parent, const char *script, const char *const *environment)
{
    const char *const arguments[] = {"sh", "-c", script, NULL};
    struct rdd *rdd;

    expect_ok(rdd_create_pipe(parent, arguments, environment, &rdd, &error), &error);
    rdd_drop(parent);
    return rdd;
}

static void cat_gives_back_each_row_as_text(void **state)
{
    static const char *const cat[] = {"cat", NULL};
    struct rdd *parent = rdd_of("[1,2.5,\"a b\",null]", 2);
    struct rdd *rdd;

    (void)state;
    expect_ok(rdd_create_pipe(parent, cat, NULL, &rdd, &error), &error);
    expect_rows(rdd, "1 2.5 | a b null");
    rdd_drop(parent);
    parent = rdd_of_pairs("[[\"a\",1]]", 1);
    expect_ok(rdd_create_pipe(parent, cat, NULL, &rdd, &error), &error);
    expect_rows(rdd, "(a,1)");
    rdd_drop(parent);
}

static void each_partition_has_its_process(void **state)
{
    (void)state;
    expect_rows(shell(rdd_of("[1,2,3]", 4), "wc -l", NULL), "0 | 1 | 1 | 1");
}

static void lines_end_with_or_without_a_return(void **state)
{
    (void)state;
    expect_rows(shell(rdd_of("[1]", 1), "printf 'a\\r\\n\\nlast'", NULL), "a  last");
}

static void the_environment_is_added_to(void **state)
{
    static const char *const environment[] = {"COLOUR=blue", "HOME=/nowhere", NULL};

    (void)state;
    setenv("KEPT", "yes", 1);
    expect_rows(shell(rdd_of("[1]", 1), "echo $COLOUR $HOME $KEPT", environment),
                "blue /nowhere yes");
}

static void more_than_a_pipe_holds_goes_through_both_ways(void **state)
{
    struct executor *executor = exec_start(2, 0);
    struct rdd *parent;
    struct rdd *rdd;
    uint64_t count;

    (void)state;
    expect_ok(rdd_create_range(0, 400000, 1, 2, &parent, &error), &error);
    /* Each line comes back twice, at once and after all was read. */
    rdd = shell(parent, "tee /dev/stderr 2>&1", NULL);
    expect_ok(action_count(executor, rdd, &count, &error), &error);
    assert_int_equal(count, 800000);
    rdd_drop(rdd);
    executor_destroy(executor);
}

static void a_status_other_than_0_fails_the_task(void **state)
{
    (void)state;
    expect_job_failure(shell(rdd_of("[1]", 1), "cat; exit 3", NULL),
                       "subprocess exited with status 3. Command ran: sh -c cat; exit 3");
    expect_job_failure(shell(rdd_of("[1]", 1), "kill -9 $$", NULL), "exited with status 137");
}

static void a_command_that_is_not_there_is_told(void **state)
{
    static const char *const nothing[] = {NULL};
    static const char *const missing[] = {"/no/such/command", NULL};
    struct rdd *parent = rdd_of("[1]", 1);
    struct rdd *rdd;

    (void)state;
    expect_ok(rdd_create_pipe(parent, missing, NULL, &rdd, &error), &error);
    expect_job_failure(rdd, "cannot run \"/no/such/command\": No such file");
    expect_failure(rdd_create_pipe(parent, nothing, NULL, &rdd, &error), &error, "no command");
    rdd_drop(parent);
}

static void a_command_may_read_less_than_all(void **state)
{
    struct executor *executor = exec_start(1, 0);
    struct rdd *parent;

    (void)state;
    expect_ok(rdd_create_range(0, 400000, 1, 1, &parent, &error), &error);
    struct rdd *rdd = shell(parent, "head -n 2", NULL);
    exec_expect(executor, rdd, "0 1");
    rdd_drop(rdd);
    executor_destroy(executor);
}

static void rows_that_nobody_wants_end_the_process(void **state)
{
    struct executor *executor = exec_start(1, 0);
    struct rdd *rdd = shell(rdd_of("[1]", 1), "yes", NULL);
    struct block *block;

    (void)state;
    expect_ok(action_take(executor, rdd, 2, &block, &error), &error);
    expect_block(block, "y y");
    rdd_drop(rdd);
    executor_destroy(executor);
}

static struct lock logged_lock;
static struct bytes logged;

static void keep_line(void *owner, enum log_level level, const char *line)
{
    (void)owner;
    (void)level;
    lock_take(&logged_lock);
    bytes_append_text(&logged, line);
    bytes_append_byte(&logged, '\n');
    lock_release(&logged_lock);
}

static void errors_go_to_the_log(void **state)
{
    (void)state;
    lock_init(&logged_lock);
    log_set_sink(keep_line, NULL);
    enum log_level level = log_get_level();
    log_set_level(LOG_INFO);
    expect_rows(shell(rdd_of("[1]", 1), "echo oh dear >&2; printf 'no end' >&2", NULL), "");
    log_set_level(level);
    log_set_sink(NULL, NULL);
    assert_non_null(strstr(logged.data, "oh dear\n"));
    assert_non_null(strstr(logged.data, "no end\n"));
    bytes_fini(&logged);
    bytes_init(&logged);
    lock_fini(&logged_lock);
}

static void run_for_ever(void *argument)
{
    void **both = argument;
    weir_error stopped = {.struct_size = sizeof(stopped)};
    uint64_t count;

    assert_int_equal(action_count(both[0], both[1], &count, &stopped), WEIR_STOPPING);
}

static void a_cancelled_job_kills_its_process(void **state)
{
    char path[] = "/tmp/weir-pipe-XXXXXX";
    struct executor *executor = exec_start(1, 0);
    char fifo[64];
    char script[160];
    struct thread thread = {0};
    char line[32];

    (void)state;
    assert_non_null(mkdtemp(path));
    snprintf(fifo, sizeof(fifo), "%s/fifo", path);
    assert_int_equal(mkfifo(fifo, 0600), 0);
    snprintf(script, sizeof(script), "exec 3>%s; echo started >&3; sleep 1000; true", fifo);
    struct rdd *rdd = shell(rdd_of("[1]", 1), script, NULL);
    void *both[] = {executor, rdd};
    expect_ok(thread_start(&thread, "test-job", run_for_ever, both, &error), &error);

    FILE *reader = fopen(fifo, "r");
    assert_non_null(reader);
    assert_non_null(fgets(line, sizeof(line), reader));
    assert_string_equal(line, "started\n");
    executor_cancel(executor);
    thread_join(&thread);
    /* The shell and what it started have the other end: it ends with the last of them. */
    assert_null(fgets(line, sizeof(line), reader));
    fclose(reader);
    assert_int_equal(unlink(fifo), 0);
    assert_int_equal(rmdir(path), 0);
    rdd_drop(rdd);
    executor_destroy(executor);
}

static weir_status try_pipe(struct executor *executor, struct block **out, weir_error *told)
{
    static const char *const cat[] = {"cat", NULL};
    struct rdd *parent = NULL;
    struct rdd *rdd = NULL;
    weir_status status = rdd_create_range(0, 3, 1, 1, &parent, told);

    if (status == WEIR_OK) {
        status = rdd_create_pipe(parent, cat, NULL, &rdd, told);
    }
    if (status == WEIR_OK) {
        status = collect_one(executor, rdd, out, told);
    }
    rdd_drop(rdd);
    rdd_drop(parent);
    return status;
}

static void pipes_survive_any_failing_step(void **state)
{
    (void)state;
    sweep_faults(try_pipe, "0 1 2");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cat_gives_back_each_row_as_text),
        cmocka_unit_test(each_partition_has_its_process),
        cmocka_unit_test(lines_end_with_or_without_a_return),
        cmocka_unit_test(the_environment_is_added_to),
        cmocka_unit_test(more_than_a_pipe_holds_goes_through_both_ways),
        cmocka_unit_test(a_status_other_than_0_fails_the_task),
        cmocka_unit_test(a_command_that_is_not_there_is_told),
        cmocka_unit_test(a_command_may_read_less_than_all),
        cmocka_unit_test(rows_that_nobody_wants_end_the_process),
        cmocka_unit_test(errors_go_to_the_log),
        cmocka_unit_test(a_cancelled_job_kills_its_process),
        cmocka_unit_test(pipes_survive_any_failing_step),
    };
    int failed = 0;

    RUN_WITH_ALL_WORKERS(failed, tests, NULL, NULL);
    return failed;
}
