/*
 * error - how a failure is told: a status to act on, and a story to read.
 */
#include "base/error.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { STORY_BYTES = sizeof(((weir_error *)NULL)->msg) };

/* Takes away a last character that was cut in its middle: the story is UTF-8. */
static void drop_cut_character(char *text, size_t size)
{
    size_t start = size;
    size_t wanted;

    while (start > 0 && size - start < 3 && ((unsigned char)text[start - 1] & 0xC0) == 0x80) {
        start--;
    }
    if (start == 0 || ((unsigned char)text[start - 1] & 0xC0) != 0xC0) {
        return; /* ends in ASCII, or is not UTF-8 at all */
    }
    start--;
    wanted = (unsigned char)text[start] >= 0xF0 ? 4 : (unsigned char)text[start] >= 0xE0 ? 3 : 2;
    if (size - start < wanted) {
        text[start] = '\0';
    }
}

/* Adds to the text of `used` bytes, as far as there is room, and returns the new size. */
static size_t add_text(char *text, size_t used, const char *more)
{
    size_t size = strlen(more);
    size_t room = STORY_BYTES - 1 - used;
    size_t taken = size < room ? size : room;

    memcpy(text + used, more, taken);
    text[used + taken] = '\0';
    if (taken < size) {
        drop_cut_character(text, used + taken);
    }
    return strlen(text);
}

PRINTF_LIKE(2, 0)
static size_t add_format(char *text, const char *format, va_list arguments)
{
    int wanted = vsnprintf(text, STORY_BYTES, format, arguments);

    if (wanted < 0) {
        text[0] = '\0'; /* a format that cannot be written; the status still tells */
        return 0;
    }
    if (wanted >= STORY_BYTES) {
        drop_cut_character(text, STORY_BYTES - 1);
    }
    return strlen(text);
}

/* The story is made beside the error first: an argument may be the error's own text. */
static void take_story(weir_error *error, weir_status status, int os_errno, const char *story)
{
    error->code = status;
    error->os_errno = os_errno;
    memcpy(error->msg, story, strlen(story) + 1);
}

weir_status(error_set)(weir_error *error, weir_status status, const char *format, ...)
{
    char story[STORY_BYTES];
    va_list arguments;

    assert(status != WEIR_OK);
    if (error == NULL) {
        return status;
    }
    va_start(arguments, format);
    add_format(story, format, arguments);
    va_end(arguments);
    take_story(error, status, 0, story);
    error->retry_after_ms = 0;
    return status;
}

weir_status(error_system)(weir_error *error, const char *format, ...)
{
    int cause = errno;
    weir_status status = cause == ENOMEM ? WEIR_E_NOMEM : WEIR_E_IO;
    char story[STORY_BYTES];
    char buffer[128];
    size_t used;
    va_list arguments;

    if (error == NULL) {
        return status;
    }
    va_start(arguments, format);
    used = add_format(story, format, arguments);
    va_end(arguments);
    used = add_text(story, used, ": ");
    add_text(story, used, strerror_r(cause, buffer, sizeof(buffer)));
    take_story(error, status, cause, story);
    error->retry_after_ms = 0;
    return status;
}

weir_status(error_wrap)(weir_error *error, weir_status status, const char *format, ...)
{
    char story[STORY_BYTES];
    size_t used;
    va_list arguments;

    assert(status != WEIR_OK);
    if (error == NULL) {
        return status;
    }
    va_start(arguments, format);
    used = add_format(story, format, arguments);
    va_end(arguments);
    if (error->msg[0] != '\0') {
        used = add_text(story, used, ": ");
        add_text(story, used, error->msg);
    }
    take_story(error, status, error->os_errno, story);
    return status;
}

const char *status_name(weir_status status)
{
    switch (status) {
    case WEIR_OK:
        return "ok";
    case WEIR_AGAIN:
        return "again";
    case WEIR_STOPPING:
        return "stopping";
    case WEIR_E_INVAL:
        return "invalid";
    case WEIR_E_NOMEM:
        return "out of memory";
    case WEIR_E_NOTSUP:
        return "not supported";
    case WEIR_E_CONFIG:
        return "configuration";
    case WEIR_E_AUTH:
        return "not authorised";
    case WEIR_E_IO:
        return "input/output";
    case WEIR_E_TOOBIG:
        return "too big";
    case WEIR_E_BUG:
        return "bug";
    default:
        return "unknown status";
    }
}
