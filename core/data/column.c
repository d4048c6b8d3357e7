/*
 * column - which kind of column values make.
 */
#include "data/column.h"

enum column_kind column_kind_of_value(struct weir_value value)
{
    switch (weir_kind_of(value)) {
    case WEIR_INT:
        return COLUMN_INT;
    case WEIR_FLOAT:
        return COLUMN_FLOAT;
    case WEIR_BYTES:
        return COLUMN_BYTES;
    default:
        return COLUMN_MIXED;
    }
}

enum column_kind column_kind_of_values(const struct weir_value *values, uint32_t count)
{
    uint32_t kinds = 0;

    for (uint32_t i = 0; i < count; i++) {
        kinds |= 1u << (values[i].head & 7u);
    }
    switch (kinds) {
    case 1u << WEIR_INT:
        return COLUMN_INT;
    case 1u << WEIR_FLOAT:
        return COLUMN_FLOAT;
    case 1u << WEIR_BYTES:
        return COLUMN_BYTES;
    default:
        return COLUMN_MIXED;
    }
}
