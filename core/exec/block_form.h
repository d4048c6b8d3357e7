/*
 * block_form - a block's rows as bytes: what a serialised cache, a spill and a checkpoint hold.
 *
 * Format:   MessagePack: array [1, rows, [column ...]]. A column is an array by its kind:
 *           ["i", least, width, bin] ints as differences from the least, width bytes each;
 *           ["f", bin] floats; ["b" or "t", width, bin sizes, bin bytes] bytes, or texts when each
 *           has the text mark, and ["x", bin] where only some have; ["m", bin] mixed: these two
 *           hold values in MessagePack one after the other. Numbers in bins are little-endian.
 * Reading trusts nothing: sizes are checked against what is left.
 */
#ifndef WEIR_EXEC_BLOCK_FORM_H
#define WEIR_EXEC_BLOCK_FORM_H

#include "base/arena.h"
#include "base/bytes.h"
#include "data/block.h"

/* Appends the form of all rows. WEIR_E_TOOBIG: a column of 4 GiB, or lists nested too deep. */
CHECKED weir_status block_form_write(const struct block *block, struct bytes *out,
                                     weir_error *error);

/* The same of columns that are no block yet, dense from their first row on. */
CHECKED weir_status block_form_write_columns(const struct column *columns, uint32_t columns_count,
                                             uint32_t rows_count, struct bytes *out,
                                             weir_error *error);

/* A new block of the same rows and column kinds. */
CHECKED weir_status block_form_read(const void *data, size_t size, struct block **out,
                                    weir_error *error);

/*
 * block_form_reader - the same chunk by chunk, without making a block. What chunks show points into
 * the data, which must have BLOCK_PADDING readable bytes behind it.
 *
 * Life:     block_form_reader_init, any number of _next, _fini.
 */
struct block_form_column {
    enum column_kind kind;
    bool is_text;
    bool is_values; /* MessagePack values */
    uint32_t width;
    int64_t least;
    const uint8_t *numbers; /* ints, floats or sizes: the next row's */
    const uint8_t *bytes;   /* bytes, or mixed values: the next row's */
    const uint8_t *bytes_end;
    void *vector; /* CHUNK_ROWS_MAX rows of the chunk */
};

struct block_form_reader {
    uint32_t rows_left;
    uint32_t columns_count;
    struct block_form_column columns[CHUNK_COLUMNS_MAX];
    struct arena items; /* of the chunk's mixed values */
};

CHECKED weir_status block_form_reader_init(struct block_form_reader *reader, const void *data,
                                           size_t size, weir_error *error);

/* The next rows, at most rows_max (<= CHUNK_ROWS_MAX), valid until the next call; no rows: the
 * end. */
CHECKED weir_status block_form_reader_next(struct block_form_reader *reader, uint32_t rows_max,
                                           struct chunk *out, weir_error *error);

void block_form_reader_fini(struct block_form_reader *reader);

#endif
