/*
 * op_aggregate - one row per key: values reduced as they come, pushed on at the end in the order
 * in which the keys first came.
 */
#ifndef WEIR_EXEC_OP_AGGREGATE_H
#define WEIR_EXEC_OP_AGGREGATE_H

#include "exec/combiner.h"
#include "exec/op.h"

/* combiner: borrowed from the lineage. */
CHECKED weir_status op_aggregate_create(struct task *task, const struct combiner *combiner,
                                        enum combiner_phase phase, struct op *next, struct op **out,
                                        weir_error *error);

#endif
