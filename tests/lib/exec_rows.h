/*
 * exec_rows - small jobs for tests: RDDs from JSON, functions by name, results as text.
 *
 * What goes wrong in these calls fails the test.
 */
#ifndef WEIR_TESTS_EXEC_ROWS_H
#define WEIR_TESTS_EXEC_ROWS_H

#include <weir/function.h>

#include "base/bytes.h"
#include "exec/executor.h"
#include "exec/lineage.h"
#include "exec/op.h"
#include "exec/task.h"
#include "plan/function.h"

/* A built-in function; NULL is never returned. The registry goes with exec_forget. */
const struct function *exec_builtin(const char *name);
void exec_forget(void);

struct executor *exec_start(uint32_t workers, uint32_t chunk_rows);

/* One partition of a block for each text of rows: "[1, 2]", or "[[\"a\", 1]]" when they are pairs;
 * a text of NULL is a partition of no block. */
struct rdd *exec_leaf(const char *const *partitions, uint32_t count, bool is_pairs);

/* One partition of each block, which goes to the RDD. */
struct rdd *exec_leaf_of(struct block **blocks, uint32_t count, bool is_pairs);

/* These drop `parent`: a lineage is written from the leaf on. */
struct rdd *exec_rows(struct rdd *parent, enum rows_form form, const struct function *function,
                      struct weir_value argument);
struct rdd *exec_filter(struct rdd *parent, const struct function *function,
                        struct weir_value argument);
struct rdd *exec_reduce(struct rdd *parent, const struct function *function, uint32_t partitions);

/* Runs the job: rows as they print, a blank between two, " | " between partitions. Freed with
 * mem_free. */
char *exec_text(struct executor *executor, struct rdd *rdd);

/* The same for a job that may fail: its status, and *text NULL then. */
weir_status exec_try_text(struct executor *executor, struct rdd *rdd, char **text,
                          weir_error *error);

/* Runs the job and compares with exec_text's form. */
void exec_expect(struct executor *executor, struct rdd *rdd, const char *expected);

/* Appends a value so that values that differ in anything (kind, mark) differ: "text:\"a\"". */
void exec_append_exact(struct bytes *out, struct weir_value value);

/* A task without an executor, for what needs no block store. */
struct exec_task {
    struct task task;
    _Atomic bool is_cancelled;
};
void exec_task_init(struct exec_task *task, uint32_t chunk_rows);
void exec_task_fini(struct exec_task *task);

/* An op at the end of a chain: exact values appended to `out`, pairs key before value. */
struct capture_op {
    struct op op;
    struct bytes *out;
    uint32_t pushes_count;
    uint32_t rows_max;    /* most rows in one push */
    uint32_t rows_wanted; /* WEIR_STOPPING once there are as many; 0: all */
    uint32_t rows_count;
};
struct capture_op *exec_capture(struct task *task, struct bytes *out);

/* Runs this whole test program once more with the portable forms of kernels; all must pass. Skips
 * the test when that is what runs already. */
void exec_again_portable(void);

#endif
