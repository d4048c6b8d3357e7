/*
 * executor_internal - what the executor shows to the tasks it runs, and to nobody else.
 */
#ifndef WEIR_EXEC_EXECUTOR_INTERNAL_H
#define WEIR_EXEC_EXECUTOR_INTERNAL_H

#include "exec/executor.h"

struct block_store;

struct block_store *executor_block_store(struct executor *executor);

/* Keeps a partition in the block store, and sees to it that it is forgotten with its RDD. */
CHECKED weir_status executor_keep(struct executor *executor, struct rdd *rdd, uint32_t partition,
                                  struct block *block, weir_error *error);

#endif
