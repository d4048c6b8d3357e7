/*
 * dstream_window - window: the rows of the last batches; and which way other windows go.
 *
 * A window at t is over the batches in (t - window, t], oldest first; those that have no RDD are
 * left out.
 */
#include <assert.h>
#include <inttypes.h>

#include "base/mem.h"
#include "stream/dstream_share.h"

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

weir_status compute_reduce_window(struct dstreams *streams, struct dstream *stream, int64_t time_ms,
                                  struct rdd **out, weir_error *error)
{
    return stream->node->functions[0].function != NULL
               ? compute_inverse(streams, stream, time_ms, out, error)
               : compute_stacks(streams, stream, time_ms, out, error);
}

void dstream_keep_share(struct dstreams *streams, struct dstream *stream, int64_t time_ms)
{
    struct rdd *share;

    /* A failure here is nobody's yet: the windows over this batch ask again, and tell it. */
    streams->is_blamed = true;
    if (!dstream_is_in_gap(streams, stream, time_ms) &&
        dstream_share(streams, stream, time_ms, &share, NULL) != WEIR_OK) {
        return;
    }
}
