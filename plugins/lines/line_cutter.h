/*
 * line_cutter - finds the lines in a stream of bytes that comes in pieces.
 *
 * A line ends at \n, \r or \r\n, which is not part of it; empty lines count; the last line of a
 * stream needs no end. A line longer than line_max is dropped, or its head is taken and its tail is
 * dropped, and it is counted; it never costs more memory than line_max.
 *
 * Life:     line_cutter_init per stream; line_table_init, line_table_fini.
 * Threads:  one at a time.
 * Memory:   records point into the caller's bytes; nothing is copied. A table is used for many
 *           pieces and grows to what a piece needs, at most LINE_TABLE_MAX records.
 */
#ifndef LINE_CUTTER_H
#define LINE_CUTTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <weir/plugin.h>

#define LINE_TABLE_MAX 131072u

struct line_table {
    weir_record *records;
    uint32_t records_count;
    uint32_t records_room;
};

struct line_cutter {
    size_t line_max;
    bool is_truncating;   /* take the head of a long line, instead of dropping it */
    bool is_after_return; /* the line before ended with \r: a \n that comes now belongs to it */
    bool is_skipping;     /* inside the tail of a line that was too long */
    size_t scanned;       /* so many bytes at the head of the next piece are known to have no end */
    uint64_t long_lines;  /* how many were too long */
};

bool line_table_init(struct line_table *table);
void line_table_fini(struct line_table *table);

void line_cutter_init(struct line_cutter *cutter, size_t line_max, bool is_truncating);

/*
 * Puts the lines of bytes[0 .. length) into the table, which is emptied first, and returns how many
 * bytes are done with. What is left (a line without its end, or more lines than a table holds) is
 * to be handed over again, at the head of the next piece. is_last: nothing will follow; call again
 * until all is done with.
 */
size_t line_cutter_cut(struct line_cutter *cutter, const uint8_t *bytes, size_t length,
                       bool is_last, struct line_table *table);

#endif
