/*
 * context_internal - what the files of context share: its parts, and the steps between them.
 *
 * Threads:  `lock` guards what stands below it; the rest is set before the threads start. Events
 *           are posted with the lock released.
 */
#ifndef WEIR_STREAM_CONTEXT_INTERNAL_H
#define WEIR_STREAM_CONTEXT_INTERNAL_H

#include "base/thread.h"
#include "stream/batch.h"
#include "stream/batch_clock.h"
#include "stream/context.h"
#include "stream/dstream.h"
#include "stream/listener_bus.h"
#include "stream/output.h"

/* Batches that wait: the tick of one more waits with them. */
#define BATCHES_WAITING_MAX 1024u

/* How the context is asked to end; a later one overrides an earlier one. */
enum stop_wish { STOP_NOT, STOP_GRACEFUL, STOP_NOW };

/* A source at work. */
struct context_source {
    const struct node *node;
    struct source source; /* class NULL: none attached */
    struct block_maker *maker;
    bool is_started;
    struct source_status last; /* as it was told to the listeners */
};

struct context {
    char *name;
    struct context_options options;
    struct graph *graph;
    struct executor *executor;
    struct clock *clock;
    struct context_source *sources; /* by source index */
    struct output *outputs;         /* by output index */
    struct dstreams *streams;
    struct batch_clock *rhythm;
    struct listener_bus bus;
    struct thread batches_thread;
    struct thread stopper_thread;
    struct lock life; /* held during a start, so that a stop finds it done or not begun */

    struct lock lock;
    struct condition changed;
    uint32_t state; /* enum context_state */
    enum stop_wish wish;
    struct list waiting; /* of struct batch */
    uint32_t waiting_count;
    bool is_running;     /* a batch runs now */
    bool is_closing;     /* no more batches come: the batches thread ends with the last */
    bool are_ticks_over; /* the last tick has been */
    uint64_t allocated;  /* the number of the last batch that was made */
    weir_error error;    /* the first one not told yet */
    bool has_error;
    struct context_counters counters;
};

/* context_batches.c: the tick, and the thread that runs batches. */
bool context_tick(void *owner, uint64_t number, int64_t time_ms);
void context_run_batches(void *owner);

/* Keeps an error for context_await. */
void context_report(struct context *context, const weir_error *error);

/* context_sources.c */
CHECKED weir_status context_start_sources(struct context *context, weir_error *error);

/* Gives the sources the chance to fill batch `number`; true when all have ended. */
bool context_fill(struct context *context, uint64_t number);
void context_seal(struct context *context, struct batch *batch);

/* Tells the listeners what has happened to the sources since it was asked last. are_stopped: all of
 * them were stopped. On the batch clock's thread, and after its end. */
void context_watch_sources(struct context *context, bool are_stopped);
void context_stop_sources(struct context *context);
bool context_sources_are_empty(struct context *context);

/* Drops what came after the last batch, with a line in the log. */
void context_drop_rest(struct context *context);

/* context_stop.c */
void context_wish(struct context *context, enum stop_wish wish);
void context_run_stopper(void *owner);
enum stop_wish context_get_wish(struct context *context);

/* Moves the state; under the lock. */
void context_move(struct context *context, enum context_state state);

#endif
