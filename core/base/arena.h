/*
 * arena - memory that goes in one call: a task's, a chunk's scratch, a partition's.
 *
 * Life:     arena_init, any number of arena_alloc, arena_reset to start over, arena_fini.
 * Threads:  one owner.
 * Memory:   slabs from `mem`, each as large as all before it, from 4 KiB to 1 MiB; a request above
 *           256 KiB gets its own slab.
 */
#ifndef WEIR_BASE_ARENA_H
#define WEIR_BASE_ARENA_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct arena_slab;

struct arena {
    struct arena_slab *slabs; /* the one in use first */
    uint8_t *free;            /* next free byte of the slab in use */
    uint8_t *end;             /* a multiple of 16 */
    size_t allocated_bytes;   /* slabs in all: what the arena costs */
};

void arena_init(struct arena *arena);

/* The slow half of arena_alloc and arena_copy: what they need does not fit the slab in use. */
CHECKED void *arena_alloc_slow(struct arena *arena, size_t size);

/* NULL when there is no memory, never for a size of 0. Aligned to 16. */
CHECKED static inline void *arena_alloc(struct arena *arena, size_t size)
{
    size_t padding = -(uintptr_t)arena->free & 15;
    size_t room = (uintptr_t)arena->end - (uintptr_t)arena->free;

    /* The end is aligned, so the padding fits. A size of 0 wraps round and goes the slow way. */
    if (size - 1 < room - padding) {
        uint8_t *memory = arena->free + padding;
        arena->free = memory + size;
        return memory;
    }
    return arena_alloc_slow(arena, size);
}

/* The same, zeroed. */
CHECKED void *arena_zalloc(struct arena *arena, size_t size);

/* A copy, aligned to 1: texts are packed. */
CHECKED void *arena_copy(struct arena *arena, const void *bytes, size_t size);

/* Starts over: what was allocated is gone. Keeps the largest slab of at most 1 MiB for the next
 * round and frees the others. */
void arena_reset(struct arena *arena);

/* Gives source's memory to target (which keeps its own too) and leaves source empty. */
void arena_move(struct arena *source, struct arena *target);

void arena_fini(struct arena *arena);

#endif
