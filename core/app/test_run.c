/*
 * test_run - one test of a job file, run on a manual clock.
 */
#include "app/test_run.h"

#include <inttypes.h>
#include <string.h>

#include "app/capture.h"
#include "app/document_value.h"
#include "app/test_rows.h"
#include "base/clock.h"
#include "base/mem.h"
#include "stream/queue_source.h"

/* Shuffles have as many partitions as there are workers: the order of rows must not depend on the
 * machine. */
enum { TEST_WORKERS = 2, TIMES_SHOWN_MAX = 12 };

/* A node's own part, by its id when it was built. */
struct slot {
    const struct node *node; /* NULL: has no part */
    struct queue_source *queue;
    struct capture capture;
    bool has_capture;
};

/* A batch that failed. */
struct failure {
    struct failure *next;
    int64_t time_ms;
    bool is_expected;
    weir_error error;
};

struct run {
    struct job_session *session;
    const struct job_test *test;
    struct test_outcome *outcome;
    struct slot *slots;
    size_t slots_count;
    struct arena arena;
    struct failure *failures;
};

static void write_time(struct bytes *out, int64_t time_ms)
{
    if (time_ms % 1000 == 0) {
        bytes_printf(out, "%" PRId64 "s", time_ms / 1000);
    } else {
        bytes_printf(out, "%" PRId64 "ms", time_ms);
    }
}

/* "file.json:73:11" */
static void write_place(struct bytes *out, const struct document_node *node)
{
    const char *text = node->source->text;
    size_t line = 1;
    size_t column = 1;

    for (size_t i = 0; i < node->offset; i++) {
        bool is_end = text[i] == '\n';
        bool is_inside = ((unsigned char)text[i] & 0xC0u) == 0x80u;
        line += is_end;
        column = is_end ? 1 : column + !is_inside;
    }
    bytes_printf(out, "%s:%zu:%zu", node->source->name, line, column);
}

/* ------------------------------------------------------------------------- before the start */

static weir_status use_queue(struct run *run, const struct node *node, struct slot *slot,
                             weir_error *error)
{
    struct source source;

    WEIR_TRY(queue_source_create(false, &slot->queue, &source, error));
    weir_status status = engine_use_source(run->session->engine, node, source, error);
    if (status != WEIR_OK) {
        source.class->destroy(source.self);
    }
    return status;
}

static weir_status use_capture(struct run *run, const struct node *output, struct slot *slot,
                               weir_error *error)
{
    capture_init(&slot->capture);
    slot->has_capture = true;
    return engine_use_sink(run->session->engine, output, capture_sink(&slot->capture), error);
}

/* A stream is looked at through an output of its own. */
static weir_status look_at(struct run *run, struct slot *slot, weir_error *error)
{
    struct node *inputs[] = {graph_find(run->session->job->graph, slot->node->name)};
    struct node_spec spec = {
        .kind = OPERATOR_OUTPUT, .type = "capture", .inputs = inputs, .inputs_count = 1};

    if (slot->has_capture) {
        return WEIR_OK;
    }
    const struct node *output = graph_add(run->session->job->graph, &spec);
    if (output == NULL) {
        return error_set(error, WEIR_E_NOMEM, "no memory for the test");
    }
    return use_capture(run, output, slot, error);
}

static struct slot *slot_of(struct run *run, const char *name)
{
    for (size_t i = 0; i < run->slots_count; i++) {
        if (run->slots[i].node != NULL && strcmp(run->slots[i].node->name, name) == 0) {
            return &run->slots[i];
        }
    }
    return NULL;
}

/* Queues for sources, captures for sinks and for what is looked at. */
static weir_status take_ends(struct run *run, weir_error *error)
{
    const struct graph *graph = run->session->job->graph;

    run->slots = mem_zalloc((graph->nodes_count + 1) * sizeof(*run->slots));
    if (run->slots == NULL) {
        return error_set(error, WEIR_E_NOMEM, "no memory for the test");
    }
    run->slots_count = graph->nodes_count;
    for (size_t i = 0; i < run->slots_count; i++) {
        struct slot *slot = &run->slots[i];
        slot->node = graph->nodes[i];
        if (slot->node->class->kind == OPERATOR_SOURCE) {
            WEIR_TRY(use_queue(run, slot->node, slot, error));
        } else if (slot->node->class->kind == OPERATOR_OUTPUT) {
            WEIR_TRY(use_capture(run, slot->node, slot, error));
        }
    }
    for (const struct test_expectation *expectation = run->test->expectations; expectation != NULL;
         expectation = expectation->next) {
        struct slot *slot = slot_of(run, expectation->id);
        if (slot != NULL) {
            WEIR_TRY(look_at(run, slot, error));
        }
    }
    return WEIR_OK;
}

static weir_status prepare(struct run *run, weir_error *error)
{
    struct job *job = run->session->job;

    if (job->document.root == NULL) {
        return WEIR_OK;
    }
    job->engine.is_manual_clock = true;
    job->engine.manual_clock_ms = 0;
    job->engine.is_per_block = true;
    job->engine.workers = job->engine.workers == 0 ? TEST_WORKERS : job->engine.workers;
    WEIR_TRY(engine_create(&job->engine, job->graph, job->folders, &run->session->engine, error));
    return take_ends(run, error);
}

/* ----------------------------------------------------------------------------- at each batch */

static weir_status push(struct run *run, const struct test_feed *feed, weir_error *error)
{
    uint32_t count = feed->records->children_count;
    struct slot *slot = slot_of(run, feed->source);
    struct weir_value *values = arena_zalloc(&run->arena, (count + 1) * sizeof(*values));
    uint32_t row = 0;

    if (values == NULL) {
        return error_set(error, WEIR_E_NOMEM, "no memory to feed");
    }
    for (const struct document_node *record = feed->records->first; record != NULL;
         record = record->next) {
        if (document_to_value(record, NULL, &run->arena, &values[row++]) != WEIR_OK) {
            return error_set(error, WEIR_E_NOMEM, "no memory to feed");
        }
    }
    return queue_source_push(slot->queue, NULL, values, count, error);
}

static weir_status keep_failure(struct run *run, int64_t time_ms, const weir_error *told,
                                weir_error *error)
{
    struct failure *failure = arena_zalloc(&run->arena, sizeof(*failure));

    if (failure == NULL) {
        return error_set(error, WEIR_E_NOMEM, "no memory for the test");
    }
    failure->time_ms = time_ms;
    failure->error = *told;
    failure->next = run->failures;
    run->failures = failure;
    return WEIR_OK;
}

static weir_status step(struct run *run, int64_t time_ms, weir_error *error)
{
    weir_error told = {.struct_size = sizeof(told)};

    for (const struct test_feed *feed = run->test->feeds; feed != NULL; feed = feed->next) {
        if (feed->at_ms == time_ms) {
            WEIR_TRY(push(run, feed, error));
        }
    }
    WEIR_TRY(engine_advance(run->session->engine, 1, error));
    if (context_await(engine_context(run->session->engine), 0, &told) < 0) {
        WEIR_TRY(keep_failure(run, time_ms, &told, error));
    }
    run->outcome->batches++;
    run->outcome->job_ms = time_ms;
    return WEIR_OK;
}

static weir_status drive(struct run *run, weir_error *error)
{
    int64_t batch_ms = run->session->job->graph->batch_ms;
    int64_t started_ns = clock_stopwatch_ns();

    WEIR_TRY(engine_start(run->session->engine, error));
    for (int64_t time_ms = batch_ms; time_ms <= run->test->until_ms; time_ms += batch_ms) {
        WEIR_TRY(step(run, time_ms, error));
    }
    run->outcome->elapsed_us = (clock_stopwatch_ns() - started_ns) / 1000;
    return engine_stop(run->session->engine, false, error);
}

/* ------------------------------------------------------------------------------ afterwards */

/* Below "       at 10s  counts: ": why, where it stands, and what there was instead. */
static void report(struct run *run, const struct test_expectation *expectation,
                   const struct bytes *why)
{
    struct bytes *out = &run->outcome->report;
    const char *text = why->data == NULL ? "" : why->data;

    bytes_append_text(out, "       at ");
    write_time(out, expectation->at_ms);
    bytes_printf(out, "  %s: ", expectation->id);
    for (; *text != '\0'; text++) {
        bytes_append_byte(out, *text);
        if (*text == '\n') {
            bytes_append_text(out, "             ");
        }
    }
    bytes_append_text(out, "\n               ");
    document_write_pointer(expectation->node, out);
    bytes_append_text(out, "  ");
    write_place(out, expectation->node);
    bytes_append_byte(out, '\n');
    run->outcome->is_passed = false;
}

/* The stream that sets the pace of what the node gives. */
static void write_pace(struct run *run, const struct node *node, struct bytes *out)
{
    const struct job *job = run->session->job;
    const struct node *from = node->class->kind == OPERATOR_OUTPUT ? node->inputs[0] : node;
    struct bytes pointer = {0};
    bool is_exact = false;

    if (from->interval_ms == job->graph->batch_ms) {
        return;
    }
    bytes_append_text(out, "          = hint: slide is ");
    write_time(out, from->interval_ms);
    while (from->slide_ms == 0 && from->inputs_count > 0) {
        from = from->inputs[0];
    }
    bytes_printf(&pointer, "%s/slide", from->pointer);
    const struct document_node *slide =
        pointer.failed ? NULL : document_locate(&job->document, pointer.data, &is_exact);
    if (slide != NULL && is_exact) {
        bytes_append_text(out, " (");
        write_place(out, slide);
        bytes_append_byte(out, ')');
    }
    bytes_fini(&pointer);
}

/* When there was output, for an expectation of a batch that had none. */
static void report_times(struct run *run, struct slot *slot)
{
    struct bytes *out = &run->outcome->report;
    uint64_t count = capture_count(&slot->capture);

    bytes_append_text(out, "               ");
    if (count == 0) {
        bytes_append_text(out, "there is no output at all");
    } else {
        bytes_append_text(out, "outputs exist at:");
        for (uint64_t i = 0; i < count && i < TIMES_SHOWN_MAX; i++) {
            bytes_append_byte(out, ' ');
            write_time(out, capture_time_ms(&slot->capture, i));
        }
        bytes_append_text(out, count > TIMES_SHOWN_MAX ? " ..." : "");
    }
    write_pace(run, slot->node, out);
    bytes_append_byte(out, '\n');
}

static void compare_error(struct run *run, const struct test_expectation *expectation)
{
    struct bytes why = {0};

    for (struct failure *failure = run->failures; failure != NULL; failure = failure->next) {
        if (failure->time_ms != expectation->at_ms) {
            continue;
        }
        if (strstr(failure->error.msg, expectation->error->text) != NULL) {
            failure->is_expected = true;
            return;
        }
        bytes_printf(&why, "the batch failed otherwise: %s", failure->error.msg);
    }
    if (why.size == 0) {
        bytes_append_text(&why, "expected an error, the batch did not fail");
    }
    report(run, expectation, &why);
    bytes_fini(&why);
}

static void compare(struct run *run, const struct test_expectation *expectation)
{
    struct slot *slot = slot_of(run, expectation->id);
    struct bytes why = {0};

    if (expectation->error != NULL) {
        compare_error(run, expectation);
        return;
    }
    const struct weir_rows *rows = capture_rows(&slot->capture, expectation->at_ms);
    if (!test_rows_are(expectation, rows, &why)) {
        report(run, expectation, &why);
        if (rows == NULL) {
            report_times(run, slot);
        }
    }
    bytes_fini(&why);
}

static void judge(struct run *run)
{
    run->outcome->is_passed = true;
    for (const struct test_expectation *expectation = run->test->expectations; expectation != NULL;
         expectation = expectation->next) {
        compare(run, expectation);
    }
    for (const struct failure *failure = run->failures; failure != NULL; failure = failure->next) {
        if (!failure->is_expected) {
            run->outcome->is_passed = false;
            bytes_append_text(&run->outcome->report, "       at ");
            write_time(&run->outcome->report, failure->time_ms);
            bytes_printf(&run->outcome->report, "  %s\n", failure->error.msg);
        }
    }
}

static void fini(struct run *run)
{
    engine_destroy(run->session->engine); /* before what it was lent */
    run->session->engine = NULL;
    for (size_t i = 0; i < run->slots_count; i++) {
        if (run->slots[i].has_capture) {
            capture_fini(&run->slots[i].capture);
        }
    }
    mem_free(run->slots);
    arena_fini(&run->arena);
}

enum cli_exit test_run(struct job_session *session, const struct job_test *test,
                       struct test_outcome *outcome)
{
    struct run run = {.session = session, .test = test, .outcome = outcome};
    weir_error error = {.struct_size = sizeof(error)};
    enum cli_exit exit_code;

    memset(outcome, 0, sizeof(*outcome));
    arena_init(&run.arena);
    weir_status status = prepare(&run, &error);
    exit_code = status == WEIR_OK ? job_session_check(session) : cli_tell(status, &error);
    if (exit_code == CLI_OK) {
        status = drive(&run, &error);
        exit_code = status == WEIR_OK ? CLI_OK : cli_tell(status, &error);
    }
    if (exit_code == CLI_OK) {
        judge(&run);
    }
    fini(&run);
    return exit_code;
}
