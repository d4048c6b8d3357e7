/*
 * test_states - windows that take off what has left, and keyed state, batch by batch.
 *
 * Batches come from a queue, one an interval, on a manual clock. "-" means nothing was written.
 */
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/log.h"
#include "base/mem.h"
#include "lib/job.h"

#include <cmocka.h> /* last: its fail() is a macro */

struct stateful {
    struct job job;
    struct queue_source *queue;
    struct capture *capture;
};

static struct weir_value subtract(struct weir_value left, struct weir_value right,
                                  struct weir_emitter *memory, struct weir_value argument)
{
    (void)memory;
    (void)argument;
    return weir_int(left.integer - right.integer);
}

static bool is_not_zero(const struct weir_row *row, struct weir_value argument)
{
    (void)argument;
    return row->value.integer != 0;
}

static bool running_sum(struct weir_update *update, struct weir_emitter *memory,
                        struct weir_value argument)
{
    int64_t sum = update->has_state ? update->state.integer : 0;

    (void)memory;
    (void)argument;
    for (uint32_t i = 0; i < update->values_count; i++) {
        sum += update->values[i].integer;
    }
    update->state = weir_int(sum);
    return true;
}

static const struct node_spec by_key = {.kind = OPERATOR_REDUCE_BY_KEY_AND_WINDOW};

/* spec: of the operator under test, over pairs or, with is_plain, over plain rows. */
static void open_stateful(struct stateful *stateful, struct node_spec spec, bool is_plain)
{
    struct job *job = &stateful->job;

    job_begin(job);
    struct node *source = job_source(job, "source");
    struct node *input = source;
    if (!is_plain) {
        input = job_operator(job, OPERATOR_MAP_TO_PAIR, "pairs", source, weir_builtin("to_pair"));
    }
    spec.name = "stream";
    spec.inputs = &input;
    spec.inputs_count = 1;
    spec.window_ms *= JOB_BATCH_MS;
    spec.slide_ms *= JOB_BATCH_MS;
    struct node *stream = graph_add(job->graph, &spec);
    assert_non_null(stream);
    struct node *output = job_output(job, "out", stream);
    job_prepare(job, NULL);
    stateful->queue = job_queue(job, source);
    stateful->capture = job_capture(job, output);
}

static void expect(struct stateful *stateful, const char *const *batches, uint32_t count,
                   const char *wanted)
{
    for (uint32_t i = 0; i < count; i++) {
        job_push(stateful->queue, batches[i]);
    }
    job_start(&stateful->job);
    job_run(&stateful->job, count);
    capture_expect(stateful->capture, wanted);
    job_end(&stateful->job);
}

static struct node_spec inverse_spec(int64_t window, int64_t slide, bool has_filter)
{
    struct node_spec spec = by_key;

    spec.function = WEIR_SUM;
    spec.functions[0] = WEIR_FUNCTION(subtract);
    if (has_filter) {
        spec.functions[1] = WEIR_FUNCTION(is_not_zero);
    }
    spec.window_ms = window;
    spec.slide_ms = slide;
    return spec;
}

static const char *const ones[] = {"[[\"a\",1]]", "[[\"a\",1],[\"b\",1]]", "[]", "[]", "[]"};

static void a_key_stays_in_a_window_with_an_inverse(void **state)
{
    struct stateful stateful;

    (void)state;
    open_stateful(&stateful, inverse_spec(2, 1, false), false);
    expect(&stateful, ones, 5,
           "1000: (a,1)\n2000: (a,2) (b,1)\n3000: (a,1) (b,1)\n"
           "4000: (a,0) (b,0)\n5000: (a,0) (b,0)\n");
}

static void a_filter_takes_keys_out_of_a_window_with_an_inverse(void **state)
{
    struct stateful stateful;

    (void)state;
    open_stateful(&stateful, inverse_spec(2, 1, true), false);
    expect(&stateful, ones, 5,
           "1000: (a,1)\n2000: (a,2) (b,1)\n3000: (a,1) (b,1)\n"
           "4000: \n5000: \n");
}

static const char *const six[] = {"[[\"a\",1]]", "[[\"a\",2]]", "[[\"a\",3]]",
                                  "[[\"a\",4]]", "[[\"a\",5]]", "[[\"a\",6]]"};

static void an_inverse_slides_by_several_batches(void **state)
{
    struct stateful stateful;

    (void)state;
    open_stateful(&stateful, inverse_spec(4, 2, false), false);
    expect(&stateful, six, 6, "2000: (a,3)\n4000: (a,10)\n6000: (a,18)\n");
}

static void batches_in_a_gap_before_the_first_window_do_not_count(void **state)
{
    struct stateful stateful;

    (void)state;
    open_stateful(&stateful, inverse_spec(2, 3, false), false);
    expect(&stateful, six, 6, "3000: (a,5)\n6000: (a,11)\n");
}

static const char *const letters[] = {"[]", "[]", "[\"a\"]", "[\"b\",\"a\"]", "[]", "[]", "[]"};

static void a_count_begins_with_the_first_row_and_never_ends(void **state)
{
    struct stateful stateful;

    (void)state;
    open_stateful(&stateful, (struct node_spec){.kind = OPERATOR_COUNT_BY_WINDOW, .window_ms = 2},
                  true);
    expect(&stateful, letters, 7, "1000: \n2000: \n3000: 1\n4000: 3\n5000: 2\n6000: 0\n7000: 0\n");
}

static void counted_values_go_when_they_are_none(void **state)
{
    struct stateful stateful;

    (void)state;
    open_stateful(&stateful,
                  (struct node_spec){.kind = OPERATOR_COUNT_BY_VALUE_AND_WINDOW, .window_ms = 2},
                  true);
    expect(&stateful, letters, 6,
           "1000: \n2000: \n3000: (a,1)\n4000: (a,2) (b,1)\n5000: (a,1) (b,1)\n6000: \n");
}

static void a_reduced_window_without_rows_gives_none(void **state)
{
    static const char *const batches[] = {"[1,2,3]", "[4,5,6]", "[]", "[]", "[7]"};
    struct stateful stateful;

    (void)state;
    open_stateful(
        &stateful,
        (struct node_spec){.kind = OPERATOR_REDUCE_BY_WINDOW, .function = WEIR_SUM, .window_ms = 2},
        true);
    expect(&stateful, batches, 5, "1000: 6\n2000: 21\n3000: 15\n4000: \n5000: 7\n");
}

static void grouped_values_stand_in_the_order_of_batches(void **state)
{
    static const char *const batches[] = {"[[\"a\",0]]", "[[\"a\",1],[\"b\",9]]", "[[\"a\",2]]",
                                          "[]"};
    struct stateful stateful;

    (void)state;
    open_stateful(&stateful,
                  (struct node_spec){.kind = OPERATOR_GROUP_BY_KEY_AND_WINDOW, .window_ms = 2},
                  false);
    expect(&stateful, batches, 4,
           "1000: (a,[0])\n2000: (a,[0, 1]) (b,[9])\n"
           "3000: (a,[1, 2]) (b,[9])\n4000: (a,[2])\n");
}

static void a_state_begins_with_what_it_is_given(void **state)
{
    const struct weir_value keys[] = {weir_text("a"), weir_text("c")};
    const struct weir_value values[] = {weir_int(10), weir_int(2)};
    struct stateful stateful;

    (void)state;
    open_stateful(&stateful,
                  (struct node_spec){.kind = OPERATOR_UPDATE_STATE_BY_KEY,
                                     .function = WEIR_FUNCTION(running_sum),
                                     .initial_keys = keys,
                                     .initial_values = values,
                                     .initial_count = 2},
                  false);
    expect(&stateful, ones, 3,
           "1000: (a,11) (c,2)\n2000: (a,12) (b,1) (c,2)\n3000: (a,12) (b,1) (c,2)\n");
}

/* Under a sanitizer a batch costs a hundred times as much, and the heap does not tell its size. */
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
#define TENTH 100
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer)
#define TENTH 100
#endif
#endif
#ifndef TENTH
#define TENTH 1000
#endif

/* Runs a tenth of the batches, and gives the bytes in use then. */
static size_t run_tenth(struct stateful *stateful)
{
    char batch[64];

    for (uint32_t i = 0; i < TENTH; i++) {
        snprintf(batch, sizeof(batch), "[[%u,1],[%u,2]]", i % 100, i % 7);
        job_push(stateful->queue, batch);
        job_run(&stateful->job, 1);
        mem_free(capture_take(stateful->capture));
    }
    return mallinfo2().uordblks;
}

/* The memory in use after ten thousand batches is what it was after two thousand. */
static void stays_flat(struct node_spec spec)
{
    struct stateful stateful;
    size_t bytes[10];

    open_stateful(&stateful, spec, false);
    job_start(&stateful.job);
    for (int i = 0; i < 10; i++) {
        bytes[i] = run_tenth(&stateful);
    }
    print_message("%zu KiB after %d batches, %zu KiB after %d\n", bytes[1] / 1024, 2 * TENTH,
                  bytes[9] / 1024, 10 * TENTH);
    assert_true(bytes[9] < bytes[1] + bytes[1] / 4 + (256u << 10));
    job_end(&stateful.job);
}

static void ten_thousand_batches_of_a_state_take_no_more_memory(void **state)
{
    (void)state;
    stays_flat((struct node_spec){.kind = OPERATOR_UPDATE_STATE_BY_KEY,
                                  .function = WEIR_FUNCTION(running_sum)});
}

static void ten_thousand_slides_with_an_inverse_take_no_more_memory(void **state)
{
    (void)state;
    stays_flat(inverse_spec(300, 1, true));
}

static void ten_thousand_slides_without_an_inverse_take_no_more_memory(void **state)
{
    struct node_spec spec = by_key;

    (void)state;
    spec.function = weir_builtin("max");
    spec.window_ms = 300;
    stays_flat(spec);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_stays_in_a_window_with_an_inverse),
        cmocka_unit_test(a_filter_takes_keys_out_of_a_window_with_an_inverse),
        cmocka_unit_test(an_inverse_slides_by_several_batches),
        cmocka_unit_test(batches_in_a_gap_before_the_first_window_do_not_count),
        cmocka_unit_test(a_count_begins_with_the_first_row_and_never_ends),
        cmocka_unit_test(counted_values_go_when_they_are_none),
        cmocka_unit_test(a_reduced_window_without_rows_gives_none),
        cmocka_unit_test(grouped_values_stand_in_the_order_of_batches),
        cmocka_unit_test(a_state_begins_with_what_it_is_given),
        cmocka_unit_test(ten_thousand_batches_of_a_state_take_no_more_memory),
        cmocka_unit_test(ten_thousand_slides_with_an_inverse_take_no_more_memory),
        cmocka_unit_test(ten_thousand_slides_without_an_inverse_take_no_more_memory),
    };

    log_set_level(LOG_OFF);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
