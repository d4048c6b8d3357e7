/*
 * test_stop - a job ends: gracefully with all its data, at once without it, or by itself.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/log.h"
#include "lib/job.h"

#include <cmocka.h> /* last: its fail() is a macro */

/* numbers -> out */
struct copy {
    struct job job;
    struct node *source;
    struct fake_source *fake;
    struct capture *capture;
};

static void open_copy(struct copy *copy, const struct context_options *options)
{
    struct job *job = &copy->job;

    job_begin(job);
    copy->source = job_source(job, "numbers");
    struct node *output = job_output(job, "out", copy->source);
    job_prepare(job, options);
    copy->fake = job_fake(job, copy->source);
    copy->capture = job_capture(job, output);
}

struct stopper {
    struct context *context;
    bool is_graceful;
    weir_status status;
    struct thread thread;
};

static void run_stop(void *argument)
{
    struct stopper *stopper = argument;

    stopper->status = context_stop(stopper->context, stopper->is_graceful, NULL);
}

static void begin_stop(struct stopper *stopper, struct context *context, bool is_graceful)
{
    *stopper =
        (struct stopper){.context = context, .is_graceful = is_graceful, .status = WEIR_E_BUG};
    assert_int_equal(thread_start(&stopper->thread, "stop", run_stop, stopper, NULL), WEIR_OK);
}

static void end_stop(struct stopper *stopper)
{
    thread_join(&stopper->thread);
    assert_int_equal(stopper->status, WEIR_OK);
    assert_int_equal(context_get_state(stopper->context), CONTEXT_STOPPED);
}

/* Lets the others go on while a test asks until something is so. */
static void pause_a_little(struct context *context)
{
    weir_status status = context_await(context, 1, NULL);

    (void)status;
}

static struct context_counters counters_of(struct context *context)
{
    struct context_counters counters;

    context_counters(context, &counters);
    return counters;
}

static void await_state(struct context *context, enum context_state state)
{
    while (context_get_state(context) != state) {
        pause_a_little(context);
    }
}

static void a_graceful_stop_takes_what_the_sources_have_delivered(void **state)
{
    struct copy copy;

    (void)state;
    open_copy(&copy, NULL);
    copy.fake->last_rows = "[3]"; /* what a receiver still has in hand as it stops */
    job_start(&copy.job);
    assert_int_equal(fake_source_deliver(copy.fake, "[1]"), WEIR_OK);
    job_run(&copy.job, 1);
    assert_int_equal(fake_source_deliver(copy.fake, "[2]"), WEIR_OK);
    assert_int_equal(context_stop(copy.job.context, true, NULL), WEIR_OK);
    assert_true(copy.fake->is_stopped);
    assert_int_equal(context_get_state(copy.job.context), CONTEXT_STOPPED);
    capture_expect(copy.capture, "1000: 1\n2000: 2 3\n");
    assert_int_equal(fake_source_deliver(copy.fake, "[4]"), WEIR_STOPPING);
    job_end(&copy.job);
}

static void a_graceful_stop_of_an_idle_job_makes_no_further_batch(void **state)
{
    struct copy copy;

    (void)state;
    open_copy(&copy, NULL);
    job_start(&copy.job);
    assert_int_equal(context_stop(copy.job.context, true, NULL), WEIR_OK);
    capture_expect(copy.capture, "");
    assert_int_equal(context_await(copy.job.context, -1, NULL), WEIR_OK);
    job_end(&copy.job);
}

static void a_graceful_stop_finishes_the_batches_that_wait(void **state)
{
    struct context_counters counters;
    struct stopper stopper;
    struct copy copy;

    (void)state;
    open_copy(&copy, NULL);
    job_start(&copy.job);
    capture_shut(copy.capture);
    assert_int_equal(fake_source_deliver(copy.fake, "[1]"), WEIR_OK);
    clock_advance_to(copy.job.clock, 3000);
    capture_await_write(copy.capture);
    begin_stop(&stopper, copy.job.context, true);
    await_state(copy.job.context, CONTEXT_STOPPING);
    capture_open(copy.capture);
    end_stop(&stopper);
    context_counters(copy.job.context, &counters);
    assert_int_equal(counters.batches_failed, 0);
    assert_int_equal(counters.records_out, 1);
    assert_int_equal(counters.batches_waiting, 0);
    job_end(&copy.job);
}

static void an_immediate_stop_drops_and_counts_the_batches_that_wait(void **state)
{
    struct context_counters counters;
    struct stopper stopper;
    struct copy copy;

    (void)state;
    open_copy(&copy, NULL);
    job_start(&copy.job);
    job_run(&copy.job, 1);
    capture_shut(copy.capture);
    assert_int_equal(fake_source_deliver(copy.fake, "[9]"), WEIR_OK);
    clock_advance_to(copy.job.clock, 2000);
    capture_await_write(copy.capture);
    assert_int_equal(fake_source_deliver(copy.fake, "[1, 2, 3]"), WEIR_OK);
    clock_advance_to(copy.job.clock, 3000);
    while (counters_of(copy.job.context).batches_waiting == 0) {
        pause_a_little(copy.job.context);
    }
    begin_stop(&stopper, copy.job.context, false);
    while (counters_of(copy.job.context).records_dropped == 0) {
        pause_a_little(copy.job.context);
    }
    capture_open(copy.capture);
    end_stop(&stopper);
    context_counters(copy.job.context, &counters);
    assert_int_equal(counters.records_dropped, 3);
    assert_int_equal(counters.records_out, 0);
    assert_int_equal(counters.batches_failed, 1); /* the one that ran was cancelled, */
    assert_int_equal(context_await(copy.job.context, -1, NULL), WEIR_OK); /* which is no error */
    assert_true(copy.fake->is_stopped);
    job_end(&copy.job);
}

static void an_immediate_stop_hurries_a_graceful_one(void **state)
{
    struct stopper graceful;
    struct stopper hurried;
    struct copy copy;

    (void)state;
    open_copy(&copy, NULL);
    job_start(&copy.job);
    capture_shut(copy.capture);
    clock_advance_to(copy.job.clock, 1000);
    capture_await_write(copy.capture);
    clock_advance_to(copy.job.clock, 9000);
    begin_stop(&graceful, copy.job.context, true);
    await_state(copy.job.context, CONTEXT_STOPPING);
    begin_stop(&hurried, copy.job.context, false);
    while (counters_of(copy.job.context).batches_waiting != 0) {
        pause_a_little(copy.job.context);
    }
    capture_open(copy.capture);
    end_stop(&graceful);
    end_stop(&hurried);
    job_end(&copy.job);
}

static void a_graceful_stop_gives_up_when_its_time_is_over(void **state)
{
    struct context_options options = {.name = "test", .stop_timeout_ms = 5};
    struct context_counters counters;
    struct stopper stopper;
    struct copy copy;

    (void)state;
    open_copy(&copy, &options);
    job_start(&copy.job);
    capture_shut(copy.capture);
    clock_advance_to(copy.job.clock, 1000);
    capture_await_write(copy.capture);
    assert_int_equal(fake_source_deliver(copy.fake, "[1, 2, 3]"), WEIR_OK);
    begin_stop(&stopper, copy.job.context, true);
    while (counters_of(copy.job.context).records_dropped == 0) {
        pause_a_little(copy.job.context);
    }
    capture_open(copy.capture);
    end_stop(&stopper);
    context_counters(copy.job.context, &counters);
    assert_int_equal(counters.records_dropped, 3);
    job_end(&copy.job);
}

static void a_job_ends_by_itself_after_its_last_batch(void **state)
{
    struct context_options options = {.name = "test", .batches_max = 2};
    struct context_counters counters;
    struct copy copy;

    (void)state;
    open_copy(&copy, &options);
    job_start(&copy.job);
    assert_int_equal(fake_source_deliver(copy.fake, "[1]"), WEIR_OK);
    job_run(&copy.job, 1);
    assert_int_equal(fake_source_deliver(copy.fake, "[2]"), WEIR_OK);
    copy.fake->last_rows = "[3, 4]"; /* too late */
    job_run(&copy.job, 5);
    assert_int_equal(context_await(copy.job.context, -1, NULL), WEIR_OK);
    assert_int_equal(context_get_state(copy.job.context), CONTEXT_STOPPED);
    capture_expect(copy.capture, "1000: 1\n2000: 2\n");
    context_counters(copy.job.context, &counters);
    assert_int_equal(counters.batches_completed, 2);
    assert_int_equal(counters.records_dropped, 2);
    job_end(&copy.job);
}

static void a_job_ends_by_itself_once_its_sources_have_ended(void **state)
{
    struct context_options options = {.name = "test", .stop_at_end = true};
    struct copy copy;

    (void)state;
    open_copy(&copy, &options);
    job_start(&copy.job);
    job_run(&copy.job, 1);
    assert_int_equal(fake_source_deliver(copy.fake, "[1]"), WEIR_OK);
    copy.fake->is_ended = true;
    job_run(&copy.job, 3);
    assert_int_equal(context_await(copy.job.context, -1, NULL), WEIR_OK);
    capture_expect(copy.capture, "1000: \n2000: 1\n");
    job_end(&copy.job);
}

static void a_queue_that_has_ended_ends_its_job_with_its_last_batch(void **state)
{
    struct context_options options = {.name = "test", .stop_at_end = true};
    struct job job;

    (void)state;
    job_begin(&job);
    struct node *source = job_source(&job, "numbers");
    struct node *output = job_output(&job, "out", source);
    job_prepare(&job, &options);
    struct queue_source *queue = job_queue(&job, source);
    struct capture *capture = job_capture(&job, output);
    job_push(queue, "[1]");
    job_push(queue, "[2]");
    queue_source_end(queue);
    job_start(&job);
    job_run(&job, 100);
    assert_int_equal(context_await(job.context, -1, NULL), WEIR_OK);
    capture_expect(capture, "1000: 1\n2000: 2\n");
    job_end(&job);
}

static void more_batches_may_be_due_than_may_wait(void **state)
{
    struct context_counters counters;
    struct copy copy;

    (void)state;
    open_copy(&copy, NULL);
    job_start(&copy.job);
    capture_shut(copy.capture);
    clock_advance_to(copy.job.clock, 3000 * JOB_BATCH_MS);
    while (counters_of(copy.job.context).batches_waiting < 1024) {
        pause_a_little(copy.job.context);
    }
    capture_open(copy.capture);
    assert_int_equal(context_settle(copy.job.context, NULL), WEIR_OK);
    context_counters(copy.job.context, &counters);
    assert_int_equal(counters.batches_completed, 3000);
    job_end(&copy.job);
}

static void a_stop_before_the_start_leaves_nothing_to_start(void **state)
{
    struct copy copy;

    (void)state;
    open_copy(&copy, NULL);
    assert_int_equal(context_stop(copy.job.context, true, NULL), WEIR_OK);
    assert_int_equal(context_get_state(copy.job.context), CONTEXT_STOPPED);
    assert_int_equal(context_start(copy.job.context, NULL), WEIR_E_INVAL);
    assert_int_equal(context_stop(copy.job.context, false, NULL), WEIR_OK);
    assert_int_equal(context_settle(copy.job.context, NULL), WEIR_OK);
    assert_false(copy.fake->is_started);
    job_end(&copy.job);
}

static void destroying_a_running_job_stops_it(void **state)
{
    struct copy copy;

    (void)state;
    open_copy(&copy, NULL);
    job_start(&copy.job);
    assert_int_equal(fake_source_deliver(copy.fake, "[1]"), WEIR_OK);
    job_end(&copy.job);
}

static void a_job_on_the_real_clock_ticks_and_stops(void **state)
{
    struct context_options options = {.name = "test", .batches_max = 3};
    struct copy copy;

    (void)state;
    open_copy(&copy, NULL);
    context_destroy(copy.job.context);
    clock_destroy(copy.job.clock);
    assert_int_equal(clock_create_real(&copy.job.clock, NULL), WEIR_OK);
    copy.job.graph->batch_ms = 20;
    copy.source->interval_ms = 20;
    assert_int_equal(context_create(&options, copy.job.graph, copy.job.executor, copy.job.clock,
                                    &copy.job.context, NULL),
                     WEIR_OK);
    copy.fake = job_fake(&copy.job, copy.source);
    copy.capture = job_capture(&copy.job, graph_find(copy.job.graph, "out"));
    job_start(&copy.job);
    assert_int_equal(context_settle(copy.job.context, NULL), WEIR_E_INVAL);
    assert_int_equal(context_await(copy.job.context, -1, NULL), WEIR_OK);
    struct context_counters counters;
    context_counters(copy.job.context, &counters);
    assert_int_equal(counters.batches_completed, 3);
    job_end(&copy.job);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_graceful_stop_takes_what_the_sources_have_delivered),
        cmocka_unit_test(a_graceful_stop_of_an_idle_job_makes_no_further_batch),
        cmocka_unit_test(a_graceful_stop_finishes_the_batches_that_wait),
        cmocka_unit_test(an_immediate_stop_drops_and_counts_the_batches_that_wait),
        cmocka_unit_test(an_immediate_stop_hurries_a_graceful_one),
        cmocka_unit_test(a_graceful_stop_gives_up_when_its_time_is_over),
        cmocka_unit_test(a_job_ends_by_itself_after_its_last_batch),
        cmocka_unit_test(a_job_ends_by_itself_once_its_sources_have_ended),
        cmocka_unit_test(a_queue_that_has_ended_ends_its_job_with_its_last_batch),
        cmocka_unit_test(more_batches_may_be_due_than_may_wait),
        cmocka_unit_test(a_stop_before_the_start_leaves_nothing_to_start),
        cmocka_unit_test(destroying_a_running_job_stops_it),
        cmocka_unit_test(a_job_on_the_real_clock_ticks_and_stops),
    };

    log_set_level(LOG_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
