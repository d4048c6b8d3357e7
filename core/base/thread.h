/*
 * thread - named threads, locks and conditions. A lock that cannot be taken is a bug and asserts.
 *
 * Conditions wait on the monotonic clock. A struct thread stays where it is until it is joined.
 */
#ifndef WEIR_BASE_THREAD_H
#define WEIR_BASE_THREAD_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct thread {
    pthread_t handle;
    bool is_started;
};

/* Starts `run(argument)`; the name (15 characters count) is what ps and gdb show. All signals are
 * blocked in the new thread: they are the main thread's. */
CHECKED weir_status thread_start(struct thread *thread, const char *name, void (*run)(void *),
                                 void *argument, weir_error *error);

/* Waits for its end; nothing happens when it was never started. */
void thread_join(struct thread *thread);

/* True in the thread itself. */
bool thread_is_current(const struct thread *thread);

struct lock {
    pthread_mutex_t mutex;
};

void lock_init(struct lock *lock);
void lock_take(struct lock *lock);
void lock_release(struct lock *lock);
void lock_fini(struct lock *lock);

struct condition {
    pthread_cond_t handle;
};

void condition_init(struct condition *condition);
void condition_wait(struct condition *condition, struct lock *lock);

/* False when timeout_ns have passed without a signal; a negative timeout waits for ever. */
bool condition_wait_for(struct condition *condition, struct lock *lock, int64_t timeout_ns);
void condition_signal(struct condition *condition);
void condition_broadcast(struct condition *condition);
void condition_fini(struct condition *condition);

/* Cores this process may run on; at least 1. */
uint32_t thread_cores_count(void);

#endif
