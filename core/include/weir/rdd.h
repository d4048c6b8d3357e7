/*
 * weir/rdd.h - RDDs: a batch's data, or that of a batch program, cut into partitions.
 *
 *     struct weir_rdd *lines = weir_text_file(context, "texts");
 *     struct weir_rdd *words = weir_rdd_flat_map(lines, WEIR_SPLIT, weir_null());
 *     struct weir_rdd *ones = weir_rdd_map_to_pair(words, WEIR_WITH_ONE, weir_null());
 *     struct weir_rdd *counts = weir_rdd_reduce_by_key(ones, WEIR_SUM, weir_null(), 0);
 *     weir_rdd_save_as_text_file(counts, "counts");
 *
 * An RDD is lazy: creating and deriving calls say what it is made of, and nothing runs until an
 * action (weir/action.h) asks for rows. It is computed anew each time, unless it is kept
 * (weir_rdd_persist); a partition that was lost is computed again from what it is made of.
 *
 * The rows of an RDD are plain values or pairs. As a whole, for distinct, zip and the like, a pair
 * is the tuple (key, value).
 *
 * Life:     those of a batch, inside a transform or foreach function, and what is derived from them
 *           there, live until the function returns (the one that a transform returns lives on by
 *           itself). Those created on a context, and what is derived from them, live until
 *           weir_rdd_drop or the end of the context, also before it is started and after it has
 *           been stopped. Dropping one leaves those derived from it intact.
 * Errors:   creating and deriving calls return NULL after a failure, take NULL for an RDD and
 *           return NULL then, so that the failure is reported once: as the function's, inside a
 *           batch; by weir_context_error, outside. Values are copied.
 * Threads:  RDDs of a context are one thread's at a time, those of a batch their function's.
 *
 * `partitions` of a call that moves rows by key is how many partitions the result has. 0 asks for
 * the default: the largest partitioner that one of the inputs has already, if it has as many
 * partitions as the default number or more than a tenth of the largest input's; else a hash
 * partitioner with the default number, which is the `partitions` of weir_options or, if those are
 * 0, as many as the largest input has. 65536 is the most.
 */
#ifndef WEIR_RDD_H
#define WEIR_RDD_H

#include <weir/function.h>
#include <weir/plugin.h>
#include <weir/value.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifndef WEIR_API
#define WEIR_API __attribute__((visibility("default")))
#endif

struct weir_context;
struct weir_rdd;

/* ------------------------------------------------------------------------------- creation */

/* Values, or pairs of keys and values, as an RDD: partition i of n has those from i * count / n on.
 * partitions 0: one per worker; a negative number is refused. */
WEIR_API struct weir_rdd *weir_rdd_values(struct weir_context *context,
                                          const struct weir_value *values, uint32_t count,
                                          int32_t partitions);
WEIR_API struct weir_rdd *weir_rdd_pairs(struct weir_context *context,
                                         const struct weir_value *keys,
                                         const struct weir_value *values, uint32_t count,
                                         int32_t partitions);

/* start, start + step ... as long as it is before end. A step of 0 is refused. */
WEIR_API struct weir_rdd *weir_rdd_range(struct weir_context *context, int64_t start, int64_t end,
                                         int64_t step, int32_t partitions);

/* Without rows and without partitions: passes for one of pairs and for one of plain rows. */
WEIR_API struct weir_rdd *weir_rdd_empty(struct weir_context *context);

/* Lines of a file, of a folder's files (but for names that start with "." or "_"), or of what a
 * glob finds of these; without their ends. Large files are cut into several partitions. */
WEIR_API struct weir_rdd *weir_text_file(struct weir_context *context, const char *path);

/* Pairs (path, the file's text), a partition for each file. */
WEIR_API struct weir_rdd *weir_whole_text_files(struct weir_context *context, const char *path);

/* Records of so many bytes. A file that ends inside a record fails the action that reads it. */
WEIR_API struct weir_rdd *weir_binary_records(struct weir_context *context, const char *path,
                                              uint32_t record_bytes);

/* What weir_rdd_save_as_object_file wrote; is_pairs: of an RDD of pairs. */
WEIR_API struct weir_rdd *weir_object_file(struct weir_context *context, const char *path,
                                           bool is_pairs);

/* What was written to weir_rdd_checkpoint_file's folder, also by an earlier run. */
WEIR_API struct weir_rdd *weir_checkpoint_file(struct weir_context *context, const char *path);

/* Lets go of the handle. NULL is fine. Not for the RDD that a transform or foreach function was
 * given, nor for what it returns. */
WEIR_API void weir_rdd_drop(struct weir_rdd *rdd);

/* ----------------------------------------------------------------------- rows, one by one */

/* The function emits exactly one row for each row. */
WEIR_API struct weir_rdd *weir_rdd_map(struct weir_rdd *rdd, struct weir_function function,
                                       struct weir_value argument);

/* Any number of rows for each row. */
WEIR_API struct weir_rdd *weir_rdd_flat_map(struct weir_rdd *rdd, struct weir_function function,
                                            struct weir_value argument);

/* Exactly one pair (weir_emit_pair), or any number of pairs, for each row. */
WEIR_API struct weir_rdd *weir_rdd_map_to_pair(struct weir_rdd *rdd, struct weir_function function,
                                               struct weir_value argument);
WEIR_API struct weir_rdd *weir_rdd_flat_map_to_pair(struct weir_rdd *rdd,
                                                    struct weir_function function,
                                                    struct weir_value argument);

/* Keeps the rows for which the function says true, and where they are. */
WEIR_API struct weir_rdd *weir_rdd_filter(struct weir_rdd *rdd, struct weir_function function,
                                          struct weir_value argument);

/* Pairs of what the function emits for a row, exactly one value, and the row. */
WEIR_API struct weir_rdd *weir_rdd_key_by(struct weir_rdd *rdd, struct weir_function function,
                                          struct weir_value argument);

/* ---------------------------------------------------------------------- whole partitions */

/* A partition function: from the rows of a partition to any number of plain rows. It knows the
 * partition's number. */
WEIR_API struct weir_rdd *weir_rdd_map_partitions(struct weir_rdd *rdd,
                                                  struct weir_function function,
                                                  struct weir_value argument);

/* To any number of pairs. keeps_partitioner: the function leaves the keys of pairs as they are. */
WEIR_API struct weir_rdd *weir_rdd_map_partitions_to_pair(struct weir_rdd *rdd,
                                                          struct weir_function function,
                                                          struct weir_value argument,
                                                          bool keeps_partitioner);

/* One row for each partition: the list of its rows. */
WEIR_API struct weir_rdd *weir_rdd_glom(struct weir_rdd *rdd);

/* The partitions of these numbers, in this order; the others are not computed. */
WEIR_API struct weir_rdd *weir_rdd_prune(struct weir_rdd *rdd, const uint32_t *partitions,
                                         uint32_t count);

/* Neighbouring partitions put together, so that there are so many; nothing moves. More than there
 * are leaves them as they are. 0 is refused. */
WEIR_API struct weir_rdd *weir_rdd_coalesce(struct weir_rdd *rdd, uint32_t partitions);

/* Rows spread evenly over exactly so many partitions; their order is lost. 0 is refused. */
WEIR_API struct weir_rdd *weir_rdd_repartition(struct weir_rdd *rdd, uint32_t partitions);

/* Rows through a command, one process for each partition: a line for each row on its input, a row
 * for each line of its output. arguments: the program, looked for in PATH, and what it is given, up
 * to a NULL. environment: "NAME=value" entries up to a NULL, added to the process's own; NULL:
 * none. What it writes to its standard error is logged; an exit status other than 0 fails the
 * action. */
WEIR_API struct weir_rdd *weir_rdd_pipe(struct weir_rdd *rdd, const char *const *arguments,
                                        const char *const *environment);

/* --------------------------------------------------------------------- rows put in order */

/* Rows in the order of what the function emits for each, exactly one value; equal ones keep their
 * order. partitions 0: as many as there are; there may be fewer than asked for. Runs a job that
 * looks at a sample. */
WEIR_API struct weir_rdd *weir_rdd_sort_by(struct weir_rdd *rdd, struct weir_function function,
                                           struct weir_value argument, bool is_descending,
                                           uint32_t partitions);

/* Pairs in the order of their keys. As weir_rdd_sort_by. */
WEIR_API struct weir_rdd *weir_rdd_sort_by_key(struct weir_rdd *rdd, bool is_descending,
                                               uint32_t partitions);

/* Pairs whose key is from lower to upper, both included. Of an RDD that was sorted by key, or
 * partitioned by range, only the partitions that may have such keys are computed. */
WEIR_API struct weir_rdd *weir_rdd_filter_by_range(struct weir_rdd *rdd, struct weir_value lower,
                                                   struct weir_value upper);

/* The `count` greatest rows, greatest first, in one partition: pairs by value (equal ones by key,
 * smaller first). */
WEIR_API struct weir_rdd *weir_rdd_top(struct weir_rdd *rdd, uint32_t count);

/* Pairs (row, index), counted through all partitions. Runs a job that counts if there is more than
 * one. */
WEIR_API struct weir_rdd *weir_rdd_zip_with_index(struct weir_rdd *rdd);

/* Pairs (row, id): row i of partition k of n has id i * n + k. */
WEIR_API struct weir_rdd *weir_rdd_zip_with_unique_id(struct weir_rdd *rdd);

/* -------------------------------------------------------------------------------- samples */

/* Each row with probability `fraction` (0 to 1); with replacement each as often as chance has it,
 * `fraction` times on average. The same rows for the same seed. */
WEIR_API struct weir_rdd *weir_rdd_sample(struct weir_rdd *rdd, bool with_replacement,
                                          double fraction, uint64_t seed);

/* Shares the rows out to `count` RDDs by weight: each row is in exactly one of out[]. On failure
 * all of out[] are NULL. */
WEIR_API weir_status weir_rdd_random_split(struct weir_rdd *rdd, const double *weights,
                                           uint32_t count, uint64_t seed, struct weir_rdd **out);

/* A fraction for each key of pairs: a map of keys to numbers. A key that is not in it fails the
 * action. */
WEIR_API struct weir_rdd *weir_rdd_sample_by_key(struct weir_rdd *rdd, bool with_replacement,
                                                 struct weir_value fractions, uint64_t seed);

/* ----------------------------------------------------------------------------- several RDDs */

/* The rows of both, or of all, duplicates kept: the first one's partitions, then the next one's. If
 * all have the same partitioner, partition by partition. */
WEIR_API struct weir_rdd *weir_rdd_union(struct weir_rdd *left, struct weir_rdd *right);
WEIR_API struct weir_rdd *weir_rdd_union_all(struct weir_rdd *const *rdds, uint32_t count);

/* Each row once; partitions 0: as many as there are. */
WEIR_API struct weir_rdd *weir_rdd_distinct(struct weir_rdd *rdd, uint32_t partitions);

/* The rows that both have, each once. */
WEIR_API struct weir_rdd *weir_rdd_intersection(struct weir_rdd *left, struct weir_rdd *right,
                                                uint32_t partitions);

/* The left rows that the right one has not, duplicates kept; partitions 0: as many as the left one
 * has. */
WEIR_API struct weir_rdd *weir_rdd_subtract(struct weir_rdd *left, struct weir_rdd *right,
                                            uint32_t partitions);

/* Pairs (left row, right row): all of them, in as many partitions as there are pairs of
 * partitions. */
WEIR_API struct weir_rdd *weir_rdd_cartesian(struct weir_rdd *left, struct weir_rdd *right);

/* Pairs (left row, right row), place by place. Different numbers of partitions are refused;
 * partitions of different sizes fail the action. */
WEIR_API struct weir_rdd *weir_rdd_zip(struct weir_rdd *left, struct weir_rdd *right);

/* A zip function over the partitions of the same number of 2 to 4 RDDs; to plain rows, or pairs. */
WEIR_API struct weir_rdd *weir_rdd_zip_partitions(struct weir_rdd *const *rdds, uint32_t count,
                                                  struct weir_function function,
                                                  struct weir_value argument, bool gives_pairs);

/* ---------------------------------------------------------------------------------- pairs */

/* The function sees the pair and emits its new value: exactly one, or any number. Keys stay. */
WEIR_API struct weir_rdd *weir_rdd_map_values(struct weir_rdd *rdd, struct weir_function function,
                                              struct weir_value argument);
WEIR_API struct weir_rdd *weir_rdd_flat_map_values(struct weir_rdd *rdd,
                                                   struct weir_function function,
                                                   struct weir_value argument);

/* The keys of pairs, or their values, as plain rows. */
WEIR_API struct weir_rdd *weir_rdd_keys(struct weir_rdd *rdd);
WEIR_API struct weir_rdd *weir_rdd_pair_values(struct weir_rdd *rdd);

/* One pair per key: its values combined by an associative and commutative function. */
WEIR_API struct weir_rdd *weir_rdd_reduce_by_key(struct weir_rdd *rdd,
                                                 struct weir_function function,
                                                 struct weir_value argument, uint32_t partitions);

/* From `zero` on, once per key and partition. */
WEIR_API struct weir_rdd *weir_rdd_fold_by_key(struct weir_rdd *rdd, struct weir_value zero,
                                               struct weir_function function,
                                               struct weir_value argument, uint32_t partitions);

/* From `zero` on, once per key and partition: `merge` takes what there is and a value, `combine`
 * two of what came of that. Both get the argument. */
WEIR_API struct weir_rdd *weir_rdd_aggregate_by_key(struct weir_rdd *rdd, struct weir_value zero,
                                                    struct weir_function merge,
                                                    struct weir_function combine,
                                                    struct weir_value argument,
                                                    uint32_t partitions);

/* The same, from what `create` makes of a key's first value. */
WEIR_API struct weir_rdd *weir_rdd_combine_by_key(struct weir_rdd *rdd, struct weir_function create,
                                                  struct weir_function merge,
                                                  struct weir_function combine,
                                                  struct weir_value argument, uint32_t partitions);

/* Pairs (key, list of its values). */
WEIR_API struct weir_rdd *weir_rdd_group_by_key(struct weir_rdd *rdd, uint32_t partitions);

/* Pairs (what the function emits for a row, list of such rows). */
WEIR_API struct weir_rdd *weir_rdd_group_by(struct weir_rdd *rdd, struct weir_function function,
                                            struct weir_value argument, uint32_t partitions);

/* Pairs (key, tuple of the lists of its values in each RDD), for the keys of any. */
WEIR_API struct weir_rdd *weir_rdd_cogroup(struct weir_rdd *const *rdds, uint32_t count,
                                           uint32_t partitions);

/* Pairs (key, (left, right)) for each left with each right value of a key. The outer ones have null
 * for the right, the left, or either value of a key that has none there. */
WEIR_API struct weir_rdd *weir_rdd_join(struct weir_rdd *left, struct weir_rdd *right,
                                        uint32_t partitions);
WEIR_API struct weir_rdd *weir_rdd_left_outer_join(struct weir_rdd *left, struct weir_rdd *right,
                                                   uint32_t partitions);
WEIR_API struct weir_rdd *weir_rdd_right_outer_join(struct weir_rdd *left, struct weir_rdd *right,
                                                    uint32_t partitions);
WEIR_API struct weir_rdd *weir_rdd_full_outer_join(struct weir_rdd *left, struct weir_rdd *right,
                                                   uint32_t partitions);

/* The left pairs whose key the right one has not, duplicates kept; partitions 0: as many as the
 * left one has. */
WEIR_API struct weir_rdd *weir_rdd_subtract_by_key(struct weir_rdd *left, struct weir_rdd *right,
                                                   uint32_t partitions);

/* The same pairs, each in the partition of its key: by WEIR_BY_HASH, WEIR_BY_RANGE (keys in order;
 * runs a job that looks at a sample), or a partitioner function of the program's own. Those that
 * are there already do not move. */
WEIR_API struct weir_rdd *weir_rdd_partition_by(struct weir_rdd *rdd, uint32_t partitions,
                                                struct weir_function partitioner,
                                                struct weir_value argument);

/* The same, with each partition in the order of its keys. */
WEIR_API struct weir_rdd *weir_rdd_partition_and_sort(struct weir_rdd *rdd, uint32_t partitions,
                                                      struct weir_function partitioner,
                                                      struct weir_value argument);

/* ---------------------------------------------------------------------- control: keeping */

/* Keeps the partitions that the next actions compute, from then on: at a storage level by its name,
 * MEMORY_ONLY (what weir_rdd_cache means: what does not fit is computed again), MEMORY_AND_DISK (it
 * goes to disk), DISK_ONLY, MEMORY_ONLY_SER, MEMORY_AND_DISK_SER (compact), OFF_HEAP. Another level
 * than the one it has is refused, unless that is NONE. */
WEIR_API weir_status weir_rdd_persist(struct weir_rdd *rdd, const char *level);
WEIR_API weir_status weir_rdd_cache(struct weir_rdd *rdd);

/* Forgets what was kept; the level is NONE again. */
WEIR_API weir_status weir_rdd_unpersist(struct weir_rdd *rdd);

/* Its level's name: "NONE", "MEMORY_ONLY" ...; "" for a NULL RDD. It need not be freed. */
WEIR_API const char *weir_rdd_storage_level(const struct weir_rdd *rdd);

/* Where RDDs of this context are checkpointed: makes a folder of its own in `folder`. */
WEIR_API weir_status weir_set_checkpoint_dir(struct weir_context *context, const char *folder);

/* Marks the RDD: its first action is followed by one that writes it to the checkpoint folder (so
 * keep it: it is computed again else). From then on it is read from there, and what it was made of
 * is forgotten. Refused without a folder. */
WEIR_API weir_status weir_rdd_checkpoint(struct weir_rdd *rdd);
WEIR_API bool weir_rdd_is_checkpointed(const struct weir_rdd *rdd);

/* The folder that it was written to; NULL while it is not. Lives as long as the RDD. */
WEIR_API const char *weir_rdd_checkpoint_file(const struct weir_rdd *rdd);

/* ------------------------------------------------------------------ control: looking at it */

/* Unique in the process; 0 for NULL. */
WEIR_API uint64_t weir_rdd_id(const struct weir_rdd *rdd);

/* A name for messages and toDebugString, copied. weir_rdd_name: "" until there is one. */
WEIR_API weir_status weir_rdd_set_name(struct weir_rdd *rdd, const char *name);
WEIR_API const char *weir_rdd_name(const struct weir_rdd *rdd);

/* 0 for NULL. */
WEIR_API uint32_t weir_rdd_partitions_count(const struct weir_rdd *rdd);

WEIR_API bool weir_rdd_is_pairs(const struct weir_rdd *rdd);

/* "none", "hash", "range", or the name of the program's function. */
WEIR_API const char *weir_rdd_partitioner(const struct weir_rdd *rdd);

/* The RDDs that it is made of: how many, and the ith one; *is_shuffle (NULL is fine) tells whether
 * its rows are moved. */
WEIR_API uint32_t weir_rdd_dependencies_count(const struct weir_rdd *rdd);
WEIR_API struct weir_rdd *weir_rdd_dependency(struct weir_rdd *rdd, uint32_t i, bool *is_shuffle);

/* What it is made of, a line each, for people to read; freed with free(). NULL: no memory. */
WEIR_API char *weir_rdd_to_debug_string(const struct weir_rdd *rdd);

#ifdef __cplusplus
}
#endif
#endif
