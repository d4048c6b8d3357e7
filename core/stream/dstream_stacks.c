/*
 * dstream_stacks - reduceByKeyAndWindow and reduceByWindow without an inverse, and
 * groupByKeyAndWindow.
 *
 * The shares of the batches stand in stacks (window_stacks.h): a batch that comes and one that goes
 * cost a few combinations of what has as many rows as there are keys, however long the window.
 * Lists of values cannot be had for less than their length: groupByKeyAndWindow brings the rows
 * together anew.
 */
#include <assert.h>

#include "base/mem.h"
#include "exec/lineage.h"
#include "stream/dstream_share.h"
#include "stream/window_stacks.h"

struct dstream_stacks {
    struct window_stacks stacks;
    struct dstreams *streams;
    struct dstream *stream;
    int64_t pushed_ms; /* up to here batches were pushed, or left out */
};

/* Lazily. Both have the operator's partitioner. */
static weir_status combine_lazily(const struct dstreams *streams, const struct dstream *stream,
                                  struct rdd *older, struct rdd *newer, struct rdd **out,
                                  weir_error *error)
{
    struct rdd *const both[] = {older, newer};
    struct window_functions functions;
    struct rdd *united;

    WEIR_TRY(dstream_window_functions(streams, stream->node, &functions, error));
    const struct combiner combiner = combiner_reduce(functions.reduce, functions.argument);
    WEIR_TRY(rdd_create_union(both, 2, &united, error));
    weir_status status =
        rdd_create_combine(united, &combiner, functions.partitioner, true, out, error);
    rdd_drop(united);
    return status;
}

static weir_status combine(void *owner, struct rdd *older, struct rdd *newer, struct rdd **out,
                           weir_error *error)
{
    const struct dstream_stacks *past = owner;
    struct rdd *lazy;

    WEIR_TRY(combine_lazily(past->streams, past->stream, older, newer, &lazy, error));
    weir_status status = dstream_leaf(past->streams, lazy, out, error);
    rdd_drop(lazy);
    return status;
}

static weir_status stacks_get(struct dstreams *streams, struct dstream *stream,
                              struct dstream_stacks **out, weir_error *error)
{
    if (stream->stacks == NULL) {
        stream->stacks = mem_zalloc(sizeof(*stream->stacks));
        if (stream->stacks == NULL) {
            return error_set(error, WEIR_E_NOMEM, "begin a window");
        }
        window_stacks_init(&stream->stacks->stacks, combine, stream->stacks);
        stream->stacks->streams = streams;
        stream->stacks->stream = stream;
        stream->stacks->pushed_ms = streams->zero_ms;
    }
    *out = stream->stacks;
    return WEIR_OK;
}

/* A batch's share is the stacks' own from now on. */
static void pushed(struct dstream_stacks *past, int64_t time_ms)
{
    past->pushed_ms = time_ms;
    rdd_memo_forget(&past->stream->partials, time_ms);
    rdd_memo_forget(&past->stream->waiting, time_ms);
}

/* Brings the stacks to the batch of time_ms, and to the window that it is for. */
static weir_status advance(struct dstreams *streams, struct dstream *stream, int64_t time_ms,
                           weir_error *error)
{
    int64_t step_ms = stream->node->inputs[0]->interval_ms;
    int64_t due_ms = dstream_next_due(streams, stream->node, time_ms);
    int64_t until_ms = due_ms - stream->node->window_ms;
    struct dstream_stacks *past = NULL;

    WEIR_TRY(stacks_get(streams, stream, &past, error));
    WEIR_TRY(window_stacks_evict(&past->stacks, until_ms, error));
    if (past->pushed_ms < until_ms && until_ms <= time_ms) {
        pushed(past, until_ms);
    }
    while (past->pushed_ms < time_ms) {
        int64_t next_ms = past->pushed_ms + step_ms;
        struct rdd *share = NULL;
        if (next_ms > until_ms) {
            WEIR_TRY(dstream_share(streams, stream, next_ms, &share, error));
        }
        if (share != NULL) {
            weir_status status = window_stacks_push(&past->stacks, next_ms, share, error);
            if (status != WEIR_OK) {
                if (window_stacks_newest(&past->stacks) == next_ms) {
                    pushed(past, next_ms);
                }
                return status;
            }
        }
        pushed(past, next_ms);
    }
    /* A step that failed after the last push is taken now. */
    return window_stacks_evict(&past->stacks, until_ms, error);
}

weir_status compute_stacks(struct dstreams *streams, struct dstream *stream, int64_t time_ms,
                           struct rdd **out, weir_error *error)
{
    struct rdd *older;
    struct rdd *newer;
    struct rdd *reduced = NULL;

    if (stream->stacks != NULL && stream->stacks->pushed_ms > time_ms) {
        return error_set(error, WEIR_E_IO, "the window is gone");
    }
    WEIR_TRY(advance(streams, stream, time_ms, error));
    window_stacks_view(&stream->stacks->stacks, &older, &newer);
    if (older == NULL && newer == NULL) {
        return WEIR_OK;
    }
    if (older != NULL && newer != NULL) {
        WEIR_TRY(combine_lazily(streams, stream, older, newer, &reduced, error));
    } else {
        reduced = rdd_hold(older != NULL ? older : newer);
    }
    if (stream->node->class->kind != OPERATOR_REDUCE_BY_WINDOW) {
        *out = reduced;
        return WEIR_OK;
    }
    weir_status status = dstream_without_key(reduced, out, error);
    rdd_drop(reduced);
    return status;
}

void dstream_stacks_destroy(struct dstream_stacks *past)
{
    if (past != NULL) {
        window_stacks_fini(&past->stacks);
        mem_free(past);
    }
}

weir_status compute_group_window(struct dstreams *streams, struct dstream *stream, int64_t time_ms,
                                 struct rdd **out, weir_error *error)
{
    struct partitioner partitioner = dstream_partitioner(streams, stream->node);
    struct rdd *rows;

    WEIR_TRY(
        dstream_shares(streams, stream, time_ms - stream->node->window_ms, time_ms, &rows, error));
    if (rows == NULL) {
        return WEIR_OK;
    }
    weir_status status = rdd_create_cogroup(&rows, 1, COGROUP_GROUP, partitioner, out, error);
    rdd_drop(rows);
    return status;
}
