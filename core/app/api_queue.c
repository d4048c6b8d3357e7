/*
 * api_queue - streams of batches that the program pushes.
 */
#include "app/api.h"
#include "stream/queue_source.h"

enum queue_sort { QUEUE_OF_ANY, QUEUE_OF_ROWS, QUEUE_OF_PAIRS };

struct weir_queue {
    struct weir_stream *stream;
    struct queue_source *source; /* NULL: none could be made */
    enum queue_sort sort;        /* the context's lock; known with the first push */
};

/* Stands for queues that could not be made. */
static struct weir_queue nowhere;

/* Gives the stream's node a source of its own. */
static weir_status attach(struct weir_queue *queue, bool one_at_a_time, weir_error *error)
{
    struct weir_stream *stream = queue->stream;
    struct queue_source *made;
    struct source source;

    WEIR_TRY(queue_source_create(one_at_a_time, &made, &source, error));
    weir_status status = engine_use_source(stream->context->engine, stream->node, source, error);
    if (status != WEIR_OK) {
        source.class->destroy(source.self);
        return status;
    }
    queue->source = made;
    return WEIR_OK;
}

struct weir_queue *weir_queue_create(struct weir_context *context, const char *name,
                                     bool one_at_a_time)
{
    const struct node_spec spec = {
        .kind = OPERATOR_SOURCE, .name = name, .type = "queue", .is_open = true};
    struct weir_stream *stream = api_add(context, "weir_queue_create", &spec);
    weir_error error = {.struct_size = sizeof(error)};
    struct weir_queue *queue;

    if (context == NULL) {
        return &nowhere;
    }
    queue = arena_zalloc(&context->arena, sizeof(*queue));
    if (queue == NULL) {
        context->graph->problems.is_cut = true;
        return &nowhere;
    }
    queue->stream = stream;
    if (stream->node != NULL && attach(queue, one_at_a_time, &error) != WEIR_OK) {
        context->graph->problems.is_cut = true; /* only memory can be missing */
    }
    return queue;
}

struct weir_stream *weir_queue_stream(struct weir_queue *queue)
{
    return queue == NULL || queue->stream == NULL ? api_nowhere() : queue->stream;
}

/* False when it was pushed to as the other sort before. */
static bool is_of(struct weir_queue *queue, enum queue_sort sort)
{
    struct weir_context *context = queue->stream->context;
    bool is_right;

    lock_take(&context->lock);
    if (queue->sort == QUEUE_OF_ANY) {
        queue->sort = sort;
    }
    is_right = queue->sort == sort;
    lock_release(&context->lock);
    return is_right;
}

static weir_status push(struct weir_queue *queue, enum queue_sort sort,
                        const struct weir_value *keys, const struct weir_value *values,
                        uint32_t count)
{
    weir_error error = {.struct_size = sizeof(error)};
    struct weir_context *context;
    enum api_state state;
    weir_status status;

    if (queue == NULL || queue->source == NULL) {
        return WEIR_E_INVAL;
    }
    context = queue->stream->context;
    state = api_state(context);
    if (state == API_REFUSED || state == API_FAILED) {
        return api_refuse(context, WEIR_E_INVAL, "push to queue %s: the context did not start",
                          queue->stream->node->name);
    }
    if (count > 0 && (values == NULL || (sort == QUEUE_OF_PAIRS && keys == NULL))) {
        return api_refuse(context, WEIR_E_INVAL, "push to queue %s: %s is NULL",
                          queue->stream->node->name, values == NULL ? "values" : "keys");
    }
    if (!is_of(queue, sort)) {
        return api_refuse(
            context, WEIR_E_INVAL, "push to queue %s: it takes %s", queue->stream->node->name,
            sort == QUEUE_OF_ROWS ? "pairs, not plain rows" : "plain rows, not pairs");
    }
    status = queue_source_push(queue->source, keys, values, count, &error);
    return api_told(context, status, &error);
}

weir_status weir_queue_push(struct weir_queue *queue, const struct weir_value *values,
                            uint32_t count)
{
    return push(queue, QUEUE_OF_ROWS, NULL, values, count);
}

weir_status weir_queue_push_pairs(struct weir_queue *queue, const struct weir_value *keys,
                                  const struct weir_value *values, uint32_t count)
{
    return push(queue, QUEUE_OF_PAIRS, keys, values, count);
}

weir_status weir_test_push_none(struct weir_queue *queue)
{
    weir_error error = {.struct_size = sizeof(error)};
    weir_status status;

    if (queue == NULL || queue->source == NULL) {
        return WEIR_E_INVAL;
    }
    status = queue_source_push_none(queue->source, &error);
    return api_told(queue->stream->context, status, &error);
}

void weir_queue_end(struct weir_queue *queue)
{
    if (queue != NULL && queue->source != NULL) {
        queue_source_end(queue->source);
    }
}
