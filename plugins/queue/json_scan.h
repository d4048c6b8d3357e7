/*
 * json_scan - a bounded reader of JSON text: checks values, and decodes strings.
 *
 * Threads:  one at a time.
 * Memory:   decoded strings go to the caller's `text`, which has as much room as the input is long
 *           (a string never grows by decoding). Nesting is bounded by JSON_DEPTH_MAX.
 */
#ifndef JSON_SCAN_H
#define JSON_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <weir/plugin.h>

#define JSON_DEPTH_MAX 64

struct json_scan {
    const char *begin, *at, *end;
    char *text;          /* where the next decoded string goes */
    const char *problem; /* what is wrong at `at`, once a call has returned false */
};

void json_scan_init(struct json_scan *scan, const char *input, size_t length, char *text);

/* Skips white space; the character that follows, or 0 at the end of the input. */
char json_peek(struct json_scan *scan);

/* Takes this punctuation mark, or fails. */
bool json_take(struct json_scan *scan, char mark);

/* Takes a whole value; its text, as it stands, is *out. */
bool json_value(struct json_scan *scan, weir_slice *out);

/* Takes a string; decoded, it is *out. */
bool json_string(struct json_scan *scan, weir_slice *out);

/* Takes a whole number that fits 64 bits. */
bool json_integer(struct json_scan *scan, int64_t *out);

/* Takes null, if that is what comes. */
bool json_null(struct json_scan *scan);

/* Nothing but white space is left? */
bool json_is_done(struct json_scan *scan);

#endif
