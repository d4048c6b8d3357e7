/*
 * weir/listener.h - what happens to a running context, told as it happens.
 *
 *     static void completed(void *owner, const struct weir_batch_info *batch)
 *     {
 *         printf("%lld ms: %llu records\n", (long long)batch->time_ms,
 *                (unsigned long long)batch->records);
 *     }
 *     static const struct weir_listener listener = {.batch_completed = completed};
 *     weir_add_listener(context, &listener);
 *
 * Events are told in order, one at a time, on one thread of the context, and none after it has
 * stopped. What happens to a receiver is looked for at each batch. A listener that is slow delays
 * other listeners, and batches only when thousands of events wait for it. It may call everything
 * but weir_stop and weir_context_destroy of its own context: weir_stop_soon stops it.
 *
 * What an info points to lives until the callback returns.
 */
#ifndef WEIR_LISTENER_H
#define WEIR_LISTENER_H

#include <weir/weir.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A time or a delay that is not known yet. */
#define WEIR_UNKNOWN INT64_C(-1)

/* What a source has given to a batch. */
struct weir_input_info {
    uint32_t stream_id; /* 0, 1, 2 ... in the order in which the sources were made */
    const char *name;
    uint64_t records;
    uint64_t bytes;
    const char *description; /* what the source said last: "connected to ..."; NULL: nothing */
};

/* One output of a batch. */
struct weir_output_info {
    uint32_t id; /* 0, 1, 2 ... in the order in which the outputs were made */
    const char *name;
    const char *description; /* its type: "console", "files", "foreach" */
    int64_t started_ms;      /* or WEIR_UNKNOWN, as the next */
    int64_t ended_ms;
    const char *failure; /* NULL: it has not failed */
};

struct weir_batch_info {
    int64_t time_ms;      /* the batch's time: the end of its interval */
    int64_t submitted_ms; /* by the context's clock, as the next two */
    int64_t started_ms;   /* or WEIR_UNKNOWN, as all that follow */
    int64_t ended_ms;
    int64_t scheduling_delay_us;          /* submitted to started, measured by a stopwatch */
    int64_t processing_us;                /* started to ended */
    int64_t total_delay_us;               /* submitted to ended */
    uint64_t records;                     /* received, all sources together */
    const struct weir_input_info *inputs; /* of every source, in the order of their ids */
    uint32_t inputs_count;
    const struct weir_output_info *outputs; /* those due in this batch, in the order of their ids */
    uint32_t outputs_count;
    const char *failure; /* the first output's error; NULL: none has failed */
};

struct weir_receiver_info {
    uint32_t stream_id;
    const char *name;
    bool is_active;
    const char *location;   /* "thread" */
    const char *last_error; /* NULL: none so far */
    int64_t last_error_ms;  /* when an error last stopped it; WEIR_UNKNOWN: never */
};

/* Callbacks that are NULL are not called. */
struct weir_listener {
    void *owner; /* handed to each of them */
    void (*started)(void *owner, int64_t time_ms);
    void (*receiver_started)(void *owner, const struct weir_receiver_info *receiver);
    void (*receiver_error)(void *owner, const struct weir_receiver_info *receiver);
    void (*receiver_stopped)(void *owner, const struct weir_receiver_info *receiver);

    /* Of each batch in which an output is due, once each and in this order. */
    void (*batch_submitted)(void *owner, const struct weir_batch_info *batch);
    void (*batch_started)(void *owner, const struct weir_batch_info *batch);
    void (*batch_completed)(void *owner, const struct weir_batch_info *batch);

    /* Between batch_started and batch_completed. A failed output does not keep others from
     * running. */
    void (*output_started)(void *owner, int64_t batch_time_ms,
                           const struct weir_output_info *output);
    void (*output_completed)(void *owner, int64_t batch_time_ms,
                             const struct weir_output_info *output);
};

/* At any time, from any thread; listeners are told in the order in which they were added. The
 * struct is borrowed until it is removed or the context destroyed. WEIR_E_INVAL: it is there
 * already. */
WEIR_API weir_status weir_add_listener(struct weir_context *context,
                                       const struct weir_listener *listener);

/* Once it is back the listener does not run any more (unless it removed itself). WEIR_E_INVAL: it
 * is not there. */
WEIR_API weir_status weir_remove_listener(struct weir_context *context,
                                          const struct weir_listener *listener);

/* Logs, every `batches` batches (0: 10), how total delay and processing time are spread over the
 * last so many: minimum, 25th, median, 75th percentile, maximum. */
WEIR_API weir_status weir_add_stats_listener(struct weir_context *context, uint32_t batches);

#ifdef __cplusplus
}
#endif
#endif
