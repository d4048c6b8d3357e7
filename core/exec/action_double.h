/*
 * action_double - numbers of an RDD of numbers (plain rows, ints or floats): sum, statistics,
 * histograms.
 *
 * Partitions are merged in their order, by Spark's formulas in Spark's order of operations: results
 * are the same for any number of workers, and agree with Spark's to the last digit.
 */
#ifndef WEIR_EXEC_ACTION_DOUBLE_H
#define WEIR_EXEC_ACTION_DOUBLE_H

#include "base/bytes.h"
#include "exec/executor.h"

struct double_stats {
    uint64_t count;
    double mean;
    double squares; /* sum of squared distances from the mean */
    double max;     /* -Infinity of none */
    double min;     /* Infinity of none */
};

void double_stats_init(struct double_stats *stats);
void double_stats_add(struct double_stats *stats, double number);
void double_stats_merge(struct double_stats *stats, const struct double_stats *other);

double double_stats_sum(const struct double_stats *stats);

/* Of the population; NaN of none. */
double double_stats_variance(const struct double_stats *stats);
double double_stats_stdev(const struct double_stats *stats);

/* Of a sample; NaN of one or none. */
double double_stats_sample_variance(const struct double_stats *stats);
double double_stats_sample_stdev(const struct double_stats *stats);

/* "(count: 2, mean: 3.000000, stdev: 1.000000, max: 4.000000, min: 2.000000)" */
void double_stats_write(struct bytes *out, const struct double_stats *stats);

/* 0.0 of none. */
CHECKED weir_status action_sum(struct executor *executor, struct rdd *rdd, double *out,
                               weir_error *error);

CHECKED weir_status action_stats(struct executor *executor, struct rdd *rdd,
                                 struct double_stats *out, weir_error *error);

/* counts[i], of edges_count - 1: the numbers from edges[i] on and below edges[i + 1], the last
 * bucket with its end. Others are passed over; NaN counts in a last bucket that ends with NaN.
 * Edges ascend. is_even: they are evenly spaced, and buckets are computed, not searched for. */
CHECKED weir_status action_histogram(struct executor *executor, struct rdd *rdd,
                                     const double *edges, uint32_t edges_count, bool is_even,
                                     uint64_t *counts, weir_error *error);

/* buckets_count even buckets between the smallest and the greatest number; when they are one, a
 * single bucket. *edges and *counts (*edges_count - 1) are freed with mem_free. */
CHECKED weir_status action_histogram_even(struct executor *executor, struct rdd *rdd,
                                          uint32_t buckets_count, double **edges,
                                          uint32_t *edges_count, uint64_t **counts,
                                          weir_error *error);

#endif
