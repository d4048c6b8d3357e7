/*
 * log - lines for people, on stderr or wherever the program sends them.
 *
 * A line: "18:42:11.204 WARN  source lines: paused, buffer full". JSON form: one object a line with
 * ts, level, component, msg. A line stays whole: control characters in it are written as escapes,
 * and what does not fit 3 KiB is cut. A progress line on a terminal is wiped before a log line and
 * drawn again after it by whoever owns it (log_on_write).
 *
 * Threads:  any. Format is set before threads start.
 */
#ifndef WEIR_BASE_LOG_H
#define WEIR_BASE_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR, LOG_OFF };
enum log_format { LOG_TEXT, LOG_JSON };

/* Receives each line instead of stderr, without its newline. */
typedef void (*log_sink)(void *owner, enum log_level level, const char *line);

/* Called around each line that goes to stderr: true before it, false after it. */
typedef void (*log_hook)(void *owner, bool is_before);

void log_set_level(enum log_level level);
void log_set_format(enum log_format format);

/* NULL goes back to stderr. Sinks and hooks run under the log's lock: they must not log. Once the
 * call is back, the sink or hook that was there before is not running and will not be called. */
void log_set_sink(log_sink sink, void *owner);
void log_on_write(log_hook hook, void *owner);

enum log_level log_get_level(void);

/* False for a name that is none of debug, info, warn, error, off. */
bool log_level_from_name(const char *name, enum log_level *out);

/* component: who speaks, "source lines"; NULL for the engine itself. */
void log_write(enum log_level level, const char *component, const char *format, ...)
    PRINTF_LIKE(3, 4);

/* How many lines of this level were written since the start. */
uint64_t log_count(enum log_level level);

#endif
