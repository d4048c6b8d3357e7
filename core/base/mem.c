/*
 * mem - the heap, for what lives longer than a task.
 */
#include "base/mem.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/fault.h"

enum { ITEMS_FIRST = 8 };

/* A step of `fault`, and a bound: no object is larger than half the address space. */
static bool is_refused(size_t size)
{
    if (fault_step() || size > PTRDIFF_MAX) {
        errno = ENOMEM;
        return true;
    }
    return false;
}

void *mem_alloc(size_t size)
{
    return is_refused(size) ? NULL : malloc(size > 0 ? size : 1);
}

void *mem_zalloc(size_t size)
{
    return is_refused(size) ? NULL : calloc(1, size > 0 ? size : 1);
}

void *mem_alloc_aligned(size_t size, size_t alignment)
{
    void *memory = NULL;
    int failure;

    assert(alignment > 0);
    assert((alignment & (alignment - 1)) == 0);
    if (is_refused(size)) {
        return NULL;
    }
    if (alignment < sizeof(void *)) {
        alignment = sizeof(void *);
    }
    failure = posix_memalign(&memory, alignment, size > 0 ? size : 1);
    if (failure != 0) {
        errno = failure;
        return NULL;
    }
    return memory;
}

void *mem_realloc(void *old, size_t size)
{
    return is_refused(size) ? NULL : realloc(old, size > 0 ? size : 1);
}

weir_status mem_grow(void **items, size_t *capacity, size_t wanted, size_t item_size,
                     weir_error *error)
{
    size_t next = *capacity > 0 ? *capacity : ITEMS_FIRST;
    size_t size;
    void *grown;

    assert(item_size > 0);
    if (wanted <= *capacity) {
        return WEIR_OK;
    }
    while (next < wanted) {
        next = next > SIZE_MAX / 2 ? wanted : next * 2;
    }
    if (__builtin_mul_overflow(next, item_size, &size)) {
        return error_set(error, WEIR_E_NOMEM, "room for %zu items of %zu bytes", next, item_size);
    }
    grown = mem_realloc(*items, size);
    if (grown == NULL) {
        return error_set(error, WEIR_E_NOMEM, "room for %zu items of %zu bytes", next, item_size);
    }
    *items = grown;
    *capacity = next;
    return WEIR_OK;
}

char *mem_text_copy(const char *text)
{
    return mem_bytes_copy(text, strlen(text));
}

char *mem_bytes_copy(const void *bytes, size_t size)
{
    char *copy = size < PTRDIFF_MAX ? mem_alloc(size + 1) : NULL;

    if (copy == NULL) {
        return NULL;
    }
    if (size > 0) {
        memcpy(copy, bytes, size);
    }
    copy[size] = '\0';
    return copy;
}

void mem_free(void *memory)
{
    free(memory);
}
