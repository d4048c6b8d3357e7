/*
 * sink - where a batch's rows go: a table that io fills.
 *
 * Life:     attached to an output by name before the start; write once per batch that has an RDD,
 *           in batch order; destroy once.
 * Threads:  writes come from the context's batch thread, one at a time per sink; a sink that works
 *           partition by partition runs an action on the executor.
 */
#ifndef WEIR_STREAM_SINK_H
#define WEIR_STREAM_SINK_H

#include "exec/executor.h"

struct sink_class {
    const char *name;

    /* Writes one batch. *records: how many rows were written (0 when it cannot tell). */
    weir_status (*write)(void *self, struct executor *executor, struct rdd *rdd, int64_t time_ms,
                         uint64_t *records, weir_error *error);

    void (*destroy)(void *self);
};

struct sink {
    const struct sink_class *class;
    void *self;
};

#endif
