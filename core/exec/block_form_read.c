/*
 * block_form - a block's rows as bytes: the reading half.
 */
#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "data/msgpack.h"
#include "data/msgpack_types.h"
#include "exec/block_form.h"

/* What is left to read. */
struct input {
    const uint8_t *at;
    const uint8_t *end;
};

static weir_status damaged(weir_error *error, const char *what)
{
    return error_set(error, WEIR_E_INVAL, "damaged rows: %s", what);
}

static weir_status read_byte(struct input *in, uint8_t *out, weir_error *error)
{
    if (in->at == in->end) {
        return damaged(error, "cut short");
    }
    *out = *in->at++;
    return WEIR_OK;
}

static weir_status read_array(struct input *in, uint32_t *out, weir_error *error)
{
    uint8_t type = 0;

    WEIR_TRY(read_byte(in, &type, error));
    if ((type & 0xF0) != PACK_FIX_ARRAY) {
        return damaged(error, "an array is expected");
    }
    *out = type & 15u;
    return WEIR_OK;
}

static weir_status read_int(struct input *in, int64_t *out, weir_error *error)
{
    struct weir_value value;
    struct arena none;
    size_t used;

    arena_init(&none); /* an int takes nothing of it; what is none is refused below */
    weir_status status =
        msgpack_read(in->at, (size_t)(in->end - in->at), &none, &value, &used, error);
    bool is_int = status == WEIR_OK && weir_kind_of(value) == WEIR_INT;
    arena_fini(&none);
    WEIR_TRY(status);
    if (!is_int) {
        return damaged(error, "an int is expected");
    }
    in->at += used;
    *out = value.integer;
    return WEIR_OK;
}

static weir_status read_word(struct input *in, uint8_t *out, weir_error *error)
{
    uint8_t type = 0;

    WEIR_TRY(read_byte(in, &type, error));
    if (type != (PACK_FIX_STR | 1)) {
        return damaged(error, "a column's kind is expected");
    }
    return read_byte(in, out, error);
}

static weir_status read_bin(struct input *in, const uint8_t **out, const uint8_t **end,
                            weir_error *error)
{
    uint8_t type = 0;
    size_t size = 0;

    WEIR_TRY(read_byte(in, &type, error));
    if (type != PACK_BIN8 + 2 || in->end - in->at < 4) {
        return damaged(error, "a column's bytes are expected");
    }
    for (int i = 0; i < 4; i++) {
        size = size << 8 | *in->at++;
    }
    if (size > (size_t)(in->end - in->at)) {
        return damaged(error, "cut short");
    }
    *out = in->at;
    *end = in->at + size;
    in->at += size;
    return WEIR_OK;
}

static uint64_t get_number(const uint8_t *at, uint32_t width)
{
    uint64_t number = 0;

    memcpy(&number, at, width);
    return number;
}

static weir_status read_width(struct input *in, struct block_form_column *column, weir_error *error)
{
    int64_t width;

    WEIR_TRY(read_int(in, &width, error));
    if (width != 1 && width != 2 && width != 4 && width != 8) {
        return damaged(error, "a width is 1, 2, 4 or 8");
    }
    column->width = (uint32_t)width;
    return WEIR_OK;
}

/* A bin of exactly `count` numbers of the column's width. */
static weir_status read_numbers(struct input *in, struct block_form_column *column, uint32_t count,
                                weir_error *error)
{
    const uint8_t *end;

    WEIR_TRY(read_bin(in, &column->numbers, &end, error));
    if ((uint64_t)(end - column->numbers) != (uint64_t)count * column->width) {
        return damaged(error, "a column has not the rows of its block");
    }
    return WEIR_OK;
}

static weir_status read_bytes_column(struct input *in, struct block_form_column *column,
                                     uint32_t count, weir_error *error)
{
    uint64_t size_all = 0;

    column->kind = COLUMN_BYTES;
    WEIR_TRY(read_width(in, column, error));
    WEIR_TRY(read_numbers(in, column, count, error));
    WEIR_TRY(read_bin(in, &column->bytes, &column->bytes_end, error));
    for (uint32_t i = 0; i < count; i++) {
        uint64_t size = get_number(column->numbers + (size_t)i * column->width, column->width);
        if (size > WEIR_SIZE_MAX) {
            return damaged(error, "bytes too long");
        }
        size_all += size;
    }
    if (size_all != (uint64_t)(column->bytes_end - column->bytes)) {
        return damaged(error, "sizes do not add up");
    }
    return WEIR_OK;
}

static weir_status read_column(struct input *in, struct block_form_column *column, uint32_t count,
                               weir_error *error)
{
    uint32_t parts;
    uint8_t word = 0;

    WEIR_TRY(read_array(in, &parts, error));
    WEIR_TRY(read_word(in, &word, error));
    if (word == 'i' && parts == 4) {
        column->kind = COLUMN_INT;
        WEIR_TRY(read_int(in, &column->least, error));
        WEIR_TRY(read_width(in, column, error));
        return read_numbers(in, column, count, error);
    }
    if (word == 'f' && parts == 2) {
        column->kind = COLUMN_FLOAT;
        column->width = sizeof(double);
        return read_numbers(in, column, count, error);
    }
    if ((word == 'b' || word == 't') && parts == 4) {
        column->is_text = word == 't';
        return read_bytes_column(in, column, count, error);
    }
    if ((word == 'm' || word == 'x') && parts == 2) {
        column->kind = word == 'x' ? COLUMN_BYTES : COLUMN_MIXED;
        column->is_values = true;
        return read_bin(in, &column->bytes, &column->bytes_end, error);
    }
    return damaged(error, "a column of an unknown kind");
}

static weir_status read_head(struct block_form_reader *reader, struct input *in, weir_error *error)
{
    uint32_t parts;
    int64_t version;
    int64_t rows_count;

    WEIR_TRY(read_array(in, &parts, error));
    WEIR_TRY(read_int(in, &version, error));
    if (parts != 3 || version != 1) {
        return damaged(error, "not a block of version 1");
    }
    WEIR_TRY(read_int(in, &rows_count, error));
    if (rows_count < 0 || rows_count > UINT32_MAX) {
        return damaged(error, "number of rows");
    }
    WEIR_TRY(read_array(in, &reader->columns_count, error));
    if (reader->columns_count > CHUNK_COLUMNS_MAX ||
        (reader->columns_count == 0 && rows_count != 0)) {
        return damaged(error, "number of columns");
    }
    reader->rows_left = (uint32_t)rows_count;
    return WEIR_OK;
}

weir_status block_form_reader_init(struct block_form_reader *reader, const void *data, size_t size,
                                   weir_error *error)
{
    struct input in = {data, (const uint8_t *)data + size};
    weir_status status;

    memset(reader, 0, sizeof(*reader));
    arena_init(&reader->items);
    status = read_head(reader, &in, error);
    for (uint32_t i = 0; status == WEIR_OK && i < reader->columns_count; i++) {
        struct block_form_column *column = &reader->columns[i];

        status = read_column(&in, column, reader->rows_left, error);
        if (status == WEIR_OK) {
            uint32_t rows = reader->rows_left < CHUNK_ROWS_MAX ? reader->rows_left : CHUNK_ROWS_MAX;
            column->vector = mem_alloc(rows * column_stride(column->kind) + BLOCK_PADDING);
            if (column->vector == NULL) {
                status = error_set(error, WEIR_E_NOMEM, "no memory for a chunk");
            }
        }
    }
    if (status == WEIR_OK && in.at != in.end) {
        status = damaged(error, "bytes left over");
    }
    if (status != WEIR_OK) {
        block_form_reader_fini(reader);
    }
    return status;
}

static void next_ints(struct block_form_column *column, uint32_t count)
{
    int64_t *ints = column->vector;

    for (uint32_t i = 0; i < count; i++) {
        ints[i] = (int64_t)((uint64_t)column->least +
                            get_number(column->numbers + (size_t)i * column->width, column->width));
    }
    column->numbers += (size_t)count * column->width;
}

static void next_bytes(struct block_form_column *column, uint32_t count)
{
    struct weir_value *values = column->vector;

    for (uint32_t i = 0; i < count; i++) {
        uint32_t size =
            (uint32_t)get_number(column->numbers + (size_t)i * column->width, column->width);
        values[i] = weir_bytes(column->bytes, size);
        values[i].head |= column->is_text ? WEIR_HEAD_TEXT : 0;
        column->bytes += size;
    }
    column->numbers += (size_t)count * column->width;
}

static weir_status next_values(struct block_form_reader *reader, struct block_form_column *column,
                               uint32_t count, weir_error *error)
{
    struct weir_value *values = column->vector;

    for (uint32_t i = 0; i < count; i++) {
        size_t used;
        WEIR_TRY(msgpack_read(column->bytes, (size_t)(column->bytes_end - column->bytes),
                              &reader->items, &values[i], &used, error));
        column->bytes += used;
        if (column->kind == COLUMN_BYTES && weir_kind_of(values[i]) != WEIR_BYTES) {
            return damaged(error, "bytes are expected");
        }
    }
    if (reader->rows_left == count && column->bytes != column->bytes_end) {
        return damaged(error, "bytes left over");
    }
    return WEIR_OK;
}

static weir_status next_column(struct block_form_reader *reader, struct block_form_column *column,
                               uint32_t count, weir_error *error)
{
    if (column->is_values) {
        return next_values(reader, column, count, error);
    }
    if (column->kind == COLUMN_BYTES) {
        next_bytes(column, count);
    } else if (column->kind == COLUMN_INT) {
        next_ints(column, count);
    } else {
        memcpy(column->vector, column->numbers, count * sizeof(double));
        column->numbers += count * sizeof(double);
    }
    return WEIR_OK;
}

weir_status block_form_reader_next(struct block_form_reader *reader, uint32_t rows_max,
                                   struct chunk *out, weir_error *error)
{
    uint32_t count = reader->rows_left < rows_max ? reader->rows_left : rows_max;

    assert(rows_max > 0 && rows_max <= CHUNK_ROWS_MAX);
    *out = (struct chunk){.rows_count = count, .columns_count = reader->columns_count};
    arena_reset(&reader->items);
    for (uint32_t i = 0; count > 0 && i < reader->columns_count; i++) {
        struct block_form_column *column = &reader->columns[i];

        WEIR_TRY(next_column(reader, column, count, error));
        out->columns[i].kind = column->kind;
        out->columns[i].data = column->vector;
    }
    reader->rows_left -= count;
    return WEIR_OK;
}

void block_form_reader_fini(struct block_form_reader *reader)
{
    for (uint32_t i = 0; i < CHUNK_COLUMNS_MAX; i++) {
        mem_free(reader->columns[i].vector);
        reader->columns[i].vector = NULL;
    }
    arena_fini(&reader->items);
}

weir_status block_form_read(const void *data, size_t size, struct block **out, weir_error *error)
{
    struct block_form_reader reader;
    struct block_builder builder;
    struct chunk chunk;
    weir_status status;

    WEIR_TRY(block_form_reader_init(&reader, data, size, error));
    block_builder_init(&builder);
    do {
        status = block_form_reader_next(&reader, CHUNK_ROWS_MAX, &chunk, error);
        if (status == WEIR_OK && chunk.rows_count > 0) {
            status = block_builder_append(&builder, &chunk, error);
        }
    } while (status == WEIR_OK && chunk.rows_count > 0);
    if (status == WEIR_OK) {
        status = block_builder_finish(&builder, out, error);
    }
    block_builder_fini(&builder);
    block_form_reader_fini(&reader);
    return status;
}
