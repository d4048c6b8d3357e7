/*
 * thread - named threads, locks and conditions.
 */
#include "base/thread.h"

#include <assert.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/mem.h"

enum { NAME_BYTES = 16, CORES_MAX = 64 * 1024 };

#define NS_PER_S INT64_C(1000000000)

/* What a new thread needs to know; it frees it. */
struct start {
    const struct thread *thread;
    void (*run)(void *);
    void *argument;
    char name[NAME_BYTES];
};

/* Told by its owner's address, not by its handle: the handle is written by whoever starts it. */
static _Thread_local const struct thread *current;

static void *start_routine(void *argument)
{
    struct start start = *(struct start *)argument;

    mem_free(argument);
    current = start.thread;
    pthread_setname_np(pthread_self(), start.name);
    start.run(start.argument);
    return NULL;
}

/* 0, or an errno. The mask is inherited, so that no signal can find the new thread unready. */
static int create_masked(struct thread *thread, struct start *start)
{
    sigset_t all;
    sigset_t before;
    int failure;

    if (fault_step()) {
        return errno;
    }
    sigfillset(&all);
    failure = pthread_sigmask(SIG_SETMASK, &all, &before);
    assert(failure == 0);
    failure = pthread_create(&thread->handle, NULL, start_routine, start);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return failure;
}

weir_status thread_start(struct thread *thread, const char *name, void (*run)(void *),
                         void *argument, weir_error *error)
{
    struct start *start = mem_alloc(sizeof(*start));
    int failure;

    thread->is_started = false;
    if (start == NULL) {
        return error_set(error, WEIR_E_NOMEM, "start thread %s", name);
    }
    start->thread = thread;
    start->run = run;
    start->argument = argument;
    snprintf(start->name, sizeof(start->name), "%s", name);
    failure = create_masked(thread, start);
    if (failure != 0) {
        mem_free(start);
        errno = failure;
        return error_system(error, "start thread %s", name);
    }
    thread->is_started = true;
    return WEIR_OK;
}

void thread_join(struct thread *thread)
{
    int failure;

    if (!thread->is_started) {
        return;
    }
    failure = pthread_join(thread->handle, NULL);
    assert(failure == 0);
    (void)failure;
    thread->is_started = false;
}

bool thread_is_current(const struct thread *thread)
{
    return current == thread;
}

void lock_init(struct lock *lock)
{
    pthread_mutexattr_t attributes;
    int failure = pthread_mutexattr_init(&attributes);

    assert(failure == 0);
    /* Taking it twice, or releasing what another thread holds, is told instead of hanging. */
    failure = pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ERRORCHECK);
    assert(failure == 0);
    failure = pthread_mutex_init(&lock->mutex, &attributes);
    assert(failure == 0);
    (void)failure;
    pthread_mutexattr_destroy(&attributes);
}

void lock_take(struct lock *lock)
{
    int failure = pthread_mutex_lock(&lock->mutex);

    assert(failure == 0);
    (void)failure;
}

void lock_release(struct lock *lock)
{
    int failure = pthread_mutex_unlock(&lock->mutex);

    assert(failure == 0);
    (void)failure;
}

void lock_fini(struct lock *lock)
{
    int failure = pthread_mutex_destroy(&lock->mutex);

    assert(failure == 0);
    (void)failure;
}

void condition_init(struct condition *condition)
{
    pthread_condattr_t attributes;
    int failure = pthread_condattr_init(&attributes);

    assert(failure == 0);
    failure = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    assert(failure == 0);
    failure = pthread_cond_init(&condition->handle, &attributes);
    assert(failure == 0);
    (void)failure;
    pthread_condattr_destroy(&attributes);
}

void condition_wait(struct condition *condition, struct lock *lock)
{
    int failure = pthread_cond_wait(&condition->handle, &lock->mutex);

    assert(failure == 0);
    (void)failure;
}

bool condition_wait_for(struct condition *condition, struct lock *lock, int64_t timeout_ns)
{
    struct timespec until;
    int failure;

    if (timeout_ns < 0) {
        condition_wait(condition, lock);
        return true;
    }
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += (time_t)(timeout_ns / NS_PER_S); /* at most 292 years: no overflow */
    until.tv_nsec += (long)(timeout_ns % NS_PER_S);
    if (until.tv_nsec >= NS_PER_S) {
        until.tv_sec++;
        until.tv_nsec -= NS_PER_S;
    }
    failure = pthread_cond_timedwait(&condition->handle, &lock->mutex, &until);
    assert(failure == 0 || failure == ETIMEDOUT);
    return failure == 0;
}

void condition_signal(struct condition *condition)
{
    int failure = pthread_cond_signal(&condition->handle);

    assert(failure == 0);
    (void)failure;
}

void condition_broadcast(struct condition *condition)
{
    int failure = pthread_cond_broadcast(&condition->handle);

    assert(failure == 0);
    (void)failure;
}

void condition_fini(struct condition *condition)
{
    int failure = pthread_cond_destroy(&condition->handle);

    assert(failure == 0);
    (void)failure;
}

uint32_t thread_cores_count(void)
{
    /* The kernel refuses a set smaller than its own: larger ones are tried until it fits. */
    for (size_t cores = 1024; cores <= CORES_MAX; cores *= 2) {
        cpu_set_t *set = CPU_ALLOC(cores);
        size_t size = CPU_ALLOC_SIZE(cores);
        int count = 0;

        if (set == NULL) {
            break;
        }
        if (sched_getaffinity(0, size, set) == 0) {
            count = CPU_COUNT_S(size, set);
        }
        CPU_FREE(set);
        if (count > 0) {
            return (uint32_t)count;
        }
    }
    return 1;
}
