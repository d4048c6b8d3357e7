/*
 * sorter - rows put in order: sorted runs on disk, and their merge.
 */
#include "exec/sorter.h"

#include <assert.h>

#include "base/mem.h"
#include "data/block.h"
#include "data/compare.h"
#include "exec/memory.h"
#include "exec/sort_rows.h"
#include "exec/spill_run.h"
#include "exec/task.h"

/* Runs that are merged at once. Each is read by the piece, so it bounds what a merge holds. */
#define RUNS_MERGED_MAX 16u

/* A run being merged: its next row, which points into the cursor's chunk. */
struct run_cursor {
    struct spill_cursor rows;
    struct chunk chunk;
    uint32_t row;
    uint64_t word; /* of the row; rows of columns of one kind order by it first */
};

/* What only those need that spill. */
struct merging {
    struct run_cursor cursors[RUNS_MERGED_MAX];
    uint32_t heap[RUNS_MERGED_MAX]; /* cursors that have rows, the one that goes next first */
    uint32_t live_count;
    uint32_t rows_count; /* of the chunk that is being filled */
    uint32_t columns_count;
    struct weir_value columns[CHUNK_COLUMNS_MAX][CHUNK_ROWS_MAX];
    int64_t words[CHUNK_COLUMNS_MAX][CHUNK_ROWS_MAX]; /* dense ints or floats */
};

struct sorter {
    struct task *task;
    bool is_descending;
    uint32_t rows_max; /* of the chunks that are written, so that they make pieces */
    struct block_builder builder;
    struct memory_account account;
    struct spill_run *runs;
    size_t runs_count;
    size_t runs_capacity;
    struct merging *merging; /* NULL: nothing was spilled */
};

weir_status sorter_create(struct task *task, bool is_descending, struct sorter **out,
                          weir_error *error)
{
    struct sorter *sorter = mem_zalloc(sizeof(*sorter));

    if (sorter == NULL) {
        return error_set(error, WEIR_E_NOMEM, "no memory to sort");
    }
    sorter->task = task;
    sorter->is_descending = is_descending;
    sorter->rows_max = task->chunk_rows;
    block_builder_init(&sorter->builder);
    memory_account_init(&sorter->account, task_memory(task));
    *out = sorter;
    return WEIR_OK;
}

static weir_status check_cancelled(const struct sorter *sorter, weir_error *error)
{
    return atomic_load_explicit(sorter->task->is_cancelled, memory_order_relaxed)
               ? error_set(error, WEIR_STOPPING, "stopped")
               : WEIR_OK;
}

/* A run being written: a piece is gathered, then flushed. */
struct run_writer {
    struct sorter *sorter;
    struct spill_run run;
    struct block_builder piece;
};

static weir_status writer_take(void *owner, struct chunk *chunk, weir_error *error)
{
    struct run_writer *writer = owner;
    const struct task *task = writer->sorter->task;

    WEIR_TRY(check_cancelled(writer->sorter, error));
    WEIR_TRY(block_builder_append(&writer->piece, chunk, error));
    if (block_builder_size(&writer->piece) < memory_piece(task_memory(task))) {
        return WEIR_OK;
    }
    return spill_run_flush(&writer->run, task_disk(task), &writer->piece, error);
}

/* Flushes what is left and gives the run to *out; or, when writing has failed, nothing. */
static weir_status writer_end(struct run_writer *writer, weir_status status, struct spill_run *out,
                              weir_error *error)
{
    struct spill_space *disk = task_disk(writer->sorter->task);

    if (status == WEIR_OK) {
        status = spill_run_flush(&writer->run, disk, &writer->piece, error);
    }
    block_builder_fini(&writer->piece);
    if (status != WEIR_OK) {
        spill_run_fini(&writer->run, disk);
        return status;
    }
    *out = writer->run;
    return WEIR_OK;
}

static weir_status write_block(struct sorter *sorter, const struct block *block,
                               const uint32_t *places, weir_error *error)
{
    size_t row_bytes = block->memory_bytes / block->rows_count + 1;
    size_t rows_of_piece = memory_piece(task_memory(sorter->task)) / row_bytes + 1;
    void *vectors[CHUNK_COLUMNS_MAX] = {NULL};
    struct run_writer writer = {.sorter = sorter};
    weir_status status = WEIR_OK;

    if (rows_of_piece < sorter->rows_max) {
        sorter->rows_max = (uint32_t)rows_of_piece;
    }
    for (uint32_t i = 0; i < CHUNK_COLUMNS_MAX; i++) {
        vectors[i] = sorter->merging->columns[i];
    }
    block_builder_init(&writer.piece);
    for (uint32_t first = 0; first < block->rows_count && status == WEIR_OK;) {
        uint32_t left = block->rows_count - first;
        uint32_t count = left < sorter->rows_max ? left : sorter->rows_max;
        struct chunk chunk;

        sort_rows_chunk(block, places + first, count, vectors, &chunk);
        status = writer_take(&writer, &chunk, error);
        first += count;
    }
    return writer_end(&writer, status, &sorter->runs[sorter->runs_count], error);
}

/* Sorts what is held and writes it as the next run. */
static weir_status spill(struct sorter *sorter, weir_error *error)
{
    struct block *block = NULL;
    uint32_t *places = NULL;
    weir_status status;

    WEIR_TRY(mem_grow((void **)&sorter->runs, &sorter->runs_capacity, sorter->runs_count + 1,
                      sizeof(*sorter->runs), error));
    if (sorter->merging == NULL) {
        sorter->merging = mem_zalloc(sizeof(*sorter->merging));
        if (sorter->merging == NULL) {
            return error_set(error, WEIR_E_NOMEM, "no memory to spill sorted rows");
        }
    }
    WEIR_TRY(block_builder_finish(&sorter->builder, &block, error));
    status = sort_rows(block, SORT_BY_KEY, sorter->is_descending, &places, error);
    if (status == WEIR_OK) {
        status = write_block(sorter, block, places, error);
    }
    if (status == WEIR_OK) {
        sorter->runs_count++;
    }
    mem_free(places);
    block_drop(block);
    (void)memory_account_set(&sorter->account, 0);
    return status;
}

weir_status sorter_push(struct sorter *sorter, const struct chunk *chunk, weir_error *error)
{
    WEIR_TRY(block_builder_append(&sorter->builder, chunk, error));
    size_t size = block_builder_size(&sorter->builder) +
                  (size_t)sorter->builder.rows_count * SORT_BYTES_PER_ROW;
    return memory_account_set(&sorter->account, size) ? spill(sorter, error) : WEIR_OK;
}

static void word_set(const struct sorter *sorter, struct run_cursor *cursor)
{
    uint64_t word = sort_word(&cursor->chunk.columns[0], cursor->row);

    cursor->word = sorter->is_descending ? ~word : word;
}

static weir_status cursor_next(const struct sorter *sorter, struct run_cursor *cursor,
                               weir_error *error)
{
    WEIR_TRY(spill_cursor_next(&cursor->rows, &cursor->chunk, error));
    assert(cursor->chunk.rows == NULL);
    cursor->row = 0;
    if (cursor->chunk.rows_count > 0) {
        word_set(sorter, cursor);
    }
    return WEIR_OK;
}

/* Cursors stand as their runs do, so the lower one goes first when rows are equal. */
static bool goes_before(const struct sorter *sorter, uint32_t left, uint32_t right)
{
    const struct run_cursor *one = &sorter->merging->cursors[left];
    const struct run_cursor *other = &sorter->merging->cursors[right];
    const struct column *one_column = &one->chunk.columns[0];
    const struct column *other_column = &other->chunk.columns[0];

    if (one_column->kind == other_column->kind) {
        if (one->word != other->word) {
            return one->word < other->word;
        }
        if (one_column->kind == COLUMN_INT || one_column->kind == COLUMN_FLOAT) {
            return left < right;
        }
    }
    struct weir_value one_value = column_value(one_column, one->row);
    struct weir_value other_value = column_value(other_column, other->row);
    int order = value_compare(&one_value, &other_value);
    order = sorter->is_descending ? -order : order;
    return order == 0 ? left < right : order < 0;
}

/* Moves the heap's item `at` down to where it belongs. */
static void sift_down(const struct sorter *sorter, uint32_t at)
{
    struct merging *merging = sorter->merging;
    uint32_t cursor = merging->heap[at];

    for (;;) {
        uint32_t child = 2 * at + 1;

        if (child >= merging->live_count) {
            break;
        }
        if (child + 1 < merging->live_count &&
            goes_before(sorter, merging->heap[child + 1], merging->heap[child])) {
            child++;
        }
        if (!goes_before(sorter, merging->heap[child], cursor)) {
            break;
        }
        merging->heap[at] = merging->heap[child];
        at = child;
    }
    merging->heap[at] = cursor;
}

struct sorted_sink {
    weir_status (*take)(void *owner, struct chunk *chunk, weir_error *error);
    void *owner;
};

static struct column column_filled(struct merging *merging, uint32_t column)
{
    const struct weir_value *values = merging->columns[column];
    int64_t *words = merging->words[column];
    enum column_kind kind = column_kind_of_values(values, merging->rows_count);

    if (kind == COLUMN_BYTES || kind == COLUMN_MIXED) {
        return (struct column){kind, {values}};
    }
    for (uint32_t i = 0; i < merging->rows_count; i++) {
        if (kind == COLUMN_INT) {
            words[i] = weir_int_of(values[i]);
        } else {
            double number = weir_float_of(values[i]);
            memcpy(&words[i], &number, sizeof(number));
        }
    }
    return (struct column){kind, {words}};
}

static weir_status chunk_flush(struct merging *merging, const struct sorted_sink *sink,
                               weir_error *error)
{
    struct chunk chunk = {.rows_count = merging->rows_count,
                          .columns_count = merging->columns_count};

    if (chunk.rows_count == 0) {
        return WEIR_OK;
    }
    for (uint32_t i = 0; i < chunk.columns_count; i++) {
        chunk.columns[i] = column_filled(merging, i);
    }
    merging->rows_count = 0;
    return sink->take(sink->owner, &chunk, error);
}

static weir_status merge_rows(struct sorter *sorter, const struct sorted_sink *sink,
                              weir_error *error)
{
    struct merging *merging = sorter->merging;

    while (merging->live_count > 0) {
        struct run_cursor *cursor = &merging->cursors[merging->heap[0]];

        merging->columns_count = cursor->chunk.columns_count;
        for (uint32_t i = 0; i < cursor->chunk.columns_count; i++) {
            merging->columns[i][merging->rows_count] =
                column_value(&cursor->chunk.columns[i], cursor->row);
        }
        merging->rows_count++;
        cursor->row++;
        if (cursor->row == cursor->chunk.rows_count) {
            /* What was gathered points into the chunk that goes now. */
            WEIR_TRY(check_cancelled(sorter, error));
            WEIR_TRY(chunk_flush(merging, sink, error));
            WEIR_TRY(cursor_next(sorter, cursor, error));
        } else {
            word_set(sorter, cursor);
            if (merging->rows_count == sorter->rows_max) {
                WEIR_TRY(chunk_flush(merging, sink, error));
            }
        }
        if (cursor->chunk.rows_count == 0) {
            merging->heap[0] = merging->heap[--merging->live_count];
        }
        if (merging->live_count > 0) {
            sift_down(sorter, 0);
        }
    }
    return chunk_flush(merging, sink, error);
}

static weir_status merge(struct sorter *sorter, const struct spill_run *runs, uint32_t count,
                         const struct sorted_sink *sink, weir_error *error)
{
    struct merging *merging = sorter->merging;
    uint32_t chunk_rows = sorter->task->chunk_rows;
    struct spill_space *disk = task_disk(sorter->task);
    weir_status status = WEIR_OK;

    assert(count > 0 && count <= RUNS_MERGED_MAX);
    merging->live_count = 0;
    merging->rows_count = 0;
    (void)memory_account_set(&sorter->account,
                             count * (memory_piece(task_memory(sorter->task)) +
                                      CHUNK_COLUMNS_MAX * chunk_rows * sizeof(struct weir_value)));
    for (uint32_t i = 0; i < count; i++) {
        spill_cursor_init(&merging->cursors[i].rows, &runs[i], disk, chunk_rows);
    }
    for (uint32_t i = 0; i < count && status == WEIR_OK; i++) {
        status = cursor_next(sorter, &merging->cursors[i], error);
        if (status == WEIR_OK && merging->cursors[i].chunk.rows_count > 0) {
            merging->heap[merging->live_count++] = i;
        }
    }
    if (status == WEIR_OK) {
        for (uint32_t i = merging->live_count / 2; i > 0; i--) {
            sift_down(sorter, i - 1);
        }
        status = merge_rows(sorter, sink, error);
    }
    for (uint32_t i = 0; i < count; i++) {
        spill_cursor_fini(&merging->cursors[i].rows);
    }
    return status;
}

/* Merges runs that stand side by side into one, which goes where an empty place is. */
static weir_status merge_group(struct sorter *sorter, struct spill_run *runs, uint32_t count,
                               struct spill_run *out, weir_error *error)
{
    struct run_writer writer = {.sorter = sorter};
    const struct sorted_sink sink = {writer_take, &writer};
    struct spill_run merged = {0};

    block_builder_init(&writer.piece);
    weir_status status = merge(sorter, runs, count, &sink, error);
    WEIR_TRY(writer_end(&writer, status, &merged, error));
    for (uint32_t i = 0; i < count; i++) {
        spill_run_fini(&runs[i], task_disk(sorter->task));
    }
    *out = merged;
    return WEIR_OK;
}

/* One pass over the runs: merges as many as it takes to have few enough, if one pass does. */
static weir_status merge_pass(struct sorter *sorter, weir_error *error)
{
    size_t surplus = sorter->runs_count - RUNS_MERGED_MAX;
    size_t kept = 0;

    for (size_t first = 0; first < sorter->runs_count;) {
        size_t left = sorter->runs_count - first;
        size_t count = surplus + 1 < RUNS_MERGED_MAX ? surplus + 1 : RUNS_MERGED_MAX;

        count = left < count ? left : count;
        if (count > 1) {
            WEIR_TRY(merge_group(sorter, &sorter->runs[first], (uint32_t)count, &sorter->runs[kept],
                                 error));
        } else if (kept < first) {
            sorter->runs[kept] = sorter->runs[first];
            sorter->runs[first] = (struct spill_run){0};
        }
        surplus -= count - 1;
        first += count;
        kept++;
    }
    sorter->runs_count = kept;
    return WEIR_OK;
}

static weir_status op_take(void *owner, struct chunk *chunk, weir_error *error)
{
    return op_push(owner, chunk, error);
}

static weir_status drain_memory(struct sorter *sorter, struct op *to, weir_error *error)
{
    struct block *block;
    uint32_t *places = NULL;

    WEIR_TRY(block_builder_finish(&sorter->builder, &block, error));
    weir_status status = sort_rows(block, SORT_BY_KEY, sorter->is_descending, &places, error);
    if (status == WEIR_OK) {
        status = sort_rows_push(sorter->task, block, places, block->rows_count, to, error);
    }
    mem_free(places);
    block_drop(block);
    return status;
}

weir_status sorter_drain(struct sorter *sorter, struct op *to, weir_error *error)
{
    const struct sorted_sink sink = {op_take, to};

    if (sorter->runs_count == 0) {
        return drain_memory(sorter, to, error);
    }
    if (sorter->builder.rows_count > 0) {
        WEIR_TRY(spill(sorter, error));
    }
    while (sorter->runs_count > RUNS_MERGED_MAX) {
        WEIR_TRY(merge_pass(sorter, error));
    }
    return merge(sorter, sorter->runs, (uint32_t)sorter->runs_count, &sink, error);
}

void sorter_destroy(struct sorter *sorter)
{
    if (sorter == NULL) {
        return;
    }
    for (size_t i = 0; i < sorter->runs_count; i++) {
        spill_run_fini(&sorter->runs[i], task_disk(sorter->task));
    }
    mem_free(sorter->runs);
    mem_free(sorter->merging);
    block_builder_fini(&sorter->builder);
    memory_account_fini(&sorter->account);
    mem_free(sorter);
}
