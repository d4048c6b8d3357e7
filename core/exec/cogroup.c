/*
 * cogroup - rows of several pair RDDs brought together by key.
 */
#include "exec/cogroup.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "data/hash.h"
#include "data/value.h"
#include "exec/task.h"

static weir_status init_at(struct cogroup *cogroup, struct task *task, uint32_t sides_count,
                           uint32_t depth, weir_error *error)
{
    assert(sides_count >= 1);
    memset(cogroup, 0, sizeof(*cogroup));
    cogroup->task = task;
    cogroup->depth = depth;
    if (sides_count > COGROUP_SIDES_MAX) {
        return error_set(error, WEIR_E_TOOBIG, "cogroup of %u RDDs, and %u is the most",
                         sides_count, COGROUP_SIDES_MAX);
    }
    memory_account_init(&cogroup->account, task == NULL ? NULL : task_memory(task));
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

weir_status cogroup_init(struct cogroup *cogroup, struct task *task, uint32_t sides_count,
                         weir_error *error)
{
    return init_at(cogroup, task, sides_count, 0, error);
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

static bool has_limit(const struct cogroup *cogroup)
{
    return cogroup->account.share_bytes != SIZE_MAX && cogroup->depth < SPILL_DEPTH_MAX;
}

static weir_status push_to_log(struct cogroup *cogroup, uint32_t side, const struct chunk *chunk,
                               weir_error *error)
{
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

/* Where keys that are new with this chunk stand: their entries ascend. */
static weir_status note_places(struct cogroup *cogroup, const int64_t *places, uint32_t rows_count,
                               weir_error *error)
{
    WEIR_TRY(mem_grow((void **)&cogroup->places, &cogroup->places_capacity,
                      cogroup->table.entries_count, sizeof(*cogroup->places), error));
    for (uint32_t i = 0; i < rows_count; i++) {
        if (cogroup->entries[i] == cogroup->places_count) {
            cogroup->places[cogroup->places_count++] = places[i];
        }
    }
    return WEIR_OK;
}

static size_t size_of(const struct cogroup *cogroup)
{
    size_t size = table_size(&cogroup->table) + cogroup->places_capacity * sizeof(int64_t);

    for (uint32_t i = 0; i < cogroup->sides_count; i++) {
        const struct cogroup_side *side = &cogroup->sides[i];
        /* The seal sorts into a second vector. */
        size += side->capacity * (sizeof(*side->values) + sizeof(*side->entries)) +
                side->count * sizeof(*side->values) + side->arena.allocated_bytes;
    }
    return size;
}

/* A row's place and side in one number: parts keep both. */
static int64_t mark_of(int64_t place, uint32_t side)
{
    return place << 6 | side;
}
_Static_assert(COGROUP_SIDES_MAX == 1u << 6, "a side is written in 6 bits");

/* Sets a side's log aside, in its order; each row with its key's first place. */
static weir_status side_set_aside(struct cogroup *cogroup, uint32_t place, weir_error *error)
{
    struct cogroup_side *side = &cogroup->sides[place];
    uint32_t step = cogroup->task->chunk_rows;
    struct weir_value *keys = mem_alloc(step * sizeof(*keys));
    weir_status status = WEIR_OK;

    if (keys == NULL) {
        return error_set(error, WEIR_E_NOMEM, "no memory to spill");
    }
    for (size_t first = 0; first < side->count && status == WEIR_OK; first += step) {
        uint32_t count = side->count - first < step ? (uint32_t)(side->count - first) : step;
        struct chunk chunk = {.rows_count = count, .columns_count = 2};

        for (uint32_t i = 0; i < count; i++) {
            uint32_t entry = side->entries[first + i];
            keys[i] = cogroup->table.keys[entry];
            cogroup->hashes[i] = cogroup->table.hashes[entry];
            cogroup->row_places[i] = mark_of(cogroup->places[entry], place);
        }
        chunk.columns[CHUNK_PAIR_KEY] = (struct column){COLUMN_MIXED, {keys}};
        chunk.columns[CHUNK_PAIR_VALUE] = (struct column){COLUMN_MIXED, {side->values + first}};
        status = spill_parts_add(cogroup->parts, cogroup->depth, &chunk, cogroup->hashes,
                                 cogroup->row_places, error);
    }
    mem_free(keys);
    return status;
}

static void let_go(struct cogroup *cogroup)
{
    for (uint32_t i = 0; i < cogroup->sides_count; i++) {
        assert(cogroup->sides != NULL);
        mem_free(cogroup->sides[i].values);
        mem_free(cogroup->sides[i].entries);
        mem_free(cogroup->sides[i].starts);
        arena_fini(&cogroup->sides[i].arena);
    }
    mem_free(cogroup->sides);
    cogroup->sides = NULL;
    mem_free(cogroup->places);
    cogroup->places = NULL;
    table_fini(&cogroup->table);
    memory_account_fini(&cogroup->account);
    cogroup->is_let_go = true;
}

static weir_status set_all_aside(struct cogroup *cogroup, weir_error *error)
{
    WEIR_TRY(spill_parts_create(cogroup->task, &cogroup->parts, error));
    for (uint32_t i = 0; i < cogroup->sides_count; i++) {
        WEIR_TRY(side_set_aside(cogroup, i, error));
    }
    let_go(cogroup);
    return WEIR_OK;
}

/* places: by living row. */
static weir_status push_at(struct cogroup *cogroup, uint32_t side, const struct chunk *chunk,
                           const int64_t *places, weir_error *error)
{
    if (cogroup->parts != NULL) {
        hash_column(&chunk->columns[CHUNK_PAIR_KEY], chunk->rows, chunk->rows_count,
                    cogroup->hashes);
        for (uint32_t i = 0; i < chunk->rows_count; i++) {
            cogroup->row_places[i] = mark_of(places[i], side);
        }
        return spill_parts_add(cogroup->parts, cogroup->depth, chunk, cogroup->hashes,
                               cogroup->row_places, error);
    }
    WEIR_TRY(push_to_log(cogroup, side, chunk, error));
    if (has_limit(cogroup) || cogroup->depth > 0) {
        WEIR_TRY(note_places(cogroup, places, chunk->rows_count, error));
    }
    if (memory_account_set(&cogroup->account, has_limit(cogroup) ? size_of(cogroup) : 0)) {
        return set_all_aside(cogroup, error);
    }
    return WEIR_OK;
}

weir_status cogroup_push(struct cogroup *cogroup, uint32_t side, const struct chunk *chunk,
                         weir_error *error)
{
    assert(side < cogroup->sides_count && chunk_is_pairs(chunk));
    for (uint32_t i = 0; i < chunk->rows_count && has_limit(cogroup); i++) {
        cogroup->row_places[i] = cogroup->rows_seen + i;
    }
    cogroup->rows_seen += chunk->rows_count;
    return push_at(cogroup, side, chunk, cogroup->row_places, error);
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

/* A group with the place of its key. */
struct placed_sink {
    weir_status (*take)(void *owner, const struct cogroup_group *group, int64_t place,
                        weir_error *error);
    weir_status (*flush)(void *owner, weir_error *error); /* NULL: nothing is kept */
    void *owner;
};

static weir_status each_in_memory(struct cogroup *cogroup, const struct placed_sink *sink,
                                  weir_error *error)
{
    struct weir_value lists[COGROUP_SIDES_MAX];
    struct cogroup_group group = {.sides_count = cogroup->sides_count, .lists = lists};

    for (uint32_t i = 0; i < cogroup->sides_count; i++) {
        WEIR_TRY(side_seal(&cogroup->sides[i], cogroup->table.entries_count, error));
    }
    for (uint32_t entry = 0; entry < cogroup->table.entries_count; entry++) {
        group.key = cogroup->table.keys[entry];
        for (uint32_t i = 0; i < cogroup->sides_count; i++) {
            const struct cogroup_side *side = &cogroup->sides[i];
            lists[i] = weir_list(side->values + side->starts[entry],
                                 side->starts[entry + 1] - side->starts[entry]);
        }
        WEIR_TRY(sink->take(sink->owner, &group,
                            cogroup->places == NULL ? 0 : cogroup->places[entry], error));
    }
    return WEIR_OK;
}

/* Rows of a part back to their sides: runs of rows of one side. */
static weir_status replay_take(void *owner, struct chunk *chunk, const int64_t *marks,
                               weir_error *error)
{
    struct cogroup *child = owner;
    uint16_t rows[CHUNK_ROWS_MAX];
    int64_t places[CHUNK_ROWS_MAX];

    for (uint32_t first = 0; first < chunk->rows_count;) {
        uint32_t side = (uint32_t)marks[first] & (COGROUP_SIDES_MAX - 1);
        struct chunk part = *chunk;
        uint32_t count = 0;

        while (first < chunk->rows_count &&
               ((uint32_t)marks[first] & (COGROUP_SIDES_MAX - 1)) == side) {
            rows[count] = (uint16_t)first;
            places[count++] = marks[first++] >> 6;
        }
        part.rows = rows;
        part.rows_count = count;
        WEIR_TRY(push_at(child, side, &part, places, error));
    }
    return WEIR_OK;
}

/* Where one part's groups go: as rows (key, tuple of lists). */
struct part_result {
    struct spill_parts *results;
    uint32_t part;
};

static weir_status result_take(void *owner, const struct cogroup_group *group, int64_t place,
                               weir_error *error)
{
    const struct part_result *result = owner;
    const struct weir_value lists = weir_tuple(group->lists, group->sides_count);
    struct chunk chunk = {.rows_count = 1, .columns_count = 2};

    chunk.columns[CHUNK_PAIR_KEY] = (struct column){COLUMN_MIXED, {&group->key}};
    chunk.columns[CHUNK_PAIR_VALUE] = (struct column){COLUMN_MIXED, {&lists}};
    return spill_parts_put(result->results, result->part, &chunk, &place, error);
}

static weir_status each_placed(struct cogroup *cogroup, const struct placed_sink *sink,
                               weir_error *error);

static weir_status each_of_part(struct cogroup *cogroup, uint32_t part, struct spill_parts *results,
                                weir_error *error)
{
    struct part_result result = {results, part};
    const struct placed_sink sink = {result_take, NULL, &result};
    struct cogroup *child = mem_alloc(sizeof(*child));

    if (child == NULL) {
        return error_set(error, WEIR_E_NOMEM, "no memory for a spilled part");
    }
    weir_status status =
        init_at(child, cogroup->task, cogroup->sides_count, cogroup->depth + 1, error);
    if (status == WEIR_OK) {
        const struct spill_sink replay = {replay_take, child};
        status = spill_parts_replay(cogroup->parts, part, &replay, error);
        if (status == WEIR_OK) {
            status = each_placed(child, &sink, error);
        }
        cogroup_fini(child);
    }
    mem_free(child);
    return status;
}

/* Merged rows as groups again. */
static weir_status merged_take(void *owner, struct chunk *chunk, const int64_t *places,
                               weir_error *error)
{
    const struct placed_sink *sink = owner;

    for (uint32_t i = 0; i < chunk->rows_count; i++) {
        struct weir_value lists = column_value(&chunk->columns[CHUNK_PAIR_VALUE], i);
        const struct cogroup_group group = {
            .key = column_value(&chunk->columns[CHUNK_PAIR_KEY], i),
            .sides_count = weir_size_of(lists),
            .lists = lists.items,
        };
        WEIR_TRY(sink->take(sink->owner, &group, places[i], error));
    }
    return sink->flush == NULL ? WEIR_OK : sink->flush(sink->owner, error);
}

static weir_status each_placed(struct cogroup *cogroup, const struct placed_sink *sink,
                               weir_error *error)
{
    const struct spill_sink merged = {merged_take, (void *)(uintptr_t)sink};
    struct spill_parts *results;

    if (cogroup->parts == NULL) {
        return each_in_memory(cogroup, sink, error);
    }
    WEIR_TRY(spill_parts_create(cogroup->task, &results, error));
    weir_status status = spill_parts_seal(cogroup->parts, error);
    for (uint32_t part = 0; part < SPILL_PARTS_COUNT && status == WEIR_OK; part++) {
        if (!spill_parts_is_empty(cogroup->parts, part)) {
            status = each_of_part(cogroup, part, results, error);
        }
    }
    if (status == WEIR_OK) {
        status = spill_parts_seal(results, error);
    }
    if (status == WEIR_OK) {
        status = spill_parts_merge(results, &merged, error);
    }
    spill_parts_destroy(results);
    return status;
}

static weir_status plain_take(void *owner, const struct cogroup_group *group, int64_t place,
                              weir_error *error)
{
    const struct cogroup_sink *sink = owner;

    (void)place;
    return sink->take(sink->owner, group, error);
}

static weir_status plain_flush(void *owner, weir_error *error)
{
    const struct cogroup_sink *sink = owner;

    return sink->flush(sink->owner, error);
}

weir_status cogroup_each(struct cogroup *cogroup, const struct cogroup_sink *sink,
                         weir_error *error)
{
    const struct placed_sink placed = {plain_take, plain_flush, (void *)(uintptr_t)sink};

    return each_placed(cogroup, &placed, error);
}

void cogroup_fini(struct cogroup *cogroup)
{
    if (!cogroup->is_let_go) {
        let_go(cogroup);
    }
    spill_parts_destroy(cogroup->parts);
    cogroup->parts = NULL;
}
