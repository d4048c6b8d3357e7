/*
 * action_double - a pass over numbers: each task adds up its partition, and the caller merges.
 */
#include "exec/action_double.h"

#include <math.h>
#include <stdatomic.h>

#include "base/mem.h"
#include "exec/op.h"
#include "exec/task.h"

/* The numbers of a chunk, as floats. */
static weir_status numbers_of(const struct chunk *chunk, double *numbers, weir_error *error)
{
    const struct column *column = &chunk->columns[CHUNK_VALUE];

    if (chunk_is_pairs(chunk)) {
        return error_set(error, WEIR_E_INVAL, "an RDD of pairs, and numbers are wanted");
    }
    for (uint32_t i = 0; i < chunk->rows_count; i++) {
        struct weir_value value = column_value(column, chunk_row(chunk, i));

        if (weir_kind_of(value) != WEIR_INT && weir_kind_of(value) != WEIR_FLOAT) {
            return error_set(error, WEIR_E_INVAL, "a row that is not a number");
        }
        numbers[i] = weir_float_of(value);
    }
    return WEIR_OK;
}

struct partial {
    struct double_stats stats;
    double sum;
};

struct stats_op {
    struct op op;
    struct partial *partials; /* by partition */
    struct partial partial;
    double numbers[CHUNK_ROWS_MAX];
};

static weir_status stats_push(struct op *op, struct chunk *chunk, weir_error *error)
{
    struct stats_op *stats = (struct stats_op *)op;

    WEIR_TRY(numbers_of(chunk, stats->numbers, error));
    for (uint32_t i = 0; i < chunk->rows_count; i++) {
        double_stats_add(&stats->partial.stats, stats->numbers[i]);
        stats->partial.sum += stats->numbers[i];
    }
    return WEIR_OK;
}

static weir_status stats_finish(struct op *op, weir_error *error)
{
    struct stats_op *stats = (struct stats_op *)op;

    (void)error;
    stats->partials[op->task->partition] = stats->partial;
    return WEIR_OK;
}

static const struct op_class stats_class = {
    .name = "stats",
    .push = stats_push,
    .finish = stats_finish,
};

static weir_status stats_open(void *owner, struct task *task, uint32_t partition, struct op **out,
                              weir_error *error)
{
    (void)partition;
    WEIR_TRY(op_create(task, &stats_class, sizeof(struct stats_op), NULL, out, error));
    struct stats_op *stats = (struct stats_op *)*out;
    stats->partials = owner;
    double_stats_init(&stats->partial.stats);
    return WEIR_OK;
}

static weir_status add_up(struct executor *executor, struct rdd *rdd, struct partial *out,
                          weir_error *error)
{
    uint32_t count = rdd->partitions_count;
    struct partial *partials = mem_zalloc(((size_t)count + 1) * sizeof(*partials));
    const struct action action = {.open = stats_open, .owner = partials};

    if (partials == NULL) {
        return error_set(error, WEIR_E_NOMEM, "no memory for %u partitions", count);
    }
    weir_status status = executor_run(executor, rdd, 0, count, &action, error);
    *out = (struct partial){.sum = 0};
    double_stats_init(&out->stats);
    for (uint32_t i = 0; i < count && status == WEIR_OK; i++) {
        double_stats_merge(&out->stats, &partials[i].stats);
        out->sum += partials[i].sum;
    }
    mem_free(partials);
    return status;
}

weir_status action_sum(struct executor *executor, struct rdd *rdd, double *out, weir_error *error)
{
    struct partial partial;

    WEIR_TRY(add_up(executor, rdd, &partial, error));
    *out = partial.sum;
    return WEIR_OK;
}

weir_status action_stats(struct executor *executor, struct rdd *rdd, struct double_stats *out,
                         weir_error *error)
{
    struct partial partial;

    WEIR_TRY(add_up(executor, rdd, &partial, error));
    *out = partial.stats;
    return WEIR_OK;
}

struct histogram {
    const double *edges;
    uint32_t edges_count;
    bool is_even;
    _Atomic uint64_t *counts;
};

struct histogram_op {
    struct op op;
    const struct histogram *histogram;
    uint64_t *counts;
    double numbers[CHUNK_ROWS_MAX];
};

/* As a JVM orders doubles: -0.0 before 0.0, NaN last and equal to itself. */
static int compare_as_jvm(double left, double right)
{
    if (left != right) {
        return isnan(left) || isnan(right) ? (isnan(left) != 0) - (isnan(right) != 0)
                                           : (left > right) - (left < right);
    }
    return (signbit(right) != 0) - (signbit(left) != 0);
}

/* The bucket of a number; false: outside. */
static bool bucket_search(const struct histogram *histogram, double number, uint32_t *bucket)
{
    uint32_t low = 0;
    uint32_t high = histogram->edges_count;

    while (low < high) { /* the first edge that is not below the number */
        uint32_t middle = (low + high) / 2;
        if (compare_as_jvm(histogram->edges[middle], number) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    bool is_edge =
        low < histogram->edges_count && compare_as_jvm(histogram->edges[low], number) == 0;
    if (is_edge) {
        *bucket = low < histogram->edges_count - 1 ? low : low - 1;
        return true;
    }
    *bucket = low - 1;
    return low > 0 && low < histogram->edges_count;
}

static bool bucket_compute(const struct histogram *histogram, double number, uint32_t *bucket)
{
    double min = histogram->edges[0];
    double max = histogram->edges[histogram->edges_count - 1];
    uint32_t last = histogram->edges_count - 2;

    if (isnan(number) || number < min || number > max) {
        return false;
    }
    double place = ((number - min) / (max - min)) * (double)(histogram->edges_count - 1);
    if (!(place > 0)) { /* NaN too: all edges are one */
        *bucket = 0;
    } else {
        *bucket = place >= (double)last ? last : (uint32_t)place;
    }
    return true;
}

static weir_status histogram_push(struct op *op, struct chunk *chunk, weir_error *error)
{
    struct histogram_op *counting = (struct histogram_op *)op;
    const struct histogram *histogram = counting->histogram;

    WEIR_TRY(numbers_of(chunk, counting->numbers, error));
    for (uint32_t i = 0; i < chunk->rows_count; i++) {
        uint32_t bucket;
        bool is_inside = histogram->is_even
                             ? bucket_compute(histogram, counting->numbers[i], &bucket)
                             : bucket_search(histogram, counting->numbers[i], &bucket);
        if (is_inside) {
            counting->counts[bucket]++;
        }
    }
    return WEIR_OK;
}

static weir_status histogram_finish(struct op *op, weir_error *error)
{
    const struct histogram_op *counting = (const struct histogram_op *)op;

    (void)error;
    for (uint32_t i = 0; i + 1 < counting->histogram->edges_count; i++) {
        atomic_fetch_add_explicit(&counting->histogram->counts[i], counting->counts[i],
                                  memory_order_relaxed);
    }
    return WEIR_OK;
}

static const struct op_class histogram_class = {
    .name = "histogram",
    .push = histogram_push,
    .finish = histogram_finish,
};

static weir_status histogram_open(void *owner, struct task *task, uint32_t partition,
                                  struct op **out, weir_error *error)
{
    const struct histogram *histogram = owner;
    struct op *op;

    (void)partition;
    WEIR_TRY(op_create(task, &histogram_class, sizeof(struct histogram_op), NULL, &op, error));
    struct histogram_op *counting = (struct histogram_op *)op;
    counting->histogram = histogram;
    counting->counts =
        arena_zalloc(&task->arena, histogram->edges_count * sizeof(*counting->counts));
    if (counting->counts == NULL) {
        return error_set(error, WEIR_E_NOMEM, "no memory for %u buckets", histogram->edges_count);
    }
    *out = op;
    return WEIR_OK;
}

weir_status action_histogram(struct executor *executor, struct rdd *rdd, const double *edges,
                             uint32_t edges_count, bool is_even, uint64_t *counts,
                             weir_error *error)
{
    struct histogram histogram = {.edges = edges, .edges_count = edges_count, .is_even = is_even};
    const struct action action = {.open = histogram_open, .owner = &histogram};

    if (edges_count < 2) {
        return error_set(error, WEIR_E_INVAL, "buckets array must have at least two elements");
    }
    histogram.counts = mem_zalloc(edges_count * sizeof(*histogram.counts));
    if (histogram.counts == NULL) {
        return error_set(error, WEIR_E_NOMEM, "no memory for %u buckets", edges_count);
    }
    weir_status status = executor_run(executor, rdd, 0, rdd->partitions_count, &action, error);
    for (uint32_t i = 0; i + 1 < edges_count && status == WEIR_OK; i++) {
        counts[i] = atomic_load_explicit(&histogram.counts[i], memory_order_relaxed);
    }
    mem_free((void *)histogram.counts);
    return status;
}

weir_status action_histogram_even(struct executor *executor, struct rdd *rdd,
                                  uint32_t buckets_count, double **edges, uint32_t *edges_count,
                                  uint64_t **counts, weir_error *error)
{
    struct double_stats stats;

    WEIR_TRY(action_stats(executor, rdd, &stats, error));
    double span = stats.max - stats.min;
    if (isnan(stats.min) || isnan(stats.max) || isinf(stats.min) || isinf(stats.max)) {
        return error_set(error, WEIR_E_INVAL,
                         "histogram on either an empty RDD or RDD containing +/-infinity or NaN");
    }
    uint32_t buckets = stats.min == stats.max ? 1 : buckets_count;
    double *ends = mem_alloc(((size_t)buckets + 1) * sizeof(*ends));
    uint64_t *inside = mem_zalloc(((size_t)buckets + 1) * sizeof(*inside));
    weir_status status = WEIR_OK;
    if (ends == NULL || inside == NULL) {
        status = error_set(error, WEIR_E_NOMEM, "no memory for %u buckets", buckets);
        goto fail;
    }
    for (uint32_t i = 0; i < buckets; i++) {
        ends[i] = stats.min + ((double)i * span) / (double)buckets;
    }
    ends[buckets] = stats.max;
    status = action_histogram(executor, rdd, ends, buckets + 1, true, inside, error);
    if (status != WEIR_OK) {
        goto fail;
    }
    *edges = ends;
    *edges_count = buckets + 1;
    *counts = inside;
    return WEIR_OK;

fail:
    mem_free(ends);
    mem_free(inside);
    return status;
}
