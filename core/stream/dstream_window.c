/*
 * dstream_window - the operators that look back: window and reduceByKeyAndWindow.
 *
 * A window at t is over the batches in (t - window, t], oldest first; those that have no RDD are
 * left out. reduceByKeyAndWindow reduces each batch once, as it comes, and keeps that instead of
 * the rows: the blocks of the batch can go, and a slide costs as much as there are keys.
 */
#include <assert.h>
#include <inttypes.h>

#include "base/mem.h"
#include "exec/action.h"
#include "exec/lineage.h"
#include "stream/dstream_compute.h"

typedef weir_status (*share_of)(struct dstreams *streams, struct dstream *stream, int64_t time_ms,
                                struct rdd **out, weir_error *error);

/* Unites the shares of the batches in the window; *out NULL when no batch has one. */
static weir_status unite_window(struct dstreams *streams, struct dstream *stream, int64_t time_ms,
                                share_of share, struct rdd **out, weir_error *error)
{
    int64_t step_ms = stream->node->inputs[0]->interval_ms;
    int64_t steps = stream->node->window_ms / step_ms;
    uint32_t shares_count = 0;
    weir_status status = WEIR_OK;

    assert(stream->node->window_ms % step_ms == 0);
    struct rdd **shares = mem_alloc((size_t)steps * sizeof(struct rdd *));
    if (shares == NULL) {
        return error_set(error, WEIR_E_NOMEM, "window over %" PRId64 " batches", steps);
    }
    for (int64_t i = steps - 1; i >= 0 && status == WEIR_OK; i--) {
        struct rdd *rdd = NULL;
        status = share(streams, stream, time_ms - i * step_ms, &rdd, error);
        if (status == WEIR_OK && rdd != NULL) {
            shares[shares_count++] = rdd;
        }
    }
    if (status == WEIR_OK && shares_count > 0) {
        status = dstream_unite(shares, shares_count, out, error);
    }
    mem_free(shares);
    return status;
}

static weir_status share_input(struct dstreams *streams, struct dstream *stream, int64_t time_ms,
                               struct rdd **out, weir_error *error)
{
    return dstream_input(streams, stream, 0, time_ms, out, error);
}

weir_status compute_window(struct dstreams *streams, struct dstream *stream, int64_t time_ms,
                           struct rdd **out, weir_error *error)
{
    return unite_window(streams, stream, time_ms, share_input, out, error);
}

static uint32_t partitions_of(const struct dstreams *streams, const struct dstream *stream)
{
    uint32_t count = stream->node->partitions;

    return count != 0 ? count : executor_partitions(streams->executor);
}

/* The batch, reduced by key, lazily; borrowed from the partials. */
static weir_status share_partial(struct dstreams *streams, struct dstream *stream, int64_t time_ms,
                                 struct rdd **out, weir_error *error)
{
    const struct node *node = stream->node;
    struct rdd *parent;
    struct rdd *partial = NULL;

    *out = rdd_memo_get(&stream->partials, time_ms);
    if (*out != NULL) {
        return WEIR_OK;
    }
    WEIR_TRY(dstream_input(streams, stream, 0, time_ms, &parent, error));
    if (parent == NULL) {
        return WEIR_OK;
    }
    WEIR_TRY(dstream_reduce(stream, parent, node->function, node->argument,
                            partitions_of(streams, stream), &partial, error));
    atomic_store(&partial->storage, STORAGE_MEMORY);
    weir_status status = rdd_memo_put(&stream->partials, time_ms, partial, error);
    if (status != WEIR_OK) {
        rdd_drop(partial);
        return status;
    }
    *out = partial;
    return WEIR_OK;
}

weir_status compute_reduce_window(struct dstreams *streams, struct dstream *stream, int64_t time_ms,
                                  struct rdd **out, weir_error *error)
{
    const struct node *node = stream->node;
    struct rdd *united = NULL;

    WEIR_TRY(unite_window(streams, stream, time_ms, share_partial, &united, error));
    if (united == NULL) {
        return WEIR_OK;
    }
    weir_status status = dstream_reduce(stream, united, node->function, node->argument,
                                        partitions_of(streams, stream), out, error);
    rdd_drop(united);
    return status;
}

/* A leaf of a partial's rows: block i holds the keys of partition i. */
static weir_status leaf_of(struct block *const *blocks, uint32_t count, struct rdd **out,
                           weir_error *error)
{
    struct block **full = mem_alloc((count + 1) * sizeof(struct block *));
    uint32_t *starts = mem_alloc((count + 1) * sizeof(*starts));
    uint32_t full_count = 0;
    weir_status status;

    if (full == NULL || starts == NULL) {
        status = error_set(error, WEIR_E_NOMEM, "keep a batch's share");
        goto fail;
    }
    for (uint32_t i = 0; i < count; i++) {
        starts[i] = full_count;
        if (blocks[i]->rows_count > 0) {
            full[full_count++] = blocks[i];
        }
    }
    starts[count] = full_count;
    status = rdd_create_blocks(full, starts, count, true, out, error);
    if (status == WEIR_OK) {
        (*out)->partitioner = partitioner_hash(count);
    }

fail:
    mem_free(full);
    mem_free(starts);
    return status;
}

void dstream_keep_partial(struct dstreams *streams, struct dstream *stream, int64_t time_ms)
{
    struct block **blocks = NULL;
    uint32_t count = 0;
    struct rdd *partial = NULL;
    struct rdd *leaf = NULL;

    /* A failure here is nobody's yet: the windows over this batch ask again, and tell it. */
    streams->is_blamed = true;
    if (share_partial(streams, stream, time_ms, &partial, NULL) != WEIR_OK || partial == NULL) {
        return;
    }
    atomic_store(&partial->storage, STORAGE_NONE);
    if (action_collect(streams->executor, partial, &blocks, &count, NULL) == WEIR_OK) {
        if (leaf_of(blocks, count, &leaf, NULL) == WEIR_OK &&
            rdd_memo_put(&stream->partials, time_ms, leaf, NULL) != WEIR_OK) {
            rdd_drop(leaf);
        }
        for (uint32_t i = 0; i < count; i++) {
            block_drop(blocks[i]);
        }
        mem_free(blocks);
        return;
    }
    atomic_store(&partial->storage, STORAGE_MEMORY);
}
