/*
 * host_rows - a delivery's records: checked, and made into values.
 */
#include <stddef.h>

#include "data/utf8.h"
#include "io/host.h"

enum { RECORDS_MAX = 1 << 24, POSITION_BYTES_MAX = 1024 };

static const weir_record *record_at(const weir_delivery *delivery, uint32_t i)
{
    const char *records = (const char *)delivery->records;

    return (const weir_record *)(const void *)(records + (size_t)delivery->record_stride * i);
}

static bool is_sane(const weir_delivery *delivery)
{
    return delivery->struct_size >= offsetof(weir_delivery, reserved0) &&
           delivery->record_stride >= sizeof(weir_record) &&
           delivery->record_stride % _Alignof(weir_record) == 0 &&
           delivery->n_records <= RECORDS_MAX &&
           (delivery->n_records == 0 || delivery->records != NULL) &&
           delivery->position.len <= POSITION_BYTES_MAX &&
           (delivery->position.len == 0 || delivery->position.ptr != NULL);
}

/* Within [base, base + size), or anywhere when base is NULL; *used grows to its end. */
static bool is_slice_inside(const weir_slice *slice, const uint8_t *base, uint64_t size,
                            uint64_t *used)
{
    uint64_t offset;

    if (slice->len == 0) {
        return true;
    }
    if (slice->ptr == NULL || slice->len > WEIR_SIZE_MAX) {
        return false;
    }
    if (base == NULL) {
        return true;
    }
    offset = (uint64_t)((uintptr_t)slice->ptr - (uintptr_t)base); /* huge when before base */
    if (offset > size || slice->len > size - offset) {
        return false;
    }
    if (offset + slice->len > *used) {
        *used = offset + slice->len;
    }
    return true;
}

weir_status host_rows_check(const weir_delivery *delivery, const uint8_t *base, uint64_t size,
                            uint64_t *bytes, uint64_t *used)
{
    *bytes = 0;
    *used = 0;
    if (delivery == NULL || !is_sane(delivery)) {
        return WEIR_E_INVAL;
    }
    if (delivery->ack_id != 0) {
        return WEIR_E_NOTSUP; /* nothing here is durable, so nothing could be acknowledged */
    }
    for (uint32_t i = 0; i < delivery->n_records; i++) {
        const weir_record *record = record_at(delivery, i);

        if (record->flags != 0 || !is_slice_inside(&record->key, base, size, used) ||
            !is_slice_inside(&record->value, base, size, used)) {
            return WEIR_E_INVAL;
        }
        *bytes += record->value.len;
    }
    return WEIR_OK;
}

static bool is_continuation(uint8_t byte)
{
    return (byte & 0xC0) == 0x80;
}

/* Of a piece that is valid as a whole: valid too when no character is cut at either end. */
static bool is_cut_clean(const uint8_t *bytes, uint64_t size, const uint8_t *piece_end)
{
    return !is_continuation(bytes[0]) &&
           (bytes + size >= piece_end || !is_continuation(bytes[size]));
}

void host_rows_read(const weir_delivery *delivery, bool is_text, const uint8_t *piece_end,
                    struct weir_value *values)
{
    for (uint32_t i = 0; i < delivery->n_records; i++) {
        weir_slice slice = record_at(delivery, i)->value;
        bool is_valid = is_text;

        if (is_text && slice.len > 0) {
            is_valid = piece_end != NULL ? is_cut_clean(slice.ptr, slice.len, piece_end)
                                         : text_is_utf8(slice.ptr, slice.len);
        }
        values[i] = is_valid ? weir_text_bytes(slice.ptr, (uint32_t)slice.len)
                             : weir_bytes(slice.ptr, (uint32_t)slice.len);
    }
}
