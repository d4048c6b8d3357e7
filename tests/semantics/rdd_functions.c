/*
 * rdd_functions - the functions that Spark's cases of RDDs describe, in C.
 */
#include "rdd_functions.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static void to_text(const struct weir_row *row, struct weir_emitter *out,
                    struct weir_value argument)
{
    char *text = weir_emitter_memory(out, 24);

    (void)argument;
    int size = snprintf(text, 24, "%" PRId64, weir_int_of(row->value));
    weir_emit(out, weir_text_bytes(text, (uint32_t)size));
}

static void to_text_from_three(const struct weir_row *row, struct weir_emitter *out,
                               struct weir_value argument)
{
    if (weir_int_of(row->value) >= 3) {
        to_text(row, out, argument);
    }
}

static bool is_above(const struct weir_row *row, struct weir_value argument)
{
    return weir_float_of(row->value) > weir_float_of(argument);
}

static bool is_at_least(const struct weir_row *row, struct weir_value argument)
{
    return weir_float_of(row->value) >= weir_float_of(argument);
}

static void partition_sum(struct weir_iterator *rows, struct weir_emitter *out,
                          struct weir_value argument)
{
    struct weir_row row;
    int64_t sum = 0;

    (void)argument;
    while (weir_next(rows, &row)) {
        sum += weir_int_of(row.value);
    }
    weir_emit_pair(out, weir_int(rows->partition), weir_int(sum));
}

static void field(const struct weir_row *row, struct weir_emitter *out, struct weir_value argument)
{
    const char *text = weir_bytes_of(&row->value);
    const char *end = text + weir_size_of(row->value);
    const char *next;
    char digits[24];

    for (int64_t i = 0; i < weir_int_of(argument.items[0]); i++) {
        text = memchr(text, '|', (size_t)(end - text));
        if (text == NULL) {
            weir_emit_error(out, "there are too few fields");
            return;
        }
        text++;
    }
    next = memchr(text, '|', (size_t)(end - text));
    uint32_t size = (uint32_t)((next == NULL ? end : next) - text);
    if (weir_int_of(argument.items[1]) != 0) {
        snprintf(digits, sizeof(digits), "%.*s", (int)size, text);
        weir_emit(out, weir_int(strtoll(digits, NULL, 10)));
        return;
    }
    weir_emit(out, weir_text_bytes(memcpy(weir_emitter_memory(out, size + 1), text, size), size));
}

static uint32_t key_is_partition(struct weir_value key, uint32_t partitions_count,
                                 struct weir_value argument)
{
    (void)argument;
    return (uint32_t)weir_int_of(key) % partitions_count;
}

/* The map with `added` added to the value of `key`. */
static struct weir_value add_to(struct weir_value map, struct weir_value key, int64_t added,
                                struct weir_emitter *memory)
{
    uint32_t count = weir_size_of(map);
    struct weir_value *items =
        weir_emitter_memory(memory, (2 * (size_t)count + 2) * sizeof(*items));

    if (count > 0) {
        memcpy(items, map.items, 2 * (size_t)count * sizeof(*items));
    }
    for (uint32_t i = 0; i < count; i++) {
        if (weir_value_compare(&items[(size_t)2 * i], &key) == 0) {
            items[2 * i + 1] = weir_int(weir_int_of(items[2 * i + 1]) + added);
            return weir_map_value(items, count);
        }
    }
    items[2 * count] = key;
    items[2 * count + 1] = weir_int(added);
    return weir_map_value(items, count + 1);
}

static struct weir_value add_to_map(struct weir_value map, struct weir_value pair,
                                    struct weir_emitter *memory, struct weir_value argument)
{
    (void)argument;
    return add_to(map, pair.items[0], weir_int_of(pair.items[1]), memory);
}

static struct weir_value add_maps(struct weir_value left, struct weir_value right,
                                  struct weir_emitter *memory, struct weir_value argument)
{
    (void)argument;
    for (uint32_t i = 0; i < weir_size_of(right); i++) {
        left = add_to(left, right.items[(size_t)2 * i], weir_int_of(right.items[(size_t)2 * i + 1]),
                      memory);
    }
    return left;
}

struct weir_function rdd_to_text(void)
{
    return WEIR_FUNCTION(to_text);
}

struct weir_function rdd_to_text_from_three(void)
{
    return WEIR_FUNCTION(to_text_from_three);
}

struct weir_function rdd_is_above(void)
{
    return WEIR_FUNCTION(is_above);
}

struct weir_function rdd_is_at_least(void)
{
    return WEIR_FUNCTION(is_at_least);
}

struct weir_function rdd_partition_sum(void)
{
    return WEIR_FUNCTION(partition_sum);
}

struct weir_function rdd_field(void)
{
    return WEIR_FUNCTION(field);
}

struct weir_function rdd_key_is_partition(void)
{
    return WEIR_FUNCTION(key_is_partition);
}

struct weir_function rdd_add_to_map(void)
{
    return WEIR_FUNCTION(add_to_map);
}

struct weir_function rdd_add_maps(void)
{
    return WEIR_FUNCTION(add_maps);
}
