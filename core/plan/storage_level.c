/*
 * storage_level - where the partitions of a persisted RDD are kept, and in which form.
 */
#include "plan/storage_level.h"

#include <stddef.h>
#include <string.h>

static const struct {
    const char *name;
    enum storage_level level;
    bool is_replicable; /* its name may be followed by _2 */
} levels[] = {
    {"NONE", STORAGE_NONE, false},
    {"DISK_ONLY", STORAGE_DISK_ONLY, true},
    {"MEMORY_ONLY", STORAGE_MEMORY_ONLY, true},
    {"MEMORY_ONLY_SER", STORAGE_MEMORY_ONLY_SER, true},
    {"MEMORY_AND_DISK", STORAGE_MEMORY_AND_DISK, true},
    {"MEMORY_AND_DISK_SER", STORAGE_MEMORY_AND_DISK_SER, true},
    {"OFF_HEAP", STORAGE_OFF_HEAP, false},
};

#define LEVELS_COUNT (sizeof(levels) / sizeof(levels[0]))

static bool is_replicated(enum storage_level level, const char *suffix)
{
    return strcmp(suffix, "_2") == 0 || (level == STORAGE_DISK_ONLY && strcmp(suffix, "_3") == 0);
}

weir_status storage_level_parse(const char *name, enum storage_level *out, weir_error *error)
{
    for (size_t i = 0; i < LEVELS_COUNT; i++) {
        size_t size = strlen(levels[i].name);

        if (strncmp(name, levels[i].name, size) == 0 &&
            (name[size] == '\0' ||
             (levels[i].is_replicable && is_replicated(levels[i].level, name + size)))) {
            *out = levels[i].level;
            return WEIR_OK;
        }
    }
    return error_set(error, WEIR_E_INVAL, "invalid StorageLevel: %s", name);
}

const char *storage_level_name(enum storage_level level)
{
    for (size_t i = 0; i < LEVELS_COUNT; i++) {
        if (levels[i].level == level) {
            return levels[i].name;
        }
    }
    return "custom";
}

void storage_level_text(enum storage_level level, struct bytes *out)
{
    bytes_append_text(out, "StorageLevel(");
    bytes_append_text(out, storage_uses_disk(level) ? "disk, " : "");
    bytes_append_text(out, storage_uses_memory(level) ? "memory, " : "");
    bytes_append_text(out, storage_is_off_heap(level) ? "offheap, " : "");
    bytes_append_text(out, storage_is_serialized(level) ? "" : "deserialized, ");
    bytes_append_text(out, "1 replicas)");
}

void storage_level_description(enum storage_level level, struct bytes *out)
{
    bytes_append_text(out, storage_uses_disk(level) ? "Disk " : "");
    if (storage_uses_memory(level)) {
        bytes_append_text(out, storage_is_off_heap(level) ? "Memory (off heap) " : "Memory ");
    }
    bytes_append_text(out, storage_is_serialized(level) ? "Serialized " : "Deserialized ");
    bytes_append_text(out, "1x Replicated");
}
