/*
 * action_distinct - countApproxDistinct: a HyperLogLog over the hashes of rows.
 *
 * 2^p registers keep the longest run of leading zeros seen among the hashes that fall to them. All
 * tasks share them: the greatest of numbers is the same in any order, and a task that is run twice
 * changes nothing. The count is Ertl's estimate (2017), which has no bias at small counts.
 */
#include <math.h>
#include <stdatomic.h>

#include "base/mem.h"
#include "data/hash.h"
#include "exec/action.h"
#include "exec/generator.h"
#include "exec/partition_rows.h"

#define PRECISION_MIN    4
#define DEVIATION_LOWEST 0.000017 /* needs 32 bits of precision */

struct registers {
    _Atomic uint8_t *ranks;
    int precision;
};

struct register_op {
    struct op op;
    struct registers *registers;
};

static void rank_raise(_Atomic uint8_t *place, uint8_t rank)
{
    uint8_t known = atomic_load_explicit(place, memory_order_relaxed);

    while (known < rank && !atomic_compare_exchange_weak_explicit(
                               place, &known, rank, memory_order_relaxed, memory_order_relaxed)) {
    }
}

static weir_status register_push(struct op *op, struct chunk *chunk, weir_error *error)
{
    struct registers *registers = ((struct register_op *)op)->registers;
    int precision = registers->precision;

    (void)error;
    for (uint32_t i = 0; i < chunk->rows_count; i++) {
        struct weir_row row = chunk_row_shown(chunk, i);
        uint64_t hash = value_hash(&row.value);

        if (chunk_is_pairs(chunk)) {
            hash = hash_fold(value_hash(&row.key), generator_mix(hash));
        }
        hash = generator_mix(hash);
        /* A bit behind the last bounds the run of zeros. */
        uint64_t rest = hash << precision | UINT64_C(1) << (precision - 1);
        rank_raise(&registers->ranks[hash >> (64 - precision)],
                   (uint8_t)(__builtin_clzll(rest) + 1));
    }
    return WEIR_OK;
}

static const struct op_class register_class = {
    .name = "count approx distinct",
    .push = register_push,
};

static weir_status register_open(void *owner, struct task *task, uint32_t partition,
                                 struct op **out, weir_error *error)
{
    (void)partition;
    WEIR_TRY(op_create(task, &register_class, sizeof(struct register_op), NULL, out, error));
    ((struct register_op *)*out)->registers = owner;
    return WEIR_OK;
}

/* x + x^2 + 2 x^4 + 4 x^8 ... */
static double sigma(double x)
{
    double weight = 1;
    double sum = x;
    double before;

    if (x == 1) {
        return INFINITY;
    }
    do {
        before = sum;
        x *= x;
        sum += x * weight;
        weight += weight;
    } while (sum != before);
    return sum;
}

static double tau(double x)
{
    double weight = 1;
    double sum = 1 - x;
    double before;

    if (x == 0 || x == 1) {
        return 0;
    }
    do {
        before = sum;
        x = sqrt(x);
        weight *= 0.5;
        sum -= (1 - x) * (1 - x) * weight;
    } while (sum != before);
    return sum / 3;
}

static uint64_t estimate(const struct registers *registers)
{
    uint64_t count = UINT64_C(1) << registers->precision;
    double registers_count = (double)count;
    uint64_t with_rank[66] = {0};
    int rank_max = 64 - registers->precision + 1;

    for (uint64_t i = 0; i < count; i++) {
        with_rank[atomic_load_explicit(&registers->ranks[i], memory_order_relaxed)]++;
    }
    double sum = registers_count * tau(1 - (double)with_rank[rank_max] / registers_count);
    for (int rank = rank_max - 1; rank >= 1; rank--) {
        sum = 0.5 * (sum + (double)with_rank[rank]);
    }
    sum += registers_count * sigma((double)with_rank[0] / registers_count);
    return (uint64_t)llround(registers_count * registers_count / (2 * log(2) * sum));
}

weir_status action_count_approx_distinct(struct executor *executor, struct rdd *rdd,
                                         double relative_deviation, uint64_t *out,
                                         weir_error *error)
{
    struct registers registers;
    const struct action action = {.open = register_open, .owner = &registers};

    if (!(relative_deviation > DEVIATION_LOWEST)) {
        return error_set(error, WEIR_E_INVAL, "accuracy (%g) must be greater than 0.000017",
                         relative_deviation);
    }
    double precision = ceil(2 * log2(1.054 / relative_deviation));
    registers.precision = precision < PRECISION_MIN ? PRECISION_MIN : (int)precision;
    registers.ranks = mem_zalloc((size_t)1 << registers.precision);
    if (registers.ranks == NULL) {
        return error_set(error, WEIR_E_NOMEM, "no memory for 2^%d registers", registers.precision);
    }
    weir_status status = executor_run(executor, rdd, 0, rdd->partitions_count, &action, error);
    if (status == WEIR_OK) {
        *out = estimate(&registers);
    }
    mem_free((void *)registers.ranks);
    return status;
}
