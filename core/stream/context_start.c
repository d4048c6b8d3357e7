/*
 * context_start - the start of a context, and the wish that it stop.
 */
#include <assert.h>

#include "stream/context_internal.h"

static weir_status check_state(struct context *context, weir_error *error)
{
    enum context_state state = context_get_state(context);

    if (state == CONTEXT_INITIALIZED) {
        return WEIR_OK;
    }
    return error_set(error, WEIR_E_INVAL, "start: the context has already been %s",
                     state == CONTEXT_ACTIVE ? "started" : "stopped");
}

static weir_status check_outputs(const struct context *context, weir_error *error)
{
    if (context->graph->outputs_count == 0) {
        return error_set(error, WEIR_E_CONFIG, "no outputs, so nothing to do");
    }
    for (uint32_t i = 0; i < context->graph->outputs_count; i++) {
        const struct output *output = &context->outputs[i];
        if (output->sink.class == NULL && !output_is_foreach(output->node)) {
            return error_set(error, WEIR_E_CONFIG, "output %s has no sink", output->node->name);
        }
    }
    return WEIR_OK;
}

/* Makes what the threads need, and starts those that wait: nothing moves yet. */
static weir_status start_threads(struct context *context, weir_error *error)
{
    struct dstreams_options options = {.partitions_per_block =
                                           context->options.partitions_per_block};

    WEIR_TRY(batch_clock_create(context->clock, context->graph->batch_ms, context_tick, context,
                                &context->rhythm, error));
    options.zero_ms = batch_clock_zero_ms(context->rhythm);
    WEIR_TRY(
        dstreams_create(&options, context->graph, context->executor, &context->streams, error));
    WEIR_TRY(listener_bus_start(&context->bus, error));
    WEIR_TRY(context_start_runners(context, error));
    WEIR_TRY(
        thread_start(&context->batches_thread, "batches", context_run_batches, context, error));
    return thread_start(&context->stopper_thread, "stopper", context_run_stopper, context, error);
}

/* The start failed before there was a stopper. */
static void abandon(struct context *context)
{
    lock_take(&context->lock);
    context->is_closing = true;
    condition_broadcast(&context->changed);
    lock_release(&context->lock);
    thread_join(&context->batches_thread);
    context_join_runners(context);
    listener_bus_stop(&context->bus);
    lock_take(&context->lock);
    context->is_starting = false;
    context_move(context, CONTEXT_STOPPED);
    lock_release(&context->lock);
}

static void wait_stopped(struct context *context)
{
    lock_take(&context->lock);
    while (context->state != CONTEXT_STOPPED) {
        condition_wait(&context->changed, &context->lock);
    }
    lock_release(&context->lock);
}

static weir_status go(struct context *context, weir_error *error)
{
    struct event event = {
        .kind = EVENT_STARTED, .time_ms = clock_now_ms(context->clock), .name = context->name};

    WEIR_TRY(context_start_sources(context, error));
    listener_bus_post(&context->bus, &event);
    return batch_clock_start(context->rhythm, error);
}

/* Under the life lock. */
static weir_status start(struct context *context, weir_error *error)
{
    WEIR_TRY(check_state(context, error));
    lock_take(&context->lock);
    context->is_starting = true;
    lock_release(&context->lock);
    weir_status status = check_outputs(context, error);
    if (status == WEIR_OK) {
        status = start_threads(context, error);
    }
    if (status != WEIR_OK) {
        abandon(context);
        return status;
    }
    lock_take(&context->lock);
    context_move(context, CONTEXT_ACTIVE);
    context->is_starting = false;
    enum stop_wish early_wish = context->early_wish;
    lock_release(&context->lock);
    status = go(context, error);
    if (early_wish != STOP_NOT) {
        context_wish(context, early_wish);
    }
    if (status != WEIR_OK) {
        context_wish(context, STOP_GRACEFUL);
        wait_stopped(context);
    }
    return status;
}

weir_status context_start(struct context *context, weir_error *error)
{
    lock_take(&context->life);
    weir_status status = start(context, error);
    lock_release(&context->life);
    return status;
}

/* The threads that a stop waits for. */
static weir_status check_thread(const struct context *context, weir_error *error)
{
    const char *place = listener_bus_is_current(&context->bus) ? "its listener"
                        : context_is_runner(context)           ? "a function that it runs"
                                                               : NULL;

    return place == NULL ? WEIR_OK
                         : error_set(error, WEIR_E_INVAL,
                                     "cannot stop a context within %s: stop it soon, or from "
                                     "another thread",
                                     place);
}

weir_status context_stop(struct context *context, bool graceful, weir_error *error)
{
    WEIR_TRY(check_thread(context, error));
    lock_take(&context->life);
    lock_take(&context->lock);
    if (context->state == CONTEXT_INITIALIZED) {
        context_move(context, CONTEXT_STOPPED);
    }
    lock_release(&context->lock);
    lock_release(&context->life);
    context_wish(context, graceful ? STOP_GRACEFUL : STOP_NOW);
    wait_stopped(context);
    return WEIR_OK;
}
