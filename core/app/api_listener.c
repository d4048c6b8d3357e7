/*
 * api_listener - the program's listeners, and what they are told.
 */
#include "app/api_listener.h"

#include <string.h>
#include <weir/listener.h>

#include "base/list.h"
#include "base/mem.h"

/* One that was added. */
struct heard {
    struct list link;
    const struct weir_listener *listener;
    bool is_attached; /* the context's lock */
};

static struct weir_output_info output_info(const struct batch_output_info *from)
{
    return (struct weir_output_info){.id = from->output,
                                     .name = from->name,
                                     .description = from->description,
                                     .started_ms = from->started_ms,
                                     .ended_ms = from->ended_ms,
                                     .failure = from->failure};
}

static void tell_receiver(void (*call)(void *, const struct weir_receiver_info *), void *owner,
                          const struct event *event)
{
    const struct weir_receiver_info info = {.stream_id = event->receiver.source,
                                            .name = event->name,
                                            .is_active = event->receiver.is_active,
                                            .location = "thread",
                                            .last_error = event->receiver.last_error,
                                            .last_error_ms = event->receiver.last_error_ms};

    if (call != NULL) {
        call(owner, &info);
    }
}

static void tell_batch(void (*call)(void *, const struct weir_batch_info *), void *owner,
                       const struct batch_info *batch)
{
    struct weir_input_info *inputs;
    struct weir_output_info *outputs;
    struct weir_batch_info info = {.time_ms = batch->time_ms,
                                   .submitted_ms = batch->submitted_ms,
                                   .started_ms = batch->started_ms,
                                   .ended_ms = batch->ended_ms,
                                   .scheduling_delay_us = batch->scheduling_delay_us,
                                   .processing_us = batch->processing_us,
                                   .total_delay_us = WEIR_UNKNOWN,
                                   .records = batch->records,
                                   .failure = batch->failure};

    if (call == NULL) {
        return;
    }
    inputs = mem_zalloc((batch->inputs_count + 1) * sizeof(*inputs));
    outputs = mem_zalloc((batch->outputs_count + 1) * sizeof(*outputs));
    for (uint32_t i = 0; inputs != NULL && i < batch->inputs_count; i++) {
        inputs[i] = (struct weir_input_info){.stream_id = batch->inputs[i].source,
                                             .name = batch->inputs[i].name,
                                             .records = batch->inputs[i].records,
                                             .bytes = batch->inputs[i].bytes,
                                             .description = batch->inputs[i].description};
    }
    for (uint32_t i = 0; outputs != NULL && i < batch->outputs_count; i++) {
        outputs[i] = output_info(&batch->outputs[i]);
    }
    if (batch->processing_us >= 0) {
        info.total_delay_us = batch->scheduling_delay_us + batch->processing_us;
    }
    /* Without memory the event is told without its details. */
    info.inputs = inputs;
    info.inputs_count = inputs == NULL ? 0 : batch->inputs_count;
    info.outputs = outputs;
    info.outputs_count = outputs == NULL ? 0 : batch->outputs_count;
    call(owner, &info);
    mem_free(inputs);
    mem_free(outputs);
}

static void tell_output(void (*call)(void *, int64_t, const struct weir_output_info *), void *owner,
                        const struct event *event)
{
    struct weir_output_info info;

    if (call != NULL) {
        info = output_info(&event->batch.outputs[event->output]);
        call(owner, event->batch.time_ms, &info);
    }
}

static void hear(void *given, const struct event *event)
{
    const struct heard *heard = given;
    const struct weir_listener *listener = heard->listener;
    void *owner = listener->owner;

    switch (event->kind) {
    case EVENT_STARTED:
        if (listener->started != NULL) {
            listener->started(owner, event->time_ms);
        }
        break;
    case EVENT_RECEIVER_STARTED:
        tell_receiver(listener->receiver_started, owner, event);
        break;
    case EVENT_RECEIVER_ERROR:
        tell_receiver(listener->receiver_error, owner, event);
        break;
    case EVENT_RECEIVER_STOPPED:
        tell_receiver(listener->receiver_stopped, owner, event);
        break;
    case EVENT_BATCH_SUBMITTED:
        tell_batch(listener->batch_submitted, owner, &event->batch);
        break;
    case EVENT_BATCH_STARTED:
        tell_batch(listener->batch_started, owner, &event->batch);
        break;
    case EVENT_BATCH_COMPLETED:
        tell_batch(listener->batch_completed, owner, &event->batch);
        break;
    case EVENT_OUTPUT_STARTED:
        tell_output(listener->output_started, owner, event);
        break;
    case EVENT_OUTPUT_COMPLETED:
        tell_output(listener->output_completed, owner, event);
        break;
    }
}

/* Under the lock. */
static weir_status attach(struct weir_context *context, struct heard *heard, weir_error *error)
{
    struct context *engaged = engine_context(context->engine);

    if (engaged == NULL || heard->is_attached) {
        return WEIR_OK;
    }
    WEIR_TRY(context_add_listener(engaged, hear, heard, error));
    heard->is_attached = true;
    return WEIR_OK;
}

weir_status api_listeners_attach(struct weir_context *context, weir_error *error)
{
    weir_status status = WEIR_OK;

    lock_take(&context->lock);
    list_each(&context->listeners, link, following)
    {
        if (status == WEIR_OK) {
            status = attach(context, list_entry(link, struct heard, link), error);
        }
    }
    context->is_heard = status == WEIR_OK;
    lock_release(&context->lock);
    return status;
}

/* Under the lock. */
static struct heard *find(struct weir_context *context, const struct weir_listener *listener)
{
    list_each(&context->listeners, link, following)
    {
        struct heard *heard = list_entry(link, struct heard, link);
        if (heard->listener == listener) {
            return heard;
        }
    }
    return NULL;
}

weir_status weir_add_listener(struct weir_context *context, const struct weir_listener *listener)
{
    weir_error error = {.struct_size = sizeof(error)};
    struct heard *heard;
    weir_status status = WEIR_OK;

    if (context == NULL || listener == NULL) {
        return WEIR_E_INVAL;
    }
    heard = mem_zalloc(sizeof(*heard));
    if (heard == NULL) {
        return api_refuse(context, WEIR_E_NOMEM, "add a listener: no memory");
    }
    heard->listener = listener;
    lock_take(&context->lock);
    if (find(context, listener) != NULL) {
        status = error_set(&error, WEIR_E_INVAL, "add a listener: it is there already");
    } else if (context->is_heard) {
        status = attach(context, heard, &error);
    }
    if (status == WEIR_OK) {
        list_append(&context->listeners, &heard->link);
    }
    lock_release(&context->lock);
    if (status != WEIR_OK) {
        mem_free(heard);
    }
    return api_told(context, status, &error);
}

weir_status weir_remove_listener(struct weir_context *context, const struct weir_listener *listener)
{
    struct heard *heard;

    if (context == NULL || listener == NULL) {
        return WEIR_E_INVAL;
    }
    lock_take(&context->lock);
    heard = find(context, listener);
    if (heard != NULL) {
        list_remove(&heard->link);
    }
    lock_release(&context->lock);
    if (heard == NULL) {
        return api_refuse(context, WEIR_E_INVAL, "remove a listener: it is not there");
    }
    if (heard->is_attached) {
        /* With the lock released: it waits for the listener, which may ask for the lock. */
        context_remove_listener(engine_context(context->engine), hear, heard);
    }
    mem_free(heard);
    return WEIR_OK;
}

void api_listeners_fini(struct weir_context *context)
{
    struct list *link;

    while ((link = list_take_first(&context->listeners)) != NULL) {
        mem_free(list_entry(link, struct heard, link));
    }
}
