/*
 * block_form - a block's rows as bytes: the writing half.
 */
#include "exec/block_form.h"

#include <string.h>

#include "data/msgpack.h"
#include "data/msgpack_types.h"

/* A bin's head, always of the long form; its size is filled in by bin_end. */
static size_t bin_begin(struct bytes *out)
{
    static const uint8_t head[5] = {PACK_BIN8 + 2};

    bytes_append(out, head, sizeof(head));
    return out->size;
}

static weir_status bin_end(struct bytes *out, size_t start, weir_error *error)
{
    size_t size = out->size - start;

    if (out->failed) {
        return bytes_status(out, error);
    }
    if (size > UINT32_MAX) {
        return error_set(error, WEIR_E_TOOBIG, "a column of more than 4 GiB");
    }
    for (int i = 0; i < 4; i++) {
        out->data[start - 1 - (size_t)i] = (char)(size >> (8 * i));
    }
    return WEIR_OK;
}

static void write_array(struct bytes *out, unsigned count)
{
    bytes_append_byte(out, (char)(PACK_FIX_ARRAY | count));
}

static void write_word(struct bytes *out, char letter)
{
    bytes_append_byte(out, (char)(PACK_FIX_STR | 1));
    bytes_append_byte(out, letter);
}

/* 1, 2, 4 or 8 bytes. */
static uint32_t width_of(uint64_t number)
{
    uint32_t width = 1;

    while (width < 8 && number >> (8 * width) != 0) {
        width *= 2;
    }
    return width;
}

/* Little-endian, as the host is (hash.h refuses others). */
static void put_number(uint8_t *at, uint64_t number, uint32_t width)
{
    memcpy(at, &number, width);
}

static weir_status write_ints(const int64_t *ints, uint32_t count, struct bytes *out,
                              weir_error *error)
{
    int64_t least = count > 0 ? ints[0] : 0;
    int64_t most = least;

    for (uint32_t i = 1; i < count; i++) {
        least = ints[i] < least ? ints[i] : least;
        most = ints[i] > most ? ints[i] : most;
    }
    uint32_t width = width_of((uint64_t)most - (uint64_t)least);

    write_array(out, 4);
    write_word(out, 'i');
    msgpack_write(out, weir_int(least));
    msgpack_write(out, weir_int(width));
    size_t start = bin_begin(out);
    char *room = bytes_reserve(out, (size_t)count * width);
    if (room == NULL) {
        return error_set(error, WEIR_E_NOMEM, "no memory to write %u ints", count);
    }
    for (uint32_t i = 0; i < count; i++) {
        put_number((uint8_t *)room + (size_t)i * width, (uint64_t)ints[i] - (uint64_t)least, width);
    }
    out->size += (size_t)count * width;
    return bin_end(out, start, error);
}

static weir_status write_floats(const double *floats, uint32_t count, struct bytes *out,
                                weir_error *error)
{
    write_array(out, 2);
    write_word(out, 'f');
    size_t start = bin_begin(out);
    bytes_append(out, floats, (size_t)count * sizeof(*floats));
    return bin_end(out, start, error);
}

static weir_status write_values(const struct column *column, uint32_t count, struct bytes *out,
                                weir_error *error)
{
    write_array(out, 2);
    write_word(out, column->kind == COLUMN_BYTES ? 'x' : 'm');
    size_t start = bin_begin(out);
    for (uint32_t i = 0; i < count; i++) {
        msgpack_write(out, column->values[i]);
    }
    return bin_end(out, start, error);
}

static weir_status write_bytes(const struct weir_value *values, uint32_t count, struct bytes *out,
                               weir_error *error)
{
    uint32_t longest = 0;
    size_t size_all = 0;

    for (uint32_t i = 0; i < count; i++) {
        uint32_t size = weir_size_of(values[i]);
        longest = size > longest ? size : longest;
        size_all += size;
    }
    uint32_t width = width_of(longest);

    write_array(out, 4);
    write_word(out, count > 0 && weir_is_text(values[0]) ? 't' : 'b');
    msgpack_write(out, weir_int(width));
    size_t start = bin_begin(out);
    char *room = bytes_reserve(out, (size_t)count * width + 8 + size_all);
    if (room == NULL) {
        return error_set(error, WEIR_E_NOMEM, "no memory to write %u rows of bytes", count);
    }
    for (uint32_t i = 0; i < count; i++) {
        put_number((uint8_t *)room + (size_t)i * width, weir_size_of(values[i]), width);
    }
    out->size += (size_t)count * width;
    WEIR_TRY(bin_end(out, start, error));

    start = bin_begin(out);
    for (uint32_t i = 0; i < count; i++) {
        bytes_append(out, weir_bytes_of(&values[i]), weir_size_of(values[i]));
    }
    return bin_end(out, start, error);
}

/* Bytes can be packed only where all are texts, or none is. */
static bool is_uniform(const struct weir_value *values, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++) {
        if (((values[i].head ^ values[0].head) & WEIR_HEAD_TEXT) != 0) {
            return false;
        }
    }
    return true;
}

static weir_status write_column(const struct column *column, uint32_t count, struct bytes *out,
                                weir_error *error)
{
    switch (column->kind) {
    case COLUMN_INT:
        return write_ints(column->ints, count, out, error);
    case COLUMN_FLOAT:
        return write_floats(column->floats, count, out, error);
    case COLUMN_BYTES:
        if (is_uniform(column->values, count)) {
            return write_bytes(column->values, count, out, error);
        }
        break;
    case COLUMN_MIXED:
        break;
    }
    return write_values(column, count, out, error);
}

weir_status block_form_write_columns(const struct column *columns, uint32_t columns_count,
                                     uint32_t rows_count, struct bytes *out, weir_error *error)
{
    write_array(out, 3);
    msgpack_write(out, weir_int(1));
    msgpack_write(out, weir_int(rows_count));
    write_array(out, columns_count);
    for (uint32_t i = 0; i < columns_count; i++) {
        WEIR_TRY(write_column(&columns[i], rows_count, out, error));
    }
    return bytes_status(out, error);
}

weir_status block_form_write(const struct block *block, struct bytes *out, weir_error *error)
{
    return block_form_write_columns(block->columns, block->columns_count, block->rows_count, out,
                                    error);
}
