#include "exec/cogroup.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "data/value.h"

weir_status cogroup_init(struct cogroup *cogroup, uint32_t sides_count, weir_error *error)
{
    assert(sides_count >= 1);
    memset(cogroup, 0, sizeof(*cogroup));
    if (sides_count > COGROUP_SIDES_MAX) {
        return error_set(error, WEIR_E_TOOBIG, "cogroup of %u RDDs, and %u is the most",
                         sides_count, COGROUP_SIDES_MAX);
    }
    WEIR_TRY(table_init(&cogroup->table, error));
    cogroup->sides = mem_zalloc(sides_count * sizeof(*cogroup->sides));
    if (cogroup->sides == NULL) {
        cogroup_fini(cogroup);
        return error_set(error, WEIR_E_NOMEM, "cogroup: no memory");
    }
    cogroup->sides_count = sides_count;
    for (uint32_t i = 0; i < sides_count; i++) {
        arena_init(&cogroup->sides[i].arena);
    }
    return WEIR_OK;
}

static weir_status side_reserve(struct cogroup_side *side, uint32_t more, weir_error *error)
{
    size_t wanted = side->count + more;

    if (wanted <= side->capacity) {
        return WEIR_OK;
    }
    if (wanted > UINT32_MAX) {
        return error_set(error, WEIR_E_TOOBIG, "more than 2^32 values in one partition");
    }
    size_t capacity = wanted * 2;
    struct weir_value *values = mem_realloc(side->values, capacity * sizeof(*values));
    if (values == NULL) {
        return error_set(error, WEIR_E_NOMEM, "no memory for %zu values", capacity);
    }
    side->values = values;
    uint32_t *entries = mem_realloc(side->entries, capacity * sizeof(*entries));
    if (entries == NULL) {
        return error_set(error, WEIR_E_NOMEM, "no memory for %zu values", capacity);
    }
    side->entries = entries;
    side->capacity = capacity;
    return WEIR_OK;
}

weir_status cogroup_push(struct cogroup *cogroup, uint32_t side, const struct chunk *chunk,
                         weir_error *error)
{
    assert(side < cogroup->sides_count && chunk_is_pairs(chunk));
    struct cogroup_side *one = &cogroup->sides[side];
    const struct column *values = &chunk->columns[CHUNK_PAIR_VALUE];

    WEIR_TRY(side_reserve(one, chunk->rows_count, error));
    WEIR_TRY(table_find(&cogroup->table, &chunk->columns[CHUNK_PAIR_KEY], chunk->rows,
                        chunk->rows_count, cogroup->entries, error));
    for (uint32_t i = 0; i < chunk->rows_count; i++) {
        struct weir_value value = column_value(values, chunk_row(chunk, i));
        weir_status status = value_copy(value, &one->arena, &one->values[one->count]);
        if (status != WEIR_OK) {
            return error_set(error, status, "no memory for a value");
        }
        one->entries[one->count++] = cogroup->entries[i];
    }
    return WEIR_OK;
}

/* A counting sort by entry, which keeps the order of equal ones. */
static weir_status side_seal(struct cogroup_side *side, uint32_t entries_count, weir_error *error)
{
    struct weir_value *sorted = mem_alloc((side->count + 1) * sizeof(*sorted));

    side->starts = mem_zalloc(((size_t)entries_count + 2) * sizeof(*side->starts));
    if (sorted == NULL || side->starts == NULL) {
        mem_free(sorted);
        return error_set(error, WEIR_E_NOMEM, "no memory for %zu values", side->count);
    }
    /* starts[e + 2] counts entry e; summed up, starts[e + 1] is where e begins; and once each value
     * has moved it on, where e ends and e + 1 begins. */
    for (size_t i = 0; i < side->count; i++) {
        side->starts[side->entries[i] + 2]++;
    }
    for (uint32_t entry = 0; entry < entries_count; entry++) {
        side->starts[entry + 2] += side->starts[entry + 1];
    }
    for (size_t i = 0; i < side->count; i++) {
        sorted[side->starts[side->entries[i] + 1]++] = side->values[i];
    }
    mem_free(side->values);
    mem_free(side->entries);
    side->values = sorted;
    side->entries = NULL;
    return WEIR_OK;
}

weir_status cogroup_seal(struct cogroup *cogroup, weir_error *error)
{
    for (uint32_t i = 0; i < cogroup->sides_count; i++) {
        WEIR_TRY(side_seal(&cogroup->sides[i], cogroup->table.entries_count, error));
    }
    return WEIR_OK;
}

void cogroup_fini(struct cogroup *cogroup)
{
    for (uint32_t i = 0; i < cogroup->sides_count; i++) {
        mem_free(cogroup->sides[i].values);
        mem_free(cogroup->sides[i].entries);
        mem_free(cogroup->sides[i].starts);
        arena_fini(&cogroup->sides[i].arena);
    }
    mem_free(cogroup->sides);
    table_fini(&cogroup->table);
}
