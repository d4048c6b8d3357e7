/*
 * stop_signals - Ctrl-C and SIGTERM stop a job: gracefully, then at once, then the process.
 */
#include "app/stop_signals.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "app/cli.h"
#include "base/log.h"

/* A job that does not even stop at once after so long is left to the system. */
#define FIRM_STOP_TIMEOUT_MS 10000

static void stop_set(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGTERM);
}

void stop_signals_block(void)
{
    sigset_t set;

    stop_set(&set);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN); /* a reader of ours that is gone is an error of the write */
}

static void stop_context(struct stop_signals *signals, bool is_graceful)
{
    weir_error error = {.struct_size = sizeof(error)};

    if (context_stop(signals->context, is_graceful, &error) != WEIR_OK) {
        log_write(LOG_WARN, NULL, "stop: %s", error.msg);
    }
}

static void run_gentle(void *owner)
{
    struct stop_signals *signals = owner;

    stop_context(signals, signals->is_graceful);
}

static void run_firm(void *owner)
{
    stop_context(owner, false);
}

/* Starts the stops that the signals so far ask for. */
static void act(struct stop_signals *signals)
{
    weir_error error = {.struct_size = sizeof(error)};
    uint32_t wanted = atomic_load(&signals->count);
    weir_status status = WEIR_OK;

    lock_take(&signals->lock);
    if (signals->context != NULL && signals->started_count == 0 && wanted >= 1) {
        signals->started_count = 1;
        status = thread_start(&signals->gentle, "stop", run_gentle, signals, &error);
    }
    if (signals->context != NULL && signals->started_count == 1 && wanted >= 2) {
        signals->started_count = 2;
        status = thread_start(&signals->firm, "stop-now", run_firm, signals, &error);
    }
    lock_release(&signals->lock);
    if (status != WEIR_OK) {
        _exit(CLI_INTERRUPTED); /* no thread to stop with: this is a stop, too */
    }
}

static void take_signal(struct stop_signals *signals)
{
    uint32_t count = atomic_fetch_add(&signals->count, 1) + 1;

    if (count >= 3) {
        _exit(CLI_INTERRUPTED);
    }
    progress_stopping(signals->progress);
    if (count == 2 || !signals->is_graceful) {
        progress_say(signals->progress, "stopping at once");
    } else {
        progress_say(signals->progress, "stopping: finishing the last batch; press Ctrl-C again to "
                                        "stop at once");
    }
    act(signals);
}

static void wait_for_signals(void *owner)
{
    struct stop_signals *signals = owner;
    struct pollfd polled[] = {
        {.fd = signals->signal_fd, .events = POLLIN},
        {.fd = signals->end_fd, .events = POLLIN},
    };

    for (;;) {
        struct signalfd_siginfo info;
        int timeout_ms = atomic_load(&signals->count) >= 2 ? FIRM_STOP_TIMEOUT_MS : -1;
        int ready = poll(polled, 2, timeout_ms);
        if (ready == 0) {
            _exit(CLI_INTERRUPTED);
        }
        if (ready < 0 && errno != EINTR) {
            return;
        }
        if (polled[1].revents != 0) {
            return;
        }
        if (polled[0].revents != 0 && read(signals->signal_fd, &info, sizeof(info)) > 0) {
            take_signal(signals);
        }
    }
}

weir_status stop_signals_start(struct stop_signals *signals, struct progress *progress,
                               bool is_graceful, weir_error *error)
{
    sigset_t set;
    weir_status status;

    memset(signals, 0, sizeof(*signals));
    signals->progress = progress;
    signals->is_graceful = is_graceful;
    lock_init(&signals->lock);
    stop_set(&set);
    signals->end_fd = eventfd(0, EFD_CLOEXEC);
    signals->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (signals->end_fd < 0 || signals->signal_fd < 0) {
        status = error_system(error, "wait for signals");
        goto fail;
    }
    status = thread_start(&signals->waiter, "signals", wait_for_signals, signals, error);
    if (status != WEIR_OK) {
        goto fail;
    }
    return WEIR_OK;

fail:
    if (signals->end_fd >= 0) {
        close(signals->end_fd);
    }
    if (signals->signal_fd >= 0) {
        close(signals->signal_fd);
    }
    lock_fini(&signals->lock);
    memset(signals, 0, sizeof(*signals));
    return status;
}

void stop_signals_watch(struct stop_signals *signals, struct context *context)
{
    lock_take(&signals->lock);
    signals->context = context;
    lock_release(&signals->lock);
    act(signals);
}

uint32_t stop_signals_count(const struct stop_signals *signals)
{
    return atomic_load(&signals->count);
}

void stop_signals_stop(struct stop_signals *signals)
{
    uint64_t one = 1;

    if (!signals->waiter.is_started) {
        return;
    }
    while (write(signals->end_fd, &one, sizeof(one)) < 0 && errno == EINTR) {
    }
    thread_join(&signals->waiter);
    thread_join(&signals->gentle);
    thread_join(&signals->firm);
    close(signals->end_fd);
    close(signals->signal_fd);
    lock_fini(&signals->lock);
}
