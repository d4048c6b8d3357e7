/*
 * property - what tests of random programs share: a seed, random rows, and results as exact text.
 */
#include "property.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SECONDS_DEFAULT 15

/* splitmix64 */
uint64_t property_next(struct property_random *random)
{
    uint64_t mixed = random->state += UINT64_C(0x9E3779B97F4A7C15);

    mixed = (mixed ^ mixed >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    mixed = (mixed ^ mixed >> 27) * UINT64_C(0x94D049BB133111EB);
    return mixed ^ mixed >> 31;
}

uint32_t property_below(struct property_random *random, uint32_t bound)
{
    return (uint32_t)(property_next(random) % bound);
}

bool property_chance(struct property_random *random, uint32_t times)
{
    return property_below(random, times) == 0;
}

uint32_t property_chunk_rows(struct property_random *random)
{
    switch (property_below(random, 3)) {
    case 0:
        return 1 + property_below(random, 8);
    case 1:
        return 1u << property_below(random, 12);
    default:
        return 1 + property_below(random, 2048);
    }
}

const char *property_taste_name(enum rows_taste taste)
{
    static const char *const names[TASTES_COUNT] = {"ints", "floats", "numbers", "texts", "all"};

    return names[taste];
}

static struct weir_value random_int(struct property_random *random)
{
    if (property_chance(random, 4)) {
        return weir_int((int64_t)property_next(random));
    }
    return weir_int((int64_t)property_below(random, 2001) - 1000);
}

static struct weir_value random_float(struct property_random *random)
{
    static const double odd[] = {0.0, -0.0, 1e300, -1e300, 5e-324, INFINITY, -INFINITY, NAN};

    if (property_chance(random, 64)) {
        return weir_float(odd[property_below(random, sizeof(odd) / sizeof(odd[0]))]);
    }
    /* Of sizes that differ, so that sums depend on the order of what is added. */
    return weir_float(
        ldexp((double)(int64_t)property_next(random), (int)property_below(random, 40) - 80));
}

static struct weir_value random_text(struct property_random *random, struct arena *arena)
{
    uint32_t size = property_chance(random, 3) ? property_below(random, 60)
                                               : property_below(random, WEIR_SHORT_MAX + 2);
    char *text = arena_alloc(arena, size + 1);

    if (text == NULL) {
        abort();
    }
    for (uint32_t i = 0; i < size; i++) {
        text[i] = (char)('a' + property_below(random, 6));
    }
    return property_chance(random, 8) ? weir_bytes(text, size) : weir_text_bytes(text, size);
}

static struct weir_value random_list(struct property_random *random, struct arena *arena)
{
    uint32_t count = property_below(random, 4);
    struct weir_value *items = arena_alloc(arena, (count + 1) * sizeof(*items));

    if (items == NULL) {
        abort();
    }
    for (uint32_t i = 0; i < count; i++) {
        items[i] = property_value(random, TASTE_TEXTS, arena);
    }
    return property_chance(random, 2) ? weir_list(items, count) : weir_tuple(items, count);
}

struct weir_value property_value(struct property_random *random, enum rows_taste taste,
                                 struct arena *arena)
{
    switch (taste) {
    case TASTE_INTS:
        return random_int(random);
    case TASTE_FLOATS:
        return random_float(random);
    case TASTE_NUMBERS:
        return property_chance(random, 2) ? random_int(random) : random_float(random);
    case TASTE_TEXTS:
        return random_text(random, arena);
    case TASTE_ALL:
    case TASTES_COUNT:
        break;
    }
    switch (property_below(random, 8)) {
    case 0:
        return weir_null();
    case 1:
        return weir_bool(property_chance(random, 2));
    case 2:
        return random_list(random, arena);
    default:
        return property_value(random, (enum rows_taste)property_below(random, TASTE_ALL), arena);
    }
}

struct weir_value property_key(struct property_random *random, enum rows_taste taste,
                               struct arena *arena)
{
    struct property_random key = {property_chance(random, 2) ? 7 : property_below(random, 300)};

    return property_value(&key, taste, arena);
}

static uint64_t mix(uint64_t digest, uint64_t word)
{
    digest = (digest ^ word) * UINT64_C(0x9E3779B97F4A7C15);
    return digest ^ digest >> 29;
}

uint64_t property_digest(struct weir_value value)
{
    enum weir_kind kind = weir_kind_of(value);
    uint64_t digest = mix(value.head, kind);
    uint64_t word;

    switch (kind) {
    case WEIR_NULL:
        break;
    case WEIR_BOOL:
    case WEIR_INT:
        digest = mix(digest, (uint64_t)value.integer);
        break;
    case WEIR_FLOAT:
        memcpy(&word, &value.number, sizeof(word));
        digest = mix(digest, isnan(value.number) ? 0 : word);
        break;
    case WEIR_BYTES:
        for (uint32_t i = 0; i < weir_size_of(value); i++) {
            digest = mix(digest, (uint8_t)weir_bytes_of(&value)[i]);
        }
        break;
    case WEIR_LIST:
    case WEIR_TUPLE:
    case WEIR_MAP:
        for (uint32_t i = 0; i < weir_size_of(value) * (kind == WEIR_MAP ? 2 : 1); i++) {
            digest = mix(digest, property_digest(value.items[i]));
        }
        break;
    }
    return digest;
}

void property_write(struct bytes *out, struct weir_value value)
{
    uint32_t items_count = weir_size_of(value);

    switch (weir_kind_of(value)) {
    case WEIR_NULL:
        bytes_append_text(out, "null");
        break;
    case WEIR_BOOL:
        bytes_append_text(out, value.integer != 0 ? "true" : "false");
        break;
    case WEIR_INT:
        bytes_printf(out, "%" PRId64, value.integer);
        break;
    case WEIR_FLOAT:
        if (isnan(value.number)) {
            bytes_append_text(out, "nan");
        } else {
            bytes_printf(out, "%a", value.number);
        }
        break;
    case WEIR_BYTES:
        bytes_append_text(out, weir_is_text(value) ? "\"" : "b\"");
        bytes_append(out, weir_bytes_of(&value), weir_size_of(value));
        bytes_append_text(out, "\"");
        break;
    case WEIR_MAP:
        items_count *= 2;
        __attribute__((fallthrough));
    case WEIR_LIST:
    case WEIR_TUPLE:
        bytes_append_text(out, weir_kind_of(value) == WEIR_LIST    ? "["
                               : weir_kind_of(value) == WEIR_TUPLE ? "("
                                                                   : "{");
        for (uint32_t i = 0; i < items_count; i++) {
            bytes_append_text(out, i == 0 ? "" : ", ");
            property_write(out, value.items[i]);
        }
        bytes_append_text(out, ";");
        break;
    }
}

bool property_same(const char *expected, const char *found)
{
    if (strcmp(expected, found) == 0) {
        return true;
    }
    for (unsigned line = 1;; line++) {
        size_t expected_size = strcspn(expected, "\n");
        size_t found_size = strcspn(found, "\n");
        if (expected_size != found_size || memcmp(expected, found, expected_size) != 0) {
            printf("line %u differs\n  expected %.*s\n  found    %.*s\n", line,
                   (int)(expected_size > 300 ? 300 : expected_size), expected,
                   (int)(found_size > 300 ? 300 : found_size), found);
            return false;
        }
        expected += expected_size + (expected[expected_size] != '\0');
        found += found_size + (found[found_size] != '\0');
        if (*expected == '\0' || *found == '\0') {
            printf("line %u: one result ends before the other\n", line + 1);
            return false;
        }
    }
}

static double now_seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

int property_main(const char *name, property_case run)
{
    const char *wanted = getenv("WEIR_TEST_SEED");
    const char *seconds = getenv("WEIR_PROPERTY_SECONDS");
    double end = now_seconds() + (seconds != NULL ? atof(seconds) : SECONDS_DEFAULT);
    struct timespec now;
    unsigned cases_count = 0;

    clock_gettime(CLOCK_REALTIME, &now);
    uint64_t seed = wanted != NULL ? strtoull(wanted, NULL, 10)
                                   : ((uint64_t)now.tv_sec * 1000003u + (uint64_t)now.tv_nsec) %
                                         UINT64_C(1000000000);
    do {
        if (!run(seed)) {
            printf("%s: FAILED; WEIR_TEST_SEED=%" PRIu64 " runs it again\n", name, seed);
            return 1;
        }
        seed++;
        cases_count++;
    } while (wanted == NULL && now_seconds() < end);
    printf("%s: %u random programs, up to seed %" PRIu64 "\n", name, cases_count, seed - 1);
    return 0;
}
