/*
 * map - names to pointers: a small open-addressing table for plans and job files.
 */
#include "base/map.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "base/mem.h"

enum { SLOTS_FIRST = 8 };

/* FNV-1a: names are short, and nobody outside chooses enough of them to matter. */
static uint32_t hash_name(const char *name)
{
    uint32_t hash = UINT32_C(2166136261);

    for (const unsigned char *at = (const unsigned char *)name; *at != '\0'; at++) {
        hash = (hash ^ *at) * UINT32_C(16777619);
    }
    return hash;
}

/* The slot of the name, or the free one where it belongs. There is always a free one. */
static struct map_slot *find_slot(struct map_slot *slots, uint32_t slots_count, const char *name)
{
    uint32_t mask = slots_count - 1;
    uint32_t at = hash_name(name) & mask;

    while (slots[at].name != NULL && strcmp(slots[at].name, name) != 0) {
        at = (at + 1) & mask;
    }
    return &slots[at];
}

static weir_status grow(struct map *map, weir_error *error)
{
    uint32_t slots_count = map->slots_count > 0 ? map->slots_count * 2 : SLOTS_FIRST;
    struct map_slot *slots = NULL;

    if (slots_count > map->slots_count) {
        slots = mem_zalloc(slots_count * sizeof(*slots));
    }
    if (slots == NULL) {
        return error_set(error, WEIR_E_NOMEM, "room for %u names", map->count + 1);
    }
    for (uint32_t i = 0; i < map->slots_count; i++) {
        if (map->slots[i].name != NULL) {
            *find_slot(slots, slots_count, map->slots[i].name) = map->slots[i];
        }
    }
    mem_free(map->slots);
    map->slots = slots;
    map->slots_count = slots_count;
    return WEIR_OK;
}

void map_init(struct map *map)
{
    memset(map, 0, sizeof(*map));
}

weir_status map_put(struct map *map, const char *name, void *value, weir_error *error)
{
    struct map_slot *slot;

    assert(name != NULL);
    assert(value != NULL);
    if (map->count >= map->slots_count / 4 * 3) {
        WEIR_TRY(grow(map, error));
    }
    slot = find_slot(map->slots, map->slots_count, name);
    if (slot->name == NULL) {
        slot->name = name;
        map->count++;
    }
    slot->value = value;
    return WEIR_OK;
}

void *map_get(const struct map *map, const char *name)
{
    if (map->slots_count == 0) {
        return NULL;
    }
    return find_slot(map->slots, map->slots_count, name)->value;
}

void map_fini(struct map *map)
{
    mem_free(map->slots);
    map_init(map);
}
