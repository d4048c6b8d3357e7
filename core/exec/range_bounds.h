/*
 * range_bounds - a range partitioner for an RDD's keys, found by a job that looks at a sample.
 *
 * Each partition gives at most a certain number of keys, drawn by a generator of its own; a key
 * stands for as many rows as its partition has per key drawn. So the bounds are the same for any
 * number of workers.
 */
#ifndef WEIR_EXEC_RANGE_BOUNDS_H
#define WEIR_EXEC_RANGE_BOUNDS_H

#include "exec/executor.h"

/* A partitioner of at most partitions_count ranges: fewer when there are fewer keys. Its bounds are
 * held once for the caller: partition_bounds_drop. Runs a job, but for one partition. */
CHECKED weir_status range_partitioner_sample(struct executor *executor, struct rdd *rdd,
                                             uint32_t partitions_count, bool is_descending,
                                             struct partitioner *out, weir_error *error);

#endif
