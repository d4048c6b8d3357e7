/* The members that operators have in a job file: functions, partitioners, levels. */
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

#include "base/file.h"

static char path[] = "/tmp/weir-job-XXXXXX";
static const struct job_request request = {.path = path};
static weir_error error;

static const char before[] =
    "{ \"version\": 1, \"job\": { \"name\": \"operators\", \"batch\": \"1s\" },\n"
    "  \"sources\": { \"a\": { \"type\": \"none\" } }, \"operators\": {\n";
static const char after[] =
    "  }, \"sinks\": { \"screen\": { \"type\": \"console\", \"from\": \"a\" } } }\n";

/* A job of these operators; NULL is never returned. */
static struct job *job_of(const char *operators)
{
    char text[4096];
    int fd = mkstemp(path);
    struct job *job;

    assert_true(fd >= 0);
    close(fd);
    snprintf(text, sizeof(text), "%s%s%s", before, operators, after);
    assert_int_equal(file_write_aside(path, text, strlen(text), &error), WEIR_OK);
    assert_int_equal(job_open(&request, &job, &error), WEIR_OK);
    assert_int_equal(unlink(path), 0);
    memcpy(path + strlen(path) - 6, "XXXXXX", 6);
    return job;
}

static const struct node *node_of(const struct job *job, const char *name)
{
    const struct node *node = graph_find(job->graph, name);

    assert_non_null(node);
    return node;
}

static void an_operator_has_several_functions_and_a_zero(void **state)
{
    struct job *job = job_of(
        "\"p\": { \"op\": \"mapToPair\", \"from\": \"a\", \"fn\": { \"builtin\": \"with_one\" } "
        "},\n"
        "\"c\": { \"op\": \"combineByKey\", \"from\": \"p\", \"merge\": { \"builtin\": \"sum\" },\n"
        "        \"combine\": { \"builtin\": \"max\" }, \"partitions\": 3 },\n"
        "\"f\": { \"op\": \"foldByKey\", \"from\": \"p\", \"fn\": { \"builtin\": \"sum\" },\n"
        "        \"zero\": 7 },\n"
        "\"j\": { \"op\": \"join\", \"from\": [\"c\", \"f\"] }\n");
    const struct node *combined = node_of(job, "c");

    (void)state;
    assert_int_equal(job->graph->problems.errors_count, 0);
    assert_null(combined->functions[0].call.name);
    assert_string_equal(combined->functions[1].call.name, "sum");
    assert_string_equal(combined->functions[2].call.name, "max");
    assert_int_equal(combined->partitions, 3);
    assert_int_equal(node_of(job, "f")->zero.integer, 7);
    assert_int_equal(node_of(job, "j")->inputs_count, 2);
    assert_ptr_equal(node_of(job, "j")->inputs[1], node_of(job, "f"));
    job_close(job);
}

static void streams_are_kept_and_spread_as_the_file_says(void **state)
{
    struct job *job = job_of(
        "\"p\": { \"op\": \"mapToPair\", \"from\": \"a\", \"fn\": { \"builtin\": \"with_one\" },\n"
        "        \"persist\": \"DISK_ONLY\", \"checkpoint\": \"10s\" },\n"
        "\"r\": { \"op\": \"partitionBy\", \"from\": \"p\", \"partitions\": 4,\n"
        "        \"partitioner\": \"range\" },\n"
        "\"m\": { \"op\": \"map\", \"from\": \"a\", \"fn\": { \"builtin\": \"upper\" } },\n"
        "\"w\": { \"op\": \"window\", \"from\": \"m\", \"window\": \"2s\",\n"
        "        \"persist\": \"MEMORY_AND_DISK\" }\n");

    (void)state;
    assert_int_equal(job->graph->problems.errors_count, 0);
    assert_int_equal(node_of(job, "p")->storage, STORAGE_DISK_ONLY);
    assert_int_equal(node_of(job, "p")->checkpoint_ms, 10000);
    assert_string_equal(node_of(job, "r")->partitioner.call.name, "range");
    assert_int_equal(node_of(job, "m")->storage, STORAGE_MEMORY_AND_DISK); /* the window's input */
    assert_int_equal(node_of(job, "w")->storage, STORAGE_NONE);
    job_close(job);
}

static void what_an_operator_does_not_take_is_told_at_its_place(void **state)
{
    static const char *const places[] = {"/operators/m/zero", "/operators/m/merge",
                                         "/operators/m/persist", "/operators/f/fn"};
    struct job *job = job_of(
        "\"m\": { \"op\": \"map\", \"from\": \"a\", \"fn\": { \"builtin\": \"upper\" },\n"
        "        \"zero\": 1, \"merge\": { \"builtin\": \"sum\" }, \"persist\": \"SOMEWHERE\" },\n"
        "\"f\": { \"op\": \"foldByKey\", \"from\": \"m\", \"fn\": { \"name\": \"sum\" } }\n");
    const struct problems *problems = &job->graph->problems;

    (void)state;
    assert_true(problems->errors_count >= 4);
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        bool is_told = false;
        for (size_t k = 0; k < problems->count; k++) {
            is_told = is_told || strcmp(problems->items[k].pointer, places[i]) == 0;
        }
        if (!is_told) {
            fail_msg("nothing is told at %s", places[i]);
        }
    }
    job_close(job);
}

static void states_begin_and_end_as_the_file_says(void **state)
{
    struct job *job = job_of(
        "\"p\": { \"op\": \"mapToPair\", \"from\": \"a\", \"fn\": { \"builtin\": \"with_one\" } "
        "},\n"
        "\"u\": { \"op\": \"updateStateByKey\", \"from\": \"p\",\n"
        "        \"fn\": { \"builtin\": \"running_sum\" },\n"
        "        \"initial\": [[\"a\", 1], [[1, 2], {\"x\": null}]] },\n"
        "\"m\": { \"op\": \"mapWithState\", \"from\": \"p\",\n"
        "        \"fn\": { \"builtin\": \"sum_so_far\" }, \"timeout\": \"10m\" },\n"
        "\"s\": { \"op\": \"stateSnapshots\", \"from\": \"m\" },\n"
        "\"w\": { \"op\": \"reduceByKeyAndWindow\", \"from\": \"p\", \"window\": \"4s\",\n"
        "        \"fn\": { \"builtin\": \"sum\" }, \"inverse\": { \"builtin\": \"difference\" },\n"
        "        \"filter\": { \"builtin\": \"not_zero\" } }\n");
    const struct node *update = node_of(job, "u");

    (void)state;
    assert_int_equal(graph_check(job->graph, NULL), WEIR_OK);
    assert_int_equal(update->initial_count, 2);
    assert_memory_equal(weir_bytes_of(&update->initial_keys[0]), "a", 1);
    assert_int_equal(update->initial_values[0].integer, 1);
    assert_int_equal(weir_kind_of(update->initial_keys[1]), WEIR_LIST);
    assert_int_equal(weir_kind_of(update->initial_values[1]), WEIR_MAP);
    assert_int_equal(node_of(job, "m")->timeout_ms, 600000);
    assert_string_equal(node_of(job, "w")->functions[0].call.name, "difference");
    job_close(job);
}

static void a_state_that_cannot_be_is_told_at_its_place(void **state)
{
    static const struct {
        const char *code;
        const char *pointer;
    } told[] = {
        {"E020", "/operators/p/nothing like it"}, {"E020", "/operators/p/initial"},
        {"E021", "/operators/u/initial/0"},       {"E021", "/operators/u/initial/2"},
        {"E020", "/operators/u/timeout"},         {"E021", "/operators/m/timeout"},
        {"E021", "/operators/m/initial"},
    };
    struct job *job = job_of(
        "\"p\": { \"op\": \"mapToPair\", \"from\": \"a\", \"fn\": { \"builtin\": \"with_one\" "
        "},\n"
        "        \"initial\": [], \"nothing like it\": 1 },\n"
        "\"u\": { \"op\": \"updateStateByKey\", \"from\": \"p\", \"timeout\": \"1s\",\n"
        "        \"fn\": { \"builtin\": \"running_sum\" },\n"
        "        \"initial\": [\"a\", [\"b\", 1], [1, 2, 3]] },\n"
        "\"m\": { \"op\": \"mapWithState\", \"from\": \"p\", \"timeout\": \"soon\",\n"
        "        \"fn\": { \"builtin\": \"sum_so_far\" }, \"initial\": {} }\n");
    const struct problems *problems = &job->graph->problems;

    (void)state;
    assert_int_equal(problems->count, sizeof(told) / sizeof(told[0]));
    for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++) {
        bool is_told = false;
        for (size_t k = 0; k < problems->count; k++) {
            is_told = is_told || (strcmp(problems->items[k].pointer, told[i].pointer) == 0 &&
                                  strcmp(problems->items[k].code, told[i].code) == 0);
        }
        if (!is_told) {
            fail_msg("%s is not told at %s", told[i].code, told[i].pointer);
        }
    }
    job_close(job);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_operator_has_several_functions_and_a_zero),
        cmocka_unit_test(streams_are_kept_and_spread_as_the_file_says),
        cmocka_unit_test(states_begin_and_end_as_the_file_says),
        cmocka_unit_test(a_state_that_cannot_be_is_told_at_its_place),
        cmocka_unit_test(what_an_operator_does_not_take_is_told_at_its_place),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
