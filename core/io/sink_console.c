/*
 * sink_console - the first rows of each batch, on the terminal.
 */
#include "io/sink_console.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "data/block.h"
#include "data/text.h"
#include "exec/action.h"

enum {
    ROWS_MAX = 100000,
    CELL_COLUMNS_MAX = 60, /* a longer cell of a table is cut */
    TIME_BYTES = 16
};

#define DASHES "-------------------------------------------"

static FILE *stream; /* NULL: stdout */

struct console {
    char *name;
    struct options *options; /* owned */
    uint32_t rows;
    bool is_table;
};

void sink_console_set_stream(FILE *other)
{
    stream = other;
}

static void console_destroy(void *self)
{
    struct console *console = self;

    if (console == NULL) {
        return;
    }
    options_destroy(console->options);
    mem_free(console->name);
    mem_free(console);
}

static void write_row(struct bytes *out, const struct block *block, uint32_t row)
{
    if (block->columns_count == 2) {
        text_write_pair(out, column_value(&block->columns[CHUNK_PAIR_KEY], row),
                        column_value(&block->columns[CHUNK_PAIR_VALUE], row));
    } else {
        text_write_value(out, column_value(&block->columns[CHUNK_VALUE], row));
    }
}

static void write_spark(struct bytes *out, const struct block *block, uint32_t rows,
                        int64_t time_ms)
{
    bytes_printf(out, DASHES "\nTime: %" PRId64 " ms\n" DASHES "\n", time_ms);
    for (uint32_t row = 0; row < block->rows_count && row < rows; row++) {
        write_row(out, block, row);
        bytes_append_byte(out, '\n');
    }
    if (block->rows_count > rows) {
        bytes_append_text(out, "...\n");
    }
    bytes_append_byte(out, '\n');
}

/* Local time of day: what the reader's watch shows. */
static void time_of_day(int64_t time_ms, char *text)
{
    time_t seconds = (time_t)(time_ms / 1000);
    struct tm parts;

    if (localtime_r(&seconds, &parts) == NULL ||
        strftime(text, TIME_BYTES, "%H:%M:%S", &parts) == 0) {
        text[0] = '\0';
    }
}

static bool is_obeyed(const char *bytes, size_t left)
{
    unsigned char first = (unsigned char)bytes[0];

    return first < 0x20 || first == 0x7F ||
           (first == 0xC2 && left > 1 && (unsigned char)bytes[1] < 0xA0); /* C1, as UTF-8 */
}

/* Rewrites text[from..] so that a terminal shows it and does no more; returns its columns, counted
 * as characters. */
static uint32_t make_harmless(struct bytes *text, size_t from)
{
    size_t to = from;
    uint32_t columns = 0;

    for (size_t at = from; at < text->size;) {
        size_t left = text->size - at;
        unsigned char first = (unsigned char)text->data[at];
        size_t size = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;

        size = size < left ? size : left;
        if (columns == CELL_COLUMNS_MAX) {
            break;
        }
        if (is_obeyed(text->data + at, left)) {
            text->data[to++] = '?';
        } else {
            memmove(text->data + to, text->data + at, size);
            to += size;
        }
        at += size;
        columns++;
    }
    text->size = to;
    text->data[to] = '\0';
    return columns;
}

/* The table's cells, one after another, with where each ends and how wide it is. */
struct cells {
    struct bytes text;
    size_t *ends;
    uint32_t *widths;
    uint32_t count;
    uint32_t columns_widths[CHUNK_COLUMNS_MAX];
};

static void add_cell(struct cells *cells, uint32_t column, struct weir_value value)
{
    size_t from = cells->text.size;
    uint32_t width = 0;

    text_write_value(&cells->text, value);
    if (!cells->text.failed && cells->text.size > from) {
        width = make_harmless(&cells->text, from);
    }
    cells->ends[cells->count] = cells->text.size;
    cells->widths[cells->count++] = width;
    if (width > cells->columns_widths[column]) {
        cells->columns_widths[column] = width;
    }
}

static void append_blanks(struct bytes *out, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        bytes_append_byte(out, ' ');
    }
}

/* Numbers stand at the right of their column, all else at its left. */
static void write_cell(struct bytes *out, const char *text, size_t size, uint32_t width,
                       uint32_t column_width, bool is_right, bool is_last)
{
    if (is_right) {
        append_blanks(out, column_width - width);
    }
    bytes_append(out, text, size);
    if (!is_right && !is_last) {
        append_blanks(out, column_width - width);
    }
}

static bool is_numbers(const struct column *column)
{
    return column->kind == COLUMN_INT || column->kind == COLUMN_FLOAT;
}

static void write_header(struct bytes *out, const struct block *block, struct cells *cells,
                         int64_t time_ms)
{
    static const char *const pair_names[] = {"key", "value"};
    char time_text[TIME_BYTES];

    time_of_day(time_ms, time_text);
    bytes_printf(out, "%s%s\n", time_text, block->rows_count == 0 ? "  no rows" : "");
    if (block->rows_count == 0) {
        return;
    }
    for (uint32_t column = 0; column < block->columns_count; column++) {
        const char *name = block->columns_count == 2 ? pair_names[column] : "value";
        uint32_t width = (uint32_t)strlen(name);

        if (cells->columns_widths[column] < width) {
            cells->columns_widths[column] = width;
        }
        bytes_append_text(out, "  ");
        write_cell(out, name, width, width, cells->columns_widths[column],
                   is_numbers(&block->columns[column]), column + 1 == block->columns_count);
    }
    bytes_append_byte(out, '\n');
}

static void write_cells(struct bytes *out, const struct block *block, const struct cells *cells)
{
    size_t from = 0;

    assert(block->columns_count > 0 || cells->count == 0);
    for (uint32_t i = 0; i < cells->count; i++) {
        uint32_t column = i % block->columns_count;
        bool is_last = column + 1 == block->columns_count;

        bytes_append_text(out, "  ");
        write_cell(out, cells->text.data + from, cells->ends[i] - from, cells->widths[i],
                   cells->columns_widths[column], is_numbers(&block->columns[column]), is_last);
        if (is_last) {
            bytes_append_byte(out, '\n');
        }
        from = cells->ends[i];
    }
}

static weir_status write_table(struct bytes *out, const struct block *block, uint32_t rows,
                               int64_t time_ms, weir_error *error)
{
    uint32_t shown = block->rows_count < rows ? block->rows_count : rows;
    size_t count = (size_t)shown * block->columns_count;
    struct cells cells = {.ends = mem_alloc((count + 1) * sizeof(size_t)),
                          .widths = mem_alloc((count + 1) * sizeof(uint32_t))};
    weir_status status = WEIR_E_NOMEM;

    bytes_init(&cells.text);
    if (cells.ends != NULL && cells.widths != NULL) {
        for (uint32_t row = 0; row < shown; row++) {
            for (uint32_t column = 0; column < block->columns_count; column++) {
                add_cell(&cells, column, column_value(&block->columns[column], row));
            }
        }
        status = bytes_status(&cells.text, error);
    }
    if (status == WEIR_OK) {
        write_header(out, block, &cells, time_ms);
        write_cells(out, block, &cells);
        bytes_append_text(out, block->rows_count > rows ? "  ...\n\n" : "\n");
    }
    bytes_fini(&cells.text);
    mem_free(cells.ends);
    mem_free(cells.widths);
    return status == WEIR_E_NOMEM ? error_set(error, status, "no memory for a table") : status;
}

/* One write a batch, so that lines of others do not come in between. */
static weir_status show(const struct bytes *text, weir_error *error)
{
    FILE *out = stream != NULL ? stream : stdout;

    if (fwrite(text->data, 1, text->size, out) != text->size || fflush(out) != 0) {
        return error_system(error, "write");
    }
    return WEIR_OK;
}

static weir_status show_block(const struct console *console, const struct block *block,
                              int64_t time_ms, weir_error *error)
{
    struct bytes text;
    weir_status status = WEIR_OK;

    bytes_init(&text);
    if (console->is_table) {
        status = write_table(&text, block, console->rows, time_ms, error);
    } else {
        write_spark(&text, block, console->rows, time_ms);
    }
    if (status == WEIR_OK) {
        status = bytes_status(&text, error);
    }
    if (status == WEIR_OK) {
        status = show(&text, error);
    }
    bytes_fini(&text);
    return status;
}

static weir_status console_write(void *self, struct executor *executor, struct rdd *rdd,
                                 int64_t time_ms, uint64_t *records, weir_error *error)
{
    struct console *console = self;
    struct block *block;
    weir_status status;

    *records = 0;
    status = action_take(executor, rdd, console->rows + 1, &block, error);
    if (status == WEIR_OK) {
        status = show_block(console, block, time_ms, error);
        *records = block->rows_count < console->rows ? block->rows_count : console->rows;
        block_drop(block);
    }
    return status == WEIR_OK ? WEIR_OK : error_wrap(error, status, "sink %s", console->name);
}

static const struct sink_class console_class = {
    .name = "console",
    .write = console_write,
    .destroy = console_destroy,
};

static weir_status console_create(const char *sink_name, struct options *options, struct sink *out,
                                  weir_error *error)
{
    struct console *console = mem_zalloc(sizeof(*console));

    if (console != NULL) {
        console->name = mem_text_copy(sink_name);
    }
    if (console == NULL || console->name == NULL) {
        console_destroy(console);
        return error_set(error, WEIR_E_NOMEM, "no memory for sink %s", sink_name);
    }
    console->rows = (uint32_t)options_int(options, "rows");
    console->is_table = strcmp(options_text(options, "format"), "table") == 0;
    console->options = options;
    out->class = &console_class;
    out->self = console;
    return WEIR_OK;
}

static const weir_option console_options[] = {
    {.key = "format",
     .summary = "spark: what Spark's print writes; table: columns under the time of day",
     .default_json = "\"spark\"",
     .enum_values = "spark|table",
     .type = WEIR_T_ENUM},
    {.key = "rows",
     .summary = "How many rows of each batch are shown",
     .default_json = "10",
     .unit = "rows",
     .min = 1,
     .max = ROWS_MAX,
     .type = WEIR_T_INT},
};

const struct sink_type sink_console_type = {
    .name = "console",
    .summary = "Prints the first rows of each batch",
    .options = console_options,
    .options_count = sizeof(console_options) / sizeof(console_options[0]),
    .create = console_create,
};
