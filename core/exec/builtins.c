/*
 * builtins - the functions that every program and job file may name.
 */
#include <string.h>

#include "data/compare.h"
#include "exec/kernel.h"
#include "exec/lineage.h"

static struct weir_value min_reduce(struct weir_value left, struct weir_value right,
                                    struct weir_emitter *memory, struct weir_value argument)
{
    (void)memory;
    (void)argument;
    return value_compare(&left, &right) <= 0 ? left : right;
}

static struct weir_value max_reduce(struct weir_value left, struct weir_value right,
                                    struct weir_emitter *memory, struct weir_value argument)
{
    (void)memory;
    (void)argument;
    return value_compare(&left, &right) >= 0 ? left : right;
}

static void lower_row(const struct weir_row *row, struct weir_emitter *out,
                      struct weir_value argument)
{
    uint32_t size = weir_size_of(row->value);

    (void)argument;
    if (weir_kind_of(row->value) != WEIR_BYTES) {
        weir_emit_error(out, "lower takes texts only");
        return;
    }
    char *lowered = weir_emitter_memory(out, size);
    if (lowered == NULL) {
        return;
    }
    const char *text = weir_bytes_of(&row->value);
    for (uint32_t i = 0; i < size; i++) {
        bool is_capital = text[i] >= 'A' && text[i] <= 'Z';
        lowered[i] = (char)(text[i] + (is_capital ? 'a' - 'A' : 0));
    }
    struct weir_value value = weir_bytes(lowered, size);
    value.head |= row->value.head & WEIR_HEAD_TEXT;
    weir_emit(out, value);
}

/* (key, value) to (value, key). */
static void swap_row(const struct weir_row *row, struct weir_emitter *out,
                     struct weir_value argument)
{
    (void)argument;
    weir_emit_pair(out, row->value, row->key);
}

static bool not_empty_test(const struct weir_row *row, struct weir_value argument)
{
    (void)argument;
    return !weir_is_null(row->value) &&
           (weir_kind_of(row->value) < WEIR_BYTES || weir_size_of(row->value) > 0);
}

static bool contains_test(const struct weir_row *row, struct weir_value argument)
{
    struct weir_value wanted = argument.items[1];

    return weir_kind_of(row->value) == WEIR_BYTES &&
           memmem(weir_bytes_of(&row->value), weir_size_of(row->value), weir_bytes_of(&wanted),
                  weir_size_of(wanted)) != NULL;
}

static bool longer_than_test(const struct weir_row *row, struct weir_value argument)
{
    return weir_kind_of(row->value) >= WEIR_BYTES &&
           weir_size_of(row->value) > argument.items[1].integer;
}

/* True when the argument is a map of just this member, of this kind. */
static bool has_only(struct weir_value argument, const char *name, enum weir_kind kind)
{
    return weir_kind_of(argument) == WEIR_MAP && weir_size_of(argument) == 1 &&
           weir_kind_of(argument.items[0]) == WEIR_BYTES &&
           weir_size_of(argument.items[0]) == strlen(name) &&
           memcmp(weir_bytes_of(&argument.items[0]), name, strlen(name)) == 0 &&
           weir_kind_of(argument.items[1]) == kind;
}

static weir_status contains_check(struct weir_value argument, weir_error *error)
{
    return has_only(argument, "text", WEIR_BYTES)
               ? WEIR_OK
               : error_set(error, WEIR_E_CONFIG, "contains takes {\"text\": ...}");
}

static weir_status longer_than_check(struct weir_value argument, weir_error *error)
{
    return has_only(argument, "size", WEIR_INT)
               ? WEIR_OK
               : error_set(error, WEIR_E_CONFIG, "longer_than takes {\"size\": number of bytes}");
}

static weir_status no_argument_check(struct weir_value argument, weir_error *error)
{
    return weir_is_null(argument) ? WEIR_OK
                                  : error_set(error, WEIR_E_CONFIG, "it takes no arguments");
}

#define ROW_FUNCTION(function_name, function) \
    .kind = WEIR_FUNCTION_ROW,                \
    .call = {.name = function_name, .kind = WEIR_FUNCTION_ROW, .row = function}
#define TEST_FUNCTION(function_name, function) \
    .kind = WEIR_FUNCTION_TEST,                \
    .call = {.name = function_name, .kind = WEIR_FUNCTION_TEST, .test = function}
#define REDUCE_FUNCTION(function_name, function) \
    .kind = WEIR_FUNCTION_REDUCE,                \
    .call = {.name = function_name, .kind = WEIR_FUNCTION_REDUCE, .reduce = function}

static const struct function builtins[] = {
    {
        ROW_FUNCTION("split", split_row),
        .kernel = &kernel_split,
        .summary = "a text to its words",
        .argument_help = "pattern: what separates words, a character class such as "
                         "\"[^a-z0-9']+\" (default: white space); lower: true gives small letters",
        .check_argument = split_check_argument,
    },
    {
        ROW_FUNCTION("lower", lower_row),
        .summary = "ASCII letters to small ones",
        .check_argument = no_argument_check,
    },
    {
        ROW_FUNCTION("with_one", with_one_row),
        .kernel = &kernel_with_one,
        .summary = "x to the pair (x, 1)",
        .check_argument = no_argument_check,
    },
    {
        ROW_FUNCTION("swap", swap_row),
        .summary = "(key, value) to (value, key)",
        .check_argument = no_argument_check,
    },
    {
        TEST_FUNCTION("not_empty", not_empty_test),
        .summary = "keeps what is neither null nor of size 0",
        .check_argument = no_argument_check,
    },
    {
        TEST_FUNCTION("contains", contains_test),
        .summary = "keeps texts that contain a text",
        .argument_help = "text: what to look for",
        .check_argument = contains_check,
    },
    {
        TEST_FUNCTION("longer_than", longer_than_test),
        .summary = "keeps texts of more bytes, and lists of more items",
        .argument_help = "size: a number",
        .check_argument = longer_than_check,
    },
    {
        REDUCE_FUNCTION("sum", sum_reduce),
        .kernel = &kernel_sum,
        .summary = "adds ints (wrapping in 64 bits) and floats",
        .check_argument = no_argument_check,
    },
    {
        REDUCE_FUNCTION("min", min_reduce),
        .summary = "the smallest, by the order of values",
        .check_argument = no_argument_check,
    },
    {
        REDUCE_FUNCTION("max", max_reduce),
        .summary = "the greatest, by the order of values",
        .check_argument = no_argument_check,
    },
};

weir_status builtins_register(struct function_registry *registry, weir_error *error)
{
    for (size_t i = 0; i < sizeof(builtins) / sizeof(builtins[0]); i++) {
        WEIR_TRY(function_register_builtin(registry, &builtins[i], error));
    }
    return WEIR_OK;
}
