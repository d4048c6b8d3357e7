/*
 * test_restart - when an instance that failed is tried again.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "io/restart.h"

static int64_t delay_after(struct restart *restart, weir_status status, int64_t ran_ms)
{
    int64_t delay_ms = -2;

    return restart_next(restart, status, ran_ms, &delay_ms) ? delay_ms : -1;
}

static void io_failures_are_tried_at_once_and_then_after_growing_delays(void **state)
{
    struct restart restart;
    int64_t expected_ms = 100;

    (void)state;
    restart_init(&restart, 0, 0, 7);
    assert_int_equal(delay_after(&restart, WEIR_E_IO, 0), 0);
    for (int i = 0; i < 20; i++) {
        int64_t delay_ms = delay_after(&restart, WEIR_E_IO, 5);

        assert_in_range(delay_ms, expected_ms - expected_ms / 10, expected_ms + expected_ms / 10);
        expected_ms = expected_ms * 2 < RESTART_MAX_MS ? expected_ms * 2 : RESTART_MAX_MS;
    }
    assert_int_equal(expected_ms, RESTART_MAX_MS);
}

static void delays_differ_from_source_to_source(void **state)
{
    struct restart one;
    struct restart other;
    int different = 0;

    (void)state;
    restart_init(&one, 0, 0, 1);
    restart_init(&other, 0, 0, 2);
    for (int i = 0; i < 10; i++) {
        different += delay_after(&one, WEIR_E_IO, 0) != delay_after(&other, WEIR_E_IO, 0);
    }
    assert_true(different > 0);
}

static void a_run_that_lasted_starts_over(void **state)
{
    struct restart restart;

    (void)state;
    restart_init(&restart, 0, 0, 7);
    assert_int_equal(delay_after(&restart, WEIR_E_IO, 0), 0);
    assert_true(delay_after(&restart, WEIR_E_IO, 0) > 0);
    assert_true(delay_after(&restart, WEIR_E_IO, RESTART_LASTED_MS - 1) > 0);
    assert_int_equal(delay_after(&restart, WEIR_E_IO, RESTART_LASTED_MS), 0);
    assert_true(delay_after(&restart, WEIR_E_IO, 0) > 0);
}

static void what_the_operator_must_mend_is_not_tried_again(void **state)
{
    struct restart restart;

    (void)state;
    restart_init(&restart, 0, 0, 7);
    assert_int_equal(delay_after(&restart, WEIR_E_CONFIG, 0), -1);
    assert_int_equal(delay_after(&restart, WEIR_E_BUG, 0), -1);
    assert_int_equal(delay_after(&restart, WEIR_E_NOTSUP, 0), -1);
    assert_int_equal(delay_after(&restart, WEIR_E_AUTH, 0), RESTART_AUTH_MS);
    assert_int_equal(delay_after(&restart, WEIR_E_NOMEM, 0), 0);
}

static void a_constant_delay_can_be_asked_for(void **state)
{
    struct restart restart;

    (void)state;
    restart_init(&restart, 5, 5, 7);
    assert_int_equal(delay_after(&restart, WEIR_E_IO, 0), 0);
    for (int i = 0; i < 100; i++) {
        assert_int_equal(delay_after(&restart, WEIR_E_IO, 0), 5);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(io_failures_are_tried_at_once_and_then_after_growing_delays),
        cmocka_unit_test(delays_differ_from_source_to_source),
        cmocka_unit_test(a_run_that_lasted_starts_over),
        cmocka_unit_test(what_the_operator_must_mend_is_not_tried_again),
        cmocka_unit_test(a_constant_delay_can_be_asked_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
