/*
 * job_state - what operators with state begin with, and when idle keys go.
 */
#include "app/document_value.h"
#include "app/job_reader.h"

/* [key, state] */
static bool is_pair(const struct document_node *item)
{
    return item->kind == DOCUMENT_LIST && item->children_count == 2;
}

static void read_initial(struct job_reader *reader, const struct document_node *initial,
                         struct node_spec *spec)
{
    struct arena *arena = &reader->job->graph->arena;
    struct weir_value *keys = arena_alloc(arena, (initial->children_count + 1) * sizeof(*keys));
    struct weir_value *values = arena_alloc(arena, (initial->children_count + 1) * sizeof(*values));
    uint32_t count = 0;

    if (keys == NULL || values == NULL) {
        reader->problems->is_cut = true;
        return;
    }
    for (const struct document_node *item = initial->first; item != NULL; item = item->next) {
        if (!is_pair(item)) {
            job_tell(reader, item, "E021", "write [\"a\", 1]",
                     "a state to begin with must be a list of a key and its state");
            continue;
        }
        if (document_to_value(item->first, NULL, arena, &keys[count]) != WEIR_OK ||
            document_to_value(item->first->next, NULL, arena, &values[count]) != WEIR_OK) {
            reader->problems->is_cut = true;
            return;
        }
        count++;
    }
    spec->initial_keys = keys;
    spec->initial_values = values;
    spec->initial_count = count;
}

void job_read_state(struct job_reader *reader, const struct document_node *node,
                    const struct operator_class *class, struct node_spec *spec)
{
    const struct document_node *initial = job_get(node, "initial", KIND_LIST);
    const struct document_node *timeout = document_member(node, "timeout");

    if (initial != NULL && !class->has_state) {
        job_tell(reader, initial, "E020", NULL, "%s takes no \"initial\"", class->name);
    } else if (initial != NULL) {
        read_initial(reader, initial, spec);
    }
    if (timeout != NULL && class->kind != OPERATOR_MAP_WITH_STATE) {
        job_tell(reader, timeout, "E020", NULL, "%s takes no \"timeout\"", class->name);
    } else if (timeout != NULL) {
        int64_t timeout_ms = job_get_duration(reader, node, "timeout", 0);
        spec->timeout_ms = timeout_ms < 0 ? 0 : timeout_ms;
    }
}
