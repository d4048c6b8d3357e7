/*
 * api_numbers - sums, statistics and histograms of an RDD of numbers.
 */
#include <stdlib.h>
#include <string.h>

#include "app/api_call.h"
#include "base/mem.h"
#include "exec/action_double.h"

weir_status weir_rdd_sum(struct weir_rdd *rdd, double *out)
{
    struct api_call call;

    if (out == NULL || !api_call_open(&call, "weir_rdd_sum", rdd)) {
        return WEIR_E_INVAL;
    }
    weir_status status = action_sum(call.pool->executor, call.parents[0], out, &call.error);
    return api_call_end(&call, status);
}

weir_status weir_rdd_stats(struct weir_rdd *rdd, struct weir_stats *out)
{
    struct double_stats stats;
    struct api_call call;

    if (out == NULL || !api_call_open(&call, "weir_rdd_stats", rdd)) {
        return WEIR_E_INVAL;
    }
    weir_status status = action_stats(call.pool->executor, call.parents[0], &stats, &call.error);
    if (status == WEIR_OK) {
        *out = (struct weir_stats){.count = stats.count,
                                   .mean = stats.mean,
                                   .squares = stats.squares,
                                   .max = stats.max,
                                   .min = stats.min};
    }
    return api_call_end(&call, status);
}

static struct double_stats double_stats_of(const struct weir_stats *stats)
{
    return (struct double_stats){.count = stats->count,
                                 .mean = stats->mean,
                                 .squares = stats->squares,
                                 .max = stats->max,
                                 .min = stats->min};
}

char *weir_stats_text(const struct weir_stats *stats)
{
    struct double_stats known = double_stats_of(stats);
    struct bytes text = {0};
    char *copy = NULL;

    double_stats_write(&text, &known);
    if (!text.failed) {
        copy = malloc(text.size + 1); /* the program frees it with free() */
    }
    if (copy != NULL) {
        memcpy(copy, text.data, text.size);
        copy[text.size] = '\0';
    }
    bytes_fini(&text);
    return copy;
}

double weir_variance(const struct weir_stats *stats)
{
    struct double_stats known = double_stats_of(stats);

    return double_stats_variance(&known);
}

double weir_stdev(const struct weir_stats *stats)
{
    struct double_stats known = double_stats_of(stats);

    return double_stats_stdev(&known);
}

double weir_sample_variance(const struct weir_stats *stats)
{
    struct double_stats known = double_stats_of(stats);

    return double_stats_sample_variance(&known);
}

double weir_sample_stdev(const struct weir_stats *stats)
{
    struct double_stats known = double_stats_of(stats);

    return double_stats_sample_stdev(&known);
}

weir_status weir_rdd_histogram(struct weir_rdd *rdd, const double *edges, uint32_t edges_count,
                               bool is_even, uint64_t *counts)
{
    struct api_call call;

    if (edges == NULL || counts == NULL || !api_call_open(&call, "weir_rdd_histogram", rdd)) {
        return WEIR_E_INVAL;
    }
    weir_status status = action_histogram(call.pool->executor, call.parents[0], edges, edges_count,
                                          is_even, counts, &call.error);
    return api_call_end(&call, status);
}

weir_status weir_rdd_histogram_even(struct weir_rdd *rdd, uint32_t *buckets, double *edges,
                                    uint64_t *counts)
{
    uint32_t found_count = 0;
    double *found_edges = NULL;
    uint64_t *found = NULL;
    struct api_call call;

    if (buckets == NULL || edges == NULL || counts == NULL ||
        !api_call_open(&call, "weir_rdd_histogram_even", rdd)) {
        return WEIR_E_INVAL;
    }
    weir_status status =
        *buckets == 0 ? error_set(&call.error, WEIR_E_INVAL, "a histogram of 0 buckets")
                      : action_histogram_even(call.pool->executor, call.parents[0], *buckets,
                                              &found_edges, &found_count, &found, &call.error);
    if (status == WEIR_OK) {
        *buckets = found_count - 1;
        memcpy(edges, found_edges, found_count * sizeof(*edges));
        memcpy(counts, found, *buckets * sizeof(*counts));
        mem_free(found_edges);
        mem_free(found);
    }
    return api_call_end(&call, status);
}
