/*
 * text - values as people read them.
 */
#include "data/text.h"

#include "data/number.h"
#include "data/utf8.h"

/* How bytes are written: as text, or as they are. */
typedef void (*write_bytes)(struct bytes *out, const char *bytes, size_t size);

static void write_value(struct bytes *out, const struct weir_value *value, write_bytes write);

static void write_raw(struct bytes *out, const char *bytes, size_t size)
{
    bytes_append(out, bytes, size);
}

/* What is no UTF-8 becomes U+FFFD, piece by piece. */
static void write_readable(struct bytes *out, const char *bytes, size_t size)
{
    while (size > 0) {
        size_t valid = utf8_valid_size(bytes, size);
        bytes_append(out, bytes, valid);
        bytes += valid;
        size -= valid;
        if (size > 0) {
            size_t malformed = utf8_malformed_size(bytes, size);
            bytes_append_text(out, UTF8_REPLACEMENT);
            bytes += malformed;
            size -= malformed;
        }
    }
}

static void write_items(struct bytes *out, const struct weir_value *value, const char *separator,
                        write_bytes write)
{
    for (uint32_t i = 0; i < weir_size_of(*value); i++) {
        if (i > 0) {
            bytes_append_text(out, separator);
        }
        write_value(out, &value->items[i], write);
    }
}

static void write_map(struct bytes *out, const struct weir_value *value, write_bytes write)
{
    for (size_t i = 0; i < weir_size_of(*value); i++) {
        if (i > 0) {
            bytes_append_text(out, ", ");
        }
        write_value(out, &value->items[2 * i], write);
        bytes_append_byte(out, '=');
        write_value(out, &value->items[2 * i + 1], write);
    }
}

static void write_value(struct bytes *out, const struct weir_value *value, write_bytes write)
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
        bytes_append(out, text, number_write_float(value->number, text));
        break;
    case WEIR_BYTES:
        (weir_is_text(*value) ? write_raw : write)(out, weir_bytes_of(value), weir_size_of(*value));
        break;
    case WEIR_LIST:
        bytes_append_byte(out, '[');
        write_items(out, value, ", ", write);
        bytes_append_byte(out, ']');
        break;
    case WEIR_TUPLE:
        bytes_append_byte(out, '(');
        write_items(out, value, ",", write);
        bytes_append_byte(out, ')');
        break;
    case WEIR_MAP:
        bytes_append_byte(out, '{');
        write_map(out, value, write);
        bytes_append_byte(out, '}');
        break;
    }
}

void text_write_value(struct bytes *out, struct weir_value value)
{
    write_value(out, &value, write_readable);
}

void text_write_pair(struct bytes *out, struct weir_value key, struct weir_value value)
{
    bytes_append_byte(out, '(');
    write_value(out, &key, write_readable);
    bytes_append_byte(out, ',');
    write_value(out, &value, write_readable);
    bytes_append_byte(out, ')');
}

void text_write_value_raw(struct bytes *out, struct weir_value value)
{
    write_value(out, &value, write_raw);
}
