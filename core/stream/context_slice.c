/*
 * context_slice - a stream's RDDs of some batches, for those who look at it from outside.
 */
#include <assert.h>
#include <inttypes.h>

#include "base/mem.h"
#include "stream/context_internal.h"

enum { SLICE_TIMES_MAX = 1000000 };

/* Down to a multiple of the interval from the zero time. */
static int64_t floor_time(int64_t time_ms, int64_t zero_ms, int64_t interval_ms)
{
    int64_t past_ms = (time_ms - zero_ms) % interval_ms;

    return time_ms - (past_ms < 0 ? past_ms + interval_ms : past_ms);
}

static weir_status collect(struct context *context, const struct node *node, int64_t from_ms,
                           int64_t to_ms, struct slice *out, weir_error *error)
{
    for (int64_t time_ms = from_ms; time_ms <= to_ms; time_ms += node->interval_ms) {
        struct rdd *rdd = NULL;
        WEIR_TRY(dstreams_rdd(context->streams, node, time_ms, &rdd, error));
        if (rdd != NULL) {
            out->rdds[out->count++] = rdd_hold(rdd);
        }
    }
    return WEIR_OK;
}

weir_status context_slice(struct context *context, const struct node *node, int64_t from_ms,
                          int64_t to_ms, struct slice *out, weir_error *error)
{
    int64_t zero_ms = context->streams == NULL ? 0 : context->streams->zero_ms;
    int64_t interval_ms = node->interval_ms;

    assert(interval_ms > 0);
    *out = (struct slice){.rdds = NULL};
    if (context->streams == NULL) {
        return error_set(error, WEIR_E_INVAL, "stream %s has not been initialized", node->name);
    }
    from_ms = floor_time(from_ms, zero_ms, interval_ms);
    to_ms = floor_time(to_ms, zero_ms, interval_ms);
    from_ms = from_ms <= zero_ms ? zero_ms + interval_ms : from_ms;
    if (to_ms < from_ms) {
        return WEIR_OK;
    }
    if ((to_ms - from_ms) / interval_ms >= SLICE_TIMES_MAX) {
        return error_set(error, WEIR_E_TOOBIG, "a slice of more than %d batches", SLICE_TIMES_MAX);
    }
    out->rdds = mem_alloc(((size_t)((to_ms - from_ms) / interval_ms) + 1) * sizeof(struct rdd *));
    if (out->rdds == NULL) {
        return error_set(error, WEIR_E_NOMEM, "slice stream %s", node->name);
    }
    /* A transform function runs while its thread has the streams already. */
    bool has_lock = thread_is_current(&context->batches_thread) && context->is_making;
    if (!has_lock) {
        lock_take(&context->streams_lock);
    }
    weir_status status = collect(context, node, from_ms, to_ms, out, error);
    if (!has_lock) {
        lock_release(&context->streams_lock);
    }
    if (status != WEIR_OK) {
        slice_fini(out);
    }
    return status;
}

void slice_fini(struct slice *slice)
{
    for (uint32_t i = 0; i < slice->count; i++) {
        rdd_drop(slice->rdds[i]);
    }
    mem_free(slice->rdds);
    *slice = (struct slice){.rdds = NULL};
}

bool context_remembers(struct context *context, const struct node *node, int64_t time_ms)
{
    bool is_there = false;

    lock_take(&context->streams_lock);
    if (context->streams != NULL) {
        is_there = rdd_memo_get(&context->streams->items[node->id].made, time_ms) != NULL;
    }
    lock_release(&context->streams_lock);
    return is_there;
}
