/*
 * accumulator - a reduced value per table entry.
 *
 * Life:     accumulators_init for one combiner and phase, accumulators_update chunk by chunk,
 *           accumulators_view for what came out, accumulators_fini.
 * Threads:  one task's.
 */
#ifndef WEIR_EXEC_ACCUMULATOR_H
#define WEIR_EXEC_ACCUMULATOR_H

#include "exec/combiner.h"
#include "exec/emitter.h"
#include "plan/function.h"

struct accumulators;

struct accumulator_class {
    /* Combines the rows' values into their entries: entries[i] belongs to the ith living row.
     * Entries from known_count to entries_count - 1 are new, and appear in ascending order. */
    weir_status (*update)(struct accumulators *accumulators, const struct column *values,
                          const uint16_t *rows, uint32_t rows_count, const uint32_t *entries,
                          uint32_t entries_count, weir_error *error);
};

struct accumulators {
    const struct accumulator_class *class;
    const struct combiner *combiner;
    enum combiner_phase phase;
    weir_reduce_function merge; /* the phase's */
    struct task *task;
    uint32_t known_count; /* entries that have a value */
    uint32_t capacity;
    enum column_kind kind; /* of the vector, in which each entry has a place */
    union {
        void *vector;
        int64_t *ints;
        double *floats;
        struct weir_value *values; /* bytes and mixed */
    };
    struct arena arena;     /* what values point to */
    size_t arena_bytes_max; /* compacted past it */
    struct emitter memory;  /* lent to reduce functions */
};

/* combiner: borrowed. */
CHECKED weir_status accumulators_init(struct accumulators *accumulators, struct task *task,
                                      const struct combiner *combiner, enum combiner_phase phase,
                                      weir_error *error);

/* entries_count: the table's, the new ones included. */
CHECKED weir_status accumulators_update(struct accumulators *accumulators,
                                        const struct column *values, const uint16_t *rows,
                                        uint32_t rows_count, const uint32_t *entries,
                                        uint32_t entries_count, weir_error *error);

/* The accumulators of entries [first, first + count) as a column, borrowed. */
struct column accumulators_view(const struct accumulators *accumulators, uint32_t first,
                                uint32_t count);

/* Bytes they hold. */
size_t accumulators_size(const struct accumulators *accumulators);

void accumulators_fini(struct accumulators *accumulators);

/* The vector that an update touches by entry, and the size of its items: worth a prefetch. */
const void *accumulators_vector(const struct accumulators *accumulators, size_t *stride);

/* For classes that begin dense and meet a value that does not fit: values from now on. */
CHECKED weir_status accumulators_widen(struct accumulators *accumulators, weir_error *error);

/* The class that calls the function row by row. */
extern const struct accumulator_class accumulators_by_call;

#endif
