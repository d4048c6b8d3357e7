/*
 * bytes - a growing run of bytes: what text, JSON and MessagePack are written into.
 *
 * Life:     bytes_init (or all zero), appends, bytes_fini. After an append failed for want of
 *           memory the run is marked failed and takes nothing more: writers check once at the end.
 * Threads:  one owner.
 */
#ifndef WEIR_BASE_BYTES_H
#define WEIR_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct bytes {
    char *data; /* NUL-terminated once anything was appended; the NUL is not counted */
    size_t size;
    size_t capacity;
    bool failed; /* an append found no memory */
};

void bytes_init(struct bytes *bytes);
void bytes_append(struct bytes *bytes, const void *data, size_t size);
void bytes_append_text(struct bytes *bytes, const char *text);
void bytes_append_byte(struct bytes *bytes, char byte);
void bytes_printf(struct bytes *bytes, const char *format, ...) PRINTF_LIKE(2, 3);

/* Room for `size` more bytes, at data + bytes->size, where the caller writes and then adds to
 * bytes->size what was written; NULL: no memory. */
char *bytes_reserve(struct bytes *bytes, size_t size);

/* WEIR_E_NOMEM when an append failed since the last clear. */
CHECKED weir_status bytes_status(const struct bytes *bytes, weir_error *error);

/* Empties it and forgets the failure; keeps the memory. */
void bytes_clear(struct bytes *bytes);

/* The text, owned by the caller from now on (mem_free); the run is empty. NULL if it failed. */
char *bytes_take(struct bytes *bytes);

void bytes_fini(struct bytes *bytes);

#endif
