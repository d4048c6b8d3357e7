/*
 * spill_parts - rows set aside on disk in parts, and merged by place.
 */
#include "exec/spill_parts.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "data/block.h"
#include "data/hash.h"
#include "exec/memory.h"
#include "exec/spill_run.h"

#define PART_BYTES_MIN (16u * 1024u)

/* Rows and their places are flushed together, so that their chunks are of the same rows. */
struct spill_part {
    struct block_builder rows;
    struct block_builder places;
    struct spill_run rows_run;
    struct spill_run places_run;
};

struct spill_parts {
    struct task *task;
    struct spill_space *space;
    size_t part_bytes; /* a part is flushed at this size */
    struct spill_part parts[SPILL_PARTS_COUNT];
    uint16_t rows[CHUNK_ROWS_MAX]; /* scratch */
    int64_t places[CHUNK_ROWS_MAX];
    uint32_t starts[SPILL_PARTS_COUNT + 1];
    uint8_t targets[CHUNK_ROWS_MAX];
};

weir_status spill_parts_create(struct task *task, struct spill_parts **out, weir_error *error)
{
    struct spill_parts *parts = mem_zalloc(sizeof(*parts));

    if (parts == NULL) {
        return error_set(error, WEIR_E_NOMEM, "no memory to spill");
    }
    parts->task = task;
    parts->space = task_disk(task);
    parts->part_bytes = memory_share(task_memory(task)) / (2 * SPILL_PARTS_COUNT);
    if (parts->part_bytes < PART_BYTES_MIN) {
        parts->part_bytes = PART_BYTES_MIN;
    }
    for (uint32_t i = 0; i < SPILL_PARTS_COUNT; i++) {
        block_builder_init(&parts->parts[i].rows);
        block_builder_init(&parts->parts[i].places);
    }
    *out = parts;
    return WEIR_OK;
}

static weir_status part_flush(struct spill_parts *parts, struct spill_part *part, weir_error *error)
{
    WEIR_TRY(spill_run_flush(&part->rows_run, parts->space, &part->rows, error));
    return spill_run_flush(&part->places_run, parts->space, &part->places, error);
}

weir_status spill_parts_put(struct spill_parts *parts, uint32_t part, const struct chunk *chunk,
                            const int64_t *places, weir_error *error)
{
    struct spill_part *one = &parts->parts[part];
    struct chunk places_chunk = {.rows_count = chunk->rows_count, .columns_count = 1};

    places_chunk.columns[CHUNK_VALUE] = (struct column){COLUMN_INT, {places}};
    WEIR_TRY(block_builder_append(&one->rows, chunk, error));
    WEIR_TRY(block_builder_append(&one->places, &places_chunk, error));
    if (block_builder_size(&one->rows) + block_builder_size(&one->places) > parts->part_bytes) {
        return part_flush(parts, one, error);
    }
    return WEIR_OK;
}

weir_status spill_parts_add(struct spill_parts *parts, uint32_t depth, const struct chunk *chunk,
                            const uint64_t *hashes, const int64_t *places, weir_error *error)
{
    uint32_t *starts = parts->starts;
    uint32_t next[SPILL_PARTS_COUNT];

    memset(starts, 0, sizeof(parts->starts));
    for (uint32_t i = 0; i < chunk->rows_count; i++) {
        parts->targets[i] = (uint8_t)(hash_fold(hashes[i], depth) % SPILL_PARTS_COUNT);
        starts[parts->targets[i] + 1]++;
    }
    for (uint32_t part = 0; part < SPILL_PARTS_COUNT; part++) {
        starts[part + 1] += starts[part];
        next[part] = starts[part];
    }
    for (uint32_t i = 0; i < chunk->rows_count; i++) {
        uint32_t at = next[parts->targets[i]]++;
        parts->rows[at] = (uint16_t)chunk_row(chunk, i);
        parts->places[at] = places[i];
    }
    for (uint32_t part = 0; part < SPILL_PARTS_COUNT; part++) {
        struct chunk some = *chunk;
        some.rows = parts->rows + starts[part];
        some.rows_count = starts[part + 1] - starts[part];
        if (some.rows_count > 0) {
            WEIR_TRY(spill_parts_put(parts, part, &some, parts->places + starts[part], error));
        }
    }
    return WEIR_OK;
}

weir_status spill_parts_seal(struct spill_parts *parts, weir_error *error)
{
    for (uint32_t part = 0; part < SPILL_PARTS_COUNT; part++) {
        WEIR_TRY(part_flush(parts, &parts->parts[part], error));
    }
    return WEIR_OK;
}

bool spill_parts_is_empty(const struct spill_parts *parts, uint32_t part)
{
    return parts->parts[part].rows_run.count == 0;
}

static void part_clear(struct spill_parts *parts, struct spill_part *part)
{
    spill_run_fini(&part->rows_run, parts->space);
    spill_run_fini(&part->places_run, parts->space);
}

/* A part read chunk by chunk. */
struct part_cursor {
    struct spill_cursor rows;
    struct spill_cursor places;
    struct chunk chunk; /* in hand */
    const int64_t *at;  /* its places */
    uint32_t row;       /* next */
};

static void cursor_init(struct part_cursor *cursor, struct spill_parts *parts, uint32_t part)
{
    uint32_t rows_max = parts->task->chunk_rows;

    memset(cursor, 0, sizeof(*cursor));
    spill_cursor_init(&cursor->rows, &parts->parts[part].rows_run, parts->space, rows_max);
    spill_cursor_init(&cursor->places, &parts->parts[part].places_run, parts->space, rows_max);
}

/* The next chunk; no rows: the end. */
static weir_status cursor_next(struct part_cursor *cursor, weir_error *error)
{
    struct chunk places;

    WEIR_TRY(spill_cursor_next(&cursor->rows, &cursor->chunk, error));
    WEIR_TRY(spill_cursor_next(&cursor->places, &places, error));
    assert(places.rows_count == cursor->chunk.rows_count);
    cursor->at = places.columns[CHUNK_VALUE].ints;
    cursor->row = 0;
    return WEIR_OK;
}

static void cursor_fini(struct part_cursor *cursor)
{
    spill_cursor_fini(&cursor->rows);
    spill_cursor_fini(&cursor->places);
}

static weir_status check_cancelled(const struct spill_parts *parts, weir_error *error)
{
    return atomic_load_explicit(parts->task->is_cancelled, memory_order_relaxed)
               ? error_set(error, WEIR_STOPPING, "stopped")
               : WEIR_OK;
}

weir_status spill_parts_replay(struct spill_parts *parts, uint32_t part,
                               const struct spill_sink *sink, weir_error *error)
{
    struct part_cursor cursor;
    weir_status status;

    cursor_init(&cursor, parts, part);
    for (;;) {
        status = check_cancelled(parts, error);
        if (status == WEIR_OK) {
            status = cursor_next(&cursor, error);
        }
        if (status != WEIR_OK || cursor.chunk.rows_count == 0) {
            break;
        }
        status = sink->take(sink->owner, &cursor.chunk, cursor.at, error);
        if (status != WEIR_OK) {
            break;
        }
    }
    cursor_fini(&cursor);
    part_clear(parts, &parts->parts[part]);
    return status;
}

/* Rows of several parts, brought together; they point into the cursors' chunks. */
struct merging {
    struct part_cursor cursors[SPILL_PARTS_COUNT];
    uint32_t live[SPILL_PARTS_COUNT]; /* cursors that have rows */
    uint32_t live_count;
    uint32_t rows_count;
    uint32_t columns_count;
    const struct spill_sink *sink;
    struct weir_value columns[CHUNK_COLUMNS_MAX][CHUNK_ROWS_MAX];
    int64_t places[CHUNK_ROWS_MAX];
};

static weir_status merge_flush(struct merging *merging, weir_error *error)
{
    struct chunk chunk = {.rows_count = merging->rows_count,
                          .columns_count = merging->columns_count};

    if (chunk.rows_count == 0) {
        return WEIR_OK;
    }
    for (uint32_t i = 0; i < chunk.columns_count; i++) {
        const struct weir_value *values = merging->columns[i];
        chunk.columns[i].kind = column_kind_of_values(values, chunk.rows_count) == COLUMN_BYTES
                                    ? COLUMN_BYTES
                                    : COLUMN_MIXED;
        chunk.columns[i].values = values;
    }
    merging->rows_count = 0;
    return merging->sink->take(merging->sink->owner, &chunk, merging->places, error);
}

static uint32_t least_find(const struct merging *merging)
{
    uint32_t least = 0;
    int64_t least_place = INT64_MAX;

    for (uint32_t i = 0; i < merging->live_count; i++) {
        const struct part_cursor *cursor = &merging->cursors[merging->live[i]];
        if (cursor->at[cursor->row] < least_place) {
            least_place = cursor->at[cursor->row];
            least = i;
        }
    }
    return least;
}

static weir_status merge_all(struct spill_parts *parts, struct merging *merging, weir_error *error)
{
    uint32_t rows_max = parts->task->chunk_rows;

    while (merging->live_count > 0) {
        uint32_t place = least_find(merging);
        struct part_cursor *cursor = &merging->cursors[merging->live[place]];

        merging->columns_count = cursor->chunk.columns_count;
        for (uint32_t i = 0; i < cursor->chunk.columns_count; i++) {
            merging->columns[i][merging->rows_count] =
                column_value(&cursor->chunk.columns[i], cursor->row);
        }
        merging->places[merging->rows_count++] = cursor->at[cursor->row++];
        if (cursor->row == cursor->chunk.rows_count) {
            /* What was gathered points into the chunk that goes now. */
            WEIR_TRY(check_cancelled(parts, error));
            WEIR_TRY(merge_flush(merging, error));
            WEIR_TRY(cursor_next(cursor, error));
            if (cursor->chunk.rows_count == 0) {
                merging->live[place] = merging->live[--merging->live_count];
            }
        } else if (merging->rows_count == rows_max) {
            WEIR_TRY(merge_flush(merging, error));
        }
    }
    return merge_flush(merging, error);
}

weir_status spill_parts_merge(struct spill_parts *parts, const struct spill_sink *sink,
                              weir_error *error)
{
    struct merging *merging = mem_zalloc(sizeof(*merging));
    weir_status status = WEIR_OK;

    if (merging == NULL) {
        return error_set(error, WEIR_E_NOMEM, "no memory to merge spilled rows");
    }
    merging->sink = sink;
    for (uint32_t part = 0; part < SPILL_PARTS_COUNT; part++) {
        cursor_init(&merging->cursors[part], parts, part);
    }
    for (uint32_t part = 0; part < SPILL_PARTS_COUNT && status == WEIR_OK; part++) {
        status = cursor_next(&merging->cursors[part], error);
        if (status == WEIR_OK && merging->cursors[part].chunk.rows_count > 0) {
            merging->live[merging->live_count++] = part;
        }
    }
    if (status == WEIR_OK) {
        status = merge_all(parts, merging, error);
    }
    for (uint32_t part = 0; part < SPILL_PARTS_COUNT; part++) {
        cursor_fini(&merging->cursors[part]);
    }
    mem_free(merging);
    return status;
}

void spill_parts_destroy(struct spill_parts *parts)
{
    if (parts == NULL) {
        return;
    }
    for (uint32_t i = 0; i < SPILL_PARTS_COUNT; i++) {
        block_builder_fini(&parts->parts[i].rows);
        block_builder_fini(&parts->parts[i].places);
        part_clear(parts, &parts->parts[i]);
    }
    mem_free(parts);
}
