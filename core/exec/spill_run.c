/*
 * spill_run - rows in a row: those that were spilled, then those in memory.
 */
#include "exec/spill_run.h"

#include <assert.h>

#include "base/mem.h"
#include "exec/task.h"

static weir_status make_room(struct spill_run *run, weir_error *error)
{
    size_t capacity = run->capacity;

    WEIR_TRY(mem_grow((void **)&run->extents, &capacity, (size_t)run->count + 1,
                      sizeof(*run->extents), error));
    run->capacity = (uint32_t)capacity;
    return WEIR_OK;
}

weir_status spill_run_flush(struct spill_run *run, struct spill_space *space,
                            struct block_builder *builder, weir_error *error)
{
    struct column columns[CHUNK_COLUMNS_MAX];
    struct bytes form = {0};

    if (builder->rows_count == 0) {
        return WEIR_OK;
    }
    for (uint32_t i = 0; i < builder->columns_count; i++) {
        columns[i] = (struct column){builder->kinds[i], {builder->vectors[i]}};
    }
    weir_status status = make_room(run, error);
    if (status == WEIR_OK) {
        status = block_form_write_columns(columns, builder->columns_count, builder->rows_count,
                                          &form, error);
    }
    if (status == WEIR_OK) {
        status = spill_write(space, form.data, form.size, &run->extents[run->count], error);
    }
    if (status == WEIR_OK) {
        run->count++;
        block_builder_fini(builder);
    }
    bytes_fini(&form);
    return status;
}

weir_status spill_run_seal(struct spill_run *run, struct block_builder *builder, weir_error *error)
{
    assert(run->tail == NULL);
    return builder->rows_count == 0 ? WEIR_OK : block_builder_finish(builder, &run->tail, error);
}

size_t spill_run_memory(const struct spill_run *run)
{
    return run->tail == NULL ? 0 : run->tail->memory_bytes;
}

void spill_run_fini(struct spill_run *run, struct spill_space *space)
{
    for (uint32_t i = 0; i < run->count; i++) {
        spill_free(space, &run->extents[i]);
    }
    mem_free(run->extents);
    block_drop(run->tail);
    *run = (struct spill_run){0};
}

weir_status spill_run_push(const struct spill_run *run, struct spill_space *space,
                           struct task *task, struct op *to, bool *is_damaged, weir_error *error)
{
    struct spill_cursor cursor;
    struct chunk chunk;
    weir_status status = WEIR_OK;

    *is_damaged = false;
    if (run->count == 0) { /* the usual case: nothing was spilled */
        return run->tail == NULL ? WEIR_OK : task_push_block(task, run->tail, to, error);
    }
    spill_cursor_init(&cursor, run, space, task->chunk_rows);
    for (;;) {
        if (atomic_load_explicit(task->is_cancelled, memory_order_relaxed)) {
            status = error_set(error, WEIR_STOPPING, "stopped");
            break;
        }
        status = spill_cursor_next(&cursor, &chunk, error);
        *is_damaged = status != WEIR_OK && status != WEIR_E_NOMEM;
        if (status != WEIR_OK || chunk.rows_count == 0) {
            break;
        }
        status = op_push(to, &chunk, error);
        if (status != WEIR_OK) {
            break;
        }
    }
    spill_cursor_fini(&cursor);
    return status;
}

void spill_cursor_init(struct spill_cursor *cursor, const struct spill_run *run,
                       struct spill_space *space, uint32_t rows_max)
{
    assert(rows_max > 0);
    *cursor = (struct spill_cursor){.run = run, .space = space, .rows_max = rows_max};
}

static void extent_close(struct spill_cursor *cursor)
{
    if (cursor->data != NULL) {
        block_form_reader_fini(&cursor->reader);
        mem_free(cursor->data);
        cursor->data = NULL;
    }
}

static weir_status extent_open(struct spill_cursor *cursor, weir_error *error)
{
    const struct spill_extent *extent = &cursor->run->extents[cursor->next_extent];

    WEIR_TRY(spill_read_new(cursor->space, extent, &cursor->data, error));
    weir_status status = block_form_reader_init(&cursor->reader, cursor->data, extent->size, error);
    if (status != WEIR_OK) {
        mem_free(cursor->data);
        cursor->data = NULL;
        return status;
    }
    cursor->next_extent++;
    return WEIR_OK;
}

weir_status spill_cursor_next(struct spill_cursor *cursor, struct chunk *out, weir_error *error)
{
    const struct block *tail = cursor->run->tail;

    for (;;) {
        if (cursor->data != NULL) {
            WEIR_TRY(block_form_reader_next(&cursor->reader, cursor->rows_max, out, error));
            if (out->rows_count > 0) {
                return WEIR_OK;
            }
            extent_close(cursor);
        }
        if (cursor->next_extent == cursor->run->count) {
            break;
        }
        WEIR_TRY(extent_open(cursor, error));
    }
    uint32_t left = tail == NULL ? 0 : tail->rows_count - cursor->tail_rows_done;
    if (left == 0) {
        *out = (struct chunk){.rows_count = 0};
        return WEIR_OK;
    }
    left = left < cursor->rows_max ? left : cursor->rows_max;
    block_view(tail, cursor->tail_rows_done, left, out);
    cursor->tail_rows_done += left;
    return WEIR_OK;
}

void spill_cursor_fini(struct spill_cursor *cursor)
{
    extent_close(cursor);
}
