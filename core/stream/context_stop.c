/*
 * context_stop - the end of a context, in order, on a thread that waits for it from the start.
 *
 * A stop is only wished for, by any thread; the stopper carries it out. So a context can end by
 * itself, from its own tick, as it ends when it is told to.
 */
#include <assert.h>
#include <inttypes.h>

#include "base/log.h"
#include "base/states.h"
#include "stream/context_internal.h"

#define NS_PER_MS              INT64_C(1000000)
#define STOP_TIMEOUT_INTERVALS 10

static const char *const state_names[] = {
    [CONTEXT_INITIALIZED] = "initialized",
    [CONTEXT_ACTIVE] = "active",
    [CONTEXT_STOPPING] = "stopping",
    [CONTEXT_STOPPED] = "stopped",
};

static const uint32_t state_next_bits[] = {
    [CONTEXT_INITIALIZED] = STATE_BIT(CONTEXT_ACTIVE) | STATE_BIT(CONTEXT_STOPPED),
    [CONTEXT_ACTIVE] = STATE_BIT(CONTEXT_STOPPING),
    [CONTEXT_STOPPING] = STATE_BIT(CONTEXT_STOPPED),
    [CONTEXT_STOPPED] = 0,
};

static const struct states context_states = {
    .thing = "context", .names = state_names, .next_bits = state_next_bits, .count = 4};

void context_move(struct context *context, enum context_state state)
{
    sm_move(&context_states, &context->state, state);
    condition_broadcast(&context->changed);
}

enum stop_wish context_get_wish(struct context *context)
{
    lock_take(&context->lock);
    enum stop_wish wish = context->wish;
    lock_release(&context->lock);
    return wish;
}

/* What runs or waits shall end soon: tasks, deliveries that wait for room, the last tick. */
static void hurry(struct context *context)
{
    executor_cancel(context->executor);
    batch_clock_end(context->rhythm);
    for (uint32_t i = 0; i < context->graph->sources_count; i++) {
        if (context->sources[i].maker != NULL) {
            block_maker_close(context->sources[i].maker);
        }
    }
}

void context_wish(struct context *context, enum stop_wish wish)
{
    bool is_hurried = false;

    lock_take(&context->lock);
    if (context->state == CONTEXT_ACTIVE) {
        context_move(context, CONTEXT_STOPPING);
    }
    if (context->state == CONTEXT_STOPPING && context->wish < wish) {
        context->wish = wish;
        is_hurried = wish == STOP_NOW;
        context->is_hurrying = is_hurried;
        condition_broadcast(&context->changed);
    }
    lock_release(&context->lock);
    if (is_hurried) {
        hurry(context);
        lock_take(&context->lock);
        context->is_hurrying = false;
        condition_broadcast(&context->changed);
        lock_release(&context->lock);
    }
}

/* The executor runs what else it is given again, once nobody is about to cancel it. */
static void resume(struct context *context)
{
    lock_take(&context->lock);
    while (context->is_hurrying) {
        condition_wait(&context->changed, &context->lock);
    }
    lock_release(&context->lock);
    executor_resume(context->executor);
}

static bool is_idle(const struct context *context)
{
    return list_is_empty(&context->waiting) && context->running_count == 0;
}

/* Waits until all batches are done; false when the time is over or there is a hurry. */
static bool wait_idle(struct context *context, int64_t deadline_ns)
{
    lock_take(&context->lock);
    while (!is_idle(context) && context->wish != STOP_NOW) {
        int64_t left_ns = deadline_ns - clock_stopwatch_ns();
        if (left_ns <= 0) {
            break;
        }
        condition_wait_for(&context->changed, &context->lock, left_ns);
    }
    bool done = is_idle(context);
    lock_release(&context->lock);
    return done;
}

static void drop_waiting(struct context *context)
{
    uint64_t batches = 0;
    uint64_t records = 0;
    struct list *link;

    lock_take(&context->lock);
    while ((link = list_take_first(&context->waiting)) != NULL) {
        struct batch *batch = list_entry(link, struct batch, link);
        batches++;
        records += batch->info.records;
        batch_abandon(batch);
        batch_destroy(batch);
    }
    context->waiting_count = 0;
    context->counters.records_dropped += records;
    condition_broadcast(&context->changed);
    lock_release(&context->lock);
    if (batches > 0) {
        log_write(LOG_WARN, context->name,
                  "stopped at once: %" PRIu64 " waiting batches with %" PRIu64
                  " records are dropped",
                  batches, records);
    }
}

static int64_t timeout_ms(const struct context *context)
{
    int64_t timeout = context->options.stop_timeout_ms;

    return timeout > 0 ? timeout : STOP_TIMEOUT_INTERVALS * context->graph->batch_ms;
}

/* Ends the ticks: after one more when that is wanted, and something waits for it. */
static void end_ticks(struct context *context, int64_t deadline_ns)
{
    bool one_more =
        context_get_wish(context) == STOP_GRACEFUL && !context_sources_are_empty(context);
    int64_t left_ns = deadline_ns - clock_stopwatch_ns();

    lock_take(&context->lock);
    one_more = one_more && !context->are_ticks_over;
    lock_release(&context->lock);
    (void)batch_clock_stop(context->rhythm, one_more, left_ns > 0 ? left_ns : 0);
    lock_take(&context->lock);
    context->are_ticks_over = true;
    condition_broadcast(&context->changed);
    lock_release(&context->lock);
}

static void finish_batches(struct context *context, int64_t deadline_ns)
{
    if (!wait_idle(context, deadline_ns)) {
        if (context_get_wish(context) == STOP_GRACEFUL) {
            log_write(LOG_WARN, context->name, "graceful stop: not done after %" PRId64 " ms",
                      timeout_ms(context));
            context_wish(context, STOP_NOW);
        }
        drop_waiting(context);
    }
    lock_take(&context->lock);
    context->is_closing = true;
    condition_broadcast(&context->changed);
    lock_release(&context->lock);
    thread_join(&context->batches_thread);
    context_join_runners(context);
}

static void stop(struct context *context)
{
    int64_t deadline_ns = clock_stopwatch_ns() + timeout_ms(context) * NS_PER_MS;

    context_stop_sources(context);
    end_ticks(context, deadline_ns);
    finish_batches(context, deadline_ns);
    context_drop_rest(context);
    dstreams_forget(context->streams, INT64_MAX);
    resume(context);
    context_watch_sources(context, true);
    listener_bus_stop(&context->bus);
    lock_take(&context->lock);
    context_move(context, CONTEXT_STOPPED);
    lock_release(&context->lock);
}

void context_stop_soon(struct context *context, bool graceful)
{
    enum stop_wish wish = graceful ? STOP_GRACEFUL : STOP_NOW;

    lock_take(&context->lock);
    if (context->is_starting) {
        context->early_wish = wish; /* carried out when the start is done */
    } else if (context->state == CONTEXT_INITIALIZED) {
        context_move(context, CONTEXT_STOPPED);
    }
    lock_release(&context->lock);
    context_wish(context, wish);
}

void context_run_stopper(void *owner)
{
    struct context *context = owner;

    lock_take(&context->lock);
    while (context->wish == STOP_NOT) {
        condition_wait(&context->changed, &context->lock);
    }
    lock_release(&context->lock);
    stop(context);
}
