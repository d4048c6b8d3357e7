/*
 * weir/weir.h - programs: contexts, streams, outputs.
 *
 *     struct weir_context *context = weir_context_create(&(struct weir_options){
 *         .name = "word-count", .batch_ms = 1000});
 *     struct weir_stream *lines = weir_source(context, "lines", "socket",
 *                                             "{\"host\": \"localhost\", \"port\": 9999}");
 *     struct weir_stream *words = weir_flat_map(lines, WEIR_SPLIT, weir_null());
 *     struct weir_stream *ones = weir_map_to_pair(words, WEIR_WITH_ONE, weir_null());
 *     struct weir_stream *counts =
 *         weir_reduce_by_key_and_window(ones, WEIR_SUM, weir_null(), "30s", "10s");
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
 * Threads: a context is built by one thread. weir_stop, weir_await_termination and the reading
 * calls may come from any thread afterwards; weir_stop and weir_context_destroy not from a function
 * that the context runs. RDDs of weir_text_file are one thread's at a time. Several contexts may
 * run in one process.
 *
 * Statuses and errors are those of weir/plugin.h.
 */
#ifndef WEIR_WEIR_H
#define WEIR_WEIR_H

#include <weir/action.h>
#include <weir/function.h>
#include <weir/plugin.h>
#include <weir/rdd.h>
#include <weir/shared.h>
#include <weir/value.h>

#ifdef __cplusplus
extern "C" {
#endif

struct weir_context;
struct weir_stream;
struct weir_queue;

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
    uint32_t concurrent_jobs;   /* outputs that run side by side; more than the default of 1 loses
                                   the order of outputs and of batches */
    int64_t stop_timeout_ms;    /* a graceful stop hurries then; default ten batch intervals */
    bool is_manual_clock;       /* time moves by weir/test.h only */
    bool is_per_block;          /* one partition per block, as Spark has it */
    bool stop_at_end;           /* the job ends by itself when every source has ended */
    size_t memory_limit_bytes;  /* what rows may take while they are worked on and kept; above it
                                   they go to disk, and results stay the same. Default: no limit.
                                   Not counted are rows that wait for their batch. */
    const char *spill_dir;      /* the folder for them, which must exist: files without names, gone
                                   with the process. Default $TMPDIR, or /tmp */
};

/* NULL only when there is no memory. Wrong options are told by weir_start. */
WEIR_API struct weir_context *weir_context_create(const struct weir_options *options);

/* Starts the job. WEIR_E_CONFIG: the program is wrong; weir_context_error has all that is, a line
 * each, and it is logged. WEIR_E_INVAL: the context was stopped before. Of one that runs nothing
 * but a warning comes. */
WEIR_API weir_status weir_start(struct weir_context *context);

/* Graceful: what was received is processed first. Returns when nothing runs any more. A second stop
 * does nothing; before the start it only makes a start impossible. RDDs outside of batches
 * (weir_text_file) can be made and used until the context is destroyed. WEIR_E_INVAL: from a
 * listener, or a function that the context runs. */
WEIR_API weir_status weir_stop(struct weir_context *context, bool graceful);

/* The same without waiting for it, from any thread: a listener or a function may stop its own
 * context so. weir_await_termination tells when it has. */
WEIR_API weir_status weir_stop_soon(struct weir_context *context, bool graceful);

enum weir_context_state { WEIR_INITIALIZED, WEIR_ACTIVE, WEIR_STOPPED };

/* ACTIVE: started, and not stopped yet; a stop that is under way ends it. */
WEIR_API enum weir_context_state weir_context_state(struct weir_context *context);

/* The context of this process that is ACTIVE, the one started last when there are several; NULL:
 * none. It stays the caller's business who destroys it. */
WEIR_API struct weir_context *weir_get_active(void);

/* The same, or else what `create` returns. */
WEIR_API struct weir_context *weir_get_active_or_create(struct weir_context *(*create)(void *owner),
                                                        void *owner);

/* Every stream keeps its RDDs for so long at least ("5m"). Once, before the start. */
WEIR_API weir_status weir_remember(struct weir_context *context, const char *duration);

/* Sets a batch interval that was not given when the context was made. Once, before any stream is
 * built. */
WEIR_API weir_status weir_set_batch_ms(struct weir_context *context, int64_t batch_ms);

/* Waits until the context stops, or an output fails: that error is returned, once
 * (weir_context_error has its story), and the context goes on until it is stopped. */
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

/* The number of a source: 0, 1, 2 ... in the order they were made in; -1 for other streams. */
WEIR_API int weir_source_id(struct weir_stream *stream);

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

/* The rows of all streams, the first one's first. */
WEIR_API struct weir_stream *weir_union(struct weir_stream *const *streams, uint32_t count);

/* A function from RDD to RDD, called once per batch. */
WEIR_API struct weir_stream *weir_transform(struct weir_stream *stream,
                                            struct weir_function function,
                                            struct weir_value argument);

/* A function over the RDDs of two streams, called once per batch with both; their slide durations
 * are the same. Streams of plain rows and of pairs may be mixed. */
WEIR_API struct weir_stream *weir_transform_with(struct weir_stream *stream,
                                                 struct weir_stream *other,
                                                 struct weir_function function,
                                                 struct weir_value argument);

/* The same over any number of streams. */
WEIR_API struct weir_stream *weir_transform_all(struct weir_stream *const *streams, uint32_t count,
                                                struct weir_function function,
                                                struct weir_value argument);

/* The function emits any number of pairs (weir_emit_pair) for each row. */
WEIR_API struct weir_stream *weir_flat_map_to_pair(struct weir_stream *stream,
                                                   struct weir_function function,
                                                   struct weir_value argument);

/* Pairs of what the function emits for a row, exactly one value, and the row itself. */
WEIR_API struct weir_stream *weir_key_by(struct weir_stream *stream, struct weir_function function,
                                         struct weir_value argument);

/* A function from a partition's rows to any number of rows (weir_emit), or of pairs
 * (weir_emit_pair); called for partitions without rows too. */
WEIR_API struct weir_stream *weir_map_partitions(struct weir_stream *stream,
                                                 struct weir_function function,
                                                 struct weir_value argument);
WEIR_API struct weir_stream *weir_map_partitions_to_pair(struct weir_stream *stream,
                                                         struct weir_function function,
                                                         struct weir_value argument);

/* One row for each partition: the list of its rows, an empty one for a partition without rows. */
WEIR_API struct weir_stream *weir_glom(struct weir_stream *stream);

/* The same rows, spread evenly over exactly so many partitions; their order is lost. */
WEIR_API struct weir_stream *weir_repartition(struct weir_stream *stream, uint32_t partitions);

/* One row for each batch: how many rows it has, 0 for an empty one. */
WEIR_API struct weir_stream *weir_count(struct weir_stream *stream);

/* One row for each batch: its rows combined by an associative and commutative function; none for an
 * empty batch. Pairs are tuples to the function. */
WEIR_API struct weir_stream *weir_reduce(struct weir_stream *stream, struct weir_function function,
                                         struct weir_value argument);

/* -------------------------------------------------------------------- streams of pairs */

/*
 * Operators that bring a key's rows together move them to the partition of the key: by its hash,
 * over as many partitions as the context's options say. weir_partitions and weir_partitioner change
 * that for the stream they are given.
 */

/* The function emits exactly one value for each value, or any number; the keys stay. */
WEIR_API struct weir_stream *weir_map_values(struct weir_stream *stream,
                                             struct weir_function function,
                                             struct weir_value argument);
WEIR_API struct weir_stream *weir_flat_map_values(struct weir_stream *stream,
                                                  struct weir_function function,
                                                  struct weir_value argument);

/* Pairs (key, list of its values). */
WEIR_API struct weir_stream *weir_group_by_key(struct weir_stream *stream);

/* Pairs (key, combiner): `create` makes a combiner of a key's first value in a partition, `merge`
 * takes a combiner and a further value, `combine` two combiners. All get the same argument. */
WEIR_API struct weir_stream *weir_combine_by_key(struct weir_stream *stream,
                                                 struct weir_function create,
                                                 struct weir_function merge,
                                                 struct weir_function combine,
                                                 struct weir_value argument);

/* As weir_combine_by_key; the first value is merged into `zero`. */
WEIR_API struct weir_stream *weir_aggregate_by_key(struct weir_stream *stream,
                                                   struct weir_value zero,
                                                   struct weir_function merge,
                                                   struct weir_function combine,
                                                   struct weir_value argument);

/* As weir_reduce_by_key, from `zero` on, once in each partition. */
WEIR_API struct weir_stream *weir_fold_by_key(struct weir_stream *stream, struct weir_value zero,
                                              struct weir_function function,
                                              struct weir_value argument);

/* Pairs (key, tuple of lists): for every key of any stream, its values in each. Of each batch
 * alone; so are the joins. The streams' slide durations are the same. */
WEIR_API struct weir_stream *weir_cogroup(struct weir_stream *const *streams, uint32_t count);

/* Pairs (key, (left, right)) for each left with each right value of a key. The outer ones have null
 * for the right, the left, or either value of a key that has none there. */
WEIR_API struct weir_stream *weir_join(struct weir_stream *left, struct weir_stream *right);
WEIR_API struct weir_stream *weir_left_outer_join(struct weir_stream *left,
                                                  struct weir_stream *right);
WEIR_API struct weir_stream *weir_right_outer_join(struct weir_stream *left,
                                                   struct weir_stream *right);
WEIR_API struct weir_stream *weir_full_outer_join(struct weir_stream *left,
                                                  struct weir_stream *right);

/* The same pairs, each in the partition of its key: by WEIR_BY_HASH, WEIR_BY_RANGE (keys in order,
 * ranges found for each batch), or a partitioner function of the program's own. */
WEIR_API struct weir_stream *weir_partition_by(struct weir_stream *stream, uint32_t partitions,
                                               struct weir_function partitioner,
                                               struct weir_value argument);

/* How many partitions the stream's operator moves its rows to. Returns the stream. */
WEIR_API struct weir_stream *weir_partitions(struct weir_stream *stream, uint32_t partitions);

/* Which of them a key goes to. Returns the stream. */
WEIR_API struct weir_stream *weir_partitioner(struct weir_stream *stream,
                                              struct weir_function function,
                                              struct weir_value argument);

/* ---------------------------------------------------------------------- windows and state */

/* All rows of the last `window`, every `slide` (NULL: the stream's interval). Durations as text:
 * "500ms", "30s", "5m"; multiples of the stream's interval. */
WEIR_API struct weir_stream *weir_window(struct weir_stream *stream, const char *window,
                                         const char *slide);

/* reduceByKey over a window: each batch is reduced once, and a slide costs as much as there are
 * keys, however long the window. The function is associative; older values stand on its left. */
WEIR_API struct weir_stream *weir_reduce_by_key_and_window(struct weir_stream *stream,
                                                           struct weir_function function,
                                                           struct weir_value argument,
                                                           const char *window, const char *slide);

/* The same for functions that can be undone: inverse(function(a, b), b) is a. A key stays for ever,
 * unless the filter (a test of key and value; a name of NULL: none) says false. A key that the
 * filter has taken out while values of it are still in the window fails the batch in which they
 * leave. */
WEIR_API struct weir_stream *weir_reduce_by_key_and_window_inverse(
    struct weir_stream *stream, struct weir_function function, struct weir_function inverse,
    struct weir_function filter, struct weir_value argument, const char *window, const char *slide);

/* All rows of a window as one; none when it has none. */
WEIR_API struct weir_stream *weir_reduce_by_window(struct weir_stream *stream,
                                                   struct weir_function function,
                                                   struct weir_value argument, const char *window,
                                                   const char *slide);

/* The same with an inverse. Once there was a row there is always one. */
WEIR_API struct weir_stream *weir_reduce_by_window_inverse(struct weir_stream *stream,
                                                           struct weir_function function,
                                                           struct weir_function inverse,
                                                           struct weir_value argument,
                                                           const char *window, const char *slide);

/* The number of rows in a window: nothing until the first row ever, then always one number. */
WEIR_API struct weir_stream *weir_count_by_window(struct weir_stream *stream, const char *window,
                                                  const char *slide);

/* Pairs (value, how often it is in the window). */
WEIR_API struct weir_stream *weir_count_by_value_and_window(struct weir_stream *stream,
                                                            const char *window, const char *slide);

/* Pairs (key, list of its values in the window, oldest first). */
WEIR_API struct weir_stream *weir_group_by_key_and_window(struct weir_stream *stream,
                                                          const char *window, const char *slide);

/* A zero or NULL member asks for the default. The rows are copied. */
struct weir_state_options {
    const struct weir_value *initial_keys; /* states to begin with */
    const struct weir_value *initial_values;
    uint32_t initial_count;
    uint32_t partitions;
    const char *timeout; /* weir_map_with_state: "10m" without a row, and a key goes */
};

/* A state for each key, made by a weir_update_function from the state before and the batch's
 * values, in each batch for each key that has either. Gives all keys and states. options: NULL for
 * none. */
WEIR_API struct weir_stream *weir_update_state_by_key(struct weir_stream *stream,
                                                      struct weir_function function,
                                                      struct weir_value argument,
                                                      const struct weir_state_options *options);

/* Calls a weir_state_function for each row, and gives what it emits (weir_emit). A key whose last
 * row is older than the timeout is shown to the function once more, without a value, and goes: that
 * is looked for every ten batches. */
WEIR_API struct weir_stream *weir_map_with_state(struct weir_stream *stream,
                                                 struct weir_function function,
                                                 struct weir_value argument,
                                                 const struct weir_state_options *options);

/* All keys and states of a weir_map_with_state after each batch. */
WEIR_API struct weir_stream *weir_state_snapshots(struct weir_stream *stream);

/* The state that a weir_state_function is shown. Getting one that is not set, and updating or
 * removing one that was removed or is timing out, fails the batch. One that is not set may be
 * removed. */
WEIR_API bool weir_state_exists(const struct weir_state *state);
WEIR_API struct weir_value weir_state_get(const struct weir_state *state);
WEIR_API void weir_state_update(struct weir_state *state, struct weir_value value);
WEIR_API void weir_state_remove(struct weir_state *state);
WEIR_API bool weir_state_is_timing_out(const struct weir_state *state);

/* ------------------------------------------------------------------------- keeping streams */

/* Keeps each batch's rows once they are computed, at a storage level by its name: MEMORY_ONLY,
 * MEMORY_ONLY_SER, MEMORY_AND_DISK, MEMORY_AND_DISK_SER, DISK_ONLY, OFF_HEAP. Of a window it is the
 * rows it is over that are kept. Before the start only. Returns the stream. */
WEIR_API struct weir_stream *weir_persist(struct weir_stream *stream, const char *level);

/* weir_persist with MEMORY_ONLY_SER. */
WEIR_API struct weir_stream *weir_cache(struct weir_stream *stream);

/* The level's name: "NONE" unless it was set; the input of a window has MEMORY_ONLY_SER. */
WEIR_API const char *weir_storage_level(struct weir_stream *stream);

/* Keeps the rows of every batch of this interval ("10s"), a multiple of the stream's own, in place
 * of what they were made of. Keeps the stream as weir_cache does, unless it is kept already. Before
 * the start only. Returns the stream. */
WEIR_API struct weir_stream *weir_checkpoint(struct weir_stream *stream, const char *interval);

/* For how long the stream keeps its RDDs: what weir_remember says at least, and what windows over
 * it reach back. 0 before the start. */
WEIR_API int64_t weir_remembered_ms(struct weir_stream *stream);

/* A stream's RDDs of some batches. */
struct weir_rdds;

/* Those of the batches from from_ms to to_ms, both included, floored to the stream's interval; of
 * each batch that is remembered, or whose input still is. NULL when one is gone, or the context was
 * not started: weir_context_error tells. The RDDs, and what is derived from them, live until
 * weir_rdds_free; use them in one thread. */
WEIR_API struct weir_rdds *weir_stream_slice(struct weir_stream *stream, int64_t from_ms,
                                             int64_t to_ms);
WEIR_API uint32_t weir_rdds_count(const struct weir_rdds *rdds);
WEIR_API struct weir_rdd *weir_rdds_at(const struct weir_rdds *rdds, uint32_t place);
WEIR_API void weir_rdds_free(struct weir_rdds *rdds);

/* -------------------------------------------------------------------------------- outputs */

/* Prints the first `rows` rows of each batch on stdout, as Spark prints them. */
WEIR_API void weir_print(struct weir_stream *stream, uint32_t rows);

/* A folder "prefix-TIME[.suffix]" per batch, with a file per partition; suffix NULL: none. */
WEIR_API void weir_save_as_text_files(struct weir_stream *stream, const char *prefix,
                                      const char *suffix);

/* The same with files of MessagePack values, which weir_object_file reads back. */
WEIR_API void weir_save_as_object_files(struct weir_stream *stream, const char *prefix,
                                        const char *suffix);

/* Calls the function once per batch that has an RDD, empty ones included. */
WEIR_API void weir_foreach_rdd(struct weir_stream *stream, struct weir_function function,
                               struct weir_value argument);

/* Any sink by its type ("console", "files") and options as JSON text. */
WEIR_API void weir_output(struct weir_stream *stream, const char *name, const char *type,
                          const char *with);

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
