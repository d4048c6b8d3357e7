/*
 * lineage_rdd - makes RDDs: the operators that batch programs, transforms and foreach functions
 * have beside those of lineage.h.
 *
 * Each call makes one RDD that holds its parents; nothing runs, but where an executor is among the
 * arguments: that call runs a job first. An RDD's rows come in the same order each time it is
 * computed. Functions are resolved already (plan/function.h); they and their arguments are borrowed
 * and outlive the RDD.
 *
 * A row as a whole (what distinct, zip, glom ... look at) is a plain row's value, or a pair's tuple
 * (key, value).
 */
#ifndef WEIR_EXEC_LINEAGE_RDD_H
#define WEIR_EXEC_LINEAGE_RDD_H

#include "exec/executor.h"
#include "plan/function.h"
#include "plan/rdd.h"

/* ---------------------------------------------------------------------------------- leaves */

/* Values (copied), partition i of n having those from i * count / n on; keys NULL: plain rows.
 * partitions_count below 1 is refused. */
CHECKED weir_status rdd_create_values(const struct weir_value *keys,
                                      const struct weir_value *values, uint32_t rows_count,
                                      int64_t partitions_count, struct rdd **out,
                                      weir_error *error);

/* start, start + step ... as long as it is before end; cut like values, and never in memory as a
 * whole. */
CHECKED weir_status rdd_create_range(int64_t start, int64_t end, int64_t step,
                                     int64_t partitions_count, struct rdd **out, weir_error *error);

/* What action_save_objects wrote: a folder, or files, as rdd_create_text_files finds them; a
 * partition for each file. is_pairs: rows are read as pairs. */
CHECKED weir_status rdd_create_object_files(const char *path, bool is_pairs, struct rdd **out,
                                            weir_error *error);

/* Pairs (path, content), a partition for each file; a file is at most 256 MiB. */
CHECKED weir_status rdd_create_whole_text_files(const char *path, struct rdd **out,
                                                weir_error *error);

/* Files of records of one length. A file that ends inside a record fails its task. */
CHECKED weir_status rdd_create_binary_records(const char *path, uint32_t record_bytes,
                                              struct rdd **out, weir_error *error);

/* ------------------------------------------------------------------- rows and partitions */

/* mapPartitions, and with the iterator's partition number mapPartitionsWithIndex: a partition
 * function. The partition is in memory as a whole while the function runs, and so is what the
 * function takes of the emitter's memory. keeps_partitioner: the function leaves keys as they
 * are. */
CHECKED weir_status rdd_create_map_partitions(struct rdd *parent, const struct function *function,
                                              struct weir_value argument, bool gives_pairs,
                                              bool keeps_partitioner, struct rdd **out,
                                              weir_error *error);

/* One row for each partition: the list of its rows. */
CHECKED weir_status rdd_create_glom(struct rdd *parent, struct rdd **out, weir_error *error);

/* The partitions of these numbers, in this order; the others are not computed. */
CHECKED weir_status rdd_create_pruned(struct rdd *parent, const uint32_t *partitions,
                                      uint32_t count, struct rdd **out, weir_error *error);

/* --------------------------------------------------------------------------------- pairs */

/* Pairs (what the function emits for the row, row); exactly one each. */
CHECKED weir_status rdd_create_key_by(struct rdd *parent, const struct function *function,
                                      struct weir_value argument, struct rdd **out,
                                      weir_error *error);

/* The function sees the row (key and value) and emits the new value, exactly one. Keeps keys and
 * partitioner. */
CHECKED weir_status rdd_create_map_values(struct rdd *parent, const struct function *function,
                                          struct weir_value argument, struct rdd **out,
                                          weir_error *error);

/* The same with any number of values. */
CHECKED weir_status rdd_create_flat_map_values(struct rdd *parent, const struct function *function,
                                               struct weir_value argument, struct rdd **out,
                                               weir_error *error);

/* Plain rows: the keys of pairs, or their values. */
CHECKED weir_status rdd_create_keys(struct rdd *parent, struct rdd **out, weir_error *error);
CHECKED weir_status rdd_create_pair_values(struct rdd *parent, struct rdd **out, weir_error *error);

/* -------------------------------------------------------------------------------- sorting */

/* Pairs in the order of their keys, across partitions; equal keys keep the order in which they
 * came. Runs a job that looks at a sample of the keys, as Spark does, unless partitions_count is 1;
 * there may be fewer partitions than asked for. A partition is sorted in memory. */
CHECKED weir_status rdd_create_sort_by_key(struct executor *executor, struct rdd *parent,
                                           bool is_descending, uint32_t partitions_count,
                                           struct rdd **out, weir_error *error);

/* Rows in the order of what the function emits for each (exactly one value). */
CHECKED weir_status rdd_create_sort_by(struct executor *executor, struct rdd *parent,
                                       const struct function *function, struct weir_value argument,
                                       bool is_descending, uint32_t partitions_count,
                                       struct rdd **out, weir_error *error);

/* repartitionAndSortWithinPartitions: each pair in its partition, each partition ascending. */
CHECKED weir_status rdd_create_sort_within(struct rdd *parent, struct partitioner partitioner,
                                           struct rdd **out, weir_error *error);

/* Pairs whose key is from lower to upper, both included (copied). Of a range-partitioned parent
 * only the partitions that may have such keys are there. */
CHECKED weir_status rdd_create_filter_by_range(struct rdd *parent, struct weir_value lower,
                                               struct weir_value upper, struct rdd **out,
                                               weir_error *error);

/* ---------------------------------------------------------------------------- several RDDs */

/* Pairs (left row, right row), place by place. Partition counts that differ are refused here, sizes
 * of a partition that differ fail its task. The right partition is in memory as a whole. */
CHECKED weir_status rdd_create_zip(struct rdd *left, struct rdd *right, struct rdd **out,
                                   weir_error *error);

#define ZIP_PARENTS_MAX 4u

/* A zip function over the partitions of the same number of 2 to 4 RDDs, all in memory. */
CHECKED weir_status rdd_create_zip_partitions(struct rdd *const *parents, uint32_t parents_count,
                                              const struct function *function,
                                              struct weir_value argument, bool gives_pairs,
                                              struct rdd **out, weir_error *error);

/* Pairs (row, index), indexes by partition and then place. With more than one partition a job
 * counts rows first. */
CHECKED weir_status rdd_create_zip_with_index(struct executor *executor, struct rdd *parent,
                                              struct rdd **out, weir_error *error);

/* Pairs (row, id): row i of partition k of n has id i * n + k. */
CHECKED weir_status rdd_create_zip_with_unique_id(struct rdd *parent, struct rdd **out,
                                                  weir_error *error);

/* Pairs (left row, right row), all of them; left times right partitions. */
CHECKED weir_status rdd_create_cartesian(struct rdd *left, struct rdd *right, struct rdd **out,
                                         weir_error *error);

/* Each row once. partitions_count: 1 and more, here and below. */
CHECKED weir_status rdd_create_distinct(struct rdd *parent, uint32_t partitions_count,
                                        struct rdd **out, weir_error *error);

/* Left rows that are not among the right ones; duplicates are kept. subtractByKey is
 * rdd_create_cogroup's COGROUP_SUBTRACT. */
CHECKED weir_status rdd_create_subtract(struct rdd *left, struct rdd *right,
                                        uint32_t partitions_count, struct rdd **out,
                                        weir_error *error);

/* Rows that both have, each once. */
CHECKED weir_status rdd_create_intersection(struct rdd *left, struct rdd *right,
                                            uint32_t partitions_count, struct rdd **out,
                                            weir_error *error);

/* -------------------------------------------------------------------------------- samples */

/* Each row with probability `fraction` (0 to 1); with replacement: each as often as a Poisson
 * number of mean `fraction` (0 and more) says. The same rows for the same seed. */
CHECKED weir_status rdd_create_sample(struct rdd *parent, bool with_replacement, double fraction,
                                      uint64_t seed, struct rdd **out, weir_error *error);

/* `count` RDDs that share out the rows by weight: each row is in exactly one. On failure out has
 * none. */
CHECKED weir_status rdd_create_random_split(struct rdd *parent, const double *weights,
                                            uint32_t count, uint64_t seed, struct rdd **out,
                                            weir_error *error);

/* A fraction for each key: a map of keys to numbers, copied. A key without one fails the task. */
CHECKED weir_status rdd_create_sample_by_key(struct rdd *parent, bool with_replacement,
                                             struct weir_value fractions, uint64_t seed,
                                             struct rdd **out, weir_error *error);

/* ----------------------------------------------------------------------------------- pipe */

/* Rows through a command: one process per partition, a line for each row (as text files have it) on
 * its input, a plain row for each line of its output. arguments: NULL-terminated, the program
 * first, looked for in PATH. environment: "NAME=value" entries, NULL-terminated, added to the
 * process's own (NULL: none). Both are copied. What it writes to its standard error is logged. A
 * status other than 0 fails the task. */
CHECKED weir_status rdd_create_pipe(struct rdd *parent, const char *const *arguments,
                                    const char *const *environment, struct rdd **out,
                                    weir_error *error);

#endif
