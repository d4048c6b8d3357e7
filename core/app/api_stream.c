/*
 * api_stream - streams from streams: each call adds a node to the graph.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "app/api.h"

#include "base/bytes.h"
#include "base/log.h"
#include <assert.h>

struct weir_stream *api_nowhere(void)
{
    static struct weir_stream nowhere; /* never written to */

    return &nowhere;
}

bool api_may_build(struct weir_context *context, const char *call)
{
    enum api_state state;
    const char *when;

    if (context == NULL) {
        return false;
    }
    state = api_state(context);
    if (state == API_BUILDING) {
        return true;
    }
    when = state == API_STOPPED ? "stop" : "start";
    log_write(LOG_ERROR, NULL,
              "%s: adding new inputs, transformations and outputs after the %s is not supported",
              call, when);
    api_refuse(context, WEIR_E_INVAL,
               "%s: adding new inputs, transformations and outputs after the %s is not supported",
               call, when);
    return false;
}

struct weir_stream *api_add(struct weir_context *context, const char *call,
                            const struct node_spec *spec)
{
    struct weir_stream *stream;

    if (context == NULL) {
        log_write(LOG_ERROR, NULL, "%s: the context is NULL", call);
        return api_nowhere();
    }
    if (!api_may_build(context, call)) {
        return &context->broken;
    }
    stream = arena_zalloc(&context->arena, sizeof(*stream));
    if (stream == NULL) {
        context->graph->problems.is_cut = true;
        return &context->broken;
    }
    stream->context = context;
    stream->node = graph_add(context->graph, spec);
    return stream;
}

/* False when there is nothing to build on. */
static bool is_somewhere(const struct weir_stream *stream, const char *call)
{
    if (stream == NULL) {
        log_write(LOG_ERROR, NULL, "%s: the stream is NULL", call);
    }
    return stream != NULL && stream->context != NULL;
}

struct weir_stream *api_derive(struct weir_stream *stream, const char *call, struct node_spec *spec)
{
    if (!is_somewhere(stream, call)) {
        return api_nowhere();
    }
    spec->inputs = &stream->node;
    spec->inputs_count = 1;
    return api_add(stream->context, call, spec);
}

void api_problem(struct weir_stream *stream, const char *part, const char *code, const char *format,
                 ...)
{
    struct bytes place = {0};
    char message[256];
    va_list arguments;

    if (stream->node == NULL) {
        return; /* why it is so was told */
    }
    va_start(arguments, format);
    vsnprintf(message, sizeof(message), format, arguments);
    va_end(arguments);
    bytes_printf(&place, "%s%s", stream->node->pointer, part);
    problems_add(&stream->context->graph->problems, PROBLEM_ERROR, code,
                 place.failed ? stream->node->pointer : place.data, NULL, "%s", message);
    bytes_fini(&place);
}

bool api_may_change(struct weir_stream *stream, const char *call)
{
    return is_somewhere(stream, call) && stream->node != NULL &&
           api_may_build(stream->context, call);
}

struct weir_stream *weir_name(struct weir_stream *stream, const char *name)
{
    if (api_may_change(stream, "weir_name")) {
        graph_rename(stream->context->graph, stream->node, name == NULL ? "" : name);
    }
    return stream == NULL ? api_nowhere() : stream;
}

static struct weir_stream *derive_with(struct weir_stream *stream, const char *call,
                                       enum operator_kind kind, struct weir_function function,
                                       struct weir_value argument)
{
    struct node_spec spec = {.kind = kind, .function = function, .argument = argument};

    /* A built-in says what it gives; of the program's own only the program knows. */
    spec.is_open = kind == OPERATOR_TRANSFORM && function.kind == WEIR_FUNCTION_TRANSFORM;
    return api_derive(stream, call, &spec);
}

struct weir_stream *weir_map(struct weir_stream *stream, struct weir_function function,
                             struct weir_value argument)
{
    return derive_with(stream, "weir_map", OPERATOR_MAP, function, argument);
}

struct weir_stream *weir_flat_map(struct weir_stream *stream, struct weir_function function,
                                  struct weir_value argument)
{
    return derive_with(stream, "weir_flat_map", OPERATOR_FLAT_MAP, function, argument);
}

struct weir_stream *weir_filter(struct weir_stream *stream, struct weir_function function,
                                struct weir_value argument)
{
    return derive_with(stream, "weir_filter", OPERATOR_FILTER, function, argument);
}

struct weir_stream *weir_map_to_pair(struct weir_stream *stream, struct weir_function function,
                                     struct weir_value argument)
{
    return derive_with(stream, "weir_map_to_pair", OPERATOR_MAP_TO_PAIR, function, argument);
}

struct weir_stream *weir_reduce_by_key(struct weir_stream *stream, struct weir_function function,
                                       struct weir_value argument)
{
    return derive_with(stream, "weir_reduce_by_key", OPERATOR_REDUCE_BY_KEY, function, argument);
}

struct weir_stream *weir_transform(struct weir_stream *stream, struct weir_function function,
                                   struct weir_value argument)
{
    return derive_with(stream, "weir_transform", OPERATOR_TRANSFORM, function, argument);
}

struct weir_stream *weir_count_by_value(struct weir_stream *stream)
{
    struct node_spec spec = {.kind = OPERATOR_COUNT_BY_VALUE};

    return api_derive(stream, "weir_count_by_value", &spec);
}

/* Connects one of several inputs. */
static void connect(struct weir_stream *made, struct weir_stream *stream, uint32_t place)
{
    const char *name = made->node->class->name;

    if (stream == NULL) {
        api_problem(made, "/from", "E034", "stream %" PRIu32 " of the %s is NULL", place, name);
    } else if (stream->context != made->context) {
        api_problem(made, "/from", "E034", "stream %" PRIu32 " of the %s %s", place, name,
                    stream->context == NULL ? "was made of nothing" : "belongs to another context");
    } else {
        assert(made->context != NULL);
        graph_connect(made->context->graph, made->node, stream->node);
    }
}

struct weir_stream *api_derive_all(struct weir_stream *const *streams, uint32_t count,
                                   const char *call, const struct node_spec *spec)
{
    struct weir_context *context = NULL;
    struct weir_stream *made;

    for (uint32_t i = 0; streams != NULL && i < count && context == NULL; i++) {
        context = streams[i] == NULL ? NULL : streams[i]->context;
    }
    if (context == NULL) {
        log_write(LOG_ERROR, NULL, "%s: there is no stream", call);
        return api_nowhere();
    }
    made = api_add(context, call, spec);
    for (uint32_t i = 0; made->node != NULL && i < count; i++) {
        connect(made, streams[i], i);
    }
    return made;
}

struct weir_stream *weir_union(struct weir_stream *const *streams, uint32_t count)
{
    const struct node_spec spec = {.kind = OPERATOR_UNION};

    return api_derive_all(streams, count, "weir_union", &spec);
}
