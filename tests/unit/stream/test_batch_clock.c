/*
 * test_batch_clock - every batch ticks once, in order, and the ticks end when they are told to.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/queue.h"
#include "stream/batch_clock.h"

#define START_MS 1700000000300
#define ZERO_MS  1700000000000

struct ticks {
    struct queue seen; /* of batch numbers */
    uint64_t last;     /* the tick that says it is the last; 0: none */
};

struct fixture {
    struct clock *clock;
    struct batch_clock *rhythm;
    struct ticks ticks;
};

static bool on_tick(void *owner, uint64_t number, int64_t time_ms)
{
    struct ticks *ticks = owner;

    assert_int_equal(time_ms, ZERO_MS + 1000 * (int64_t)number);
    assert_int_equal(queue_put(&ticks->seen, (void *)(uintptr_t)number, -1), WEIR_OK);
    return number != ticks->last;
}

static int begin(void **state)
{
    static struct fixture fixture;

    fixture.ticks.last = 0;
    assert_int_equal(clock_create_manual(START_MS, &fixture.clock, NULL), WEIR_OK);
    assert_int_equal(queue_init(&fixture.ticks.seen, 100, NULL), WEIR_OK);
    assert_int_equal(
        batch_clock_create(fixture.clock, 1000, on_tick, &fixture.ticks, &fixture.rhythm, NULL),
        WEIR_OK);
    *state = &fixture;
    return 0;
}

static int end(void **state)
{
    struct fixture *fixture = *state;

    batch_clock_destroy(fixture->rhythm);
    queue_fini(&fixture->ticks.seen);
    clock_destroy(fixture->clock);
    return 0;
}

static void expect_tick(struct fixture *fixture, uint64_t number)
{
    void *seen;

    assert_int_equal(queue_take(&fixture->ticks.seen, &seen, -1), WEIR_OK);
    assert_int_equal((uintptr_t)seen, number);
}

static void the_zero_time_is_a_multiple_of_the_interval_and_the_first_tick_is_after_it(void **state)
{
    struct fixture *fixture = *state;

    assert_int_equal(batch_clock_zero_ms(fixture->rhythm), ZERO_MS);
    assert_int_equal(batch_clock_time_ms(fixture->rhythm, 1), ZERO_MS + 1000);
    assert_int_equal(batch_clock_number_at(fixture->rhythm, START_MS), 0);
    assert_int_equal(batch_clock_number_at(fixture->rhythm, ZERO_MS - 5000), 0);
    assert_int_equal(batch_clock_number_at(fixture->rhythm, ZERO_MS + 2000), 2);
}

static void a_start_at_a_multiple_ticks_a_whole_interval_later(void **state)
{
    struct batch_clock *rhythm;
    struct clock *clock;

    (void)state;
    assert_int_equal(clock_create_manual(-3000, &clock, NULL), WEIR_OK);
    assert_int_equal(batch_clock_create(clock, 1000, on_tick, NULL, &rhythm, NULL), WEIR_OK);
    assert_int_equal(batch_clock_time_ms(rhythm, 1), -2000);
    batch_clock_destroy(rhythm);
    clock_destroy(clock);
}

static void an_interval_that_is_not_positive_is_refused(void **state)
{
    struct fixture *fixture = *state;
    struct batch_clock *rhythm = NULL;

    assert_int_equal(batch_clock_create(fixture->clock, 0, on_tick, NULL, &rhythm, NULL),
                     WEIR_E_INVAL);
    assert_null(rhythm);
}

static void late_ticks_follow_one_another_and_none_is_left_out(void **state)
{
    struct fixture *fixture = *state;

    assert_int_equal(batch_clock_start(fixture->rhythm, NULL), WEIR_OK);
    clock_advance_to(fixture->clock, ZERO_MS + 50000);
    for (uint64_t i = 1; i <= 50; i++) {
        expect_tick(fixture, i);
    }
    assert_int_equal(batch_clock_wait(fixture->rhythm, 51, -1), WEIR_OK);
    assert_int_equal(batch_clock_number(fixture->rhythm), 51);
    assert_int_equal(batch_clock_stop(fixture->rhythm, false, -1), 50);
    assert_int_equal(queue_count(&fixture->ticks.seen), 0);
}

static void one_more_tick_comes_at_once_on_a_manual_clock(void **state)
{
    struct fixture *fixture = *state;

    assert_int_equal(batch_clock_start(fixture->rhythm, NULL), WEIR_OK);
    assert_int_equal(batch_clock_stop(fixture->rhythm, true, -1), 1);
    expect_tick(fixture, 1);
    assert_int_equal(batch_clock_stop(fixture->rhythm, true, -1), 1);
    assert_int_equal(queue_count(&fixture->ticks.seen), 0);
}

static void a_tick_may_end_the_ticks(void **state)
{
    struct fixture *fixture = *state;

    fixture->ticks.last = 2;
    assert_int_equal(batch_clock_start(fixture->rhythm, NULL), WEIR_OK);
    clock_advance_to(fixture->clock, ZERO_MS + 9000);
    assert_int_equal(batch_clock_wait(fixture->rhythm, 9, -1), WEIR_STOPPING);
    expect_tick(fixture, 1);
    expect_tick(fixture, 2);
    assert_int_equal(batch_clock_stop(fixture->rhythm, true, -1), 2);
    assert_int_equal(queue_count(&fixture->ticks.seen), 0);
}

static void a_wait_for_a_batch_that_does_not_come_ends_in_time(void **state)
{
    struct fixture *fixture = *state;

    assert_int_equal(batch_clock_start(fixture->rhythm, NULL), WEIR_OK);
    assert_int_equal(batch_clock_wait(fixture->rhythm, 1, 0), WEIR_OK);
    assert_int_equal(batch_clock_wait(fixture->rhythm, 2, 0), WEIR_AGAIN);
    assert_int_equal(batch_clock_wait(fixture->rhythm, 2, 1000000), WEIR_AGAIN);
}

static void a_real_clock_gives_up_one_more_tick_when_the_time_is_over(void **state)
{
    struct ticks ticks = {.last = 0};
    struct batch_clock *rhythm;
    struct clock *clock;

    (void)state;
    assert_int_equal(clock_create_real(&clock, NULL), WEIR_OK);
    assert_int_equal(
        batch_clock_create(clock, INT64_C(1000000000000), on_tick, &ticks, &rhythm, NULL), WEIR_OK);
    assert_int_equal(batch_clock_start(rhythm, NULL), WEIR_OK);
    assert_int_equal(batch_clock_stop(rhythm, true, 1000000), 0);
    batch_clock_destroy(rhythm);
    clock_destroy(clock);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            the_zero_time_is_a_multiple_of_the_interval_and_the_first_tick_is_after_it, begin, end),
        cmocka_unit_test(a_start_at_a_multiple_ticks_a_whole_interval_later),
        cmocka_unit_test_setup_teardown(an_interval_that_is_not_positive_is_refused, begin, end),
        cmocka_unit_test_setup_teardown(late_ticks_follow_one_another_and_none_is_left_out, begin,
                                        end),
        cmocka_unit_test_setup_teardown(one_more_tick_comes_at_once_on_a_manual_clock, begin, end),
        cmocka_unit_test_setup_teardown(a_tick_may_end_the_ticks, begin, end),
        cmocka_unit_test_setup_teardown(a_wait_for_a_batch_that_does_not_come_ends_in_time, begin,
                                        end),
        cmocka_unit_test(a_real_clock_gives_up_one_more_tick_when_the_time_is_over),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
