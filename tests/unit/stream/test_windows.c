/*
 * test_windows - what each operator gives, batch by batch, as Spark does.
 *
 * Batches come from a queue, one an interval, on a manual clock. "-" means nothing was written.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "base/log.h"
#include "lib/job.h"

#include <cmocka.h> /* last: its fail() is a macro */

static const struct weir_function no_function = {.name = NULL};

struct windowed {
    struct job job;
    struct queue_source *queue;
    struct capture *capture;
};

static void open_windowed(struct windowed *windowed, enum operator_kind kind, int64_t window,
                          int64_t slide)
{
    struct job *job = &windowed->job;
    bool is_reduce = kind == OPERATOR_REDUCE_BY_KEY_AND_WINDOW;

    job_begin(job);
    struct node *source = job_source(job, "numbers");
    struct node *input = source;
    if (is_reduce) {
        input = job_operator(job, OPERATOR_MAP_TO_PAIR, "pairs", source, weir_builtin("to_pair"));
    }
    struct node *stream =
        job_window(job, kind, "windows", input, is_reduce ? WEIR_SUM : no_function, window, slide);
    struct node *output = job_output(job, "out", stream);
    job_prepare(job, NULL);
    windowed->queue = job_queue(job, source);
    windowed->capture = job_capture(job, output);
}

static void run_batches(struct windowed *windowed, const char *const *batches, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        job_push(windowed->queue, batches[i]);
    }
    job_start(&windowed->job);
    job_run(&windowed->job, count);
}

static const char *const six[] = {"[0]", "[1]", "[2]", "[3]", "[4]", "[5]"};

static void a_window_holds_the_last_batches_and_early_ones_what_there_is(void **state)
{
    struct windowed windowed;

    (void)state;
    open_windowed(&windowed, OPERATOR_WINDOW, 2, 1);
    run_batches(&windowed, six, 6);
    capture_expect(windowed.capture, "1000: 0\n2000: 0 1\n3000: 1 2\n4000: 2 3\n"
                                     "5000: 3 4\n6000: 4 5\n");
    job_end(&windowed.job);
}

static void a_tumbling_window_gives_each_row_once(void **state)
{
    struct windowed windowed;

    (void)state;
    open_windowed(&windowed, OPERATOR_WINDOW, 2, 2);
    run_batches(&windowed, six, 6);
    capture_expect(windowed.capture, "2000: 0 1\n4000: 2 3\n6000: 4 5\n");
    job_end(&windowed.job);
}

static void a_slide_above_the_window_leaves_gaps(void **state)
{
    struct windowed windowed;

    (void)state;
    open_windowed(&windowed, OPERATOR_WINDOW, 2, 3);
    run_batches(&windowed, six, 6);
    capture_expect(windowed.capture, "3000: 1 2\n6000: 4 5\n");
    job_end(&windowed.job);
}

static void a_window_larger_than_its_slide_overlaps(void **state)
{
    static const char *const batches[] = {"[1,2,3]",    "[4,5,6]",    "[7,8,9]", "[10,11,12]",
                                          "[13,14,15]", "[16,17,18]", "[]",      "[]"};
    struct windowed windowed;

    (void)state;
    open_windowed(&windowed, OPERATOR_WINDOW, 4, 2);
    run_batches(&windowed, batches, 8);
    capture_expect(windowed.capture, "2000: 1 2 3 4 5 6\n"
                                     "4000: 1 10 11 12 2 3 4 5 6 7 8 9\n"
                                     "6000: 10 11 12 13 14 15 16 17 18 7 8 9\n"
                                     "8000: 13 14 15 16 17 18\n");
    job_end(&windowed.job);
}

static void a_window_over_a_window_counts_in_slides_of_the_first(void **state)
{
    static const char *const batches[] = {"[1]", "[2]", "[3]", "[4]", "[5]", "[6]", "[7]", "[8]"};
    struct windowed windowed;
    struct job *job = &windowed.job;

    (void)state;
    job_begin(job);
    struct node *source = job_source(job, "numbers");
    struct node *first = job_window(job, OPERATOR_WINDOW, "first", source, no_function, 2, 2);
    struct node *second = job_window(job, OPERATOR_WINDOW, "second", first, no_function, 4, 4);
    struct node *output = job_output(job, "out", second);
    job_prepare(job, NULL);
    windowed.queue = job_queue(job, source);
    windowed.capture = job_capture(job, output);
    run_batches(&windowed, batches, 8);
    capture_expect(windowed.capture, "4000: 1 2 3 4\n8000: 5 6 7 8\n");
    job_end(job);
}

static void sums_over_a_window_forget_keys_that_left_it(void **state)
{
    static const char *const batches[] = {
        "[[\"a\",1]]",           "[[\"a\",1],[\"b\",1]]", "[[\"a\",1],[\"b\",1],[\"c\",1]]",
        "[[\"a\",1],[\"b\",1]]", "[[\"a\",1]]",           "[]",
        "[[\"a\",1]]",           "[[\"a\",1],[\"b\",1]]", "[[\"a\",1],[\"b\",1],[\"c\",1]]",
        "[[\"a\",1],[\"b\",1]]", "[[\"a\",1]]",           "[]",
    };
    struct windowed windowed;

    (void)state;
    open_windowed(&windowed, OPERATOR_REDUCE_BY_KEY_AND_WINDOW, 2, 1);
    run_batches(&windowed, batches, 12);
    capture_expect(windowed.capture, "1000: (a,1)\n"
                                     "2000: (a,2) (b,1)\n"
                                     "3000: (a,2) (b,2) (c,1)\n"
                                     "4000: (a,2) (b,2) (c,1)\n"
                                     "5000: (a,2) (b,1)\n"
                                     "6000: (a,1)\n"
                                     "7000: (a,1)\n"
                                     "8000: (a,2) (b,1)\n"
                                     "9000: (a,2) (b,2) (c,1)\n"
                                     "10000: (a,2) (b,2) (c,1)\n"
                                     "11000: (a,2) (b,1)\n"
                                     "12000: (a,1)\n");
    job_end(&windowed.job);
}

static void sums_over_a_window_with_a_larger_slide(void **state)
{
    static const char *const batches[] = {"[[\"a\",1]]", "[[\"a\",2]]", "[[\"a\",3]]",
                                          "[[\"a\",4]]", "[[\"a\",5]]", "[[\"a\",6]]",
                                          "[]",          "[]"};
    struct windowed windowed;

    (void)state;
    open_windowed(&windowed, OPERATOR_REDUCE_BY_KEY_AND_WINDOW, 4, 2);
    run_batches(&windowed, batches, 8);
    capture_expect(windowed.capture, "2000: (a,3)\n4000: (a,10)\n6000: (a,18)\n8000: (a,11)\n");
    job_end(&windowed.job);
}

static void sums_over_a_window_shorter_than_its_slide_leave_the_gap_out(void **state)
{
    static const char *const batches[] = {"[[\"a\",1]]", "[[\"a\",2]]", "[[\"a\",3]]",
                                          "[[\"a\",4]]", "[[\"a\",5]]", "[[\"a\",6]]"};
    struct windowed windowed;

    (void)state;
    open_windowed(&windowed, OPERATOR_REDUCE_BY_KEY_AND_WINDOW, 2, 3);
    run_batches(&windowed, batches, 6);
    capture_expect(windowed.capture, "3000: (a,5)\n6000: (a,11)\n");
    job_end(&windowed.job);
}

/* Rows that a window of sums has reduced are not held for it: a source that may have few bytes in
 * flight goes on delivering, however long the window. */
static void sums_over_a_long_window_do_not_hold_the_rows(void **state)
{
    struct context_options options = {.name = "test", .bytes_in_flight_max = 16384};
    struct job job;

    (void)state;
    job_begin(&job);
    struct node *source = job_source(&job, "lines");
    struct node *pairs =
        job_operator(&job, OPERATOR_MAP_TO_PAIR, "pairs", source, weir_builtin("to_pair"));
    struct node *sums =
        job_window(&job, OPERATOR_REDUCE_BY_KEY_AND_WINDOW, "sums", pairs, WEIR_SUM, 1000, 1000);
    struct node *output = job_output(&job, "out", sums);
    job_prepare(&job, &options);
    struct fake_source *fake = job_fake(&job, source);
    struct capture *capture = job_capture(&job, output);
    job_start(&job);
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(fake_source_deliver(fake, "[[\"a key longer than twelve\", 1]]"), WEIR_OK);
        job_run(&job, 1);
    }
    capture_expect(capture, "1000000: (a key longer than twelve,1000)\n");
    job_end(&job);
}

static void not_thirteen(const struct weir_row *row, struct weir_emitter *out,
                         struct weir_value argument)
{
    (void)argument;
    if (weir_int_of(row->value) == 13) {
        weir_emit_error(out, "thirteen is unlucky");
    }
    weir_emit_pair(out, weir_text("sum"), row->value);
}

static void a_batch_that_fails_spoils_the_windows_over_it_and_no_others(void **state)
{
    static const char *const batches[] = {"[1]", "[13]", "[3]", "[4]"};
    struct windowed windowed;
    struct job *job = &windowed.job;

    (void)state;
    job_begin(job);
    struct node *source = job_source(job, "numbers");
    struct node *pairs =
        job_operator(job, OPERATOR_MAP_TO_PAIR, "pairs", source, WEIR_FUNCTION(not_thirteen));
    struct node *sums =
        job_window(job, OPERATOR_REDUCE_BY_KEY_AND_WINDOW, "sums", pairs, WEIR_SUM, 2, 1);
    struct node *output = job_output(job, "out", sums);
    job_prepare(job, NULL);
    windowed.queue = job_queue(job, source);
    windowed.capture = job_capture(job, output);
    run_batches(&windowed, batches, 4);
    capture_expect(windowed.capture, "1000: (sum,1)\n4000: (sum,7)\n");
    job_expect_error(job, "batch 2000 ms: output out: ");
    job_end(job);
}

static void values_are_counted_in_each_batch(void **state)
{
    static const char *const batches[] = {"[1]", "[1,1,1]", "[1,2]", "[1,1,2,2]", "[]"};
    struct windowed windowed;

    (void)state;
    open_windowed(&windowed, OPERATOR_COUNT_BY_VALUE, 0, 0);
    run_batches(&windowed, batches, 5);
    capture_expect(windowed.capture, "1000: (1,1)\n2000: (1,3)\n3000: (1,1) (2,1)\n"
                                     "4000: (1,2) (2,2)\n5000: \n");
    job_end(&windowed.job);
}

static void plus4(const struct weir_row *row, struct weir_emitter *out, struct weir_value argument)
{
    (void)argument;
    weir_emit(out, weir_int(weir_int_of(row->value) + 4));
}

static void a_union_has_the_rows_of_both_streams(void **state)
{
    static const char *const batches[] = {"[1,2,3,4]", "[]", "[201,202]"};
    struct windowed windowed;
    struct job *job = &windowed.job;

    (void)state;
    job_begin(job);
    struct node *source = job_source(job, "numbers");
    struct node *more = job_operator(job, OPERATOR_MAP, "more", source, WEIR_FUNCTION(plus4));
    struct node *both = job_union(job, "both", source, more);
    struct node *output = job_output(job, "out", both);
    job_prepare(job, NULL);
    windowed.queue = job_queue(job, source);
    windowed.capture = job_capture(job, output);
    windowed.capture->is_sorted = false; /* those of the left come first */
    run_batches(&windowed, batches, 3);
    capture_expect(windowed.capture, "1000: 1 2 3 4 5 6 7 8\n2000: \n3000: 201 202 205 206\n");
    job_end(job);
}

static _Atomic uint32_t plus4_calls;

static void counted_plus4(const struct weir_row *row, struct weir_emitter *out,
                          struct weir_value argument)
{
    plus4_calls++;
    plus4(row, out, argument);
}

static void a_stream_with_two_readers_is_computed_once(void **state)
{
    static const char *const batches[] = {"[1,2,3]", "[4]"};
    struct windowed windowed;
    struct job *job = &windowed.job;

    (void)state;
    plus4_calls = 0;
    job_begin(job);
    struct node *source = job_source(job, "numbers");
    struct node *more =
        job_operator(job, OPERATOR_MAP, "more", source, WEIR_FUNCTION(counted_plus4));
    struct node *left = job_output(job, "left", more);
    struct node *right = job_output(job, "right", more);
    struct node *window = job_window(job, OPERATOR_WINDOW, "window", more, no_function, 2, 1);
    struct node *third = job_output(job, "third", window);
    job_prepare(job, NULL);
    windowed.queue = job_queue(job, source);
    windowed.capture = job_capture(job, left);
    struct capture *other = job_capture(job, right);
    struct capture *last = job_capture(job, third);
    run_batches(&windowed, batches, 2);
    capture_expect(windowed.capture, "1000: 5 6 7\n2000: 8\n");
    capture_expect(other, "1000: 5 6 7\n2000: 8\n");
    capture_expect(last, "1000: 5 6 7\n2000: 5 6 7 8\n");
    assert_int_equal(plus4_calls, 4);
    job_end(job);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_window_holds_the_last_batches_and_early_ones_what_there_is),
        cmocka_unit_test(a_tumbling_window_gives_each_row_once),
        cmocka_unit_test(a_slide_above_the_window_leaves_gaps),
        cmocka_unit_test(a_window_larger_than_its_slide_overlaps),
        cmocka_unit_test(a_window_over_a_window_counts_in_slides_of_the_first),
        cmocka_unit_test(sums_over_a_window_forget_keys_that_left_it),
        cmocka_unit_test(sums_over_a_window_with_a_larger_slide),
        cmocka_unit_test(sums_over_a_window_shorter_than_its_slide_leave_the_gap_out),
        cmocka_unit_test(sums_over_a_long_window_do_not_hold_the_rows),
        cmocka_unit_test(a_batch_that_fails_spoils_the_windows_over_it_and_no_others),
        cmocka_unit_test(values_are_counted_in_each_batch),
        cmocka_unit_test(a_union_has_the_rows_of_both_streams),
        cmocka_unit_test(a_stream_with_two_readers_is_computed_once),
    };

    log_set_level(LOG_OFF);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
