/*
 * gather - brings rows of a column together in a vector of the caller's.
 *
 * The vector's kind is the column's own, or COLUMN_MIXED, which holds all; or a dense kind that
 * every one of the rows is known to be of.
 *
 * Threads:  plain loops over plain data.
 */
#ifndef WEIR_DATA_GATHER_H
#define WEIR_DATA_GATHER_H

#include "data/column.h"
#include "data/value.h"

/* Adds what deep copies of the rows take. rows NULL: 0 to rows_count - 1. */
void gather_measure(const struct column *column, const uint16_t *rows, uint32_t rows_count,
                    struct value_sizes *sizes);

/* Writes the rows to vector[0] and on. What they point to goes to `room`; room NULL: there is
 * nothing, or it is borrowed. */
void gather_rows(const struct column *column, const uint16_t *rows, uint32_t rows_count,
                 enum column_kind kind, void *vector, struct value_room *room);

#endif
