/*
 * aggregate - values of a key brought together: a table, its accumulators, and disk for what does
 * not fit.
 *
 * Once it holds more than its share of the memory, keys that it has go on being updated in place,
 * and rows of keys that it has not are set aside in parts. What is set aside is aggregated part by
 * part when all rows have come, and merged by the places where the keys first stood. So a key's
 * values meet in the order in which they came, and keys come out in the order in which they first
 * came, as if nothing had been spilled.
 *
 * Life:     aggregate_init, aggregate_push ..., aggregate_drain once, aggregate_fini always.
 * Threads:  one task's.
 */
#ifndef WEIR_EXEC_AGGREGATE_H
#define WEIR_EXEC_AGGREGATE_H

#include "exec/accumulator.h"
#include "exec/memory.h"
#include "exec/spill_parts.h"
#include "exec/table.h"

struct aggregate {
    struct task *task;
    const struct combiner *combiner;
    enum combiner_phase phase;
    uint32_t depth; /* 0: the task's own; else of a part */
    bool is_drained;
    struct table table;
    struct accumulators accumulators;
    int64_t *places; /* depth > 0: by entry, where its key first stood */
    size_t places_count;
    size_t places_capacity;
    int64_t rows_seen;
    struct memory_account account;
    struct spill_parts *parts; /* NULL: all is in memory */
    uint32_t entries[CHUNK_ROWS_MAX];
    uint16_t rows[CHUNK_ROWS_MAX];
    uint64_t hashes[CHUNK_ROWS_MAX];
    int64_t row_places[CHUNK_ROWS_MAX];
};

/* combiner: borrowed. */
CHECKED weir_status aggregate_init(struct aggregate *aggregate, struct task *task,
                                   const struct combiner *combiner, enum combiner_phase phase,
                                   weir_error *error);

/* A chunk of pairs. */
CHECKED weir_status aggregate_push(struct aggregate *aggregate, const struct chunk *chunk,
                                   weir_error *error);

/* A row per key into `to`. */
CHECKED weir_status aggregate_drain(struct aggregate *aggregate, struct op *to, weir_error *error);

void aggregate_fini(struct aggregate *aggregate);

#endif
