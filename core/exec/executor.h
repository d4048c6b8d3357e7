/*
 * executor - runs jobs: stages in order, a task per partition, on a pool of workers.
 *
 * A job is an RDD and an action. The executor finds the shuffles behind the RDD whose map side is
 * missing, runs those stages first, then the result stage. A failed task is tried again, up to
 * EXECUTOR_ATTEMPTS times in all; its last error becomes the job's.
 *
 * Life:     executor_create starts the workers; executor_destroy waits for them. It outlives every
 *           RDD that was run on it.
 * Threads:  jobs may be run from several threads at once; each call blocks its caller.
 */
#ifndef WEIR_EXEC_EXECUTOR_H
#define WEIR_EXEC_EXECUTOR_H

#include "data/block.h"
#include "exec/op.h"
#include "plan/rdd.h"

#define EXECUTOR_ATTEMPTS 4u

struct executor;

struct executor_options {
    uint32_t workers;    /* 0: one per core */
    uint32_t partitions; /* default number of partitions of a shuffle; 0: as many as workers */
    uint32_t chunk_rows; /* 0: CHUNK_ROWS_DEFAULT */
    /* What rows may take in memory, in caches, shuffles and tasks; past it they are evicted and
     * spilled. 0: no limit. */
    size_t memory_limit_bytes;
    const char *spill_dir; /* where spill files are; NULL: TMPDIR, or /tmp */
};

CHECKED weir_status executor_create(const struct executor_options *options, struct executor **out,
                                    weir_error *error);

uint32_t executor_workers(const struct executor *executor);
uint32_t executor_partitions(const struct executor *executor);

/* What the options asked for: 0 when the default was taken. */
uint32_t executor_partitions_asked(const struct executor *executor);

/* What becomes of a partition's rows. */
struct action {
    /* Makes the op at the end of the partition's chain, in a task. Its finish hands the result
     * over; a task that fails is never finished. */
    weir_status (*open)(void *owner, struct task *task, uint32_t partition, struct op **out,
                        weir_error *error);
    void *owner;
};

/* Runs the action over partitions [first, first + count) of rdd. */
CHECKED weir_status executor_run(struct executor *executor, struct rdd *rdd, uint32_t first,
                                 uint32_t count, const struct action *action, weir_error *error);

/* Makes running and future jobs fail soon with WEIR_STOPPING (immediate stop). */
void executor_cancel(struct executor *executor);

/* Future jobs run again: whoever cancelled has seen the running ones end. */
void executor_resume(struct executor *executor);

struct executor_counters {
    uint64_t jobs;
    uint64_t stages;
    uint64_t tasks;
    uint64_t task_failures;
    uint64_t rows_read;
    uint64_t blocks_stored_bytes; /* kept partitions now, in memory: blocks and serial forms */
    uint64_t off_heap_stored_bytes;
    uint64_t disk_stored_bytes;
    uint64_t evictions;      /* kept partitions that gave up their memory */
    uint64_t spills;         /* pieces of kept partitions that went to disk for want of memory */
    uint64_t recomputations; /* lost partitions computed again */
    uint64_t spilled_bytes;  /* on disk now: kept partitions, shuffles and running tasks */
    uint64_t spill_written_bytes; /* ever */
    uint64_t memory_used_bytes;
    uint64_t memory_peak_bytes;
};
void executor_counters(const struct executor *executor, struct executor_counters *out);

void executor_destroy(struct executor *executor);

#endif
