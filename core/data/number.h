/*
 * number - decimal forms of numbers, the same in every locale.
 *
 * A float is written as Java's Double.toString writes it (JDK 19 and later): the shortest digits
 * that bring it back, nearest to it; plain from 10^-3 to below 10^7, else as 1.0E10; always with a
 * point, so that it stays a float when read. NaN, Infinity and -Infinity are words.
 */
#ifndef WEIR_DATA_NUMBER_H
#define WEIR_DATA_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NUMBER_TEXT_MAX  32u   /* the longest written form, with its NUL, is shorter */
#define NUMBER_INPUT_MAX 1024u /* characters of a number that is read */

/* Both write to text[NUMBER_TEXT_MAX], end with NUL and return the length. */
size_t number_write_int(int64_t integer, char *text);
size_t number_write_float(double number, char *text);

/* The double nearest to a decimal number "-12.5e3" (JSON's grammar; the caller has checked it).
 * False when it is too long, or too large for a double. */
bool number_read_float(const char *text, size_t size, double *out);

#endif
