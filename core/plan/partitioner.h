/*
 * partitioner - which partition a key goes to.
 *
 * Two RDDs with equal partitioners have the same key in the same partition: a shuffle between them
 * is not needed.
 */
#ifndef WEIR_PLAN_PARTITIONER_H
#define WEIR_PLAN_PARTITIONER_H

#include <stdbool.h>
#include <stdint.h>

enum partitioner_kind { PARTITIONER_NONE, PARTITIONER_HASH };

struct partitioner {
    enum partitioner_kind kind;
    uint32_t partitions_count;
};

static inline struct partitioner partitioner_none(void)
{
    return (struct partitioner){.kind = PARTITIONER_NONE};
}

static inline struct partitioner partitioner_hash(uint32_t partitions_count)
{
    return (struct partitioner){.kind = PARTITIONER_HASH, .partitions_count = partitions_count};
}

/* NONE equals nothing, not even NONE. */
static inline bool partitioner_equal(struct partitioner left, struct partitioner right)
{
    return left.kind != PARTITIONER_NONE && left.kind == right.kind &&
           left.partitions_count == right.partitions_count;
}

/* The partition of a hash: its high bits scaled, so that tables may use the low ones. */
static inline uint32_t partition_of_hash(uint64_t hash, uint32_t partitions_count)
{
    return (uint32_t)(((hash >> 32) * partitions_count) >> 32);
}

#endif
