/*
 * rdd_coalesce - fewer partitions: neighbours joined, no shuffle.
 */
#include "exec/lineage.h"
#include "exec/task.h"

static weir_status coalesce_compute(struct task *task, const struct rdd *rdd, uint32_t partition,
                                    struct op *to, weir_error *error)
{
    uint64_t parent_count = rdd->parents[0]->partitions_count;
    uint32_t first = (uint32_t)(partition * parent_count / rdd->partitions_count);
    uint32_t end = (uint32_t)((partition + 1) * parent_count / rdd->partitions_count);

    for (uint32_t i = first; i < end; i++) {
        WEIR_TRY(rdd_push(task, rdd->parents[0], i, to, error));
    }
    return WEIR_OK;
}

static const struct rdd_class coalesce_class = {
    .name = "coalesce",
    .compute = coalesce_compute,
};

weir_status rdd_create_coalesce(struct rdd *parent, uint32_t partitions_count, struct rdd **out,
                                weir_error *error)
{
    struct rdd *rdd;

    if (partitions_count == 0) {
        return error_set(error, WEIR_E_INVAL, "number of partitions (0) must be positive");
    }
    if (partitions_count > parent->partitions_count) {
        partitions_count = parent->partitions_count;
    }
    WEIR_TRY(
        rdd_create(&coalesce_class, sizeof(struct rdd), partitions_count, &parent, 1, &rdd, error));
    rdd->is_pairs = parent->is_pairs;
    *out = rdd;
    return WEIR_OK;
}
