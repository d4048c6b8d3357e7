/*
 * api_output - what becomes of a stream's batches.
 */
#include "app/api.h"
#include "base/mem.h"

struct node *api_output(struct weir_stream *stream, const char *call, struct node_spec *spec)
{
    spec->kind = OPERATOR_OUTPUT;
    return api_derive(stream, call, spec)->node;
}

/* An output whose options are built here; keys of null values are left out. */
static void output_with(struct weir_stream *stream, const char *call, const char *type,
                        const char *const *keys, const struct weir_value *values, uint32_t count)
{
    struct node_spec spec = {.type = type};
    char *with = api_options_json(keys, values, count);

    spec.with = with;
    if (api_output(stream, call, &spec) != NULL && with == NULL) {
        stream->context->graph->problems.is_cut = true;
    }
    mem_free(with);
}

void weir_print(struct weir_stream *stream, uint32_t rows)
{
    static const char *const keys[] = {"rows"};
    const struct weir_value values[] = {weir_int(rows)};

    output_with(stream, "weir_print", "console", keys, values, 1);
}

static void save_as(struct weir_stream *stream, const char *call, const char *prefix,
                    const char *suffix, const char *format)
{
    static const char *const keys[] = {"prefix", "suffix", "format"};
    bool has_suffix = suffix != NULL && *suffix != '\0';
    const struct weir_value values[] = {prefix == NULL ? weir_null() : weir_text(prefix),
                                        has_suffix ? weir_text(suffix) : weir_null(),
                                        weir_text(format)};

    output_with(stream, call, "files", keys, values, 3);
}

void weir_save_as_text_files(struct weir_stream *stream, const char *prefix, const char *suffix)
{
    save_as(stream, "weir_save_as_text_files", prefix, suffix, "text");
}

void weir_save_as_object_files(struct weir_stream *stream, const char *prefix, const char *suffix)
{
    save_as(stream, "weir_save_as_object_files", prefix, suffix, "objects");
}

void weir_foreach_rdd(struct weir_stream *stream, struct weir_function function,
                      struct weir_value argument)
{
    struct node_spec spec = {.type = "foreach", .function = function, .argument = argument};

    (void)api_output(stream, "weir_foreach_rdd", &spec);
}

void weir_output(struct weir_stream *stream, const char *name, const char *type, const char *with)
{
    struct node_spec spec = {.name = name, .type = type == NULL ? "" : type, .with = with};

    (void)api_output(stream, "weir_output", &spec);
}
