/*
 * document_value - a part of a job file as a value.
 */
#include "app/document_value.h"

#include <string.h>

#include "base/error.h"

static weir_status to_items(const struct document_node *node, const char *skipped,
                            struct arena *arena, struct weir_value *out)
{
    struct weir_value *items =
        arena_zalloc(arena, (2 * (size_t)node->children_count + 1) * sizeof(*items));
    uint32_t count = 0;

    if (items == NULL) {
        return WEIR_E_NOMEM;
    }
    for (const struct document_node *child = node->first; child != NULL; child = child->next) {
        if (skipped != NULL && child->key != NULL && strcmp(child->key, skipped) == 0) {
            continue;
        }
        if (child->key != NULL) {
            items[count++] = weir_text(child->key);
        }
        WEIR_TRY(document_to_value(child, NULL, arena, &items[count++]));
    }
    *out = node->kind == DOCUMENT_LIST ? weir_list(items, count) : weir_map_value(items, count / 2);
    return WEIR_OK;
}

weir_status document_to_value(const struct document_node *node, const char *skipped,
                              struct arena *arena, struct weir_value *out)
{
    switch (node->kind) {
    case DOCUMENT_NULL:
        *out = weir_null();
        break;
    case DOCUMENT_BOOL:
        *out = weir_bool(node->truth);
        break;
    case DOCUMENT_NUMBER:
        *out = node->is_integer ? weir_int(node->integer) : weir_float(node->number);
        break;
    case DOCUMENT_TEXT:
        *out = weir_text_bytes(node->text, (uint32_t)node->text_size);
        break;
    case DOCUMENT_LIST:
    case DOCUMENT_OBJECT:
        return to_items(node, skipped, arena, out);
    }
    return WEIR_OK;
}
