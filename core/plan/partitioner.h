/*
 * partitioner - which partition a key goes to.
 *
 * Two RDDs with equal partitioners have the same key in the same partition: a shuffle between them
 * is not needed.
 *
 * Memory:   a range partitioner's bounds are counted: each RDD that has it holds them.
 */
#ifndef WEIR_PLAN_PARTITIONER_H
#define WEIR_PLAN_PARTITIONER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "plan/function.h"

enum partitioner_kind {
    PARTITIONER_NONE,
    PARTITIONER_HASH,
    PARTITIONER_RANGE,    /* keys in order: partition i holds those up to bound i */
    PARTITIONER_FUNCTION, /* the program's own */
    PARTITIONER_SPREAD    /* rows in turn, whatever their key: equals nothing */
};

/* The greatest keys of all partitions but the last, ascending (or descending). */
struct partition_bounds {
    _Atomic uint32_t holders;
    uint32_t count;
    bool is_descending;
    struct weir_value *keys;
    struct arena arena;
};

struct partitioner {
    enum partitioner_kind kind;
    uint32_t partitions_count;
    struct partition_bounds *bounds; /* RANGE */
    const struct function *function; /* FUNCTION */
    struct weir_value argument;      /* FUNCTION; borrowed from the graph or the program */
};

static inline struct partitioner partitioner_none(void)
{
    return (struct partitioner){.kind = PARTITIONER_NONE};
}

static inline struct partitioner partitioner_hash(uint32_t partitions_count)
{
    return (struct partitioner){.kind = PARTITIONER_HASH, .partitions_count = partitions_count};
}

static inline struct partitioner partitioner_spread(uint32_t partitions_count)
{
    return (struct partitioner){.kind = PARTITIONER_SPREAD, .partitions_count = partitions_count};
}

/* NONE and SPREAD equal nothing, not even themselves. */
bool partitioner_equal(const struct partitioner *left, const struct partitioner *right);

/* Copies the keys, ascending by their order. Made with one holder. */
CHECKED weir_status partition_bounds_create(const struct weir_value *keys, uint32_t count,
                                            bool is_descending, struct partition_bounds **out,
                                            weir_error *error);
struct partition_bounds *partition_bounds_hold(struct partition_bounds *bounds);

/* NULL is fine. */
void partition_bounds_drop(struct partition_bounds *bounds);

/* The partition of a key among bounds, by binary search. */
uint32_t partition_of_key(const struct partition_bounds *bounds, const struct weir_value *key);

/* The partition of a hash: its high bits scaled, so that tables may use the low ones. */
static inline uint32_t partition_of_hash(uint64_t hash, uint32_t partitions_count)
{
    return (uint32_t)(((hash >> 32) * partitions_count) >> 32);
}

#endif
