/*
 * rdd_blocks - the leaf that a batch begins with: blocks that are in memory already.
 */
#include <string.h>

#include "base/mem.h"
#include "exec/lineage.h"
#include "exec/task.h"

struct blocks_rdd {
    struct rdd rdd;
    struct block **blocks; /* held */
    uint32_t *starts;      /* partitions_count + 1 */
};

static weir_status blocks_compute(struct task *task, const struct rdd *rdd, uint32_t partition,
                                  struct op *to, weir_error *error)
{
    const struct blocks_rdd *leaf = (const struct blocks_rdd *)rdd;

    for (uint32_t i = leaf->starts[partition]; i < leaf->starts[partition + 1]; i++) {
        WEIR_TRY(task_push_block(task, leaf->blocks[i], to, error));
        task->rows_read += leaf->blocks[i]->rows_count;
    }
    return WEIR_OK;
}

static void blocks_fini(struct rdd *rdd)
{
    struct blocks_rdd *leaf = (struct blocks_rdd *)rdd;

    for (uint32_t i = 0; leaf->blocks != NULL && i < leaf->starts[rdd->partitions_count]; i++) {
        block_drop(leaf->blocks[i]);
    }
    mem_free(leaf->blocks);
    mem_free(leaf->starts);
}

static const struct rdd_class blocks_class = {
    .name = "blocks",
    .compute = blocks_compute,
    .fini = blocks_fini,
};

weir_status rdd_create_blocks(struct block *const *blocks, const uint32_t *starts,
                              uint32_t partitions_count, bool is_pairs, struct rdd **out,
                              weir_error *error)
{
    uint32_t blocks_count = starts[partitions_count];
    struct rdd *rdd;

    WEIR_TRY(rdd_create(&blocks_class, sizeof(struct blocks_rdd), partitions_count, NULL, 0, &rdd,
                        error));
    struct blocks_rdd *leaf = (struct blocks_rdd *)rdd;
    size_t starts_bytes = ((size_t)partitions_count + 1) * sizeof(*starts);
    leaf->starts = mem_alloc(starts_bytes);
    struct block **held = mem_alloc(((size_t)blocks_count + 1) * sizeof(struct block *));
    if (leaf->starts == NULL || held == NULL) {
        mem_free(held);
        rdd_drop(rdd);
        return error_set(error, WEIR_E_NOMEM, "no memory for %u blocks", blocks_count);
    }
    memcpy(leaf->starts, starts, starts_bytes);
    leaf->blocks = held;
    for (uint32_t i = 0; i < blocks_count; i++) {
        held[i] = block_hold(blocks[i]);
    }
    rdd->is_pairs = is_pairs;
    *out = rdd;
    return WEIR_OK;
}

weir_status rdd_create_empty(bool is_pairs, struct rdd **out, weir_error *error)
{
    const uint32_t start = 0;

    return rdd_create_blocks(NULL, &start, 0, is_pairs, out, error);
}
