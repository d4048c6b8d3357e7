/*
 * test_rate - limits and estimates of rates.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "stream/rate.h"

#include <cmocka.h> /* last: its fail() is a macro */

static void no_limit_stands_until_there_is_an_estimate(void **state)
{
    struct rate_limit limit;

    (void)state;
    rate_limit_init(&limit, 0, 0);
    assert_int_equal(limit.current, 0);
    rate_limit_update(&limit, 105);
    assert_int_equal(limit.current, 105);
    rate_limit_update(&limit, 0);
    assert_int_equal(limit.current, 105);
}

static void an_estimate_never_gets_past_the_maximum(void **state)
{
    struct rate_limit limit;

    (void)state;
    rate_limit_init(&limit, 100, 0);
    assert_int_equal(limit.current, 100);
    rate_limit_update(&limit, 105);
    assert_int_equal(limit.current, 100);
    rate_limit_update(&limit, 40);
    assert_int_equal(limit.current, 40);
    rate_limit_init(&limit, 100, 500);
    assert_int_equal(limit.current, 100);
    rate_limit_init(&limit, -1, 500);
    assert_int_equal(limit.current, 500);
}

static void begin(struct rate_estimator *estimator, double integral, double derivative,
                  double min_rate)
{
    struct rate_options options = rate_options_default(20);
    weir_error error = {.struct_size = sizeof(error)};

    options.integral = integral;
    options.derivative = derivative;
    options.min_rate = min_rate;
    assert_int_equal(rate_estimator_init(estimator, &options, &error), WEIR_OK);
}

static void the_first_batch_only_seeds(void **state)
{
    struct rate_estimator estimator;
    double rate = 0;

    (void)state;
    begin(&estimator, 0, 0, 10);
    assert_false(rate_estimator_add(&estimator, 0, 10, 10, 0, &rate));
    assert_true(rate_estimator_add(&estimator, 10, 10, 10, 0, &rate));
    assert_true(rate == 1000.0);
}

static void what_tells_nothing_changes_nothing(void **state)
{
    struct rate_estimator estimator;
    double rate = 0;

    (void)state;
    begin(&estimator, 0, 0, 10);
    assert_false(rate_estimator_add(&estimator, 100, 10, 10, 0, &rate));
    assert_false(rate_estimator_add(&estimator, 100, 10, 10, 0, &rate));
    assert_false(rate_estimator_add(&estimator, 200, 0, 10, 0, &rate));
    assert_false(rate_estimator_add(&estimator, 200, 10, 0, 0, &rate));
    assert_true(rate_estimator_add(&estimator, 200, 20, 10, 0, &rate));
    assert_true(rate == 2000.0);
}

static void what_waits_and_what_changes_pull_the_estimate_down(void **state)
{
    struct rate_estimator estimator;
    double rate = 0;

    (void)state;
    begin(&estimator, 0.5, 0.25, 1);
    assert_false(rate_estimator_add(&estimator, 1000, 100, 100, 0, &rate)); /* 1000 a second */
    /* processed at 800: error 200, past error 10 * 800 / 20, change (200 - 0) / 1 s */
    assert_true(rate_estimator_add(&estimator, 2000, 80, 100, 10, &rate));
    assert_true(rate == 1000.0 - 200.0 - 0.5 * 400.0 - 0.25 * 200.0);
}

static void the_estimate_is_never_below_the_least_rate(void **state)
{
    struct rate_estimator estimator;
    double rate = 0;

    (void)state;
    begin(&estimator, 1, 0, 5);
    assert_false(rate_estimator_add(&estimator, 0, 1, 20, 100, &rate));
    for (int64_t time_ms = 20; time_ms < 1000; time_ms += 20) {
        assert_true(rate_estimator_add(&estimator, time_ms, 1, 20, 100, &rate));
        assert_true(rate == 5.0);
    }
}

static void wrong_options_are_refused(void **state)
{
    struct rate_options wrong[5];
    struct rate_estimator estimator;

    (void)state;
    for (size_t i = 0; i < 5; i++) {
        wrong[i] = rate_options_default(20);
    }
    wrong[0].batch_ms = 0;
    wrong[1].proportional = -1;
    wrong[2].integral = -0.1;
    wrong[3].derivative = -0.1;
    wrong[4].min_rate = 0;
    for (size_t i = 0; i < 5; i++) {
        weir_error error = {.struct_size = sizeof(error)};
        assert_int_equal(rate_estimator_init(&estimator, &wrong[i], &error), WEIR_E_INVAL);
        assert_true(strlen(error.msg) > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_limit_stands_until_there_is_an_estimate),
        cmocka_unit_test(an_estimate_never_gets_past_the_maximum),
        cmocka_unit_test(the_first_batch_only_seeds),
        cmocka_unit_test(what_tells_nothing_changes_nothing),
        cmocka_unit_test(what_waits_and_what_changes_pull_the_estimate_down),
        cmocka_unit_test(the_estimate_is_never_below_the_least_rate),
        cmocka_unit_test(wrong_options_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
