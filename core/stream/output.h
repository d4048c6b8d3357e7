/*
 * output - one output of a job at work: gives a batch's RDD to a sink or to a program's function.
 *
 * Threads:  those that run jobs.
 */
#ifndef WEIR_STREAM_OUTPUT_H
#define WEIR_STREAM_OUTPUT_H

#include "base/thread.h"
#include "plan/graph.h"
#include "stream/sink.h"

struct output {
    const struct node *node;
    struct sink sink; /* class NULL: none yet, or a function */
    struct lock lock; /* a sink writes one batch at a time, also when jobs run side by side */
};

void output_init(struct output *output, const struct node *node);

/* True when the output calls the program's function instead of a sink. */
bool output_is_foreach(const struct node *node);

/* *records: the rows written, 0 when that is not known. Errors name the output. */
CHECKED weir_status output_run(struct output *output, struct executor *executor,
                               const struct function_registry *functions, struct rdd *rdd,
                               int64_t time_ms, uint64_t *records, weir_error *error);

/* Destroys the sink. */
void output_fini(struct output *output);

#endif
