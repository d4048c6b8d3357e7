/*
 * component - what a job can name by "type": receivers of plugins, and the built-in sinks.
 */
#include "app/component.h"

#include <string.h>

#include "base/mem.h"

weir_status component_find_source(const struct plugin_folders *folders, const char *type,
                                  struct component *out, weir_error *error)
{
    const struct plugin *plugin;
    const weir_receiver *receiver;

    memset(out, 0, sizeof(*out));
    WEIR_TRY(plugin_open(folders, type, &plugin, error));
    receiver = plugin_receiver(plugin, type);
    *out = (struct component){
        .options = receiver->options,
        .options_count = receiver->n_options,
        .options_stride = receiver->option_stride,
        .plugin = plugin,
        .receiver = receiver,
    };
    return WEIR_OK;
}

bool component_find_sink(const char *type, struct component *out)
{
    const struct sink_type *sink = sink_type_find(type);

    memset(out, 0, sizeof(*out));
    if (sink == NULL) {
        return false;
    }
    *out = (struct component){
        .options = sink->options,
        .options_count = sink->options_count,
        .options_stride = sizeof(weir_option),
        .sink = sink,
    };
    return true;
}

const weir_option *component_option(const struct component *component, const char *key)
{
    for (uint32_t i = 0; i < component->options_count; i++) {
        const weir_option *option = options_at(component->options, component->options_stride, i);
        if (strcmp(option->key, key) == 0) {
            return option;
        }
    }
    return NULL;
}

struct names {
    char **names;
    size_t count;
    size_t max;
};

static void add_name(const char *type, const char *path, void *owner)
{
    struct names *names = owner;

    (void)path;
    for (size_t i = 0; i < names->count; i++) {
        if (strcmp(names->names[i], type) == 0) {
            return;
        }
    }
    if (names->count < names->max) {
        char *copy = mem_text_copy(type);
        if (copy != NULL) {
            names->names[names->count++] = copy;
        }
    }
}

size_t component_source_names(const struct plugin_folders *folders, char **names, size_t max)
{
    struct names list = {.names = names, .max = max};

    plugin_folders_each(folders, add_name, &list);
    return list.count;
}

size_t component_sink_names(const char **names, size_t max)
{
    size_t count;
    const struct sink_type *const *types = sink_types(&count);

    for (size_t i = 0; i < count && i < max; i++) {
        names[i] = types[i]->name;
    }
    return count < max ? count : max;
}
