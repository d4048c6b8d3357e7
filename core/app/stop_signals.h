/*
 * stop_signals - Ctrl-C and SIGTERM: the first asks a job to stop gracefully, the second at once,
 * a third leaves the process.
 *
 * Life:     stop_signals_block first of all; stop_signals_start; stop_signals_watch once there is a
 *           context; stop_signals_stop before the context goes.
 * Threads:  one that waits for signals ("signals"), and one for each of the two stops.
 */
#ifndef WEIR_APP_STOP_SIGNALS_H
#define WEIR_APP_STOP_SIGNALS_H

#include <stdatomic.h>

#include "app/progress.h"
#include "base/thread.h"
#include "stream/context.h"

struct stop_signals {
    int signal_fd;
    int end_fd; /* readable: the thread is to end */
    struct thread waiter;
    struct thread gentle; /* runs the graceful stop */
    struct thread firm;   /* runs the immediate one */
    bool is_graceful;     /* whether the first signal asks for a graceful stop */
    struct progress *progress;
    struct lock lock;
    struct context *context; /* NULL: there is none yet */
    uint32_t started_count;  /* stops that run for that context */
    _Atomic uint32_t count;  /* signals so far */
};

/* In the main thread, before any other is started: they all inherit it. */
void stop_signals_block(void);

CHECKED weir_status stop_signals_start(struct stop_signals *signals, struct progress *progress,
                                       bool is_graceful, weir_error *error);

/* From now on signals stop this context; one that came before does so at once. */
void stop_signals_watch(struct stop_signals *signals, struct context *context);

/* How many came. */
uint32_t stop_signals_count(const struct stop_signals *signals);

/* Waits for stops that run. Nothing happens when it was never started. */
void stop_signals_stop(struct stop_signals *signals);

#endif
