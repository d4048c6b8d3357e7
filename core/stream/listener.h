/*
 * listener - tells who wants to know what happens to batches, receivers and outputs.
 *
 * Events are delivered in order, one at a time, on the context's listener thread, and none after
 * the context has stopped. What happens to a receiver is looked for at each tick.
 */
#ifndef WEIR_STREAM_LISTENER_H
#define WEIR_STREAM_LISTENER_H

#include <stdbool.h>
#include <stdint.h>

/* What one source has given to a batch. */
struct batch_input_info {
    uint32_t source; /* its number: 0, 1, 2 ... in the order made */
    const char *name;
    uint64_t records;
    uint64_t bytes;
    const char *description; /* the last thing said of the source; NULL: nothing */
};

/* One output of a batch. */
struct batch_output_info {
    uint32_t output; /* its number: 0, 1, 2 ... in the order made */
    const char *name;
    const char *description; /* its type: "console", "foreach" */
    int64_t started_ms;      /* -1: not yet */
    int64_t ended_ms;        /* -1: not yet */
    const char *failure;     /* NULL: none so far */
};

struct batch_info {
    uint64_t number;
    int64_t time_ms;      /* the batch's time: the end of its interval */
    uint64_t records;     /* received, all sources together */
    uint64_t records_out; /* written by sinks */
    int64_t submitted_ms;
    int64_t started_ms;          /* -1: not yet */
    int64_t ended_ms;            /* -1: not yet */
    int64_t scheduling_delay_us; /* submitted to started; -1: not known yet */
    int64_t processing_us;       /* started to ended; -1 */
    bool is_failed;
    const char *failure;                   /* the first output's error; NULL when none failed */
    const struct batch_input_info *inputs; /* of every source, in their order */
    uint32_t inputs_count;
    const struct batch_output_info *outputs; /* of those that are due, in their order */
    uint32_t outputs_count;
};

enum event_kind {
    EVENT_STARTED, /* the context */
    EVENT_BATCH_SUBMITTED,
    EVENT_BATCH_STARTED,
    EVENT_BATCH_COMPLETED,
    EVENT_OUTPUT_STARTED,
    EVENT_OUTPUT_COMPLETED,
    EVENT_RECEIVER_STARTED,
    EVENT_RECEIVER_ERROR,
    EVENT_RECEIVER_STOPPED
};

struct receiver_info {
    uint32_t source;
    bool is_active;
    const char *last_error; /* NULL: none so far */
    int64_t last_error_ms;  /* -1: it has never been stopped by an error */
};

struct event {
    enum event_kind kind;
    int64_t time_ms;               /* when it happened, by the context's clock */
    struct batch_info batch;       /* of batch and output events */
    uint32_t output;               /* of output events: its place in batch.outputs */
    struct receiver_info receiver; /* of receiver events */
    const char *name;              /* of the output or the source; else NULL */
    const char *message;           /* an error's story; else NULL */
};

/* What the event points to lives until the call returns. */
typedef void (*listener_function)(void *owner, const struct event *event);

#endif
