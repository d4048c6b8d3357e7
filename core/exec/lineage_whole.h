/*
 * lineage_whole - RDDs of one row that stands for all rows of their parent: count and reduce.
 *
 * Each partition is taken together where it is, and the partitions' shares in one partition, in
 * their order.
 */
#ifndef WEIR_EXEC_LINEAGE_WHOLE_H
#define WEIR_EXEC_LINEAGE_WHOLE_H

#include "plan/function.h"
#include "plan/rdd.h"

/* One row: how many rows the parent has, 0 also when it has no partition. */
CHECKED weir_status rdd_create_count(struct rdd *parent, struct rdd **out, weir_error *error);

/* One row: all rows combined by a reduce function, to which a pair is a tuple (key, value). No row
 * when the parent has none. */
CHECKED weir_status rdd_create_reduce(struct rdd *parent, const struct function *function,
                                      struct weir_value argument, struct rdd **out,
                                      weir_error *error);

#endif
