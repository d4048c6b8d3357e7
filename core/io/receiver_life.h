/*
 * receiver_life - the instances of one receiver, one after the other, on their thread.
 *
 * Threads:  receiver_run is the instance thread; what stands under the host's lock is shared with
 *           the source's calls.
 */
#ifndef WEIR_IO_RECEIVER_LIFE_H
#define WEIR_IO_RECEIVER_LIFE_H

#include "io/host.h"
#include "io/options.h"
#include "io/restart.h"

#define RECEIVER_THREAD_NAME_BYTES 16

enum receiver_state {
    RECEIVER_CREATED,
    RECEIVER_STARTING,
    RECEIVER_RUNNING,
    RECEIVER_STOPPING,
    RECEIVER_RESTARTING,
    RECEIVER_ENDED,
    RECEIVER_FAILED,
    RECEIVER_STATES
};

/* Held by its source and by the instance thread. */
struct receiver {
    _Atomic uint32_t holders;
    struct weir_host *host;
    struct options *options;
    const weir_receiver *class;
    struct restart restart;
    int64_t stop_timeout_ms;
    char thread_name[RECEIVER_THREAD_NAME_BYTES];
    struct thread thread;

    /* Under the host's lock. */
    uint32_t state; /* enum receiver_state */
    uint64_t restarts;
    bool is_thread_over;
    bool is_left_behind; /* its thread did not end in time */

    struct lock instance_lock; /* keeps the instance from going while interrupt is called */
    void *instance;
};

/* The thread's function: makes instances until one ends for good, and drops the thread's hold. */
void receiver_run(void *argument);

/* The last drop frees it. */
void receiver_drop(struct receiver *receiver);

/* A fresh buffer for a plugin's story; and what a life call answered, as WEIR_OK or a failure with
 * a story that is not empty. */
void receiver_story_clear(weir_error *error);
weir_status receiver_life_status(weir_status status, weir_error *error, const char *what);

#endif
