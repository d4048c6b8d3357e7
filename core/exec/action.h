/*
 * action - what is done with an RDD in the end: collect, count, reduce, save ...
 *
 * All of them block the caller until the job is done. Blocks they give are the caller's to drop.
 * Results are the same for any number of workers.
 */
#ifndef WEIR_EXEC_ACTION_H
#define WEIR_EXEC_ACTION_H

#include "exec/combiner.h"
#include "exec/executor.h"

/* One block per partition, in order; the caller drops them and frees the array with mem_free. */
CHECKED weir_status action_collect(struct executor *executor, struct rdd *rdd, struct block ***out,
                                   uint32_t *count, weir_error *error);

CHECKED weir_status action_count(struct executor *executor, struct rdd *rdd, uint64_t *out,
                                 weir_error *error);

/* rows[i]: how many partition first + i has. */
CHECKED weir_status action_count_each(struct executor *executor, struct rdd *rdd, uint32_t first,
                                      uint32_t count, uint64_t *rows, weir_error *error);

/* The first rows_max rows in partition order, as one block: looks at one partition first, then at
 * four times as many each turn, as Spark does. */
CHECKED weir_status action_take(struct executor *executor, struct rdd *rdd, uint32_t rows_max,
                                struct block **out, weir_error *error);

/* The first row; WEIR_E_INVAL "empty collection" when there is none. */
CHECKED weir_status action_first(struct executor *executor, struct rdd *rdd, struct block **out,
                                 weir_error *error);

CHECKED weir_status action_is_empty(struct executor *executor, struct rdd *rdd, bool *out,
                                    weir_error *error);

/* ------------------------------------------------------------------- all rows to one value */

/* These give a block of one plain row. A pair is shown to the function as a tuple (key, value).
 * Partitions are reduced by tasks and merged in their order by the caller. */

/* WEIR_E_INVAL "empty collection" when there are no rows. */
CHECKED weir_status action_reduce(struct executor *executor, struct rdd *rdd,
                                  const struct function *function, struct weir_value argument,
                                  struct block **out, weir_error *error);

/* zero goes into each partition's result, an empty one's too, and once more into the merged one. */
CHECKED weir_status action_fold(struct executor *executor, struct rdd *rdd, struct weir_value zero,
                                const struct function *function, struct weir_value argument,
                                struct block **out, weir_error *error);

/* The same with a function for rows (merge_value) and one for results (merge_combiners); the
 * combiner has a zero. */
CHECKED weir_status action_aggregate(struct executor *executor, struct rdd *rdd,
                                     const struct combiner *combiner, struct block **out,
                                     weir_error *error);

/* The same results. depth is checked (1 and more) and has no other effect: in one process there is
 * no machine that a tree of merges would spare. */
CHECKED weir_status action_tree_reduce(struct executor *executor, struct rdd *rdd,
                                       const struct function *function, struct weir_value argument,
                                       int64_t depth, struct block **out, weir_error *error);
CHECKED weir_status action_tree_aggregate(struct executor *executor, struct rdd *rdd,
                                          const struct combiner *combiner, int64_t depth,
                                          struct block **out, weir_error *error);

/* --------------------------------------------------------------------------------- order */

/* takeOrdered, and descending: top. Rows in order, equal ones in the order in which they come.
 * Pairs order by key, then value. */
CHECKED weir_status action_take_ordered(struct executor *executor, struct rdd *rdd,
                                        uint32_t rows_max, bool is_descending, struct block **out,
                                        weir_error *error);

/* One row; WEIR_E_INVAL "empty collection" when there is none. */
CHECKED weir_status action_max(struct executor *executor, struct rdd *rdd, struct block **out,
                               weir_error *error);
CHECKED weir_status action_min(struct executor *executor, struct rdd *rdd, struct block **out,
                               weir_error *error);

/* ---------------------------------------------------------------------------------- keys */

/* These give a block of pairs, a row for each key. */

/* Pairs (row, how often it is there). */
CHECKED weir_status action_count_by_value(struct executor *executor, struct rdd *rdd,
                                          struct block **out, weir_error *error);
CHECKED weir_status action_count_by_key(struct executor *executor, struct rdd *rdd,
                                        struct block **out, weir_error *error);

/* The last value of each key, keys in the order in which they first come. */
CHECKED weir_status action_collect_as_map(struct executor *executor, struct rdd *rdd,
                                          struct block **out, weir_error *error);
CHECKED weir_status action_reduce_by_key_locally(struct executor *executor, struct rdd *rdd,
                                                 const struct function *function,
                                                 struct weir_value argument, struct block **out,
                                                 weir_error *error);

/* The values of a key, as plain rows. Looks at one partition when the partitioner tells which. */
CHECKED weir_status action_lookup(struct executor *executor, struct rdd *rdd, struct weir_value key,
                                  struct block **out, weir_error *error);

/* --------------------------------------------------------------------------------- others */

/* Calls a row function, or a partition function, on workers; it must not emit. A task that fails is
 * run again: what the function does may be done twice. */
CHECKED weir_status action_for_each(struct executor *executor, struct rdd *rdd,
                                    const struct function *function, struct weir_value argument,
                                    weir_error *error);
CHECKED weir_status action_for_each_partition(struct executor *executor, struct rdd *rdd,
                                              const struct function *function,
                                              struct weir_value argument, weir_error *error);

/* How many different rows, off by about relative_deviation; it must be above 0.000017. Takes
 * (1.054 / relative_deviation)^2 bytes. */
CHECKED weir_status action_count_approx_distinct(struct executor *executor, struct rdd *rdd,
                                                 double relative_deviation, uint64_t *out,
                                                 weir_error *error);

/* Exactly rows_count rows (without replacement at most all there are), in random order; the same
 * for the same seed. Runs two jobs. */
CHECKED weir_status action_take_sample(struct executor *executor, struct rdd *rdd,
                                       bool with_replacement, int64_t rows_count, uint64_t seed,
                                       struct block **out, weir_error *error);

/* A folder of part-NNNNN files, one for each partition, and _SUCCESS; it is written aside and
 * renamed. One that is there already is refused. Text: a line for each row; objects: see
 * rdd_create_object_files. */
CHECKED weir_status action_save_text(struct executor *executor, struct rdd *rdd, const char *path,
                                     weir_error *error);
CHECKED weir_status action_save_objects(struct executor *executor, struct rdd *rdd,
                                        const char *path, weir_error *error);

#endif
