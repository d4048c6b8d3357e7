/*
 * text - values as people read them, as Spark prints them.
 *
 * null is "null"; bools true and false; ints in decimal; floats as Java's Double.toString (1.0,
 * 0.1, 1.0E10, NaN, Infinity); bytes as they are when they carry the text mark or are valid UTF-8,
 * with U+FFFD for what is not; tuples "(a,b)"; lists "[a, b]"; maps "{k=v, l=w}".
 */
#ifndef WEIR_DATA_TEXT_H
#define WEIR_DATA_TEXT_H

#include <weir/value.h>

#include "base/bytes.h"

void text_write_value(struct bytes *out, struct weir_value value);

/* A pair stream's row: "(key,value)". */
void text_write_pair(struct bytes *out, struct weir_value key, struct weir_value value);

/* Raw: bytes are written untouched. What text files hold. */
void text_write_value_raw(struct bytes *out, struct weir_value value);

#endif
