/*
 * component - what a job can name by "type": receivers of plugins, and the built-in sinks.
 *
 * Threads:  any.
 * Memory:   what it points to lives as long as the process.
 */
#ifndef WEIR_APP_COMPONENT_H
#define WEIR_APP_COMPONENT_H

#include "io/plugin.h"
#include "io/sink_types.h"

struct component {
    const weir_option *options;
    uint32_t options_count;
    uint32_t options_stride;
    const struct plugin *plugin; /* sources */
    const weir_receiver *receiver;
    const struct sink_type *sink; /* sinks */
};

/* WEIR_E_CONFIG tells why there is none: no such plugin, or one that cannot be loaded. */
CHECKED weir_status component_find_source(const struct plugin_folders *folders, const char *type,
                                          struct component *out, weir_error *error);

/* False when there is no sink of that type. */
bool component_find_sink(const char *type, struct component *out);

/* The option of that (dotted) key; NULL when there is none. */
const weir_option *component_option(const struct component *component, const char *key);

/* Names of the plugins in the folders, or of the sinks, for suggestions: at most max of them are
 * copied into names (mem_free each). Returns how many. */
size_t component_source_names(const struct plugin_folders *folders, char **names, size_t max);
size_t component_sink_names(const char **names, size_t max);

#endif
