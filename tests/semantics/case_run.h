/*
 * case_run - one of Spark's cases being run: what it says, and the program that is made of it.
 *
 * A kind of case has a function that runs it; run_cases has the table of them.
 */
#ifndef WEIR_TESTS_CASE_RUN_H
#define WEIR_TESTS_CASE_RUN_H

#include <cjson/cJSON.h>
#include <weir/test.h>

enum outcome { PASSED, FAILED, NOT_EXPRESSIBLE };

#define CASE_STREAMS_MAX 16
#define CASE_INPUTS_MAX  3

struct case_stream {
    const char *name;
    struct weir_stream *stream;
};

struct case_run {
    const cJSON *item;
    const cJSON *params;
    struct weir_context *context;
    struct weir_queue *queues[CASE_INPUTS_MAX];
    const cJSON *inputs[CASE_INPUTS_MAX];
    bool is_pairs[CASE_INPUTS_MAX];
    uint32_t inputs_count;
    struct case_stream streams[CASE_STREAMS_MAX];
    uint32_t streams_count;
    struct weir_stream *last;
    int64_t batch_ms;
    int64_t batches;
    char why[4096]; /* what failed, or what cannot be said */
};

/* Keeps the reason; returns the outcome. */
enum outcome case_say(struct case_run *run, enum outcome outcome, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Of an object's member; NULL when there is none, or `missing`. */
const char *case_text_of(const cJSON *object, const char *key);
int64_t case_number_of(const cJSON *object, const char *key, int64_t missing);

/* Names a stream, and makes it the last one. */
void case_add_stream(struct case_run *run, const char *name, struct weir_stream *stream);

/* The stream of that name, or the last one made. */
struct weir_stream *case_find_stream(const struct case_run *run, const char *name);

/* "3000ms" */
const char *case_batches_text(const struct case_run *run, int64_t batches, char out[32]);

/* Pushes records [first, end) of a batch: a partition of its own. */
void case_push(struct weir_queue *queue, const cJSON *batch, int first, int end, bool is_pairs);

/* Compares one batch of a capture; expected NULL: there is to be no RDD. */
enum outcome case_compare(struct case_run *run, struct weir_capture *capture, int64_t number,
                          const cJSON *expected);

/* The entry for a batch; NULL: none is expected. */
const cJSON *case_expected(const struct case_run *run, int64_t number);

/* case_pipeline.c: makes the program of a case's pipeline. */
enum outcome case_build(struct case_run *run);

/* The kinds. */
enum outcome case_run_stream(struct case_run *run);   /* dstream */
enum outcome case_run_queue(struct case_run *run);    /* queue */
enum outcome case_run_slice(struct case_run *run);    /* slice */
enum outcome case_run_remember(struct case_run *run); /* remember */
enum outcome case_run_storage(struct case_run *run);  /* storage */
enum outcome case_run_context(struct case_run *run);  /* context */

#endif
