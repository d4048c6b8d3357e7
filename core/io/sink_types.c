/*
 * sink_types - the built-in sinks by name.
 */
#include "io/sink_types.h"

#include <string.h>

#include "io/sink_console.h"
#include "io/sink_files.h"

static const struct sink_type *const all_types[] = {&sink_console_type, &sink_files_type};

#define TYPES_COUNT (sizeof(all_types) / sizeof(all_types[0]))

const struct sink_type *sink_type_find(const char *name)
{
    for (size_t i = 0; i < TYPES_COUNT; i++) {
        if (strcmp(all_types[i]->name, name) == 0) {
            return all_types[i];
        }
    }
    return NULL;
}

const struct sink_type *const *sink_types(size_t *count)
{
    *count = TYPES_COUNT;
    return all_types;
}
