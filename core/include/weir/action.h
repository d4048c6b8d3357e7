/*
 * weir/action.h - what is done with RDDs in the end: each call runs a job and waits for it.
 *
 * A status below 0 is a failure, which weir_context_error tells of an RDD that was created on a
 * context; a foreach function returns it. WEIR_E_INVAL without a story: an argument is NULL. "empty
 * collection" is the story of what has no answer without a row.
 *
 * What comes out are rows, also where it is one value: out->values[0] of weir_rdd_reduce, say.
 * After a failure *out has none and need not be freed.
 *
 * A task that fails is tried again, 4 times in all, so functions may see rows twice.
 */
#ifndef WEIR_ACTION_H
#define WEIR_ACTION_H

#include <weir/rdd.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Rows of an RDD, in order of partitions. values and keys (NULL for plain rows) belong to the
 * result; weir_rows_free frees all. */
struct weir_rows {
    const struct weir_value *keys;
    const struct weir_value *values;
    uint64_t count;
    void *memory;
};

/* Leaves *rows without rows; NULL and rows that were freed are fine. */
WEIR_API void weir_rows_free(struct weir_rows *rows);

/* ------------------------------------------------------------------------------- rows */

/* All rows, or those of one partition: that one alone is computed. */
WEIR_API weir_status weir_rdd_collect(struct weir_rdd *rdd, struct weir_rows *out);
WEIR_API weir_status weir_rdd_collect_partition(struct weir_rdd *rdd, uint32_t partition,
                                                struct weir_rows *out);

/* The first rows_max rows: partitions are computed until there are enough. */
WEIR_API weir_status weir_rdd_take(struct weir_rdd *rdd, uint32_t rows_max, struct weir_rows *out);

/* The first row; "empty collection". */
WEIR_API weir_status weir_rdd_first(struct weir_rdd *rdd, struct weir_rows *out);

/* The rows_max smallest rows in order, or the greatest ones, greatest first (Spark's top): plain
 * rows by value, pairs by key and then value. */
WEIR_API weir_status weir_rdd_take_ordered(struct weir_rdd *rdd, uint32_t rows_max,
                                           bool is_descending, struct weir_rows *out);

/* Exactly `count` rows drawn by chance, or all if there are fewer; with replacement, a row may come
 * more than once. In random order; the same for the same seed. A negative count is refused. */
WEIR_API weir_status weir_rdd_take_sample(struct weir_rdd *rdd, bool with_replacement,
                                          int64_t count, uint64_t seed, struct weir_rows *out);

/* The greatest, the smallest row; "empty collection". */
WEIR_API weir_status weir_rdd_max(struct weir_rdd *rdd, struct weir_rows *out);
WEIR_API weir_status weir_rdd_min(struct weir_rdd *rdd, struct weir_rows *out);

/* ----------------------------------------------------------------------------- counts */

WEIR_API weir_status weir_rdd_count(struct weir_rdd *rdd, uint64_t *out);

/* True also for one without partitions. Looks no further than the first row. */
WEIR_API weir_status weir_rdd_is_empty(struct weir_rdd *rdd, bool *out);

/* Pairs (row, how often it is there); pairs (key, how many rows it has). */
WEIR_API weir_status weir_rdd_count_by_value(struct weir_rdd *rdd, struct weir_rows *out);
WEIR_API weir_status weir_rdd_count_by_key(struct weir_rdd *rdd, struct weir_rows *out);

/* About how many different rows there are (HyperLogLog), with a relative standard deviation of
 * about that much: above 0.000017, 0.05 is a good one. */
WEIR_API weir_status weir_rdd_count_approx_distinct(struct weir_rdd *rdd, double relative_deviation,
                                                    uint64_t *out);

/* ----------------------------------------------------------------------- combinations */

/* To the functions, a pair is the tuple (key, value). Partitions are combined first, in the order
 * of their rows, then their results, in the order of partitions. */

/* All rows combined by an associative and commutative function; "empty collection". */
WEIR_API weir_status weir_rdd_reduce(struct weir_rdd *rdd, struct weir_function function,
                                     struct weir_value argument, struct weir_rows *out);

/* The same from `zero` on, which counts once for each partition and once more. */
WEIR_API weir_status weir_rdd_fold(struct weir_rdd *rdd, struct weir_value zero,
                                   struct weir_function function, struct weir_value argument,
                                   struct weir_rows *out);

/* `merge` takes what there is and a row, `combine` two of what came of that; `zero` counts as in
 * weir_rdd_fold. */
WEIR_API weir_status weir_rdd_aggregate(struct weir_rdd *rdd, struct weir_value zero,
                                        struct weir_function merge, struct weir_function combine,
                                        struct weir_value argument, struct weir_rows *out);

/* The same results. Spark's trees spare one machine what all others send; here is no other, and
 * depth (1 and more) is checked only. */
WEIR_API weir_status weir_rdd_tree_reduce(struct weir_rdd *rdd, struct weir_function function,
                                          struct weir_value argument, uint32_t depth,
                                          struct weir_rows *out);
WEIR_API weir_status weir_rdd_tree_aggregate(struct weir_rdd *rdd, struct weir_value zero,
                                             struct weir_function merge,
                                             struct weir_function combine,
                                             struct weir_value argument, uint32_t depth,
                                             struct weir_rows *out);

/* ------------------------------------------------------------------------------ pairs */

/* One pair for each key: its last one. */
WEIR_API weir_status weir_rdd_collect_as_map(struct weir_rdd *rdd, struct weir_rows *out);

/* As weir_rdd_reduce_by_key, without moving rows between partitions: for few keys. */
WEIR_API weir_status weir_rdd_reduce_by_key_locally(struct weir_rdd *rdd,
                                                    struct weir_function function,
                                                    struct weir_value argument,
                                                    struct weir_rows *out);

/* The values of a key, as plain rows. Computes one partition if there is a partitioner. */
WEIR_API weir_status weir_rdd_lookup(struct weir_rdd *rdd, struct weir_value key,
                                     struct weir_rows *out);

/* ------------------------------------------------------------------- effects and files */

/* Calls a row function for each row, or a partition function for each partition, on worker threads.
 * They must emit nothing. */
WEIR_API weir_status weir_rdd_foreach(struct weir_rdd *rdd, struct weir_function function,
                                      struct weir_value argument);
WEIR_API weir_status weir_rdd_foreach_partition(struct weir_rdd *rdd, struct weir_function function,
                                                struct weir_value argument);

/* A folder of part-NNNNN files, one per partition, and _SUCCESS; an existing folder is refused. A
 * row is a line, as Spark prints it; null rows are refused. */
WEIR_API weir_status weir_rdd_save_as_text_file(struct weir_rdd *rdd, const char *path);

/* The same, as MessagePack that weir_object_file reads. */
WEIR_API weir_status weir_rdd_save_as_object_file(struct weir_rdd *rdd, const char *path);

/* ---------------------------------------------------------------------------- numbers */

/* Of plain rows that are numbers; any other row fails the call. Partitions are merged in their
 * order: the results do not depend on the number of workers, to the last digit. */

/* 0 without rows. */
WEIR_API weir_status weir_rdd_sum(struct weir_rdd *rdd, double *out);

struct weir_stats {
    uint64_t count;
    double mean;
    double squares; /* of the distances from the mean, added up */
    double max;     /* -infinity without rows */
    double min;     /* infinity without rows */
};

WEIR_API weir_status weir_rdd_stats(struct weir_rdd *rdd, struct weir_stats *out);

/* "(count: 4, mean: 2.500000, stdev: 1.118034, max: 4.000000, min: 1.000000)", as Spark prints it;
 * freed with free(). NULL: no memory. */
WEIR_API char *weir_stats_text(const struct weir_stats *stats);

/* Variances and standard deviations: of the rows as all there is, and as a sample of more. NaN when
 * there are too few rows. */
WEIR_API double weir_variance(const struct weir_stats *stats);
WEIR_API double weir_stdev(const struct weir_stats *stats);
WEIR_API double weir_sample_variance(const struct weir_stats *stats);
WEIR_API double weir_sample_stdev(const struct weir_stats *stats);

/* counts[i]: how many rows are from edges[i] on and below edges[i + 1]; the last bucket has its
 * upper edge too. edges_count - 1 buckets, at least one, edges ascending. Rows outside are not
 * counted; NaN only in a last bucket whose upper edge is NaN. is_even: all buckets are as wide as
 * the first, which makes it faster. */
WEIR_API weir_status weir_rdd_histogram(struct weir_rdd *rdd, const double *edges,
                                        uint32_t edges_count, bool is_even, uint64_t *counts);

/* The same over *buckets buckets of one width from the smallest to the greatest row, which gives
 * edges[*buckets + 1]; *buckets becomes 1 when all rows are equal. An RDD that is empty, or has NaN
 * or an infinity, is refused. */
WEIR_API weir_status weir_rdd_histogram_even(struct weir_rdd *rdd, uint32_t *buckets, double *edges,
                                             uint64_t *counts);

#ifdef __cplusplus
}
#endif
#endif
