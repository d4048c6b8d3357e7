/*
 * host_tick - the batch rhythm, as receivers see it: the extension "weir.tick/1".
 */
#include "io/host.h"

/* How soon a wait sees that it shall end: the rhythm itself goes on then, so it wakes nobody. */
#define SLICE_NS  INT64_C(20000000)
#define NS_PER_MS INT64_C(1000000)

static int64_t slice_of(int64_t begin_ns, int64_t timeout_ns)
{
    int64_t left_ns;

    if (timeout_ns < 0) {
        return SLICE_NS;
    }
    left_ns = timeout_ns - (clock_stopwatch_ns() - begin_ns);
    return left_ns < 0 ? 0 : left_ns < SLICE_NS ? left_ns : SLICE_NS;
}

static uint64_t tick_batch_number(struct weir_host *host)
{
    uint64_t number = 0;

    if (host_enter(host)) {
        number = batch_clock_number(host->rhythm);
        host_leave(host);
    }
    return number;
}

static weir_status wait_inside(struct weir_host *host, uint64_t number, int64_t timeout_ns)
{
    int64_t begin_ns = clock_stopwatch_ns();

    for (;;) {
        int64_t slice_ns = slice_of(begin_ns, timeout_ns);
        weir_status status = host_poll(host, 0);

        if (status == WEIR_OK) {
            status = batch_clock_wait(host->rhythm, number, slice_ns);
        }
        if (status != WEIR_AGAIN || (timeout_ns >= 0 && slice_ns < SLICE_NS)) {
            return status;
        }
    }
}

static weir_status tick_wait_batch(struct weir_host *host, uint64_t number, int64_t timeout_ns)
{
    weir_status status;

    if (!host_enter(host)) {
        return WEIR_STOPPING;
    }
    status = wait_inside(host, number, timeout_ns);
    host_leave(host);
    return status;
}

static weir_status tick_batch_done(struct weir_host *host, uint64_t number)
{
    lock_take(&host->lock);
    if (number > host->batch_done) {
        host->batch_done = number;
        condition_broadcast(&host->changed);
    }
    lock_release(&host->lock);
    return WEIR_OK;
}

static int64_t tick_batch_time_ms(struct weir_host *host, uint64_t number)
{
    int64_t time_ms = 0;

    if (host_enter(host)) {
        time_ms = batch_clock_time_ms(host->rhythm, number);
        host_leave(host);
    }
    return time_ms;
}

/* Waits a little for the clock; on a manual one, until somebody moves or wakes it. */
static void wait_clock(struct weir_host *host, int64_t time_ms, uint64_t wakes, int64_t slice_ns)
{
    int64_t until_ms = time_ms;

    if (!clock_is_manual(host->clock)) {
        int64_t soon_ms = clock_now_ms(host->clock) + (slice_ns + NS_PER_MS - 1) / NS_PER_MS;
        until_ms = soon_ms < time_ms ? soon_ms : time_ms;
    }
    (void)clock_wait_until(host->clock, until_ms, wakes);
}

static weir_status wait_end_inside(struct weir_host *host, uint64_t number, int64_t timeout_ns)
{
    int64_t time_ms = batch_clock_time_ms(host->rhythm, number);
    int64_t begin_ns = clock_stopwatch_ns();

    for (;;) {
        int64_t slice_ns = slice_of(begin_ns, timeout_ns);
        uint64_t wakes = clock_wakes(host->clock);

        WEIR_TRY(host_poll(host, 0));
        if (clock_now_ms(host->clock) >= time_ms || batch_clock_number(host->rhythm) > number) {
            return WEIR_OK;
        }
        if (timeout_ns >= 0 && slice_ns == 0) {
            return WEIR_AGAIN;
        }
        if (timeout_ns >= 0 && clock_is_manual(host->clock)) {
            weir_status status = batch_clock_wait(host->rhythm, number + 1, slice_ns);
            if (status == WEIR_STOPPING) {
                return status;
            }
        } else {
            wait_clock(host, time_ms, wakes, slice_ns);
        }
    }
}

static weir_status tick_wait_batch_end(struct weir_host *host, uint64_t number, int64_t timeout_ns)
{
    weir_status status;

    if (!host_enter(host)) {
        return WEIR_STOPPING;
    }
    status = wait_end_inside(host, number, timeout_ns);
    host_leave(host);
    return status;
}

const weir_tick_api host_tick = {
    .struct_size = (uint32_t)sizeof(weir_tick_api),
    .batch_number = tick_batch_number,
    .wait_batch = tick_wait_batch,
    .batch_done = tick_batch_done,
    .batch_time_ms = tick_batch_time_ms,
    .wait_batch_end = tick_wait_batch_end,
};

void host_tick_settle(struct weir_host *host, uint64_t number, bool (*may_come)(void *owner),
                      void *owner)
{
    lock_take(&host->lock);
    while (!host->is_stopping && host->batch_done < number && may_come(owner)) {
        condition_wait(&host->changed, &host->lock);
    }
    lock_release(&host->lock);
}
