/*
 * units - lengths of time and sizes as people write them.
 */
#include "io/units.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct unit {
    const char *name;
    int64_t factor;
};

/* Largest first, so that writing finds the shortest form. */
static const struct unit durations[] = {
    {"d", INT64_C(86400000000000)},
    {"h", INT64_C(3600000000000)},
    {"m", INT64_C(60000000000)},
    {"s", INT64_C(1000000000)},
    {"ms", INT64_C(1000000)},
    {"us", INT64_C(1000)},
    {"ns", INT64_C(1)},
};

static const struct unit sizes[] = {
    {"TiB", INT64_C(1) << 40},   {"TB", INT64_C(1000000000000)}, {"GiB", INT64_C(1) << 30},
    {"GB", INT64_C(1000000000)}, {"MiB", INT64_C(1) << 20},      {"MB", INT64_C(1000000)},
    {"KiB", INT64_C(1) << 10},   {"KB", INT64_C(1000)},          {"B", INT64_C(1)},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct unit *find_unit(const struct unit *units, size_t count, const char *name,
                                    size_t size)
{
    for (size_t i = 0; i < count; i++) {
        if (strlen(units[i].name) == size && memcmp(units[i].name, name, size) == 0) {
            return &units[i];
        }
    }
    return NULL;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The digits from *at on; false when there is none or they do not fit. */
static bool read_digits(const char *text, size_t size, size_t *at, int64_t *out)
{
    size_t first = *at;
    int64_t number = 0;

    for (; *at < size && is_digit(text[*at]); ++*at) {
        if (__builtin_mul_overflow(number, 10, &number) ||
            __builtin_add_overflow(number, text[*at] - '0', &number)) {
            return false;
        }
    }
    *out = number;
    return *at > first;
}

/* What the fraction's digits come to; false when they are not a whole number of the smallest
 * unit. */
static bool read_fraction(const char *text, size_t size, size_t *at, int64_t factor, int64_t *out)
{
    size_t first = *at;
    int64_t scale = 1;
    int64_t product;

    if (!read_digits(text, size, at, out)) {
        return false;
    }
    for (size_t i = first; i < *at; i++) {
        if (__builtin_mul_overflow(scale, 10, &scale)) {
            return false;
        }
    }
    if (__builtin_mul_overflow(*out, factor, &product) || product % scale != 0) {
        return false;
    }
    *out = product / scale;
    return true;
}

static bool read_number_and_unit(const struct unit *units, size_t count, const char *text,
                                 size_t size, int64_t *out)
{
    size_t name = size;
    size_t at = 0;
    const struct unit *unit;
    int64_t whole;
    int64_t part = 0;

    while (name > 0 && !is_digit(text[name - 1]) && text[name - 1] != '.') {
        name--;
    }
    unit = find_unit(units, count, text + name, size - name);
    if (unit == NULL || !read_digits(text, name, &at, &whole)) {
        return false;
    }
    if (at < name) {
        if (text[at++] != '.' || !read_fraction(text, name, &at, unit->factor, &part)) {
            return false;
        }
    }
    return at == name && !__builtin_mul_overflow(whole, unit->factor, &whole) &&
           !__builtin_add_overflow(whole, part, out);
}

bool units_read_duration(const char *text, size_t size, int64_t *out_ns)
{
    return read_number_and_unit(durations, COUNT(durations), text, size, out_ns);
}

bool units_read_size(const char *text, size_t size, int64_t *out_bytes)
{
    return read_number_and_unit(sizes, COUNT(sizes), text, size, out_bytes);
}

static const char *write_with_unit(const struct unit *units, size_t count, int64_t number,
                                   const char *of_zero, char *text)
{
    const struct unit *unit = units;
    const struct unit *last = units + count - 1;

    if (number == 0) {
        return strcpy(text, of_zero);
    }
    while (unit < last && number % unit->factor != 0) {
        unit++;
    }
    snprintf(text, UNITS_TEXT_BYTES, "%" PRId64 "%s", number / unit->factor, unit->name);
    return text;
}

const char *units_write_duration(int64_t ns, char *text)
{
    return write_with_unit(durations, COUNT(durations), ns, "0s", text);
}

const char *units_write_size(int64_t bytes, char *text)
{
    return write_with_unit(sizes, COUNT(sizes), bytes, "0B", text);
}
