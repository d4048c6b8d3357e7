/*
 * chunk - the unit in which operators work: a few columns, about a thousand rows, and a selection.
 *
 * A plain stream has one column, value; a pair stream has two, key and value.
 *
 * Memory:   a chunk borrows everything. It is valid until the push that brought it returns: an
 *           operator copies what it keeps.
 * Threads:  one task's.
 */
#ifndef WEIR_DATA_CHUNK_H
#define WEIR_DATA_CHUNK_H

#include "data/column.h"

#define CHUNK_ROWS_DEFAULT 1024u
#define CHUNK_ROWS_MAX     4096u
#define CHUNK_COLUMNS_MAX  2u

/* Columns by position. */
#define CHUNK_VALUE      0u /* of a plain stream */
#define CHUNK_PAIR_KEY   0u /* of a pair stream */
#define CHUNK_PAIR_VALUE 1u

struct chunk {
    uint32_t rows_count; /* rows alive */
    uint32_t columns_count;
    const uint16_t *rows; /* which rows are alive, ascending; NULL: 0 to rows_count - 1 */
    struct column columns[CHUNK_COLUMNS_MAX];
};

/* The ith living row's place in the columns. */
static inline uint32_t chunk_row(const struct chunk *chunk, uint32_t i)
{
    return chunk->rows == NULL ? i : chunk->rows[i];
}

static inline bool chunk_is_pairs(const struct chunk *chunk)
{
    return chunk->columns_count == 2;
}

#endif
