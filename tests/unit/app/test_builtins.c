/* Built-in functions for windows and states, as a program or a job file names them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <weir/test.h>

#include "base/log.h"

static struct weir_context *context;
static struct weir_queue *queue;
static struct weir_stream *pairs;

static int open_context(void **state)
{
    (void)state;
    context = weir_test_context(1000);
    queue = weir_queue_create(context, "pairs", true);
    pairs = weir_map_to_pair(weir_queue_stream(queue), weir_builtin("pair"), weir_null());
    return 0;
}

static int close_context(void **state)
{
    (void)state;
    weir_context_destroy(context);
    return 0;
}

/* A batch of one pair; key NULL: of none. */
static void push(const char *key, struct weir_value value)
{
    struct weir_value pair[] = {weir_text(key == NULL ? "" : key), value};
    struct weir_value row = weir_list(pair, 2);

    assert_int_equal(weir_queue_push(queue, &row, key == NULL ? 0 : 1), WEIR_OK);
}

static void run(uint32_t batches)
{
    assert_int_equal(weir_start(context), WEIR_OK);
    assert_int_equal(weir_test_advance(context, batches), WEIR_OK);
}

static void a_difference_undoes_a_sum_and_what_is_not_zero_stays(void **state)
{
    struct weir_capture *rows = weir_capture(weir_reduce_by_key_and_window_inverse(
        pairs, WEIR_SUM, WEIR_DIFFERENCE, WEIR_NOT_ZERO, weir_null(), "2s", "1s"));

    (void)state;
    push("a", weir_int(INT64_MAX));
    push("a", weir_int(2));
    push("b", weir_float(0.5));
    push("b", weir_float(1.0));
    push(NULL, weir_null());
    push(NULL, weir_null());
    run(6);
    assert_string_equal(weir_capture_text(rows, 1000), "(a,9223372036854775807)\n");
    assert_string_equal(weir_capture_text(rows, 2000), "(a,-9223372036854775807)\n");
    assert_string_equal(weir_capture_text(rows, 5000), "(b,1.0)\n");
    assert_string_equal(weir_capture_text(rows, 6000), "");
}

static void a_running_sum_goes_on_without_new_values(void **state)
{
    struct weir_capture *rows =
        weir_capture(weir_update_state_by_key(pairs, WEIR_RUNNING_SUM, weir_null(), NULL));

    (void)state;
    push("a", weir_int(1));
    push(NULL, weir_null());
    push("a", weir_int(5));
    run(3);
    assert_string_equal(weir_capture_text(rows, 1000), "(a,1)\n");
    assert_string_equal(weir_capture_text(rows, 2000), "(a,1)\n");
    assert_string_equal(weir_capture_text(rows, 3000), "(a,6)\n");
}

static void a_sum_so_far_is_given_for_each_value(void **state)
{
    struct weir_capture *rows =
        weir_capture(weir_map_with_state(pairs, WEIR_SUM_SO_FAR, weir_null(), NULL));

    (void)state;
    push("a", weir_int(1));
    push(NULL, weir_null());
    push("a", weir_int(5));
    run(3);
    assert_string_equal(weir_capture_text(rows, 1000), "[a, 1]\n");
    assert_string_equal(weir_capture_text(rows, 2000), "");
    assert_string_equal(weir_capture_text(rows, 3000), "[a, 6]\n");
}

static void what_is_no_number_fails_the_batch(void **state)
{
    struct weir_capture *rows =
        weir_capture(weir_update_state_by_key(pairs, WEIR_RUNNING_SUM, weir_null(), NULL));

    (void)state;
    push("a", weir_text("one"));
    run(1);
    assert_null(weir_capture_text(rows, 1000));
    assert_int_not_equal(weir_await_termination_or_timeout(context, 0), WEIR_AGAIN);
    assert_non_null(strstr(weir_context_error(context), "sum takes ints and floats only"));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, open_context, close_context)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_difference_undoes_a_sum_and_what_is_not_zero_stays),
        TEST(a_running_sum_goes_on_without_new_values),
        TEST(a_sum_so_far_is_given_for_each_value),
        TEST(what_is_no_number_fails_the_batch),
    };

    log_set_level(LOG_OFF);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
