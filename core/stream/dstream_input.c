/*
 * dstream_input - a batch's blocks as the input RDD of a source.
 *
 * Blocks keep their order. They are grouped into a few partitions per worker, of about as many
 * bytes each, by their sizes alone: the same blocks make the same partitions.
 */
#include <assert.h>
#include <inttypes.h>

#include "base/mem.h"
#include "exec/lineage.h"
#include "stream/dstream_compute.h"

#define PARTITIONS_PER_WORKER 3u
#define PARTITION_BYTES_MIN   (UINT64_C(64) << 10) /* less is not worth a task */

static uint64_t blocks_bytes(struct block *const *blocks, uint32_t blocks_count)
{
    uint64_t bytes = 0;

    for (uint32_t i = 0; i < blocks_count; i++) {
        bytes += blocks[i]->memory_bytes;
    }
    return bytes;
}

static uint32_t choose_partitions(const struct dstreams *streams, uint32_t blocks_count,
                                  uint64_t bytes)
{
    uint64_t wanted = (uint64_t)executor_workers(streams->executor) * PARTITIONS_PER_WORKER;

    if (streams->partitions_per_block) {
        return blocks_count;
    }
    if (wanted > bytes / PARTITION_BYTES_MIN) {
        wanted = bytes / PARTITION_BYTES_MIN;
    }
    if (wanted == 0) {
        wanted = 1;
    }
    return wanted < blocks_count ? (uint32_t)wanted : blocks_count;
}

/* Cuts where the bytes so far reach each partition's share; every partition gets a block. */
static void cut(struct block *const *blocks, uint32_t blocks_count, uint64_t bytes,
                uint32_t partitions_count, uint32_t *starts)
{
    uint64_t so_far = 0;
    uint32_t block = 0;

    assert(partitions_count <= blocks_count);
    for (uint32_t i = 0; i < partitions_count; i++) {
        uint32_t last = blocks_count - (partitions_count - i - 1); /* leaves one for each other */
        uint64_t share = (bytes / partitions_count) * (i + 1);

        starts[i] = block;
        do {
            so_far += blocks[block]->memory_bytes;
            block++;
        } while (block < last && (so_far < share || i + 1 == partitions_count));
    }
    assert(block == blocks_count);
    starts[partitions_count] = blocks_count;
}

static weir_status check_shapes(struct block *const *blocks, uint32_t blocks_count,
                                weir_error *error)
{
    for (uint32_t i = 1; i < blocks_count; i++) {
        if (blocks[i]->columns_count != blocks[0]->columns_count) {
            return error_set(error, WEIR_E_INVAL, "its blocks have plain rows and pairs mixed");
        }
    }
    return WEIR_OK;
}

static weir_status input_create(struct dstreams *streams, const struct node *source,
                                struct block *const *blocks, uint32_t blocks_count,
                                struct rdd **out, weir_error *error)
{
    if (blocks_count == 0) {
        return rdd_create_empty(source->is_pairs, out, error);
    }
    WEIR_TRY(check_shapes(blocks, blocks_count, error));

    uint64_t bytes = blocks_bytes(blocks, blocks_count);
    uint32_t partitions_count = choose_partitions(streams, blocks_count, bytes);
    uint32_t *starts = mem_alloc((partitions_count + 1) * sizeof(*starts));
    if (starts == NULL) {
        return error_set(error, WEIR_E_NOMEM, "group %" PRIu32 " blocks", blocks_count);
    }
    cut(blocks, blocks_count, bytes, partitions_count, starts);
    weir_status status = rdd_create_blocks(blocks, starts, partitions_count,
                                           blocks[0]->columns_count == 2, out, error);
    mem_free(starts);
    return status;
}

weir_status dstreams_set_input(struct dstreams *streams, const struct node *source, int64_t time_ms,
                               struct block *const *blocks, uint32_t blocks_count,
                               weir_error *error)
{
    struct rdd *rdd = NULL;

    weir_status status = input_create(streams, source, blocks, blocks_count, &rdd, error);
    if (status == WEIR_OK) {
        status = rdd_memo_put(&streams->items[source->id].made, time_ms, rdd, error);
    }
    if (status != WEIR_OK) {
        rdd_drop(rdd);
        return error_wrap(error, status, "stream %s", source->name);
    }
    return WEIR_OK;
}

weir_status dstreams_set_none(struct dstreams *streams, const struct node *source, int64_t time_ms,
                              weir_error *error)
{
    struct rdd *mark = NULL;

    weir_status status = rdd_create_empty(false, &mark, error);
    if (status == WEIR_OK) {
        status = rdd_memo_put(&streams->items[source->id].partials, time_ms, mark, error);
    }
    if (status != WEIR_OK) {
        rdd_drop(mark);
        return error_wrap(error, status, "stream %s", source->name);
    }
    return WEIR_OK;
}

/* A source's RDDs are there before they are asked for, or known not to be. */
weir_status compute_source(struct dstreams *streams, struct dstream *stream, int64_t time_ms,
                           struct rdd **out, weir_error *error)
{
    (void)streams;
    if (rdd_memo_get(&stream->partials, time_ms) != NULL) {
        *out = NULL;
        return WEIR_OK;
    }
    return error_set(error, WEIR_E_IO, "the data of the batch of %" PRId64 " ms is gone", time_ms);
}
