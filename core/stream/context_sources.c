/*
 * context_sources - the sources of a context: started, sealed, watched and stopped.
 */
#include <inttypes.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "stream/context_internal.h"

static void post(struct context *context, enum event_kind kind, struct context_source *source,
                 const char *message)
{
    struct event event = {.kind = kind,
                          .time_ms = clock_now_ms(context->clock),
                          .name = source->node->name,
                          .message = message};

    event.receiver.source = source->node->source_index;
    event.receiver.is_active = source->is_active;
    event.receiver.last_error = source->has_erred ? source->last_error : NULL;
    event.receiver.last_error_ms = source->last_error_ms;
    listener_bus_post(&context->bus, &event);
}

/* What has happened to it, as ReceiverInfo has it: an error that is only reported has no time. */
static void note_error(struct context_source *source, const char *note)
{
    source->has_erred = true;
    memcpy(source->last_error, note, sizeof(source->last_error));
}

static void stopped(struct context *context, struct context_source *source, const char *note,
                    bool by_error)
{
    source->is_active = false;
    if (by_error) {
        note_error(source, note);
        source->last_error_ms = clock_now_ms(context->clock);
    }
    post(context, EVENT_RECEIVER_STOPPED, source, note);
}

static void started(struct context *context, struct context_source *source)
{
    source->is_active = true;
    post(context, EVENT_RECEIVER_STARTED, source, NULL);
}

static weir_status start_one(struct context *context, struct context_source *source,
                             weir_error *error)
{
    struct block_maker_options options = {.bytes_in_flight_max =
                                              context->options.bytes_in_flight_max};

    if (source->source.class == NULL) {
        return error_set(error, WEIR_E_CONFIG, "source %s has nothing that feeds it",
                         source->node->name);
    }
    WEIR_TRY(block_maker_create(&options, context->clock, &source->maker, error));
    weir_status status =
        source->source.class->start(source->source.self, source->maker, context->rhythm, error);
    if (status != WEIR_OK) {
        return error_wrap(error, status, "source %s", source->node->name);
    }
    source->is_started = true;
    source->last.state = SOURCE_RUNNING;
    source->last_error_ms = -1;
    started(context, source);
    return WEIR_OK;
}

weir_status context_start_sources(struct context *context, weir_error *error)
{
    for (uint32_t i = 0; i < context->graph->sources_count; i++) {
        WEIR_TRY(start_one(context, &context->sources[i], error));
    }
    return WEIR_OK;
}

bool context_fill(struct context *context, uint64_t number)
{
    bool all_ended = context->graph->sources_count > 0;

    for (uint32_t i = 0; i < context->graph->sources_count; i++) {
        struct source source = context->sources[i].source;

        if (clock_is_manual(context->clock)) {
            source.class->settle(source.self, number);
        }
        if (source.class->fill != NULL) {
            source.class->fill(source.self, number);
        }
        /* Asked before the blocks are sealed: what a source delivered before its end is in them. */
        all_ended = source.class->is_ended(source.self) && all_ended;
    }
    return all_ended;
}

void context_seal(struct context *context, struct batch *batch)
{
    for (uint32_t i = 0; i < context->graph->sources_count; i++) {
        struct context_source *source = &context->sources[i];
        weir_error error = {.struct_size = sizeof(error)};
        struct block **blocks = NULL;
        uint32_t count = 0;

        batch_describe_input(batch, i, source->node->name, source->last.note);
        weir_status status = block_maker_seal(source->maker, &blocks, &count, &error);
        if (status == WEIR_OK) {
            const struct source_class *class = source->source.class;
            batch_set_input(batch, i, blocks, count);
            batch->inputs[i].is_absent = count == 0 && class->is_absent != NULL &&
                                         class->is_absent(source->source.self, batch->info.number);
        } else {
            /* Its blocks wait for the next batch. */
            error_wrap(&error, status, "batch %" PRIu64 ": source %s", batch->info.number,
                       source->node->name);
            context_report(context, &error);
        }
    }
}

static void tell_changes(struct context *context, struct context_source *source,
                         const struct source_status *now)
{
    const struct source_status *last = &source->last;
    bool was_over = last->state == SOURCE_ENDED || last->state == SOURCE_FAILED;
    bool is_over = now->state == SOURCE_ENDED || now->state == SOURCE_FAILED;
    bool is_broken = now->state == SOURCE_FAILED || now->state == SOURCE_RESTARTING;

    if (is_broken && (last->state != now->state || last->restarts != now->restarts)) {
        note_error(source, now->note);
        post(context, EVENT_RECEIVER_ERROR, source, now->note);
    }
    if (now->restarts > last->restarts) {
        stopped(context, source, now->note, true);
        started(context, source);
    }
    if (is_over && !was_over) {
        stopped(context, source, now->note, now->state == SOURCE_FAILED);
    }
}

void context_watch_sources(struct context *context, bool are_stopped)
{
    for (uint32_t i = 0; i < context->graph->sources_count; i++) {
        struct context_source *source = &context->sources[i];
        struct source_status now = {.state = SOURCE_WAITING};

        if (source->is_started) {
            source->source.class->status(source->source.self, &now);
            if (are_stopped && now.state != SOURCE_FAILED) {
                now.state = SOURCE_ENDED;
            }
            tell_changes(context, source, &now);
            source->last = now;
        }
    }
}

void context_stop_sources(struct context *context)
{
    for (uint32_t i = 0; i < context->graph->sources_count; i++) {
        struct context_source *source = &context->sources[i];

        if (source->is_started) {
            source->source.class->stop(source->source.self);
            block_maker_close(source->maker);
        }
    }
}

bool context_sources_are_empty(struct context *context)
{
    for (uint32_t i = 0; i < context->graph->sources_count; i++) {
        if (context->sources[i].maker != NULL && !block_maker_is_empty(context->sources[i].maker)) {
            return false;
        }
    }
    return true;
}

static uint64_t drop_rest_of(struct context_source *source)
{
    struct block **blocks = NULL;
    uint32_t count = 0;
    uint64_t records = 0;

    if (source->maker == NULL ||
        block_maker_seal(source->maker, &blocks, &count, NULL) != WEIR_OK) {
        return 0;
    }
    for (uint32_t i = 0; i < count; i++) {
        records += blocks[i]->rows_count;
        block_drop(blocks[i]);
    }
    mem_free(blocks);
    return records;
}

void context_drop_rest(struct context *context)
{
    for (uint32_t i = 0; i < context->graph->sources_count; i++) {
        struct context_source *source = &context->sources[i];
        uint64_t records = drop_rest_of(source);

        if (records > 0) {
            log_write(LOG_WARN, context->name,
                      "source %s: %" PRIu64 " records came after the last batch and are dropped",
                      source->node->name, records);
            lock_take(&context->lock);
            context->counters.records_dropped += records;
            lock_release(&context->lock);
        }
    }
}
