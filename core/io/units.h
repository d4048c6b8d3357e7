/*
 * units - lengths of time and sizes as people write them: "500ms", "64KiB".
 *
 * A number (digits, perhaps a fraction) and its unit; nothing else, and no bare numbers, so that
 * nobody has to guess. The result is a whole number of the smallest unit.
 *
 * Threads:  plain functions.
 */
#ifndef WEIR_IO_UNITS_H
#define WEIR_IO_UNITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ns, us, ms, s, m, h, d. False: not a length of time, or too long for 64 bits of nanoseconds. */
bool units_read_duration(const char *text, size_t size, int64_t *out_ns);

/* B, KB, MB, GB, TB (powers of 1000), KiB, MiB, GiB, TiB (powers of 1024). */
bool units_read_size(const char *text, size_t size, int64_t *out_bytes);

#define UNITS_TEXT_BYTES 32

/* The shortest exact form: "1500ms", "64KiB"; text has room for UNITS_TEXT_BYTES. Returns text. */
const char *units_write_duration(int64_t ns, char *text);
const char *units_write_size(int64_t bytes, char *text);

#endif
