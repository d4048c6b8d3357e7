/*
 * rdd_persist - says where an RDD's partitions are kept.
 */
#include "exec/rdd_persist.h"

#include "exec/block_store.h"
#include "exec/executor_internal.h"

weir_status rdd_persist(struct rdd *rdd, enum storage_level level, weir_error *error)
{
    uint32_t known = STORAGE_NONE;

    if (!atomic_compare_exchange_strong(&rdd->storage, &known, level) && known != level) {
        return error_set(error, WEIR_E_INVAL,
                         "cannot change storage level of an RDD after it was already assigned a "
                         "level");
    }
    return WEIR_OK;
}

void rdd_unpersist(struct executor *executor, struct rdd *rdd)
{
    atomic_store(&rdd->storage, STORAGE_NONE);
    block_store_forget(executor_block_store(executor), rdd->id);
}

enum storage_level rdd_storage_level(const struct rdd *rdd)
{
    return (enum storage_level)atomic_load(&rdd->storage);
}

bool rdd_drop_partition(struct executor *executor, const struct rdd *rdd, uint32_t partition)
{
    return block_store_drop_partition(executor_block_store(executor), rdd->id, partition);
}
