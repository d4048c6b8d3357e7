/*
 * partition_rows - a partition gathered in one block, and rows one by one.
 */
#include "exec/partition_rows.h"

#include "base/mem.h"
#include "exec/memory.h"
#include "exec/op.h"

struct gather_op {
    struct op op;
    struct block_builder builder;
    struct memory_account account;
};

/* A gathered partition cannot be spilled: it is counted, so that kept ones make room for it. */
static weir_status gather_push(struct op *op, struct chunk *chunk, weir_error *error)
{
    struct gather_op *gather = (struct gather_op *)op;

    WEIR_TRY(block_builder_append(&gather->builder, chunk, error));
    (void)memory_account_set(&gather->account, block_builder_size(&gather->builder));
    return WEIR_OK;
}

static void give_back(void *owner, size_t memory_bytes)
{
    memory_give(owner, memory_bytes);
}

/* Counts the block until it is dropped. */
static void count_block(struct memory *memory, struct block *block)
{
    if (memory != NULL && memory->limit_bytes != 0) {
        memory_take(memory, block->memory_bytes);
        block->released = give_back;
        block->owner = memory;
    }
}

static const struct op_class gather_class = {
    .name = "gather",
    .push = gather_push,
};

weir_status partition_gather(struct task *task, struct rdd *rdd, uint32_t partition,
                             struct block **out, weir_error *error)
{
    struct op *op;

    WEIR_TRY(op_create(task, &gather_class, sizeof(struct gather_op), NULL, &op, error));
    struct gather_op *gather = (struct gather_op *)op;
    struct block_builder *builder = &gather->builder;

    block_builder_init(builder);
    memory_account_init(&gather->account, task_memory(task));
    weir_status status = rdd_push(task, rdd, partition, op, error);
    if (status == WEIR_OK) {
        status = block_builder_finish(builder, out, error);
    }
    memory_account_fini(&gather->account);
    if (status == WEIR_OK) {
        count_block(task_memory(task), *out);
    }
    block_builder_fini(builder);
    return status;
}

weir_status blocks_join(struct block *const *blocks, uint32_t count, struct block **out,
                        weir_error *error)
{
    struct block_builder builder;
    weir_status status = WEIR_OK;

    block_builder_init(&builder);
    for (uint32_t i = 0; i < count && status == WEIR_OK; i++) {
        for (uint32_t first = 0; first < blocks[i]->rows_count && status == WEIR_OK;
             first += CHUNK_ROWS_MAX) {
            uint32_t left = blocks[i]->rows_count - first;
            struct chunk chunk;

            block_view(blocks[i], first, left < CHUNK_ROWS_MAX ? left : CHUNK_ROWS_MAX, &chunk);
            status = block_builder_append(&builder, &chunk, error);
        }
    }
    if (status == WEIR_OK) {
        status = block_builder_finish(&builder, out, error);
    }
    block_builder_fini(&builder);
    return status;
}

void blocks_free(struct block **blocks, uint32_t count)
{
    for (uint32_t i = 0; blocks != NULL && i < count; i++) {
        block_drop(blocks[i]);
    }
    mem_free(blocks);
}

static bool iterator_next(struct weir_iterator *rows, struct weir_row *out)
{
    struct block_iterator *iterator = (struct block_iterator *)rows;

    if (iterator->next == iterator->block->rows_count) {
        return false;
    }
    *out = block_row(iterator->block, iterator->next++);
    return true;
}

void block_iterator_init(struct block_iterator *iterator, const struct block *block,
                         uint32_t partition)
{
    iterator->rows.partition = partition;
    iterator->rows.next = iterator_next;
    iterator->block = block;
    iterator->next = 0;
}
