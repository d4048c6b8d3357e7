#include "exec/task.h"

#include "data/block.h"
#include "exec/block_store.h"
#include "exec/executor_internal.h"
#include "exec/op.h"

/* An op that keeps what passes through it. */
struct keep_op {
    struct op op;
    struct block_builder builder;
};

static weir_status keep_push(struct op *op, struct chunk *chunk, weir_error *error)
{
    WEIR_TRY(block_builder_append(&((struct keep_op *)op)->builder, chunk, error));
    return op_push(op->next, chunk, error);
}

static void keep_close(struct op *op)
{
    block_builder_fini(&((struct keep_op *)op)->builder);
}

static const struct op_class keep_class = {
    .name = "keep",
    .push = keep_push,
    .close = keep_close,
};

static weir_status compute_and_keep(struct task *task, struct rdd *rdd, uint32_t partition,
                                    struct op *to, weir_error *error)
{
    struct block *block;
    struct op *op;

    WEIR_TRY(op_create(task, &keep_class, sizeof(struct keep_op), to, &op, error));
    struct keep_op *keep = (struct keep_op *)op;
    block_builder_init(&keep->builder);

    /* Cut short (WEIR_STOPPING), the partition is not whole, and is not kept. */
    weir_status status = rdd->class->compute(task, rdd, partition, op, error);
    if (status == WEIR_OK) {
        status = block_builder_finish(&keep->builder, &block, error);
    }
    if (status == WEIR_OK) {
        status = executor_keep(task->executor, rdd, partition, block, error);
        block_drop(block);
    }
    op_close(op);
    return status;
}

weir_status rdd_push(struct task *task, struct rdd *rdd, uint32_t partition, struct op *to,
                     weir_error *error)
{
    if (atomic_load_explicit(&rdd->storage, memory_order_relaxed) == STORAGE_NONE) {
        return rdd->class->compute(task, rdd, partition, to, error);
    }

    struct block_store *store = executor_block_store(task->executor);
    struct block *block = block_store_get(store, rdd->id, partition);
    if (block == NULL) {
        return compute_and_keep(task, rdd, partition, to, error);
    }
    weir_status status = task_push_block(task, block, to, error);
    task->rows_read += block->rows_count;
    block_drop(block);
    return status;
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
