/*
 * json_read - the reading half of json: by recursive descent, each level bounded.
 */
#include "data/json.h"

#include <stdlib.h>

#include "base/mem.h"
#include "data/compare.h"
#include "data/items.h"
#include "data/number.h"
#include "data/utf8.h"
#include "data/value.h"

#define KEYS_QUADRATIC_MAX 16u /* below this, comparing all with all is quicker than sorting */

struct reader {
    const char *text;
    size_t size;
    size_t at;
    uint32_t depth;
    struct arena *arena;
    struct items items;
    weir_error *error;
};

static weir_status read_value(struct reader *reader, struct weir_value *out);

static weir_status refuse(const struct reader *reader, size_t at, const char *reason)
{
    return error_set(reader->error, WEIR_E_INVAL, "byte %zu: %s", at, reason);
}

static weir_status no_memory(const struct reader *reader)
{
    return error_set(reader->error, WEIR_E_NOMEM, "byte %zu: out of memory", reader->at);
}

/* The next character, or NUL at the end: a NUL in the text is no token either. */
static char peek(const struct reader *reader)
{
    return reader->at < reader->size ? reader->text[reader->at] : '\0';
}

static void skip_space(struct reader *reader)
{
    while (reader->at < reader->size) {
        char c = reader->text[reader->at];
        if (c != ' ' && c != '\t' && c != '\n' && c != '\r') {
            return;
        }
        reader->at++;
    }
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Passes over digits and tells how many there were. */
static size_t skip_digits(struct reader *reader)
{
    size_t first = reader->at;

    while (is_digit(peek(reader))) {
        reader->at++;
    }
    return reader->at - first;
}

/* False when the digits are beyond int64. */
static bool int_of_digits(const char *digits, size_t size, bool is_negative, int64_t *out)
{
    int64_t integer = 0;

    for (size_t i = 0; i < size; i++) {
        int digit = digits[i] - '0';
        if (__builtin_mul_overflow(integer, 10, &integer) ||
            __builtin_sub_overflow(integer, digit, &integer)) {
            return false;
        }
    }
    /* Gathered below zero, where there is one more. */
    if (is_negative) {
        *out = integer;
        return true;
    }
    return !__builtin_sub_overflow(0, integer, out);
}

static weir_status read_number(struct reader *reader, struct weir_value *out)
{
    size_t first = reader->at;
    bool is_negative = peek(reader) == '-';
    bool is_whole = true;
    int64_t integer;
    double number;

    reader->at += is_negative ? 1 : 0;
    size_t digits_at = reader->at;
    size_t digits_count = skip_digits(reader);
    if (digits_count == 0) {
        return refuse(reader, first, "no value starts like this");
    }
    if (digits_count > 1 && reader->text[digits_at] == '0') {
        return refuse(reader, digits_at, "a number does not start with 0");
    }
    if (peek(reader) == '.') {
        is_whole = false;
        reader->at++;
        if (skip_digits(reader) == 0) {
            return refuse(reader, reader->at, "digits must follow the decimal point");
        }
    }
    if (peek(reader) == 'e' || peek(reader) == 'E') {
        is_whole = false;
        reader->at++;
        if (peek(reader) == '+' || peek(reader) == '-') {
            reader->at++;
        }
        if (skip_digits(reader) == 0) {
            return refuse(reader, reader->at, "digits must follow the exponent's sign");
        }
    }
    if (is_whole && int_of_digits(reader->text + digits_at, digits_count, is_negative, &integer)) {
        *out = weir_int(integer);
        return WEIR_OK;
    }
    if (!number_read_float(reader->text + first, reader->at - first, &number)) {
        return refuse(reader, first, "the number is too large");
    }
    *out = weir_float(number);
    return WEIR_OK;
}

/* The four hexadecimal digits at text[at]; false when they are not there. */
static bool read_hex(const struct reader *reader, size_t at, size_t end, uint32_t *out)
{
    uint32_t unit = 0;

    if (end - at < 4) {
        return false;
    }
    for (size_t i = at; i < at + 4; i++) {
        char c = reader->text[i];
        char lower = (char)(c | 0x20);
        if (is_digit(c)) {
            unit = unit * 16 + (uint32_t)(c - '0');
        } else if (lower >= 'a' && lower <= 'f') {
            unit = unit * 16 + (uint32_t)(lower - 'a') + 10;
        } else {
            return false;
        }
    }
    *out = unit;
    return true;
}

static size_t put_utf8(char *out, uint32_t point)
{
    if (point < 0x80) {
        out[0] = (char)point;
        return 1;
    }
    if (point < 0x800) {
        out[0] = (char)(0xC0 | point >> 6);
        out[1] = (char)(0x80 | (point & 0x3F));
        return 2;
    }
    if (point < 0x10000) {
        out[0] = (char)(0xE0 | point >> 12);
        out[1] = (char)(0x80 | (point >> 6 & 0x3F));
        out[2] = (char)(0x80 | (point & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | point >> 18);
    out[1] = (char)(0x80 | (point >> 12 & 0x3F));
    out[2] = (char)(0x80 | (point >> 6 & 0x3F));
    out[3] = (char)(0x80 | (point & 0x3F));
    return 4;
}

/* "\uXXXX", with its other half where it is a surrogate; *at stands behind the 'u'. */
static weir_status read_unicode(struct reader *reader, size_t *at, size_t end, char *out,
                                size_t *out_size)
{
    uint32_t point;
    uint32_t low;

    if (!read_hex(reader, *at, end, &point)) {
        return refuse(reader, *at, "four hexadecimal digits must follow \\u");
    }
    if (point >= 0xD800 && point <= 0xDFFF) {
        bool is_pair = point < 0xDC00 && end - *at >= 6 && reader->text[*at + 4] == '\\' &&
                       reader->text[*at + 5] == 'u' && read_hex(reader, *at + 6, end, &low) &&
                       low >= 0xDC00 && low <= 0xDFFF;
        if (!is_pair) {
            return refuse(reader, *at, "half a surrogate pair");
        }
        point = 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00);
        *at += 6;
    }
    *at += 4;
    *out_size += put_utf8(out + *out_size, point);
    return WEIR_OK;
}

/* Takes the escapes out of text[first] to text[end]; no escape is longer than what it stands
 * for in UTF-8 is, so `out` needs no more room than the text. */
static weir_status unescape(struct reader *reader, size_t first, size_t end, char *out,
                            size_t *out_size)
{
    static const char names[] = "\"\\/bfnrt";
    static const char meanings[] = "\"\\/\b\f\n\r\t";
    size_t at = first;

    *out_size = 0;
    while (at < end) {
        char c = reader->text[at++];
        if (c != '\\') {
            out[(*out_size)++] = c;
            continue;
        }
        c = reader->text[at++]; /* there is one: the string's end was found past it */
        if (c == 'u') {
            WEIR_TRY(read_unicode(reader, &at, end, out, out_size));
            continue;
        }
        const char *name = memchr(names, c, sizeof(names) - 1);
        if (name == NULL) {
            return refuse(reader, at - 2, "no such escape");
        }
        out[(*out_size)++] = meanings[name - names];
    }
    return WEIR_OK;
}

/* Finds the closing quote of the string that starts at text[at], which is left there. */
static weir_status find_string_end(struct reader *reader, bool *has_escapes)
{
    size_t first = reader->at;

    *has_escapes = false;
    while (reader->at < reader->size) {
        unsigned char c = (unsigned char)reader->text[reader->at];
        if (c == '"') {
            return WEIR_OK;
        }
        if (c < 0x20) {
            return refuse(reader, reader->at, "a control character in a string");
        }
        if (c == '\\') {
            *has_escapes = true;
            reader->at++;
        }
        reader->at++;
    }
    return refuse(reader, first - 1, "the string has no end");
}

static weir_status read_string(struct reader *reader, struct weir_value *out)
{
    bool has_escapes;
    size_t first = ++reader->at;

    WEIR_TRY(find_string_end(reader, &has_escapes));
    size_t end = reader->at++;
    size_t size = end - first;
    const char *text = reader->text + first;
    size_t valid = utf8_valid_size(text, size);
    if (valid < size) {
        return refuse(reader, first + valid, "not valid UTF-8");
    }
    if (has_escapes) {
        char *plain = arena_alloc(reader->arena, size);
        if (plain == NULL) {
            return no_memory(reader);
        }
        WEIR_TRY(unescape(reader, first, end, plain, &size));
        text = plain;
    } else if (size > WEIR_SHORT_MAX) {
        text = arena_copy(reader->arena, text, size);
        if (text == NULL) {
            return no_memory(reader);
        }
    }
    *out = weir_text_bytes(text, (uint32_t)size);
    return WEIR_OK;
}

static int compare_keys(const void *left, const void *right)
{
    return value_compare(*(const struct weir_value *const *)left,
                         *(const struct weir_value *const *)right);
}

/* Few keys: all with all. Many: sorted, each with the next. */
static weir_status find_duplicate(const struct weir_value *items, size_t pairs_count, bool *found)
{
    *found = false;
    if (pairs_count <= KEYS_QUADRATIC_MAX) {
        for (size_t i = 1; i < pairs_count && !*found; i++) {
            for (size_t j = 0; j < i && !*found; j++) {
                *found = value_equal(&items[2 * i], &items[2 * j]);
            }
        }
        return WEIR_OK;
    }
    const struct weir_value **keys = mem_alloc(pairs_count * sizeof(*keys));
    if (keys == NULL) {
        return WEIR_E_NOMEM;
    }
    for (size_t i = 0; i < pairs_count; i++) {
        keys[i] = &items[2 * i];
    }
    qsort(keys, pairs_count, sizeof(*keys), compare_keys);
    for (size_t i = 1; i < pairs_count && !*found; i++) {
        *found = value_equal(keys[i - 1], keys[i]);
    }
    mem_free(keys);
    return WEIR_OK;
}

/* The key and the colon behind it. */
static weir_status read_key(struct reader *reader)
{
    struct weir_value key;

    if (peek(reader) != '"') {
        return refuse(reader, reader->at, "a key must be a string");
    }
    WEIR_TRY(read_string(reader, &key));
    skip_space(reader);
    if (peek(reader) != ':') {
        return refuse(reader, reader->at, "a colon must follow the key");
    }
    reader->at++;
    return items_push(&reader->items, key, reader->error);
}

/* The items between the brackets, pushed; the opening one is passed over by the caller. */
static weir_status read_items(struct reader *reader, char closing)
{
    struct weir_value value;

    skip_space(reader);
    if (peek(reader) == closing) {
        reader->at++;
        return WEIR_OK;
    }
    for (;;) {
        if (closing == '}') {
            skip_space(reader);
            WEIR_TRY(read_key(reader));
        }
        WEIR_TRY(read_value(reader, &value));
        WEIR_TRY(items_push(&reader->items, value, reader->error));
        skip_space(reader);
        char c = peek(reader);
        if (c != ',' && c != closing) {
            return refuse(reader, reader->at,
                          closing == '}' ? "a comma or } must follow" : "a comma or ] must follow");
        }
        reader->at++;
        if (c == closing) {
            return WEIR_OK;
        }
    }
}

static weir_status read_container(struct reader *reader, struct weir_value *out)
{
    size_t start = reader->at;
    size_t first = reader->items.count;
    bool is_map = peek(reader) == '{';
    bool has_duplicate = false;
    const struct weir_value *items;

    if (reader->depth == VALUE_NESTING_MAX) {
        return refuse(reader, start, "nested too deeply");
    }
    reader->at++;
    reader->depth++;
    WEIR_TRY(read_items(reader, is_map ? '}' : ']'));
    reader->depth--;
    uint32_t count = (uint32_t)(reader->items.count - first);
    WEIR_TRY(items_take(&reader->items, first, reader->arena, &items, reader->error));
    if (!is_map) {
        *out = weir_list(items, count);
        return WEIR_OK;
    }
    if (find_duplicate(items, count / 2, &has_duplicate) != WEIR_OK) {
        return no_memory(reader);
    }
    if (has_duplicate) {
        return refuse(reader, start, "a key stands twice in the object");
    }
    *out = weir_map_value(items, count / 2);
    return WEIR_OK;
}

static weir_status read_word(struct reader *reader, const char *word, struct weir_value value,
                             struct weir_value *out)
{
    size_t size = strlen(word);

    if (reader->size - reader->at < size || memcmp(reader->text + reader->at, word, size) != 0) {
        return refuse(reader, reader->at, "no value starts like this");
    }
    reader->at += size;
    *out = value;
    return WEIR_OK;
}

static weir_status read_value(struct reader *reader, struct weir_value *out)
{
    skip_space(reader);
    if (reader->at == reader->size) {
        return refuse(reader, reader->at, "a value is missing");
    }
    switch (peek(reader)) {
    case '{':
    case '[':
        return read_container(reader, out);
    case '"':
        return read_string(reader, out);
    case 't':
        return read_word(reader, "true", weir_bool(true), out);
    case 'f':
        return read_word(reader, "false", weir_bool(false), out);
    case 'n':
        return read_word(reader, "null", weir_null(), out);
    default:
        return read_number(reader, out);
    }
}

weir_status json_read(const char *text, size_t size, struct arena *arena, struct weir_value *out,
                      weir_error *error)
{
    struct reader reader = {.text = text, .size = size, .arena = arena, .error = error};
    struct weir_value value = weir_null();
    weir_status status;

    *out = value;
    /* A text within the bound holds no string and no list beyond it. */
    if (size > WEIR_SIZE_MAX) {
        return error_set(error, WEIR_E_INVAL, "byte 0: the text is larger than %u bytes",
                         WEIR_SIZE_MAX);
    }
    items_init(&reader.items);
    status = read_value(&reader, &value);
    if (status == WEIR_OK) {
        skip_space(&reader);
        if (reader.at < size) {
            status = refuse(&reader, reader.at, "the value ended before this");
        } else {
            *out = value;
        }
    }
    items_fini(&reader.items);
    return status;
}
