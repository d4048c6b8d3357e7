/*
 * column - a vector of one stream column's values.
 *
 * Dense where the kind is known: int64_t, double, or 16-byte byte views (a struct weir_value of
 * kind bytes is that view: short bytes stand inside). A column in which kinds mix, or that has
 * nulls, is a vector of struct weir_value. So bytes and mixed columns have the same form, and only
 * what may be assumed of them differs.
 *
 * Memory:   a column borrows its vector.
 */
#ifndef WEIR_DATA_COLUMN_H
#define WEIR_DATA_COLUMN_H

#include <weir/value.h>

enum column_kind {
    COLUMN_INT,
    COLUMN_FLOAT,
    COLUMN_BYTES, /* all bytes */
    COLUMN_MIXED
};

struct column {
    enum column_kind kind;
    union {
        const void *data;
        const int64_t *ints;
        const double *floats;
        const struct weir_value *values; /* bytes and mixed */
    };
};

static inline struct weir_value column_value(const struct column *column, uint32_t row)
{
    switch (column->kind) {
    case COLUMN_INT:
        return weir_int(column->ints[row]);
    case COLUMN_FLOAT:
        return weir_float(column->floats[row]);
    case COLUMN_BYTES:
    case COLUMN_MIXED:
        break;
    }
    return column->values[row];
}

/* Bytes that one row takes in the vector: 8 or 16. */
static inline size_t column_stride(enum column_kind kind)
{
    return kind == COLUMN_INT || kind == COLUMN_FLOAT ? 8 : 16;
}

/* The narrowest kind that holds all of these values; COLUMN_MIXED for none. */
enum column_kind column_kind_of_values(const struct weir_value *values, uint32_t count);

/* The kind of column that a value alone would make. */
enum column_kind column_kind_of_value(struct weir_value value);

#endif
