/*
 * api_shape - streams from the partitions of a stream, or from all of a batch, and from functions
 * over RDDs.
 */
#include "app/api.h"

static struct weir_stream *derive(struct weir_stream *stream, const char *call,
                                  enum operator_kind kind, struct weir_function function,
                                  struct weir_value argument)
{
    struct node_spec spec = {.kind = kind, .function = function, .argument = argument};

    return api_derive(stream, call, &spec);
}

static struct weir_stream *derive_plainly(struct weir_stream *stream, const char *call,
                                          enum operator_kind kind)
{
    struct node_spec spec = {.kind = kind};

    return api_derive(stream, call, &spec);
}

struct weir_stream *weir_flat_map_to_pair(struct weir_stream *stream, struct weir_function function,
                                          struct weir_value argument)
{
    return derive(stream, "weir_flat_map_to_pair", OPERATOR_FLAT_MAP_TO_PAIR, function, argument);
}

struct weir_stream *weir_key_by(struct weir_stream *stream, struct weir_function function,
                                struct weir_value argument)
{
    return derive(stream, "weir_key_by", OPERATOR_KEY_BY, function, argument);
}

struct weir_stream *weir_map_partitions(struct weir_stream *stream, struct weir_function function,
                                        struct weir_value argument)
{
    return derive(stream, "weir_map_partitions", OPERATOR_MAP_PARTITIONS, function, argument);
}

struct weir_stream *weir_map_partitions_to_pair(struct weir_stream *stream,
                                                struct weir_function function,
                                                struct weir_value argument)
{
    return derive(stream, "weir_map_partitions_to_pair", OPERATOR_MAP_PARTITIONS_TO_PAIR, function,
                  argument);
}

struct weir_stream *weir_glom(struct weir_stream *stream)
{
    return derive_plainly(stream, "weir_glom", OPERATOR_GLOM);
}

struct weir_stream *weir_repartition(struct weir_stream *stream, uint32_t partitions)
{
    struct node_spec spec = {.kind = OPERATOR_REPARTITION, .partitions = partitions};

    return api_derive(stream, "weir_repartition", &spec);
}

struct weir_stream *weir_count(struct weir_stream *stream)
{
    return derive_plainly(stream, "weir_count", OPERATOR_COUNT);
}

struct weir_stream *weir_reduce(struct weir_stream *stream, struct weir_function function,
                                struct weir_value argument)
{
    return derive(stream, "weir_reduce", OPERATOR_REDUCE, function, argument);
}

struct weir_stream *weir_transform_with(struct weir_stream *stream, struct weir_stream *other,
                                        struct weir_function function, struct weir_value argument)
{
    struct weir_stream *const streams[] = {stream, other};
    const struct node_spec spec = {.kind = OPERATOR_TRANSFORM_WITH,
                                   .function = function,
                                   .argument = argument,
                                   .is_open = true};

    return api_derive_all(streams, 2, "weir_transform_with", &spec);
}

struct weir_stream *weir_transform_all(struct weir_stream *const *streams, uint32_t count,
                                       struct weir_function function, struct weir_value argument)
{
    const struct node_spec spec = {.kind = OPERATOR_TRANSFORM_ALL,
                                   .function = function,
                                   .argument = argument,
                                   .is_open = true};

    return api_derive_all(streams, count, "weir_transform_all", &spec);
}
