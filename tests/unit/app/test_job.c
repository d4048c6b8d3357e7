/* A job file becomes a graph, and whatever is missing on the way is an error and no crash. */
#include "app/job.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fault.h"
#include "base/file.h"

static char path[] = "/tmp/weir-job-XXXXXX";
static const struct job_request request = {.path = path};
static weir_error error;

static const char text[] =
    "{\n"
    "  \"version\": 1,\n"
    "  \"job\": { \"name\": \"${env:NO_SUCH_NAME:-counted}\", \"batch\": \"2s\", \"workers\": 3,\n"
    "           \"partitions\": \"per-block\", \"stop\": { \"graceful\": false,\n"
    "           \"timeout\": \"5s\" }, \"memory\": { \"limit\": \"1GiB\", \"spill\": \"s\" } },\n"
    "  \"log\": { \"level\": \"warn\", \"format\": \"json\" },\n"
    "  \"sources\": { \"a\": { \"type\": \"none\", \"with\": { \"x\": [1, 2.5, \"\\n\"] } },\n"
    "               \"b\": { \"type\": \"none\", \"decode\": \"bytes\" } },\n"
    "  \"operators\": {\n"
    "    \"both\": { \"op\": \"union\", \"from\": [\"a\", \"b\"] },\n"
    "    \"words\": { \"op\": \"flatMap\", \"from\": \"both\",\n"
    "               \"fn\": { \"builtin\": \"split\", \"pattern\": \"[^a-z]+\", \"lower\": true } "
    "},\n"
    "    \"late\": { \"op\": \"window\", \"from\": \"words\", \"window\": \"1m\", \"slide\": "
    "\"10s\" }\n"
    "  },\n"
    "  \"sinks\": { \"screen\": { \"type\": \"console\", \"from\": \"late\" } }\n"
    "}\n";

static int write_file(void **state)
{
    int fd = mkstemp(path);

    (void)state;
    if (fd < 0) {
        return -1;
    }
    close(fd);
    return file_write_aside(path, text, strlen(text), &error) == WEIR_OK ? 0 : -1;
}

static int remove_file(void **state)
{
    (void)state;
    return unlink(path);
}

static void a_job_file_becomes_a_graph_with_its_edges(void **state)
{
    struct job *job;
    const struct node *words;

    (void)state;
    assert_int_equal(job_open(&request, &job, &error), WEIR_OK);
    assert_int_equal(job->graph->problems.count, 0);
    assert_int_equal(job->graph->nodes_count, 6);
    assert_string_equal(graph_find(job->graph, "a")->with, "{\"x\":[1,2.5,\"\\u000a\"]}");
    assert_string_equal(graph_find(job->graph, "b")->decode, "bytes");
    assert_int_equal(graph_find(job->graph, "both")->inputs_count, 2);
    assert_ptr_equal(graph_find(job->graph, "both")->inputs[1], graph_find(job->graph, "b"));
    words = graph_find(job->graph, "words");
    assert_string_equal(words->call.name, "split");
    assert_string_equal(words->pointer, "/operators/words");
    assert_int_equal(weir_kind_of(words->argument), WEIR_MAP);
    assert_int_equal(weir_size_of(words->argument), 2);
    assert_int_equal(graph_find(job->graph, "late")->window_ms, 60000);
    assert_int_equal(graph_find(job->graph, "late")->slide_ms, 10000);
    assert_string_equal(graph_find(job->graph, "screen")->type, "console");
    job_close(job);
}

static void settings_are_read_with_their_units(void **state)
{
    struct job *job;

    (void)state;
    assert_int_equal(job_open(&request, &job, &error), WEIR_OK);
    assert_string_equal(job->engine.name, "counted");
    assert_int_equal(job->graph->batch_ms, 2000);
    assert_int_equal(job->engine.workers, 3);
    assert_true(job->engine.is_per_block);
    assert_false(job->is_stop_graceful);
    assert_int_equal(job->engine.stop_timeout_ms, 5000);
    assert_true(job->has_log_level);
    assert_int_equal(job->log_level, LOG_WARN);
    assert_int_equal(job->log_format, LOG_JSON);
    job_close(job);
}

static void settings_of_a_wrong_kind_or_range_are_all_told(void **state)
{
    static const char *const sets[] = {
        "/job/batch=0s",        "/job/workers=0",
        "/job/partitions=many", "/job/stop/graceful=1",
        "/log/level=loud",      "/sources/b/decode=hex",
        "/plugins/path=[1]",    "/operators/late/partitions=1.5",
        "/job/name=[]",         "/operators/words/fn={}",
        "/version=2",
    };
    const struct job_request wrong = {
        .path = path, .sets = sets, .sets_count = sizeof(sets) / sizeof(sets[0])};
    struct job *job;

    (void)state;
    assert_int_equal(job_open(&wrong, &job, &error), WEIR_OK);
    assert_int_equal(job->graph->problems.errors_count, wrong.sets_count);
    for (size_t i = 0; i < job->graph->problems.count; i++) {
        const char *pointer = job->graph->problems.items[i].pointer;
        bool is_found = false;
        for (size_t j = 0; j < wrong.sets_count; j++) {
            is_found = is_found || strncmp(sets[j], pointer, strcspn(sets[j], "=")) == 0;
        }
        assert_true(is_found);
    }
    job_close(job);
}

static void no_memory_at_any_step_is_an_error_and_leaves_nothing(void **state)
{
    int failures = 0;

    (void)state;
    for (;; failures++) {
        struct job *job = NULL;
        weir_status status;
        fault_arm(failures);
        status = job_open(&request, &job, &error);
        if (!fault_disarm()) {
            assert_int_equal(status, WEIR_OK);
            job_close(job);
            break;
        }
        /* A list of problems that is not whole is an error, too: the check tells it. */
        assert_true(status != WEIR_OK || job->graph->problems.is_cut ||
                    job->graph->problems.count == 0);
        if (status == WEIR_OK) {
            job_close(job);
        }
    }
    assert_true(failures > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_job_file_becomes_a_graph_with_its_edges),
        cmocka_unit_test(settings_are_read_with_their_units),
        cmocka_unit_test(settings_of_a_wrong_kind_or_range_are_all_told),
        cmocka_unit_test(no_memory_at_any_step_is_an_error_and_leaves_nothing),
    };

    return cmocka_run_group_tests(tests, write_file, remove_file);
}
