/*
 * test_window_faults - whichever steps fail, a window gives all its rows or tells why not.
 *
 * The streams are run without a context, batch by batch, so that it is known which window an error
 * was told of. Every batch adds a decimal place of its own: a sum shows what was left out.
 */
#include "stream/dstream.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/fault.h"
#include "base/log.h"
#include "base/mem.h"
#include "exec/action.h"
#include "lib/job.h"
#include "lib/rows.h"

#include <cmocka.h> /* last: its fail() is a macro */

enum { BATCHES = 6, STEPS_MAX = 20000 };

static const char *const inputs[BATCHES] = {
    "[[\"a\",1],[\"b\",1]]", "[[\"a\",10]]", "[[\"b\",100],[\"c\",100]]",
    "[[\"a\",1000]]",        "[]",           "[[\"a\",100000],[\"b\",100000]]",
};

/* An operator and its window, in batches. */
struct form {
    enum operator_kind kind;
    int64_t window;
    int64_t slide;
    bool is_inverse;
    const char *expected;
};

/* What came of each batch. */
struct outcome {
    struct block **blocks;
    uint32_t blocks_count;
    weir_status status;
};

static struct weir_value minus(struct weir_value left, struct weir_value right,
                               struct weir_emitter *memory, struct weir_value argument)
{
    (void)memory;
    (void)argument;
    return weir_int(left.integer - right.integer);
}

struct run {
    const struct form *form;
    struct job job;
    struct node *source;
    struct node *windows;
    struct dstreams *streams;
    struct outcome outcomes[BATCHES];
};

/* source -> pairs, united with none but themselves -> windows */
static void build(struct run *run)
{
    const struct form *form = run->form;
    bool has_function = form->kind == OPERATOR_REDUCE_BY_KEY_AND_WINDOW;
    struct job *job = &run->job;

    job_begin(job);
    run->source = job_source(job, "lists");
    struct node *pairs =
        job_operator(job, OPERATOR_MAP_TO_PAIR, "pairs", run->source, weir_builtin("to_pair"));
    struct node *one =
        graph_add(job->graph,
                  &(struct node_spec){
                      .kind = OPERATOR_UNION, .name = "one", .inputs = &pairs, .inputs_count = 1});
    struct node_spec spec = {.kind = form->kind,
                             .name = "windows",
                             .inputs = &one,
                             .inputs_count = 1,
                             .window_ms = form->window * JOB_BATCH_MS,
                             .slide_ms = form->slide * JOB_BATCH_MS};
    if (has_function) {
        spec.function = WEIR_SUM;
    }
    if (form->is_inverse) {
        assert_int_equal(function_register(job->functions, WEIR_FUNCTION(minus), NULL), WEIR_OK);
        spec.functions[0] = weir_builtin("minus");
    }
    run->windows = graph_add(job->graph, &spec);
    job_output(job, "out", run->windows);
    assert_int_equal(graph_check(job->graph, NULL), WEIR_OK);
}

static weir_status run_batch(struct run *run, int64_t time_ms, struct block *input,
                             struct outcome *outcome, weir_error *error)
{
    uint32_t count = input->rows_count > 0;
    struct rdd *rdd;

    weir_status status =
        dstreams_set_input(run->streams, run->source, time_ms, &input, count, error);
    dstreams_keep(run->streams, time_ms);
    weir_status made = dstreams_rdd(run->streams, run->windows, time_ms, &rdd, error);
    if (status == WEIR_OK) {
        status = made;
    }
    if (status == WEIR_OK && rdd != NULL) {
        status =
            action_collect(run->job.executor, rdd, &outcome->blocks, &outcome->blocks_count, error);
        outcome->blocks_count = status == WEIR_OK ? outcome->blocks_count : 0;
    }
    dstreams_cut(run->streams, time_ms);
    dstreams_forget(run->streams, time_ms);
    return status;
}

static void run_batches(struct run *run, struct block *const *blocks)
{
    weir_error error = {.struct_size = sizeof(error)};
    weir_status status = dstreams_create(&(struct dstreams_options){.zero_ms = 0}, run->job.graph,
                                         run->job.executor, &run->streams, &error);

    for (int i = 0; i < BATCHES; i++) {
        struct outcome *outcome = &run->outcomes[i];
        outcome->status = status != WEIR_OK
                              ? status
                              : run_batch(run, (i + 1) * JOB_BATCH_MS, blocks[i], outcome, &error);
    }
}

/* Batches as lines: "2000: (a,1) (b,2)". */
static void write_outcome(struct bytes *text, int i, const struct outcome *outcome)
{
    bytes_printf(text, "%d:", (i + 1) * JOB_BATCH_MS);
    if (outcome->blocks_count > 0) {
        bytes_append_text(text, " ");
        rows_write(text, outcome->blocks, outcome->blocks_count, true);
    }
    bytes_append_text(text, "\n");
}

/* The line of each batch that told of no error must be the one that is expected. */
static int check(const struct run *run, int step)
{
    const char *expected = run->form->expected;
    int told = 0;

    for (int i = 0; i < BATCHES; i++) {
        size_t size = strcspn(expected, "\n") + 1;
        struct bytes line = {0};
        write_outcome(&line, i, &run->outcomes[i]);
        if (run->outcomes[i].status != WEIR_OK) {
            told++;
        } else if (line.size != size || memcmp(line.data, expected, size) != 0) {
            fail_msg("after step %d: %.*s, not %.*s", step, (int)line.size, line.data, (int)size,
                     expected);
        }
        bytes_fini(&line);
        expected += size;
    }
    return told;
}

static void end(struct run *run)
{
    for (int i = 0; i < BATCHES; i++) {
        for (uint32_t k = 0; k < run->outcomes[i].blocks_count; k++) {
            block_drop(run->outcomes[i].blocks[k]);
        }
        mem_free(run->outcomes[i].blocks);
    }
    dstreams_destroy(run->streams);
    run->job.executor = NULL; /* the next run's */
    job_end(&run->job);
}

/* True when the armed step was reached. */
static bool run_with_faults(const struct form *form, struct executor *executor,
                            struct block *const *blocks, int step, int failing)
{
    struct run run = {.form = form};

    build(&run);
    run.job.executor = executor;
    fault_arm_span(step, failing);
    run_batches(&run, blocks);
    bool is_reached = fault_disarm();
    int told = check(&run, step);
    if (!is_reached) {
        assert_int_equal(told, 0);
    }
    end(&run);
    return is_reached;
}

/* The thread sanitizer makes a run thirty times as long: it looks at every ninth step. */
#if defined(__SANITIZE_THREAD__)
#define STRIDE 9
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define STRIDE 9
#endif
#endif
#ifndef STRIDE
#define STRIDE 1
#endif

/* Steps fail alone, a few in a row, and so many that a task's last attempt fails too. */
static void sweep(const struct form *form)
{
    static const int spans[] = {1, 2, 4, 20};
    struct executor_options workers = {.workers = 1, .partitions = 2};
    struct block *blocks[BATCHES];
    struct executor *executor;

    assert_int_equal(executor_create(&workers, &executor, NULL), WEIR_OK);
    for (int i = 0; i < BATCHES; i++) {
        blocks[i] = rows_block(inputs[i], false);
    }
    for (size_t i = 0; i < sizeof(spans) / sizeof(spans[0]); i++) {
        int step = 0;
        while (run_with_faults(form, executor, blocks, step, spans[i])) {
            step += STRIDE;
            assert_true(step < STEPS_MAX);
        }
        assert_true(step > 100);
    }
    for (int i = 0; i < BATCHES; i++) {
        block_drop(blocks[i]);
    }
    executor_destroy(executor);
}

static void a_sum_over_sliding_windows_leaves_out_no_batch(void **state)
{
    (void)state;
    sweep(&(struct form){OPERATOR_REDUCE_BY_KEY_AND_WINDOW, 3, 1, false,
                         "1000: (a,1) (b,1)\n2000: (a,11) (b,1)\n3000: (a,11) (b,101) (c,100)\n"
                         "4000: (a,1010) (b,100) (c,100)\n5000: (a,1000) (b,100) (c,100)\n"
                         "6000: (a,101000) (b,100000)\n"});
}

static void a_sum_over_tumbling_windows_leaves_out_no_batch(void **state)
{
    (void)state;
    sweep(&(struct form){OPERATOR_REDUCE_BY_KEY_AND_WINDOW, 2, 2, false,
                         "1000:\n2000: (a,11) (b,1)\n3000:\n4000: (a,1000) (b,100) (c,100)\n"
                         "5000:\n6000: (a,100000) (b,100000)\n"});
}

static void a_sum_with_an_inverse_leaves_out_no_batch(void **state)
{
    (void)state;
    sweep(&(struct form){OPERATOR_REDUCE_BY_KEY_AND_WINDOW, 2, 2, true,
                         "1000:\n2000: (a,11) (b,1)\n3000:\n4000: (a,1000) (b,100) (c,100)\n"
                         "5000:\n6000: (a,100000) (b,100000) (c,0)\n"});
}

static void groups_over_windows_leave_out_no_batch(void **state)
{
    (void)state;
    sweep(&(struct form){OPERATOR_GROUP_BY_KEY_AND_WINDOW, 2, 2, false,
                         "1000:\n2000: (a,[1, 10]) (b,[1])\n3000:\n"
                         "4000: (a,[1000]) (b,[100]) (c,[100])\n5000:\n"
                         "6000: (a,[100000]) (b,[100000])\n"});
}

static void counts_over_windows_leave_out_no_batch(void **state)
{
    (void)state;
    sweep(&(struct form){OPERATOR_COUNT_BY_WINDOW, 3, 1, false,
                         "1000: 2\n2000: 3\n3000: 5\n4000: 4\n5000: 3\n6000: 3\n"});
}

static void plain_windows_leave_out_no_batch(void **state)
{
    (void)state;
    sweep(&(struct form){OPERATOR_WINDOW, 2, 2, false,
                         "1000:\n2000: (a,1) (a,10) (b,1)\n3000:\n"
                         "4000: (a,1000) (b,100) (c,100)\n5000:\n6000: (a,100000) (b,100000)\n"});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sum_over_sliding_windows_leaves_out_no_batch),
        cmocka_unit_test(a_sum_over_tumbling_windows_leaves_out_no_batch),
        cmocka_unit_test(a_sum_with_an_inverse_leaves_out_no_batch),
        cmocka_unit_test(groups_over_windows_leave_out_no_batch),
        cmocka_unit_test(counts_over_windows_leave_out_no_batch),
        cmocka_unit_test(plain_windows_leave_out_no_batch),
    };

    log_set_level(LOG_OFF);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
