/*
 * whole_row - a row as one value: a plain row's value, a pair's tuple (key, value).
 *
 * So operators that look at rows as wholes (distinct, subtract, zip, sortBy ...) treat plain and
 * pair RDDs alike. The RDDs made here turn rows into the keys or values of pairs, and back.
 */
#ifndef WEIR_EXEC_WHOLE_ROW_H
#define WEIR_EXEC_WHOLE_ROW_H

#include <weir/function.h>

#include "plan/function.h"
#include "plan/rdd.h"

/* A tuple stands in the emitter's memory; what it points to is borrowed. */
static inline struct weir_value whole_row(const struct weir_row *row, bool is_pair,
                                          struct weir_emitter *memory)
{
    if (!is_pair) {
        return row->value;
    }
    struct weir_value *items = (struct weir_value *)weir_emitter_memory(memory, 2 * sizeof(*items));
    items[0] = row->key;
    items[1] = row->value;
    return weir_tuple(items, 2);
}

/* Pairs (row, null). */
CHECKED weir_status rdd_create_rows_as_keys(struct rdd *parent, struct rdd **out,
                                            weir_error *error);

/* Pairs (row, 1). */
CHECKED weir_status rdd_create_rows_with_one(struct rdd *parent, struct rdd **out,
                                             weir_error *error);

/* The keys of pairs (row, any) as rows: pairs when is_pairs, each from its tuple. */
CHECKED weir_status rdd_create_rows_of_keys(struct rdd *parent, bool is_pairs, struct rdd **out,
                                            weir_error *error);

/* The values of pairs (any, row) as rows. */
CHECKED weir_status rdd_create_rows_of_values(struct rdd *parent, bool is_pairs, struct rdd **out,
                                              weir_error *error);

#endif
