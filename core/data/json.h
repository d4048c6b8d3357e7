/*
 * json - values as JSON, both ways, without a tree in between.
 *
 * Reading: objects become maps (keys text, duplicates refused), arrays lists, integers in int64
 * range ints, other numbers floats. Bounded: nesting VALUE_NESTING_MAX, size WEIR_SIZE_MAX. Strings
 * must be valid UTF-8 and get the text mark.
 * Writing: tuples as arrays; bytes that are not UTF-8 as text with U+FFFD; NaN and the infinities
 * as strings "NaN", "Infinity", "-Infinity"; floats with as many digits as bring them back.
 */
#ifndef WEIR_DATA_JSON_H
#define WEIR_DATA_JSON_H

#include <weir/value.h>

#include "base/arena.h"
#include "base/bytes.h"

/* Reads one value that fills the whole text (white space around it is fine). All of it is in
 * `arena`, nothing borrowed from `text`. Errors are WEIR_E_INVAL and tell the byte offset. */
CHECKED weir_status json_read(const char *text, size_t size, struct arena *arena,
                              struct weir_value *out, weir_error *error);

/* Keys that are no bytes stand as they print. */
void json_write(struct bytes *out, struct weir_value value);

#endif
