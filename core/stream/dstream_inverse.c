/*
 * dstream_inverse - windows that take off what has left and add what has come.
 *
 * The window of each slide is kept, as a version of a state that shares with the one before what
 * did not change. Slides follow one another: one that failed is made first when the next is due.
 *
 * Where the slide is longer than the window, the batches in the gap are in no window and are not
 * looked at.
 */
#include <assert.h>
#include <inttypes.h>

#include "exec/lineage.h"
#include "exec/lineage_state.h"
#include "stream/dstream_share.h"

/* The window at time_ms from the one before, which is stream->state. *out is held. */
static weir_status slide(struct dstreams *streams, struct dstream *stream, int64_t time_ms,
                         struct rdd **out, weir_error *error)
{
    int64_t slide_ms = stream->node->interval_ms;
    int64_t window_ms = stream->node->window_ms;
    int64_t gap_ms = slide_ms > window_ms ? slide_ms - window_ms : 0;
    int64_t shift_ms = slide_ms > window_ms ? window_ms : slide_ms;
    int64_t before_ms = time_ms - slide_ms;
    struct window_functions functions;
    struct state_slide step = {.state = stream->state};

    WEIR_TRY(dstream_window_functions(streams, stream->node, &functions, error));
    step.reduce = functions.reduce;
    step.inverse = functions.inverse;
    step.filter = functions.filter;
    step.argument = functions.argument;
    step.partitioner = functions.partitioner;
    WEIR_TRY(dstream_shares(streams, stream, before_ms - window_ms,
                            before_ms - window_ms + shift_ms, &step.left, error));
    weir_status status =
        dstream_shares(streams, stream, before_ms + gap_ms, time_ms, &step.come, error);
    if (status == WEIR_OK && step.left == NULL && step.come == NULL && step.state != NULL) {
        *out = rdd_hold(step.state);
    } else if (status == WEIR_OK) {
        status = state_slide(streams->executor, &step, out, error);
    }
    rdd_drop(step.left);
    rdd_drop(step.come);
    return status;
}

/* What the operator gives of a window. */
static weir_status show(const struct dstream *stream, struct rdd *window, struct rdd **out,
                        weir_error *error)
{
    enum operator_kind kind = stream->node->class->kind;

    if (kind == OPERATOR_COUNT_BY_WINDOW || kind == OPERATOR_REDUCE_BY_WINDOW) {
        return dstream_without_key(window, out, error);
    }
    *out = rdd_hold(window);
    return WEIR_OK;
}

/* Makes the window that follows stream->state. *out is held. */
static weir_status slide_on(struct dstreams *streams, struct dstream *stream, struct rdd **out,
                            weir_error *error)
{
    int64_t time_ms = stream->state_ms + stream->node->interval_ms;
    struct rdd *window;

    WEIR_TRY(slide(streams, stream, time_ms, &window, error));
    weir_status status = show(stream, window, out, error);
    if (status != WEIR_OK) {
        rdd_drop(window);
        return status;
    }
    rdd_drop(stream->state);
    stream->state = window;
    stream->state_ms = time_ms;
    /* The next slide looks back to what leaves this window. */
    rdd_memo_forget(&stream->partials, time_ms - stream->node->window_ms);
    rdd_memo_forget(&stream->waiting, time_ms - stream->node->window_ms);
    return WEIR_OK;
}

weir_status compute_inverse(struct dstreams *streams, struct dstream *stream, int64_t time_ms,
                            struct rdd **out, weir_error *error)
{
    if (stream->state == NULL) {
        stream->state_ms = streams->zero_ms;
    }
    if (stream->state_ms >= time_ms) {
        return error_set(error, WEIR_E_IO, "the window is gone");
    }
    while (stream->state_ms < time_ms) {
        struct rdd *shown = NULL;
        WEIR_TRY(slide_on(streams, stream, &shown, error));
        if (stream->state_ms == time_ms) {
            *out = shown;
            break;
        }
        weir_status status = rdd_memo_put(&stream->made, stream->state_ms, shown, error);
        if (status != WEIR_OK) {
            rdd_drop(shown);
            return status;
        }
    }
    return WEIR_OK;
}
