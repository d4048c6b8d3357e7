/*
 * options - a receiver's or sink's settings: its option table, and the values a job gave.
 *
 * The core validates what a job gives against the table before an instance exists, so that no
 * plugin can forget it: unknown options (with a suggestion), wrong types (with the mend), ranges,
 * enums, required ones, durations and sizes without a unit. All problems are reported, each with
 * its pointer. Nested objects serve dotted keys: {"tls": {"ca": "x"}} sets "tls.ca".
 *
 * Life:     options_parse, gets, options_destroy. The table outlives the options.
 * Threads:  read-only once parsed.
 */
#ifndef WEIR_IO_OPTIONS_H
#define WEIR_IO_OPTIONS_H

#include "plan/problem.h"

#define OPTIONS_COUNT_MAX 256u

struct options;

/* What a table can have wrong: a key twice or none, a type or flag that nobody knows, a default
 * that its own type refuses. WEIR_E_CONFIG names the option. A plugin's table is checked when the
 * plugin is opened, so that options_parse may rely on it. Ranges: min > max, and 0 to 0, are
  * none. */
CHECKED weir_status options_check_table(const weir_option *table, uint32_t count, uint32_t stride,
                                        weir_error *error);

/* The ith option of a table. */
static inline const weir_option *options_at(const weir_option *table, uint32_t stride, uint32_t i)
{
    return (const weir_option *)(const void *)((const char *)table + (size_t)stride * i);
}

/* with: JSON text of an object. stride: sizeof(weir_option) as the plugin was compiled. owner: who
 * has these options, for messages: "source type mqtt". pointer: where `with` stands. *out is made
 * when memory allows, also when there are problems. */
CHECKED weir_status options_parse(const weir_option *table, uint32_t count, uint32_t stride,
                                  const char *with, const char *owner, const char *pointer,
                                  struct problems *problems, struct options **out,
                                  weir_error *error);

/* A validated value, its default, or type 0 when it was not given and has no default.
 * WEIR_E_INVAL: no such option. Texts live as long as the options. Types as weir_setting tells. */
CHECKED weir_status options_get(const struct options *options, const char *key, weir_setting *out);

/* For our own sinks: the text, int (also durations in ns, sizes in bytes) or truth; of an unknown
 * key, NULL, 0 and false. */
const char *options_text(const struct options *options, const char *key);
int64_t options_int(const struct options *options, const char *key);
bool options_bool(const struct options *options, const char *key);

void options_destroy(struct options *options);

#endif
