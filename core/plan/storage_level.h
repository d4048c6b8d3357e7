/*
 * storage_level - where the partitions of a persisted RDD are kept, and in which form.
 *
 * A level is a set of four marks. There is one copy of each partition: the names of replicated
 * levels ("DISK_ONLY_2") are taken as those of one copy.
 */
#ifndef WEIR_PLAN_STORAGE_LEVEL_H
#define WEIR_PLAN_STORAGE_LEVEL_H

#include <stdbool.h>

#include "base/bytes.h"
#include "base/error.h"

enum storage_mark {
    STORAGE_USES_DISK = 1,
    STORAGE_USES_MEMORY = 2,
    STORAGE_USES_OFF_HEAP = 4,
    STORAGE_IS_DESERIALIZED = 8
};

enum storage_level {
    STORAGE_NONE = 0,
    STORAGE_DISK_ONLY = STORAGE_USES_DISK,
    STORAGE_MEMORY_ONLY = STORAGE_USES_MEMORY | STORAGE_IS_DESERIALIZED,
    STORAGE_MEMORY_ONLY_SER = STORAGE_USES_MEMORY,
    STORAGE_MEMORY_AND_DISK = STORAGE_USES_DISK | STORAGE_USES_MEMORY | STORAGE_IS_DESERIALIZED,
    STORAGE_MEMORY_AND_DISK_SER = STORAGE_USES_DISK | STORAGE_USES_MEMORY,
    STORAGE_OFF_HEAP = STORAGE_USES_DISK | STORAGE_USES_MEMORY | STORAGE_USES_OFF_HEAP,

    STORAGE_MEMORY = STORAGE_MEMORY_ONLY /* what cache means */
};

static inline bool storage_uses_disk(enum storage_level level)
{
    return ((unsigned)level & STORAGE_USES_DISK) != 0;
}

static inline bool storage_uses_memory(enum storage_level level)
{
    return ((unsigned)level & STORAGE_USES_MEMORY) != 0;
}

static inline bool storage_is_off_heap(enum storage_level level)
{
    return ((unsigned)level & STORAGE_USES_OFF_HEAP) != 0;
}

static inline bool storage_is_serialized(enum storage_level level)
{
    return ((unsigned)level & STORAGE_IS_DESERIALIZED) == 0;
}

/* "MEMORY_AND_DISK_SER"; the names that end in _2 and _3 give the same level. WEIR_E_INVAL:
 * "invalid StorageLevel: X". */
CHECKED weir_status storage_level_parse(const char *name, enum storage_level *out,
                                        weir_error *error);

/* "MEMORY_AND_DISK_SER". */
const char *storage_level_name(enum storage_level level);

/* Appends "StorageLevel(disk, memory, deserialized, 1 replicas)". */
void storage_level_text(enum storage_level level, struct bytes *out);

/* Appends "Disk Memory Deserialized 1x Replicated". */
void storage_level_description(enum storage_level level, struct bytes *out);

#endif
