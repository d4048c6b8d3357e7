/*
 * weir/weir.h - programs: contexts, streams, outputs.
 *
 *     struct weir_context *context = weir_context_create(&(struct weir_options){
 *         .name = "word-count", .batch_ms = 1000});
 *     struct weir_stream *lines = weir_source(context, "lines", "socket",
 *                                             "{\"host\": \"localhost\", \"port\": 9999}");
 *     struct weir_stream *words = weir_flat_map(lines, WEIR_SPLIT, weir_null());
 *     struct weir_stream *counts = weir_reduce_by_key_and_window(
 *         weir_map_to_pair(words, WEIR_WITH_ONE, weir_null()), WEIR_SUM, weir_null(), "30s", "10s");
 *     weir_print(counts, 10);
 *     weir_start(context);
 *     weir_await_termination(context);
 *     weir_context_destroy(context);
 *
 * Building calls do not return errors one by one: the context collects what is wrong, and
 * weir_start reports all of it, each with the stream it belongs to. They never return NULL: after a
 * failure they return a stream that can be built upon, and the start is refused. Streams belong to
 * their context.
 *
 * Threads: a context is built by one thread. weir_stop, weir_await_termination and the reading calls
 * may come from any thread afterwards; weir_stop and weir_context_destroy not from a function that
 * the context runs. Several contexts may run in one process.
 *
 * Statuses and errors are those of weir/plugin.h.
 */
#ifndef WEIR_WEIR_H
#define WEIR_WEIR_H

#include <weir/function.h>
#include <weir/plugin.h>
#include <weir/value.h>

#ifdef __cplusplus
extern "C" {
#endif

#define WEIR_API __attribute__((visibility("default")))

struct weir_context;
struct weir_stream;
struct weir_queue;
struct weir_rdd;

/* ------------------------------------------------------------------------------- contexts */

/* A zero or NULL member asks for the default. */
struct weir_options {
    const char *name;           /* for log lines; default "weir" */
    int64_t batch_ms;           /* the batch interval; default 1000 */
    uint32_t workers;           /* worker threads; default one per core */
    uint32_t partitions;        /* of a shuffle; default as many as workers */
    uint32_t chunk_rows;        /* rows that operators handle at once; default 1024 */
    const char *checkpoint_dir; /* kept for recovery; no effect so far */
    const char *plugin_path;    /* folders to look for receivers in first, with ':' between */
    int64_t manual_clock_ms;    /* with is_manual_clock: the time to start at */
    bool is_manual_clock;       /* time moves by weir/test.h only */
    bool is_per_block;          /* one partition per block, as Spark has it */
    bool stop_at_end;           /* the job ends by itself when every source has ended */
};

/* NULL only when there is no memory. Wrong options are told by weir_start. */
WEIR_API struct weir_context *weir_context_create(const struct weir_options *options);

/* Starts the job. WEIR_E_CONFIG: the program is wrong; weir_context_error has all that is, a line
 * each, and it is logged. WEIR_E_INVAL: the context was started or stopped before. */
WEIR_API weir_status weir_start(struct weir_context *context);

/* Graceful: what was received is processed first. Returns when nothing runs any more. */
WEIR_API weir_status weir_stop(struct weir_context *context, bool graceful);

/* Waits until the context stops, or an output fails: that error is returned (weir_context_error
 * has its story) and the context goes on until it is stopped. */
WEIR_API weir_status weir_await_termination(struct weir_context *context);

/* The same for at most timeout_ms; WEIR_AGAIN when neither has come. */
WEIR_API weir_status weir_await_termination_or_timeout(struct weir_context *context,
                                                       int64_t timeout_ms);

/* What the last failed call on this context had to say; "" when none failed. Valid until the next
 * call from this thread. */
WEIR_API const char *weir_context_error(struct weir_context *context);

/* Stops it at once if it runs, and frees it with its streams and queues. NULL is fine. */
WEIR_API void weir_context_destroy(struct weir_context *context);

/* -------------------------------------------------------------------------------- sources */

/* A receiver's stream: `type` names the plugin, `with` its options as JSON text (NULL: none).
 * Plain rows, text. */
WEIR_API struct weir_stream *weir_source(struct weir_context *context, const char *name,
                                         const char *type, const char *with);

/* Lines of the files that appear in a folder, by Spark's rules for modification times. */
WEIR_API struct weir_stream *weir_text_file_stream(struct weir_context *context,
                                                   const char *folder);

/* A stream of batches that the program pushes; one pushed batch per interval, or all that wait. */
WEIR_API struct weir_queue *weir_queue_create(struct weir_context *context, const char *name,
                                              bool one_at_a_time);
WEIR_API struct weir_stream *weir_queue_stream(struct weir_queue *queue);

/* Any thread, before and after the start. The rows are copied. weir_queue_push_pairs makes a pair
 * stream; one queue takes one sort only. */
WEIR_API weir_status weir_queue_push(struct weir_queue *queue, const struct weir_value *values,
                                     uint32_t count);
WEIR_API weir_status weir_queue_push_pairs(struct weir_queue *queue, const struct weir_value *keys,
                                           const struct weir_value *values, uint32_t count);

/* No more will be pushed. */
WEIR_API void weir_queue_end(struct weir_queue *queue);

/* ----------------------------------------------------------------------- transformations */

/* Names a stream, for messages, graphs and (later) state. Returns the stream. */
WEIR_API struct weir_stream *weir_name(struct weir_stream *stream, const char *name);

/* The function emits exactly one row for each row. */
WEIR_API struct weir_stream *weir_map(struct weir_stream *stream, struct weir_function function,
                                      struct weir_value argument);

/* The function emits any number of rows for each row. */
WEIR_API struct weir_stream *weir_flat_map(struct weir_stream *stream,
                                           struct weir_function function,
                                           struct weir_value argument);

/* Keeps the rows for which the function says true. */
WEIR_API struct weir_stream *weir_filter(struct weir_stream *stream, struct weir_function function,
                                         struct weir_value argument);

/* The function emits exactly one pair (weir_emit_pair) for each row. */
WEIR_API struct weir_stream *weir_map_to_pair(struct weir_stream *stream,
                                              struct weir_function function,
                                              struct weir_value argument);

/* One row per key: its values combined by an associative and commutative function. */
WEIR_API struct weir_stream *weir_reduce_by_key(struct weir_stream *stream,
                                                struct weir_function function,
                                                struct weir_value argument);

/* Pairs (value, how often it is there); none for an empty batch. */
WEIR_API struct weir_stream *weir_count_by_value(struct weir_stream *stream);

/* All rows of the last `window`, every `slide` (NULL: the stream's interval). Durations as text:
 * "500ms", "30s", "5m"; multiples of the stream's interval. */
WEIR_API struct weir_stream *weir_window(struct weir_stream *stream, const char *window,
                                         const char *slide);

/* reduceByKey over a window: batches are reduced once, and combined window by window. */
WEIR_API struct weir_stream *weir_reduce_by_key_and_window(struct weir_stream *stream,
                                                           struct weir_function function,
                                                           struct weir_value argument,
                                                           const char *window, const char *slide);

/* The rows of all streams, the first one's first. */
WEIR_API struct weir_stream *weir_union(struct weir_stream *const *streams, uint32_t count);

/* A function from RDD to RDD, called once per batch. */
WEIR_API struct weir_stream *weir_transform(struct weir_stream *stream,
                                            struct weir_function function,
                                            struct weir_value argument);

/* -------------------------------------------------------------------------------- outputs */

/* Prints the first `rows` rows of each batch on stdout, as Spark prints them. */
WEIR_API void weir_print(struct weir_stream *stream, uint32_t rows);

/* A folder "prefix-TIME[.suffix]" per batch, with a file per partition; suffix NULL: none. */
WEIR_API void weir_save_as_text_files(struct weir_stream *stream, const char *prefix,
                                      const char *suffix);

/* Calls the function once per batch that has an RDD, empty ones included. */
WEIR_API void weir_foreach_rdd(struct weir_stream *stream, struct weir_function function,
                               struct weir_value argument);

/* Any sink by its type ("console", "files") and options as JSON text. */
WEIR_API void weir_output(struct weir_stream *stream, const char *name, const char *type,
                          const char *with);

/* ----------------------------------------------------------------------------------- RDDs */

/*
 * What a transform or foreach function does with the RDD it is given. An RDD that it derives lives
 * until the function returns (the one that a transform returns lives on by itself). Deriving calls
 * return NULL after a failure, take NULL for an RDD, and return NULL then: the failure is
 * reported once, as the function's.
 */
WEIR_API struct weir_rdd *weir_rdd_map(struct weir_rdd *rdd, struct weir_function function,
                                       struct weir_value argument);
WEIR_API struct weir_rdd *weir_rdd_flat_map(struct weir_rdd *rdd, struct weir_function function,
                                            struct weir_value argument);
WEIR_API struct weir_rdd *weir_rdd_filter(struct weir_rdd *rdd, struct weir_function function,
                                          struct weir_value argument);
WEIR_API struct weir_rdd *weir_rdd_map_to_pair(struct weir_rdd *rdd, struct weir_function function,
                                               struct weir_value argument);
WEIR_API struct weir_rdd *weir_rdd_reduce_by_key(struct weir_rdd *rdd,
                                                 struct weir_function function,
                                                 struct weir_value argument);
WEIR_API struct weir_rdd *weir_rdd_union(struct weir_rdd *left, struct weir_rdd *right);

/* The `count` greatest rows, greatest first: pairs by value (equal ones by key, smaller first). */
WEIR_API struct weir_rdd *weir_rdd_top(struct weir_rdd *rdd, uint32_t count);

/* Rows of an RDD, in order of partitions. values and keys (NULL for plain rows) belong to the
 * result; weir_rows_free frees all. */
struct weir_rows {
    const struct weir_value *keys;
    const struct weir_value *values;
    uint64_t count;
    void *memory;
};

WEIR_API weir_status weir_rdd_collect(struct weir_rdd *rdd, struct weir_rows *out);
WEIR_API weir_status weir_rdd_take(struct weir_rdd *rdd, uint32_t rows_max, struct weir_rows *out);
WEIR_API weir_status weir_rdd_count(struct weir_rdd *rdd, uint64_t *out);
WEIR_API void weir_rows_free(struct weir_rows *rows);

/* Lines of a file, a folder's files or a glob, as a batch program reads them. The RDD lives until
 * the context is destroyed; derived ones too. */
WEIR_API struct weir_rdd *weir_text_file(struct weir_context *context, const char *path);

/* A folder of part-NNNNN files and _SUCCESS; an existing folder is refused. */
WEIR_API weir_status weir_rdd_save_as_text_file(struct weir_rdd *rdd, const char *path);

/* --------------------------------------------------------------------------------- values */

/* A value as Spark prints it, "(be,2)"; freed with free(). NULL: no memory. */
WEIR_API char *weir_value_text(struct weir_value value);

/* A total order of values, with 2 = 2.0 and NaN last of numbers. */
WEIR_API int weir_value_compare(const struct weir_value *left, const struct weir_value *right);

/* "0.1.0" */
WEIR_API const char *weir_version(void);

#ifdef __cplusplus
}
#endif
#endif
