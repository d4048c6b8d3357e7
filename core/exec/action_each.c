/*
 * action_each - functions called for what they do: foreach and foreachPartition.
 */
#include <assert.h>

#include "exec/action.h"
#include "exec/emitter.h"
#include "exec/partition_rows.h"

struct calling {
    const struct function *function; /* of rows, or of partitions */
    struct weir_value argument;
};

struct each_op {
    struct op op;
    const struct calling *calling;
    struct block_builder builder; /* foreachPartition: the rows so far */
    struct emitter emitter;       /* that nothing may be emitted into */
};

static weir_status row_push(struct op *op, struct chunk *chunk, weir_error *error)
{
    struct each_op *each = (struct each_op *)op;
    weir_row_function call = each->calling->function->call.row;

    for (uint32_t i = 0; i < chunk->rows_count; i++) {
        struct weir_row row = chunk_row_shown(chunk, i);

        call(&row, &each->emitter.out, each->calling->argument);
        WEIR_TRY(emitter_row_done(&each->emitter, error));
    }
    return emitter_finish(&each->emitter, error);
}

static weir_status partition_push(struct op *op, struct chunk *chunk, weir_error *error)
{
    return block_builder_append(&((struct each_op *)op)->builder, chunk, error);
}

static weir_status partition_finish(struct op *op, weir_error *error)
{
    struct each_op *each = (struct each_op *)op;
    struct block_iterator iterator;
    struct block *block;

    WEIR_TRY(block_builder_finish(&each->builder, &block, error));
    block_iterator_init(&iterator, block, op->task->partition);
    each->calling->function->call.partition(&iterator.rows, &each->emitter.out,
                                            each->calling->argument);
    weir_status status = emitter_finish(&each->emitter, error);
    block_drop(block);
    return status;
}

static void each_close(struct op *op)
{
    struct each_op *each = (struct each_op *)op;

    block_builder_fini(&each->builder);
    emitter_fini(&each->emitter);
}

static const struct op_class row_class = {
    .name = "foreach",
    .push = row_push,
    .close = each_close,
};

static const struct op_class partition_class = {
    .name = "foreachPartition",
    .push = partition_push,
    .finish = partition_finish,
    .close = each_close,
};

static weir_status each_open(void *owner, struct task *task, uint32_t partition, struct op **out,
                             weir_error *error)
{
    const struct calling *calling = owner;
    bool is_row = calling->function->kind == WEIR_FUNCTION_ROW;
    struct op *op;

    (void)partition;
    WEIR_TRY(op_create(task, is_row ? &row_class : &partition_class, sizeof(struct each_op), NULL,
                       &op, error));
    struct each_op *each = (struct each_op *)op;
    each->calling = calling;
    block_builder_init(&each->builder);
    weir_status status = emitter_init(&each->emitter, task, NULL, false, error);
    if (status != WEIR_OK) {
        each_close(op);
        return status;
    }
    *out = op;
    return WEIR_OK;
}

static weir_status call_each(struct executor *executor, struct rdd *rdd,
                             const struct function *function, struct weir_value argument,
                             weir_error *error)
{
    struct calling calling = {.function = function, .argument = argument};
    const struct action action = {.open = each_open, .owner = &calling};

    return executor_run(executor, rdd, 0, rdd->partitions_count, &action, error);
}

weir_status action_for_each(struct executor *executor, struct rdd *rdd,
                            const struct function *function, struct weir_value argument,
                            weir_error *error)
{
    assert(function->kind == WEIR_FUNCTION_ROW);
    return call_each(executor, rdd, function, argument, error);
}

weir_status action_for_each_partition(struct executor *executor, struct rdd *rdd,
                                      const struct function *function, struct weir_value argument,
                                      weir_error *error)
{
    assert(function->kind == WEIR_FUNCTION_PARTITION);
    return call_each(executor, rdd, function, argument, error);
}
