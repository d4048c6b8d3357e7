/*
 * number - decimal forms of numbers, by way of the C library, whatever its locale.
 */
#include "data/number.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DIGITS_MAX 17 /* these bring back every double */

/* number = 0.d1d2d3... x 10^point, for a number above zero. */
struct decimal {
    char digits[DIGITS_MAX + 1];
    int count;
    int point;
};

size_t number_write_int(int64_t integer, char *text)
{
    char reversed[NUMBER_TEXT_MAX];
    size_t count = 0;
    size_t size = 0;
    uint64_t left = integer < 0 ? 0 - (uint64_t)integer : (uint64_t)integer;

    do {
        reversed[count++] = (char)('0' + left % 10);
        left /= 10;
    } while (left > 0);
    if (integer < 0) {
        text[size++] = '-';
    }
    while (count > 0) {
        text[size++] = reversed[--count];
    }
    text[size] = '\0';
    return size;
}

/* The nearest decimal of `count` digits. The decimal point is the locale's: it is passed over. */
static struct decimal decimal_nearest(double number, int count)
{
    struct decimal decimal = {.count = 0};
    char text[64];
    const char *at = text;

    int size = snprintf(text, sizeof(text), "%.*e", count - 1, number);
    assert(size > 0 && (size_t)size < sizeof(text));
    for (; *at != 'e'; at++) {
        if (*at >= '0' && *at <= '9') {
            decimal.digits[decimal.count++] = *at;
        }
    }
    assert(decimal.count == count);
    decimal.point = atoi(at + 1) + 1;
    return decimal;
}

static bool decimal_is(const struct decimal *decimal, double number)
{
    char text[64];

    /* No decimal point, hence no locale. */
    int size = snprintf(text, sizeof(text), "%.*se%d", decimal->count, decimal->digits,
                        decimal->point - decimal->count);
    assert(size > 0 && (size_t)size < sizeof(text));
    return strtod(text, NULL) == number;
}

/* The next decimal of as many digits. */
static void decimal_step_up(struct decimal *decimal)
{
    int i = decimal->count - 1;

    while (i >= 0 && decimal->digits[i] == '9') {
        decimal->digits[i--] = '0';
    }
    if (i >= 0) {
        decimal->digits[i]++;
    } else {
        decimal->digits[0] = '1';
        decimal->point++;
    }
}

/* Below a power of two doubles stand twice as close as above it: there the nearest short decimal
 * may belong to the neighbour while the one above it still belongs to the number. */
static bool decimal_fits(double number, int count, struct decimal *out)
{
    int exponent;

    *out = decimal_nearest(number, count);
    if (decimal_is(out, number)) {
        return true;
    }
    if (frexp(number, &exponent) != 0.5) {
        return false;
    }
    decimal_step_up(out);
    return decimal_is(out, number);
}

/* The shortest decimal that reads as the number; of two digits at least, as Java has it. */
static struct decimal decimal_shortest(double number)
{
    struct decimal decimal;
    /* Decimals of up to 15 digits are told apart by normal doubles: if any of them fits, the one
     * of 15 does, with zeros at its end. Subnormal ones have fewer digits: all are tried. */
    int count = number < 0x1p-1022 ? 2 : 15;

    while (count < DIGITS_MAX && !decimal_fits(number, count, &decimal)) {
        count++;
    }
    if (count == DIGITS_MAX) {
        decimal = decimal_nearest(number, DIGITS_MAX);
    }
    while (decimal.count > 1 && decimal.digits[decimal.count - 1] == '0') {
        decimal.count--;
    }
    return decimal;
}

static size_t write_words(const char *words, char *text)
{
    size_t size = strlen(words);

    memcpy(text, words, size + 1);
    return size;
}

/* Digits from `first` up to `end`, and a zero where there are none. */
static size_t write_digits(const struct decimal *decimal, int first, int end, char *text)
{
    size_t size = 0;

    for (int i = first; i < end || size == 0; i++) {
        text[size++] = i >= 0 && i < decimal->count ? decimal->digits[i] : '0';
    }
    return size;
}

size_t number_write_float(double number, char *text)
{
    size_t size = 0;

    if (isnan(number)) {
        return write_words("NaN", text);
    }
    if (signbit(number)) {
        text[size++] = '-';
        number = -number;
    }
    if (isinf(number)) {
        return size + write_words("Infinity", text + size);
    }
    if (number == 0) {
        return size + write_words("0.0", text + size);
    }

    struct decimal decimal = decimal_shortest(number);
    bool is_plain = decimal.point > -3 && decimal.point <= 7;
    int whole = is_plain ? decimal.point : 1; /* digits before the point */
    size += write_digits(&decimal, whole > 0 ? 0 : -1, whole, text + size);
    text[size++] = '.';
    size += write_digits(&decimal, whole, decimal.count, text + size);
    if (!is_plain) {
        text[size++] = 'E';
        size += number_write_int(decimal.point - 1, text + size);
    }
    text[size] = '\0';
    return size;
}

/* strtod takes the locale's decimal point: the number is given to it without one. */
bool number_read_float(const char *text, size_t size, double *out)
{
    char plain[NUMBER_INPUT_MAX + NUMBER_TEXT_MAX];
    size_t used = 0;
    long exponent = 0;
    size_t i = 0;
    bool is_fraction = false;

    if (size > NUMBER_INPUT_MAX) {
        return false;
    }
    for (; i < size && text[i] != 'e' && text[i] != 'E'; i++) {
        if (text[i] == '.') {
            is_fraction = true;
        } else {
            plain[used++] = text[i];
            exponent -= is_fraction ? 1 : 0;
        }
    }
    if (i < size) {
        char written[NUMBER_INPUT_MAX];
        size_t written_size = size - i - 1;
        memcpy(written, text + i + 1, written_size);
        written[written_size] = '\0';
        long value = strtol(written, NULL, 10);
        /* Far beyond any double, and still far from overflow when the shift is added. */
        const long far = 100000;
        exponent += value > far ? far : value < -far ? -far : value;
    }
    plain[used++] = 'e';
    number_write_int(exponent, plain + used);
    *out = strtod(plain, NULL);
    return isfinite(*out);
}
