/*
 * gather - brings rows of a column together: a loop for each pair of kinds.
 */
#include "data/gather.h"

#include <assert.h>

/* Specialised at each place it is called from: with and without a selection. */
#define KERNEL static inline __attribute__((always_inline))

KERNEL size_t measure_bytes(const struct weir_value *values, const uint16_t *rows,
                            uint32_t rows_count)
{
    size_t size = 0;

    for (uint32_t i = 0; i < rows_count; i++) {
        uint32_t one = weir_size_of(values[rows == NULL ? i : rows[i]]);
        size += one > WEIR_SHORT_MAX ? one : 0;
    }
    return size;
}

KERNEL void measure_values(const struct weir_value *values, const uint16_t *rows,
                           uint32_t rows_count, struct value_sizes *sizes)
{
    for (uint32_t i = 0; i < rows_count; i++) {
        value_measure(&values[rows == NULL ? i : rows[i]], sizes);
    }
}

KERNEL void measure(const struct column *column, const uint16_t *rows, uint32_t rows_count,
                    struct value_sizes *sizes)
{
    switch (column->kind) {
    case COLUMN_INT:
    case COLUMN_FLOAT:
        break;
    case COLUMN_BYTES:
        sizes->bytes += measure_bytes(column->values, rows, rows_count);
        break;
    case COLUMN_MIXED:
        measure_values(column->values, rows, rows_count, sizes);
        break;
    }
}

void gather_measure(const struct column *column, const uint16_t *rows, uint32_t rows_count,
                    struct value_sizes *sizes)
{
    if (rows == NULL) {
        measure(column, NULL, rows_count, sizes);
    } else {
        measure(column, rows, rows_count, sizes);
    }
}

KERNEL void ints_of_ints(const int64_t *ints, const uint16_t *rows, uint32_t rows_count,
                         int64_t *vector)
{
    for (uint32_t i = 0; i < rows_count; i++) {
        vector[i] = ints[rows == NULL ? i : rows[i]];
    }
}

KERNEL void ints_of_values(const struct weir_value *values, const uint16_t *rows,
                           uint32_t rows_count, int64_t *vector)
{
    for (uint32_t i = 0; i < rows_count; i++) {
        vector[i] = values[rows == NULL ? i : rows[i]].integer;
    }
}

KERNEL void floats_of_floats(const double *floats, const uint16_t *rows, uint32_t rows_count,
                             double *vector)
{
    for (uint32_t i = 0; i < rows_count; i++) {
        vector[i] = floats[rows == NULL ? i : rows[i]];
    }
}

KERNEL void floats_of_values(const struct weir_value *values, const uint16_t *rows,
                             uint32_t rows_count, double *vector)
{
    for (uint32_t i = 0; i < rows_count; i++) {
        vector[i] = values[rows == NULL ? i : rows[i]].number;
    }
}

KERNEL void values_of_ints(const int64_t *ints, const uint16_t *rows, uint32_t rows_count,
                           struct weir_value *vector)
{
    for (uint32_t i = 0; i < rows_count; i++) {
        vector[i] = weir_int(ints[rows == NULL ? i : rows[i]]);
    }
}

KERNEL void values_of_floats(const double *floats, const uint16_t *rows, uint32_t rows_count,
                             struct weir_value *vector)
{
    for (uint32_t i = 0; i < rows_count; i++) {
        vector[i] = weir_float(floats[rows == NULL ? i : rows[i]]);
    }
}

KERNEL void values_of_values(const struct weir_value *values, const uint16_t *rows,
                             uint32_t rows_count, struct weir_value *vector)
{
    for (uint32_t i = 0; i < rows_count; i++) {
        vector[i] = values[rows == NULL ? i : rows[i]];
    }
}

/* Deep, all bytes: the bytes are packed one behind the other. */
KERNEL void copies_of_bytes(const struct weir_value *values, const uint16_t *rows,
                            uint32_t rows_count, struct weir_value *vector, struct value_room *room)
{
    char *end = room->bytes;

    for (uint32_t i = 0; i < rows_count; i++) {
        struct weir_value value = values[rows == NULL ? i : rows[i]];
        uint32_t size = weir_size_of(value);
        if (size > WEIR_SHORT_MAX) {
            memcpy(end, value.bytes, size);
            value.bytes = end;
            end += size;
        }
        vector[i] = value;
    }
    room->bytes = end;
}

KERNEL void copies_of_values(const struct weir_value *values, const uint16_t *rows,
                             uint32_t rows_count, struct weir_value *vector,
                             struct value_room *room)
{
    for (uint32_t i = 0; i < rows_count; i++) {
        vector[i] = value_copy_into(&values[rows == NULL ? i : rows[i]], room);
    }
}

KERNEL void gather_ints(const struct column *column, const uint16_t *rows, uint32_t rows_count,
                        int64_t *vector)
{
    if (column->kind == COLUMN_INT) {
        ints_of_ints(column->ints, rows, rows_count, vector);
    } else {
        assert(column->kind == COLUMN_MIXED);
        ints_of_values(column->values, rows, rows_count, vector);
    }
}

KERNEL void gather_floats(const struct column *column, const uint16_t *rows, uint32_t rows_count,
                          double *vector)
{
    if (column->kind == COLUMN_FLOAT) {
        floats_of_floats(column->floats, rows, rows_count, vector);
    } else {
        assert(column->kind == COLUMN_MIXED);
        floats_of_values(column->values, rows, rows_count, vector);
    }
}

KERNEL void gather_values(const struct column *column, const uint16_t *rows, uint32_t rows_count,
                          struct weir_value *vector, struct value_room *room)
{
    switch (column->kind) {
    case COLUMN_INT:
        values_of_ints(column->ints, rows, rows_count, vector);
        return;
    case COLUMN_FLOAT:
        values_of_floats(column->floats, rows, rows_count, vector);
        return;
    case COLUMN_BYTES:
    case COLUMN_MIXED:
        break;
    }
    if (room == NULL) {
        values_of_values(column->values, rows, rows_count, vector);
    } else if (column->kind == COLUMN_BYTES) {
        copies_of_bytes(column->values, rows, rows_count, vector, room);
    } else {
        copies_of_values(column->values, rows, rows_count, vector, room);
    }
}

KERNEL void gather(const struct column *column, const uint16_t *rows, uint32_t rows_count,
                   enum column_kind kind, void *vector, struct value_room *room)
{
    switch (kind) {
    case COLUMN_INT:
        gather_ints(column, rows, rows_count, vector);
        break;
    case COLUMN_FLOAT:
        gather_floats(column, rows, rows_count, vector);
        break;
    case COLUMN_BYTES:
    case COLUMN_MIXED:
        gather_values(column, rows, rows_count, vector, room);
        break;
    }
}

void gather_rows(const struct column *column, const uint16_t *rows, uint32_t rows_count,
                 enum column_kind kind, void *vector, struct value_room *room)
{
    if (rows == NULL) {
        gather(column, NULL, rows_count, kind, vector, room);
    } else {
        gather(column, rows, rows_count, kind, vector, room);
    }
}
