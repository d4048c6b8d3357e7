/*
 * action_order - rows by their order: takeOrdered and top, max and min, first, isEmpty.
 */
#include "base/mem.h"
#include "exec/action.h"
#include "exec/partition_rows.h"
#include "exec/sort_rows.h"

/* A task gathers rows and, once it has this many more than are wanted, sorts the others out. */
#define ROWS_MORE 4096u

struct ordering {
    uint32_t rows_max;
    bool is_descending;
    struct block **blocks; /* by partition: its first rows, in order */
};

struct order_op {
    struct op op;
    struct ordering *ordering;
    struct block_builder builder;
};

/* The first rows, in order, as a block. */
static weir_status block_cut(const struct block *block, uint32_t rows_max, bool is_descending,
                             struct block **out, weir_error *error)
{
    struct block_builder builder;
    uint32_t *places;
    uint32_t count = block->rows_count < rows_max ? block->rows_count : rows_max;

    WEIR_TRY(sort_rows(block, SORT_BY_ROW, is_descending, &places, error));
    block_builder_init(&builder);
    weir_status status = WEIR_OK;
    for (uint32_t i = 0; i < count && status == WEIR_OK; i++) {
        struct weir_row row = block_row(block, places[i]);
        status = block_builder_append_row(&builder, block->columns_count == 2 ? &row.key : NULL,
                                          row.value, error);
    }
    if (status == WEIR_OK) {
        status = block_builder_finish(&builder, out, error);
    }
    block_builder_fini(&builder);
    mem_free(places);
    return status;
}

/* What the builder has, cut; the builder is empty then. */
static weir_status builder_cut(struct order_op *order, struct block **out, weir_error *error)
{
    struct block *block;

    WEIR_TRY(block_builder_finish(&order->builder, &block, error));
    weir_status status =
        block_cut(block, order->ordering->rows_max, order->ordering->is_descending, out, error);
    block_drop(block);
    return status;
}

static weir_status order_push(struct op *op, struct chunk *chunk, weir_error *error)
{
    struct order_op *order = (struct order_op *)op;
    uint64_t rows_max = order->ordering->rows_max;

    WEIR_TRY(block_builder_append(&order->builder, chunk, error));
    if (order->builder.rows_count < 2 * rows_max + ROWS_MORE) {
        return WEIR_OK;
    }

    struct block *first;
    WEIR_TRY(builder_cut(order, &first, error));
    weir_status status = WEIR_OK;
    for (uint32_t from = 0; from < first->rows_count && status == WEIR_OK; from += CHUNK_ROWS_MAX) {
        uint32_t left = first->rows_count - from;
        struct chunk kept;

        block_view(first, from, left < CHUNK_ROWS_MAX ? left : CHUNK_ROWS_MAX, &kept);
        status = block_builder_append(&order->builder, &kept, error);
    }
    block_drop(first);
    return status;
}

static weir_status order_finish(struct op *op, weir_error *error)
{
    struct order_op *order = (struct order_op *)op;
    struct block **place = &order->ordering->blocks[op->task->partition];
    struct block *block;

    WEIR_TRY(builder_cut(order, &block, error));
    block_drop(*place);
    *place = block;
    return WEIR_OK;
}

static void order_close(struct op *op)
{
    block_builder_fini(&((struct order_op *)op)->builder);
}

static const struct op_class order_class = {
    .name = "take ordered",
    .push = order_push,
    .finish = order_finish,
    .close = order_close,
};

static weir_status order_open(void *owner, struct task *task, uint32_t partition, struct op **out,
                              weir_error *error)
{
    (void)partition;
    WEIR_TRY(op_create(task, &order_class, sizeof(struct order_op), NULL, out, error));
    ((struct order_op *)*out)->ordering = owner;
    block_builder_init(&((struct order_op *)*out)->builder);
    return WEIR_OK;
}

weir_status action_take_ordered(struct executor *executor, struct rdd *rdd, uint32_t rows_max,
                                bool is_descending, struct block **out, weir_error *error)
{
    struct ordering ordering = {.rows_max = rows_max, .is_descending = is_descending};
    const struct action action = {.open = order_open, .owner = &ordering};
    uint32_t count = rows_max == 0 ? 0 : rdd->partitions_count;
    struct block *together = NULL;

    ordering.blocks = mem_zalloc(((size_t)count + 1) * sizeof(struct block *));
    if (ordering.blocks == NULL) {
        return error_set(error, WEIR_E_NOMEM, "no memory for %u partitions", count);
    }
    weir_status status = executor_run(executor, rdd, 0, count, &action, error);
    if (status == WEIR_OK) {
        status = blocks_join(ordering.blocks, count, &together, error);
    }
    if (status == WEIR_OK) {
        status = block_cut(together, rows_max, is_descending, out, error);
    }
    block_drop(together);
    blocks_free(ordering.blocks, count);
    return status;
}

static weir_status one_row(weir_status status, struct block **out, weir_error *error)
{
    if (status == WEIR_OK && (*out)->rows_count == 0) {
        block_drop(*out);
        *out = NULL;
        return error_set(error, WEIR_E_INVAL, "empty collection");
    }
    return status;
}

weir_status action_max(struct executor *executor, struct rdd *rdd, struct block **out,
                       weir_error *error)
{
    return one_row(action_take_ordered(executor, rdd, 1, true, out, error), out, error);
}

weir_status action_min(struct executor *executor, struct rdd *rdd, struct block **out,
                       weir_error *error)
{
    return one_row(action_take_ordered(executor, rdd, 1, false, out, error), out, error);
}

weir_status action_first(struct executor *executor, struct rdd *rdd, struct block **out,
                         weir_error *error)
{
    return one_row(action_take(executor, rdd, 1, out, error), out, error);
}

weir_status action_is_empty(struct executor *executor, struct rdd *rdd, bool *out,
                            weir_error *error)
{
    struct block *block;

    WEIR_TRY(action_take(executor, rdd, 1, &block, error));
    *out = block->rows_count == 0;
    block_drop(block);
    return WEIR_OK;
}
