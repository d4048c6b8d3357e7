/* test_clock - real and manual time, waits and wakes. */
#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/fault.h"
#include "base/thread.h"

#define MS INT64_C(1000000)

static void goes_forward_from_the_wall_time(void **state)
{
    struct clock *clock = NULL;
    int64_t before_ms = clock_wall_ms();
    int64_t last_ns;

    (void)state;
    assert_int_equal(clock_create_real(&clock, NULL), WEIR_OK);
    assert_false(clock_is_manual(clock));
    assert_true(clock_now_ms(clock) >= before_ms - 1);
    assert_true(clock_now_ms(clock) - before_ms < 60000);
    last_ns = clock_now_ns(clock);
    for (int i = 0; i < 1000; i++) {
        int64_t now_ns = clock_now_ns(clock);
        assert_true(now_ns >= last_ns);
        last_ns = now_ns;
    }
    clock_destroy(clock);
    clock_destroy(NULL);
}

static void waits_in_real_time_until_the_time_is_there(void **state)
{
    struct clock *clock = NULL;
    int64_t begin_ns = clock_stopwatch_ns();
    int64_t until_ms;

    (void)state;
    assert_int_equal(clock_create_real(&clock, NULL), WEIR_OK);
    until_ms = clock_now_ms(clock) + 20;
    assert_true(clock_wait_until(clock, until_ms, clock_wakes(clock)));
    assert_true(clock_now_ms(clock) >= until_ms);
    assert_true(clock_stopwatch_ns() - begin_ns >= 19 * MS);
    clock_destroy(clock);
}

static void does_not_wait_for_what_is_past(void **state)
{
    struct clock *clock = NULL;

    (void)state;
    assert_int_equal(clock_create_real(&clock, NULL), WEIR_OK);
    assert_true(clock_wait_until(clock, INT64_MIN, clock_wakes(clock)));
    assert_true(clock_wait_until(clock, clock_now_ms(clock), clock_wakes(clock)));
    clock_destroy(clock);
}

static void stands_still_until_it_is_moved_and_never_goes_back(void **state)
{
    struct clock *clock = NULL;

    (void)state;
    assert_int_equal(clock_create_manual(1000, &clock, NULL), WEIR_OK);
    assert_true(clock_is_manual(clock));
    assert_int_equal(clock_now_ms(clock), 1000);
    assert_int_equal(clock_now_ns(clock), 1000 * MS);
    clock_advance_to(clock, 1500);
    assert_int_equal(clock_now_ms(clock), 1500);
    clock_advance_to(clock, 1200);
    assert_int_equal(clock_now_ms(clock), 1500);
    assert_true(clock_wait_until(clock, 1500, clock_wakes(clock)));
    clock_destroy(clock);
}

static void refuses_a_time_that_it_cannot_show(void **state)
{
    struct clock *clock = NULL;
    weir_error error = {0};

    (void)state;
    assert_int_equal(clock_create_manual(INT64_MAX, &clock, &error), WEIR_E_INVAL);
    assert_int_equal(clock_create_manual(INT64_MIN, &clock, &error), WEIR_E_INVAL);
    assert_null(clock);
    assert_int_equal(clock_create_manual(-CLOCK_MS_MAX, &clock, &error), WEIR_OK);
    assert_true(clock_now_ns(clock) < 0);
    clock_destroy(clock);
}

static void misses_no_wake_between_the_look_and_the_wait(void **state)
{
    struct clock *clock = NULL;
    uint64_t wakes;

    (void)state;
    assert_int_equal(clock_create_manual(0, &clock, NULL), WEIR_OK);
    wakes = clock_wakes(clock);
    clock_wake(clock);
    assert_false(clock_wait_until(clock, 1000, wakes)); /* would wait for ever */
    assert_false(clock_wait_until(clock, INT64_MAX, wakes));
    clock_advance_to(clock, 1000);
    assert_true(clock_wait_until(clock, 1000, wakes)); /* both: the time counts */
    clock_destroy(clock);

    assert_int_equal(clock_create_real(&clock, NULL), WEIR_OK);
    wakes = clock_wakes(clock);
    clock_wake(clock);
    assert_false(clock_wait_until(clock, INT64_MAX, wakes));
    clock_destroy(clock);
}

struct waiter {
    struct thread thread;
    struct clock *clock;
    int64_t until_ms;
    uint64_t wakes;
    bool is_reached;
    int64_t now_ms;
};

static void wait_once(void *argument)
{
    struct waiter *waiter = argument;

    waiter->is_reached = clock_wait_until(waiter->clock, waiter->until_ms, waiter->wakes);
    waiter->now_ms = clock_now_ms(waiter->clock);
}

static void start_waiters(struct waiter *waiters, int count, struct clock *clock)
{
    for (int i = 0; i < count; i++) {
        waiters[i].clock = clock;
        waiters[i].until_ms = (i + 1) * 10;
        waiters[i].wakes = clock_wakes(clock);
        assert_int_equal(thread_start(&waiters[i].thread, "waiter", wait_once, &waiters[i], NULL),
                         WEIR_OK);
    }
}

static void lets_each_waiter_go_when_its_time_comes(void **state)
{
    struct waiter waiters[4];
    struct clock *clock = NULL;

    (void)state;
    assert_int_equal(clock_create_manual(0, &clock, NULL), WEIR_OK);
    start_waiters(waiters, 4, clock);
    for (int i = 0; i < 4; i++) {
        clock_advance_to(clock, (i + 1) * 10 - 1);
        clock_advance_to(clock, (i + 1) * 10);
        thread_join(&waiters[i].thread);
        assert_true(waiters[i].is_reached);
        assert_int_equal(waiters[i].now_ms, (i + 1) * 10);
    }
    clock_destroy(clock);
}

static void wakes_every_waiter_at_once(void **state)
{
    struct waiter waiters[4];
    struct clock *clock = NULL;

    (void)state;
    assert_int_equal(clock_create_manual(0, &clock, NULL), WEIR_OK);
    start_waiters(waiters, 4, clock);
    clock_wake(clock);
    for (int i = 0; i < 4; i++) {
        thread_join(&waiters[i].thread);
        assert_false(waiters[i].is_reached);
    }
    clock_destroy(clock);
}

static void gives_no_clock_when_there_is_no_memory(void **state)
{
    struct clock *clock = NULL;
    weir_error error = {0};

    (void)state;
    fault_arm(0);
    assert_int_equal(clock_create_real(&clock, &error), WEIR_E_NOMEM);
    assert_true(fault_disarm());
    fault_arm(0);
    assert_int_equal(clock_create_manual(0, &clock, &error), WEIR_E_NOMEM);
    assert_true(fault_disarm());
    assert_null(clock);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(goes_forward_from_the_wall_time),
        cmocka_unit_test(waits_in_real_time_until_the_time_is_there),
        cmocka_unit_test(does_not_wait_for_what_is_past),
        cmocka_unit_test(stands_still_until_it_is_moved_and_never_goes_back),
        cmocka_unit_test(refuses_a_time_that_it_cannot_show),
        cmocka_unit_test(misses_no_wake_between_the_look_and_the_wait),
        cmocka_unit_test(lets_each_waiter_go_when_its_time_comes),
        cmocka_unit_test(wakes_every_waiter_at_once),
        cmocka_unit_test(gives_no_clock_when_there_is_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
