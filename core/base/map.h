/*
 * map - names to pointers: a small open-addressing table for plans and job files, not for data.
 *
 * Threads:  one owner, or the owner's lock.
 * Memory:   names are borrowed: they must live as long as the map.
 */
#ifndef WEIR_BASE_MAP_H
#define WEIR_BASE_MAP_H

#include <stdint.h>

#include "base/error.h"

struct map_slot {
    const char *name;
    void *value;
};

struct map {
    struct map_slot *slots;
    uint32_t slots_count; /* a power of two, or 0 */
    uint32_t count;
};

void map_init(struct map *map);

/* Replaces the value of a name that is there. value is not NULL. */
CHECKED weir_status map_put(struct map *map, const char *name, void *value, weir_error *error);

/* NULL when the name is not there. */
void *map_get(const struct map *map, const char *name);

void map_fini(struct map *map);

#endif
