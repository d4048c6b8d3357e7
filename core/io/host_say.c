/*
 * host_say - what an instance tells: log lines, errors, metrics.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "io/host.h"

enum { LINE_BYTES = 2048, PAIRS_MAX = 32 };

static void say_line(struct weir_host *host, enum log_level level, const char *subject,
                     const char *line)
{
    uint64_t held_back = 0;
    bool is_allowed = true;

    if (level < log_get_level()) {
        return;
    }
    if (level > LOG_DEBUG) {
        lock_take(&host->lock);
        is_allowed = repeats_allow(&host->repeats, subject, strlen(subject), clock_stopwatch_ns(),
                                   &held_back);
        lock_release(&host->lock);
    }
    if (is_allowed && held_back > 0) {
        log_write(level, host->component,
                  "%s (said %" PRIu64 " more times since it was last shown)", line, held_back);
    } else if (is_allowed) {
        log_write(level, host->component, "%s", line);
    }
}

void host_say(struct weir_host *host, enum log_level level, const char *subject, const char *format,
              ...)
{
    char line[LINE_BYTES];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(line, sizeof(line), format, arguments);
    va_end(arguments);
    say_line(host, level, subject != NULL ? subject : line, line);
}

void host_note(struct weir_host *host, const char *text, size_t size)
{
    size_t taken = size < sizeof(host->note) - 1 ? size : sizeof(host->note) - 1;

    lock_take(&host->lock);
    if (taken > 0) {
        memcpy(host->note, text, taken);
    }
    host->note[taken] = '\0';
    lock_release(&host->lock);
}

/* Adds a slice as far as there is room; returns the new size. */
static size_t add_slice(char *line, size_t used, weir_slice slice)
{
    size_t room = LINE_BYTES - 1 - used;
    size_t taken = slice.len < room ? (size_t)slice.len : room;

    if (taken > 0 && slice.ptr != NULL) {
        memcpy(line + used, slice.ptr, taken);
        used += taken;
    }
    line[used] = '\0';
    return used;
}

void host_log(struct weir_host *host, uint32_t level, weir_slice message, const weir_header *pairs,
              uint32_t pairs_count)
{
    static const weir_slice blank = {" ", 1};
    static const weir_slice equals = {"=", 1};
    char line[LINE_BYTES];
    size_t used = add_slice(line, 0, message);

    for (uint32_t i = 0; pairs != NULL && i < pairs_count && i < PAIRS_MAX; i++) {
        used = add_slice(line, used, blank);
        used = add_slice(line, used, pairs[i].name);
        used = add_slice(line, used, equals);
        used = add_slice(line, used, pairs[i].value);
    }
    level = level > WEIR_LOG_ERROR ? WEIR_LOG_ERROR : level;
    say_line(host, (enum log_level)level, line, line);
    if (level >= WEIR_LOG_INFO) {
        host_note(host, line, used);
    }
}

void host_report_error(struct weir_host *host, weir_status status, weir_slice message)
{
    char line[LINE_BYTES];
    size_t used = add_slice(line, 0, message);

    if (used == 0) {
        snprintf(line, sizeof(line), "%s", status_name(status));
        used = strlen(line);
    }
    lock_take(&host->lock);
    host->errors++;
    lock_release(&host->lock);
    say_line(host, LOG_WARN, line, line);
    host_note(host, line, used);
}

static struct host_metric *find_metric(struct weir_host *host, const char *name)
{
    for (uint32_t i = 0; i < host->metrics_count; i++) {
        if (strcmp(host->metrics[i].name, name) == 0) {
            return &host->metrics[i];
        }
    }
    return NULL;
}

static bool copy_name(char *to, size_t room, weir_slice from)
{
    if (from.len >= room || (from.len > 0 && from.ptr == NULL)) {
        return false;
    }
    if (from.len > 0) {
        memcpy(to, from.ptr, (size_t)from.len);
    }
    to[from.len] = '\0';
    return strlen(to) == from.len;
}

/* A metric that was opened before, by this instance or one before it, goes on. */
weir_status host_metric_open(struct weir_host *host, uint32_t kind, weir_slice name,
                             weir_slice unit, uint32_t *id)
{
    struct host_metric opened = {.kind = kind};
    struct host_metric *metric;
    weir_status status = WEIR_OK;

    if (id == NULL || kind > WEIR_METRIC_GAUGE || name.len == 0 ||
        !copy_name(opened.name, sizeof(opened.name), name) ||
        !copy_name(opened.unit, sizeof(opened.unit), unit)) {
        return WEIR_E_INVAL;
    }
    lock_take(&host->lock);
    metric = find_metric(host, opened.name);
    if (metric == NULL && host->metrics_count < HOST_METRICS_MAX) {
        metric = &host->metrics[host->metrics_count++];
        memcpy(metric->name, opened.name, sizeof(opened.name));
        memcpy(metric->unit, opened.unit, sizeof(opened.unit));
        metric->kind = kind;
    }
    if (metric == NULL) {
        status = WEIR_E_TOOBIG;
    } else if (metric->kind != kind) {
        status = WEIR_E_INVAL;
    } else {
        *id = (uint32_t)(metric - host->metrics);
    }
    lock_release(&host->lock);
    return status;
}

/* Ids come from metric_open, which only adds: a slot below the bound is always safe to write. */
void host_metric_add(struct weir_host *host, uint32_t id, int64_t delta)
{
    if (id < HOST_METRICS_MAX) {
        atomic_fetch_add_explicit(&host->metrics[id].count, delta, memory_order_relaxed);
    }
}

void host_metric_set(struct weir_host *host, uint32_t id, double value)
{
    if (id < HOST_METRICS_MAX) {
        atomic_store_explicit(&host->metrics[id].gauge, value, memory_order_relaxed);
    }
}
