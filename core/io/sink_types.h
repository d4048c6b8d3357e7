/*
 * sink_types - the built-in sinks by name, with their options.
 */
#ifndef WEIR_IO_SINK_TYPES_H
#define WEIR_IO_SINK_TYPES_H

#include "io/options.h"
#include "stream/sink.h"

struct sink_type {
    const char *name; /* "console", "files" */
    const char *summary;
    const weir_option *options;
    uint32_t options_count;
    /* Takes the options over on success. sink_name: for messages; copied. */
    weir_status (*create)(const char *sink_name, struct options *options, struct sink *out,
                          weir_error *error);
};

/* NULL when there is none of that name. */
const struct sink_type *sink_type_find(const char *name);
const struct sink_type *const *sink_types(size_t *count);

/* Where the console sink prints; stdout unless a test says otherwise. */
#include <stdio.h>
void sink_console_set_stream(FILE *other);

#endif
