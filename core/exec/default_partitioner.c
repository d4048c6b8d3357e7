/*
 * default_partitioner - where rows go by key when nobody says it.
 */
#include "exec/default_partitioner.h"

#include "exec/shuffle.h"

static bool has_partitioner(const struct rdd *rdd)
{
    return rdd->partitioner.kind != PARTITIONER_NONE &&
           rdd->partitioner.kind != PARTITIONER_SPREAD && rdd->partitions_count > 0;
}

struct partitioner default_partitioner(struct rdd *const *parents, uint32_t parents_count,
                                       uint32_t asked_count)
{
    const struct rdd *widest = NULL; /* of those with a partitioner */
    uint32_t largest = 1;

    for (uint32_t i = 0; i < parents_count; i++) {
        const struct rdd *parent = parents[i];

        largest = parent->partitions_count > largest ? parent->partitions_count : largest;
        if (has_partitioner(parent) &&
            (widest == NULL || parent->partitions_count > widest->partitions_count)) {
            widest = parent;
        }
    }
    uint32_t count = asked_count > 0 ? asked_count : largest;
    if (widest != NULL &&
        (widest->partitions_count >= count || (uint64_t)widest->partitions_count * 10 > largest)) {
        return widest->partitioner;
    }
    return partitioner_hash(count < SHUFFLE_TARGETS_MAX ? count : SHUFFLE_TARGETS_MAX);
}
