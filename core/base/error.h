/*
 * error - how a failure is told: a status to act on, and a story to read.
 *
 * The statuses and the error buffer are the SDK's (weir/plugin.h), one set for plugins, core and
 * programs. A layer that passes a failure on adds one step in front of the story:
 * "load checkpoint 12: read segment 7: short read, 8 of 64 bytes". Only the top floor logs it.
 *
 * Threads:  an error belongs to its caller; nothing here is shared.
 * Memory:   a fixed buffer; a story that does not fit is cut at its end.
 */
#ifndef WEIR_BASE_ERROR_H
#define WEIR_BASE_ERROR_H

#include <weir/plugin.h>

#define CHECKED                  __attribute__((warn_unused_result))
#define PRINTF_LIKE(text, first) __attribute__((format(printf, text, first)))

/* Returns from a function that owns nothing when `call` fails. */
#define WEIR_TRY(call)                    \
    do {                                  \
        weir_status try_status_ = (call); \
        if (try_status_ != WEIR_OK) {     \
            return try_status_;           \
        }                                 \
    } while (0)

/* Writes the first cause and returns status. `error` may be NULL: the story is then not wanted. */
weir_status error_set(weir_error *error, weir_status status, const char *format, ...)
    PRINTF_LIKE(3, 4);

/* The same from errno: "format: strerror"; ENOMEM gives WEIR_E_NOMEM, all else WEIR_E_IO. */
weir_status error_system(weir_error *error, const char *format, ...) PRINTF_LIKE(2, 3);

/* Puts one step in front of the story and returns status. */
weir_status error_wrap(weir_error *error, weir_status status, const char *format, ...)
    PRINTF_LIKE(3, 4);

/* The status's short name, "invalid", "out of memory" ...; never NULL. */
const char *status_name(weir_status status);

#ifdef __clang_analyzer__
/* The analyzer looks into one file at a time: here it learns what these calls return. */
#define error_set(error, status, ...)  ((void)(error_set)(error, status, __VA_ARGS__), (status))
#define error_system(error, ...)       ((void)(error_system)(error, __VA_ARGS__), WEIR_E_IO)
#define error_wrap(error, status, ...) ((void)(error_wrap)(error, status, __VA_ARGS__), (status))
#endif

#endif
