/*
 * msgpack_read - the reading half of msgpack. It trusts nothing.
 */
#include "data/items.h"
#include "data/msgpack.h"
#include "data/msgpack_types.h"
#include "data/utf8.h"
#include "data/value.h"

struct reader {
    const uint8_t *data;
    size_t at;
    size_t end; /* of the data, or of the tuple that is being read */
    /* Items that lists being read still lack: each takes a byte at least, so a list that claims
     * more than what is left without these lies, and memory stays in proportion to the data. */
    size_t owed;
    uint32_t depth;
    struct arena *arena;
    struct items items;
    weir_error *error;
};

/* What stands at the front of a value. */
struct head {
    enum weir_kind kind;
    bool is_text;
    uint64_t number; /* of an int its words, of a float its bits, of a bool 0 or 1, else the size */
};

static weir_status read_value(struct reader *reader, struct weir_value *out);

static weir_status refuse(const struct reader *reader, size_t at, const char *reason)
{
    return error_set(reader->error, WEIR_E_INVAL, "byte %zu: %s", at, reason);
}

static weir_status cut_short(const struct reader *reader)
{
    return refuse(reader, reader->at, "the data ends inside a value");
}

/* A big-endian number of size bytes. */
static weir_status read_number(struct reader *reader, size_t size, uint64_t *out)
{
    uint64_t number = 0;

    if (reader->end - reader->at < size) {
        return cut_short(reader);
    }
    for (size_t i = 0; i < size; i++) {
        number = number << 8 | reader->data[reader->at + i];
    }
    reader->at += size;
    *out = number;
    return WEIR_OK;
}

static int64_t sign_extended(uint64_t number, size_t size)
{
    unsigned shift = (unsigned)(64 - 8 * size);

    return (int64_t)(number << shift) >> shift;
}

static weir_status read_float(struct reader *reader, size_t size, struct head *head)
{
    uint64_t number;

    WEIR_TRY(read_number(reader, size, &number));
    if (size == sizeof(float)) {
        uint32_t word = (uint32_t)number;
        float narrow;
        memcpy(&narrow, &word, sizeof(narrow));
        double wide = (double)narrow;
        memcpy(&number, &wide, sizeof(number));
    }
    head->kind = WEIR_FLOAT;
    head->number = number;
    return WEIR_OK;
}

static weir_status read_int(struct reader *reader, size_t size, bool is_signed, struct head *head)
{
    size_t start = reader->at - 1;

    WEIR_TRY(read_number(reader, size, &head->number));
    head->kind = WEIR_INT;
    if (is_signed) {
        head->number = (uint64_t)sign_extended(head->number, size);
    } else if (head->number > INT64_MAX) {
        return refuse(reader, start, "an int beyond 64 bits with sign");
    }
    return WEIR_OK;
}

static weir_status read_sized(struct reader *reader, size_t width, enum weir_kind kind,
                              bool is_text, struct head *head)
{
    head->kind = kind;
    head->is_text = is_text;
    return read_number(reader, width, &head->number);
}

/* Only tuples are known. */
static weir_status read_ext(struct reader *reader, size_t width, uint64_t fixed_size,
                            struct head *head)
{
    size_t start = reader->at - 1;
    uint64_t type = 0;

    head->kind = WEIR_TUPLE;
    head->number = fixed_size;
    if (width > 0) {
        WEIR_TRY(read_number(reader, width, &head->number));
    }
    WEIR_TRY(read_number(reader, 1, &type));
    return type == PACK_TUPLE ? WEIR_OK : refuse(reader, start, "an extension of unknown type");
}

static weir_status read_head_long(struct reader *reader, uint8_t type, struct head *head)
{
    switch (type) {
    case PACK_NIL:
        return WEIR_OK;
    case PACK_NO:
    case PACK_YES:
        head->kind = WEIR_BOOL;
        head->number = type & 1u;
        return WEIR_OK;
    case PACK_BIN8:
    case PACK_BIN16:
    case PACK_BIN32:
        return read_sized(reader, (size_t)1 << (type - PACK_BIN8), WEIR_BYTES, false, head);
    case PACK_EXT8:
    case PACK_EXT16:
    case PACK_EXT32:
        return read_ext(reader, (size_t)1 << (type - PACK_EXT8), 0, head);
    case PACK_FLOAT32:
    case PACK_FLOAT64:
        return read_float(reader, type == PACK_FLOAT32 ? sizeof(float) : sizeof(double), head);
    case PACK_UINT8:
    case PACK_UINT16:
    case PACK_UINT32:
    case PACK_UINT64:
        return read_int(reader, (size_t)1 << (type - PACK_UINT8), false, head);
    case PACK_INT8:
    case PACK_INT16:
    case PACK_INT32:
    case PACK_INT64:
        return read_int(reader, (size_t)1 << (type - PACK_INT8), true, head);
    case PACK_FIX_EXT1:
    case PACK_FIX_EXT2:
    case PACK_FIX_EXT4:
    case PACK_FIX_EXT8:
    case PACK_FIX_EXT16:
        return read_ext(reader, 0, UINT64_C(1) << (type - PACK_FIX_EXT1), head);
    case PACK_STR8:
    case PACK_STR16:
    case PACK_STR32:
        return read_sized(reader, (size_t)1 << (type - PACK_STR8), WEIR_BYTES, true, head);
    case PACK_ARRAY16:
    case PACK_ARRAY32:
        return read_sized(reader, (size_t)2 << (type - PACK_ARRAY16), WEIR_LIST, false, head);
    case PACK_MAP16:
    case PACK_MAP32:
        return read_sized(reader, (size_t)2 << (type - PACK_MAP16), WEIR_MAP, false, head);
    default:
        return refuse(reader, reader->at - 1, "no value starts like this");
    }
}

static weir_status read_head(struct reader *reader, struct head *head)
{
    uint64_t type = PACK_NIL;

    *head = (struct head){.kind = WEIR_NULL};
    WEIR_TRY(read_number(reader, 1, &type));
    if (type < PACK_FIX_INT_END || type >= PACK_FIX_INT_NEGATIVE) {
        head->kind = WEIR_INT;
        head->number = (uint64_t)sign_extended(type, 1);
    } else if (type < PACK_FIX_ARRAY) {
        head->kind = WEIR_MAP;
        head->number = type - PACK_FIX_MAP;
    } else if (type < PACK_FIX_STR) {
        head->kind = WEIR_LIST;
        head->number = type - PACK_FIX_ARRAY;
    } else if (type < PACK_NIL) {
        head->kind = WEIR_BYTES;
        head->is_text = true;
        head->number = type - PACK_FIX_STR;
    } else {
        return read_head_long(reader, (uint8_t)type, head);
    }
    return WEIR_OK;
}

static weir_status read_bytes(struct reader *reader, const struct head *head,
                              struct weir_value *out)
{
    const uint8_t *bytes = reader->data + reader->at;
    uint32_t size = (uint32_t)head->number;

    if (reader->end - reader->at < head->number) {
        return cut_short(reader);
    }
    if (head->is_text && !text_is_utf8(bytes, size)) {
        return refuse(reader, reader->at, "not valid UTF-8");
    }
    reader->at += size;
    *out = head->is_text ? weir_text_bytes(bytes, size) : weir_bytes(bytes, size);
    return WEIR_OK;
}

/* A list or a map: it tells how many items follow. */
static weir_status read_list(struct reader *reader, const struct head *head, struct weir_value *out)
{
    uint32_t size = (uint32_t)head->number;
    size_t items_count = head->kind == WEIR_MAP ? (size_t)size * 2 : size;
    size_t left = reader->end - reader->at;
    struct weir_value *items = NULL;

    if (left < reader->owed || items_count > left - reader->owed) {
        return refuse(reader, reader->at, "more items than there is data for");
    }
    if (items_count > 0) {
        items = arena_alloc(reader->arena, items_count * sizeof(*items));
        if (items == NULL) {
            return error_set(reader->error, WEIR_E_NOMEM, "room for %zu items", items_count);
        }
    }
    reader->owed += items_count;
    for (size_t i = 0; i < items_count; i++) {
        reader->owed--;
        WEIR_TRY(read_value(reader, &items[i]));
    }
    *out = head->kind == WEIR_MAP ? weir_map_value(items, size) : weir_list(items, size);
    return WEIR_OK;
}

/* A tuple tells how many bytes its items take: they end where those do. */
static weir_status read_tuple(struct reader *reader, const struct head *head,
                              struct weir_value *out)
{
    size_t outer_end = reader->end;
    size_t outer_owed = reader->owed;
    size_t first = reader->items.count;
    const struct weir_value *items;
    struct weir_value value;

    if (reader->end - reader->at < head->number) {
        return cut_short(reader);
    }
    reader->end = reader->at + (size_t)head->number;
    reader->owed = 0; /* what outer lists lack comes behind the tuple */
    while (reader->at < reader->end) {
        WEIR_TRY(read_value(reader, &value));
        WEIR_TRY(items_push(&reader->items, value, reader->error));
    }
    reader->end = outer_end;
    reader->owed = outer_owed;
    size_t count = reader->items.count - first;
    if (count > WEIR_SIZE_MAX) {
        return refuse(reader, reader->at, "a tuple of too many items");
    }
    WEIR_TRY(items_take(&reader->items, first, reader->arena, &items, reader->error));
    *out = weir_tuple(items, (uint32_t)count);
    return WEIR_OK;
}

static weir_status read_container(struct reader *reader, const struct head *head,
                                  struct weir_value *out)
{
    if (reader->depth == VALUE_NESTING_MAX) {
        return refuse(reader, reader->at, "nested too deeply");
    }
    reader->depth++;
    if (head->kind == WEIR_TUPLE) {
        WEIR_TRY(read_tuple(reader, head, out));
    } else {
        WEIR_TRY(read_list(reader, head, out));
    }
    reader->depth--;
    return WEIR_OK;
}

static weir_status read_value(struct reader *reader, struct weir_value *out)
{
    size_t start = reader->at;
    struct head head;
    double number;

    WEIR_TRY(read_head(reader, &head));
    bool is_sized = head.kind == WEIR_BYTES || head.kind == WEIR_LIST || head.kind == WEIR_MAP;
    if (is_sized && head.number > WEIR_SIZE_MAX) {
        return refuse(reader, start, "a value of too large a size");
    }
    switch (head.kind) {
    case WEIR_NULL:
        *out = weir_null();
        return WEIR_OK;
    case WEIR_BOOL:
        *out = weir_bool(head.number != 0);
        return WEIR_OK;
    case WEIR_INT:
        *out = weir_int((int64_t)head.number);
        return WEIR_OK;
    case WEIR_FLOAT:
        memcpy(&number, &head.number, sizeof(number));
        *out = weir_float(number);
        return WEIR_OK;
    case WEIR_BYTES:
        return read_bytes(reader, &head, out);
    case WEIR_LIST:
    case WEIR_TUPLE:
    case WEIR_MAP:
        break;
    }
    return read_container(reader, &head, out);
}

weir_status msgpack_read(const void *data, size_t size, struct arena *arena, struct weir_value *out,
                         size_t *used, weir_error *error)
{
    struct reader reader = {.data = data, .end = size, .arena = arena, .error = error};
    struct weir_value value = weir_null();
    weir_status status;

    *out = value;
    *used = 0;
    items_init(&reader.items);
    status = read_value(&reader, &value);
    if (status == WEIR_OK) {
        *out = value;
        *used = reader.at;
    }
    items_fini(&reader.items);
    return status;
}
