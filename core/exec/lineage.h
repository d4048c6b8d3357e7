/*
 * lineage - makes RDDs: what the stream floor and programs derive one from another.
 *
 * Each call makes one RDD that holds its parents; nothing runs. An RDD's rows come in the same
 * order each time it is computed. Functions are resolved already (plan/function.h); arguments are
 * borrowed from the graph, which outlives the RDD.
 */
#ifndef WEIR_EXEC_LINEAGE_H
#define WEIR_EXEC_LINEAGE_H

#include "data/block.h"
#include "exec/combiner.h"
#include "plan/function.h"
#include "plan/rdd.h"

/* A leaf of blocks, which it holds: partition i has blocks [starts[i], starts[i + 1]) ;
 * starts has partitions_count + 1 entries. is_pairs: the blocks have two columns. */
CHECKED weir_status rdd_create_blocks(struct block *const *blocks, const uint32_t *starts,
                                      uint32_t partitions_count, bool is_pairs, struct rdd **out,
                                      weir_error *error);

/* A leaf of no partitions. */
CHECKED weir_status rdd_create_empty(bool is_pairs, struct rdd **out, weir_error *error);

/* A leaf of text files: path is a file, a folder (its files, but for names that start with "." or
 * "_"), or a glob of those (text_splits.h); each file is cut at line ends into splits of about
 * split_bytes (0: the default). Lines without their end. */
CHECKED weir_status rdd_create_text_files(const char *path, uint64_t split_bytes, struct rdd **out,
                                          weir_error *error);

enum rows_form {
    ROWS_MAP,         /* exactly one row out, plain */
    ROWS_FLAT_MAP,    /* any number, plain */
    ROWS_MAP_TO_PAIR, /* exactly one row out, a pair */
    ROWS_FLAT_MAP_TO_PAIR
};

/* map, flatMap, map to pair: a row function, or a kernel, over each row. */
CHECKED weir_status rdd_create_rows(struct rdd *parent, enum rows_form form,
                                    const struct function *function, struct weir_value argument,
                                    struct rdd **out, weir_error *error);

/* Keeps rows for which the function says true; keeps the partitioner. */
CHECKED weir_status rdd_create_filter(struct rdd *parent, const struct function *function,
                                      struct weir_value argument, struct rdd **out,
                                      weir_error *error);

/* All rows of all parents. Parents that share one partitioner are joined partition by partition and
 * the partitioner is kept; else partitions follow one another. parents_count 0: empty, plain. */
CHECKED weir_status rdd_create_union(struct rdd *const *parents, uint32_t parents_count,
                                     struct rdd **out, weir_error *error);

/* reduceByKey: pairs in, pairs out, one row per key. Values are combined on the map side first.
 * When the parent's partitioner is the wanted one already, no shuffle takes place.
 * partitions_count: 1 to 65536. */
CHECKED weir_status rdd_create_reduce_by_key(struct rdd *parent, const struct function *function,
                                             struct weir_value argument, uint32_t partitions_count,
                                             struct rdd **out, weir_error *error);

/* combineByKey and its kin: pairs in, one row per key out. is_map_side: values are combined before
 * they are moved. combiner: copied; its functions and values are borrowed. */
CHECKED weir_status rdd_create_combine(struct rdd *parent, const struct combiner *combiner,
                                       struct partitioner partitioner, bool is_map_side,
                                       struct rdd **out, weir_error *error);

/* Moves pairs to the partitions of their keys; the parent itself when they are there already. */
CHECKED weir_status rdd_create_partition_by(struct rdd *parent, struct partitioner partitioner,
                                            struct rdd **out, weir_error *error);

/* Spreads rows evenly over exactly so many partitions. Their order is lost. */
CHECKED weir_status rdd_create_repartition(struct rdd *parent, uint32_t partitions_count,
                                           struct rdd **out, weir_error *error);

enum cogroup_form {
    COGROUP_LISTS,    /* (key, (list of side 0's values, list of side 1's ...)) */
    COGROUP_GROUP,    /* one side: (key, list) */
    COGROUP_JOIN,     /* two sides: (key, (left, right)) for each pair of values */
    COGROUP_LEFT,     /* ... null for a missing right */
    COGROUP_RIGHT,    /* ... null for a missing left */
    COGROUP_FULL,     /* ... null for either */
    COGROUP_SUBTRACT, /* side 0's rows whose key no other side has */
    COGROUP_INTERSECT /* the keys that all sides have, each once, as plain rows */
};

/* Brings the rows of pair RDDs together by key, each moved to the partitioner's partitions. */
CHECKED weir_status rdd_create_cogroup(struct rdd *const *parents, uint32_t parents_count,
                                       enum cogroup_form form, struct partitioner partitioner,
                                       struct rdd **out, weir_error *error);

/* The `count` greatest rows in one partition, greatest first: pairs by value and then by key
 * (smaller first), plain rows by value. What "top" does in a transform. */
CHECKED weir_status rdd_create_top(struct rdd *parent, uint32_t count, struct rdd **out,
                                   weir_error *error);

/* Groups partitions: result i holds [i * p / n, (i + 1) * p / n) of the parent's p. More than the
 * parent has: the parent's number. */
CHECKED weir_status rdd_create_coalesce(struct rdd *parent, uint32_t partitions_count,
                                        struct rdd **out, weir_error *error);

/* Adds the built-in functions (with their kernels) to a registry. */
CHECKED weir_status builtins_register(struct function_registry *registry, weir_error *error);

/* One line per RDD, indented by depth, shuffles marked: toDebugString. Of a large
 * lineage the first part. */
struct bytes;
void lineage_explain(const struct rdd *rdd, struct bytes *out);

#endif
