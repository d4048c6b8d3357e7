/*
 * progress - one line on a terminal that tells how a job is doing, rewritten in place.
 */
#include "app/progress.h"

#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#include "app/summary.h"
#include "base/log.h"
#include "io/sink_types.h"

/* All of it, as far as the terminal takes it: a progress line is no reason to fail. */
static void write_raw(int fd, const char *text, size_t size)
{
    while (size > 0) {
        ssize_t written = write(fd, text, size);
        if (written < 0 && errno != EINTR) {
            return;
        }
        if (written > 0) {
            text += written;
            size -= (size_t)written;
        }
    }
}

/* Under the lock. */
static void wipe(struct progress *progress)
{
    if (progress->is_shown) {
        write_raw(STDERR_FILENO, "\r\033[K", 4);
        progress->is_shown = false;
    }
}

/* Under the lock. Cut to the terminal's width: a line that wraps cannot be wiped. */
static void draw(struct progress *progress)
{
    struct winsize window = {0};
    char line[PROGRESS_TEXT_BYTES + 32];
    size_t width = 80;
    int size;

    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &window) == 0 && window.ws_col > 1) {
        width = window.ws_col;
    }
    width = width - 1 < sizeof(progress->text) - 1 ? width - 1 : sizeof(progress->text) - 1;
    size = snprintf(line, sizeof(line), "\r%.*s\033[K", (int)width, progress->text);
    write_raw(STDERR_FILENO, line, (size_t)size);
    progress->is_shown = true;
}

/* The log's hook. The lock is held between the two calls, so that nothing is drawn into the log's
 * line. */
static void on_log(void *owner, bool is_before)
{
    struct progress *progress = owner;

    if (is_before) {
        lock_take(&progress->lock);
        wipe(progress);
    } else {
        draw(progress);
        lock_release(&progress->lock);
    }
}

static ssize_t on_console(void *owner, const char *text, size_t size)
{
    struct progress *progress = owner;

    lock_take(&progress->lock);
    wipe(progress);
    write_raw(STDOUT_FILENO, text, size);
    if (size > 0 && text[size - 1] == '\n') {
        draw(progress);
    }
    lock_release(&progress->lock);
    return (ssize_t)size;
}

void progress_start(struct progress *progress, const char *name, int64_t batch_ms)
{
    static const cookie_io_functions_t functions = {.write = on_console};

    memset(progress, 0, sizeof(*progress));
    lock_init(&progress->lock);
    progress->is_on = isatty(STDERR_FILENO) == 1;
    progress->batch_ms = batch_ms;
    snprintf(progress->name, sizeof(progress->name), "%s", name);
    snprintf(progress->text, sizeof(progress->text), "%.40s  waiting for the first batch",
             progress->name);
    if (!progress->is_on) {
        return;
    }
    if (isatty(STDOUT_FILENO) == 1) {
        progress->console = fopencookie(progress, "w", functions);
        sink_console_set_stream(progress->console);
    }
    log_on_write(on_log, progress);
    lock_take(&progress->lock);
    draw(progress);
    lock_release(&progress->lock);
}

static void time_text(int64_t time_ms, char *text, size_t room)
{
    time_t seconds = (time_t)(time_ms / 1000);
    struct tm parts;

    if (localtime_r(&seconds, &parts) == NULL || strftime(text, room, "%H:%M:%S", &parts) == 0) {
        snprintf(text, room, "%lld ms", (long long)time_ms);
    }
}

void progress_listen(void *owner, const struct event *event)
{
    struct progress *progress = owner;
    const struct batch_info *batch = &event->batch;
    char time[32];
    char rate[32];
    int64_t delay_us;

    if (event->kind != EVENT_BATCH_COMPLETED || !progress->is_on) {
        return;
    }
    delay_us = batch->scheduling_delay_us + batch->processing_us;
    time_text(batch->time_ms, time, sizeof(time));
    count_text((uint64_t)((double)batch->records * 1000.0 / (double)progress->batch_ms), rate);
    lock_take(&progress->lock);
    progress->batches_count = batch->number;
    snprintf(progress->text, sizeof(progress->text),
             "%.40s  batch %s  %s records/s  delay %.2f s  %llu batch%s  %s", progress->name, time,
             rate, (double)delay_us / 1e6, (unsigned long long)progress->batches_count,
             progress->batches_count == 1 ? "" : "es",
             progress->is_stopping                           ? "stopping"
             : delay_us > progress->batch_ms * INT64_C(1000) ? "behind"
                                                             : "on time");
    draw(progress);
    lock_release(&progress->lock);
}

void progress_stopping(struct progress *progress)
{
    lock_take(&progress->lock);
    progress->is_stopping = true;
    lock_release(&progress->lock);
}

void progress_say(struct progress *progress, const char *text)
{
    lock_take(&progress->lock);
    wipe(progress);
    write_raw(STDERR_FILENO, text, strlen(text));
    write_raw(STDERR_FILENO, "\n", 1);
    if (progress->is_on) {
        draw(progress);
    }
    lock_release(&progress->lock);
}

void progress_stop(struct progress *progress)
{
    if (progress->is_on) {
        log_on_write(NULL, NULL);
        if (progress->console != NULL) {
            sink_console_set_stream(stdout);
            fclose(progress->console);
        }
        lock_take(&progress->lock);
        wipe(progress);
        lock_release(&progress->lock);
    }
    lock_fini(&progress->lock);
}
