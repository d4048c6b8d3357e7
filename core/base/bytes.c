/*
 * bytes - a growing run of bytes: what text, JSON and MessagePack are written into.
 */
#include "base/bytes.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

enum { CAPACITY_FIRST = 64 };

void bytes_init(struct bytes *bytes)
{
    memset(bytes, 0, sizeof(*bytes));
}

char *bytes_reserve(struct bytes *bytes, size_t size)
{
    size_t capacity = bytes->capacity > 0 ? bytes->capacity : CAPACITY_FIRST;
    size_t wanted;
    char *grown;

    if (bytes->failed) {
        return NULL;
    }
    if (size < bytes->capacity - bytes->size) { /* less, not equal: the NUL has its place */
        return bytes->data + bytes->size;
    }
    if (size >= PTRDIFF_MAX - bytes->size) {
        bytes->failed = true;
        return NULL;
    }
    wanted = bytes->size + size + 1;
    while (capacity < wanted) {
        capacity *= 2; /* cannot wrap: wanted is at most half of what a size_t holds */
    }
    grown = mem_realloc(bytes->data, capacity);
    if (grown == NULL) {
        bytes->failed = true;
        return NULL;
    }
    bytes->data = grown;
    bytes->capacity = capacity;
    return grown + bytes->size;
}

void bytes_append(struct bytes *bytes, const void *data, size_t size)
{
    char *room = bytes_reserve(bytes, size);

    if (room == NULL) {
        return;
    }
    if (size > 0) {
        memcpy(room, data, size);
    }
    room[size] = '\0';
    bytes->size += size;
}

void bytes_append_text(struct bytes *bytes, const char *text)
{
    bytes_append(bytes, text, strlen(text));
}

void bytes_append_byte(struct bytes *bytes, char byte)
{
    bytes_append(bytes, &byte, 1);
}

void bytes_printf(struct bytes *bytes, const char *format, ...)
{
    char *room = bytes_reserve(bytes, 0);
    va_list arguments;
    size_t room_size;
    int wanted;

    if (room == NULL) {
        return;
    }
    room_size = bytes->capacity - bytes->size;
    va_start(arguments, format);
    wanted = vsnprintf(room, room_size, format, arguments);
    va_end(arguments);
    if (wanted >= 0 && (size_t)wanted >= room_size) {
        room = bytes_reserve(bytes, (size_t)wanted);
        if (room == NULL) {
            bytes->data[bytes->size] = '\0';
            return;
        }
        va_start(arguments, format);
        wanted = vsnprintf(room, (size_t)wanted + 1, format, arguments);
        va_end(arguments);
    }
    if (wanted < 0) {
        *room = '\0';
        bytes->failed = true;
        return;
    }
    bytes->size += (size_t)wanted;
}

weir_status bytes_status(const struct bytes *bytes, weir_error *error)
{
    if (bytes->failed) {
        return error_set(error, WEIR_E_NOMEM, "no memory for more than %zu bytes", bytes->size);
    }
    return WEIR_OK;
}

void bytes_clear(struct bytes *bytes)
{
    assert(bytes->size <= bytes->capacity);
    bytes->size = 0;
    bytes->failed = false;
    if (bytes->data != NULL) {
        bytes->data[0] = '\0';
    }
}

char *bytes_take(struct bytes *bytes)
{
    char *end = bytes_reserve(bytes, 0); /* an empty run gives an empty text, not NULL */
    char *text;

    if (end == NULL) {
        bytes_fini(bytes);
        return NULL;
    }
    *end = '\0'; /* what was counted by hand is not terminated yet */
    text = bytes->data;
    bytes_init(bytes);
    return text;
}

void bytes_fini(struct bytes *bytes)
{
    mem_free(bytes->data);
    bytes_init(bytes);
}
