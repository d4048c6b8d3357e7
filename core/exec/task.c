/*
 * task - one attempt at one partition: what its ops share.
 */
#include "exec/task.h"

#include "data/block.h"
#include "exec/block_store.h"
#include "exec/executor_internal.h"
#include "exec/op.h"

struct memory *task_memory(const struct task *task)
{
    return task->executor == NULL ? NULL : executor_memory(task->executor);
}

struct spill_space *task_disk(const struct task *task)
{
    return task->executor == NULL ? NULL : executor_disk(task->executor);
}

/* An op that keeps what passes through it. */
struct keep_op {
    struct op op;
    struct block_builder builder;
    struct kept_writer writer;
    size_t piece_bytes;   /* the builder is handed over at this size */
    uint64_t rows_passed; /* of which the first were pushed before */
    uint64_t rows_skipped;
};

static weir_status keep_flush(struct keep_op *keep, weir_error *error)
{
    struct block *block;

    if (keep->builder.rows_count == 0) {
        return WEIR_OK;
    }
    WEIR_TRY(block_builder_finish(&keep->builder, &block, error));
    weir_status status = kept_writer_append(&keep->writer, block, error);
    block_drop(block);
    return status;
}

/* Pushes on what the next op has not had yet. */
static weir_status keep_pass(struct keep_op *keep, struct chunk *chunk, weir_error *error)
{
    uint16_t rows[CHUNK_ROWS_MAX];
    uint64_t first = keep->rows_passed;
    uint64_t skipped = first < keep->rows_skipped ? keep->rows_skipped - first : 0;
    struct chunk part = *chunk;

    keep->rows_passed += chunk->rows_count;
    if (skipped == 0) {
        return op_push(keep->op.next, chunk, error);
    }
    if (skipped >= chunk->rows_count) {
        return WEIR_OK;
    }
    part.rows_count = 0;
    for (uint32_t i = (uint32_t)skipped; i < chunk->rows_count; i++) {
        rows[part.rows_count++] = (uint16_t)chunk_row(chunk, i);
    }
    part.rows = rows;
    return op_push(keep->op.next, &part, error);
}

static weir_status keep_push(struct op *op, struct chunk *chunk, weir_error *error)
{
    struct keep_op *keep = (struct keep_op *)op;

    if (!keep->writer.is_refused) {
        WEIR_TRY(block_builder_append(&keep->builder, chunk, error));
        if (block_builder_size(&keep->builder) >= keep->piece_bytes) {
            WEIR_TRY(keep_flush(keep, error));
        }
    }
    return keep_pass(keep, chunk, error);
}

static void keep_close(struct op *op)
{
    struct keep_op *keep = (struct keep_op *)op;

    block_builder_fini(&keep->builder);
    kept_writer_fini(&keep->writer);
}

static const struct op_class keep_class = {
    .name = "keep",
    .push = keep_push,
    .close = keep_close,
};

/* A deserialised partition is one block, unless memory is short. */
static size_t piece_bytes_of(const struct memory *memory, enum storage_level level)
{
    bool is_whole = memory->limit_bytes == 0 && !storage_is_serialized(level);

    return is_whole ? SIZE_MAX : memory_piece(memory);
}

static weir_status compute(struct task *task, struct rdd *rdd, uint32_t partition, struct op *to,
                           weir_error *error)
{
    struct rdd *written = atomic_load_explicit(&rdd->checkpoint, memory_order_acquire);

    return written != NULL ? rdd_push(task, written, partition, to, error)
                           : rdd->class->compute(task, rdd, partition, to, error);
}

static weir_status compute_and_keep(struct task *task, struct rdd *rdd, uint32_t partition,
                                    enum storage_level level, uint64_t rows_skipped, struct op *to,
                                    weir_error *error)
{
    struct op *op;

    WEIR_TRY(op_create(task, &keep_class, sizeof(struct keep_op), to, &op, error));
    struct keep_op *keep = (struct keep_op *)op;
    block_builder_init(&keep->builder);
    kept_writer_init(&keep->writer, executor_block_store(task->executor), rdd->id, partition,
                     level);
    keep->piece_bytes = piece_bytes_of(executor_memory(task->executor), level);
    keep->rows_skipped = rows_skipped;

    /* Cut short (WEIR_STOPPING), the partition is not whole, and is not kept. */
    weir_status status = compute(task, rdd, partition, op, error);
    if (status == WEIR_OK) {
        status = keep_flush(keep, error);
    }
    if (status == WEIR_OK) {
        status = executor_keep(task->executor, rdd, &keep->writer, error);
    }
    op_close(op);
    return status;
}

/* Pushes what is kept. *rows_pushed: how many, also when it fails. */
static weir_status push_kept(struct task *task, struct kept_reader *reader, struct op *to,
                             uint64_t *rows_pushed, bool *is_lost, weir_error *error)
{
    struct block *block;
    weir_status status;

    *rows_pushed = 0;
    *is_lost = false;
    for (;;) {
        status = kept_reader_next(reader, &block, error);
        if (status != WEIR_OK) {
            *is_lost = status != WEIR_E_NOMEM;
            return status;
        }
        if (block == NULL) {
            return WEIR_OK;
        }
        status = task_push_block(task, block, to, error);
        *rows_pushed += block->rows_count;
        task->rows_read += block->rows_count;
        block_drop(block);
        WEIR_TRY(status);
    }
}

weir_status rdd_push(struct task *task, struct rdd *rdd, uint32_t partition, struct op *to,
                     weir_error *error)
{
    enum storage_level level = atomic_load_explicit(&rdd->storage, memory_order_relaxed);
    uint64_t rows_pushed = 0;
    struct kept_reader reader;
    enum kept_state state;
    bool is_lost;

    if (level == STORAGE_NONE) {
        return compute(task, rdd, partition, to, error);
    }
    struct block_store *store = executor_block_store(task->executor);
    WEIR_TRY(block_store_open(store, rdd->id, partition, &reader, &state, error));
    if (state == KEPT_HERE) {
        weir_status status = push_kept(task, &reader, to, &rows_pushed, &is_lost, error);
        kept_reader_close(&reader);
        if (!is_lost) {
            return status;
        }
        state = KEPT_LOST; /* what was pushed already is passed over */
    }
    if (state == KEPT_LOST) {
        block_store_note_recomputed(store);
    }
    return compute_and_keep(task, rdd, partition, level, rows_pushed, to, error);
}

weir_status task_push_block(struct task *task, const struct block *block, struct op *to,
                            weir_error *error)
{
    for (uint32_t first = 0; first < block->rows_count; first += task->chunk_rows) {
        uint32_t left = block->rows_count - first;
        struct chunk chunk;

        if (atomic_load_explicit(task->is_cancelled, memory_order_relaxed)) {
            return error_set(error, WEIR_STOPPING, "stopped");
        }
        block_view(block, first, left < task->chunk_rows ? left : task->chunk_rows, &chunk);
        WEIR_TRY(op_push(to, &chunk, error));
    }
    return WEIR_OK;
}
