/*
 * rdd_act - the cases' operators that give rows or values.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rdd_case.h"
#include "rdd_functions.h"

/* The only row, a map, as a row for each of its pairs. */
static void unfold_map(struct rdd_case *run)
{
    static struct weir_value pairs[RDD_VALUES_MAX][2];
    struct weir_value map = run->status == WEIR_OK ? run->rows.values[0] : weir_null();

    run->has_values = true;
    for (uint32_t i = 0; i < weir_size_of(map) && i < RDD_VALUES_MAX; i++) {
        pairs[i][0] = map.items[(size_t)2 * i];
        pairs[i][1] = map.items[(size_t)2 * i + 1];
        rdd_case_add(run, weir_tuple(pairs[i], 2));
    }
}

static void count(struct rdd_case *run, struct weir_rdd *rdd)
{
    uint64_t rows = 0;

    run->status = weir_rdd_count(rdd, &rows);
    rdd_case_add(run, weir_int((int64_t)rows));
}

static void is_empty(struct rdd_case *run, struct weir_rdd *rdd)
{
    bool answer = false;

    run->status = weir_rdd_is_empty(rdd, &answer);
    rdd_case_add(run, weir_bool(answer));
}

static void sum(struct rdd_case *run, struct weir_rdd *rdd)
{
    double total = -1;

    run->status = weir_rdd_sum(rdd, &total);
    rdd_case_add(run, weir_float(total));
}

static void histogram(struct rdd_case *run, struct weir_rdd *rdd)
{
    const cJSON *edge =
        cJSON_GetArrayItem(cJSON_GetArrayItem(cJSON_GetObjectItem(run->params, "args"), 0), 0);
    double edges[RDD_VALUES_MAX];
    uint64_t counts[RDD_VALUES_MAX] = {0};
    uint32_t edges_count = 0;

    for (; edge != NULL && edges_count < RDD_VALUES_MAX; edge = edge->next) {
        edges[edges_count++] = weir_float_of(rdd_case_value(edge));
    }
    run->status = weir_rdd_histogram(rdd, edges, edges_count, false, counts);
    for (uint32_t i = 0; i + 1 < edges_count; i++) {
        rdd_case_add(run, weir_int((int64_t)counts[i]));
    }
}

static void even_histogram(struct rdd_case *run, struct weir_rdd *rdd, bool is_counts_only)
{
    static struct weir_value edge_values[RDD_VALUES_MAX + 1];
    static struct weir_value count_values[RDD_VALUES_MAX];
    double edges[RDD_VALUES_MAX + 1];
    uint64_t counts[RDD_VALUES_MAX];
    uint32_t buckets = (uint32_t)rdd_case_number(run, 0, 1);

    if (buckets > RDD_VALUES_MAX) {
        run->status = WEIR_E_TOOBIG;
        return;
    }
    run->status = weir_rdd_histogram_even(rdd, &buckets, edges, counts);
    run->has_values = true;
    if (run->status != WEIR_OK) {
        return;
    }
    for (uint32_t i = 0; i < buckets; i++) {
        count_values[i] = weir_int((int64_t)counts[i]);
        if (is_counts_only) {
            rdd_case_add(run, count_values[i]);
        }
    }
    for (uint32_t i = 0; i <= buckets; i++) {
        edge_values[i] = weir_float(edges[i]);
    }
    if (!is_counts_only) {
        rdd_case_add(run, weir_tuple(edge_values, buckets + 1));
        rdd_case_add(run, weir_tuple(count_values, buckets));
    }
}

/* {"count": 2, "sum": 6.0, ...} against what came out, with the case's tolerance. */
static void compare_stats(struct rdd_case *run, const struct weir_stats *stats, double total)
{
    const cJSON *wanted =
        cJSON_GetArrayItem(cJSON_GetArrayItem(cJSON_GetObjectItem(run->item, "expected"), 0), 0);
    const struct {
        const char *name;
        double number;
    } got[] = {{"count", (double)stats->count},
               {"sum", total},
               {"mean", stats->mean},
               {"variance", weir_variance(stats)},
               {"stdev", weir_stdev(stats)},
               {"sampleVariance", weir_sample_variance(stats)},
               {"sampleStdev", weir_sample_stdev(stats)},
               {"max", stats->max},
               {"min", stats->min}};

    run->has_values = true;
    for (size_t i = 0; i < sizeof(got) / sizeof(got[0]); i++) {
        const cJSON *one = cJSON_GetObjectItem(wanted, got[i].name);
        /* To the last digit: the suite's tolerance is not needed. */
        if (one != NULL && !(weir_float_of(rdd_case_value(one)) == got[i].number)) {
            snprintf(run->why, sizeof(run->why), "%s is %.17g", got[i].name, got[i].number);
        }
    }
}

static void statistics(struct rdd_case *run, struct weir_rdd *rdd)
{
    struct weir_stats stats;
    double total = 0;

    if (strncmp(run->fn, "filter x >= 0", 13) == 0) {
        rdd = weir_rdd_filter(rdd, rdd_is_at_least(), weir_int(0));
    }
    run->status = weir_rdd_stats(rdd, &stats);
    if (run->status == WEIR_OK) {
        run->status = weir_rdd_sum(rdd, &total);
    }
    if (run->status == WEIR_OK) {
        compare_stats(run, &stats, total);
    }
}

static void reduce(struct rdd_case *run, struct weir_rdd *rdd)
{
    if (strncmp(run->fn, "filter x > 5", 12) == 0) {
        rdd = weir_rdd_filter(rdd, rdd_is_above(), weir_int(5));
    }
    run->status = weir_rdd_reduce(rdd, WEIR_SUM, weir_null(), &run->rows);
}

static bool of_numbers(struct rdd_case *run, const char *op, struct weir_rdd *a)
{
    if (strcmp(op, "sum") == 0) {
        sum(run, a);
    } else if (strcmp(op, "stats") == 0) {
        statistics(run, a);
    } else if (strcmp(op, "histogram(buckets)") == 0) {
        histogram(run, a);
    } else if (strncmp(op, "histogram(count)", 16) == 0) {
        even_histogram(run, a, op[16] != '\0');
    } else {
        return false;
    }
    return true;
}

static bool of_all_rows(struct rdd_case *run, const char *op, struct weir_rdd *a)
{
    struct weir_value zero = weir_int(rdd_case_number(run, 0, 0));
    struct weir_value empty = weir_map_value(NULL, 0);

    if (strcmp(op, "reduce") == 0) {
        reduce(run, a);
    } else if (strcmp(op, "fold") == 0) {
        run->status = weir_rdd_fold(a, zero, WEIR_SUM, weir_null(), &run->rows);
    } else if (strcmp(op, "aggregate") == 0) {
        run->status =
            weir_rdd_aggregate(a, empty, rdd_add_to_map(), rdd_add_maps(), weir_null(), &run->rows);
        unfold_map(run);
    } else if (strcmp(op, "treeAggregate") == 0) {
        run->status = weir_rdd_tree_aggregate(a, weir_int(0), WEIR_SUM, WEIR_SUM, weir_null(),
                                              (uint32_t)rdd_case_number(run, 0, 2), &run->rows);
    } else if (strcmp(op, "treeReduce") == 0) {
        run->status = weir_rdd_tree_reduce(a, WEIR_SUM, weir_null(),
                                           (uint32_t)rdd_case_number(run, 0, 2), &run->rows);
    } else if (strcmp(op, "max") == 0) {
        run->status = weir_rdd_max(a, &run->rows);
    } else if (strcmp(op, "min") == 0) {
        run->status = weir_rdd_min(a, &run->rows);
    } else {
        return false;
    }
    return true;
}

bool rdd_act(struct rdd_case *run)
{
    const char *op = cJSON_GetStringValue(cJSON_GetObjectItem(run->item, "op"));
    struct weir_rdd *a = run->inputs[0];
    struct weir_rdd *b = run->inputs[1];
    uint32_t rows = (uint32_t)rdd_case_number(run, 0, 0);
    bool is_reversed = strcmp(run->fn, "ordering reversed") == 0;

    if (strcmp(op, "take") == 0) {
        run->status = weir_rdd_take(a, rows, &run->rows);
    } else if (strcmp(op, "takeOrdered") == 0) {
        run->status = weir_rdd_take_ordered(a, rows, is_reversed, &run->rows);
    } else if (strcmp(op, "top") == 0) {
        run->status = weir_rdd_take_ordered(a, rows, !is_reversed, &run->rows);
    } else if (strcmp(op, "first") == 0) {
        run->status = weir_rdd_first(a, &run->rows);
    } else if (strcmp(op, "lookup") == 0) {
        run->status = weir_rdd_lookup(a, weir_int(rdd_case_number(run, 0, 0)), &run->rows);
    } else if (strcmp(op, "countByValue") == 0) {
        run->status = weir_rdd_count_by_value(a, &run->rows);
    } else if (strcmp(op, "countByKey") == 0) {
        run->status = weir_rdd_count_by_key(a, &run->rows);
    } else if (strcmp(op, "collectAsMap") == 0) {
        bool is_reduced = strncmp(run->fn, "reduceByKey", 11) == 0;
        run->status = weir_rdd_collect_as_map(
            is_reduced ? weir_rdd_reduce_by_key(a, WEIR_SUM, weir_null(), 0) : a, &run->rows);
    } else if (strcmp(op, "count") == 0) {
        count(run, a);
    } else if (strcmp(op, "union.count") == 0) {
        count(run, weir_rdd_union(a, b));
    } else if (strcmp(op, "join.count") == 0) {
        count(run, weir_rdd_join(a, b, 0));
    } else if (strcmp(op, "cogroup.count") == 0) {
        count(run, weir_rdd_cogroup(run->inputs, run->inputs_count, 0));
    } else if (strcmp(op, "isEmpty") == 0) {
        is_empty(run, a);
    } else if (strcmp(op, "getNumPartitions") == 0) {
        rdd_case_add(run, weir_int(weir_rdd_partitions_count(a)));
    } else {
        return of_numbers(run, op, a) || of_all_rows(run, op, a);
    }
    return true;
}
