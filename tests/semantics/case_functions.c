/*
 * case_functions - the functions that Spark's cases name, in C.
 */
#include "case_functions.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <weir/rdd.h>

static void emit_sum(const struct weir_row *row, struct weir_emitter *out, int64_t added)
{
    weir_emit(out, weir_int(weir_int_of(row->value) + added));
}

static void plus4(const struct weir_row *row, struct weir_emitter *out, struct weir_value argument)
{
    (void)argument;
    emit_sum(row, out, 4);
}

static void plus8(const struct weir_row *row, struct weir_emitter *out, struct weir_value argument)
{
    (void)argument;
    emit_sum(row, out, 8);
}

static void str(const struct weir_row *row, struct weir_emitter *out, struct weir_value argument)
{
    char *text = weir_emitter_memory(out, 24);

    (void)argument;
    int size = snprintf(text, 24, "%" PRId64, weir_int_of(row->value));
    weir_emit(out, weir_text_bytes(text, (uint32_t)size));
}

static void with_length(const struct weir_row *row, struct weir_emitter *out,
                        struct weir_value argument)
{
    (void)argument;
    weir_emit_pair(out, row->value, weir_int(weir_size_of(row->value)));
}

static void to_one(const struct weir_row *row, struct weir_emitter *out, struct weir_value argument)
{
    (void)argument;
    weir_emit_pair(out, row->value, weir_int(1));
}

static void to_x(const struct weir_row *row, struct weir_emitter *out, struct weir_value argument)
{
    (void)argument;
    weir_emit_pair(out, row->value, weir_text("x"));
}

static void swap(const struct weir_row *row, struct weir_emitter *out, struct weir_value argument)
{
    (void)argument;
    weir_emit_pair(out, row->value, row->key);
}

static void value_of(const struct weir_row *row, struct weir_emitter *out,
                     struct weir_value argument)
{
    (void)argument;
    weir_emit(out, row->value);
}

static void key_of(const struct weir_row *row, struct weir_emitter *out, struct weir_value argument)
{
    (void)argument;
    weir_emit(out, row->key);
}

static bool has_a(struct weir_value text)
{
    return memchr(weir_bytes_of(&text), 'a', weir_size_of(text)) != NULL;
}

static bool contains_a(const struct weir_row *row, struct weir_value argument)
{
    (void)argument;
    return has_a(row->value);
}

static bool key_contains_a(const struct weir_row *row, struct weir_value argument)
{
    (void)argument;
    return has_a(row->key);
}

static void letters(const struct weir_row *row, struct weir_emitter *out,
                    struct weir_value argument)
{
    (void)argument;
    for (uint32_t i = 0; i < weir_size_of(row->value); i++) {
        weir_emit(out, weir_text_bytes(weir_bytes_of(&row->value) + i, 1));
    }
}

/* (key, letter) for each letter. */
static void emit_letters(struct weir_value text, struct weir_value key, struct weir_emitter *out)
{
    for (uint32_t i = 0; i < weir_size_of(text); i++) {
        weir_emit_pair(out, key, weir_text_bytes(weir_bytes_of(&text) + i, 1));
    }
}

static void letters_keyed_by_length(const struct weir_row *row, struct weir_emitter *out,
                                    struct weir_value argument)
{
    (void)argument;
    emit_letters(row->value, weir_int(weir_size_of(row->value)), out);
}

static void letters_keyed_by_value(const struct weir_row *row, struct weir_emitter *out,
                                   struct weir_value argument)
{
    (void)argument;
    emit_letters(row->key, row->value, out);
}

static void plus10(const struct weir_row *row, struct weir_emitter *out, struct weir_value argument)
{
    (void)argument;
    emit_sum(row, out, 10);
}

static void v_vplus10(const struct weir_row *row, struct weir_emitter *out,
                      struct weir_value argument)
{
    (void)argument;
    weir_emit(out, row->value);
    emit_sum(row, out, 10);
}

static void upper(const struct weir_row *row, struct weir_emitter *out, struct weir_value argument)
{
    uint32_t size = weir_size_of(row->value);
    char *text = weir_emitter_memory(out, size + 1);

    (void)argument;
    for (uint32_t i = 0; i < size; i++) {
        text[i] = (char)toupper((unsigned char)weir_bytes_of(&row->value)[i]);
    }
    weir_emit(out, weir_text_bytes(text, size));
}

static void append1_append2(const struct weir_row *row, struct weir_emitter *out,
                            struct weir_value argument)
{
    uint32_t size = weir_size_of(row->value);

    (void)argument;
    for (char digit = '1'; digit <= '2'; digit++) {
        char *text = weir_emitter_memory(out, size + 1);
        memcpy(text, weir_bytes_of(&row->value), size);
        text[size] = digit;
        weir_emit(out, weir_text_bytes(text, size + 1));
    }
}

static void sum_partition(struct weir_iterator *rows, struct weir_emitter *out,
                          struct weir_value argument)
{
    struct weir_row row;
    int64_t total = 0;

    (void)argument;
    while (weir_next(rows, &row)) {
        total += weir_int_of(row.value);
    }
    weir_emit(out, weir_int(total));
}

static struct weir_value identity(struct weir_value value, struct weir_emitter *memory,
                                  struct weir_value argument)
{
    (void)memory;
    (void)argument;
    return value;
}

static struct weir_value sum(struct weir_value left, struct weir_value right,
                             struct weir_emitter *memory, struct weir_value argument)
{
    (void)memory;
    (void)argument;
    return weir_int(weir_int_of(left) + weir_int_of(right));
}

static struct weir_value sub(struct weir_value left, struct weir_value right,
                             struct weir_emitter *memory, struct weir_value argument)
{
    (void)memory;
    (void)argument;
    return weir_int(weir_int_of(left) - weir_int_of(right));
}

static bool nonzero_value(const struct weir_row *row, struct weir_value argument)
{
    (void)argument;
    return weir_int_of(row->value) != 0;
}

static bool upd_running_sum(struct weir_update *update, struct weir_emitter *memory,
                            struct weir_value argument)
{
    int64_t total = update->has_state ? weir_int_of(update->state) : 0;

    (void)memory;
    (void)argument;
    for (uint32_t i = 0; i < update->values_count; i++) {
        total += weir_int_of(update->values[i]);
    }
    update->state = weir_int(total);
    return true;
}

static bool upd_time_sum(struct weir_update *update, struct weir_emitter *memory,
                         struct weir_value argument)
{
    int64_t total = update->has_state ? weir_int_of(update->state) : 0;

    (void)memory;
    (void)argument;
    update->state = weir_int(total + (update->values_count > 0 ? update->time_ms : 0));
    return true;
}

static bool upd_append(struct weir_update *update, struct weir_emitter *memory,
                       struct weir_value argument)
{
    uint32_t count = update->has_state ? weir_size_of(update->state) : 0;
    struct weir_value *items =
        weir_emitter_memory(memory, (count + update->values_count + 1) * sizeof(*items));

    (void)argument;
    for (uint32_t i = 0; i < count; i++) {
        items[i] = update->state.items[i];
    }
    for (uint32_t i = 0; i < update->values_count; i++) {
        items[count + i] = update->values[i];
    }
    update->state = weir_list(items, count + update->values_count);
    return true;
}

static struct weir_rdd *rdd_null(struct weir_rdd *rdd, int64_t time_ms, struct weir_value argument)
{
    (void)rdd;
    (void)time_ms;
    (void)argument;
    return NULL;
}

static struct weir_rdd *rdd_map_key(struct weir_rdd *rdd, int64_t time_ms,
                                    struct weir_value argument)
{
    (void)time_ms;
    return weir_rdd_map(rdd, WEIR_FUNCTION(key_of), argument);
}

static struct weir_rdd *rdd_sort_by_key(struct weir_rdd *rdd, int64_t time_ms,
                                        struct weir_value argument)
{
    (void)time_ms;
    (void)argument;
    return weir_rdd_sort_by_key(rdd, false, 0);
}

static struct weir_rdd *rdd_join(struct weir_rdd *const *rdds, uint32_t count, int64_t time_ms,
                                 struct weir_value argument)
{
    (void)time_ms;
    (void)argument;
    return count == 2 ? weir_rdd_join(rdds[0], rdds[1], 0) : NULL;
}

static struct weir_rdd *rdd_union_all(struct weir_rdd *const *rdds, uint32_t count, int64_t time_ms,
                                      struct weir_value argument)
{
    (void)time_ms;
    (void)argument;
    return weir_rdd_union_all(rdds, count);
}

static void to_itself(const struct weir_row *row, struct weir_emitter *out,
                      struct weir_value argument)
{
    (void)argument;
    weir_emit_pair(out, row->value, row->value);
}

static struct weir_rdd *union12_self_join3(struct weir_rdd *const *rdds, uint32_t count,
                                           int64_t time_ms, struct weir_value argument)
{
    (void)time_ms;
    return count == 3 ? weir_rdd_join(weir_rdd_map_to_pair(weir_rdd_union(rdds[0], rdds[1]),
                                                           WEIR_FUNCTION(to_itself), argument),
                                      rdds[2], 0)
                      : NULL;
}

static struct case_function functions[] = {
    {.name = "plus4"},
    {.name = "plus8"},
    {.name = "str"},
    {.name = "with_length", .gives_pairs = true},
    {.name = "to_one", .gives_pairs = true},
    {.name = "to_x", .gives_pairs = true},
    {.name = "swap", .gives_pairs = true},
    {.name = "value"},
    {.name = "contains_a"},
    {.name = "key_contains_a"},
    {.name = "letters"},
    {.name = "letters_keyed_by_length", .gives_pairs = true},
    {.name = "letters_keyed_by_value", .gives_pairs = true},
    {.name = "sum"},
    {.name = "plus10"},
    {.name = "v_vplus10"},
    {.name = "upper"},
    {.name = "append1_append2"},
    {.name = "sum_partition"},
    {.name = "identity"},
    {.name = "sub"},
    {.name = "nonzero_value"},
    {.name = "upd_running_sum"},
    {.name = "upd_time_sum"},
    {.name = "upd_append"},
    {.name = "rdd_null"},
    {.name = "rdd_map_key"},
    {.name = "rdd_sortByKey"},
    {.name = "rdd_join"},
    {.name = "rdd_union_all"},
    {.name = "union12_self_join3"},
};

enum { FUNCTIONS_COUNT = sizeof(functions) / sizeof(functions[0]) };

/* In the order of the table. */
static void fill_calls(void)
{
    const struct weir_function calls[] = {
        WEIR_FUNCTION(plus4),
        WEIR_FUNCTION(plus8),
        WEIR_FUNCTION(str),
        WEIR_FUNCTION(with_length),
        WEIR_FUNCTION(to_one),
        WEIR_FUNCTION(to_x),
        WEIR_FUNCTION(swap),
        WEIR_FUNCTION(value_of),
        WEIR_FUNCTION(contains_a),
        WEIR_FUNCTION(key_contains_a),
        WEIR_FUNCTION(letters),
        WEIR_FUNCTION(letters_keyed_by_length),
        WEIR_FUNCTION(letters_keyed_by_value),
        WEIR_FUNCTION(sum),
        WEIR_FUNCTION(plus10),
        WEIR_FUNCTION(v_vplus10),
        WEIR_FUNCTION(upper),
        WEIR_FUNCTION(append1_append2),
        WEIR_FUNCTION(sum_partition),
        WEIR_FUNCTION(identity),
        WEIR_FUNCTION(sub),
        WEIR_FUNCTION(nonzero_value),
        WEIR_FUNCTION(upd_running_sum),
        WEIR_FUNCTION(upd_time_sum),
        WEIR_FUNCTION(upd_append),
        WEIR_FUNCTION(rdd_null),
        WEIR_FUNCTION(rdd_map_key),
        WEIR_FUNCTION(rdd_sort_by_key),
        WEIR_FUNCTION(rdd_join),
        WEIR_FUNCTION(rdd_union_all),
        WEIR_FUNCTION(union12_self_join3),
    };

    _Static_assert(sizeof(calls) / sizeof(calls[0]) == FUNCTIONS_COUNT, "a call for each name");
    for (size_t i = 0; i < FUNCTIONS_COUNT; i++) {
        functions[i].call = calls[i];
    }
}

const struct case_function *case_function_find(const char *name)
{
    fill_calls();
    for (size_t i = 0; i < FUNCTIONS_COUNT; i++) {
        if (strcmp(functions[i].name, name) == 0) {
            return &functions[i];
        }
    }
    return NULL;
}
