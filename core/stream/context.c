/*
 * context - one running job: its life from create to destroy, and what can be asked of it.
 */
#include "stream/context.h"

#include <assert.h>

#include "base/mem.h"
#include "stream/context_internal.h"

#define NS_PER_MS INT64_C(1000000)

static void fini_parts(struct context *context)
{
    for (uint32_t i = 0; context->sources != NULL && i < context->graph->sources_count; i++) {
        struct context_source *source = &context->sources[i];
        if (source->source.class != NULL) {
            source->source.class->destroy(source->source.self);
        }
        block_maker_destroy(source->maker);
    }
    for (uint32_t i = 0; context->outputs != NULL && i < context->graph->outputs_count; i++) {
        output_fini(&context->outputs[i]);
    }
    dstreams_destroy(context->streams);
    batch_clock_destroy(context->rhythm);
    mem_free(context->sources);
    mem_free(context->outputs);
    mem_free(context->runners);
    mem_free(context->name);
}

static weir_status init_parts(struct context *context, const char *name, weir_error *error)
{
    const struct graph *graph = context->graph;

    context->name = mem_text_copy(name == NULL ? "job" : name);
    context->sources = mem_zalloc(graph->sources_count * sizeof(*context->sources));
    context->outputs = mem_zalloc(graph->outputs_count * sizeof(*context->outputs));
    if (context->name == NULL || context->sources == NULL || context->outputs == NULL) {
        return error_set(error, WEIR_E_NOMEM, "create context");
    }
    for (size_t i = 0; i < graph->nodes_count; i++) {
        const struct node *node = graph->nodes[i];
        if (node->class->kind == OPERATOR_SOURCE) {
            context->sources[node->source_index].node = node;
        }
        if (node->class->kind == OPERATOR_OUTPUT) {
            output_init(&context->outputs[node->output_index], node);
        }
    }
    return listener_bus_init(&context->bus, error);
}

weir_status context_create(const struct context_options *options, struct graph *graph,
                           struct executor *executor, struct clock *clock, struct context **out,
                           weir_error *error)
{
    struct context *context = mem_zalloc(sizeof(*context));

    assert(graph->is_checked);
    if (context == NULL) {
        return error_set(error, WEIR_E_NOMEM, "create context");
    }
    context->options = *options;
    context->graph = graph;
    context->executor = executor;
    context->clock = clock;
    context->state = CONTEXT_INITIALIZED;
    list_init(&context->waiting);
    weir_status status = init_parts(context, options->name, error);
    if (status != WEIR_OK) {
        fini_parts(context);
        mem_free(context);
        return status;
    }
    context->options.name = context->name;
    lock_init(&context->life);
    lock_init(&context->lock);
    lock_init(&context->streams_lock);
    lock_init(&context->jobs_lock);
    condition_init(&context->jobs_changed);
    list_init(&context->jobs);
    condition_init(&context->changed);
    *out = context;
    return WEIR_OK;
}

/* What is attached is there before the start. */
static weir_status check_attaching(struct context *context, const struct node *node, bool is_taken,
                                   weir_error *error)
{
    if (context_get_state(context) != CONTEXT_INITIALIZED) {
        return error_set(error, WEIR_E_INVAL, "%s: the context has been started already",
                         node->name);
    }
    if (is_taken) {
        return error_set(error, WEIR_E_INVAL, "%s is attached already", node->name);
    }
    return WEIR_OK;
}

weir_status context_attach_source(struct context *context, const struct node *node,
                                  struct source source, weir_error *error)
{
    assert(node->class->kind == OPERATOR_SOURCE);
    assert(source.class != NULL);
    struct context_source *place = &context->sources[node->source_index];
    assert(place->node == node);
    WEIR_TRY(check_attaching(context, node, place->source.class != NULL, error));
    place->source = source;
    return WEIR_OK;
}

weir_status context_attach_sink(struct context *context, const struct node *node, struct sink sink,
                                weir_error *error)
{
    assert(node->class->kind == OPERATOR_OUTPUT);
    assert(sink.class != NULL);
    struct output *place = &context->outputs[node->output_index];
    assert(place->node == node);
    WEIR_TRY(check_attaching(context, node, place->sink.class != NULL, error));
    place->sink = sink;
    return WEIR_OK;
}

weir_status context_add_listener(struct context *context, listener_function listener, void *owner,
                                 weir_error *error)
{
    return listener_bus_add(&context->bus, listener, owner, error);
}

void context_remove_listener(struct context *context, listener_function listener, void *owner)
{
    listener_bus_remove(&context->bus, listener, owner);
}

/* Under the lock. True when nothing is left to do of the batches up to `number`. */
static bool has_done(const struct context *context, uint64_t number)
{
    return (context->allocated >= number || context->are_ticks_over) &&
           list_is_empty(&context->waiting) && context->running_count == 0;
}

weir_status context_settle(struct context *context, weir_error *error)
{
    if (!clock_is_manual(context->clock)) {
        return error_set(error, WEIR_E_INVAL, "only a job on a manual clock settles");
    }
    if (context_get_state(context) == CONTEXT_INITIALIZED) {
        return error_set(error, WEIR_E_INVAL, "settle: the context has not been started");
    }
    if (context->rhythm == NULL) {
        return WEIR_OK; /* stopped before it ever ran */
    }
    uint64_t number = batch_clock_number_at(context->rhythm, clock_now_ms(context->clock));
    lock_take(&context->lock);
    while (!has_done(context, number) && context->state != CONTEXT_STOPPED) {
        condition_wait(&context->changed, &context->lock);
    }
    lock_release(&context->lock);
    return WEIR_OK;
}

weir_status context_await(struct context *context, int64_t timeout_ms, weir_error *error)
{
    int64_t begin_ns = clock_stopwatch_ns();
    int64_t left_ns = -1;
    weir_status status = WEIR_OK;

    lock_take(&context->lock);
    while (!context->has_error && context->state != CONTEXT_STOPPED) {
        if (timeout_ms >= 0) {
            left_ns = timeout_ms * NS_PER_MS - (clock_stopwatch_ns() - begin_ns);
            if (left_ns <= 0) {
                status = WEIR_AGAIN;
                break;
            }
        }
        condition_wait_for(&context->changed, &context->lock, left_ns);
    }
    if (context->has_error) {
        context->has_error = false;
        status = context->error.code;
        error_set(error, status, "%s", context->error.msg);
    }
    lock_release(&context->lock);
    return status;
}

enum context_state context_get_state(struct context *context)
{
    lock_take(&context->lock);
    enum context_state state = context->state;
    lock_release(&context->lock);
    return state;
}

void context_counters(struct context *context, struct context_counters *out)
{
    lock_take(&context->lock);
    *out = context->counters;
    out->batches_waiting = context->waiting_count;
    lock_release(&context->lock);
}

bool context_source_status(struct context *context, const struct node *node,
                           struct source_status *out)
{
    if (node->class->kind != OPERATOR_SOURCE) {
        return false;
    }
    const struct context_source *source = &context->sources[node->source_index];
    if (source->node != node || source->source.class == NULL) {
        return false;
    }
    source->source.class->status(source->source.self, out);
    return true;
}

void context_destroy(struct context *context)
{
    if (context == NULL) {
        return;
    }
    weir_status status = context_stop(context, false, NULL);
    assert(status == WEIR_OK);
    (void)status;
    thread_join(&context->stopper_thread);
    fini_parts(context);
    listener_bus_fini(&context->bus);
    condition_fini(&context->changed);
    condition_fini(&context->jobs_changed);
    lock_fini(&context->jobs_lock);
    lock_fini(&context->streams_lock);
    lock_fini(&context->lock);
    lock_fini(&context->life);
    mem_free(context);
}
