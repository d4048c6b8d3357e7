/*
 * context_batches - the tick, which makes batches, and the thread that runs them in order.
 */
#include <assert.h>
#include <inttypes.h>

#include "base/log.h"
#include "stream/context_internal.h"

static void post(struct context *context, enum event_kind kind, const struct batch *batch,
                 const struct node *output, const char *message)
{
    struct event event = {
        .kind = kind,
        .batch = batch->info,
        .name = output == NULL ? NULL : output->name,
        .message = message,
    };

    listener_bus_post(&context->bus, &event);
}

void context_report(struct context *context, const weir_error *error)
{
    lock_take(&context->lock);
    if (!context->has_error) {
        context->error = *error;
        context->has_error = true;
        condition_broadcast(&context->changed);
    }
    lock_release(&context->lock);
}

static bool has_outputs(const struct context *context, int64_t time_ms)
{
    for (uint32_t i = 0; i < context->graph->outputs_count; i++) {
        if (dstreams_is_due(context->streams, context->outputs[i].node->inputs[0], time_ms)) {
            return true;
        }
    }
    return false;
}

/* Waits until there is room among the waiting batches, or nobody cares any more. */
static void wait_room(struct context *context)
{
    bool is_told = false;

    lock_take(&context->lock);
    while (context->waiting_count >= BATCHES_WAITING_MAX && context->wish != STOP_NOW) {
        if (!is_told) {
            log_write(LOG_WARN, context->name,
                      "%u batches wait to be run: no more are made until they are fewer",
                      BATCHES_WAITING_MAX);
            is_told = true;
        }
        condition_wait(&context->changed, &context->lock);
    }
    lock_release(&context->lock);
}

static void submit(struct context *context, struct batch *batch)
{
    batch->has_outputs = has_outputs(context, batch->info.time_ms);
    batch_submit(batch, clock_now_ms(context->clock));
    if (batch->has_outputs) {
        post(context, EVENT_BATCH_SUBMITTED, batch, NULL, NULL);
    }
    lock_take(&context->lock);
    context->counters.records_in += batch->info.records;
    context->counters.bytes_in += batch_bytes(batch);
    context->allocated = batch->info.number;
    list_append(&context->waiting, &batch->link);
    context->waiting_count++;
    condition_broadcast(&context->changed);
    lock_release(&context->lock);
}

/* True when the context goes on after this batch. */
static bool goes_on(struct context *context, uint64_t number, bool all_ended)
{
    bool is_enough = context->options.batches_max != 0 && number >= context->options.batches_max;

    if (!is_enough && !(all_ended && context->options.stop_at_end)) {
        return true;
    }
    lock_take(&context->lock);
    context->are_ticks_over = true;
    condition_broadcast(&context->changed);
    lock_release(&context->lock);
    context_wish(context, STOP_GRACEFUL);
    return false;
}

bool context_tick(void *owner, uint64_t number, int64_t time_ms)
{
    struct context *context = owner;
    weir_error error = {.struct_size = sizeof(error)};
    struct batch *batch = NULL;

    wait_room(context);
    bool all_ended = context_fill(context, number);
    context_watch_sources(context, false);
    weir_status status =
        batch_create(number, time_ms, context->graph->sources_count, &batch, &error);
    if (status == WEIR_OK) {
        context_seal(context, batch);
        submit(context, batch);
    } else {
        context_report(context, &error); /* the blocks wait for the next batch */
        lock_take(&context->lock);
        context->allocated = number;
        lock_release(&context->lock);
    }
    return goes_on(context, number, all_ended);
}

/* The batch's blocks become input RDDs, which hold them alone from now on. */
static weir_status take_inputs(struct context *context, struct batch *batch, weir_error *error)
{
    weir_status result = WEIR_OK;

    for (uint32_t i = 0; i < batch->inputs_count; i++) {
        const struct node *node = context->sources[i].node;
        weir_error *told = result == WEIR_OK ? error : NULL; /* the first one is kept */

        if (node->is_used) {
            weir_status status =
                dstreams_set_input(context->streams, node, batch->info.time_ms,
                                   batch->inputs[i].blocks, batch->inputs[i].count, told);
            result = result == WEIR_OK ? status : result;
        }
        batch_drop_input(batch, i);
    }
    return result;
}

static void fail_batch(struct context *context, struct batch *batch, weir_error *error)
{
    bool is_cancelled = error->code == WEIR_STOPPING && context_get_wish(context) == STOP_NOW;

    /* A function's or sink's answer above zero is no error's status, but it did not succeed. */
    weir_status status = error->code > 0 && !is_cancelled ? WEIR_E_BUG : error->code;
    error_wrap(error, status, "batch %" PRId64 " ms", batch->info.time_ms);
    batch_fail(batch, error);
    if (!is_cancelled) {
        context_report(context, error);
    }
}

static weir_status run_output(struct context *context, struct batch *batch,
                              const struct output *output, uint64_t *records, weir_error *error)
{
    struct rdd *rdd = NULL;

    *records = 0;
    weir_status status =
        dstreams_rdd(context->streams, output->node->inputs[0], batch->info.time_ms, &rdd, error);
    if (status != WEIR_OK) {
        return error_wrap(error, status, "output %s", output->node->name);
    }
    if (rdd == NULL) {
        return WEIR_OK; /* a union of streams none of which has one */
    }
    return output_run(output, context->executor, context->graph->functions, rdd,
                      batch->info.time_ms, records, error);
}

static void run_outputs(struct context *context, struct batch *batch)
{
    for (uint32_t i = 0; i < context->graph->outputs_count; i++) {
        const struct output *output = &context->outputs[i];
        weir_error error = {.struct_size = sizeof(error)};
        uint64_t records = 0;

        if (!dstreams_is_due(context->streams, output->node->inputs[0], batch->info.time_ms)) {
            continue;
        }
        post(context, EVENT_OUTPUT_STARTED, batch, output->node, NULL);
        weir_status status = run_output(context, batch, output, &records, &error);
        if (status != WEIR_OK) {
            error.code = status;
            fail_batch(context, batch, &error);
        }
        batch->info.records_out += records;
        post(context, EVENT_OUTPUT_COMPLETED, batch, output->node,
             status == WEIR_OK ? NULL : error.msg);
    }
}

/* Under the lock. */
static void count_batch(struct context *context, const struct batch *batch)
{
    struct context_counters *counters = &context->counters;
    int64_t delay_us = batch->info.scheduling_delay_us + batch->info.processing_us;

    counters->batches++;
    counters->processing_us += batch->info.processing_us;
    counters->records_out += batch->info.records_out;
    if (!batch->has_outputs && !batch->info.is_failed) {
        return;
    }
    if (batch->info.is_failed) {
        counters->batches_failed++;
    } else {
        counters->batches_completed++;
    }
    if (counters->worst_total_delay_us < delay_us) {
        counters->worst_total_delay_us = delay_us;
    }
}

static void run_batch(struct context *context, struct batch *batch)
{
    weir_error error = {.struct_size = sizeof(error)};
    int64_t time_ms = batch->info.time_ms;

    batch_begin(batch, clock_now_ms(context->clock));
    if (batch->has_outputs) {
        post(context, EVENT_BATCH_STARTED, batch, NULL, NULL);
    }
    weir_status status = take_inputs(context, batch, &error);
    if (status != WEIR_OK) {
        error.code = status;
        fail_batch(context, batch, &error);
    }
    dstreams_keep(context->streams, time_ms);
    run_outputs(context, batch);
    dstreams_forget(context->streams, time_ms);
    batch_end(batch, clock_now_ms(context->clock));
    if (batch->has_outputs) {
        post(context, EVENT_BATCH_COMPLETED, batch, NULL, NULL);
    }
}

/* The next batch; NULL when there will be none. */
static struct batch *take_batch(struct context *context)
{
    lock_take(&context->lock);
    while (list_is_empty(&context->waiting) && !context->is_closing) {
        condition_wait(&context->changed, &context->lock);
    }
    struct list *link = list_take_first(&context->waiting);
    if (link != NULL) {
        context->waiting_count--;
        context->is_running = true;
        condition_broadcast(&context->changed);
    }
    lock_release(&context->lock);
    return link == NULL ? NULL : list_entry(link, struct batch, link);
}

void context_run_batches(void *owner)
{
    struct context *context = owner;
    struct batch *batch;

    while ((batch = take_batch(context)) != NULL) {
        run_batch(context, batch);
        lock_take(&context->lock);
        count_batch(context, batch);
        context->is_running = false;
        condition_broadcast(&context->changed);
        lock_release(&context->lock);
        batch_destroy(batch);
    }
}
