/*
 * test_faults - whichever allocation or thread fails, a job neither hangs nor breaks nor leaks.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "base/log.h"
#include "exec/action.h"
#include "lib/job.h"
#include "stream/handle.h"

#include <cmocka.h> /* last: its fail() is a macro */

enum { STEPS_MAX = 20000 };

static _Atomic uint64_t rows_seen;

static int32_t see_rows(struct weir_rdd *rdd, int64_t time_ms, struct weir_value argument)
{
    uint64_t rows = 0;

    (void)time_ms;
    (void)argument;
    weir_status status = action_count(rdd->pool->executor, rdd->rdd, &rows, &rdd->pool->error);
    rows_seen += rows;
    return status;
}

static struct weir_rdd *hand_on(struct weir_rdd *rdd, int64_t time_ms, struct weir_value argument)
{
    (void)time_ms;
    (void)argument;
    return rdd;
}

static void ignore(void *owner, const struct event *event)
{
    (void)owner;
    (void)event;
}

/* numbers -> pairs -> sums -> same -> first; numbers + numbers -> both -> counts -> second */
static struct node *open_graph(struct job *job)
{
    job_begin(job);
    struct node *source = job_source(job, "numbers");
    struct node *pairs =
        job_operator(job, OPERATOR_MAP_TO_PAIR, "pairs", source, weir_builtin("to_pair"));
    struct node *sums =
        job_window(job, OPERATOR_REDUCE_BY_KEY_AND_WINDOW, "sums", pairs, WEIR_SUM, 2, 1);
    struct node *same = job_operator(job, OPERATOR_TRANSFORM, "same", sums, WEIR_FUNCTION(hand_on));
    job_foreach(job, "first", same, WEIR_FUNCTION(see_rows));
    struct node *both = job_union(job, "both", source, source);
    struct node *counts = job_operator(job, OPERATOR_COUNT_BY_VALUE, "counts", both,
                                       (struct weir_function){.name = NULL});
    job_foreach(job, "second", counts, WEIR_FUNCTION(see_rows));
    assert_int_equal(graph_check(job->graph, NULL), WEIR_OK);
    return source;
}

static weir_status run(struct job *job, struct node *node, struct source source)
{
    struct context_options options = {.name = "test", .stop_timeout_ms = 60000};
    struct executor_options workers = {.workers = 2, .partitions = 2};
    weir_error error = {.struct_size = sizeof(error)};
    weir_status status = executor_create(&workers, &job->executor, &error);

    if (status == WEIR_OK) {
        status =
            context_create(&options, job->graph, job->executor, job->clock, &job->context, &error);
    }
    if (status != WEIR_OK) {
        source.class->destroy(source.self);
        return status;
    }
    assert_int_equal(context_attach_source(job->context, node, source, NULL), WEIR_OK);
    WEIR_TRY(context_add_listener(job->context, ignore, NULL, &error));
    status = context_start(job->context, &error);
    if (status != WEIR_OK) {
        assert_int_equal(context_get_state(job->context), CONTEXT_STOPPED);
        return status;
    }
    clock_advance_to(job->clock, 3000);
    assert_int_equal(context_settle(job->context, NULL), WEIR_OK);
    assert_int_equal(context_stop(job->context, true, NULL), WEIR_OK);
    return context_await(job->context, 0, &error);
}

/* True when the armed step was reached. */
static bool run_with_fault(int step)
{
    struct queue_source *queue;
    struct source source;
    struct job job;

    struct node *node = open_graph(&job);
    assert_int_equal(queue_source_create(true, &queue, &source, NULL), WEIR_OK);
    job_push(queue, "[[\"a\", 1], [\"b\", 2]]");
    job_push(queue, "[[\"a key longer than twelve\", 1]]");
    rows_seen = 0;
    fault_arm(step);
    weir_status status = run(&job, node, source);
    bool is_reached = fault_disarm();
    if (!is_reached) {
        assert_int_equal(status, WEIR_OK);
        assert_int_equal(rows_seen, 2 + 3 + 1 + 2 + 1);
    }
    job_end(&job);
    return is_reached;
}

static void a_job_survives_whichever_step_fails(void **state)
{
    int step = 0;

    (void)state;
    while (run_with_fault(step)) {
        step++;
        assert_true(step < STEPS_MAX);
    }
    assert_true(step > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_job_survives_whichever_step_fails),
    };

    log_set_level(LOG_OFF);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
