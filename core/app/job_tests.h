/*
 * job_tests - the tests that stand in a job file, read and checked against its graph.
 *
 *     "tests": [{
 *       "name": "words are counted",
 *       "feed":   { "lines": [{ "at": "1s", "records": ["to be", "or to be"] }] },
 *       "until":  "3s",
 *       "expect": { "counts": [{ "at": "1s", "set": [["to", 2], ["be", 2], ["or", 1]] },
 *                              { "at": "2s", "rows": [] }] }
 *     }]
 *
 * "at" is the time of a batch: time starts at 0. Each item of "feed" is one delivery: several of
 * one time become one batch. Streams and sinks can be expected.
 *
 * Memory:   all in the document's arena.
 */
#ifndef WEIR_APP_JOB_TESTS_H
#define WEIR_APP_JOB_TESTS_H

#include "app/document.h"
#include "plan/graph.h"

struct job_reader;

/* Records that a source delivers into one batch. */
struct test_feed {
    struct test_feed *next; /* in the file's order */
    const char *source;
    int64_t at_ms;
    const struct document_node *records; /* a list */
};

/* What a batch of a stream or a sink shall hold. */
struct test_expectation {
    struct test_expectation *next; /* in the file's order */
    const char *id;
    int64_t at_ms;
    const struct document_node *node;  /* the whole: where it stands */
    const struct document_node *rows;  /* a list: exactly these, in order; NULL: not asked for */
    const struct document_node *set;   /* a list: these in any order */
    const struct document_node *first; /* the first row */
    const struct document_node *error; /* a text: the batch fails, and its story has it */
    int64_t count;                     /* as many rows; -1: not asked for */
    bool is_none;                      /* no output at all in this batch */
};

struct job_test {
    struct job_test *next; /* in the file's order */
    const char *name;
    struct test_feed *feeds;
    struct test_expectation *expectations;
    int64_t until_ms; /* the last time that is fed, expected or asked for */
};

/* Reads the list at "tests"; tests NULL: there are none. What is wrong is told, and left out. After
 * the graph was read. WEIR_E_NOMEM or WEIR_OK. */
CHECKED weir_status job_read_tests(struct job_reader *reader, const struct document_node *tests,
                                   struct job_test **out, weir_error *error);

#endif
