/*
 * property_functions - functions for random programs.
 */
#include "property_functions.h"

#include <stdio.h>

#include "property.h"

static uint64_t row_digest(const struct weir_row *row)
{
    return property_digest(row->key) * 31 + property_digest(row->value);
}

static struct weir_value small_key(uint64_t digest)
{
    return weir_int((digest & 1) != 0 ? 0 : (int64_t)(digest >> 1) % 40);
}

/* A text of up to 44 bytes, long ones in the emitter's memory. */
static struct weir_value text_of(uint64_t digest, struct weir_emitter *memory)
{
    uint32_t size = (uint32_t)(digest % 45);
    char *text = weir_emitter_memory(memory, size + 1);

    for (uint32_t i = 0; i < size; i++) {
        text[i] = (char)('a' + (digest >> (i % 16 * 4)) % 16);
    }
    return weir_text_bytes(text, size);
}

void property_to_int(const struct weir_row *row, struct weir_emitter *out,
                     struct weir_value argument)
{
    (void)argument;
    weir_emit(out, weir_int((int64_t)row_digest(row)));
}

/* Of sizes that differ, so that sums depend on the order; now and then the zero that sums lose. */
static double float_of(uint64_t digest)
{
    return digest % 11 == 0 ? -0.0 : (double)(int64_t)digest / (double)(1 + (digest & 0xFFFFF));
}

void property_to_float(const struct weir_row *row, struct weir_emitter *out,
                       struct weir_value argument)
{
    (void)argument;
    weir_emit(out, weir_float(float_of(row_digest(row))));
}

void property_to_number(const struct weir_row *row, struct weir_emitter *out,
                        struct weir_value argument)
{
    uint64_t digest = row_digest(row);

    (void)argument;
    weir_emit(out, digest >> 32 & 1 ? weir_int((int64_t)digest) : weir_float(float_of(digest)));
}

void property_to_text(const struct weir_row *row, struct weir_emitter *out,
                      struct weir_value argument)
{
    (void)argument;
    weir_emit(out, text_of(row_digest(row), out));
}

void property_to_key(const struct weir_row *row, struct weir_emitter *out,
                     struct weir_value argument)
{
    (void)argument;
    weir_emit(out, small_key(row_digest(row)));
}

static uint32_t several_count(uint64_t digest)
{
    return digest % 97 == 0 ? 50 : (uint32_t)(digest >> 8) % 4;
}

void property_several(const struct weir_row *row, struct weir_emitter *out,
                      struct weir_value argument)
{
    uint64_t digest = row_digest(row);

    (void)argument;
    for (uint32_t i = 0; i < several_count(digest); i++) {
        weir_emit(out, i % 2 == 0 ? text_of(digest + i, out) : weir_int((int64_t)(digest + i)));
    }
}

void property_several_pairs(const struct weir_row *row, struct weir_emitter *out,
                            struct weir_value argument)
{
    uint64_t digest = row_digest(row);

    (void)argument;
    for (uint32_t i = 0; i < several_count(digest); i++) {
        weir_emit_pair(out, small_key(digest + i), weir_int((int64_t)(digest ^ i)));
    }
}

void property_to_pair(const struct weir_row *row, struct weir_emitter *out,
                      struct weir_value argument)
{
    uint64_t digest = row_digest(row);

    (void)argument;
    weir_emit_pair(out, digest % 3 == 0 ? text_of(digest % 20, out) : small_key(digest),
                   weir_is_null(row->key) ? row->value : weir_int((int64_t)digest));
}

bool property_keeps(const struct weir_row *row, struct weir_value argument)
{
    (void)argument;
    return row_digest(row) % 3 != 0;
}

struct weir_value property_fold(struct weir_value left, struct weir_value right,
                                struct weir_emitter *memory, struct weir_value argument)
{
    (void)memory;
    (void)argument;
    return weir_int((int64_t)(property_digest(left) * 31 + property_digest(right)));
}

struct weir_value property_chain(struct weir_value left, struct weir_value right,
                                 struct weir_emitter *memory, struct weir_value argument)
{
    char *text = weir_emitter_memory(memory, 40);
    char both[64];
    uint32_t left_size = weir_kind_of(left) == WEIR_BYTES ? weir_size_of(left) : 0;
    uint32_t kept = left_size > 30 ? 30 : left_size;

    (void)argument;
    if (kept > 0) {
        memcpy(both, weir_bytes_of(&left) + left_size - kept, kept);
    }
    int added = snprintf(both + kept, sizeof(both) - kept, "%08x,",
                         (unsigned)(property_digest(right) & 0xFFFFFFFFu));
    uint32_t size = kept + (uint32_t)added;
    memcpy(text, both, size);
    return weir_text_bytes(text, size);
}

struct weir_value property_chain_start(struct weir_value value, struct weir_emitter *memory,
                                       struct weir_value argument)
{
    return property_chain(weir_text("<"), value, memory, argument);
}

struct weir_value property_plus(struct weir_value left, struct weir_value right,
                                struct weir_emitter *memory, struct weir_value argument)
{
    (void)memory;
    (void)argument;
    return weir_int((int64_t)((uint64_t)left.integer + (uint64_t)right.integer));
}

struct weir_value property_minus(struct weir_value left, struct weir_value right,
                                 struct weir_emitter *memory, struct weir_value argument)
{
    (void)memory;
    (void)argument;
    return weir_int((int64_t)((uint64_t)left.integer - (uint64_t)right.integer));
}

static void run(struct weir_iterator *rows, struct weir_emitter *out, bool is_pairs)
{
    uint64_t digest = rows->partition;
    struct weir_row row;

    for (int64_t place = 0; weir_next(rows, &row); place++) {
        digest = digest * 31 + row_digest(&row);
        if (is_pairs) {
            weir_emit_pair(out, row.key, weir_int((int64_t)digest));
        } else {
            weir_emit(out, weir_int((int64_t)digest ^ place));
        }
    }
}

void property_running(struct weir_iterator *rows, struct weir_emitter *out,
                      struct weir_value argument)
{
    (void)argument;
    run(rows, out, false);
}

void property_running_pairs(struct weir_iterator *rows, struct weir_emitter *out,
                            struct weir_value argument)
{
    (void)argument;
    run(rows, out, true);
}

uint32_t property_partition(struct weir_value key, uint32_t partitions_count,
                            struct weir_value argument)
{
    /* Of equal keys of several kinds (1 and 1.0) only what is equal may count. */
    uint64_t size = weir_kind_of(key) == WEIR_BYTES ? 1 + weir_size_of(key) : 0;

    (void)argument;
    return (uint32_t)(size % partitions_count);
}

bool property_update(struct weir_update *update, struct weir_emitter *memory,
                     struct weir_value argument)
{
    uint64_t digest = update->has_state ? (uint64_t)update->state.integer : 1;

    (void)memory;
    (void)argument;
    for (uint32_t i = 0; i < update->values_count; i++) {
        digest = digest * 31 + property_digest(update->values[i]);
    }
    update->state = weir_int((int64_t)digest);
    return update->values_count > 0 || digest % 5 != 0;
}
