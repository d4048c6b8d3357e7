/* layout_counter - the counting table that the other questions use; see layout.h. */
#include "layout.h"

struct layout_counter *layout_counter_create(uint32_t slots_bits)
{
    struct layout_counter *counter = layout_alloc(sizeof(*counter));
    size_t slots = (size_t)1 << slots_bits;

    counter->mask = slots - 1;
    counter->slots = layout_alloc(slots * sizeof(*counter->slots));
    counter->keys = layout_alloc(slots / 2 * sizeof(*counter->keys));
    counter->counts = layout_alloc(slots / 2 * sizeof(*counter->counts));
    return counter;
}

LAYOUT_INLINE uint64_t key_difference(const struct layout_key *a, const struct layout_key *b)
{
    return (a->low ^ b->low) | (a->high ^ b->high);
}

static uint32_t entry_find(struct layout_counter *counter, const struct layout_key *key,
                           uint64_t hash)
{
    uint64_t tag = hash & ~(uint64_t)UINT32_MAX;

    for (uint64_t at = hash & counter->mask;; at = (at + 1) & counter->mask) {
        uint32_t entry = (uint32_t)counter->slots[at] - 1;

        if (counter->slots[at] == 0) {
            entry = counter->entries_count++;
            counter->slots[at] = tag | (entry + 1);
            counter->keys[entry] = *key;
            return entry;
        }
        if ((counter->slots[at] ^ tag) <= UINT32_MAX &&
            key_difference(&counter->keys[entry], key) == 0) {
            return entry;
        }
    }
}

void layout_counter_add(struct layout_counter *counter, const struct layout_key *keys,
                        uint32_t rows)
{
    uint32_t missed_count = 0;

    for (uint32_t i = 0; i < rows; i++) {
        __builtin_prefetch(&counter->slots[counter->hashes[i] & counter->mask]);
    }
    for (uint32_t i = 0; i < rows; i++) {
        uint64_t slot = counter->slots[counter->hashes[i] & counter->mask];
        uint32_t entry = slot != 0 ? (uint32_t)slot - 1 : 0;

        counter->entries[i] = entry;
        __builtin_prefetch(&counter->keys[entry]);
        __builtin_prefetch(&counter->counts[entry]);
    }
    for (uint32_t i = 0; i < rows; i++) {
        counter->missed[missed_count] = (uint16_t)i;
        missed_count += key_difference(&counter->keys[counter->entries[i]], &keys[i]) != 0;
    }
    for (uint32_t m = 0; m < missed_count; m++) {
        uint32_t i = counter->missed[m];
        counter->entries[i] = entry_find(counter, &keys[i], counter->hashes[i]);
    }
    for (uint32_t i = 0; i < rows; i++) {
        counter->counts[counter->entries[i]]++;
    }
}
