/*
 * dstream_cut - streams whose lineage is cut off at an interval.
 *
 * The rows of the batch's RDD are computed once more, or read where they are stored, and take the
 * place of the RDD: what it was made of can go.
 */
#include <inttypes.h>

#include "base/log.h"
#include "base/mem.h"
#include "exec/action.h"
#include "exec/lineage.h"
#include "stream/dstream.h"

/* A leaf of these blocks, partition by partition; one without rows needs no block. */
static weir_status create_leaf(const struct rdd *rdd, struct block *const *blocks, uint32_t count,
                               struct rdd **out, weir_error *error)
{
    struct block **full = mem_alloc(((size_t)count + 1) * sizeof(struct block *));
    uint32_t *starts = mem_alloc(((size_t)count + 1) * sizeof(*starts));
    uint32_t full_count = 0;
    weir_status status;

    if (full == NULL || starts == NULL) {
        status = error_set(error, WEIR_E_NOMEM, "keep %" PRIu32 " partitions", count);
        goto fail;
    }
    for (uint32_t i = 0; i < count; i++) {
        starts[i] = full_count;
        if (blocks[i]->rows_count > 0) {
            full[full_count++] = blocks[i];
        }
    }
    starts[count] = full_count;
    status = rdd_create_blocks(full, starts, count, rdd->is_pairs, out, error);
    if (status == WEIR_OK) {
        rdd_set_partitioner(*out, rdd->partitioner);
    }

fail:
    mem_free(full);
    mem_free(starts);
    return status;
}

static weir_status cut(struct dstreams *streams, struct dstream *stream, struct rdd *rdd,
                       int64_t time_ms, weir_error *error)
{
    struct block **blocks = NULL;
    struct rdd *leaf = NULL;
    uint32_t count = 0;

    WEIR_TRY(action_collect(streams->executor, rdd, &blocks, &count, error));
    weir_status status = create_leaf(rdd, blocks, count, &leaf, error);
    if (status == WEIR_OK) {
        status = rdd_memo_put(&stream->made, time_ms, leaf, error);
        if (status != WEIR_OK) {
            rdd_drop(leaf);
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        block_drop(blocks[i]);
    }
    mem_free(blocks);
    return status;
}

void dstreams_cut(struct dstreams *streams, int64_t time_ms)
{
    for (size_t i = 0; i < streams->graph->nodes_count; i++) {
        struct dstream *stream = &streams->items[i];
        int64_t interval_ms = stream->node->checkpoint_ms;
        weir_error error = {.struct_size = sizeof(error)};

        if (!stream->node->is_used || stream->node->class->has_state || interval_ms == 0 ||
            (time_ms - streams->zero_ms) % interval_ms != 0) {
            continue;
        }
        struct rdd *rdd = rdd_memo_get(&stream->made, time_ms);
        if (rdd != NULL && cut(streams, stream, rdd, time_ms, &error) != WEIR_OK) {
            log_write(LOG_WARN, stream->node->name, "the checkpoint of %" PRId64 " ms failed: %s",
                      time_ms, error.msg);
        }
    }
}
