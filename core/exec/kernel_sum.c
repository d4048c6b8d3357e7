/*
 * kernel_sum - "sum": ints add up in 64 bits and wrap around, as a JVM's do; as soon as a float is
 * met, a key's sum is a float. What is neither fails the task.
 */
#include <string.h>

#include "exec/accumulator.h"
#include "exec/kernel.h"

static int64_t add_wrapping(int64_t left, int64_t right)
{
    return (int64_t)((uint64_t)left + (uint64_t)right);
}

struct weir_value sum_reduce(struct weir_value left, struct weir_value right,
                             struct weir_emitter *memory, struct weir_value argument)
{
    enum weir_kind left_kind = weir_kind_of(left);
    enum weir_kind right_kind = weir_kind_of(right);

    (void)argument;
    if (left_kind == WEIR_INT && right_kind == WEIR_INT) {
        return weir_int(add_wrapping(left.integer, right.integer));
    }
    if ((left_kind != WEIR_INT && left_kind != WEIR_FLOAT) ||
        (right_kind != WEIR_INT && right_kind != WEIR_FLOAT)) {
        weir_emit_error(memory, "sum takes ints and floats only");
        return weir_null();
    }
    return weir_float(weir_float_of(left) + weir_float_of(right));
}

static void add_ints(int64_t *sums, const int64_t *values, uint32_t rows_count,
                     const uint32_t *entries)
{
    for (uint32_t i = 0; i < rows_count; i++) {
        sums[entries[i]] = add_wrapping(sums[entries[i]], values[i]);
    }
}

static void add_selected_ints(int64_t *sums, const int64_t *values, const uint16_t *rows,
                              uint32_t rows_count, const uint32_t *entries)
{
    for (uint32_t i = 0; i < rows_count; i++) {
        sums[entries[i]] = add_wrapping(sums[entries[i]], values[rows[i]]);
    }
}

/* Floats add up in the order of the rows, as the row form adds them. */
static void add_floats(double *sums, const double *values, uint32_t rows_count,
                       const uint32_t *entries)
{
    for (uint32_t i = 0; i < rows_count; i++) {
        sums[entries[i]] += values[i];
    }
}

static void add_selected_floats(double *sums, const double *values, const uint16_t *rows,
                                uint32_t rows_count, const uint32_t *entries)
{
    for (uint32_t i = 0; i < rows_count; i++) {
        sums[entries[i]] += values[rows[i]];
    }
}

static void update_ints(struct accumulators *accumulators, const struct column *values,
                        const uint16_t *rows, uint32_t rows_count, const uint32_t *entries,
                        uint32_t entries_count)
{
    /* New entries start from zero, so that one loop without a branch serves all rows. */
    memset(accumulators->ints + accumulators->known_count, 0,
           (entries_count - accumulators->known_count) * sizeof(*accumulators->ints));
    if (rows == NULL) {
        add_ints(accumulators->ints, values->ints, rows_count, entries);
    } else {
        add_selected_ints(accumulators->ints, values->ints, rows, rows_count, entries);
    }
}

static void update_floats(struct accumulators *accumulators, const struct column *values,
                          const uint16_t *rows, uint32_t rows_count, const uint32_t *entries,
                          uint32_t entries_count)
{
    /* -0.0 is what changes no number it is added to: from 0.0 on, a sum of -0.0 would be lost. */
    for (uint32_t entry = accumulators->known_count; entry < entries_count; entry++) {
        accumulators->floats[entry] = -0.0;
    }
    if (rows == NULL) {
        add_floats(accumulators->floats, values->floats, rows_count, entries);
    } else {
        add_selected_floats(accumulators->floats, values->floats, rows, rows_count, entries);
    }
}

static weir_status sum_update(struct accumulators *accumulators, const struct column *values,
                              const uint16_t *rows, uint32_t rows_count, const uint32_t *entries,
                              uint32_t entries_count, weir_error *error)
{
    if (accumulators->known_count == 0 && values->kind == COLUMN_FLOAT &&
        accumulators->kind == COLUMN_INT) {
        accumulators->kind = COLUMN_FLOAT; /* its places are as wide */
    }
    if (accumulators->kind == COLUMN_INT && values->kind == COLUMN_INT) {
        update_ints(accumulators, values, rows, rows_count, entries, entries_count);
        return WEIR_OK;
    }
    if (accumulators->kind == COLUMN_FLOAT && values->kind == COLUMN_FLOAT) {
        update_floats(accumulators, values, rows, rows_count, entries, entries_count);
        return WEIR_OK;
    }
    if (accumulators->kind != COLUMN_MIXED) {
        WEIR_TRY(accumulators_widen(accumulators, error)); /* some sums are ints, some floats */
    }
    return accumulators_by_call.update(accumulators, values, rows, rows_count, entries,
                                       entries_count, error);
}

static const struct accumulator_class sum_accumulators = {
    .update = sum_update,
};

const struct kernel_class kernel_sum = {
    .accumulators = &sum_accumulators,
};
