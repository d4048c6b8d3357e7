/*
 * batch_clock - the rhythm of a context: batch n covers ((n - 1) * interval, n * interval] after
 * the zero time, and its time is its end.
 *
 * The zero time is the last multiple of the interval at or before the making of the clock, so that
 * the first tick comes strictly after it. Ticks that are late follow one another without a gap;
 * none is left out.
 *
 * Life:     batch_clock_start runs a thread that calls `tick` for each batch in order;
 *           batch_clock_stop ends it, after one more tick when that is asked for.
 * Threads:  all calls from any thread, but stop and destroy not from `tick`.
 */
#ifndef WEIR_STREAM_BATCH_CLOCK_H
#define WEIR_STREAM_BATCH_CLOCK_H

#include "base/clock.h"

struct batch_clock;

/* Returns false to end the ticks with this one. */
typedef bool (*batch_clock_tick)(void *owner, uint64_t number, int64_t time_ms);

CHECKED weir_status batch_clock_create(struct clock *clock, int64_t interval_ms,
                                       batch_clock_tick tick, void *owner, struct batch_clock **out,
                                       weir_error *error);
CHECKED weir_status batch_clock_start(struct batch_clock *rhythm, weir_error *error);

int64_t batch_clock_zero_ms(const struct batch_clock *rhythm);
int64_t batch_clock_time_ms(const struct batch_clock *rhythm, uint64_t number);

/* The last batch whose time is not after time_ms; 0 when there is none. */
uint64_t batch_clock_number_at(const struct batch_clock *rhythm, int64_t time_ms);

/* The batch that is being filled now: 1, 2, 3 ... */
uint64_t batch_clock_number(struct batch_clock *rhythm);

/* Waits until batch `number` is being filled. timeout_ns: 0 = try, < 0 = wait. WEIR_AGAIN: not in
 * time; WEIR_STOPPING: the ticks have ended. */
CHECKED weir_status batch_clock_wait(struct batch_clock *rhythm, uint64_t number,
                                     int64_t timeout_ns);

/* Ends the ticks; with one_more, after the tick that is due next (a graceful stop takes what is in
 * the blocks with it; on a manual clock that tick comes at once). That tick is given up after
 * timeout_ns (< 0: never), or when another thread stops the clock without one_more; a tick that
 * runs is waited for. Returns the last batch's number. */
uint64_t batch_clock_stop(struct batch_clock *rhythm, bool one_more, int64_t timeout_ns);

/* The ticks shall end, without one more; returns at once. */
void batch_clock_end(struct batch_clock *rhythm);

/* NULL is fine. Ends the ticks when they have not ended. */
void batch_clock_destroy(struct batch_clock *rhythm);

#endif
