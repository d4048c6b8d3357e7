/*
 * exec_rdd - what tests of RDD operators and actions share.
 */
#include "lib/exec_rdd.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/fault.h"
#include "base/log.h"
#include "base/mem.h"
#include "exec/partition_rows.h"
#include "lib/rows.h"

static struct rdd *rdd_of_rows(const struct rows *rows, uint32_t partitions)
{
    weir_error error = {.struct_size = sizeof(error)};
    struct rdd *rdd;

    expect_ok(rdd_create_values(rows->keys, rows->values, rows->count, partitions, &rdd, &error),
              &error);
    return rdd;
}

struct rdd *rdd_of(const char *json, uint32_t partitions)
{
    struct rows rows;

    rows_plain(&rows, json);
    struct rdd *rdd = rdd_of_rows(&rows, partitions);
    rows_fini(&rows);
    return rdd;
}

struct rdd *rdd_of_pairs(const char *json, uint32_t partitions)
{
    struct rows rows;

    rows_pairs(&rows, json);
    struct rdd *rdd = rdd_of_rows(&rows, partitions);
    rows_fini(&rows);
    return rdd;
}

void expect_ok(weir_status status, const weir_error *error)
{
    if (status != WEIR_OK) {
        fail_msg("failed: %s", error->msg);
    }
}

void expect_failure(weir_status status, const weir_error *error, const char *part)
{
    assert_int_not_equal(status, WEIR_OK);
    if (strstr(error->msg, part) == NULL) {
        fail_msg("\"%s\" is not in: %s", part, error->msg);
    }
}

void expect_block(struct block *block, const char *expected)
{
    struct bytes text = {0};

    bytes_append_text(&text, "");
    rows_write(&text, &block, 1, false);
    assert_string_equal(text.data, expected);
    bytes_fini(&text);
    block_drop(block);
}

static struct executor *executors[WORKER_SETS];
static int chosen;

static void executors_end(void)
{
    for (int i = 0; i < WORKER_SETS; i++) {
        executor_destroy(executors[i]);
    }
}

void choose_workers(int set)
{
    chosen = set;
}

void expect_rows(struct rdd *rdd, const char *expected)
{
    static const uint32_t workers[WORKER_SETS] = {1, 2, 8};
    static const uint32_t chunk_rows[WORKER_SETS] = {1, 3, 1024};

    if (executors[0] == NULL) {
        for (int i = 0; i < WORKER_SETS; i++) {
            executors[i] = exec_start(workers[i], chunk_rows[i]);
        }
        assert_int_equal(atexit(executors_end), 0);
    }
    exec_expect(executors[chosen], rdd, expected);
    rdd_drop(rdd);
}

void expect_job_failure(struct rdd *rdd, const char *part)
{
    struct executor *executor = exec_start(2, 0);
    weir_error error = {.struct_size = sizeof(error)};
    enum log_level level = log_get_level();
    char *text;

    log_set_level(LOG_OFF);
    weir_status status = exec_try_text(executor, rdd, &text, &error);
    log_set_level(level);
    mem_free(text);
    expect_failure(status, &error, part);
    rdd_drop(rdd);
    executor_destroy(executor);
}

weir_status collect_one(struct executor *executor, struct rdd *rdd, struct block **out,
                        weir_error *error)
{
    struct block **blocks;
    uint32_t count;

    weir_status status = action_collect(executor, rdd, &blocks, &count, error);
    if (status == WEIR_OK) {
        status = blocks_join(blocks, count, out, error);
        blocks_free(blocks, count);
    }
    return status;
}

void sweep_faults(weir_status (*attempt)(struct executor *executor, struct block **out,
                                         weir_error *error),
                  const char *expected)
{
    struct executor *executor = exec_start(1, 0);
    enum log_level level = log_get_level();
    bool was_reached = true;
    int steps = 0;

    log_set_level(LOG_OFF);
    for (; was_reached; steps++) {
        weir_error error = {.struct_size = sizeof(error)};
        struct block *block = NULL;

        assert_true(steps < 5000);
        fault_arm(steps);
        weir_status status = attempt(executor, &block, &error);
        was_reached = fault_disarm();
        /* A failed task is run again: most failures are got over. */
        assert_true(status == WEIR_OK || was_reached);
        if (status == WEIR_OK) {
            expect_block(block, expected);
        } else {
            assert_null(block);
        }
    }
    log_set_level(level);
    assert_true(steps > 10);
    executor_destroy(executor);
}
