/*
 * clock - the one place that asks the system for the time.
 *
 * A real clock takes the wall time once, when it is made, and advances it by the monotonic clock:
 * it never runs backwards, whatever is done to the system's clock. A manual clock stands still
 * until clock_advance_to moves it; whoever waits on it is woken then.
 *
 * Life:     clock_create_real or clock_create_manual, clock_destroy when nobody waits.
 * Threads:  any; waits and moves may be concurrent.
 */
#ifndef WEIR_BASE_CLOCK_H
#define WEIR_BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct clock;

/* The furthest time from the epoch, either way, that a clock can show: nanoseconds in 64 bits. */
#define CLOCK_MS_MAX (INT64_MAX / 1000000)

CHECKED weir_status clock_create_real(struct clock **out, weir_error *error);

/* WEIR_E_INVAL when start_ms is beyond CLOCK_MS_MAX. */
CHECKED weir_status clock_create_manual(int64_t start_ms, struct clock **out, weir_error *error);

bool clock_is_manual(const struct clock *clock);

/* Milliseconds and nanoseconds since the Unix epoch, on this clock. */
int64_t clock_now_ms(const struct clock *clock);
int64_t clock_now_ns(const struct clock *clock);

/* How many times clock_wake was called. A waiter asks for it before it looks at what its owner
 * wants, and hands it to clock_wait_until: a wake that comes in between is then not missed.
 *
 *     uint64_t wakes = clock_wakes(clock);
 *     if (!owner_wants_me_to_stop(owner)) {
 *         clock_wait_until(clock, tick_ms, wakes);
 *     }
 */
uint64_t clock_wakes(const struct clock *clock);

/* Waits until the clock reaches `until_ms` (true), or until clock_wake was called since
 * clock_wakes gave `wakes_seen` (false). True when both hold. */
bool clock_wait_until(struct clock *clock, int64_t until_ms, uint64_t wakes_seen);

/* Ends every wait that was begun with an older count of wakes. What the owner wants is set first,
 * then the clock is woken. */
void clock_wake(struct clock *clock);

/* Manual clocks only: moves the time on to `now_ms` (never backwards) and wakes the waiters. */
void clock_advance_to(struct clock *clock, int64_t now_ms);

void clock_destroy(struct clock *clock);

/* Monotonic nanoseconds of the system, for measuring how long something took. Not job time. */
int64_t clock_stopwatch_ns(void);

/* Milliseconds since the Unix epoch of the system's wall clock, for log lines and file ages. */
int64_t clock_wall_ms(void);

#endif
