/*
 * action - what is done with an RDD in the end: collect, count, take.
 *
 * All of them block the caller until the job is done.
 */
#ifndef WEIR_EXEC_ACTION_H
#define WEIR_EXEC_ACTION_H

#include "exec/executor.h"

/* One block per partition, in order; the caller drops them and frees the array with mem_free. */
CHECKED weir_status action_collect(struct executor *executor, struct rdd *rdd, struct block ***out,
                                   uint32_t *count, weir_error *error);

CHECKED weir_status action_count(struct executor *executor, struct rdd *rdd, uint64_t *out,
                                 weir_error *error);

/* The first rows_max rows in partition order, as one block: looks at one partition first, then at
 * four times as many each turn, as Spark does. */
CHECKED weir_status action_take(struct executor *executor, struct rdd *rdd, uint32_t rows_max,
                                struct block **out, weir_error *error);

#endif
