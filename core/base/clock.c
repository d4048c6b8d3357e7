/*
 * clock - the one place that asks the system for the time.
 */
#include "base/clock.h"

#include <assert.h>
#include <stdatomic.h>
#include <time.h>

#include "base/mem.h"
#include "base/thread.h"

#define NS_PER_MS INT64_C(1000000)
#define NS_PER_S  INT64_C(1000000000)

/* A wait is cut into pieces, so that the furthest times need no care with overflow. */
#define WAIT_PIECE_MS INT64_C(3600000)

struct clock {
    bool is_manual;
    int64_t offset_ns;             /* real: wall time less monotonic time, at the start */
    _Atomic int64_t manual_now_ms; /* manual: written under the lock, read without */
    _Atomic uint64_t wakes;        /* written under the lock, read without */
    struct lock lock;
    struct condition changed;
};

static int64_t system_ns(clockid_t id)
{
    struct timespec time;
    int failure = clock_gettime(id, &time);

    assert(failure == 0);
    (void)failure;
    return (int64_t)time.tv_sec * NS_PER_S + time.tv_nsec;
}

static struct clock *create(void)
{
    struct clock *clock = mem_zalloc(sizeof(*clock));

    if (clock != NULL) {
        lock_init(&clock->lock);
        condition_init(&clock->changed);
    }
    return clock;
}

weir_status clock_create_real(struct clock **out, weir_error *error)
{
    struct clock *clock = create();

    if (clock == NULL) {
        return error_set(error, WEIR_E_NOMEM, "create clock");
    }
    clock->offset_ns = system_ns(CLOCK_REALTIME) - system_ns(CLOCK_MONOTONIC);
    *out = clock;
    return WEIR_OK;
}

weir_status clock_create_manual(int64_t start_ms, struct clock **out, weir_error *error)
{
    struct clock *clock;

    if (start_ms < -CLOCK_MS_MAX || start_ms > CLOCK_MS_MAX) {
        return error_set(error, WEIR_E_INVAL, "create clock: no clock shows the time %lld ms",
                         (long long)start_ms);
    }
    clock = create();
    if (clock == NULL) {
        return error_set(error, WEIR_E_NOMEM, "create clock");
    }
    clock->is_manual = true;
    atomic_init(&clock->manual_now_ms, start_ms);
    *out = clock;
    return WEIR_OK;
}

bool clock_is_manual(const struct clock *clock)
{
    return clock->is_manual;
}

int64_t clock_now_ms(const struct clock *clock)
{
    int64_t now_ns;

    if (clock->is_manual) {
        return atomic_load(&clock->manual_now_ms);
    }
    now_ns = clock_now_ns(clock);
    return now_ns / NS_PER_MS;
}

int64_t clock_now_ns(const struct clock *clock)
{
    if (clock->is_manual) {
        return atomic_load(&clock->manual_now_ms) * NS_PER_MS;
    }
    return clock->offset_ns + system_ns(CLOCK_MONOTONIC);
}

uint64_t clock_wakes(const struct clock *clock)
{
    return atomic_load(&clock->wakes);
}

/* Nanoseconds to wait for now; negative: until somebody moves the clock. Not yet reached. */
static int64_t piece_ns(const struct clock *clock, int64_t until_ms)
{
    if (clock->is_manual) {
        return -1;
    }
    if (until_ms - clock_now_ms(clock) > WAIT_PIECE_MS) {
        return WAIT_PIECE_MS * NS_PER_MS;
    }
    int64_t left_ns = until_ms * NS_PER_MS - clock_now_ns(clock);
    return left_ns > 0 ? left_ns : 0;
}

bool clock_wait_until(struct clock *clock, int64_t until_ms, uint64_t wakes_seen)
{
    bool is_reached;

    lock_take(&clock->lock);
    for (;;) {
        is_reached = clock_now_ms(clock) >= until_ms;
        if (is_reached || atomic_load(&clock->wakes) != wakes_seen) {
            break;
        }
        condition_wait_for(&clock->changed, &clock->lock, piece_ns(clock, until_ms));
    }
    lock_release(&clock->lock);
    return is_reached;
}

void clock_wake(struct clock *clock)
{
    lock_take(&clock->lock);
    atomic_fetch_add(&clock->wakes, 1);
    condition_broadcast(&clock->changed);
    lock_release(&clock->lock);
}

void clock_advance_to(struct clock *clock, int64_t now_ms)
{
    assert(clock->is_manual);
    assert(now_ms <= CLOCK_MS_MAX);
    lock_take(&clock->lock);
    if (now_ms > atomic_load(&clock->manual_now_ms)) {
        atomic_store(&clock->manual_now_ms, now_ms);
        condition_broadcast(&clock->changed);
    }
    lock_release(&clock->lock);
}

void clock_destroy(struct clock *clock)
{
    if (clock == NULL) {
        return;
    }
    condition_fini(&clock->changed);
    lock_fini(&clock->lock);
    mem_free(clock);
}

int64_t clock_stopwatch_ns(void)
{
    return system_ns(CLOCK_MONOTONIC);
}

int64_t clock_wall_ms(void)
{
    return system_ns(CLOCK_REALTIME) / NS_PER_MS;
}
