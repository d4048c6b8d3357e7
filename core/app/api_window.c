/*
 * api_window - streams over the last batches.
 */
#include "app/api.h"

/* Adds the node with its window, or with none and the reason noted. */
static struct weir_stream *derive_window(struct weir_stream *stream, const char *call,
                                         struct node_spec *spec, const char *window,
                                         const char *slide)
{
    int64_t window_ms = window == NULL ? -1 : duration_parse(window);
    int64_t slide_ms = slide == NULL ? 0 : duration_parse(slide);
    struct weir_stream *made;

    spec->window_ms = window_ms < 0 ? 0 : window_ms;
    spec->slide_ms = slide_ms < 0 ? 0 : slide_ms;
    made = api_derive(stream, call, spec);
    if (made->node == NULL) {
        return made;
    }
    if (window_ms <= 0) {
        api_problem(made, "/window", "E021", "\"%.32s\" is no duration above zero, such as \"30s\"",
                    window == NULL ? "" : window);
    }
    if (slide_ms < 0 || (slide != NULL && slide_ms == 0)) {
        api_problem(made, "/slide", "E021", "\"%.32s\" is no duration above zero, such as \"10s\"",
                    slide);
    }
    return made;
}

struct weir_stream *weir_window(struct weir_stream *stream, const char *window, const char *slide)
{
    struct node_spec spec = {.kind = OPERATOR_WINDOW};

    return derive_window(stream, "weir_window", &spec, window, slide);
}

struct weir_stream *weir_reduce_by_key_and_window(struct weir_stream *stream,
                                                  struct weir_function function,
                                                  struct weir_value argument, const char *window,
                                                  const char *slide)
{
    struct node_spec spec = {
        .kind = OPERATOR_REDUCE_BY_KEY_AND_WINDOW, .function = function, .argument = argument};

    return derive_window(stream, "weir_reduce_by_key_and_window", &spec, window, slide);
}

struct weir_stream *weir_reduce_by_key_and_window_inverse(
    struct weir_stream *stream, struct weir_function function, struct weir_function inverse,
    struct weir_function filter, struct weir_value argument, const char *window, const char *slide)
{
    struct node_spec spec = {.kind = OPERATOR_REDUCE_BY_KEY_AND_WINDOW,
                             .function = function,
                             .functions = {inverse, filter},
                             .argument = argument};

    return derive_window(stream, "weir_reduce_by_key_and_window_inverse", &spec, window, slide);
}

struct weir_stream *weir_reduce_by_window(struct weir_stream *stream, struct weir_function function,
                                          struct weir_value argument, const char *window,
                                          const char *slide)
{
    struct node_spec spec = {
        .kind = OPERATOR_REDUCE_BY_WINDOW, .function = function, .argument = argument};

    return derive_window(stream, "weir_reduce_by_window", &spec, window, slide);
}

struct weir_stream *weir_reduce_by_window_inverse(struct weir_stream *stream,
                                                  struct weir_function function,
                                                  struct weir_function inverse,
                                                  struct weir_value argument, const char *window,
                                                  const char *slide)
{
    struct node_spec spec = {.kind = OPERATOR_REDUCE_BY_WINDOW,
                             .function = function,
                             .functions = {inverse},
                             .argument = argument};

    return derive_window(stream, "weir_reduce_by_window_inverse", &spec, window, slide);
}

struct weir_stream *weir_count_by_window(struct weir_stream *stream, const char *window,
                                         const char *slide)
{
    struct node_spec spec = {.kind = OPERATOR_COUNT_BY_WINDOW};

    return derive_window(stream, "weir_count_by_window", &spec, window, slide);
}

struct weir_stream *weir_count_by_value_and_window(struct weir_stream *stream, const char *window,
                                                   const char *slide)
{
    struct node_spec spec = {.kind = OPERATOR_COUNT_BY_VALUE_AND_WINDOW};

    return derive_window(stream, "weir_count_by_value_and_window", &spec, window, slide);
}

struct weir_stream *weir_group_by_key_and_window(struct weir_stream *stream, const char *window,
                                                 const char *slide)
{
    struct node_spec spec = {.kind = OPERATOR_GROUP_BY_KEY_AND_WINDOW};

    return derive_window(stream, "weir_group_by_key_and_window", &spec, window, slide);
}
