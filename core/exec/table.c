/*
 * table - keys to entry numbers: the hash table that aggregations, joins and states share.
 */
#include "exec/table.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "data/compare.h"
#include "data/gather.h"
#include "data/hash.h"

#define SLOTS_FIRST 4096u /* 32 KiB: room for a chunk of new keys */
#define NO_ENTRY    TABLE_NO_ENTRY

/* What one look-up works on, kept between chunks. */
struct table_scratch {
    struct weir_value keys[CHUNK_ROWS_MAX];
    uint64_t hashes[CHUNK_ROWS_MAX];
    uint16_t missed[CHUNK_ROWS_MAX];
};

weir_status table_init(struct table *table, weir_error *error)
{
    *table = (struct table){.slots_mask = SLOTS_FIRST - 1};
    arena_init(&table->arena);
    table->slots = mem_zalloc(SLOTS_FIRST * sizeof(*table->slots));
    table->scratch = mem_alloc(sizeof(*table->scratch));
    if (table->slots == NULL || table->scratch == NULL) {
        table_fini(table);
        return error_set(error, WEIR_E_NOMEM, "create table");
    }
    return WEIR_OK;
}

static inline uint64_t slot_of(uint64_t hash, uint32_t entry)
{
    return hash << 32 | (entry + 1);
}

static inline uint32_t slot_entry(uint64_t slot)
{
    return (uint32_t)slot - 1;
}

static inline bool slot_has_tag(uint64_t slot, uint64_t hash)
{
    return (uint32_t)(slot >> 32) == (uint32_t)hash;
}

/* Doubles the index until `wanted` entries fill at most a quarter of it. */
static weir_status slots_grow(struct table *table, uint64_t wanted, weir_error *error)
{
    uint64_t slots_count = (uint64_t)table->slots_mask + 1;

    while (slots_count < wanted * 4) {
        slots_count *= 2;
    }
    if (slots_count == (uint64_t)table->slots_mask + 1) {
        return WEIR_OK;
    }
    if (slots_count > UINT64_C(1) << 31) {
        return error_set(error, WEIR_E_TOOBIG, "more than 2^29 keys in one partition");
    }

    uint64_t *slots = mem_zalloc(slots_count * sizeof(*slots));
    if (slots == NULL) {
        return error_set(error, WEIR_E_NOMEM, "grow table to %llu slots",
                         (unsigned long long)slots_count);
    }
    uint32_t mask = (uint32_t)(slots_count - 1);
    for (uint32_t entry = 0; entry < table->entries_count; entry++) {
        uint64_t hash = table->hashes[entry];
        uint32_t at = (uint32_t)hash & mask;
        while (slots[at] != 0) {
            at = (at + 1) & mask;
        }
        slots[at] = slot_of(hash, entry);
    }
    mem_free(table->slots);
    table->slots = slots;
    table->slots_mask = mask;
    return WEIR_OK;
}

/* Room for `more` new entries, whatever the rows bring. */
static weir_status entries_reserve(struct table *table, uint32_t more, weir_error *error)
{
    uint64_t wanted = (uint64_t)table->entries_count + more;

    if (wanted > table->entries_capacity) {
        uint64_t capacity = wanted * 2;
        struct weir_value *keys = mem_realloc(table->keys, capacity * sizeof(*keys));
        if (keys == NULL) {
            return error_set(error, WEIR_E_NOMEM, "grow table");
        }
        table->keys = keys;
        uint64_t *hashes = mem_realloc(table->hashes, capacity * sizeof(*hashes));
        if (hashes == NULL) {
            return error_set(error, WEIR_E_NOMEM, "grow table");
        }
        table->hashes = hashes;
        table->entries_capacity = (uint32_t)capacity;
    }
    return WEIR_OK;
}

/* The entry behind the first slot that bears the hash's tag: most likely the key's. */
static void guess_entries(const struct table *table, const uint64_t *hashes, uint32_t rows_count,
                          uint32_t *entries)
{
    const uint64_t *slots = table->slots;
    uint32_t mask = table->slots_mask;
    uintptr_t keys = (uintptr_t)table->keys; /* of no entry: some address, which does no harm */
    uintptr_t stride = table->companion_stride;
    uintptr_t companion = (uintptr_t)table->companion; /* an address to come near, not a pointer */

    for (uint32_t i = 0; i < rows_count; i++) {
        uint64_t hash = hashes[i];
        uint32_t at = (uint32_t)hash & mask;
        uint64_t slot = slots[at];

        while (__builtin_expect(slot != 0 && !slot_has_tag(slot, hash), 0)) {
            at = (at + 1) & mask;
            slot = slots[at];
        }
        uint32_t entry = slot_entry(slot);
        entries[i] = entry;
        __builtin_prefetch((const void *)(keys + entry * sizeof(struct weir_value)));
        __builtin_prefetch((const void *)(companion + entry * stride), 1);
    }
}

/* Rows whose guessed entry has not the same words: new keys, long ones, rare clashes. */
static uint32_t verify_entries(const struct table *table, const struct weir_value *keys,
                               uint32_t rows_count, const uint32_t *entries, uint16_t *missed)
{
    uint32_t missed_count = 0;
    const struct weir_value *known = table->keys;

    if (table->entries_count == 0) {
        known = keys; /* any: no entry is guessed */
    }
    for (uint32_t i = 0; i < rows_count; i++) {
        uint32_t entry = entries[i];
        bool is_guessed = entry != NO_ENTRY;
        uint64_t left[2];
        uint64_t right[2];

        memcpy(left, &keys[i], sizeof(left));
        memcpy(right, &known[is_guessed ? entry : 0], sizeof(right));
        uint64_t difference =
            ((left[0] ^ right[0]) & ~(uint64_t)WEIR_HEAD_TEXT) | (left[1] ^ right[1]);
        missed[missed_count] = (uint16_t)i;
        missed_count += !(is_guessed && difference == 0);
    }
    return missed_count;
}

/* One key, all the way: found, or added as the next entry. */
static weir_status find_one(struct table *table, const struct weir_value *key, uint64_t hash,
                            uint32_t *out)
{
    uint32_t at = (uint32_t)hash & table->slots_mask;

    for (; table->slots[at] != 0; at = (at + 1) & table->slots_mask) {
        uint32_t entry = slot_entry(table->slots[at]);
        if (slot_has_tag(table->slots[at], hash) && value_equal(&table->keys[entry], key)) {
            *out = entry;
            return WEIR_OK;
        }
    }

    uint32_t entry = table->entries_count;
    assert(entry < table->entries_capacity);
    WEIR_TRY(value_copy(*key, &table->arena, &table->keys[entry]));
    table->hashes[entry] = hash;
    table->slots[at] = slot_of(hash, entry);
    table->entries_count = entry + 1;
    *out = entry;
    return WEIR_OK;
}

weir_status table_find(struct table *table, const struct column *keys, const uint16_t *rows,
                       uint32_t rows_count, uint32_t *entries, weir_error *error)
{
    struct table_scratch *scratch = table->scratch;
    const struct weir_value *values = scratch->keys;

    assert(rows_count <= CHUNK_ROWS_MAX);
    WEIR_TRY(slots_grow(table, (uint64_t)table->entries_count + rows_count, error));
    WEIR_TRY(entries_reserve(table, rows_count, error));

    bool is_dense = rows == NULL && (keys->kind == COLUMN_BYTES || keys->kind == COLUMN_MIXED);
    if (is_dense) {
        values = keys->values;
    } else {
        gather_rows(keys, rows, rows_count, COLUMN_MIXED, scratch->keys, NULL);
    }

    const struct column dense = {.kind = keys->kind == COLUMN_BYTES ? COLUMN_BYTES : COLUMN_MIXED,
                                 .values = values};
    hash_column(&dense, NULL, rows_count, scratch->hashes);
    for (uint32_t i = 0; i < rows_count; i++) {
        __builtin_prefetch(&table->slots[(uint32_t)scratch->hashes[i] & table->slots_mask]);
    }
    guess_entries(table, scratch->hashes, rows_count, entries);

    uint32_t missed_count = verify_entries(table, values, rows_count, entries, scratch->missed);
    for (uint32_t m = 0; m < missed_count; m++) {
        uint16_t i = scratch->missed[m];
        weir_status status = find_one(table, &values[i], scratch->hashes[i], &entries[i]);
        if (status != WEIR_OK) {
            return error_set(error, status, "no memory for a key of %u bytes",
                             weir_size_of(values[i]));
        }
    }
    return WEIR_OK;
}

void table_look_up(const struct table *table, const struct column *keys, const uint16_t *rows,
                   uint32_t rows_count, uint32_t *entries)
{
    struct table_scratch *scratch = table->scratch;
    struct column dense = {.kind = keys->kind == COLUMN_BYTES ? COLUMN_BYTES : COLUMN_MIXED,
                           .values = scratch->keys};

    assert(rows_count <= CHUNK_ROWS_MAX);
    gather_rows(keys, rows, rows_count, COLUMN_MIXED, scratch->keys, NULL);
    hash_column(&dense, NULL, rows_count, scratch->hashes);
    for (uint32_t i = 0; i < rows_count; i++) {
        uint64_t hash = scratch->hashes[i];
        uint32_t at = (uint32_t)hash & table->slots_mask;

        entries[i] = NO_ENTRY;
        for (; table->slots[at] != 0; at = (at + 1) & table->slots_mask) {
            uint32_t entry = slot_entry(table->slots[at]);
            if (slot_has_tag(table->slots[at], hash) &&
                value_equal(&table->keys[entry], &scratch->keys[i])) {
                entries[i] = entry;
                break;
            }
        }
    }
}

const uint64_t *table_hashes(const struct table *table)
{
    return table->scratch->hashes;
}

size_t table_size(const struct table *table)
{
    return ((size_t)table->slots_mask + 1) * sizeof(*table->slots) +
           (size_t)table->entries_capacity * (sizeof(*table->keys) + sizeof(*table->hashes)) +
           table->arena.allocated_bytes;
}

void table_fini(struct table *table)
{
    mem_free(table->slots);
    mem_free(table->keys);
    mem_free(table->hashes);
    mem_free(table->scratch);
    arena_fini(&table->arena);
    *table = (struct table){0};
}
