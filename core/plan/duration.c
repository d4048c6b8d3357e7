/*
 * duration - durations and sizes as people write them.
 */
#include "plan/duration.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define DURATION_MS_MAX (INT64_MAX / 1000000)

struct unit {
    const char *name;
    int64_t factor;
};

/* Largest first: duration_text takes the first that divides. */
static const struct unit durations[] = {
    {"h", 3600000},
    {"m", 60000},
    {"s", 1000},
    {"ms", 1},
};

static const struct unit sizes[] = {
    {"", 1},
    {"B", 1},
    {"KB", 1000},
    {"MB", 1000000},
    {"GB", 1000000000},
    {"TB", 1000000000000},
    {"KiB", INT64_C(1) << 10},
    {"MiB", INT64_C(1) << 20},
    {"GiB", INT64_C(1) << 30},
    {"TiB", INT64_C(1) << 40},
};

/* Digits and then one of the units, in units of factor 1; -1 when it is not that or above max. */
static int64_t number_parse(const char *text, const struct unit *units, size_t units_count,
                            int64_t max)
{
    const char *next = text;
    int64_t number = 0;
    int64_t product;

    for (; *next >= '0' && *next <= '9'; next++) {
        if (__builtin_mul_overflow(number, 10, &number) ||
            __builtin_add_overflow(number, *next - '0', &number)) {
            return -1;
        }
    }
    if (next == text) {
        return -1;
    }
    for (size_t i = 0; i < units_count; i++) {
        if (strcmp(next, units[i].name) == 0) {
            bool is_lost = __builtin_mul_overflow(number, units[i].factor, &product);
            return is_lost || product > max ? -1 : product;
        }
    }
    return -1;
}

int64_t duration_parse(const char *text)
{
    return number_parse(text, durations, sizeof(durations) / sizeof(durations[0]), DURATION_MS_MAX);
}

const char *duration_text(int64_t duration_ms, char out[32])
{
    const struct unit *unit = durations;

    if (duration_ms == 0) {
        return strcpy(out, "0s");
    }
    while (duration_ms % unit->factor != 0) {
        unit++;
    }
    snprintf(out, 32, "%" PRId64 "%s", duration_ms / unit->factor, unit->name);
    return out;
}

int64_t size_parse(const char *text)
{
    return number_parse(text, sizes, sizeof(sizes) / sizeof(sizes[0]), INT64_MAX);
}
