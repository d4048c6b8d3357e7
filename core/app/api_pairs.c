/*
 * api_pairs - streams from streams of keys and values.
 */
#include "app/api.h"

static struct weir_stream *derive(struct weir_stream *stream, const char *call,
                                  enum operator_kind kind, struct weir_function function,
                                  struct weir_value argument)
{
    struct node_spec spec = {.kind = kind, .function = function, .argument = argument};

    return api_derive(stream, call, &spec);
}

struct weir_stream *weir_map_values(struct weir_stream *stream, struct weir_function function,
                                    struct weir_value argument)
{
    return derive(stream, "weir_map_values", OPERATOR_MAP_VALUES, function, argument);
}

struct weir_stream *weir_flat_map_values(struct weir_stream *stream, struct weir_function function,
                                         struct weir_value argument)
{
    return derive(stream, "weir_flat_map_values", OPERATOR_FLAT_MAP_VALUES, function, argument);
}

struct weir_stream *weir_group_by_key(struct weir_stream *stream)
{
    struct node_spec spec = {.kind = OPERATOR_GROUP_BY_KEY};

    return api_derive(stream, "weir_group_by_key", &spec);
}

struct weir_stream *weir_combine_by_key(struct weir_stream *stream, struct weir_function create,
                                        struct weir_function merge, struct weir_function combine,
                                        struct weir_value argument)
{
    struct node_spec spec = {.kind = OPERATOR_COMBINE_BY_KEY,
                             .functions = {create, merge, combine},
                             .argument = argument};

    return api_derive(stream, "weir_combine_by_key", &spec);
}

struct weir_stream *weir_aggregate_by_key(struct weir_stream *stream, struct weir_value zero,
                                          struct weir_function merge, struct weir_function combine,
                                          struct weir_value argument)
{
    struct node_spec spec = {.kind = OPERATOR_AGGREGATE_BY_KEY,
                             .functions = {merge, combine},
                             .zero = zero,
                             .argument = argument};

    return api_derive(stream, "weir_aggregate_by_key", &spec);
}

struct weir_stream *weir_fold_by_key(struct weir_stream *stream, struct weir_value zero,
                                     struct weir_function function, struct weir_value argument)
{
    struct node_spec spec = {
        .kind = OPERATOR_FOLD_BY_KEY, .function = function, .zero = zero, .argument = argument};

    return api_derive(stream, "weir_fold_by_key", &spec);
}

struct weir_stream *weir_cogroup(struct weir_stream *const *streams, uint32_t count)
{
    const struct node_spec spec = {.kind = OPERATOR_COGROUP};

    return api_derive_all(streams, count, "weir_cogroup", &spec);
}

static struct weir_stream *join(struct weir_stream *left, struct weir_stream *right,
                                const char *call, enum operator_kind kind)
{
    struct weir_stream *const streams[] = {left, right};
    const struct node_spec spec = {.kind = kind};

    return api_derive_all(streams, 2, call, &spec);
}

struct weir_stream *weir_join(struct weir_stream *left, struct weir_stream *right)
{
    return join(left, right, "weir_join", OPERATOR_JOIN);
}

struct weir_stream *weir_left_outer_join(struct weir_stream *left, struct weir_stream *right)
{
    return join(left, right, "weir_left_outer_join", OPERATOR_LEFT_OUTER_JOIN);
}

struct weir_stream *weir_right_outer_join(struct weir_stream *left, struct weir_stream *right)
{
    return join(left, right, "weir_right_outer_join", OPERATOR_RIGHT_OUTER_JOIN);
}

struct weir_stream *weir_full_outer_join(struct weir_stream *left, struct weir_stream *right)
{
    return join(left, right, "weir_full_outer_join", OPERATOR_FULL_OUTER_JOIN);
}

struct weir_stream *weir_partition_by(struct weir_stream *stream, uint32_t partitions,
                                      struct weir_function partitioner, struct weir_value argument)
{
    struct node_spec spec = {.kind = OPERATOR_PARTITION_BY};

    return weir_partitioner(
        weir_partitions(api_derive(stream, "weir_partition_by", &spec), partitions), partitioner,
        argument);
}

struct weir_stream *weir_partitions(struct weir_stream *stream, uint32_t partitions)
{
    if (!api_may_change(stream, "weir_partitions")) {
        return stream == NULL ? api_nowhere() : stream;
    }
    stream->node->partitions = partitions;
    if (partitions == 0) {
        api_problem(stream, "/partitions", "E046",
                    "number of partitions (0) of \"%.64s\" must be positive", stream->node->name);
    }
    return stream;
}

struct weir_stream *weir_partitioner(struct weir_stream *stream, struct weir_function function,
                                     struct weir_value argument)
{
    if (api_may_change(stream, "weir_partitioner")) {
        graph_set_partitioner(stream->context->graph, stream->node, function, argument);
    }
    return stream == NULL ? api_nowhere() : stream;
}
