/*
 * arena - memory that goes in one call: a task's, a chunk's scratch, a partition's.
 */
#include "base/arena.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include "base/mem.h"

enum {
    SLAB_BYTES_MIN = 4 * 1024,
    SLAB_BYTES_MAX = 1024 * 1024,
    OWN_SLAB_ABOVE = SLAB_BYTES_MAX / 4 /* bounds what is left unused at a slab's end */
};

struct arena_slab {
    struct arena_slab *next;
    size_t bytes; /* with this header; a multiple of 16 */
};

_Static_assert(sizeof(struct arena_slab) % 16 == 0, "what follows the header is aligned to 16");
_Static_assert(_Alignof(max_align_t) >= 16, "and so is the header: it comes from mem_alloc");

/* The slab becomes the one in use, all of it free. */
static void use_slab(struct arena *arena, struct arena_slab *slab)
{
    slab->next = arena->slabs;
    arena->slabs = slab;
    arena->free = (uint8_t *)(slab + 1);
    arena->end = (uint8_t *)slab + slab->bytes;
}

static struct arena_slab *slab_create(size_t bytes)
{
    struct arena_slab *slab = mem_alloc(bytes);

    if (slab != NULL) {
        slab->next = NULL;
        slab->bytes = bytes;
    }
    return slab;
}

static size_t next_slab_bytes(const struct arena *arena, size_t wanted)
{
    size_t bytes = arena->allocated_bytes;

    if (bytes < SLAB_BYTES_MIN) {
        bytes = SLAB_BYTES_MIN;
    }
    if (bytes > SLAB_BYTES_MAX) {
        bytes = SLAB_BYTES_MAX;
    }
    if (bytes < wanted) {
        bytes = wanted;
    }
    return (bytes + SLAB_BYTES_MIN - 1) & ~((size_t)SLAB_BYTES_MIN - 1);
}

void arena_init(struct arena *arena)
{
    memset(arena, 0, sizeof(*arena));
}

void *arena_alloc_slow(struct arena *arena, size_t size)
{
    struct arena_slab *slab;
    size_t wanted;

    if (size > PTRDIFF_MAX) {
        return NULL;
    }
    wanted = sizeof(*slab) + ((size > 0 ? size + 15 : 16) & ~(size_t)15);
    if (size > OWN_SLAB_ABOVE) {
        slab = slab_create(wanted);
        if (slab == NULL) {
            return NULL;
        }
        arena->allocated_bytes += slab->bytes;
        if (arena->slabs == NULL) {
            use_slab(arena, slab);
            arena->free = arena->end;
        } else {
            slab->next = arena->slabs->next; /* behind the one in use, which has room left */
            arena->slabs->next = slab;
        }
        return slab + 1;
    }
    slab = slab_create(next_slab_bytes(arena, wanted));
    if (slab == NULL) {
        return NULL;
    }
    arena->allocated_bytes += slab->bytes;
    use_slab(arena, slab);
    arena->free += size > 0 ? size : 1;
    return slab + 1;
}

void *arena_zalloc(struct arena *arena, size_t size)
{
    void *memory = arena_alloc(arena, size);

    if (memory != NULL) {
        memset(memory, 0, size);
    }
    return memory;
}

void *arena_copy(struct arena *arena, const void *bytes, size_t size)
{
    size_t room = (uintptr_t)arena->end - (uintptr_t)arena->free;
    void *copy;

    if (size - 1 < room) {
        copy = arena->free;
        arena->free += size;
    } else {
        copy = arena_alloc_slow(arena, size);
    }
    if (copy != NULL && size > 0) {
        memcpy(copy, bytes, size);
    }
    return copy;
}

static void free_slabs(struct arena_slab *slab)
{
    while (slab != NULL) {
        struct arena_slab *next = slab->next;
        mem_free(slab);
        slab = next;
    }
}

void arena_reset(struct arena *arena)
{
    struct arena_slab **best = NULL;
    struct arena_slab *kept = NULL;

    for (struct arena_slab **link = &arena->slabs; *link != NULL; link = &(*link)->next) {
        bool is_better = best == NULL || (*link)->bytes > (*best)->bytes;
        if ((*link)->bytes <= SLAB_BYTES_MAX && is_better) {
            best = link;
        }
    }
    if (best != NULL) {
        kept = *best;
        *best = kept->next;
    }
    free_slabs(arena->slabs);
    arena_init(arena);
    if (kept != NULL) {
        use_slab(arena, kept);
        arena->allocated_bytes = kept->bytes;
    }
}

void arena_move(struct arena *source, struct arena *target)
{
    struct arena_slab *last = source->slabs;

    assert(source != target);
    if (last == NULL) {
        return;
    }
    if (target->slabs == NULL) {
        *target = *source;
        arena_init(source);
        return;
    }
    while (last->next != NULL) {
        last = last->next;
    }
    last->next = target->slabs->next;
    target->slabs->next = source->slabs;
    target->allocated_bytes += source->allocated_bytes;
    arena_init(source);
}

void arena_fini(struct arena *arena)
{
    free_slabs(arena->slabs);
    arena_init(arena);
}
