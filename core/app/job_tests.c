/*
 * job_tests - the tests that stand in a job file, read and checked against its graph.
 */
#include "app/job_tests.h"

#include <stdio.h>
#include <string.h>

#include "app/job_reader.h"

enum { NAMES_MAX = 256 };

static const struct job_key test_keys[] = {
    {"name", KIND_TEXT, true},
    {"feed", KIND_OBJECT, false},
    {"until", KIND_DURATION, false},
    {"expect", KIND_OBJECT, true},
};

static const struct job_key feed_keys[] = {
    {"at", KIND_DURATION, true},
    {"records", KIND_LIST, true},
};

static const struct job_key expect_keys[] = {
    {"at", KIND_DURATION, true}, {"rows", KIND_LIST, false},    {"set", KIND_LIST, false},
    {"first", KIND_ANY, false},  {"count", KIND_NUMBER, false}, {"none", KIND_BOOL, false},
    {"error", KIND_TEXT, false},
};

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* The node that the key names; told and NULL when there is none of that kind. */
static const struct node *find(struct job_reader *reader, const struct document_node *named,
                               bool is_source)
{
    const struct graph *graph = reader->job->graph;
    const struct node *node = graph_find(graph, named->key);
    const char *names[NAMES_MAX];
    size_t count = 0;
    const char *near;
    char help[96];

    if (node != NULL && (!is_source || node->class->kind == OPERATOR_SOURCE)) {
        return node;
    }
    for (size_t i = 0; i < graph->nodes_count && count < NAMES_MAX; i++) {
        if (!is_source || graph->nodes[i]->class->kind == OPERATOR_SOURCE) {
            names[count++] = graph->nodes[i]->name;
        }
    }
    near = problem_suggestion(named->key, names, count);
    snprintf(help, sizeof(help), "did you mean \"%.64s\"?", near == NULL ? "" : near);
    job_tell_key(reader, named, "E030", near == NULL ? NULL : help,
                 is_source ? "there is no source \"%.64s\" to feed"
                           : "there is nothing called \"%.64s\" to look at",
                 named->key);
    return NULL;
}

/* "at", told when it is the time of no batch; 0 then. */
static int64_t read_time(struct job_reader *reader, const struct document_node *item,
                         const char *key)
{
    int64_t batch_ms = reader->job->graph->batch_ms;
    int64_t at_ms = job_get_duration(reader, item, key, 0);

    if (at_ms > 0 && at_ms % batch_ms != 0) {
        char help[96];
        long long before_ms = at_ms / batch_ms * batch_ms;
        snprintf(help, sizeof(help), "batches have the times %lldms and %lldms here", before_ms,
                 before_ms + (long long)batch_ms);
        job_tell(reader, document_member(item, key), "E050", help,
                 "no batch has this time: the batch interval is %lld ms", (long long)batch_ms);
    }
    return at_ms > 0 && at_ms % batch_ms == 0 ? at_ms : 0;
}

static bool is_object(struct job_reader *reader, const struct document_node *item, const char *what)
{
    if (item->kind == DOCUMENT_OBJECT) {
        return true;
    }
    job_tell(reader, item, "E021", NULL, "%s must be an object, found %s", what,
             document_kind_name(item->kind));
    return false;
}

static bool is_list(struct job_reader *reader, const struct document_node *node)
{
    if (node->kind == DOCUMENT_LIST) {
        return true;
    }
    job_tell(reader, node, "E021", NULL, "\"%.64s\" must be a list, found %s", node->key,
             document_kind_name(node->kind));
    return false;
}

static void extend(struct job_test *test, int64_t at_ms)
{
    test->until_ms = at_ms > test->until_ms ? at_ms : test->until_ms;
}

static weir_status read_feed(struct job_reader *reader, const struct document_node *source,
                             struct job_test *test, struct test_feed ***end)
{
    const struct node *node = find(reader, source, true);

    if (node == NULL || !is_list(reader, source)) {
        return WEIR_OK;
    }
    for (const struct document_node *item = source->first; item != NULL; item = item->next) {
        struct test_feed *feed = arena_zalloc(&reader->job->document.arena, sizeof(*feed));
        if (feed == NULL) {
            return WEIR_E_NOMEM;
        }
        if (!is_object(reader, item, "a delivery")) {
            continue;
        }
        job_check_keys(reader, item, "a delivery", feed_keys, COUNT_OF(feed_keys));
        feed->source = node->name;
        feed->at_ms = read_time(reader, item, "at");
        feed->records = job_get(item, "records", KIND_LIST);
        if (feed->at_ms > 0 && feed->records != NULL) {
            extend(test, feed->at_ms);
            **end = feed;
            *end = &feed->next;
        }
    }
    return WEIR_OK;
}

/* False, and told, when it asks for nothing. */
static bool read_wanted(struct job_reader *reader, const struct document_node *item,
                        struct test_expectation *expectation)
{
    const struct document_node *count = job_get(item, "count", KIND_NUMBER);

    expectation->rows = job_get(item, "rows", KIND_LIST);
    expectation->set = job_get(item, "set", KIND_LIST);
    expectation->first = document_member(item, "first");
    expectation->error = job_get(item, "error", KIND_TEXT);
    expectation->is_none = job_get_bool(item, "none", false);
    expectation->count = -1;
    if (count != NULL && (!count->is_integer || count->integer < 0)) {
        job_tell(reader, count, "E022", NULL, "\"count\" must be a whole number, 0 or more");
        return false;
    }
    if (count != NULL) {
        expectation->count = count->integer;
    }
    if (expectation->rows == NULL && expectation->set == NULL && expectation->first == NULL &&
        expectation->error == NULL && expectation->count < 0 && !expectation->is_none) {
        job_tell(reader, item, "E023",
                 "write \"rows\", \"set\", \"first\", \"count\", \"none\" or \"error\"",
                 "it says when, but not what to expect");
        return false;
    }
    return true;
}

static weir_status read_expectations(struct job_reader *reader, const struct document_node *named,
                                     struct job_test *test, struct test_expectation ***end)
{
    const struct node *node = find(reader, named, false);

    if (node == NULL || !is_list(reader, named)) {
        return WEIR_OK;
    }
    for (const struct document_node *item = named->first; item != NULL; item = item->next) {
        struct test_expectation *expectation =
            arena_zalloc(&reader->job->document.arena, sizeof(*expectation));
        if (expectation == NULL) {
            return WEIR_E_NOMEM;
        }
        if (!is_object(reader, item, "an expectation")) {
            continue;
        }
        job_check_keys(reader, item, "an expectation", expect_keys, COUNT_OF(expect_keys));
        expectation->id = node->name;
        expectation->node = item;
        expectation->at_ms = read_time(reader, item, "at");
        if (read_wanted(reader, item, expectation) && expectation->at_ms > 0) {
            extend(test, expectation->at_ms);
            **end = expectation;
            *end = &expectation->next;
        }
    }
    return WEIR_OK;
}

static weir_status read_test(struct job_reader *reader, const struct document_node *item,
                             struct job_test *test)
{
    const struct document_node *feed = job_get(item, "feed", KIND_OBJECT);
    const struct document_node *expect = job_get(item, "expect", KIND_OBJECT);
    struct test_feed **feeds_end = &test->feeds;
    struct test_expectation **expectations_end = &test->expectations;

    job_check_keys(reader, item, "a test", test_keys, COUNT_OF(test_keys));
    test->name = job_get_text(reader, item, "name");
    test->name = test->name == NULL ? "?" : test->name;
    test->until_ms = read_time(reader, item, "until");
    for (const struct document_node *source = feed == NULL ? NULL : feed->first; source != NULL;
         source = source->next) {
        WEIR_TRY(read_feed(reader, source, test, &feeds_end));
    }
    for (const struct document_node *named = expect == NULL ? NULL : expect->first; named != NULL;
         named = named->next) {
        WEIR_TRY(read_expectations(reader, named, test, &expectations_end));
    }
    if (expect != NULL && expect->children_count == 0) {
        job_tell(reader, expect, "E023", NULL, "a test that expects nothing tests nothing");
    }
    return WEIR_OK;
}

weir_status job_read_tests(struct job_reader *reader, const struct document_node *tests,
                           struct job_test **out, weir_error *error)
{
    struct job_test **end = out;

    *out = NULL;
    for (const struct document_node *item = tests == NULL ? NULL : tests->first; item != NULL;
         item = item->next) {
        struct job_test *test = arena_zalloc(&reader->job->document.arena, sizeof(*test));
        if (test == NULL) {
            return error_set(error, WEIR_E_NOMEM, "no memory for the tests");
        }
        if (!is_object(reader, item, "a test")) {
            continue;
        }
        if (read_test(reader, item, test) != WEIR_OK) {
            return error_set(error, WEIR_E_NOMEM, "no memory for the tests");
        }
        *end = test;
        end = &test->next;
    }
    return WEIR_OK;
}
