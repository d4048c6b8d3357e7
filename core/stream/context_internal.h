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
    bool is_active;
    bool has_erred;
    char last_error[sizeof(((struct source_status *)NULL)->note)];
    int64_t last_error_ms; /* -1: none has ended it */
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
    struct thread *runners; /* of jobs, when several run at once; else the batches thread does it */
    uint32_t runners_count;
    struct lock life; /* held during a start, so that a stop finds it done or not begun */

    struct lock lock;
    struct condition changed;
    uint32_t state;   /* enum context_state */
    bool is_hurrying; /* somebody cancels what runs */
    bool is_starting;
    enum stop_wish early_wish; /* made while it is starting */
    enum stop_wish wish;
    struct list waiting; /* of struct batch */
    uint32_t waiting_count;
    uint32_t running_count; /* batches that run now */
    bool is_closing;        /* no more batches come: the batches thread ends with the last */
    bool are_ticks_over;    /* the last tick has been */
    uint64_t allocated;     /* the number of the last batch that was made */
    weir_error error;       /* the first one not told yet */
    bool has_error;
    struct context_counters counters;

    struct lock streams_lock; /* of the streams: taken before the others */
    bool is_making;           /* the thread "batches" has that lock, and knows it by this */

    struct lock jobs_lock; /* of all below, and of what batches that run tell of their outputs */
    struct condition jobs_changed;
    struct list jobs; /* of struct batch_output, that wait for a runner */
    bool are_jobs_over;
};

/* context_batches.c: the tick, and the thread that runs batches. */
bool context_tick(void *owner, uint64_t number, int64_t time_ms);
void context_run_batches(void *owner);

/* A batch whose jobs are done; it is gone then. */
void context_end_batch(struct context *context, struct batch *batch);

/* context_jobs.c: what a batch's outputs are given, to them. */
uint32_t context_jobs_at_once(const struct context *context);
CHECKED weir_status context_start_runners(struct context *context, weir_error *error);
void context_run_jobs(struct context *context, struct batch *batch);
void context_fail_batch(struct context *context, struct batch *batch, weir_error *error);

/* After the last batch. */
void context_join_runners(struct context *context);

/* True in the threads that run batches and jobs. */
bool context_is_runner(const struct context *context);

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
