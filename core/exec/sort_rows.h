/*
 * sort_rows - the order of a block's rows: an array of places, sorted; rows are not moved.
 *
 * The order is that of values (data/compare.h), and stable: equal rows keep the order in which they
 * stand, ascending and descending alike. Ints and floats are compared as words, bytes by their
 * first eight.
 *
 * Memory:   32 bytes per row while it sorts, 4 for the result.
 * Threads:  plain functions; a block may be sorted by several at once.
 */
#ifndef WEIR_EXEC_SORT_ROWS_H
#define WEIR_EXEC_SORT_ROWS_H

#include "data/block.h"
#include "exec/op.h"

enum sort_by {
    SORT_BY_KEY, /* pairs by their keys */
    SORT_BY_ROW  /* plain rows by their values, pairs by key and then value */
};

/* Places in order, freed with mem_free. */
CHECKED weir_status sort_rows(const struct block *block, enum sort_by by, bool is_descending,
                              uint32_t **places, weir_error *error);

/* What it takes to sort a row. */
#define SORT_BYTES_PER_ROW 36u

/* The rows of these places as a dense chunk, in vectors with room for `count` values each. */
void sort_rows_chunk(const struct block *block, const uint32_t *places, uint32_t count,
                     void *const *vectors, struct chunk *out);

/* A value's word: of two in columns of one kind, the one with the lower word orders first; equal
 * words say that ints and floats are equal, and of others nothing. */
uint64_t sort_word(const struct column *column, uint32_t place);

/* Pushes the rows of places[0] to places[count - 1] into `to`, chunk by chunk. They borrow from the
 * block. */
CHECKED weir_status sort_rows_push(struct task *task, const struct block *block,
                                   const uint32_t *places, uint32_t count, struct op *to,
                                   weir_error *error);

#endif
