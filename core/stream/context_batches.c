/*
 * context_batches - the tick, which makes batches, and the thread that runs them in order.
 */
#include <assert.h>
#include <inttypes.h>

#include "base/log.h"
#include "stream/context_internal.h"

static void post(struct context *context, enum event_kind kind, const struct batch *batch)
{
    struct event event = {
        .kind = kind, .time_ms = clock_now_ms(context->clock), .batch = batch->info};

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

/* The outputs that are due, and what they are called. */
static void add_outputs(struct context *context, struct batch *batch)
{
    for (uint32_t i = 0; i < context->graph->outputs_count; i++) {
        struct output *output = &context->outputs[i];
        const char *type = output->node->type;
        if (dstreams_is_due(context->streams, output->node->inputs[0], batch->info.time_ms)) {
            batch_add_output(batch, output, i, output->node->name, type == NULL ? "" : type);
        }
    }
    batch->has_outputs = batch->outputs_count > 0;
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
    add_outputs(context, batch);
    batch_submit(batch, clock_now_ms(context->clock));
    if (batch->has_outputs) {
        post(context, EVENT_BATCH_SUBMITTED, batch);
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
    weir_status status = batch_create(number, time_ms, context->graph->sources_count,
                                      context->graph->outputs_count, &batch, &error);
    if (status == WEIR_OK) {
        context_seal(context, batch);
        submit(context, batch);
    } else {
        context_report(context, &error); /* the blocks wait for the next batch */
        lock_take(&context->lock);
        context->allocated = number;
        condition_broadcast(&context->changed);
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

        if (node->is_used && batch->inputs[i].is_absent) {
            weir_status status =
                dstreams_set_none(context->streams, node, batch->info.time_ms, told);
            result = result == WEIR_OK ? status : result;
        } else if (node->is_used) {
            weir_status status =
                dstreams_set_input(context->streams, node, batch->info.time_ms,
                                   batch->inputs[i].blocks, batch->inputs[i].count, told);
            result = result == WEIR_OK ? status : result;
        }
        batch_drop_input(batch, i);
    }
    return result;
}

/* What each output that is due is to be given. */
static void make_jobs(struct context *context, struct batch *batch)
{
    for (uint32_t i = 0; i < batch->outputs_count; i++) {
        struct batch_output *job = &batch->outputs[i];
        const struct node *node = job->output->node;
        weir_status status = dstreams_rdd(context->streams, node->inputs[0], batch->info.time_ms,
                                          &job->rdd, &job->error);
        if (status != WEIR_OK) {
            job->rdd = NULL;
            error_wrap(&job->error, status, "output %s", node->name);
            continue;
        }
        job->error.code = WEIR_OK;
        if (job->rdd != NULL) {
            rdd_hold(job->rdd);
        }
    }
}

/* Blocks become RDDs, and RDDs become jobs: batch after batch, on one thread. */
static void begin_batch(struct context *context, struct batch *batch)
{
    weir_error error = {.struct_size = sizeof(error)};

    batch_begin(batch, clock_now_ms(context->clock));
    if (batch->has_outputs) {
        post(context, EVENT_BATCH_STARTED, batch);
    }
    lock_take(&context->streams_lock);
    context->is_making = true;
    weir_status status = take_inputs(context, batch, &error);
    if (status != WEIR_OK) {
        error.code = status;
        context_fail_batch(context, batch, &error);
    }
    dstreams_keep(context->streams, batch->info.time_ms);
    make_jobs(context, batch);
    context->is_making = false;
    lock_release(&context->streams_lock);
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

void context_end_batch(struct context *context, struct batch *batch)
{
    lock_take(&context->streams_lock);
    dstreams_cut(context->streams, batch->info.time_ms);
    dstreams_forget(context->streams, batch->info.time_ms);
    lock_release(&context->streams_lock);
    batch_end(batch, clock_now_ms(context->clock));
    if (batch->has_outputs) {
        post(context, EVENT_BATCH_COMPLETED, batch);
    }
    lock_take(&context->lock);
    count_batch(context, batch);
    context->running_count--;
    condition_broadcast(&context->changed);
    lock_release(&context->lock);
    batch_destroy(batch);
}

/* The next batch; NULL when there will be none. */
static struct batch *take_batch(struct context *context)
{
    lock_take(&context->lock);
    while ((list_is_empty(&context->waiting) && !context->is_closing) ||
           context->running_count >= context_jobs_at_once(context)) {
        condition_wait(&context->changed, &context->lock);
    }
    struct list *link = list_take_first(&context->waiting);
    if (link != NULL) {
        context->waiting_count--;
        context->running_count++;
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
        begin_batch(context, batch);
        context_run_jobs(context, batch);
    }
}
