/*
 * rdd_union - all rows of several RDDs; partition by partition where they share a partitioner.
 */
#include "base/mem.h"
#include "exec/lineage.h"
#include "exec/task.h"

struct union_rdd {
    struct rdd rdd;
    uint32_t *firsts; /* by parent: its first partition here, and the end; unused when joined */
};

/* Joined: partition p is every parent's partition p, in the order of the parents. */
static weir_status joined_compute(struct task *task, const struct rdd *rdd, uint32_t partition,
                                  struct op *to, weir_error *error)
{
    for (uint32_t i = 0; i < rdd->parents_count; i++) {
        WEIR_TRY(rdd_push(task, rdd->parents[i], partition, to, error));
    }
    return WEIR_OK;
}

static weir_status union_compute(struct task *task, const struct rdd *rdd, uint32_t partition,
                                 struct op *to, weir_error *error)
{
    const uint32_t *firsts = ((const struct union_rdd *)rdd)->firsts;
    uint32_t low = 0;
    uint32_t high = rdd->parents_count;

    while (high - low > 1) { /* the last parent that begins at or before the partition */
        uint32_t middle = (low + high) / 2;
        if (firsts[middle] <= partition) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return rdd_push(task, rdd->parents[low], partition - firsts[low], to, error);
}

static void union_fini(struct rdd *rdd)
{
    mem_free(((struct union_rdd *)rdd)->firsts);
}

static const struct rdd_class joined_class = {
    .name = "union (partition by partition)",
    .compute = joined_compute,
    .fini = union_fini,
};

static const struct rdd_class union_class = {
    .name = "union",
    .compute = union_compute,
    .fini = union_fini,
};

weir_status rdd_create_union(struct rdd *const *parents, uint32_t parents_count, struct rdd **out,
                             weir_error *error)
{
    uint32_t *firsts = mem_alloc(((size_t)parents_count + 1) * sizeof(*firsts));
    bool is_joined = parents_count > 0;
    bool has_pairs = false; /* an empty parent may be of either sort */
    struct rdd *rdd;

    if (firsts == NULL) {
        return error_set(error, WEIR_E_NOMEM, "no memory for a union of %u", parents_count);
    }
    firsts[0] = 0;
    for (uint32_t i = 0; i < parents_count; i++) {
        /* An empty parent in front of others keeps its (empty) place. */
        firsts[i + 1] = firsts[i] + parents[i]->partitions_count;
        has_pairs |= parents[i]->is_pairs;
        is_joined &= partitioner_equal(&parents[i]->partitioner, &parents[0]->partitioner);
    }

    weir_status status =
        rdd_create(is_joined ? &joined_class : &union_class, sizeof(struct union_rdd),
                   is_joined ? parents[0]->partitions_count : firsts[parents_count], parents,
                   parents_count, &rdd, error);
    if (status != WEIR_OK) {
        mem_free(firsts);
        return status;
    }
    ((struct union_rdd *)rdd)->firsts = firsts;
    rdd->is_pairs = has_pairs;
    if (is_joined) {
        rdd_set_partitioner(rdd, parents[0]->partitioner);
    }
    *out = rdd;
    return WEIR_OK;
}
