/*
 * task - one attempt at one partition: what its ops share.
 *
 * Life:     a worker makes it, runs it and frees it.
 * Threads:  one worker's, but for `is_cancelled`, which anyone may set.
 */
#ifndef WEIR_EXEC_TASK_H
#define WEIR_EXEC_TASK_H

#include <stdatomic.h>

#include "base/arena.h"
#include "plan/rdd.h"

struct executor;
struct memory;
struct spill_space;

struct task {
    struct executor *executor;
    struct arena arena; /* goes with the task */
    uint32_t partition;
    uint32_t attempt;    /* 0, 1, 2 ... */
    uint32_t chunk_rows; /* rows per chunk that scans make */
    const _Atomic bool *is_cancelled;
    uint64_t rows_read; /* rows that leaves pushed */
};

/* Pushes all rows of one partition of `rdd` into `to`: from the block store when they are kept
 * there, else by computing them (and keeping them, when the RDD's storage level says so). Does not
 * finish `to`. */
CHECKED weir_status rdd_push(struct task *task, struct rdd *rdd, uint32_t partition, struct op *to,
                             weir_error *error);

/* The budget that the task's ops take their memory from, and where they spill what is over it.
 * NULL: a task of no executor, which has no limit. */
struct memory *task_memory(const struct task *task);
struct spill_space *task_disk(const struct task *task);

/* Pushes a block's rows into `to`, chunk by chunk. */
struct block;
CHECKED weir_status task_push_block(struct task *task, const struct block *block, struct op *to,
                                    weir_error *error);

#endif
