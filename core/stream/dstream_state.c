/*
 * dstream_state - updateStateByKey, mapWithState and its snapshots.
 *
 * The state of each batch is a version that shares with the one before what did not change, and has
 * no lineage. Batches follow one another: the rows of one whose step failed wait, and come first
 * with the next.
 */
#include <assert.h>
#include <inttypes.h>

#include "exec/lineage.h"
#include "exec/lineage_state.h"
#include "stream/dstream_compute.h"

#define CHECKPOINT_SLIDES 10 /* how often idle keys are looked for, when nothing else is said */
#define WAITING_MAX       100u

/* Takes the batch's rows from the input, and lets them wait. */
static weir_status take_rows(struct dstreams *streams, struct dstream *stream, int64_t time_ms,
                             weir_error *error)
{
    struct rdd *rows;
    struct rdd *pairs;

    WEIR_TRY(dstream_input(streams, stream, 0, time_ms, &rows, error));
    if (rows == NULL || rdd_memo_get(&stream->waiting, time_ms) != NULL) {
        return WEIR_OK;
    }
    if (stream->waiting.count >= WAITING_MAX) {
        return error_set(error, WEIR_E_TOOBIG,
                         "%u batches wait for one that failed: no more are taken", WAITING_MAX);
    }
    WEIR_TRY(dstream_as_pairs(stream, rows, &pairs, error));
    weir_status status = rdd_memo_put(&stream->waiting, time_ms, pairs, error);
    if (status != WEIR_OK) {
        rdd_drop(pairs);
    }
    return status;
}

/* The state to begin with. */
static weir_status begin(const struct dstreams *streams, struct dstream *stream, int64_t time_ms,
                         weir_error *error)
{
    const struct node *node = stream->node;

    if (stream->state != NULL) {
        return WEIR_OK;
    }
    return state_load(node->initial_keys, node->initial_values, node->initial_count, time_ms,
                      dstream_partitioner(streams, node), &stream->state, error);
}

/* A batch's step: *state is the new one, *shown what the stream gives; both are held. */
typedef weir_status (*state_step_of)(struct dstreams *streams, struct dstream *stream,
                                     int64_t time_ms, struct rdd *rows, struct rdd **state,
                                     struct rdd **shown, weir_error *error);

static weir_status step_update(struct dstreams *streams, struct dstream *stream, int64_t time_ms,
                               struct rdd *rows, struct rdd **state, struct rdd **shown,
                               weir_error *error)
{
    const struct node *node = stream->node;
    struct state_update step = {
        .rows = rows,
        .function = node->function,
        .argument = node->argument,
        .time_ms = time_ms,
        .partitioner = dstream_partitioner(streams, node),
    };

    if (stream->state == NULL && rows == NULL) {
        return WEIR_OK; /* the state to begin with waits */
    }
    WEIR_TRY(begin(streams, stream, 0, error));
    step.state = stream->state;
    WEIR_TRY(state_update(streams->executor, &step, state, error));
    *shown = rdd_hold(*state);
    return WEIR_OK;
}

static weir_status step_rows(struct dstreams *streams, struct dstream *stream, int64_t time_ms,
                             struct rdd *rows, struct rdd **state, struct rdd **shown,
                             weir_error *error)
{
    const struct node *node = stream->node;
    int64_t checkpoint_ms =
        node->checkpoint_ms > 0 ? node->checkpoint_ms : CHECKPOINT_SLIDES * node->interval_ms;
    struct state_rows step = {
        .rows = rows,
        .function = node->function,
        .argument = node->argument,
        .time_ms = time_ms,
        .partitioner = dstream_partitioner(streams, node),
        .refreshes = node->timeout_ms > 0,
        .idle_before_ms = time_ms - node->timeout_ms,
    };

    step.drops_idle = node->timeout_ms > 0 && (time_ms - streams->zero_ms) % checkpoint_ms == 0;
    WEIR_TRY(begin(streams, stream, time_ms, error));
    step.state = stream->state;
    return state_map_rows(streams->executor, &step, state, shown, error);
}

/* Takes one batch. *shown is held; NULL: the stream gives nothing. */
static weir_status take(struct dstreams *streams, struct dstream *stream, int64_t time_ms,
                        state_step_of step, struct rdd **shown, weir_error *error)
{
    /* NULL: it has no RDD, or the input had failed, which was told then. */
    struct rdd *rows = rdd_memo_get(&stream->waiting, time_ms);
    struct rdd *state = NULL;

    *shown = NULL;
    WEIR_TRY(step(streams, stream, time_ms, rows, &state, shown, error));
    if (state != NULL) {
        weir_status status = rdd_memo_put(&stream->partials, time_ms, rdd_hold(state), error);
        if (status != WEIR_OK) {
            rdd_drop(state); /* the memo's, and the stream's own */
            rdd_drop(state);
            rdd_drop(*shown);
            return status;
        }
        rdd_drop(stream->state);
        stream->state = state;
    }
    stream->state_ms = time_ms;
    rdd_memo_forget(&stream->waiting, time_ms);
    return WEIR_OK;
}

static weir_status advance(struct dstreams *streams, struct dstream *stream, int64_t time_ms,
                           state_step_of step, struct rdd **out, weir_error *error)
{
    if (stream->state_ms < streams->zero_ms) {
        stream->state_ms = streams->zero_ms;
    }
    if (stream->state_ms >= time_ms) {
        *out = NULL; /* it gave nothing then, or what it gave is gone */
        return WEIR_OK;
    }
    WEIR_TRY(take_rows(streams, stream, time_ms, error));
    while (stream->state_ms < time_ms) {
        struct rdd *shown;
        int64_t next_ms = stream->state_ms + stream->node->interval_ms;
        WEIR_TRY(take(streams, stream, next_ms, step, &shown, error));
        if (next_ms == time_ms) {
            *out = shown;
        } else if (shown != NULL) {
            weir_status status = rdd_memo_put(&stream->made, next_ms, shown, error);
            if (status != WEIR_OK) {
                rdd_drop(shown);
                return status;
            }
        }
    }
    return WEIR_OK;
}

weir_status compute_update_state(struct dstreams *streams, struct dstream *stream, int64_t time_ms,
                                 struct rdd **out, weir_error *error)
{
    return advance(streams, stream, time_ms, step_update, out, error);
}

weir_status compute_map_with_state(struct dstreams *streams, struct dstream *stream,
                                   int64_t time_ms, struct rdd **out, weir_error *error)
{
    return advance(streams, stream, time_ms, step_rows, out, error);
}

weir_status compute_state_snapshots(struct dstreams *streams, struct dstream *stream,
                                    int64_t time_ms, struct rdd **out, weir_error *error)
{
    struct dstream *mapped = &streams->items[stream->node->inputs[0]->id];
    struct rdd *rdd;

    WEIR_TRY(dstream_input(streams, stream, 0, time_ms, &rdd, error));
    rdd = rdd_memo_get(&mapped->partials, time_ms);
    *out = rdd == NULL ? NULL : rdd_hold(rdd);
    return WEIR_OK;
}
