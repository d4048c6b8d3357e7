/*
 * test_context - a job runs batch by batch: what its outputs see, what goes wrong, what is told.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "exec/action.h"
#include "exec/lineage.h"
#include "lib/job.h"
#include "lib/rows.h"
#include "stream/handle.h"

#include <cmocka.h> /* last: its fail() is a macro */

/* lines -> words -> pairs -> counts -> out */
struct word_count {
    struct job job;
    struct node *source;
    struct queue_source *queue;
    struct capture *capture;
};

static void open_word_count(struct word_count *count, const struct context_options *options)
{
    struct job *job = &count->job;

    job_begin(job);
    count->source = job_source(job, "lines");
    struct node *words = job_operator(job, OPERATOR_FLAT_MAP, "words", count->source, WEIR_SPLIT);
    struct node *pairs = job_operator(job, OPERATOR_MAP_TO_PAIR, "pairs", words, WEIR_WITH_ONE);
    struct node *counts = job_operator(job, OPERATOR_REDUCE_BY_KEY, "counts", pairs, WEIR_SUM);
    struct node *output = job_output(job, "out", counts);
    job_prepare(job, options);
    count->queue = job_queue(job, count->source);
    count->capture = job_capture(job, output);
}

static void words_are_counted_batch_by_batch(void **state)
{
    struct context_counters counters;
    struct word_count count;

    (void)state;
    open_word_count(&count, NULL);
    job_push(count.queue, "[\"to be or not to be\", \"that is the question\"]");
    job_push(count.queue, "[]");
    job_push(count.queue, "[\"to be\"]");
    job_start(&count.job);
    job_run(&count.job, 1);
    capture_expect(count.capture,
                   "1000: (be,2) (is,1) (not,1) (or,1) (question,1) (that,1) (the,1) (to,2)\n");
    job_run(&count.job, 3);
    capture_expect(count.capture, "2000: \n3000: (be,1) (to,1)\n4000: \n");
    context_counters(count.job.context, &counters);
    assert_int_equal(counters.batches_completed, 4);
    assert_int_equal(counters.batches_failed, 0);
    assert_int_equal(counters.batches_waiting, 0);
    assert_int_equal(counters.records_in, 3);
    assert_int_equal(counters.records_out, 10);
    assert_int_equal(counters.records_dropped, 0);
    assert_true(counters.bytes_in > 0);
    assert_true(counters.processing_us > 0);
    assert_true(counters.worst_total_delay_us > 0);
    job_end(&count.job);
}

static void fifty_batches_of_job_time_take_no_time(void **state)
{
    struct word_count count;
    struct bytes expected = {0};

    (void)state;
    open_word_count(&count, NULL);
    for (int i = 1; i <= 50; i++) {
        char line[64];
        snprintf(line, sizeof(line), "[\"a b\", \"a n%d\"]", i);
        job_push(count.queue, line);
        bytes_printf(&expected, "%d000: (a,2) (b,1) (n%d,1)\n", i, i);
    }
    job_start(&count.job);
    int64_t begin_ns = clock_stopwatch_ns();
    job_run(&count.job, 50);
    /* 50 s of job time: far less even on a slow machine under a sanitizer. */
    assert_true(clock_stopwatch_ns() - begin_ns < INT64_C(10000000000));
    capture_expect(count.capture, expected.data);
    bytes_fini(&expected);
    job_end(&count.job);
}

static void each_block_is_a_partition_when_that_is_asked_for(void **state)
{
    struct context_options options = {.name = "test", .partitions_per_block = true};
    struct job job;

    (void)state;
    job_begin(&job);
    struct node *source = job_source(&job, "lines");
    struct node *output = job_output(&job, "out", source);
    job_prepare(&job, &options);
    struct fake_source *fake = job_fake(&job, source);
    struct capture *capture = job_capture(&job, output);
    job_start(&job);
    assert_int_equal(fake_source_deliver(fake, "[1]"), WEIR_OK);
    assert_int_equal(block_maker_add(fake->maker, rows_block("[2]", false), 0), WEIR_OK);
    assert_int_equal(block_maker_add(fake->maker, rows_block("[3]", false), 0), WEIR_OK);
    job_run(&job, 1);
    capture_expect(capture, "1000: 1 2 3\n");
    assert_int_equal(capture->partitions, 3);
    job_end(&job);
}

static void few_bytes_are_one_partition_and_an_empty_batch_none(void **state)
{
    struct job job;

    (void)state;
    job_begin(&job);
    struct node *source = job_source(&job, "lines");
    struct node *output = job_output(&job, "out", source);
    job_prepare(&job, NULL);
    struct fake_source *fake = job_fake(&job, source);
    struct capture *capture = job_capture(&job, output);
    job_start(&job);
    assert_int_equal(fake_source_deliver(fake, "[1]"), WEIR_OK);
    assert_int_equal(block_maker_add(fake->maker, rows_block("[2]", false), 0), WEIR_OK);
    job_run(&job, 1);
    assert_int_equal(capture->partitions, 1);
    job_run(&job, 1);
    assert_int_equal(capture->partitions, 0);
    capture_expect(capture, "1000: 1 2\n2000: \n");
    job_end(&job);
}

static void many_bytes_are_cut_into_even_partitions_in_order(void **state)
{
    static char bytes[100000];
    struct job job;

    (void)state;
    memset(bytes, 'x', sizeof(bytes));
    job_begin(&job);
    struct node *source = job_source(&job, "lines");
    struct node *output = job_output(&job, "out", source);
    job_prepare(&job, NULL);
    struct fake_source *fake = job_fake(&job, source);
    struct capture *capture = job_capture(&job, output);
    capture->is_sorted = false;
    job_start(&job);
    for (uint32_t i = 0; i < 12; i++) {
        struct weir_value values[] = {weir_int(i), weir_text_bytes(bytes, sizeof(bytes))};
        struct block *block;
        assert_int_equal(block_create_values(NULL, values, 2, &block, NULL), WEIR_OK);
        assert_int_equal(block_maker_add(fake->maker, block, 0), WEIR_OK);
    }
    job_run(&job, 1);
    assert_int_equal(capture->partitions, 6); /* three for each of two workers */
    assert_int_equal(capture->rows_max, 4);   /* two blocks of two rows */
    char *text = capture_take(capture);
    const char *place = text;
    for (int i = 0; i < 12; i++) {
        char number[16];
        snprintf(number, sizeof(number), " %d x", i);
        place = strstr(place, number);
        assert_non_null(place);
    }
    mem_free(text);
    job_end(&job);
}

static void a_failed_batch_is_reported_and_the_next_ones_go_on(void **state)
{
    struct context_counters counters;
    struct word_count count;

    (void)state;
    open_word_count(&count, NULL);
    count.capture->fail_time_ms = 2000;
    job_push(count.queue, "[\"a\"]");
    job_push(count.queue, "[\"b\"]");
    job_push(count.queue, "[\"c\"]");
    job_start(&count.job);
    job_run(&count.job, 3);
    capture_expect(count.capture, "1000: (a,1)\n3000: (c,1)\n");
    job_expect_error(&count.job, "batch 2000 ms: output out: the disk is full");
    assert_int_equal(context_await(count.job.context, 0, NULL), WEIR_AGAIN); /* told once */
    context_counters(count.job.context, &counters);
    assert_int_equal(counters.batches_completed, 2);
    assert_int_equal(counters.batches_failed, 1);
    job_end(&count.job);
}

static void picky(const struct weir_row *row, struct weir_emitter *out, struct weir_value argument)
{
    (void)argument;
    if (weir_int_of(row->value) == 13) {
        weir_emit_error(out, "thirteen is unlucky");
    }
    weir_emit(out, row->value);
}

static void an_error_in_a_function_fails_its_batch_and_other_outputs_still_run(void **state)
{
    struct job job;

    (void)state;
    job_begin(&job);
    struct node *source = job_source(&job, "numbers");
    struct node *lucky = job_operator(&job, OPERATOR_MAP, "lucky", source, WEIR_FUNCTION(picky));
    struct node *first = job_output(&job, "first", lucky);
    struct node *second = job_output(&job, "second", source);
    job_prepare(&job, NULL);
    struct queue_source *queue = job_queue(&job, source);
    struct capture *lucky_ones = job_capture(&job, first);
    struct capture *all = job_capture(&job, second);
    job_push(queue, "[12, 13]");
    job_push(queue, "[14]");
    job_start(&job);
    job_run(&job, 2);
    capture_expect(lucky_ones, "2000: 14\n");
    capture_expect(all, "1000: 12 13\n2000: 14\n");
    job_expect_error(&job, "batch 1000 ms: output first: ");
    job_end(&job);
}

static struct weir_rdd *two_greatest(struct weir_rdd *rdd, int64_t time_ms,
                                     struct weir_value argument)
{
    struct rdd *top;

    (void)argument;
    if (time_ms == 2000) {
        return NULL;
    }
    if (time_ms == 3000) {
        return rdd;
    }
    assert_int_equal(rdd_create_top(rdd->rdd, 2, &top, NULL), WEIR_OK);
    return handle_create(rdd->pool, top);
}

static void a_transform_derives_an_rdd_and_must_return_one(void **state)
{
    struct job job;

    (void)state;
    job_begin(&job);
    struct node *source = job_source(&job, "numbers");
    struct node *top =
        job_operator(&job, OPERATOR_TRANSFORM, "top", source, WEIR_FUNCTION(two_greatest));
    struct node *output = job_output(&job, "out", top);
    job_prepare(&job, NULL);
    struct queue_source *queue = job_queue(&job, source);
    struct capture *capture = job_capture(&job, output);
    for (int i = 0; i < 4; i++) {
        job_push(queue, "[1, 5, 3]");
    }
    job_start(&job);
    job_run(&job, 4);
    capture_expect(capture, "1000: 3 5\n3000: 1 3 5\n4000: 3 5\n");
    job_expect_error(&job, "batch 2000 ms: output out: stream top at 2000 ms: transform of stream "
                           "top returned no RDD; return an empty one to give no rows");
    job_end(&job);
}

static _Atomic int64_t foreach_rows;

static int32_t add_rows(struct weir_rdd *rdd, int64_t time_ms, struct weir_value argument)
{
    uint64_t rows;

    (void)argument;
    if (time_ms == 2000) {
        return WEIR_E_IO;
    }
    assert_int_equal(action_count(rdd->pool->executor, rdd->rdd, &rows, NULL), WEIR_OK);
    foreach_rows += (int64_t)rows + 100;
    return 0;
}

static void a_foreach_function_sees_each_batch_also_an_empty_one(void **state)
{
    struct job job;

    (void)state;
    foreach_rows = 0;
    job_begin(&job);
    struct node *source = job_source(&job, "numbers");
    job_foreach(&job, "each", source, WEIR_FUNCTION(add_rows));
    job_prepare(&job, NULL);
    struct queue_source *queue = job_queue(&job, source);
    job_push(queue, "[1, 5, 3]");
    job_start(&job);
    job_run(&job, 3);
    assert_int_equal(foreach_rows, 203);
    job_expect_error(&job, "batch 2000 ms: output each: function add_rows failed: ");
    job_end(&job);
}

static void a_second_start_is_refused(void **state)
{
    weir_error error = {.struct_size = sizeof(error)};
    struct word_count count;

    (void)state;
    open_word_count(&count, NULL);
    assert_int_equal(context_get_state(count.job.context), CONTEXT_INITIALIZED);
    assert_int_equal(context_settle(count.job.context, NULL), WEIR_E_INVAL);
    job_start(&count.job);
    assert_int_equal(context_get_state(count.job.context), CONTEXT_ACTIVE);
    assert_int_equal(context_start(count.job.context, &error), WEIR_E_INVAL);
    assert_non_null(strstr(error.msg, "already been started"));
    assert_int_equal(context_stop(count.job.context, true, NULL), WEIR_OK);
    assert_int_equal(context_start(count.job.context, &error), WEIR_E_INVAL);
    assert_non_null(strstr(error.msg, "already been stopped"));
    job_end(&count.job);
}

static void what_has_no_source_or_no_sink_does_not_start(void **state)
{
    weir_error error = {.struct_size = sizeof(error)};
    struct job job;

    (void)state;
    job_begin(&job);
    struct node *source = job_source(&job, "numbers");
    struct node *output = job_output(&job, "out", source);
    job_prepare(&job, NULL);
    job_capture(&job, output);
    assert_int_equal(context_start(job.context, &error), WEIR_E_CONFIG);
    assert_non_null(strstr(error.msg, "source numbers"));
    assert_int_equal(context_get_state(job.context), CONTEXT_STOPPED);
    job_end(&job);

    job_begin(&job);
    source = job_source(&job, "numbers");
    job_output(&job, "out", source);
    job_prepare(&job, NULL);
    job_queue(&job, source);
    assert_int_equal(context_start(job.context, &error), WEIR_E_CONFIG);
    assert_non_null(strstr(error.msg, "output out has no sink"));
    assert_int_equal(context_get_state(job.context), CONTEXT_STOPPED);
    job_end(&job);
}

static void a_source_that_cannot_start_stops_those_that_did(void **state)
{
    weir_error error = {.struct_size = sizeof(error)};
    struct job job;

    (void)state;
    job_begin(&job);
    struct node *first = job_source(&job, "first");
    struct node *second = job_source(&job, "second");
    struct node *output = job_output(&job, "out", job_union(&job, "both", first, second));
    job_prepare(&job, NULL);
    struct fake_source *started = job_fake(&job, first);
    struct fake_source *broken = job_fake(&job, second);
    job_capture(&job, output);
    broken->fails_to_start = true;
    assert_int_equal(context_start(job.context, &error), WEIR_E_CONFIG);
    assert_string_equal(error.msg, "source second: no such host");
    assert_true(started->is_started);
    assert_true(started->is_stopped);
    assert_false(broken->is_stopped);
    assert_int_equal(context_get_state(job.context), CONTEXT_STOPPED);
    job_end(&job);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_counted_batch_by_batch),
        cmocka_unit_test(fifty_batches_of_job_time_take_no_time),
        cmocka_unit_test(each_block_is_a_partition_when_that_is_asked_for),
        cmocka_unit_test(few_bytes_are_one_partition_and_an_empty_batch_none),
        cmocka_unit_test(many_bytes_are_cut_into_even_partitions_in_order),
        cmocka_unit_test(a_failed_batch_is_reported_and_the_next_ones_go_on),
        cmocka_unit_test(an_error_in_a_function_fails_its_batch_and_other_outputs_still_run),
        cmocka_unit_test(a_transform_derives_an_rdd_and_must_return_one),
        cmocka_unit_test(a_foreach_function_sees_each_batch_also_an_empty_one),
        cmocka_unit_test(a_second_start_is_refused),
        cmocka_unit_test(what_has_no_source_or_no_sink_does_not_start),
        cmocka_unit_test(a_source_that_cannot_start_stops_those_that_did),
    };

    log_set_level(LOG_OFF);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
