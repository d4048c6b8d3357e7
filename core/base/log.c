/*
 * log - lines for people, on stderr or wherever the program sends them.
 *
 * A line is made whole on the stack before the lock is taken: under it there is only the writing.
 */
#include "base/log.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/thread.h"

enum {
    MESSAGE_BYTES = 3 * 1024,
    LINE_BYTES = 4 * 1024,
    TAIL_BYTES = 8 /* kept free for what ends a line: "...", quotes, brace, newline */
};

static const char *const level_names[] = {"debug", "info", "warn", "error", "off"};
static const char *const level_marks[] = {"DEBUG", "INFO ", "WARN ", "ERROR"};

static _Atomic int level_now = LOG_INFO;
static _Atomic int format_now = LOG_TEXT;
static _Atomic uint64_t counts[LOG_OFF];

static struct lock lock = {PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP};
static log_sink sink_now; /* these four under the lock */
static void *sink_owner;
static log_hook hook_now;
static void *hook_owner;

struct line {
    char text[LINE_BYTES];
    size_t size;
    bool is_cut;
};

/* All of it or nothing, so that no escape and no character is cut in two. */
static void add(struct line *line, const char *text, size_t size)
{
    if (line->is_cut || size > LINE_BYTES - TAIL_BYTES - line->size) {
        line->is_cut = true;
        return;
    }
    memcpy(line->text + line->size, text, size);
    line->size += size;
}

static void add_text(struct line *line, const char *text)
{
    add(line, text, strlen(text));
}

/* What ends the line has its place kept: it is never cut. */
static void add_tail(struct line *line, const char *text)
{
    size_t size = strlen(text);

    assert(size < LINE_BYTES - line->size);
    memcpy(line->text + line->size, text, size + 1);
    line->size += size;
}

/* Bytes of the UTF-8 character at text, 0 when there is none. The text ends with NUL. */
static size_t character_size(const unsigned char *text)
{
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t size = text[0] < 0x80 ? 1 : text[0] < 0xE0 ? 2 : text[0] < 0xF0 ? 3 : 4;
    uint32_t code = text[0] & (0xFFu >> (size + 1));

    if (size == 1) {
        return 1;
    }
    if (text[0] < 0xC0 || text[0] > 0xF4) {
        return 0;
    }
    for (size_t i = 1; i < size; i++) {
        if ((text[i] & 0xC0) != 0x80) {
            return 0;
        }
        code = code << 6 | (text[i] & 0x3F);
    }
    if (code < smallest[size] || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) {
        return 0;
    }
    return size;
}

/* Escapes what would break the line or, from outside, forge another one. In JSON also what a
 * string may not hold. */
static void add_escaped(struct line *line, const char *text, bool is_json)
{
    const unsigned char *at = (const unsigned char *)text;

    while (*at != '\0') {
        size_t size = character_size(at);
        char escape[8];

        if (size == 0) {
            add_text(line, is_json ? "\\ufffd" : "?");
            size = 1;
        } else if (*at == '\n') {
            add_text(line, "\\n");
        } else if (*at < 0x20 || *at == 0x7F) {
            snprintf(escape, sizeof(escape), is_json ? "\\u%04x" : "\\x%02x", *at);
            add_text(line, escape);
        } else if (is_json && (*at == '"' || *at == '\\')) {
            snprintf(escape, sizeof(escape), "\\%c", *at);
            add_text(line, escape);
        } else {
            add(line, (const char *)at, size);
        }
        at += size;
    }
}

static void make_text(struct line *line, enum log_level level, const char *component,
                      const char *message, int64_t now_ms)
{
    time_t seconds = (time_t)(now_ms / 1000);
    struct tm local;
    char head[32];

    localtime_r(&seconds, &local);
    snprintf(head, sizeof(head), "%02d:%02d:%02d.%03d %s ", local.tm_hour, local.tm_min,
             local.tm_sec, (int)(now_ms % 1000), level_marks[level]);
    add_text(line, head);
    if (component != NULL) {
        add_escaped(line, component, false);
        add_text(line, ": ");
    }
    add_escaped(line, message, false);
    add_tail(line, line->is_cut ? "..." : "");
}

static void make_json(struct line *line, enum log_level level, const char *component,
                      const char *message, int64_t now_ms)
{
    time_t seconds = (time_t)(now_ms / 1000);
    struct tm utc;
    char head[96];
    size_t size;

    gmtime_r(&seconds, &utc);
    add_text(line, "{\"ts\":\"");
    size = strftime(head, sizeof(head), "%Y-%m-%dT%H:%M:%S", &utc);
    snprintf(head + size, sizeof(head) - size, ".%03dZ\",\"level\":\"%s\"", (int)(now_ms % 1000),
             level_names[level]);
    add_text(line, head);
    if (component != NULL) {
        add_text(line, ",\"component\":\"");
        add_escaped(line, component, true);
        add_text(line, "\"");
    }
    add_text(line, ",\"msg\":\"");
    add_escaped(line, message, true);
    add_tail(line, line->is_cut ? "...\"}" : "\"}");
}

/* One write(2) for the whole line; only what a full pipe did not take needs another. */
static void write_stderr(const struct line *line)
{
    size_t done = 0;

    while (done < line->size) {
        ssize_t put = write(STDERR_FILENO, line->text + done, line->size - done);
        if (put < 0 && errno == EINTR) {
            continue;
        }
        if (put <= 0) {
            return; /* there is nowhere left to tell it */
        }
        done += (size_t)put;
    }
}

static void emit(struct line *line, enum log_level level)
{
    lock_take(&lock);
    if (sink_now != NULL) {
        sink_now(sink_owner, level, line->text);
    } else {
        if (hook_now != NULL) {
            hook_now(hook_owner, true);
        }
        add_tail(line, "\n");
        write_stderr(line);
        if (hook_now != NULL) {
            hook_now(hook_owner, false);
        }
    }
    lock_release(&lock);
}

void log_set_level(enum log_level level)
{
    atomic_store_explicit(&level_now, (int)level, memory_order_relaxed);
}

void log_set_format(enum log_format format)
{
    atomic_store_explicit(&format_now, (int)format, memory_order_relaxed);
}

void log_set_sink(log_sink sink, void *owner)
{
    lock_take(&lock);
    sink_now = sink;
    sink_owner = owner;
    lock_release(&lock);
}

void log_on_write(log_hook hook, void *owner)
{
    lock_take(&lock);
    hook_now = hook;
    hook_owner = owner;
    lock_release(&lock);
}

enum log_level log_get_level(void)
{
    return (enum log_level)atomic_load_explicit(&level_now, memory_order_relaxed);
}

bool log_level_from_name(const char *name, enum log_level *out)
{
    for (int level = LOG_DEBUG; level <= LOG_OFF; level++) {
        if (strcmp(name, level_names[level]) == 0) {
            *out = (enum log_level)level;
            return true;
        }
    }
    return false;
}

/* Ends a message that was too long with dots, between two characters. */
static void mark_cut(char *message)
{
    size_t at = MESSAGE_BYTES - sizeof("...");

    while (at > 0 && ((unsigned char)message[at] & 0xC0) == 0x80) {
        at--;
    }
    memcpy(message + at, "...", sizeof("..."));
}

void log_write(enum log_level level, const char *component, const char *format, ...)
{
    int errno_before = errno; /* callers log between a failure and its report */
    char message[MESSAGE_BYTES];
    struct line line;
    va_list arguments;
    int wanted;

    assert(level < LOG_OFF);
    if (level < log_get_level()) {
        return;
    }
    va_start(arguments, format);
    wanted = vsnprintf(message, sizeof(message), format, arguments);
    va_end(arguments);
    if (wanted < 0) {
        message[0] = '\0';
    }
    if (wanted >= MESSAGE_BYTES) {
        mark_cut(message);
    }
    line.size = 0;
    line.is_cut = false;
    if (atomic_load_explicit(&format_now, memory_order_relaxed) == LOG_JSON) {
        make_json(&line, level, component, message, clock_wall_ms());
    } else {
        make_text(&line, level, component, message, clock_wall_ms());
    }
    emit(&line, level);
    atomic_fetch_add_explicit(&counts[level], 1, memory_order_relaxed);
    errno = errno_before;
}

uint64_t log_count(enum log_level level)
{
    assert(level < LOG_OFF);
    return atomic_load_explicit(&counts[level], memory_order_relaxed);
}
