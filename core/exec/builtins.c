/*
 * builtins - the functions that every program and job file may name.
 */
#include <string.h>

#include "data/compare.h"
#include "exec/kernel.h"
#include "exec/lineage.h"
#include "exec/state_object.h"

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

/* Memory for a text that is made of the row's, and of `more` bytes; NULL after the failure was
 * told, also when the value is no text. */
static char *open_text(const struct weir_row *row, struct weir_emitter *out, uint32_t more,
                       const char *reason)
{
    if (weir_kind_of(row->value) != WEIR_BYTES) {
        weir_emit_error(out, reason);
        return NULL;
    }
    if (weir_size_of(row->value) > WEIR_SIZE_MAX - more) {
        weir_emit_error(out, "the text is too long");
        return NULL;
    }
    return weir_emitter_memory(out, (size_t)weir_size_of(row->value) + more);
}

/* Emits bytes that are text when the row's are. */
static void emit_text(const struct weir_row *row, struct weir_emitter *out, const char *text,
                      uint32_t size)
{
    struct weir_value value = weir_bytes(text, size);

    value.head |= row->value.head & WEIR_HEAD_TEXT;
    weir_emit(out, value);
}

/* Letters from first on, 26 of them, moved by `step`. */
static void shift_letters(const struct weir_row *row, struct weir_emitter *out, char *shifted,
                          char first, int step)
{
    uint32_t size = weir_size_of(row->value);
    const char *text = weir_bytes_of(&row->value);

    for (uint32_t i = 0; i < size; i++) {
        bool is_in = text[i] >= first && text[i] < first + 26;
        shifted[i] = (char)(text[i] + (is_in ? step : 0));
    }
    emit_text(row, out, shifted, size);
}

static void lower_row(const struct weir_row *row, struct weir_emitter *out,
                      struct weir_value argument)
{
    char *text = open_text(row, out, 0, "lower takes texts only");

    (void)argument;
    if (text != NULL) {
        shift_letters(row, out, text, 'A', 'a' - 'A');
    }
}

static void upper_row(const struct weir_row *row, struct weir_emitter *out,
                      struct weir_value argument)
{
    char *text = open_text(row, out, 0, "upper takes texts only");

    (void)argument;
    if (text != NULL) {
        shift_letters(row, out, text, 'a', 'A' - 'a');
    }
}

static void append_row(const struct weir_row *row, struct weir_emitter *out,
                       struct weir_value argument)
{
    struct weir_value tail = argument.items[1];
    char *text = open_text(row, out, weir_size_of(tail), "append takes texts only");
    uint32_t size = weir_size_of(row->value);

    if (text != NULL) {
        memcpy(text, weir_bytes_of(&row->value), size);
        memcpy(text + size, weir_bytes_of(&tail), weir_size_of(tail));
        emit_text(row, out, text, size + weir_size_of(tail));
    }
}

static void identity_row(const struct weir_row *row, struct weir_emitter *out,
                         struct weir_value argument)
{
    (void)argument;
    weir_emit(out, row->value);
}

static void key_row(const struct weir_row *row, struct weir_emitter *out,
                    struct weir_value argument)
{
    (void)argument;
    weir_emit(out, row->key);
}

static void length_row(const struct weir_row *row, struct weir_emitter *out,
                       struct weir_value argument)
{
    (void)argument;
    if (weir_kind_of(row->value) < WEIR_BYTES) {
        weir_emit_error(out, "length takes texts, lists and maps only");
        return;
    }
    weir_emit(out, weir_int(weir_size_of(row->value)));
}

static void plus_row(const struct weir_row *row, struct weir_emitter *out,
                     struct weir_value argument)
{
    enum weir_kind kind = weir_kind_of(row->value);

    if (kind != WEIR_INT && kind != WEIR_FLOAT) {
        weir_emit_error(out, "plus takes numbers only");
        return;
    }
    weir_emit(out, sum_reduce(row->value, argument.items[1], out, weir_null()));
}

static struct weir_value concat_reduce(struct weir_value left, struct weir_value right,
                                       struct weir_emitter *memory, struct weir_value argument)
{
    uint32_t left_size = weir_size_of(left);
    uint32_t right_size = weir_size_of(right);

    (void)argument;
    if (weir_kind_of(left) != WEIR_BYTES || weir_kind_of(right) != WEIR_BYTES ||
        left_size > WEIR_SIZE_MAX - right_size) {
        weir_emit_error(memory, "concat takes texts only, and not beyond 256 MiB");
        return left;
    }
    char *text = weir_emitter_memory(memory, (size_t)left_size + right_size);
    if (text == NULL) {
        return left;
    }
    memcpy(text, weir_bytes_of(&left), left_size);
    memcpy(text + left_size, weir_bytes_of(&right), right_size);
    struct weir_value value = weir_bytes(text, left_size + right_size);
    value.head |= left.head & right.head & WEIR_HEAD_TEXT;
    return value;
}

/* [a, b] to the pair (a, b). */
static void pair_row(const struct weir_row *row, struct weir_emitter *out,
                     struct weir_value argument)
{
    enum weir_kind kind = weir_kind_of(row->value);

    (void)argument;
    if ((kind != WEIR_LIST && kind != WEIR_TUPLE) || weir_size_of(row->value) != 2) {
        weir_emit_error(out, "pair takes lists of two only");
        return;
    }
    weir_emit_pair(out, row->value.items[0], row->value.items[1]);
}

/* (key, value) to (value, key). */
static void swap_row(const struct weir_row *row, struct weir_emitter *out,
                     struct weir_value argument)
{
    (void)argument;
    weir_emit_pair(out, row->value, row->key);
}

static bool is_number(struct weir_value value)
{
    return weir_kind_of(value) == WEIR_INT || weir_kind_of(value) == WEIR_FLOAT;
}

/* What "sum" of it and the right one gives the left one of, so that it undoes a sum. */
static struct weir_value difference_reduce(struct weir_value left, struct weir_value right,
                                           struct weir_emitter *memory, struct weir_value argument)
{
    (void)argument;
    if (!is_number(left) || !is_number(right)) {
        weir_emit_error(memory, "difference takes ints and floats only");
        return weir_null();
    }
    if (weir_kind_of(left) == WEIR_INT && weir_kind_of(right) == WEIR_INT) {
        return weir_int((int64_t)((uint64_t)left.integer - (uint64_t)right.integer));
    }
    return weir_float(weir_float_of(left) - weir_float_of(right));
}

static bool running_sum_update(struct weir_update *update, struct weir_emitter *memory,
                               struct weir_value argument)
{
    struct weir_value sum = update->has_state ? update->state : weir_int(0);

    for (uint32_t i = 0; i < update->values_count; i++) {
        sum = sum_reduce(sum, update->values[i], memory, argument);
    }
    update->state = sum;
    return true;
}

/* Gives [key, sum] for each value, and nothing for a key that times out. */
static void sum_so_far_state(struct weir_value key, const struct weir_value *value,
                             struct weir_state *state, struct weir_emitter *out, int64_t time_ms,
                             struct weir_value argument)
{
    (void)time_ms;
    if (value == NULL) {
        return;
    }
    struct weir_value before = state->exists ? state_object_get(state) : weir_int(0);
    struct weir_value *pair = weir_emitter_memory(out, 2 * sizeof(*pair));
    if (pair != NULL) {
        pair[0] = key;
        pair[1] = sum_reduce(before, *value, out, argument);
        state_object_update(state, pair[1]);
        weir_emit(out, weir_list(pair, 2));
    }
}

static bool not_zero_test(const struct weir_row *row, struct weir_value argument)
{
    (void)argument;
    return !is_number(row->value) || weir_float_of(row->value) != 0;
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

static weir_status append_check(struct weir_value argument, weir_error *error)
{
    return has_only(argument, "text", WEIR_BYTES)
               ? WEIR_OK
               : error_set(error, WEIR_E_CONFIG, "append takes {\"text\": ...}");
}

static weir_status plus_check(struct weir_value argument, weir_error *error)
{
    return has_only(argument, "amount", WEIR_INT) || has_only(argument, "amount", WEIR_FLOAT)
               ? WEIR_OK
               : error_set(error, WEIR_E_CONFIG, "plus takes {\"amount\": number}");
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
        ROW_FUNCTION("upper", upper_row),
        .summary = "ASCII letters to capital ones",
        .check_argument = no_argument_check,
    },
    {
        ROW_FUNCTION("append", append_row),
        .summary = "a text with another behind it",
        .argument_help = "text: what to put behind",
        .check_argument = append_check,
    },
    {
        ROW_FUNCTION("identity", identity_row),
        .summary = "the value as it is",
        .check_argument = no_argument_check,
    },
    {
        ROW_FUNCTION("key", key_row),
        .summary = "the key of a pair",
        .check_argument = no_argument_check,
    },
    {
        ROW_FUNCTION("length", length_row),
        .summary = "bytes of a text, items of a list, pairs of a map",
        .check_argument = no_argument_check,
    },
    {
        ROW_FUNCTION("plus", plus_row),
        .summary = "a number with another added",
        .argument_help = "amount: a number",
        .check_argument = plus_check,
    },
    {
        ROW_FUNCTION("with_one", with_one_row),
        .kernel = &kernel_with_one,
        .summary = "x to the pair (x, 1)",
        .check_argument = no_argument_check,
    },
    {
        ROW_FUNCTION("pair", pair_row),
        .summary = "a list of two to the pair of them",
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
        TEST_FUNCTION("not_zero", not_zero_test),
        .summary = "keeps what is not the number 0",
        .check_argument = no_argument_check,
    },
    {
        REDUCE_FUNCTION("sum", sum_reduce),
        .kernel = &kernel_sum,
        .summary = "adds ints (wrapping in 64 bits) and floats",
        .check_argument = no_argument_check,
    },
    {
        REDUCE_FUNCTION("difference", difference_reduce),
        .summary = "one number less the other: what undoes a sum",
        .check_argument = no_argument_check,
    },
    {
        REDUCE_FUNCTION("concat", concat_reduce),
        .summary = "texts, one behind the other",
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
    {
        .kind = WEIR_FUNCTION_UPDATE,
        .call = {.name = "running_sum", .kind = WEIR_FUNCTION_UPDATE, .update = running_sum_update},
        .summary = "a key's state and its new values, added up",
        .check_argument = no_argument_check,
    },
    {
        .kind = WEIR_FUNCTION_STATE,
        .call = {.name = "sum_so_far", .kind = WEIR_FUNCTION_STATE, .state = sum_so_far_state},
        .summary = "for each value its key and the sum of the key's values so far, as a list",
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
