/*
 * exec_rdd - what tests of RDD operators and actions share: leaves cut from JSON rows, functions,
 * results as text.
 *
 * What goes wrong in these calls fails the test.
 */
#ifndef WEIR_TESTS_EXEC_RDD_H
#define WEIR_TESTS_EXEC_RDD_H

#include "exec/action.h"
#include "exec/lineage_rdd.h"
#include "lib/exec_rows.h"

/* Rows of JSON text in so many partitions. */
struct rdd *rdd_of(const char *json, uint32_t partitions);
struct rdd *rdd_of_pairs(const char *json, uint32_t partitions);

/* The status must be WEIR_OK; the story is shown otherwise. */
void expect_ok(weir_status status, const weir_error *error);

/* The call must have failed with a story that has `part` in it. */
void expect_failure(weir_status status, const weir_error *error, const char *part);

/* Rows of the block as they print, a blank between two; drops the block. */
void expect_block(struct block *block, const char *expected);

/* Sets of workers: 1, 2 and 8 of them, with chunks of 1, 3 and 1024 rows. Their executors live
 * until the program ends, as executors must outlive the RDDs they ran. */
#define WORKER_SETS 3
void choose_workers(int set);

/* Runs the tests with each set of workers in turn: results must not depend on it. Adds to
 * failed. */
#define RUN_WITH_ALL_WORKERS(failed, tests, begin, end)        \
    for (int set_ = 0; set_ < WORKER_SETS; set_++) {           \
        choose_workers(set_);                                  \
        (failed) += cmocka_run_group_tests(tests, begin, end); \
    }

/* The RDD computed by the chosen workers, as expected (exec_text's form); drops the RDD. */
void expect_rows(struct rdd *rdd, const char *expected);

/* The job must fail with a story that has `part` in it; drops the RDD. */
void expect_job_failure(struct rdd *rdd, const char *part);

#define FUNCTION(member_name, kind_name, call_name) \
    {                                               \
        .kind = WEIR_FUNCTION_##kind_name,          \
        .call = {                                   \
            .name = #call_name,                     \
            .kind = WEIR_FUNCTION_##kind_name,      \
            .member_name = call_name,               \
        },                                          \
    }

/* All rows of the RDD as one block. */
CHECKED weir_status collect_one(struct executor *executor, struct rdd *rdd, struct block **out,
                                weir_error *error);

/* Runs `attempt` with its 1st, 2nd ... step failing until it gets through. It drops what it makes
 * but for *out (NULL so far); whenever it succeeds, *out must be as expected. */
void sweep_faults(weir_status (*attempt)(struct executor *executor, struct block **out,
                                         weir_error *error),
                  const char *expected);

#endif
