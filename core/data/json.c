/*
 * json - the writing half.
 */
#include "data/json.h"

#include <math.h>

#include "data/number.h"
#include "data/text.h"
#include "data/utf8.h"

static void write_value(struct bytes *out, const struct weir_value *value);

static void write_escape(struct bytes *out, unsigned char c)
{
    switch (c) {
    case '"':
        bytes_append_text(out, "\\\"");
        break;
    case '\\':
        bytes_append_text(out, "\\\\");
        break;
    case '\n':
        bytes_append_text(out, "\\n");
        break;
    case '\r':
        bytes_append_text(out, "\\r");
        break;
    case '\t':
        bytes_append_text(out, "\\t");
        break;
    default:
        bytes_printf(out, "\\u%04x", (unsigned)c);
        break;
    }
}

/* Valid UTF-8, with what JSON wants escaped. */
static void write_plain(struct bytes *out, const char *text, size_t size)
{
    size_t written = 0;

    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c < 0x20 || c == '"' || c == '\\') {
            bytes_append(out, text + written, i - written);
            write_escape(out, c);
            written = i + 1;
        }
    }
    bytes_append(out, text + written, size - written);
}

static void write_string(struct bytes *out, const char *text, size_t size)
{
    bytes_append_byte(out, '"');
    while (size > 0) {
        size_t valid = utf8_valid_size(text, size);
        write_plain(out, text, valid);
        text += valid;
        size -= valid;
        if (size > 0) {
            size_t malformed = utf8_malformed_size(text, size);
            bytes_append_text(out, UTF8_REPLACEMENT);
            text += malformed;
            size -= malformed;
        }
    }
    bytes_append_byte(out, '"');
}

static void write_float(struct bytes *out, double number)
{
    char text[NUMBER_TEXT_MAX];
    size_t size = number_write_float(number, text);

    if (isfinite(number)) {
        bytes_append(out, text, size);
    } else {
        write_string(out, text, size);
    }
}

/* JSON has only texts for keys: others stand as they print. */
static void write_key(struct bytes *out, const struct weir_value *key)
{
    struct bytes text;

    if (weir_kind_of(*key) == WEIR_BYTES) {
        write_string(out, weir_bytes_of(key), weir_size_of(*key));
        return;
    }
    bytes_init(&text);
    text_write_value(&text, *key);
    if (bytes_status(&text, NULL) == WEIR_OK) {
        write_string(out, text.data, text.size);
    } else {
        out->failed = true;
    }
    bytes_fini(&text);
}

static void write_list(struct bytes *out, const struct weir_value *value)
{
    bytes_append_byte(out, '[');
    for (uint32_t i = 0; i < weir_size_of(*value); i++) {
        if (i > 0) {
            bytes_append_byte(out, ',');
        }
        write_value(out, &value->items[i]);
    }
    bytes_append_byte(out, ']');
}

static void write_map(struct bytes *out, const struct weir_value *value)
{
    bytes_append_byte(out, '{');
    for (size_t i = 0; i < weir_size_of(*value); i++) {
        if (i > 0) {
            bytes_append_byte(out, ',');
        }
        write_key(out, &value->items[2 * i]);
        bytes_append_byte(out, ':');
        write_value(out, &value->items[2 * i + 1]);
    }
    bytes_append_byte(out, '}');
}

static void write_value(struct bytes *out, const struct weir_value *value)
{
    char text[NUMBER_TEXT_MAX];

    switch (weir_kind_of(*value)) {
    case WEIR_NULL:
        bytes_append_text(out, "null");
        break;
    case WEIR_BOOL:
        bytes_append_text(out, value->integer != 0 ? "true" : "false");
        break;
    case WEIR_INT:
        bytes_append(out, text, number_write_int(value->integer, text));
        break;
    case WEIR_FLOAT:
        write_float(out, value->number);
        break;
    case WEIR_BYTES:
        write_string(out, weir_bytes_of(value), weir_size_of(*value));
        break;
    case WEIR_LIST:
    case WEIR_TUPLE:
        write_list(out, value);
        break;
    case WEIR_MAP:
        write_map(out, value);
        break;
    }
}

void json_write(struct bytes *out, struct weir_value value)
{
    write_value(out, &value);
}
