/*
 * rdd_sample - some of the rows, drawn by a generator that a seed and the partition begin: sample,
 * randomSplit, sampleByKey.
 */
#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "data/compare.h"
#include "data/value.h"
#include "exec/emitter.h"
#include "exec/generator.h"
#include "exec/lineage_rdd.h"
#include "exec/partition_rows.h"

struct fraction {
    struct weir_value key;
    double fraction;
};

/* A row is kept when its number lies in [lower, upper); or as often as a Poisson number of mean
 * `upper` says; or either by the fraction of its key. */
struct sample_rdd {
    struct rdd rdd;
    bool with_replacement;
    double lower;
    double upper;
    uint64_t seed;
    struct fraction *fractions; /* in order of their keys; NULL: the same for all */
    uint32_t fractions_count;
    struct arena arena; /* their keys */
};

struct sample_op {
    struct op op;
    const struct sample_rdd *plan;
    struct generator random;
    struct emitter emitter;
};

/* The bound that decides for this row; false for a key that has none. */
static bool upper_of(const struct sample_rdd *plan, const struct weir_row *row, double *upper)
{
    uint32_t low = 0;
    uint32_t high = plan->fractions_count;

    if (plan->fractions == NULL) {
        *upper = plan->upper;
        return true;
    }
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        int order = value_compare(&plan->fractions[middle].key, &row->key);
        if (order == 0) {
            *upper = plan->fractions[middle].fraction;
            return true;
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return false;
}

static uint64_t times_kept(struct sample_op *sample, double upper)
{
    if (sample->plan->with_replacement) {
        return generator_poisson(&sample->random, upper);
    }
    double number = generator_unit(&sample->random);
    return number >= sample->plan->lower && number < upper;
}

static weir_status sample_push(struct op *op, struct chunk *chunk, weir_error *error)
{
    struct sample_op *sample = (struct sample_op *)op;
    struct emitter *emitter = &sample->emitter;

    for (uint32_t i = 0; i < chunk->rows_count; i++) {
        struct weir_row row = chunk_row_shown(chunk, i);
        double upper;

        if (!upper_of(sample->plan, &row, &upper)) {
            return error_set(error, WEIR_E_INVAL, "sampleByKey: no fraction for a key");
        }
        for (uint64_t times = times_kept(sample, upper); times > 0; times--) {
            weir_emit_pair(&emitter->out, row.key, row.value);
        }
        WEIR_TRY(emitter_row_done(emitter, error));
    }
    return emitter_finish(emitter, error);
}

static const struct op_class sample_op_class = {
    .name = "sample",
    .push = sample_push,
};

static weir_status sample_compute(struct task *task, const struct rdd *rdd, uint32_t partition,
                                  struct op *to, weir_error *error)
{
    const struct sample_rdd *plan = (const struct sample_rdd *)rdd;
    struct op *op;

    WEIR_TRY(op_create(task, &sample_op_class, sizeof(struct sample_op), to, &op, error));
    struct sample_op *sample = (struct sample_op *)op;
    sample->plan = plan;
    generator_init(&sample->random, plan->seed, partition);
    weir_status status = emitter_init(&sample->emitter, task, to, rdd->is_pairs, error);
    if (status == WEIR_OK) {
        status = rdd_push(task, rdd->parents[0], partition, op, error);
    }
    emitter_fini(&sample->emitter);
    return status;
}

static void sample_fini(struct rdd *rdd)
{
    struct sample_rdd *sample = (struct sample_rdd *)rdd;

    mem_free(sample->fractions);
    arena_fini(&sample->arena);
}

static const struct rdd_class sample_class = {
    .name = "sample",
    .compute = sample_compute,
    .fini = sample_fini,
};

static weir_status create_sample(struct rdd *parent, double lower, double upper,
                                 bool with_replacement, uint64_t seed, struct rdd **out,
                                 weir_error *error)
{
    struct rdd *rdd;

    WEIR_TRY(rdd_create(&sample_class, sizeof(struct sample_rdd), parent->partitions_count, &parent,
                        1, &rdd, error));
    struct sample_rdd *sample = (struct sample_rdd *)rdd;
    arena_init(&sample->arena);
    sample->lower = lower;
    sample->upper = upper;
    sample->with_replacement = with_replacement;
    sample->seed = seed;
    rdd->is_pairs = parent->is_pairs;
    rdd_set_partitioner(rdd, parent->partitioner);
    *out = rdd;
    return WEIR_OK;
}

static weir_status check_fraction(bool with_replacement, double fraction, weir_error *error)
{
    if (!(fraction >= 0) || isinf(fraction)) {
        return error_set(error, WEIR_E_INVAL, "sampling fraction (%g) must be nonnegative",
                         fraction);
    }
    if (!with_replacement && fraction > 1) {
        return error_set(error, WEIR_E_INVAL,
                         "sampling fraction (%g) must be 0 to 1 without replacement", fraction);
    }
    return WEIR_OK;
}

weir_status rdd_create_sample(struct rdd *parent, bool with_replacement, double fraction,
                              uint64_t seed, struct rdd **out, weir_error *error)
{
    WEIR_TRY(check_fraction(with_replacement, fraction, error));
    return create_sample(parent, 0, fraction, with_replacement, seed, out, error);
}

static weir_status check_weights(const double *weights, uint32_t count, double *sum,
                                 weir_error *error)
{
    *sum = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (!(weights[i] >= 0) || isinf(weights[i])) {
            return error_set(error, WEIR_E_INVAL, "weights must be nonnegative, and one is %g",
                             weights[i]);
        }
        *sum += weights[i];
    }
    return *sum > 0 ? WEIR_OK
                    : error_set(error, WEIR_E_INVAL, "the sum of the weights must be positive");
}

weir_status rdd_create_random_split(struct rdd *parent, const double *weights, uint32_t count,
                                    uint64_t seed, struct rdd **out, weir_error *error)
{
    weir_status status;
    double sum;
    double upto = 0;
    double lower = 0;

    WEIR_TRY(check_weights(weights, count, &sum, error));
    for (uint32_t i = 0; i < count; i++) {
        upto += weights[i];
        /* The last one's bound is 1 whatever the rounding, so that no row is lost. */
        double upper = i + 1 == count ? 1.0 : upto / sum;
        status = create_sample(parent, lower, upper, false, seed, &out[i], error);
        if (status != WEIR_OK) {
            while (i-- > 0) {
                rdd_drop(out[i]);
                out[i] = NULL;
            }
            return status;
        }
        lower = upper;
    }
    return WEIR_OK;
}

static int compare_fractions(const void *left, const void *right)
{
    return value_compare(&((const struct fraction *)left)->key,
                         &((const struct fraction *)right)->key);
}

/* The map's keys and fractions, checked, copied and sorted. */
static weir_status fractions_fill(struct sample_rdd *sample, struct weir_value fractions,
                                  weir_error *error)
{
    uint32_t count = weir_size_of(fractions);

    sample->fractions = mem_alloc(((size_t)count + 1) * sizeof(*sample->fractions));
    if (sample->fractions == NULL) {
        return error_set(error, WEIR_E_NOMEM, "no memory for %u fractions", count);
    }
    for (uint32_t i = 0; i < count; i++) {
        struct fraction *one = &sample->fractions[i];

        one->fraction = weir_float_of(fractions.items[2 * i + 1]);
        WEIR_TRY(check_fraction(sample->with_replacement, one->fraction, error));
        weir_status status = value_copy(fractions.items[2 * i], &sample->arena, &one->key);
        if (status != WEIR_OK) {
            return error_set(error, status, "no memory for %u fractions", count);
        }
    }
    qsort(sample->fractions, count, sizeof(*sample->fractions), compare_fractions);
    sample->fractions_count = count;
    return WEIR_OK;
}

weir_status rdd_create_sample_by_key(struct rdd *parent, bool with_replacement,
                                     struct weir_value fractions, uint64_t seed, struct rdd **out,
                                     weir_error *error)
{
    struct rdd *rdd;

    assert(parent->is_pairs);
    if (weir_kind_of(fractions) != WEIR_MAP) {
        return error_set(error, WEIR_E_INVAL, "sampleByKey takes a map of keys to fractions");
    }
    WEIR_TRY(create_sample(parent, 0, 0, with_replacement, seed, &rdd, error));
    weir_status status = fractions_fill((struct sample_rdd *)rdd, fractions, error);
    if (status != WEIR_OK) {
        rdd_drop(rdd);
        return status;
    }
    *out = rdd;
    return WEIR_OK;
}
