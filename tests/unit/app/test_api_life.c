/* The life of a context: started once, stopped once, and what its failures say. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <weir/test.h>

#include "base/log.h"

static struct weir_context *context;
static struct weir_queue *queue;

static int set_up(void **state)
{
    (void)state;
    log_set_level(LOG_OFF);
    context = weir_test_context(1000);
    queue = weir_queue_create(context, "lines", true);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    weir_context_destroy(context);
    return 0;
}

static void a_context_is_started_once(void **state)
{
    (void)state;
    weir_capture(weir_queue_stream(queue));
    assert_int_equal(weir_start(context), WEIR_OK);
    assert_int_equal(weir_start(context), WEIR_OK); /* a warning in the log */
    assert_int_equal(weir_context_state(context), WEIR_ACTIVE);
    assert_int_equal(weir_test_advance(context, 1), WEIR_OK);
}

static void a_stopped_context_is_not_started_again(void **state)
{
    (void)state;
    weir_capture(weir_queue_stream(queue));
    assert_int_equal(weir_start(context), WEIR_OK);
    assert_int_equal(weir_stop(context, true), WEIR_OK);
    assert_int_equal(weir_stop(context, true), WEIR_OK);
    assert_int_equal(weir_start(context), WEIR_E_INVAL);
    assert_string_equal(weir_context_error(context), "the context has been stopped already");
    assert_int_equal(weir_await_termination(context), WEIR_OK);
    assert_int_equal(weir_test_advance(context, 1), WEIR_E_INVAL);
}

static void a_context_can_be_stopped_before_it_is_started(void **state)
{
    (void)state;
    weir_capture(weir_queue_stream(queue));
    assert_int_equal(weir_await_termination_or_timeout(context, 0), WEIR_E_INVAL);
    assert_string_equal(weir_context_error(context), "the context has not been started");
    assert_int_equal(weir_test_advance(context, 1), WEIR_E_INVAL);
    assert_int_equal(weir_stop(context, true), WEIR_OK);
    assert_int_equal(weir_start(context), WEIR_E_INVAL);
    assert_int_equal(weir_await_termination(context), WEIR_OK);
}

static void waiting_ends_with_the_timeout_or_the_stop(void **state)
{
    (void)state;
    weir_capture(weir_queue_stream(queue));
    assert_int_equal(weir_start(context), WEIR_OK);
    assert_int_equal(weir_await_termination_or_timeout(context, 0), WEIR_AGAIN);
    assert_int_equal(weir_stop(context, false), WEIR_OK);
    assert_int_equal(weir_await_termination(context), WEIR_OK);
}

static int32_t fail_at_two(struct weir_rdd *rdd, int64_t time_ms, struct weir_value argument)
{
    uint64_t count;

    (void)argument;
    if (time_ms != 2000) {
        return WEIR_OK;
    }
    return weir_rdd_count(weir_rdd_map(rdd, weir_builtin("no_such"), weir_null()), &count);
}

static void a_failed_output_is_told_and_the_rest_goes_on(void **state)
{
    struct weir_capture *rows;

    (void)state;
    weir_foreach_rdd(weir_queue_stream(queue), WEIR_FUNCTION(fail_at_two), weir_null());
    rows = weir_capture(weir_queue_stream(queue));
    assert_int_equal(weir_start(context), WEIR_OK);
    assert_int_equal(weir_test_advance(context, 3), WEIR_OK);
    assert_int_equal(weir_await_termination_or_timeout(context, 0), WEIR_E_INVAL);
    assert_non_null(strstr(weir_context_error(context),
                           "function fail_at_two: weir_rdd_map: there is no function \"no_such\""));
    assert_int_equal(weir_capture_count(rows), 3);
}

static void *wait_for_the_end(void *owner)
{
    weir_status *status = owner;

    *status = weir_await_termination(context);
    return NULL;
}

static void another_thread_may_wait(void **state)
{
    weir_status status = WEIR_E_BUG;
    pthread_t waiter;

    (void)state;
    weir_capture(weir_queue_stream(queue));
    assert_int_equal(weir_start(context), WEIR_OK);
    assert_int_equal(pthread_create(&waiter, NULL, wait_for_the_end, &status), 0);
    assert_int_equal(weir_stop(context, true), WEIR_OK);
    assert_int_equal(pthread_join(waiter, NULL), 0);
    assert_int_equal(status, WEIR_OK);
}

static void the_job_ends_when_its_sources_have_ended(void **state)
{
    struct weir_context *ending =
        weir_context_create(&(struct weir_options){.batch_ms = 20, .stop_at_end = true});
    struct weir_queue *some = weir_queue_create(ending, "some", true);
    struct weir_capture *rows = weir_capture(weir_queue_stream(some));
    struct weir_value one = weir_int(1);

    (void)state;
    assert_int_equal(weir_queue_push(some, &one, 1), WEIR_OK);
    assert_int_equal(weir_queue_push(some, &one, 1), WEIR_OK);
    weir_queue_end(some);
    assert_int_equal(weir_start(ending), WEIR_OK);
    assert_int_equal(weir_await_termination_or_timeout(ending, 60000), WEIR_OK);
    assert_true(weir_capture_count(rows) >= 2);
    assert_int_equal(weir_test_advance(ending, 1), WEIR_E_INVAL);
    weir_context_destroy(ending);
}

static void defaults_serve_for_options_that_are_not_given(void **state)
{
    struct weir_context *plain = weir_context_create(NULL);

    (void)state;
    assert_non_null(plain);
    assert_string_equal(weir_context_error(plain), "");
    weir_context_destroy(plain);
}

static void wrong_options_are_told_by_the_start(void **state)
{
    struct weir_context *wrong = weir_test_context(-5);

    (void)state;
    weir_capture(weir_queue_stream(weir_queue_create(wrong, "lines", true)));
    assert_int_equal(weir_start(wrong), WEIR_E_CONFIG);
    assert_non_null(strstr(weir_context_error(wrong), "the batch interval must be above zero"));
    weir_context_destroy(wrong);
}

static void values_print_and_compare(void **state)
{
    const struct weir_value items[] = {weir_text("be"), weir_int(2)};
    struct weir_value two = weir_int(2);
    struct weir_value also_two = weir_float(2.0);
    char *text = weir_value_text(weir_tuple(items, 2));

    (void)state;
    assert_string_equal(text, "(be,2)");
    free(text);
    text = weir_value_text(weir_text(""));
    assert_string_equal(text, "");
    free(text);
    assert_int_equal(weir_value_compare(&two, &also_two), 0);
    assert_true(weir_value_compare(&two, &items[0]) < 0);
    assert_non_null(strchr(weir_version(), '.'));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_context_is_started_once),
        TEST(a_stopped_context_is_not_started_again),
        TEST(a_context_can_be_stopped_before_it_is_started),
        TEST(waiting_ends_with_the_timeout_or_the_stop),
        TEST(a_failed_output_is_told_and_the_rest_goes_on),
        TEST(another_thread_may_wait),
        TEST(the_job_ends_when_its_sources_have_ended),
        TEST(defaults_serve_for_options_that_are_not_given),
        TEST(wrong_options_are_told_by_the_start),
        TEST(values_print_and_compare),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
