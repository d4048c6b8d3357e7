/*
 * layout_column - dense typed columns against vectors of tagged values.
 *
 * Bytes: 16-byte views that hold up to 12 bytes inside (a tagged value of the kind bytes is the
 * same 16 bytes, so that both layouts are one here) against {pointer, size}. Ints and floats: 8
 * bytes a row against 16-byte values whose kind every kernel has to look at.
 */
#include "layout.h"
#include "plain_word_edges.h"

#include <stdio.h>
#include <string.h>

#define CHUNK_ROWS    1024u
#define SLOTS_BITS    19u
#define ARENA_BYTES   (64u << 20)
#define INSIDE_MAX    12u
#define KIND_INT      3u
#define KIND_FLOAT    4u
#define FLOATS_COUNT  (16u * CHUNK_ROWS)
#define FLOATS_ROUNDS 256u

struct words {
    const struct layout_input *input;
    plain_word_edges_find *find;
    uint64_t *slots;
    struct layout_key *keys;
    int64_t *counts;
    uint32_t entries_count;
    uint8_t *arena;
    size_t arena_used;
    uint64_t rows_total;
    uint16_t edges[PLAIN_WORD_EDGES_MAX];
    struct layout_key values[PLAIN_WORD_EDGES_MAX];
    uint64_t hashes[PLAIN_WORD_EDGES_MAX];
    uint32_t entries[PLAIN_WORD_EDGES_MAX];
    uint16_t missed[PLAIN_WORD_EDGES_MAX];
};

/* View: low = size | first 4 bytes << 32, high = 8 more bytes, or the pointer. Else: low = pointer,
 * high = size. */
LAYOUT_INLINE uint64_t value_size(const struct layout_key *value, int inside)
{
    return inside ? (uint32_t)value->low : value->high;
}

LAYOUT_INLINE const uint8_t *value_bytes(const struct layout_key *value, int inside)
{
    uint64_t address = inside ? value->high : value->low;

    if (inside && (uint32_t)value->low <= INSIDE_MAX) {
        return (const uint8_t *)value + 4;
    }
    return (const uint8_t *)(uintptr_t)address;
}

/* 16 bytes, of which those beyond the size are made zero. */
LAYOUT_INLINE struct layout_key bytes_masked(const uint8_t *bytes, uint64_t size)
{
    static const uint8_t masks[32] = {255, 255, 255, 255, 255, 255, 255, 255, 255,
                                      255, 255, 255, 255, 255, 255, 255, 0};
    struct layout_key word;
    struct layout_key mask;

    memcpy(&word, bytes, sizeof(word));
    memcpy(&mask, masks + 16 - size, sizeof(mask));
    return (struct layout_key){word.low & mask.low, word.high & mask.high};
}

LAYOUT_INLINE struct layout_key value_make(const uint8_t *bytes, uint32_t size, int inside)
{
    if (!inside) {
        return (struct layout_key){(uintptr_t)bytes, size};
    }
    struct layout_key word = bytes_masked(bytes, size > INSIDE_MAX ? 4 : size);
    struct layout_key view = {size | word.low << 32, word.low >> 32 | word.high << 32};

    if (__builtin_expect(size > INSIDE_MAX, 0)) {
        view.high = (uintptr_t)bytes;
    }
    return view;
}

static uint64_t long_hash(const uint8_t *bytes, uint64_t size)
{
    uint64_t hash = size;

    for (; size > 16; size -= 16, bytes += 16) {
        struct layout_key part = bytes_masked(bytes, 16);
        hash = layout_hash(part.low ^ hash, part.high);
    }
    struct layout_key last = bytes_masked(bytes, size);
    return layout_hash(last.low ^ hash, last.high);
}

LAYOUT_INLINE uint64_t value_hash(const struct layout_key *value, int inside)
{
    uint64_t size = value_size(value, inside);

    if (__builtin_expect(size > (inside ? INSIDE_MAX : 16), 0)) {
        return long_hash(value_bytes(value, inside), size);
    }
    if (inside) {
        return layout_hash(value->low, value->high);
    }
    struct layout_key word = bytes_masked(value_bytes(value, inside), size);
    return layout_hash(word.low, word.high);
}

LAYOUT_INLINE int value_equal(const struct layout_key *a, const struct layout_key *b, int inside)
{
    uint64_t size = value_size(a, inside);

    if (inside && ((a->low ^ b->low) | (a->high ^ b->high)) == 0) {
        return 1;
    }
    if (size != value_size(b, inside) || (inside && size <= INSIDE_MAX)) {
        return 0;
    }
    if (!inside && __builtin_expect(size <= 16, 1)) {
        struct layout_key left = bytes_masked(value_bytes(a, inside), size);
        struct layout_key right = bytes_masked(value_bytes(b, inside), size);
        return ((left.low ^ right.low) | (left.high ^ right.high)) == 0;
    }
    return memcmp(value_bytes(a, inside), value_bytes(b, inside), size) == 0;
}

LAYOUT_INLINE uint32_t words_find(struct words *words, const struct layout_key *value,
                                  uint64_t hash, int inside)
{
    const uint64_t mask = (1u << SLOTS_BITS) - 1;
    uint64_t tag = hash & ~(uint64_t)UINT32_MAX;

    for (uint64_t at = hash & mask;; at = (at + 1) & mask) {
        uint64_t slot = words->slots[at];
        uint32_t entry = (uint32_t)slot - 1;

        if (slot == 0) {
            const uint8_t *bytes = value_bytes(value, inside);
            uint32_t size = (uint32_t)value_size(value, inside);
            uint8_t *copy = words->arena + words->arena_used;

            memcpy(copy, bytes, size);
            words->arena_used += size;
            entry = words->entries_count++;
            words->keys[entry] = value_make(copy, size, inside);
            words->slots[at] = tag | (entry + 1);
            return entry;
        }
        if ((slot ^ tag) <= UINT32_MAX && value_equal(&words->keys[entry], value, inside)) {
            return entry;
        }
    }
}

LAYOUT_INLINE void words_add(struct words *words, uint32_t rows, int inside)
{
    const uint64_t mask = (1u << SLOTS_BITS) - 1;
    uint32_t missed_count = 0;

    for (uint32_t i = 0; i < rows; i++) {
        words->hashes[i] = value_hash(&words->values[i], inside);
        __builtin_prefetch(&words->slots[words->hashes[i] & mask]);
    }
    for (uint32_t i = 0; i < rows; i++) {
        uint64_t slot = words->slots[words->hashes[i] & mask];

        words->entries[i] = slot != 0 ? (uint32_t)slot - 1 : 0;
        __builtin_prefetch(&words->keys[words->entries[i]]);
        __builtin_prefetch(&words->counts[words->entries[i]]);
    }
    for (uint32_t i = 0; i < rows; i++) {
        words->missed[missed_count] = (uint16_t)i;
        missed_count += words->entries_count == 0 ||
                        !value_equal(&words->keys[words->entries[i]], &words->values[i], inside);
    }
    for (uint32_t m = 0; m < missed_count; m++) {
        uint32_t i = words->missed[m];
        words->entries[i] = words_find(words, &words->values[i], words->hashes[i], inside);
    }
    for (uint32_t i = 0; i < rows; i++) {
        words->counts[words->entries[i]]++;
    }
    words->rows_total += rows;
}

LAYOUT_INLINE uint64_t words_run(struct words *words, int inside)
{
    const uint8_t *text = (const uint8_t *)words->input->text;
    size_t from = 0;

    while (from + PLAIN_WORD_STRETCH_BYTES <= words->input->text_size) {
        uint32_t edges = words->find(text + from, PLAIN_WORD_STRETCH_BYTES / PLAIN_WORD_BLOCK_BYTES,
                                     words->edges);

        for (uint32_t i = 0; i + 1 < edges; i += 2) {
            uint32_t size = (uint32_t)words->edges[i + 1] - words->edges[i];
            words->values[i / 2] = value_make(text + from + words->edges[i], size, inside);
        }
        words_add(words, edges / 2, inside);
        from += (edges & 1) != 0 ? words->edges[edges - 1] : PLAIN_WORD_STRETCH_BYTES;
    }
    return words->rows_total * 1000003 + words->entries_count;
}

static uint64_t words_inside_run(void *state)
{
    return words_run(state, 1);
}

static uint64_t words_pointer_run(void *state)
{
    return words_run(state, 0);
}

static struct words *words_create(const struct layout_input *input)
{
    struct words *words = layout_alloc(sizeof(*words));
    const char *name = NULL;

    words->input = input;
    words->find = plain_word_edges_choose(&name);
    words->slots = layout_alloc((size_t)8 << SLOTS_BITS);
    words->keys = layout_alloc((size_t)8 << SLOTS_BITS);
    words->counts = layout_alloc((size_t)4 << SLOTS_BITS);
    words->arena = layout_alloc(ARENA_BYTES);
    return words;
}

/* A column of ints or floats: 8 bytes a row, or 16 with the kind in front. */
struct numbers {
    const uint64_t *keys;
    const uint64_t *amounts;
    uint32_t rows;
    uint64_t mask;
    uint64_t *slots;
    uint64_t *entry_keys;
    int64_t *entry_sums;
    uint32_t entries_count;
};

/* Whether all rows are of the kind: what every kernel on tagged values has to ask first. */
LAYOUT_INLINE int kinds_are(const uint64_t *column, uint32_t rows, uint64_t kind, uint32_t words)
{
    uint64_t other = 0;

    for (uint32_t i = 0; words == 2 && i < rows; i++) {
        other |= column[(size_t)i * 2] ^ kind;
    }
    return other == 0;
}

LAYOUT_INLINE uint64_t numbers_sum(struct numbers *table, uint32_t words)
{
    uint64_t hashes[CHUNK_ROWS];
    uint32_t entries[CHUNK_ROWS];
    uint16_t missed[CHUNK_ROWS];
    const uint32_t last = words - 1;

    for (uint32_t row = 0; row < table->rows; row += CHUNK_ROWS) {
        const uint64_t *keys = table->keys + (size_t)row * words;
        const uint64_t *amounts = table->amounts + (size_t)row * words;
        uint32_t missed_count = 0;

        if (!kinds_are(keys, CHUNK_ROWS, KIND_INT, words) ||
            !kinds_are(amounts, CHUNK_ROWS, KIND_INT, words)) {
            abort();
        }
        for (uint32_t i = 0; i < CHUNK_ROWS; i++) {
            hashes[i] = layout_hash(keys[i * words + last], 0);
            __builtin_prefetch(&table->slots[hashes[i] & table->mask]);
        }
        for (uint32_t i = 0; i < CHUNK_ROWS; i++) {
            uint64_t slot = table->slots[hashes[i] & table->mask];

            entries[i] = slot != 0 ? (uint32_t)slot - 1 : 0;
            __builtin_prefetch(&table->entry_keys[(size_t)entries[i] * words]);
            __builtin_prefetch(&table->entry_sums[entries[i]]);
        }
        for (uint32_t i = 0; i < CHUNK_ROWS; i++) {
            missed[missed_count] = (uint16_t)i;
            missed_count +=
                table->entry_keys[(size_t)entries[i] * words + last] != keys[i * words + last] ||
                table->entries_count == 0;
        }
        for (uint32_t m = 0; m < missed_count; m++) {
            uint64_t hash = hashes[missed[m]];
            uint64_t key = keys[missed[m] * words + last];
            uint64_t at = hash & table->mask;

            while (table->slots[at] != 0 &&
                   table->entry_keys[(size_t)((uint32_t)table->slots[at] - 1) * words + last] !=
                       key) {
                at = (at + 1) & table->mask;
            }
            if (table->slots[at] == 0) {
                table->entry_keys[(size_t)table->entries_count * words] = KIND_INT;
                table->entry_keys[(size_t)table->entries_count * words + last] = key;
                table->slots[at] = (hash & ~(uint64_t)UINT32_MAX) | ++table->entries_count;
            }
            entries[missed[m]] = (uint32_t)table->slots[at] - 1;
        }
        for (uint32_t i = 0; i < CHUNK_ROWS; i++) {
            table->entry_sums[entries[i]] += (int64_t)amounts[i * words + last];
        }
    }
    return table->entries_count * 31 + (uint64_t)table->entry_sums[0];
}

static uint64_t ints_dense_run(void *state)
{
    return numbers_sum(state, 1);
}

static uint64_t ints_tagged_run(void *state)
{
    return numbers_sum(state, 2);
}

LAYOUT_INLINE uint64_t floats_filter(const struct numbers *column, uint32_t words)
{
    uint16_t selection[CHUNK_ROWS];
    uint64_t total = 0;

    for (uint32_t round = 0; round < FLOATS_ROUNDS; round++) {
        for (uint32_t row = 0; row < column->rows; row += CHUNK_ROWS) {
            const uint64_t *values = column->keys + (size_t)row * words;
            uint32_t kept = 0;

            if (!kinds_are(values, CHUNK_ROWS, KIND_FLOAT, words)) {
                abort();
            }
            for (uint32_t i = 0; i < CHUNK_ROWS; i++) {
                double value;

                memcpy(&value, &values[i * words + words - 1], sizeof(value));
                selection[kept] = (uint16_t)i;
                kept += value > 0.5;
            }
            total += kept + selection[kept / 2];
        }
    }
    return total;
}

static uint64_t floats_dense_run(void *state)
{
    return floats_filter(state, 1);
}

static uint64_t floats_tagged_run(void *state)
{
    return floats_filter(state, 2);
}

static uint64_t *numbers_tag(const uint64_t *dense, uint32_t rows, uint64_t kind)
{
    uint64_t *tagged = layout_alloc((size_t)rows * 16);

    for (uint32_t i = 0; i < rows; i++) {
        tagged[(size_t)i * 2] = kind;
        tagged[(size_t)i * 2 + 1] = dense[i];
    }
    return tagged;
}

static void ints_compare(uint32_t keys_count, uint32_t slots_bits)
{
    const uint32_t rows = 4u << 20;
    uint64_t *columns[2] = {layout_alloc((size_t)rows * 8), layout_alloc((size_t)rows * 8)};
    uint64_t random_state = 3;
    struct numbers tables[2];
    char title[64];

    for (uint32_t i = 0; i < rows; i++) {
        columns[0][i] = layout_random(&random_state) % keys_count * UINT64_C(0xbf58476d1ce4e5b9);
        columns[1][i] = layout_random(&random_state) % 1000;
    }
    for (uint32_t i = 0; i < 2; i++) {
        size_t slots = (size_t)1 << slots_bits;

        tables[i] = (struct numbers){.rows = rows, .mask = slots - 1};
        tables[i].slots = layout_alloc(slots * 8);
        tables[i].entry_keys = layout_alloc(slots * 8);
        tables[i].entry_sums = layout_alloc(slots * 4);
        tables[i].keys = i == 0 ? columns[0] : numbers_tag(columns[0], rows, KIND_INT);
        tables[i].amounts = i == 0 ? columns[1] : numbers_tag(columns[1], rows, KIND_INT);
    }
    const struct layout_variant variants[] = {{"dense int64", ints_dense_run, &tables[0]},
                                              {"tagged values", ints_tagged_run, &tables[1]}};

    snprintf(title, sizeof(title), "column: keyed sum over ints, %u keys", keys_count);
    layout_compare(title, variants, 2, rows, "row");
}

void layout_column_run(const struct layout_input *input)
{
    const struct layout_variant words[] = {
        {"16-byte view, short ones inside", words_inside_run, words_create(input)},
        {"{pointer, size}", words_pointer_run, words_create(input)}};
    double *floats = layout_alloc(FLOATS_COUNT * sizeof(*floats));
    uint64_t random_state = 4;

    layout_compare("column: word count", words, 2, input->words_count, "word");
    ints_compare(10000, 16);
    ints_compare(1000000, 22);

    for (uint32_t i = 0; i < FLOATS_COUNT; i++) {
        floats[i] = (double)(layout_random(&random_state) >> 11) * 0x1p-53;
    }
    const uint64_t *dense = (const uint64_t *)(const void *)floats;
    struct numbers columns[] = {
        {.keys = dense, .rows = FLOATS_COUNT},
        {.keys = numbers_tag(dense, FLOATS_COUNT, KIND_FLOAT), .rows = FLOATS_COUNT}};
    const struct layout_variant filters[] = {{"dense double", floats_dense_run, &columns[0]},
                                             {"tagged values", floats_tagged_run, &columns[1]}};

    layout_compare("column: filter over floats", filters, 2, (uint64_t)FLOATS_COUNT * FLOATS_ROUNDS,
                   "row");
}
