/*
 * job - a graph, a context on a manual clock, and what they need, for tests.
 */
#include "lib/job.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "exec/lineage.h"
#include "lib/rows.h"

static void to_pair(const struct weir_row *row, struct weir_emitter *out,
                    struct weir_value argument)
{
    (void)argument;
    if (weir_kind_of(row->value) != WEIR_LIST || weir_size_of(row->value) != 2) {
        weir_emit_error(out, "not a list of two");
        return;
    }
    weir_emit_pair(out, row->value.items[0], row->value.items[1]);
}

void job_begin(struct job *job)
{
    memset(job, 0, sizeof(*job));
    assert_int_equal(function_registry_create(&job->functions, NULL), WEIR_OK);
    assert_int_equal(builtins_register(job->functions, NULL), WEIR_OK);
    assert_int_equal(function_register(job->functions, WEIR_FUNCTION(to_pair), NULL), WEIR_OK);
    assert_int_equal(graph_create(job->functions, JOB_BATCH_MS, &job->graph, NULL), WEIR_OK);
    assert_int_equal(clock_create_manual(0, &job->clock, NULL), WEIR_OK);
}

static struct node *add(struct job *job, const struct node_spec *spec)
{
    if (spec->function.name != NULL && spec->function.kind != WEIR_FUNCTION_NAMED) {
        assert_int_equal(function_register(job->functions, spec->function, NULL), WEIR_OK);
    }
    struct node *node = graph_add(job->graph, spec);
    assert_non_null(node);
    return node;
}

struct node *job_source(struct job *job, const char *name)
{
    return add(job, &(struct node_spec){.kind = OPERATOR_SOURCE, .name = name, .type = "fake"});
}

struct node *job_operator(struct job *job, enum operator_kind kind, const char *name,
                          struct node *input, struct weir_function function)
{
    return job_window(job, kind, name, input, function, 0, 0);
}

struct node *job_window(struct job *job, enum operator_kind kind, const char *name,
                        struct node *input, struct weir_function function, int64_t window,
                        int64_t slide)
{
    return add(job, &(struct node_spec){
                        .kind = kind,
                        .name = name,
                        .inputs = &input,
                        .inputs_count = 1,
                        .function = function,
                        .window_ms = window * JOB_BATCH_MS,
                        .slide_ms = slide * JOB_BATCH_MS,
                    });
}

struct node *job_union(struct job *job, const char *name, struct node *left, struct node *right)
{
    struct node *inputs[] = {left, right};

    return add(job, &(struct node_spec){
                        .kind = OPERATOR_UNION, .name = name, .inputs = inputs, .inputs_count = 2});
}

struct node *job_output(struct job *job, const char *name, struct node *input)
{
    return add(job, &(struct node_spec){.kind = OPERATOR_OUTPUT,
                                        .name = name,
                                        .inputs = &input,
                                        .inputs_count = 1,
                                        .type = "capture"});
}

struct node *job_foreach(struct job *job, const char *name, struct node *input,
                         struct weir_function function)
{
    return add(job, &(struct node_spec){.kind = OPERATOR_OUTPUT,
                                        .name = name,
                                        .inputs = &input,
                                        .inputs_count = 1,
                                        .function = function,
                                        .type = "foreach"});
}

void job_prepare(struct job *job, const struct context_options *options)
{
    struct context_options defaults = {.name = "test"};
    struct executor_options workers = {.workers = 2, .partitions = 2};
    weir_error error = {.struct_size = sizeof(error)};

    if (graph_check(job->graph, &error) != WEIR_OK) {
        char *text = problems_text(&job->graph->problems);
        fail_msg("the graph has problems: %s", text);
    }
    assert_int_equal(executor_create(&workers, &job->executor, NULL), WEIR_OK);
    assert_int_equal(context_create(options == NULL ? &defaults : options, job->graph,
                                    job->executor, job->clock, &job->context, NULL),
                     WEIR_OK);
}

struct queue_source *job_queue(struct job *job, struct node *node)
{
    struct queue_source *queue;
    struct source source;

    assert_int_equal(queue_source_create(true, &queue, &source, NULL), WEIR_OK);
    assert_int_equal(context_attach_source(job->context, node, source, NULL), WEIR_OK);
    return queue;
}

struct fake_source *job_fake(struct job *job, struct node *node)
{
    struct source source;
    struct fake_source *fake = fake_source_create(&source);

    assert_int_equal(context_attach_source(job->context, node, source, NULL), WEIR_OK);
    return fake;
}

struct capture *job_capture(struct job *job, struct node *node)
{
    struct sink sink;
    struct capture *capture = capture_create(true, &sink);

    assert_int_equal(context_attach_sink(job->context, node, sink, NULL), WEIR_OK);
    return capture;
}

void job_push(struct queue_source *queue, const char *json)
{
    struct rows rows;

    rows_plain(&rows, json);
    assert_int_equal(queue_source_push(queue, NULL, rows.values, rows.count, NULL), WEIR_OK);
    rows_fini(&rows);
}

void job_start(struct job *job)
{
    weir_error error = {.struct_size = sizeof(error)};

    if (context_start(job->context, &error) != WEIR_OK) {
        fail_msg("start: %s", error.msg);
    }
}

void job_run(struct job *job, uint32_t batches)
{
    clock_advance_to(job->clock, clock_now_ms(job->clock) + (int64_t)batches * JOB_BATCH_MS);
    assert_int_equal(context_settle(job->context, NULL), WEIR_OK);
}

void job_expect_error(struct job *job, const char *text)
{
    weir_error error = {.struct_size = sizeof(error)};
    weir_status status = context_await(job->context, 0, &error);

    if (status >= 0) {
        fail_msg("no error was reported; expected: %s", text);
    }
    if (strstr(error.msg, text) == NULL) {
        fail_msg("\"%s\" is not in the error \"%s\"", text, error.msg);
    }
}

void job_end(struct job *job)
{
    context_destroy(job->context);
    executor_destroy(job->executor);
    graph_destroy(job->graph);
    function_registry_destroy(job->functions);
    clock_destroy(job->clock);
}
