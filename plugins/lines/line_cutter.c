/* line_cutter - memchr finds the ends, so that a line costs little more than its bytes. */
#include "lines/line_cutter.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <weir/plugin_helpers.h>

#define LINE_TABLE_FIRST 1024u

/* Everything but the value stays as it is set here, so that cutting writes two words a record. */
static bool table_resize(struct line_table *table, uint32_t records_room)
{
    weir_record *records = realloc(table->records, records_room * sizeof(*records));

    assert(records_room > table->records_room);
    if (records == NULL) {
        return false;
    }
    for (uint32_t i = table->records_room; i < records_room; i++) {
        records[i] = weir_record_of(NULL, 0);
    }
    table->records = records;
    table->records_room = records_room;
    return true;
}

bool line_table_init(struct line_table *table)
{
    memset(table, 0, sizeof(*table));
    return table_resize(table, LINE_TABLE_FIRST);
}

void line_table_fini(struct line_table *table)
{
    free(table->records);
    memset(table, 0, sizeof(*table));
}

void line_cutter_init(struct line_cutter *cutter, size_t line_max, bool is_truncating)
{
    assert(line_max > 0);
    memset(cutter, 0, sizeof(*cutter));
    cutter->line_max = line_max;
    cutter->is_truncating = is_truncating;
}

/* Is there room for one more record? Without memory to grow the table is simply full. */
static bool table_has_room(struct line_table *table)
{
    if (table->records_count < table->records_room) {
        return true;
    }
    return table->records_room < LINE_TABLE_MAX && table_resize(table, table->records_room * 2);
}

/* The length of the head that is taken: no UTF-8 character is cut in two. */
static size_t head_length(const uint8_t *line, size_t line_max)
{
    size_t length = line_max;

    for (int i = 0; i < 3 && length > 0 && (line[length] & 0xC0) == 0x80; i++) {
        length--;
    }
    return (line[length] & 0xC0) == 0x80 ? line_max : length;
}

/* One line, or the last piece of one. The table has room. */
static void take_line(struct line_cutter *cutter, const uint8_t *line, size_t length,
                      struct line_table *table)
{
    if (cutter->is_skipping) {
        cutter->is_skipping = false;
        return;
    }
    if (length > cutter->line_max) {
        cutter->long_lines++;
        if (!cutter->is_truncating) {
            return;
        }
        length = head_length(line, cutter->line_max);
    }
    table->records[table->records_count++].value = weir_slice_of(line, length);
}

/* The first such byte of [from, end), or end. */
static const uint8_t *find(const uint8_t *from, const uint8_t *end, int byte)
{
    const uint8_t *found = from < end ? memchr(from, byte, (size_t)(end - from)) : NULL;

    return found != NULL ? found : end;
}

/*
 * Takes the lines that have their end. Returns where the first line begins that has none, and says
 * whether it stopped there because the table was full.
 *
 * The next \r is looked for once for all the lines before it: text without any costs one scan more.
 */
static const uint8_t *take_ended(struct line_cutter *cutter, const uint8_t *line,
                                 const uint8_t *from, const uint8_t *end, bool *is_full,
                                 struct line_table *table)
{
    const uint8_t *carriage = find(from, end, '\r');

    while (table_has_room(table)) {
        const uint8_t *stop = find(from, carriage, '\n');
        const uint8_t *next = stop + 1;

        if (stop == end) {
            *is_full = false;
            return line;
        }
        take_line(cutter, line, (size_t)(stop - line), table);
        if (stop == carriage) {
            if (next == end) {
                cutter->is_after_return = true;
            } else if (*next == '\n') {
                next++;
            }
            carriage = find(next, end, '\r');
        }
        line = next;
        from = next;
    }
    *is_full = true;
    return line;
}

size_t line_cutter_cut(struct line_cutter *cutter, const uint8_t *bytes, size_t length,
                       bool is_last, struct line_table *table)
{
    const uint8_t *line = bytes;
    const uint8_t *end = bytes + length;
    bool is_full;

    assert(cutter->scanned <= length);
    table->records_count = 0;
    if (length == 0) {
        return 0;
    }
    if (cutter->is_after_return) {
        assert(cutter->scanned == 0);
        cutter->is_after_return = false;
        line += *line == '\n';
    }

    const uint8_t *from = line > bytes + cutter->scanned ? line : bytes + cutter->scanned;
    cutter->scanned = 0;
    line = take_ended(cutter, line, from, end, &is_full, table);
    if (is_full || line == end) {
        return (size_t)(line - bytes);
    }

    if (is_last) {
        take_line(cutter, line, (size_t)(end - line), table);
        return length;
    }
    if (!cutter->is_skipping && (size_t)(end - line) > cutter->line_max) {
        take_line(cutter, line, (size_t)(end - line), table);
        cutter->is_skipping = true;
    }
    if (cutter->is_skipping) {
        return length;
    }
    cutter->scanned = (size_t)(end - line);
    return (size_t)(line - bytes);
}
