/*
 * rdd_persist - says where an RDD's partitions are kept once they have been computed.
 *
 * Threads:  any, but for one RDD not two at once.
 */
#ifndef WEIR_EXEC_RDD_PERSIST_H
#define WEIR_EXEC_RDD_PERSIST_H

#include "exec/executor.h"
#include "plan/rdd.h"

/* Lazy: partitions are kept as jobs compute them. The level that it has is fine; another one is
 * refused with WEIR_E_INVAL until rdd_unpersist. */
CHECKED weir_status rdd_persist(struct rdd *rdd, enum storage_level level, weir_error *error);

/* Forgets what is kept; the level is NONE then. */
void rdd_unpersist(struct executor *executor, struct rdd *rdd);

enum storage_level rdd_storage_level(const struct rdd *rdd);

/* Loses one kept partition, as if it had been evicted: for tests. False: it was not kept. */
bool rdd_drop_partition(struct executor *executor, const struct rdd *rdd, uint32_t partition);

#endif
