/*
 * aggregate - values of a key brought together: a table, its accumulators, and disk.
 */
#include "exec/aggregate.h"

#include "base/mem.h"
#include "exec/op.h"
#include "exec/task.h"

static weir_status init_at(struct aggregate *aggregate, struct task *task,
                           const struct combiner *combiner, enum combiner_phase phase,
                           uint32_t depth, weir_error *error)
{
    *aggregate =
        (struct aggregate){.task = task, .combiner = combiner, .phase = phase, .depth = depth};
    memory_account_init(&aggregate->account, task_memory(task));
    WEIR_TRY(table_init(&aggregate->table, error));
    weir_status status = accumulators_init(&aggregate->accumulators, task, combiner, phase, error);
    if (status != WEIR_OK) {
        accumulators_fini(&aggregate->accumulators);
        table_fini(&aggregate->table);
    }
    return status;
}

weir_status aggregate_init(struct aggregate *aggregate, struct task *task,
                           const struct combiner *combiner, enum combiner_phase phase,
                           weir_error *error)
{
    return init_at(aggregate, task, combiner, phase, 0, error);
}

/* The places of keys that are new with this chunk: their entries ascend. */
static weir_status note_places(struct aggregate *aggregate, const int64_t *places,
                               uint32_t rows_count, weir_error *error)
{
    WEIR_TRY(mem_grow((void **)&aggregate->places, &aggregate->places_capacity,
                      aggregate->table.entries_count, sizeof(*aggregate->places), error));
    for (uint32_t i = 0; i < rows_count; i++) {
        if (aggregate->entries[i] == aggregate->places_count) {
            aggregate->places[aggregate->places_count++] = places[i];
        }
    }
    return WEIR_OK;
}

static weir_status update(struct aggregate *aggregate, const struct chunk *chunk,
                          const uint16_t *rows, uint32_t rows_count, weir_error *error)
{
    return accumulators_update(&aggregate->accumulators, &chunk->columns[CHUNK_PAIR_VALUE], rows,
                               rows_count, aggregate->entries, aggregate->table.entries_count,
                               error);
}

/* Keys that are there are updated; the other rows are set aside. */
static weir_status push_aside(struct aggregate *aggregate, const struct chunk *chunk,
                              const int64_t *places, weir_error *error)
{
    const uint64_t *hashes = table_hashes(&aggregate->table);
    struct chunk aside = *chunk;
    uint16_t known[CHUNK_ROWS_MAX];
    uint32_t known_count = 0;
    uint32_t aside_count = 0;

    table_look_up(&aggregate->table, &chunk->columns[CHUNK_PAIR_KEY], chunk->rows,
                  chunk->rows_count, aggregate->entries);
    for (uint32_t i = 0; i < chunk->rows_count; i++) {
        uint32_t entry = aggregate->entries[i];
        uint16_t row = (uint16_t)chunk_row(chunk, i);
        if (entry != TABLE_NO_ENTRY) {
            known[known_count] = row;
            aggregate->entries[known_count++] = entry;
        } else {
            aggregate->rows[aside_count] = row;
            aggregate->hashes[aside_count] = hashes[i];
            aggregate->row_places[aside_count++] =
                places != NULL ? places[i] : aggregate->rows_seen + i;
        }
    }
    if (known_count > 0) {
        WEIR_TRY(update(aggregate, chunk, known, known_count, error));
    }
    aside.rows = aggregate->rows;
    aside.rows_count = aside_count;
    return aside_count == 0 ? WEIR_OK
                            : spill_parts_add(aggregate->parts, aggregate->depth, &aside,
                                              aggregate->hashes, aggregate->row_places, error);
}

/* places NULL: rows stand where they come. */
static weir_status push_at(struct aggregate *aggregate, const struct chunk *chunk,
                           const int64_t *places, weir_error *error)
{
    if (aggregate->parts != NULL) {
        WEIR_TRY(push_aside(aggregate, chunk, places, error));
        aggregate->rows_seen += chunk->rows_count;
        return WEIR_OK;
    }
    aggregate->table.companion =
        accumulators_vector(&aggregate->accumulators, &aggregate->table.companion_stride);
    WEIR_TRY(table_find(&aggregate->table, &chunk->columns[CHUNK_PAIR_KEY], chunk->rows,
                        chunk->rows_count, aggregate->entries, error));
    WEIR_TRY(update(aggregate, chunk, chunk->rows, chunk->rows_count, error));
    if (places != NULL) {
        WEIR_TRY(note_places(aggregate, places, chunk->rows_count, error));
    }
    aggregate->rows_seen += chunk->rows_count;
    size_t size = table_size(&aggregate->table) + accumulators_size(&aggregate->accumulators);
    if (memory_account_set(&aggregate->account, size) && aggregate->depth < SPILL_DEPTH_MAX) {
        return spill_parts_create(aggregate->task, &aggregate->parts, error);
    }
    return WEIR_OK;
}

weir_status aggregate_push(struct aggregate *aggregate, const struct chunk *chunk,
                           weir_error *error)
{
    return push_at(aggregate, chunk, NULL, error);
}

/* The keys in memory. Their places lie before all that was set aside. */
static weir_status drain_table(struct aggregate *aggregate, const struct spill_sink *sink,
                               weir_error *error)
{
    uint32_t entries_count = aggregate->table.entries_count;
    uint32_t step = aggregate->task->chunk_rows;

    for (uint32_t first = 0; first < entries_count; first += step) {
        uint32_t count = entries_count - first < step ? entries_count - first : step;
        const struct weir_value *keys = aggregate->table.keys + first;
        const int64_t *places = aggregate->places == NULL ? NULL : aggregate->places + first;
        struct chunk chunk = {.rows_count = count, .columns_count = 2};

        chunk.columns[CHUNK_PAIR_KEY].kind =
            column_kind_of_values(keys, count) == COLUMN_BYTES ? COLUMN_BYTES : COLUMN_MIXED;
        chunk.columns[CHUNK_PAIR_KEY].values = keys;
        chunk.columns[CHUNK_PAIR_VALUE] = accumulators_view(&aggregate->accumulators, first, count);
        WEIR_TRY(sink->take(sink->owner, &chunk, places, error));
    }
    return WEIR_OK;
}

static void let_go(struct aggregate *aggregate)
{
    if (!aggregate->is_drained) {
        table_fini(&aggregate->table);
        accumulators_fini(&aggregate->accumulators);
        mem_free(aggregate->places);
        aggregate->places = NULL;
        memory_account_fini(&aggregate->account);
        aggregate->is_drained = true;
    }
}

static weir_status replay_take(void *owner, struct chunk *chunk, const int64_t *places,
                               weir_error *error)
{
    return push_at(owner, chunk, places, error);
}

/* Where one part's keys go. */
struct part_result {
    struct spill_parts *results;
    uint32_t part;
};

static weir_status result_take(void *owner, struct chunk *chunk, const int64_t *places,
                               weir_error *error)
{
    const struct part_result *result = owner;

    return spill_parts_put(result->results, result->part, chunk, places, error);
}

static weir_status drain_to(struct aggregate *aggregate, const struct spill_sink *sink,
                            weir_error *error);

static weir_status drain_part(struct aggregate *aggregate, uint32_t part,
                              struct spill_parts *results, weir_error *error)
{
    struct part_result result = {results, part};
    const struct spill_sink sink = {result_take, &result};
    struct aggregate *child = mem_alloc(sizeof(*child));

    if (child == NULL) {
        return error_set(error, WEIR_E_NOMEM, "no memory for a spilled part");
    }
    weir_status status = init_at(child, aggregate->task, aggregate->combiner, aggregate->phase,
                                 aggregate->depth + 1, error);
    if (status == WEIR_OK) {
        const struct spill_sink replay = {replay_take, child};
        status = spill_parts_replay(aggregate->parts, part, &replay, error);
        if (status == WEIR_OK) {
            status = drain_to(child, &sink, error);
        }
        aggregate_fini(child);
    }
    mem_free(child);
    return status;
}

static weir_status drain_to(struct aggregate *aggregate, const struct spill_sink *sink,
                            weir_error *error)
{
    struct spill_parts *results;

    WEIR_TRY(drain_table(aggregate, sink, error));
    let_go(aggregate);
    if (aggregate->parts == NULL) {
        return WEIR_OK;
    }
    WEIR_TRY(spill_parts_create(aggregate->task, &results, error));
    weir_status status = spill_parts_seal(aggregate->parts, error);
    for (uint32_t part = 0; part < SPILL_PARTS_COUNT && status == WEIR_OK; part++) {
        if (!spill_parts_is_empty(aggregate->parts, part)) {
            status = drain_part(aggregate, part, results, error);
        }
    }
    if (status == WEIR_OK) {
        status = spill_parts_seal(results, error);
    }
    if (status == WEIR_OK) {
        status = spill_parts_merge(results, sink, error);
    }
    spill_parts_destroy(results);
    return status;
}

static weir_status op_take(void *owner, struct chunk *chunk, const int64_t *places,
                           weir_error *error)
{
    (void)places;
    return op_push(owner, chunk, error);
}

weir_status aggregate_drain(struct aggregate *aggregate, struct op *to, weir_error *error)
{
    const struct spill_sink sink = {op_take, to};

    return drain_to(aggregate, &sink, error);
}

void aggregate_fini(struct aggregate *aggregate)
{
    let_go(aggregate);
    spill_parts_destroy(aggregate->parts);
    aggregate->parts = NULL;
}
