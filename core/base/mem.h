/*
 * mem - the heap, for what lives longer than a task. Tasks use arenas.
 *
 * Every allocation is a step of `fault`. Sizes are bytes; a size of 0 gives a unique pointer.
 * Threads: any.
 */
#ifndef WEIR_BASE_MEM_H
#define WEIR_BASE_MEM_H

#include <stddef.h>

#include "base/error.h"

/* NULL when there is no memory. */
CHECKED void *mem_alloc(size_t size);
CHECKED void *mem_zalloc(size_t size);

/* As mem_alloc, aligned to `alignment` (a power of two); freed with mem_free. */
CHECKED void *mem_alloc_aligned(size_t size, size_t alignment);

/* NULL when there is no memory; `old` is then as it was. */
CHECKED void *mem_realloc(void *old, size_t size);

/* Makes room for `wanted` items of item_size in *items (grows by doubling, from 8). */
CHECKED weir_status mem_grow(void **items, size_t *capacity, size_t wanted, size_t item_size,
                             weir_error *error);

/* A copy on the heap, NUL-terminated; NULL when there is no memory. */
CHECKED char *mem_text_copy(const char *text);
CHECKED char *mem_bytes_copy(const void *bytes, size_t size);

/* NULL is fine. */
void mem_free(void *memory);

#endif
