/*
 * api_source - streams from receivers.
 */
#include "app/api.h"
#include "base/bytes.h"
#include "base/mem.h"
#include "data/json.h"

char *api_options_json(const char *const *keys, const struct weir_value *values, uint32_t count)
{
    struct bytes json = {0};
    const char *between = "";

    bytes_append_text(&json, "{");
    for (uint32_t i = 0; i < count; i++) {
        if (weir_is_null(values[i])) {
            continue;
        }
        bytes_append_text(&json, between);
        json_write(&json, weir_text(keys[i]));
        bytes_append_text(&json, ": ");
        json_write(&json, values[i]);
        between = ", ";
    }
    bytes_append_text(&json, "}");
    return bytes_take(&json);
}

struct weir_stream *weir_source(struct weir_context *context, const char *name, const char *type,
                                const char *with)
{
    const struct node_spec spec = {
        .kind = OPERATOR_SOURCE, .name = name, .type = type == NULL ? "" : type, .with = with};

    return api_add(context, "weir_source", &spec);
}

struct weir_stream *weir_text_file_stream(struct weir_context *context, const char *folder)
{
    static const char *const keys[] = {"path", "mode"};
    const struct weir_value values[] = {folder == NULL ? weir_null() : weir_text(folder),
                                        weir_text("spark")};
    char *with = api_options_json(keys, values, 2);
    struct weir_stream *stream = weir_source(context, NULL, "files", with);

    if (with == NULL && stream->node != NULL) {
        context->graph->problems.is_cut = true;
    }
    mem_free(with);
    return stream;
}

int weir_source_id(struct weir_stream *stream)
{
    return stream == NULL || stream->node == NULL || stream->node->class->kind != OPERATOR_SOURCE
               ? -1
               : (int)stream->node->source_index;
}
