/* json_scan - recursive descent, as deep as JSON_DEPTH_MAX. */
#include "json_scan.h"

#include <string.h>

#include <weir/plugin_helpers.h>

void json_scan_init(struct json_scan *scan, const char *input, size_t length, char *text)
{
    scan->begin = input;
    scan->at = input;
    scan->end = input + length;
    scan->text = text;
    scan->problem = NULL;
}

static bool fail(struct json_scan *scan, const char *problem)
{
    scan->problem = problem;
    return false;
}

char json_peek(struct json_scan *scan)
{
    while (scan->at < scan->end &&
           (*scan->at == ' ' || *scan->at == '\t' || *scan->at == '\n' || *scan->at == '\r')) {
        scan->at++;
    }
    return scan->at < scan->end ? *scan->at : '\0';
}

bool json_is_done(struct json_scan *scan)
{
    json_peek(scan);
    return scan->at == scan->end;
}

bool json_take(struct json_scan *scan, char mark)
{
    if (json_peek(scan) != mark || scan->at == scan->end) {
        return fail(scan, scan->at == scan->end ? "the text ends too early" : "not expected here");
    }
    scan->at++;
    return true;
}

static bool take_word(struct json_scan *scan, const char *word)
{
    size_t length = strlen(word);

    if ((size_t)(scan->end - scan->at) < length || memcmp(scan->at, word, length) != 0) {
        return fail(scan, "not a JSON value");
    }
    scan->at += length;
    return true;
}

bool json_null(struct json_scan *scan)
{
    return json_peek(scan) == 'n' && take_word(scan, "null");
}

static int hex_digit(char digit)
{
    if (digit >= '0' && digit <= '9') {
        return digit - '0';
    }
    if (digit >= 'a' && digit <= 'f') {
        return digit - 'a' + 10;
    }
    if (digit >= 'A' && digit <= 'F') {
        return digit - 'A' + 10;
    }
    return -1;
}

/* The four digits after \u. */
static bool take_unit(struct json_scan *scan, uint32_t *out)
{
    *out = 0;
    for (int i = 0; i < 4; i++) {
        int digit = scan->at < scan->end ? hex_digit(*scan->at) : -1;
        if (digit < 0) {
            return fail(scan, "\\u needs four hexadecimal digits");
        }
        *out = *out << 4 | (uint32_t)digit;
        scan->at++;
    }
    return true;
}

/* A character written as \u and four digits, or as two such: half a pair alone becomes U+FFFD. */
static bool take_escaped_character(struct json_scan *scan, uint32_t *out)
{
    uint32_t low;

    if (!take_unit(scan, out)) {
        return false;
    }
    if (*out >= 0xD800 && *out <= 0xDBFF && scan->end - scan->at >= 2 && scan->at[0] == '\\' &&
        scan->at[1] == 'u') {
        const char *after_high = scan->at;
        scan->at += 2;
        if (!take_unit(scan, &low)) {
            return false;
        }
        if (low >= 0xDC00 && low <= 0xDFFF) {
            *out = 0x10000 + ((*out - 0xD800) << 10) + (low - 0xDC00);
            return true;
        }
        scan->at = after_high;
    }
    if (*out >= 0xD800 && *out <= 0xDFFF) {
        *out = 0xFFFD;
    }
    return true;
}

static char *put_utf8(char *to, uint32_t character)
{
    if (character < 0x80) {
        *to++ = (char)character;
        return to;
    }
    if (character < 0x800) {
        *to++ = (char)(0xC0 | character >> 6);
    } else {
        if (character < 0x10000) {
            *to++ = (char)(0xE0 | character >> 12);
        } else {
            *to++ = (char)(0xF0 | character >> 18);
            *to++ = (char)(0x80 | (character >> 12 & 0x3F));
        }
        *to++ = (char)(0x80 | (character >> 6 & 0x3F));
    }
    *to++ = (char)(0x80 | (character & 0x3F));
    return to;
}

/* What follows a backslash. `to` NULL: only check it. */
static bool take_escape(struct json_scan *scan, char **to)
{
    static const char names[] = "\"\\/bfnrt";
    static const char meant[] = "\"\\/\b\f\n\r\t";
    uint32_t character;

    if (scan->at == scan->end) {
        return fail(scan, "the text ends inside a string");
    }
    if (*scan->at == 'u') {
        scan->at++;
        if (!take_escaped_character(scan, &character)) {
            return false;
        }
    } else {
        const char *name = memchr(names, *scan->at, sizeof(names) - 1);
        if (name == NULL) {
            return fail(scan, "no such escape");
        }
        character = (unsigned char)meant[name - names];
        scan->at++;
    }
    if (*to != NULL) {
        *to = put_utf8(*to, character);
    }
    return true;
}

/* Takes a string and writes it to `to`; NULL: only checks it. Moves `to` behind what it wrote. */
static bool take_string(struct json_scan *scan, char **to)
{
    if (!json_take(scan, '"')) {
        return false;
    }
    while (scan->at < scan->end) {
        unsigned char byte = (unsigned char)*scan->at;

        if (byte < 0x20) {
            return fail(scan, "a control character in a string must be escaped");
        }
        scan->at++;
        if (byte == '"') {
            return true;
        }
        if (byte == '\\') {
            if (!take_escape(scan, to)) {
                return false;
            }
        } else if (*to != NULL) {
            *(*to)++ = (char)byte;
        }
    }
    return fail(scan, "the text ends inside a string");
}

bool json_string(struct json_scan *scan, weir_slice *out)
{
    char *begin = scan->text;

    if (!take_string(scan, &scan->text)) {
        return false;
    }
    *out = weir_slice_of(begin, (uint64_t)(scan->text - begin));
    return true;
}

static bool take_digits(struct json_scan *scan)
{
    const char *first = scan->at;

    while (scan->at < scan->end && *scan->at >= '0' && *scan->at <= '9') {
        scan->at++;
    }
    return scan->at > first || fail(scan, "not a JSON value");
}

static bool take_number(struct json_scan *scan)
{
    if (*scan->at == '-') {
        scan->at++;
    }
    if (scan->at < scan->end && *scan->at == '0') {
        scan->at++;
    } else if (!take_digits(scan)) {
        return false;
    }
    if (scan->at < scan->end && *scan->at == '.') {
        scan->at++;
        if (!take_digits(scan)) {
            return false;
        }
    }
    if (scan->at < scan->end && (*scan->at == 'e' || *scan->at == 'E')) {
        scan->at++;
        if (scan->at < scan->end && (*scan->at == '+' || *scan->at == '-')) {
            scan->at++;
        }
        return take_digits(scan);
    }
    return true;
}

bool json_integer(struct json_scan *scan, int64_t *out)
{
    char first = json_peek(scan);
    uint64_t magnitude = 0;

    if (first == '-') {
        scan->at++;
    }
    if (scan->at == scan->end || *scan->at < '0' || *scan->at > '9') {
        return fail(scan, "a whole number is expected");
    }
    while (scan->at < scan->end && *scan->at >= '0' && *scan->at <= '9') {
        uint64_t digit = (uint64_t)(*scan->at - '0');
        if (magnitude > ((uint64_t)INT64_MAX - digit) / 10) {
            return fail(scan, "the number is too large");
        }
        magnitude = magnitude * 10 + digit;
        scan->at++;
    }
    if (scan->at < scan->end && (*scan->at == '.' || *scan->at == 'e' || *scan->at == 'E')) {
        return fail(scan, "a whole number is expected");
    }
    *out = first == '-' ? -(int64_t)magnitude : (int64_t)magnitude;
    return true;
}

static bool take_value(struct json_scan *scan, int depth);

/* The members of a list or an object, the opening mark being taken already. */
static bool take_members(struct json_scan *scan, char closing, int depth)
{
    char *nowhere = NULL;

    if (json_peek(scan) == closing) {
        return json_take(scan, closing);
    }
    for (;;) {
        if (closing == '}' && !(take_string(scan, &nowhere) && json_take(scan, ':'))) {
            return false;
        }
        if (!take_value(scan, depth)) {
            return false;
        }
        if (json_peek(scan) != ',') {
            return json_take(scan, closing);
        }
        scan->at++;
    }
}

static bool take_value(struct json_scan *scan, int depth)
{
    char *nowhere = NULL;

    switch (json_peek(scan)) {
    case '{':
    case '[':
        if (depth == JSON_DEPTH_MAX) {
            return fail(scan, "nested too deeply");
        }
        scan->at++;
        return take_members(scan, scan->at[-1] == '{' ? '}' : ']', depth + 1);
    case '"':
        return take_string(scan, &nowhere);
    case 't':
        return take_word(scan, "true");
    case 'f':
        return take_word(scan, "false");
    case 'n':
        return take_word(scan, "null");
    case '\0':
        return fail(scan, scan->at == scan->end ? "the text ends too early" : "not a JSON value");
    default:
        return take_number(scan);
    }
}

bool json_value(struct json_scan *scan, weir_slice *out)
{
    json_peek(scan);
    const char *begin = scan->at;

    if (!take_value(scan, 0)) {
        return false;
    }
    *out = weir_slice_of(begin, (uint64_t)(scan->at - begin));
    return true;
}
