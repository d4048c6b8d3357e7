/*
 * op_aggregate - one row per key: values reduced as they come, pushed on at the end in the order
 * in which the keys first came.
 */
#ifndef WEIR_EXEC_OP_AGGREGATE_H
#define WEIR_EXEC_OP_AGGREGATE_H

#include "exec/op.h"
#include "plan/function.h"

CHECKED weir_status op_aggregate_create(struct task *task, const struct function *function,
                                        struct weir_value argument, struct op *next,
                                        struct op **out, weir_error *error);

#endif
