/*
 * test_listeners - what listeners hear of a job, and in which order.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "lib/job.h"

#include <cmocka.h> /* last: its fail() is a macro */

/* numbers -> out */
struct copy {
    struct job job;
    struct queue_source *queue;
    struct capture *capture;
};

static void open_copy(struct copy *copy)
{
    job_begin(&copy->job);
    struct node *source = job_source(&copy->job, "numbers");
    struct node *output = job_output(&copy->job, "out", source);
    job_prepare(&copy->job, NULL);
    copy->queue = job_queue(&copy->job, source);
    copy->capture = job_capture(&copy->job, output);
}

/* What the listener heard; read once the context has stopped. */
struct heard {
    char text[2048];
    struct context *context;
    weir_status stop_status;
};

static void hear(void *owner, const struct event *event)
{
    static const char *const names[] = {
        [EVENT_STARTED] = "started",           [EVENT_BATCH_SUBMITTED] = "submitted",
        [EVENT_BATCH_STARTED] = "begun",       [EVENT_BATCH_COMPLETED] = "completed",
        [EVENT_OUTPUT_STARTED] = "output",     [EVENT_OUTPUT_COMPLETED] = "done",
        [EVENT_RECEIVER_STARTED] = "receiver", [EVENT_RECEIVER_ERROR] = "trouble",
        [EVENT_RECEIVER_STOPPED] = "gone",
    };
    struct heard *heard = owner;
    size_t used = strlen(heard->text);

    used +=
        (size_t)snprintf(heard->text + used, sizeof(heard->text) - used, "%s", names[event->kind]);
    if (event->name != NULL) {
        used +=
            (size_t)snprintf(heard->text + used, sizeof(heard->text) - used, " %s", event->name);
    }
    if (event->kind == EVENT_BATCH_COMPLETED) {
        assert_true(event->batch.scheduling_delay_us >= 0);
        assert_true(event->batch.processing_us >= 0);
        assert_int_equal(event->batch.is_failed, event->batch.failure != NULL);
        used += (size_t)snprintf(heard->text + used, sizeof(heard->text) - used, " %d/%d%s",
                                 (int)event->batch.records, (int)event->batch.records_out,
                                 event->batch.is_failed ? " failed" : "");
    }
    snprintf(heard->text + used, sizeof(heard->text) - used, "%s; ",
             event->message != NULL ? "!" : "");
    if (heard->context != NULL && event->kind == EVENT_BATCH_STARTED) {
        heard->stop_status = context_stop(heard->context, false, NULL);
    }
}

static void listeners_hear_of_batches_outputs_and_receivers_in_order(void **state)
{
    struct copy copy;
    struct heard heard = {.text = ""};

    (void)state;
    open_copy(&copy);
    copy.capture->fail_time_ms = 2000;
    assert_int_equal(context_add_listener(copy.job.context, hear, &heard, NULL), WEIR_OK);
    job_push(copy.queue, "[1, 2]");
    job_push(copy.queue, "[1, 2]");
    job_start(&copy.job);
    job_run(&copy.job, 1); /* the order of events of two batches is their threads' */
    job_run(&copy.job, 1);
    assert_int_equal(context_stop(copy.job.context, true, NULL), WEIR_OK);
    assert_string_equal(heard.text,
                        "receiver numbers; started test; "
                        "submitted; begun; output out; done out; completed 2/2; "
                        "submitted; begun; output out; done out!; completed 2/0 failed; "
                        "gone numbers!; ");
    job_end(&copy.job);
}

static void batches_in_which_no_output_is_due_are_not_told_of(void **state)
{
    struct context_counters counters;
    struct heard heard = {.text = ""};
    struct job job;

    (void)state;
    job_begin(&job);
    struct node *source = job_source(&job, "numbers");
    struct node *window = job_window(&job, OPERATOR_WINDOW, "window", source,
                                     (struct weir_function){.name = NULL}, 3, 3);
    struct node *output = job_output(&job, "out", window);
    job_prepare(&job, NULL);
    struct queue_source *queue = job_queue(&job, source);
    struct capture *capture = job_capture(&job, output);
    assert_int_equal(context_add_listener(job.context, hear, &heard, NULL), WEIR_OK);
    job_push(queue, "[1, 2]");
    job_push(queue, "[3]");
    job_start(&job);
    job_run(&job, 5);
    capture_expect(capture, "3000: 1 2 3\n");
    context_counters(job.context, &counters);
    assert_int_equal(counters.batches_completed, 1);
    assert_int_equal(counters.records_in, 3);
    assert_int_equal(context_stop(job.context, true, NULL), WEIR_OK);
    assert_non_null(strstr(heard.text, "submitted; begun; output out; done out; completed 0/3; "));
    assert_null(strstr(strstr(heard.text, "completed") + 1, "completed"));
    job_end(&job);
}

static void trouble_with_a_receiver_is_told(void **state)
{
    struct source_status status;
    struct heard heard = {.text = ""};
    struct job job;

    (void)state;
    job_begin(&job);
    struct node *source = job_source(&job, "lines");
    struct node *output = job_output(&job, "out", source);
    job_prepare(&job, NULL);
    struct fake_source *fake = job_fake(&job, source);
    job_capture(&job, output);
    job_start(&job);
    job_run(&job, 1);
    assert_int_equal(context_add_listener(job.context, hear, &heard, NULL), WEIR_OK);
    fake->state = SOURCE_RESTARTING;
    job_run(&job, 1);
    assert_true(context_source_status(job.context, source, &status));
    assert_int_equal(status.state, SOURCE_RESTARTING);
    assert_false(context_source_status(job.context, output, &status));
    fake->restarts = 1;
    fake->state = SOURCE_RUNNING;
    job_run(&job, 1);
    fake->state = SOURCE_FAILED;
    job_run(&job, 1);
    assert_int_equal(context_stop(job.context, true, NULL), WEIR_OK);
    assert_non_null(strstr(heard.text, "trouble lines!; "));
    assert_non_null(strstr(heard.text, "gone lines!; receiver lines; "));
    assert_non_null(strstr(heard.text, "trouble lines!; gone lines!; "));
    job_end(&job);
}

static void a_listener_cannot_stop_the_context(void **state)
{
    struct copy copy;
    struct heard heard = {.text = "", .stop_status = WEIR_OK};

    (void)state;
    open_copy(&copy);
    heard.context = copy.job.context;
    assert_int_equal(context_add_listener(copy.job.context, hear, &heard, NULL), WEIR_OK);
    job_start(&copy.job);
    job_run(&copy.job, 1);
    assert_int_equal(context_stop(copy.job.context, true, NULL), WEIR_OK);
    assert_int_equal(heard.stop_status, WEIR_E_INVAL);
    job_end(&copy.job);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(listeners_hear_of_batches_outputs_and_receivers_in_order),
        cmocka_unit_test(batches_in_which_no_output_is_due_are_not_told_of),
        cmocka_unit_test(trouble_with_a_receiver_is_told),
        cmocka_unit_test(a_listener_cannot_stop_the_context),
    };

    log_set_level(LOG_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
