/*
 * executor_internal - what the executor shows to the tasks it runs, and to nobody else.
 */
#ifndef WEIR_EXEC_EXECUTOR_INTERNAL_H
#define WEIR_EXEC_EXECUTOR_INTERNAL_H

#include "base/thread.h"
#include "exec/executor.h"

struct block_store;
struct kept_writer;
struct memory;
struct spill_space;

struct block_store *executor_block_store(struct executor *executor);
struct memory *executor_memory(struct executor *executor);
struct spill_space *executor_disk(struct executor *executor);

/* What is known of checkpoints. */
struct checkpoints {
    struct lock lock;
    char *folder;         /* NULL: not set */
    _Atomic bool is_used; /* some RDD was marked: lineages are worth a look */
};
struct checkpoints *executor_checkpoints(struct executor *executor);

/* executor_run as a part of the job that is running: nothing is checkpointed behind it. */
CHECKED weir_status executor_run_plain(struct executor *executor, struct rdd *rdd, uint32_t first,
                                       uint32_t count, const struct action *action,
                                       weir_error *error);

/* Forgets the RDD's parents as soon as no job runs: by then it has its checkpoint. */
CHECKED weir_status executor_forget_later(struct executor *executor, struct rdd *rdd,
                                          weir_error *error);

/* Commits a partition to the block store, and sees to it that it is forgotten with its RDD. */
CHECKED weir_status executor_keep(struct executor *executor, struct rdd *rdd,
                                  struct kept_writer *writer, weir_error *error);

#endif
