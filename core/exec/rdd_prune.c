/*
 * rdd_prune - some of the parent's partitions; the others are not computed.
 */
#include <string.h>

#include "base/mem.h"
#include "exec/lineage_rdd.h"
#include "exec/task.h"

struct prune_rdd {
    struct rdd rdd;
    uint32_t *partitions; /* the parent's, by partition */
};

static weir_status prune_compute(struct task *task, const struct rdd *rdd, uint32_t partition,
                                 struct op *to, weir_error *error)
{
    return rdd_push(task, rdd->parents[0], ((const struct prune_rdd *)rdd)->partitions[partition],
                    to, error);
}

static void prune_fini(struct rdd *rdd)
{
    mem_free(((struct prune_rdd *)rdd)->partitions);
}

static const struct rdd_class prune_class = {
    .name = "partition pruning",
    .compute = prune_compute,
    .fini = prune_fini,
};

weir_status rdd_create_pruned(struct rdd *parent, const uint32_t *partitions, uint32_t count,
                              struct rdd **out, weir_error *error)
{
    struct rdd *rdd;

    for (uint32_t i = 0; i < count; i++) {
        if (partitions[i] >= parent->partitions_count) {
            return error_set(error, WEIR_E_INVAL, "there is no partition %u among %u",
                             partitions[i], parent->partitions_count);
        }
    }
    WEIR_TRY(rdd_create(&prune_class, sizeof(struct prune_rdd), count, &parent, 1, &rdd, error));
    struct prune_rdd *prune = (struct prune_rdd *)rdd;
    prune->partitions = mem_alloc(((size_t)count + 1) * sizeof(*partitions));
    if (prune->partitions == NULL) {
        rdd_drop(rdd);
        return error_set(error, WEIR_E_NOMEM, "no memory for %u partitions", count);
    }
    if (count > 0) {
        memcpy(prune->partitions, partitions, count * sizeof(*partitions));
    }
    rdd->is_pairs = parent->is_pairs;
    *out = rdd;
    return WEIR_OK;
}
