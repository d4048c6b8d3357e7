/*
 * context_jobs - the outputs of a batch: one after the other, or several at once.
 *
 * With one job at a time (the default) the thread "batches" runs them itself, so that batches and
 * outputs keep their order. With more, threads of their own take jobs in the order in which they
 * were made, of as many batches as there are threads: what is done first is open then.
 */
#include <inttypes.h>

#include "base/mem.h"
#include "stream/context_internal.h"

uint32_t context_jobs_at_once(const struct context *context)
{
    return context->options.jobs_at_once == 0 ? 1 : context->options.jobs_at_once;
}

/* Of an output's error: no answer above zero, and where it was. True when it is to be told, and
 * does not only follow from a stop in a hurry. */
static bool complete_error(struct context *context, const struct batch *batch, weir_error *error)
{
    bool is_cancelled = error->code == WEIR_STOPPING && context_get_wish(context) == STOP_NOW;

    /* A function's or sink's answer above zero is no error's status, but it did not succeed. */
    weir_status status = error->code > 0 && !is_cancelled ? WEIR_E_BUG : error->code;
    error_wrap(error, status, "batch %" PRId64 " ms", batch->info.time_ms);
    return !is_cancelled;
}

void context_fail_batch(struct context *context, struct batch *batch, weir_error *error)
{
    bool is_told = complete_error(context, batch, error);

    batch_fail(batch, error);
    if (is_told) {
        context_report(context, error);
    }
}

/* Under the jobs' lock: what jobs that run at once write of their batch, and what is told of it. */
static void post(struct context *context, enum event_kind kind, const struct batch_output *job)
{
    const struct batch *batch = job->batch;
    struct event event = {.kind = kind,
                          .time_ms = clock_now_ms(context->clock),
                          .batch = batch->info,
                          .output = job->place,
                          .name = job->output->node->name,
                          .message = batch->output_infos[job->place].failure};

    listener_bus_post(&context->bus, &event);
}

static void begin_output(struct context *context, struct batch_output *job)
{
    lock_take(&context->jobs_lock);
    batch_begin_output(job->batch, job->place, clock_now_ms(context->clock));
    post(context, EVENT_OUTPUT_STARTED, job);
    lock_release(&context->jobs_lock);
}

/* error NULL: it did well. */
static void end_output(struct context *context, struct batch_output *job, weir_error *error,
                       uint64_t records)
{
    if (error != NULL && complete_error(context, job->batch, error)) {
        context_report(context, error);
    }
    lock_take(&context->jobs_lock);
    job->batch->info.records_out += records;
    batch_end_output(job->batch, job->place, clock_now_ms(context->clock), error);
    post(context, EVENT_OUTPUT_COMPLETED, job);
    lock_release(&context->jobs_lock);
}

static void run_job(struct context *context, struct batch_output *job)
{
    weir_error error = job->error; /* the stream's, when it could make no RDD */
    weir_status status = error.code;
    uint64_t records = 0;

    begin_output(context, job);
    if (status == WEIR_OK && job->rdd != NULL) {
        error = (weir_error){.struct_size = sizeof(error)};
        status = output_run(job->output, context->executor, context->graph->functions, job->rdd,
                            job->batch->info.time_ms, &records, &error);
        error.code = status;
    }
    rdd_drop(job->rdd);
    job->rdd = NULL;
    end_output(context, job, status == WEIR_OK ? NULL : &error, records);
}

/* The last job of a batch ends it. */
static void run_of_many(struct context *context, struct batch_output *job)
{
    struct batch *batch = job->batch;

    run_job(context, job);
    lock_take(&context->jobs_lock);
    bool is_last = --batch->outputs_left == 0;
    lock_release(&context->jobs_lock);
    if (is_last) {
        context_end_batch(context, batch);
    }
}

static struct batch_output *take_job(struct context *context)
{
    lock_take(&context->jobs_lock);
    while (list_is_empty(&context->jobs) && !context->are_jobs_over) {
        condition_wait(&context->jobs_changed, &context->jobs_lock);
    }
    struct list *link = list_take_first(&context->jobs);
    lock_release(&context->jobs_lock);
    return link == NULL ? NULL : list_entry(link, struct batch_output, link);
}

static void run_runner(void *owner)
{
    struct context *context = owner;
    struct batch_output *job;

    while ((job = take_job(context)) != NULL) {
        run_of_many(context, job);
    }
}

void context_run_jobs(struct context *context, struct batch *batch)
{
    uint32_t outputs_count = batch->outputs_count;

    if (context->runners_count == 0 || outputs_count == 0) {
        for (uint32_t i = 0; i < outputs_count; i++) {
            run_job(context, &batch->outputs[i]);
        }
        context_end_batch(context, batch);
        return;
    }
    lock_take(&context->jobs_lock);
    for (uint32_t i = 0; i < outputs_count; i++) {
        list_append(&context->jobs, &batch->outputs[i].link);
    }
    condition_broadcast(&context->jobs_changed);
    lock_release(&context->jobs_lock);
}

weir_status context_start_runners(struct context *context, weir_error *error)
{
    uint32_t wanted = context_jobs_at_once(context);

    if (wanted == 1) {
        return WEIR_OK;
    }
    context->runners = mem_zalloc(wanted * sizeof(*context->runners));
    if (context->runners == NULL) {
        return error_set(error, WEIR_E_NOMEM, "run %" PRIu32 " jobs at once", wanted);
    }
    while (context->runners_count < wanted) {
        WEIR_TRY(thread_start(&context->runners[context->runners_count], "jobs", run_runner,
                              context, error));
        context->runners_count++;
    }
    return WEIR_OK;
}

void context_join_runners(struct context *context)
{
    lock_take(&context->jobs_lock);
    context->are_jobs_over = true;
    condition_broadcast(&context->jobs_changed);
    lock_release(&context->jobs_lock);
    for (uint32_t i = 0; i < context->runners_count; i++) {
        thread_join(&context->runners[i]);
    }
}

bool context_is_runner(const struct context *context)
{
    for (uint32_t i = 0; i < context->runners_count; i++) {
        if (thread_is_current(&context->runners[i])) {
            return true;
        }
    }
    return thread_is_current(&context->batches_thread);
}
