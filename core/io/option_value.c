/*
 * option_value - one option's JSON value, made into a setting.
 */
#include "io/option_value.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "data/json.h"
#include "io/units.h"

struct reading {
    const weir_option *option;
    struct arena *arena;
    weir_setting *out;
    struct option_fault *fault;
};

void option_fault_init(struct option_fault *fault)
{
    fault->code = "";
    bytes_init(&fault->message);
    bytes_init(&fault->help);
}

void option_fault_fini(struct option_fault *fault)
{
    bytes_fini(&fault->message);
    bytes_fini(&fault->help);
}

static const char *found_name(struct weir_value value)
{
    switch (weir_kind_of(value)) {
    case WEIR_NULL:
        return "null";
    case WEIR_BOOL:
        return value.integer != 0 ? "true" : "false";
    case WEIR_INT:
        return "a number";
    case WEIR_FLOAT:
        return "a number that is not whole or too large";
    case WEIR_BYTES:
        return "a string";
    case WEIR_LIST:
    case WEIR_TUPLE:
        return "a list";
    case WEIR_MAP:
        return "an object";
    }
    return "something else";
}

static bool is_number(struct weir_value value)
{
    return weir_kind_of(value) == WEIR_INT || weir_kind_of(value) == WEIR_FLOAT;
}

static bool is_string(struct weir_value value)
{
    return weir_kind_of(value) == WEIR_BYTES;
}

static weir_status wrong_type(struct reading *reading, const char *wanted, struct weir_value value)
{
    reading->fault->code = "E021";
    bytes_printf(&reading->fault->message, "must be %s, found %s", wanted,
                 weir_kind_of(value) == WEIR_FLOAT && reading->option->type != WEIR_T_INT
                     ? "a number"
                     : found_name(value));
    return WEIR_E_INVAL;
}

/* The string's own JSON value when it has one, as in "1" and "true". */
static bool string_holds(struct reading *reading, struct weir_value value, struct weir_value *out)
{
    return is_string(value) && json_read(weir_bytes_of(&value), weir_size_of(value), reading->arena,
                                         out, NULL) == WEIR_OK;
}

static bool has_range(const weir_option *option)
{
    return option->min < option->max || (option->min == option->max && option->min != 0);
}

static void write_bound(struct bytes *out, const weir_option *option, double bound)
{
    char text[UNITS_TEXT_BYTES];

    if (option->type == WEIR_T_DURATION_NS && fabs(bound) < 9e18) {
        bytes_append_text(out, units_write_duration((int64_t)bound, text));
    } else if (option->type == WEIR_T_SIZE && fabs(bound) < 9e18) {
        bytes_append_text(out, units_write_size((int64_t)bound, text));
    } else if (option->type == WEIR_T_FLOAT) {
        bytes_printf(out, "%g", bound);
    } else {
        bytes_printf(out, "%.0f", bound);
    }
}

static weir_status check_range(struct reading *reading, double number)
{
    const weir_option *option = reading->option;
    struct bytes *message = &reading->fault->message;

    if (!has_range(option) || (number >= option->min && number <= option->max)) {
        return WEIR_OK;
    }
    reading->fault->code = "E022";
    bytes_append_text(message, "must be from ");
    write_bound(message, option, option->min);
    bytes_append_text(message, " to ");
    write_bound(message, option, option->max);
    if (option->unit != NULL && option->unit[0] != '\0') {
        bytes_printf(message, " %s", option->unit);
    }
    if ((option->flags & WEIR_OPT_SECRET) == 0) {
        bytes_append_text(message, ", found ");
        write_bound(message, option, number);
    }
    return WEIR_E_INVAL;
}

static weir_status read_string(struct reading *reading, struct weir_value value)
{
    char *copy;
    uint32_t size;

    if (!is_string(value)) {
        if (is_number(value) || weir_kind_of(value) == WEIR_BOOL) {
            bytes_append_text(&reading->fault->help, "put it in quotes");
        }
        return wrong_type(reading, "a string", value);
    }
    size = weir_size_of(value);
    if (reading->option->type == WEIR_T_STRING &&
        memchr(weir_bytes_of(&value), '\0', size) != NULL) {
        reading->fault->code = "E022";
        bytes_append_text(&reading->fault->message, "must not have the character \\u0000 in it");
        return WEIR_E_INVAL;
    }
    copy = arena_alloc(reading->arena, (size_t)size + 1); /* short bytes stand in the value */
    if (copy == NULL) {
        return WEIR_E_NOMEM;
    }
    memcpy(copy, weir_bytes_of(&value), size);
    copy[size] = '\0';
    reading->out->s.ptr = copy;
    reading->out->s.len = size;
    return WEIR_OK;
}

static weir_status read_int(struct reading *reading, struct weir_value value)
{
    struct weir_value inside;

    if (weir_kind_of(value) != WEIR_INT) {
        if (string_holds(reading, value, &inside) && weir_kind_of(inside) == WEIR_INT) {
            bytes_append_text(&reading->fault->help, "remove the quotes");
        }
        return wrong_type(reading, "an integer", value);
    }
    reading->out->i = value.integer;
    reading->out->f = (double)value.integer;
    return check_range(reading, (double)value.integer);
}

static weir_status read_float(struct reading *reading, struct weir_value value)
{
    struct weir_value inside;

    if (!is_number(value)) {
        if (string_holds(reading, value, &inside) && is_number(inside)) {
            bytes_append_text(&reading->fault->help, "remove the quotes");
        }
        return wrong_type(reading, "a number", value);
    }
    reading->out->f = weir_float_of(value);
    return check_range(reading, reading->out->f);
}

static weir_status read_bool(struct reading *reading, struct weir_value value)
{
    struct weir_value inside;

    if (weir_kind_of(value) != WEIR_BOOL) {
        if (string_holds(reading, value, &inside) && weir_kind_of(inside) == WEIR_BOOL) {
            bytes_append_text(&reading->fault->help, "remove the quotes");
        }
        return wrong_type(reading, "true or false", value);
    }
    reading->out->i = value.integer != 0;
    return WEIR_OK;
}

/* Durations and sizes: a string of a number and its unit. */
static weir_status read_with_unit(struct reading *reading, struct weir_value value)
{
    bool is_size = reading->option->type == WEIR_T_SIZE;
    struct option_fault *fault = reading->fault;
    struct weir_value inside;
    int64_t number;
    bool is_read;

    if (is_string(value)) {
        is_read = is_size
                      ? units_read_size(weir_bytes_of(&value), weir_size_of(value), &number)
                      : units_read_duration(weir_bytes_of(&value), weir_size_of(value), &number);
        if (is_read) {
            reading->out->i = number;
            return check_range(reading, (double)number);
        }
    }
    bytes_append_text(&fault->help, is_size ? "write it with its unit, as in \"64KiB\" or \"10MB\""
                                            : "write it with its unit, as in \"500ms\" or \"30s\"");
    if (is_number(value) || (string_holds(reading, value, &inside) && is_number(inside))) {
        fault->code = "E021";
        bytes_printf(&fault->message, "must be a %s, found a number without a unit",
                     is_size ? "size" : "duration");
        return WEIR_E_INVAL;
    }
    if (is_string(value)) {
        fault->code = "E021";
        bytes_printf(&fault->message, "must be a %s, found a string that is none",
                     is_size ? "size" : "duration");
        return WEIR_E_INVAL;
    }
    return wrong_type(reading, is_size ? "a size" : "a duration", value);
}

bool option_enum_has(const char *enum_values, const char *text, size_t size)
{
    while (enum_values != NULL) {
        const char *bar = strchr(enum_values, '|');
        size_t length = bar == NULL ? strlen(enum_values) : (size_t)(bar - enum_values);

        if (length == size && memcmp(enum_values, text, size) == 0) {
            return true;
        }
        enum_values = bar == NULL ? NULL : bar + 1;
    }
    return false;
}

/* "a, b or c", each in quotes. */
static void write_enum_values(struct bytes *out, const char *enum_values)
{
    bool is_first = true;

    while (enum_values != NULL) {
        const char *bar = strchr(enum_values, '|');
        size_t length = bar == NULL ? strlen(enum_values) : (size_t)(bar - enum_values);

        bytes_printf(out, "%s\"%.*s\"",
                     is_first      ? ""
                     : bar == NULL ? " or "
                                   : ", ",
                     (int)length, enum_values);
        is_first = false;
        enum_values = bar == NULL ? NULL : bar + 1;
    }
}

static weir_status read_enum(struct reading *reading, struct weir_value value)
{
    struct bytes *message = &reading->fault->message;
    struct bytes *help = &reading->fault->help;

    if (!is_string(value)) {
        bytes_append_text(help, "it can be ");
        write_enum_values(help, reading->option->enum_values);
        return wrong_type(reading, "a string", value);
    }
    if (option_enum_has(reading->option->enum_values, weir_bytes_of(&value), weir_size_of(value))) {
        return read_string(reading, value);
    }
    reading->fault->code = "E022";
    bytes_append_text(message, "must be ");
    write_enum_values(message, reading->option->enum_values);
    if ((reading->option->flags & WEIR_OPT_SECRET) == 0) {
        bytes_append_text(message, ", found ");
        json_write(message, value);
    }
    return WEIR_E_INVAL;
}

/* The canonical JSON text of a value: no white space, members in the order given. */
static weir_status take_json(struct reading *reading, struct weir_value value)
{
    struct bytes text;
    weir_status status;
    char *copy;

    bytes_init(&text);
    json_write(&text, value);
    bytes_append_byte(&text, '\0');
    status = bytes_status(&text, NULL);
    if (status == WEIR_OK) {
        copy = arena_copy(reading->arena, text.data, text.size);
        reading->out->s.ptr = copy;
        reading->out->s.len = text.size - 1;
        status = copy == NULL ? WEIR_E_NOMEM : WEIR_OK;
    }
    bytes_fini(&text);
    return status;
}

static weir_status read_string_list(struct reading *reading, struct weir_value value)
{
    uint32_t count = weir_size_of(value);

    if (is_string(value)) {
        return take_json(reading, weir_list(&value, 1));
    }
    if (weir_kind_of(value) != WEIR_LIST) {
        return wrong_type(reading, "a list of strings", value);
    }
    for (uint32_t i = 0; i < count; i++) {
        if (!is_string(value.items[i])) {
            reading->fault->code = "E021";
            bytes_printf(&reading->fault->message,
                         "must be a list of strings, found %s at place %" PRIu32,
                         found_name(value.items[i]), i);
            return WEIR_E_INVAL;
        }
    }
    return take_json(reading, value);
}

/* Names with texts; numbers and truths are passed on as they are written. */
static weir_status read_string_map(struct reading *reading, struct weir_value value)
{
    uint32_t count = weir_size_of(value);

    if (weir_kind_of(value) != WEIR_MAP) {
        return wrong_type(reading, "an object of strings", value);
    }
    for (uint32_t i = 0; i < count; i++) {
        const struct weir_value *key = &value.items[2 * i];
        enum weir_kind kind = weir_kind_of(value.items[2 * i + 1]);

        if (kind == WEIR_LIST || kind == WEIR_MAP || kind == WEIR_NULL) {
            reading->fault->code = "E021";
            bytes_printf(
                &reading->fault->message, "must be an object of strings, found %s in \"%.*s\"",
                found_name(value.items[2 * i + 1]), (int)weir_size_of(*key), weir_bytes_of(key));
            return WEIR_E_INVAL;
        }
    }
    return take_json(reading, value);
}

static weir_status read_json(struct reading *reading, struct weir_value value)
{
    if (weir_kind_of(value) != WEIR_LIST && weir_kind_of(value) != WEIR_MAP) {
        return wrong_type(reading, "an object or a list", value);
    }
    return take_json(reading, value);
}

static weir_status read_of_type(struct reading *reading, struct weir_value value)
{
    switch (reading->option->type) {
    case WEIR_T_STRING:
    case WEIR_T_BYTES:
        return read_string(reading, value);
    case WEIR_T_INT:
        return read_int(reading, value);
    case WEIR_T_FLOAT:
        return read_float(reading, value);
    case WEIR_T_BOOL:
        return read_bool(reading, value);
    case WEIR_T_DURATION_NS:
    case WEIR_T_SIZE:
        return read_with_unit(reading, value);
    case WEIR_T_ENUM:
        return read_enum(reading, value);
    case WEIR_T_STRING_LIST:
        return read_string_list(reading, value);
    case WEIR_T_STRING_MAP:
        return read_string_map(reading, value);
    case WEIR_T_JSON:
        return read_json(reading, value);
    default:
        assert(false); /* the type was checked with its table */
        return WEIR_E_INVAL;
    }
}

weir_status option_value_read(const weir_option *option, struct weir_value value,
                              struct arena *arena, weir_setting *out, struct option_fault *fault,
                              weir_error *error)
{
    struct reading reading = {option, arena, out, fault};
    weir_status status;

    memset(out, 0, sizeof(*out));
    out->struct_size = (uint32_t)sizeof(*out);
    bytes_clear(&fault->message);
    bytes_clear(&fault->help);
    status = read_of_type(&reading, value);
    if (status == WEIR_OK) {
        out->type = option->type;
        return WEIR_OK;
    }
    memset(out, 0, sizeof(*out));
    out->struct_size = (uint32_t)sizeof(*out);
    if (status == WEIR_E_NOMEM || fault->message.failed || fault->help.failed) {
        return error_set(error, WEIR_E_NOMEM, "no memory for the option \"%s\"", option->key);
    }
    return error_set(error, status, "\"%s\" %s", option->key, fault->message.data);
}
