/* What listeners are told, and what contexts answer while they run side by side. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <weir/listener.h>
#include <weir/test.h>
#include <weir/time.h>

#include "app/api_stats.h"
#include "base/log.h"

static struct weir_context *context;
static struct weir_queue *queue;

static int set_up(void **state)
{
    (void)state;
    log_set_level(LOG_OFF);
    context = weir_test_context(1000);
    queue = weir_queue_create(context, "numbers", true);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    weir_context_destroy(context);
    return 0;
}

/* What was told, as words; read once the context has stopped. */
static char words[1024];

static void add_word(const char *word)
{
    size_t used = strlen(words);

    snprintf(words + used, sizeof(words) - used, "%s ", word);
}

static void hear_started(void *owner, int64_t time_ms)
{
    assert_int_equal(time_ms, 0);
    add_word(owner);
}

static void hear_receiver(void *owner, const struct weir_receiver_info *receiver)
{
    (void)owner;
    assert_int_equal(receiver->stream_id, 0);
    assert_string_equal(receiver->name, "numbers");
    add_word(receiver->is_active ? "receiver+" : "receiver-");
}

static void hear_submitted(void *owner, const struct weir_batch_info *batch)
{
    (void)owner;
    assert_int_equal(batch->scheduling_delay_us, WEIR_UNKNOWN);
    assert_int_equal(batch->ended_ms, WEIR_UNKNOWN);
    assert_int_equal(batch->outputs_count, 1);
    assert_int_equal(batch->outputs[0].started_ms, WEIR_UNKNOWN);
    add_word("submitted");
}

static void hear_begun(void *owner, const struct weir_batch_info *batch)
{
    (void)owner;
    assert_true(batch->scheduling_delay_us >= 0);
    assert_int_equal(batch->total_delay_us, WEIR_UNKNOWN);
    add_word("begun");
}

static void hear_completed(void *owner, const struct weir_batch_info *batch)
{
    (void)owner;
    assert_int_equal(batch->total_delay_us, batch->scheduling_delay_us + batch->processing_us);
    assert_int_equal(batch->inputs_count, 1);
    assert_int_equal(batch->inputs[0].records, batch->records);
    assert_string_equal(batch->outputs[0].description, "capture");
    assert_true(batch->outputs[0].ended_ms >= batch->outputs[0].started_ms);
    add_word("completed");
}

static void hear_output(void *owner, int64_t batch_time_ms, const struct weir_output_info *output)
{
    (void)owner;
    assert_int_equal(output->id, 0);
    assert_true(batch_time_ms > 0);
    add_word(output->ended_ms == WEIR_UNKNOWN ? "output" : "done");
}

static const struct weir_listener all_of_it = {.owner = (void *)(uintptr_t) "started",
                                               .started = hear_started,
                                               .receiver_started = hear_receiver,
                                               .receiver_stopped = hear_receiver,
                                               .batch_submitted = hear_submitted,
                                               .batch_started = hear_begun,
                                               .batch_completed = hear_completed,
                                               .output_started = hear_output,
                                               .output_completed = hear_output};

static void a_listener_is_told_all_of_it_in_order_and_nothing_after_the_stop(void **state)
{
    struct weir_value one = weir_int(1);

    (void)state;
    words[0] = '\0';
    weir_capture(weir_queue_stream(queue));
    weir_queue_push(queue, &one, 1);
    assert_int_equal(weir_add_listener(context, &all_of_it), WEIR_OK);
    assert_int_equal(weir_add_listener(context, &all_of_it), WEIR_E_INVAL);
    assert_int_equal(weir_start(context), WEIR_OK);
    assert_int_equal(weir_test_advance(context, 1), WEIR_OK);
    assert_int_equal(weir_stop(context, true), WEIR_OK);
    assert_string_equal(words,
                        "receiver+ started submitted begun output done completed receiver- ");
    assert_int_equal(weir_remove_listener(context, &all_of_it), WEIR_OK);
    assert_int_equal(weir_remove_listener(context, &all_of_it), WEIR_E_INVAL);
}

static void a_listener_that_was_removed_is_told_nothing_more(void **state)
{
    (void)state;
    words[0] = '\0';
    weir_capture(weir_queue_stream(queue));
    assert_int_equal(weir_start(context), WEIR_OK);
    assert_int_equal(weir_add_listener(context, &all_of_it), WEIR_OK);
    assert_int_equal(weir_remove_listener(context, &all_of_it), WEIR_OK);
    assert_int_equal(weir_test_advance(context, 1), WEIR_OK);
    assert_int_equal(weir_stop(context, true), WEIR_OK);
    assert_null(strstr(words, "completed"));
}

static int32_t stop_from_function(struct weir_rdd *rdd, int64_t time_ms, struct weir_value argument)
{
    weir_status hard = weir_stop(context, true);

    (void)rdd;
    (void)time_ms;
    (void)argument;
    if (hard != WEIR_E_INVAL) {
        return WEIR_E_BUG;
    }
    return weir_stop_soon(context, true);
}

static void a_function_may_stop_its_context_soon_but_not_at_once(void **state)
{
    (void)state;
    weir_foreach_rdd(weir_queue_stream(queue), WEIR_FUNCTION(stop_from_function), weir_null());
    assert_int_equal(weir_start(context), WEIR_OK);
    assert_int_equal(weir_test_advance(context, 1), WEIR_OK);
    assert_int_equal(weir_await_termination(context), WEIR_OK);
    assert_int_equal(weir_context_state(context), WEIR_STOPPED);
    assert_int_equal(weir_stop_soon(context, true), WEIR_OK);
}

static void a_stop_soon_before_the_start_makes_a_start_impossible(void **state)
{
    (void)state;
    weir_capture(weir_queue_stream(queue));
    assert_int_equal(weir_context_state(context), WEIR_INITIALIZED);
    assert_int_equal(weir_stop_soon(context, false), WEIR_OK);
    assert_int_equal(weir_context_state(context), WEIR_STOPPED);
    assert_int_equal(weir_start(context), WEIR_E_INVAL);
}

/* Two outputs that each wait for the other: only side by side can they end. */
static pthread_barrier_t meeting;
static _Atomic int met;

static int32_t meet(struct weir_rdd *rdd, int64_t time_ms, struct weir_value argument)
{
    (void)rdd;
    (void)time_ms;
    (void)argument;
    pthread_barrier_wait(&meeting);
    atomic_fetch_add(&met, 1);
    return WEIR_OK;
}

static void concurrent_jobs_run_side_by_side(void **state)
{
    struct weir_context *wide = weir_context_create(
        &(struct weir_options){.batch_ms = 1000, .concurrent_jobs = 2, .is_manual_clock = true});
    struct weir_stream *stream = weir_queue_stream(weir_queue_create(wide, "numbers", true));

    (void)state;
    pthread_barrier_init(&meeting, NULL, 2);
    weir_foreach_rdd(stream, WEIR_FUNCTION(meet), weir_null());
    weir_foreach_rdd(stream, WEIR_FUNCTION(meet), weir_null());
    assert_int_equal(weir_start(wide), WEIR_OK);
    assert_int_equal(weir_test_advance(wide, 3), WEIR_OK);
    assert_int_equal(weir_stop(wide, true), WEIR_OK);
    assert_int_equal(met, 6);
    weir_context_destroy(wide);
    pthread_barrier_destroy(&meeting);
}

static void several_contexts_run_in_one_process(void **state)
{
    struct weir_context *other = weir_test_context(500);
    struct weir_capture *kept =
        weir_capture(weir_queue_stream(weir_queue_create(other, "numbers", true)));

    (void)state;
    weir_capture(weir_queue_stream(queue));
    assert_null(weir_get_active());
    assert_int_equal(weir_start(context), WEIR_OK);
    assert_ptr_equal(weir_get_active(), context);
    assert_int_equal(weir_start(other), WEIR_OK);
    assert_ptr_equal(weir_get_active(), other);
    assert_int_equal(weir_test_advance(other, 2), WEIR_OK);
    assert_int_equal(weir_capture_count(kept), 2);
    assert_int_equal(weir_stop(other, true), WEIR_OK);
    assert_ptr_equal(weir_get_active(), context);
    weir_context_destroy(other);
    assert_int_equal(weir_stop(context, true), WEIR_OK);
    assert_null(weir_get_active());
}

static void what_is_set_once_is_not_set_again(void **state)
{
    struct weir_context *plain = weir_context_create(NULL);

    (void)state;
    assert_int_equal(weir_remember(plain, "soon"), WEIR_E_INVAL);
    assert_int_equal(weir_remember(plain, "10s"), WEIR_OK);
    assert_int_equal(weir_remember(plain, "20s"), WEIR_E_INVAL);
    assert_non_null(strstr(weir_context_error(plain), "set to 10000 ms already"));
    assert_int_equal(weir_set_batch_ms(plain, 500), WEIR_OK);
    assert_int_equal(weir_set_batch_ms(plain, 700), WEIR_E_INVAL);
    assert_non_null(strstr(weir_context_error(plain), "set to 500 ms already"));
    weir_context_destroy(plain);
    assert_int_equal(weir_set_batch_ms(context, 10), WEIR_E_INVAL);
}

static void a_spread_is_told_by_quarters(void **state)
{
    int64_t values[] = {9, 3, 1, 7, 5, 2, 8, 4, 6, 10};
    int64_t one[] = {4};
    int64_t spread[5];

    (void)state;
    stats_spread(values, 10, spread);
    assert_int_equal(spread[0], 1);
    assert_int_equal(spread[1], 3);
    assert_int_equal(spread[2], 6);
    assert_int_equal(spread[3], 8);
    assert_int_equal(spread[4], 10);
    stats_spread(one, 1, spread);
    assert_int_equal(spread[0], 4);
    assert_int_equal(spread[4], 4);
    assert_int_equal(weir_add_stats_listener(context, 0), WEIR_OK);
    assert_int_equal(weir_add_stats_listener(context, 2), WEIR_OK);
    weir_capture(weir_queue_stream(queue));
    assert_int_equal(weir_start(context), WEIR_OK);
    assert_int_equal(weir_test_advance(context, 5), WEIR_OK);
}

static void times_are_floored_from_a_zero(void **state)
{
    (void)state;
    assert_int_equal(weir_time_floor(1350, 200, 0), 1200);
    assert_int_equal(weir_time_floor(1350, 200, 150), 1350);
    assert_int_equal(weir_time_floor(-1, 200, 0), -200);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_listener_is_told_all_of_it_in_order_and_nothing_after_the_stop),
        TEST(a_listener_that_was_removed_is_told_nothing_more),
        TEST(a_function_may_stop_its_context_soon_but_not_at_once),
        TEST(a_stop_soon_before_the_start_makes_a_start_impossible),
        TEST(concurrent_jobs_run_side_by_side),
        TEST(several_contexts_run_in_one_process),
        TEST(what_is_set_once_is_not_set_again),
        TEST(a_spread_is_told_by_quarters),
        TEST(times_are_floored_from_a_zero),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
