/*
 * document_token - strings, numbers and words of a document.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "app/parser.h"
#include "data/number.h"

enum { MISTAKES_MAX = 200 }; /* then the reading ends: it is hardly a job file */

void parser_tell(struct parser *parser, const char *code, size_t offset, const char *help,
                 const char *format, ...)
{
    char message[256];
    struct problem *problem;
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(message, sizeof(message), format, arguments);
    va_end(arguments);
    problems_add(parser->problems, PROBLEM_ERROR, code, "", help, "%s", message);
    problem = problems_last(parser->problems);
    if (problem != NULL) {
        problem->offset = (int64_t)offset;
    }
    if (++parser->mistakes_count == MISTAKES_MAX) {
        parser->is_over = true;
    }
}

void parser_give_up(struct parser *parser, size_t offset, const char *help, const char *message)
{
    if (!parser->is_over) {
        parser_tell(parser, "E001", offset, help, "%s", message);
        parser->is_over = true;
    }
}

void parser_run_out(struct parser *parser)
{
    parser->status = WEIR_E_NOMEM;
    parser->is_over = true;
}

bool parser_is_word_byte(char byte)
{
    return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
           (byte >= 'A' && byte <= 'Z') || byte == '_' || byte == '+' || byte == '-' || byte == '.';
}

/* Four hex digits, or -1. */
static int32_t read_hex(const char *text, size_t size)
{
    int32_t code = 0;

    if (size < 4) {
        return -1;
    }
    for (size_t i = 0; i < 4; i++) {
        char byte = text[i];
        int32_t digit = byte >= '0' && byte <= '9'   ? byte - '0'
                        : byte >= 'a' && byte <= 'f' ? byte - 'a' + 10
                        : byte >= 'A' && byte <= 'F' ? byte - 'A' + 10
                                                     : -1;
        if (digit < 0) {
            return -1;
        }
        code = code * 16 + digit;
    }
    return code;
}

static char *write_utf8(char *out, uint32_t code)
{
    if (code < 0x80) {
        *out++ = (char)code;
    } else if (code < 0x800) {
        *out++ = (char)(0xC0u | code >> 6);
        *out++ = (char)(0x80u | (code & 0x3Fu));
    } else if (code < 0x10000) {
        *out++ = (char)(0xE0u | code >> 12);
        *out++ = (char)(0x80u | (code >> 6 & 0x3Fu));
        *out++ = (char)(0x80u | (code & 0x3Fu));
    } else {
        *out++ = (char)(0xF0u | code >> 18);
        *out++ = (char)(0x80u | (code >> 12 & 0x3Fu));
        *out++ = (char)(0x80u | (code >> 6 & 0x3Fu));
        *out++ = (char)(0x80u | (code & 0x3Fu));
    }
    return out;
}

/* The code behind "\u", with its second half where it is one of a pair; *used: bytes read. */
static int64_t read_escaped_code(const char *text, size_t size, size_t *used)
{
    int32_t high = read_hex(text, size);
    int32_t low;

    *used = 4;
    if (high < 0 || (high >= 0xDC00 && high < 0xE000)) {
        return -1;
    }
    if (high < 0xD800 || high >= 0xDC00) {
        return high;
    }
    if (size < 10 || text[4] != '\\' || text[5] != 'u') {
        return -1;
    }
    low = read_hex(text + 6, size - 6);
    *used = 10;
    return low < 0xDC00 || low >= 0xE000
               ? -1
               : 0x10000 + ((int64_t)(high - 0xD800) << 10) + (low - 0xDC00);
}

/* From behind the opening quote to the closing one, at `end`; unescapes into out. */
static char *unescape(struct parser *parser, size_t end, char *out)
{
    static const char letters[] = "\"\\/bfnrt";
    static const char meanings[] = "\"\\/\b\f\n\r\t";

    for (size_t i = parser->at + 1; i < end; i++) {
        const char *letter;
        size_t used;
        int64_t code;
        if (parser->text[i] != '\\') {
            *out++ = parser->text[i];
            continue;
        }
        i++;
        letter = strchr(letters, parser->text[i]);
        if (parser->text[i] == 'u') {
            code = read_escaped_code(parser->text + i + 1, end - i - 1, &used);
            if (code < 0) {
                parser_tell(parser, "E002", i - 1, "four hex digits follow; two such for a pair",
                            "this \\u escape is no character");
                continue;
            }
            out = write_utf8(out, (uint32_t)code);
            i += used;
        } else if (letter == NULL || parser->text[i] == '\0') {
            parser_tell(parser, "E002", i - 1, "write \\\\ for a backslash",
                        "there is no escape \"\\%c\"",
                        parser->text[i] > ' ' ? parser->text[i] : '?');
        } else {
            *out++ = meanings[letter - letters];
        }
    }
    return out;
}

/* Offset of the closing quote, or SIZE_MAX when it is missing on this line. */
static size_t find_quote(struct parser *parser)
{
    bool has_controls = false;

    for (size_t i = parser->at + 1; i < parser->size; i++) {
        unsigned char byte = (unsigned char)parser->text[i];
        if (byte == '"') {
            return i;
        }
        if (byte == '\n') {
            break;
        }
        if (byte == '\\') {
            i++;
        } else if (byte < ' ' && !has_controls) {
            has_controls = true; /* once a string will do */
            parser_tell(parser, "E002", i, "write it as an escape, \\t or \\u0009",
                        "a raw control character (0x%02x) in a string", byte);
        }
    }
    return SIZE_MAX;
}

bool parser_read_string(struct parser *parser, const char **out, size_t *size)
{
    size_t end = find_quote(parser);
    char *text;

    if (end == SIZE_MAX) {
        parser_give_up(parser, parser->at, "close it with \"",
                       "this string has no end on its line");
        return false;
    }
    /* An escape is never shorter than what it stands for. */
    text = arena_alloc(&parser->document->arena, end - parser->at);
    if (text == NULL) {
        parser_run_out(parser);
        return false;
    }
    *size = (size_t)(unescape(parser, end, text) - text);
    text[*size] = '\0';
    *out = text;
    parser->at = end + 1;
    parser->value_end = parser->at;
    return !parser->is_over;
}

/* JSON's grammar of numbers. */
static bool is_number(const char *text, size_t size, bool *is_integer)
{
    size_t i = 0;
    size_t digits;

    *is_integer = true;
    i += i < size && text[i] == '-';
    digits = i;
    while (i < size && text[i] >= '0' && text[i] <= '9') {
        i++;
    }
    if (i == digits || (text[digits] == '0' && i - digits > 1)) {
        return false;
    }
    if (i < size && text[i] == '.') {
        *is_integer = false;
        digits = ++i;
        while (i < size && text[i] >= '0' && text[i] <= '9') {
            i++;
        }
        if (i == digits) {
            return false;
        }
    }
    if (i < size && (text[i] == 'e' || text[i] == 'E')) {
        *is_integer = false;
        i++;
        i += i < size && (text[i] == '-' || text[i] == '+');
        digits = i;
        while (i < size && text[i] >= '0' && text[i] <= '9') {
            i++;
        }
        if (i == digits) {
            return false;
        }
    }
    return i == size;
}

/* False: too large. */
static bool read_integer(const char *text, size_t size, int64_t *out)
{
    bool is_negative = text[0] == '-';
    int64_t value = 0;

    for (size_t i = is_negative; i < size; i++) {
        int64_t digit = text[i] - '0';
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_sub_overflow(value, digit, &value)) {
            return false;
        }
    }
    return is_negative || !__builtin_mul_overflow(value, -1, &value) ? (*out = value, true) : false;
}

static void read_number(struct parser *parser, struct document_node *node)
{
    const char *text = parser->text + node->offset;
    bool is_integer;

    node->kind = DOCUMENT_NUMBER;
    if (!is_number(text, node->size, &is_integer)) {
        node->is_bad = true;
        parser_tell(parser, "E003", node->offset,
                    "digits without a zero in front, as 1, -2.5 or 1e3; a text needs quotes",
                    "\"%.*s\" is not a number", node->size > 40 ? 40 : (int)node->size, text);
        return;
    }
    if (is_integer && read_integer(text, node->size, &node->integer)) {
        node->is_integer = true;
        node->number = (double)node->integer;
        return;
    }
    if (is_integer || !number_read_float(text, node->size, &node->number)) {
        node->is_bad = true;
        parser_tell(parser, "E003", node->offset, NULL, "this number is too large for 64 bits");
    }
}

void parser_read_word(struct parser *parser, struct document_node *node)
{
    const char *text = parser->text + parser->at;
    size_t size = 0;
    bool is_other;

    while (parser->at + size < parser->size && parser_is_word_byte(text[size])) {
        size++;
    }
    node->size = size;
    is_other = size == 0 || (unsigned char)text[0] > '9' || text[0] == '.' || text[0] == '+';
    if (size == 4 && memcmp(text, "true", 4) == 0) {
        node->kind = DOCUMENT_BOOL;
        node->truth = true;
    } else if (size == 5 && memcmp(text, "false", 5) == 0) {
        node->kind = DOCUMENT_BOOL;
    } else if (size == 4 && memcmp(text, "null", 4) == 0) {
        node->kind = DOCUMENT_NULL;
    } else if (size == 0) {
        parser_give_up(parser, parser->at,
                       parser_peek(parser) == '\'' ? "strings stand between double quotes" : NULL,
                       parser_at_end(parser) ? "the file ends where a value is expected"
                                             : "expected a value");
    } else if (is_other) {
        node->is_bad = true;
        parser_tell(parser, "E001", parser->at, "a text needs double quotes",
                    "\"%.*s\" is not a value", size > 40 ? 40 : (int)size, text);
    } else {
        read_number(parser, node);
    }
    parser->at += size;
    parser->value_end = parser->at;
}
