/*
 * batch_clock - the rhythm of a context.
 */
#include "stream/batch_clock.h"

#include <assert.h>

#include "base/mem.h"
#include "base/thread.h"

enum wish { WISH_GO_ON, WISH_ONE_MORE, WISH_END };

struct batch_clock {
    struct clock *clock;
    int64_t interval_ms;
    int64_t zero_ms;
    batch_clock_tick tick;
    void *owner;
    struct thread thread;
    struct lock lock; /* of all below */
    struct condition changed;
    uint64_t filling; /* the number of the batch that is being filled */
    enum wish wish;
    bool is_started;
    bool is_ended;
};

static int64_t floor_to(int64_t time_ms, int64_t interval_ms)
{
    int64_t rest = time_ms % interval_ms;

    return time_ms - (rest < 0 ? rest + interval_ms : rest);
}

weir_status batch_clock_create(struct clock *clock, int64_t interval_ms, batch_clock_tick tick,
                               void *owner, struct batch_clock **out, weir_error *error)
{
    if (interval_ms <= 0) {
        return error_set(error, WEIR_E_INVAL, "a batch interval of %lld ms is not positive",
                         (long long)interval_ms);
    }
    struct batch_clock *rhythm = mem_zalloc(sizeof(*rhythm));
    if (rhythm == NULL) {
        return error_set(error, WEIR_E_NOMEM, "create batch clock");
    }
    rhythm->clock = clock;
    rhythm->interval_ms = interval_ms;
    rhythm->zero_ms = floor_to(clock_now_ms(clock), interval_ms);
    rhythm->tick = tick;
    rhythm->owner = owner;
    rhythm->filling = 1;
    lock_init(&rhythm->lock);
    condition_init(&rhythm->changed);
    *out = rhythm;
    return WEIR_OK;
}

static enum wish wish_of(struct batch_clock *rhythm)
{
    lock_take(&rhythm->lock);
    enum wish wish = rhythm->wish;
    lock_release(&rhythm->lock);
    return wish;
}

/* Waits for the batch's tick; false when there shall be no more. */
static bool wait_tick(struct batch_clock *rhythm, int64_t time_ms)
{
    for (;;) {
        uint64_t wakes = clock_wakes(rhythm->clock);
        enum wish wish = wish_of(rhythm);

        if (wish == WISH_END) {
            return false;
        }
        /* Nobody moves a manual clock on while its owner waits for the end. */
        if (wish == WISH_ONE_MORE && clock_is_manual(rhythm->clock)) {
            return true;
        }
        if (clock_wait_until(rhythm->clock, time_ms, wakes)) {
            return wish_of(rhythm) != WISH_END;
        }
    }
}

static void end(struct batch_clock *rhythm)
{
    lock_take(&rhythm->lock);
    rhythm->is_ended = true;
    condition_broadcast(&rhythm->changed);
    lock_release(&rhythm->lock);
}

/* One batch's tick; false when it is the last. */
static bool run_tick(struct batch_clock *rhythm, uint64_t number)
{
    int64_t time_ms = batch_clock_time_ms(rhythm, number);

    if (!wait_tick(rhythm, time_ms)) {
        return false;
    }
    /* A tick that was under way when one more was asked for may have come too early for what the
     * asker wants taken: only a tick that began after the wish is the one more. */
    bool is_last = wish_of(rhythm) == WISH_ONE_MORE;
    bool goes_on = rhythm->tick(rhythm->owner, number, time_ms);

    lock_take(&rhythm->lock);
    rhythm->filling = number + 1;
    condition_broadcast(&rhythm->changed);
    lock_release(&rhythm->lock);
    return goes_on && !is_last;
}

static void run(void *argument)
{
    struct batch_clock *rhythm = argument;

    for (uint64_t number = 1; run_tick(rhythm, number); number++) {
    }
    end(rhythm);
}

weir_status batch_clock_start(struct batch_clock *rhythm, weir_error *error)
{
    lock_take(&rhythm->lock);
    assert(!rhythm->is_started);
    rhythm->is_started = true; /* before the first tick, which may bring a stop with it */
    lock_release(&rhythm->lock);
    weir_status status = thread_start(&rhythm->thread, "batch-clock", run, rhythm, error);
    if (status != WEIR_OK) {
        end(rhythm);
    }
    return status;
}

int64_t batch_clock_zero_ms(const struct batch_clock *rhythm)
{
    return rhythm->zero_ms;
}

int64_t batch_clock_time_ms(const struct batch_clock *rhythm, uint64_t number)
{
    return rhythm->zero_ms + (int64_t)number * rhythm->interval_ms;
}

uint64_t batch_clock_number_at(const struct batch_clock *rhythm, int64_t time_ms)
{
    if (time_ms <= rhythm->zero_ms) {
        return 0;
    }
    return (uint64_t)((time_ms - rhythm->zero_ms) / rhythm->interval_ms);
}

uint64_t batch_clock_number(struct batch_clock *rhythm)
{
    lock_take(&rhythm->lock);
    uint64_t number = rhythm->filling;
    lock_release(&rhythm->lock);
    return number;
}

weir_status batch_clock_wait(struct batch_clock *rhythm, uint64_t number, int64_t timeout_ns)
{
    int64_t begin_ns = timeout_ns > 0 ? clock_stopwatch_ns() : 0;
    int64_t left_ns = timeout_ns;
    weir_status status = WEIR_OK;

    lock_take(&rhythm->lock);
    while (rhythm->filling < number && !rhythm->is_ended) {
        if (timeout_ns > 0) {
            left_ns = timeout_ns - (clock_stopwatch_ns() - begin_ns);
        }
        if (timeout_ns >= 0 && left_ns <= 0) {
            status = WEIR_AGAIN;
            break;
        }
        condition_wait_for(&rhythm->changed, &rhythm->lock, left_ns);
    }
    if (rhythm->is_ended) {
        status = WEIR_STOPPING;
    }
    lock_release(&rhythm->lock);
    return status;
}

static void make_wish(struct batch_clock *rhythm, enum wish wish)
{
    lock_take(&rhythm->lock);
    if (rhythm->wish < wish) {
        rhythm->wish = wish;
    }
    lock_release(&rhythm->lock);
    clock_wake(rhythm->clock);
}

/* False when the time is over first. */
static bool wait_end(struct batch_clock *rhythm, int64_t timeout_ns)
{
    int64_t begin_ns = clock_stopwatch_ns();
    int64_t left_ns = timeout_ns;

    lock_take(&rhythm->lock);
    while (rhythm->is_started && !rhythm->is_ended) {
        if (timeout_ns >= 0) {
            left_ns = timeout_ns - (clock_stopwatch_ns() - begin_ns);
            if (left_ns <= 0) {
                break;
            }
        }
        condition_wait_for(&rhythm->changed, &rhythm->lock, left_ns);
    }
    bool is_ended = !rhythm->is_started || rhythm->is_ended;
    lock_release(&rhythm->lock);
    return is_ended;
}

uint64_t batch_clock_stop(struct batch_clock *rhythm, bool one_more, int64_t timeout_ns)
{
    assert(!thread_is_current(&rhythm->thread));
    make_wish(rhythm, one_more ? WISH_ONE_MORE : WISH_END);
    if (!wait_end(rhythm, one_more ? timeout_ns : -1)) {
        make_wish(rhythm, WISH_END);
        (void)wait_end(rhythm, -1);
    }
    return batch_clock_number(rhythm) - 1;
}

void batch_clock_end(struct batch_clock *rhythm)
{
    make_wish(rhythm, WISH_END);
}

void batch_clock_destroy(struct batch_clock *rhythm)
{
    if (rhythm == NULL) {
        return;
    }
    (void)batch_clock_stop(rhythm, false, -1);
    thread_join(&rhythm->thread);
    condition_fini(&rhythm->changed);
    lock_fini(&rhythm->lock);
    mem_free(rhythm);
}
