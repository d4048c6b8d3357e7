/*
 * default_partitioner - where rows go by key when nobody says it.
 */
#ifndef WEIR_EXEC_DEFAULT_PARTITIONER_H
#define WEIR_EXEC_DEFAULT_PARTITIONER_H

#include "plan/rdd.h"

/* The partitioner of that parent, among those that have one, that has most partitions: if it has at
 * least the default number, or more than a tenth of the partitions of the largest parent. Else a
 * hash partitioner of the default number, which is asked_count or, when that is 0, the largest
 * parent's number of partitions. Borrows bounds from the parents. */
struct partitioner default_partitioner(struct rdd *const *parents, uint32_t parents_count,
                                       uint32_t asked_count);

#endif
