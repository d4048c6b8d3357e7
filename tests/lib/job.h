/*
 * job - a graph, a context on a manual clock, and what they need, for tests.
 *
 * The clock starts at 0 and a batch is JOB_BATCH_MS long: batch n has the time n * JOB_BATCH_MS.
 *
 * Life:     job_begin, nodes, job_prepare, sources and sinks, job_start, batches, job_end.
 */
#ifndef WEIR_TESTS_JOB_H
#define WEIR_TESTS_JOB_H

#include "lib/capture.h"
#include "lib/fake_source.h"
#include "stream/context.h"
#include "stream/queue_source.h"

#define JOB_BATCH_MS 1000

struct job {
    struct function_registry *functions;
    struct graph *graph;
    struct executor *executor;
    struct clock *clock;
    struct context *context;
};

/* With the built-in functions, and to_pair: a list [k, v] -> the pair (k, v). */
void job_begin(struct job *job);

struct node *job_source(struct job *job, const char *name);

/* Any operator of one input; function NULL name: none. */
struct node *job_operator(struct job *job, enum operator_kind kind, const char *name,
                          struct node *input, struct weir_function function);
struct node *job_window(struct job *job, enum operator_kind kind, const char *name,
                        struct node *input, struct weir_function function, int64_t window,
                        int64_t slide); /* in batches */
struct node *job_union(struct job *job, const char *name, struct node *left, struct node *right);
struct node *job_output(struct job *job, const char *name, struct node *input);
struct node *job_foreach(struct job *job, const char *name, struct node *input,
                         struct weir_function function);

/* Checks the graph and makes executor and context. options NULL: the defaults. */
void job_prepare(struct job *job, const struct context_options *options);

struct queue_source *job_queue(struct job *job, struct node *node);
struct fake_source *job_fake(struct job *job, struct node *node);
struct capture *job_capture(struct job *job, struct node *node);
void job_push(struct queue_source *queue, const char *json);

void job_start(struct job *job);

/* Moves the clock on by so many batches and waits until they are done. */
void job_run(struct job *job, uint32_t batches);

/* The next error that the context reports has this text in it. */
void job_expect_error(struct job *job, const char *text);

void job_end(struct job *job);

#endif
