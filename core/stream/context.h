/*
 * context - one running job: graph, clock, sources, batches, outputs.
 *
 *     INITIALIZED -> ACTIVE -> STOPPING -> STOPPED        (INITIALIZED -> STOPPED too)
 *
 * At each tick the blocks of every source are sealed and allocated to the batch; the batch then
 * waits its turn. Batches run in order, one at a time, their outputs in the order in which they
 * were made. A batch in which an output fails is counted as failed and the next ones go on; the
 * first error is kept for context_await.
 *
 * Batches in which no output is due are run (windows take their share of them), but neither
 * counted nor told of.
 *
 * Life:     context_create, sources and sinks attached, context_start, context_stop,
 *           context_destroy (stops it at once if need be).
 * Threads:  own ones: "batch-clock", "batches" (runs them, with the program's functions and the
 *           sinks), "listeners", "stopper" (carries out a stop). Calls may come from any thread,
 *           but stop, await and destroy not from a listener, a source or a function.
 */
#ifndef WEIR_STREAM_CONTEXT_H
#define WEIR_STREAM_CONTEXT_H

#include "base/clock.h"
#include "exec/executor.h"
#include "plan/graph.h"
#include "stream/listener.h"
#include "stream/sink.h"
#include "stream/source.h"

enum context_state { CONTEXT_INITIALIZED, CONTEXT_ACTIVE, CONTEXT_STOPPING, CONTEXT_STOPPED };

struct context;

struct context_options {
    const char *name;             /* for log lines; copied */
    uint64_t batches_max;         /* ends by itself after so many batches; 0: never */
    int64_t stop_timeout_ms;      /* graceful stop gives up waiting then; 0: ten intervals */
    uint64_t bytes_in_flight_max; /* per source; 0: the block maker's default */
    bool partitions_per_block;    /* Spark's count, instead of a few per worker */
    uint32_t jobs_at_once;        /* outputs that run side by side, their order open; 0: one */
    bool stop_at_end;             /* ends by itself once all sources have ended */
};

/* Borrows graph (checked), executor and clock; they outlive it. */
CHECKED weir_status context_create(const struct context_options *options, struct graph *graph,
                                   struct executor *executor, struct clock *clock,
                                   struct context **out, weir_error *error);

/* Gives a source node what feeds it; the context takes it over on success. */
CHECKED weir_status context_attach_source(struct context *context, const struct node *node,
                                          struct source source, weir_error *error);

/* Gives an output node its sink (outputs of type "foreach" need none); taken over on success. */
CHECKED weir_status context_attach_sink(struct context *context, const struct node *node,
                                        struct sink sink, weir_error *error);

/* Any time; order of registration is kept. */
CHECKED weir_status context_add_listener(struct context *context, listener_function listener,
                                         void *owner, weir_error *error);
void context_remove_listener(struct context *context, listener_function listener, void *owner);

/* WEIR_E_INVAL when it is not in the state INITIALIZED. After any other failure it is STOPPED. */
CHECKED weir_status context_start(struct context *context, weir_error *error);

/* Graceful: sources stop, what they delivered is batched and every batch is finished, within the
 * stop timeout. Else: running work is cancelled (so is whatever else the executor runs meanwhile)
 * and the rest is dropped. Returns when the context has stopped. A second stop waits for the
 * first (graceful) or hurries it (not graceful). WEIR_E_INVAL: from a thread that the stop would
 * wait for. */
CHECKED weir_status context_stop(struct context *context, bool graceful, weir_error *error);

/* The same from anywhere, a listener or a function too: returns at once. */
void context_stop_soon(struct context *context, bool graceful);

/* Waits for the end, or until an error is reported: the story is in `error` then (and the context
 * goes on). Each error is told once; of those that come before one is told, the first is kept.
 * timeout_ms < 0: for ever; WEIR_AGAIN: neither came in time. */
CHECKED weir_status context_await(struct context *context, int64_t timeout_ms, weir_error *error);

/* Manual clock: waits until every batch up to the clock's time is done, or there are no more. */
CHECKED weir_status context_settle(struct context *context, weir_error *error);

enum context_state context_get_state(struct context *context);

/* RDDs of consecutive batches, held. */
struct slice {
    struct rdd **rdds;
    uint32_t count;
};

/* The stream's RDDs of the batches from from_ms to to_ms, both included and floored to its
 * interval; those that are not remembered are made again where their input is still there. Any
 * thread. WEIR_E_INVAL before the start. */
CHECKED weir_status context_slice(struct context *context, const struct node *node, int64_t from_ms,
                                  int64_t to_ms, struct slice *out, weir_error *error);
void slice_fini(struct slice *slice);

/* True when the stream's RDD of this time is kept. */
bool context_remembers(struct context *context, const struct node *node, int64_t time_ms);

struct context_counters {
    uint64_t batches; /* done, those without a due output included */
    uint64_t batches_completed;
    uint64_t batches_failed;
    uint64_t batches_waiting;
    uint64_t records_in;
    uint64_t bytes_in;
    uint64_t records_out;
    uint64_t records_dropped;     /* batched too late, or in batches that an immediate stop left */
    int64_t worst_total_delay_us; /* submitted to ended */
    int64_t processing_us;        /* all batches together */
};
void context_counters(struct context *context, struct context_counters *out);

/* False when the node is no attached source. */
bool context_source_status(struct context *context, const struct node *node,
                           struct source_status *out);

void context_destroy(struct context *context);

#endif
