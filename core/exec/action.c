/*
 * action - what is done with an RDD in the end: collect, count, take.
 */
#include "exec/action.h"

#include "base/mem.h"
#include "exec/task.h"

/* Collects rows, at most rows_max of each partition, into a block per partition. */
struct collecting {
    struct block **blocks; /* by partition - first */
    uint32_t first;
    uint64_t rows_max;
};

struct collect_op {
    struct op op;
    struct collecting *collecting;
    struct block_builder builder;
};

static weir_status collect_push(struct op *op, struct chunk *chunk, weir_error *error)
{
    struct collect_op *collect = (struct collect_op *)op;
    uint64_t wanted = collect->collecting->rows_max - collect->builder.rows_count;
    struct chunk part = *chunk;

    if (part.rows_count > wanted) {
        part.rows_count = (uint32_t)wanted;
    }
    if (part.rows_count > 0) {
        WEIR_TRY(block_builder_append(&collect->builder, &part, error));
    }
    return collect->builder.rows_count == collect->collecting->rows_max ? WEIR_STOPPING : WEIR_OK;
}

static weir_status collect_finish(struct op *op, weir_error *error)
{
    struct collect_op *collect = (struct collect_op *)op;
    struct block **place =
        &collect->collecting->blocks[op->task->partition - collect->collecting->first];
    struct block *block;

    WEIR_TRY(block_builder_finish(&collect->builder, &block, error));
    block_drop(*place);
    *place = block;
    return WEIR_OK;
}

static void collect_close(struct op *op)
{
    block_builder_fini(&((struct collect_op *)op)->builder);
}

static const struct op_class collect_class = {
    .name = "collect",
    .push = collect_push,
    .finish = collect_finish,
    .close = collect_close,
};

static weir_status collect_open(void *owner, struct task *task, uint32_t partition, struct op **out,
                                weir_error *error)
{
    (void)partition;
    WEIR_TRY(op_create(task, &collect_class, sizeof(struct collect_op), NULL, out, error));
    struct collect_op *collect = (struct collect_op *)*out;
    collect->collecting = owner;
    block_builder_init(&collect->builder);
    return WEIR_OK;
}

static void drop_all(struct block **blocks, uint32_t count)
{
    for (uint32_t i = 0; blocks != NULL && i < count; i++) {
        block_drop(blocks[i]);
    }
    mem_free(blocks);
}

/* A block per partition of [first, first + count), each of at most rows_max rows. */
static weir_status collect_some(struct executor *executor, struct rdd *rdd, uint32_t first,
                                uint32_t count, uint64_t rows_max, struct block ***out,
                                weir_error *error)
{
    struct collecting collecting = {.first = first, .rows_max = rows_max};
    const struct action action = {.open = collect_open, .owner = &collecting};

    collecting.blocks = mem_zalloc(((size_t)count + 1) * sizeof(struct block *));
    if (collecting.blocks == NULL) {
        return error_set(error, WEIR_E_NOMEM, "no memory for %u partitions", count);
    }
    weir_status status = executor_run(executor, rdd, first, count, &action, error);
    if (status != WEIR_OK) {
        drop_all(collecting.blocks, count);
        return status;
    }
    *out = collecting.blocks;
    return WEIR_OK;
}

weir_status action_collect(struct executor *executor, struct rdd *rdd, struct block ***out,
                           uint32_t *count, weir_error *error)
{
    *count = rdd->partitions_count;
    return collect_some(executor, rdd, 0, rdd->partitions_count, UINT64_MAX, out, error);
}

/* Counts rows by partition, and the owner adds them up. */
struct counting {
    uint64_t *rows; /* by partition - first */
    uint32_t first;
};

struct count_op {
    struct op op;
    struct counting *counting;
    uint64_t rows;
};

static weir_status count_push(struct op *op, struct chunk *chunk, weir_error *error)
{
    (void)error;
    ((struct count_op *)op)->rows += chunk->rows_count;
    return WEIR_OK;
}

static weir_status count_finish(struct op *op, weir_error *error)
{
    const struct count_op *count = (const struct count_op *)op;

    (void)error;
    count->counting->rows[op->task->partition - count->counting->first] = count->rows;
    return WEIR_OK;
}

static const struct op_class count_class = {
    .name = "count",
    .push = count_push,
    .finish = count_finish,
};

static weir_status count_open(void *owner, struct task *task, uint32_t partition, struct op **out,
                              weir_error *error)
{
    (void)partition;
    WEIR_TRY(op_create(task, &count_class, sizeof(struct count_op), NULL, out, error));
    ((struct count_op *)*out)->counting = owner;
    return WEIR_OK;
}

weir_status action_count_each(struct executor *executor, struct rdd *rdd, uint32_t first,
                              uint32_t count, uint64_t *rows, weir_error *error)
{
    struct counting counting = {.rows = rows, .first = first};
    const struct action action = {.open = count_open, .owner = &counting};

    return executor_run(executor, rdd, first, count, &action, error);
}

weir_status action_count(struct executor *executor, struct rdd *rdd, uint64_t *out,
                         weir_error *error)
{
    uint64_t *rows = mem_zalloc(((size_t)rdd->partitions_count + 1) * sizeof(*rows));

    if (rows == NULL) {
        return error_set(error, WEIR_E_NOMEM, "no memory for %u partitions", rdd->partitions_count);
    }
    weir_status status = action_count_each(executor, rdd, 0, rdd->partitions_count, rows, error);
    *out = 0;
    for (uint32_t i = 0; status == WEIR_OK && i < rdd->partitions_count; i++) {
        *out += rows[i];
    }
    mem_free(rows);
    return status;
}

/* Moves rows of blocks, in order, into the builder until it has rows_max. */
static weir_status take_from(struct block_builder *builder, struct block *const *blocks,
                             uint32_t count, uint32_t rows_max, weir_error *error)
{
    for (uint32_t i = 0; i < count && builder->rows_count < rows_max; i++) {
        for (uint32_t first = 0; first < blocks[i]->rows_count && builder->rows_count < rows_max;) {
            uint32_t rows_count = blocks[i]->rows_count - first;
            uint32_t wanted = rows_max - builder->rows_count;
            struct chunk chunk;

            rows_count = rows_count < wanted ? rows_count : wanted;
            rows_count = rows_count < CHUNK_ROWS_MAX ? rows_count : CHUNK_ROWS_MAX;
            block_view(blocks[i], first, rows_count, &chunk);
            WEIR_TRY(block_builder_append(builder, &chunk, error));
            first += rows_count;
        }
    }
    return WEIR_OK;
}

weir_status action_take(struct executor *executor, struct rdd *rdd, uint32_t rows_max,
                        struct block **out, weir_error *error)
{
    struct block_builder builder;
    uint32_t first = 0;
    uint32_t turn = 1; /* partitions to look at now */
    weir_status status = WEIR_OK;

    block_builder_init(&builder);
    while (status == WEIR_OK && first < rdd->partitions_count && builder.rows_count < rows_max) {
        uint32_t left = rdd->partitions_count - first;
        uint32_t count = turn < left ? turn : left;
        struct block **blocks;

        status = collect_some(executor, rdd, first, count, rows_max - builder.rows_count, &blocks,
                              error);
        if (status == WEIR_OK) {
            status = take_from(&builder, blocks, count, rows_max, error);
            drop_all(blocks, count);
        }
        first += count;
        turn = turn > UINT32_MAX / 4 ? UINT32_MAX : turn * 4;
    }
    if (status == WEIR_OK) {
        status = block_builder_finish(&builder, out, error);
    }
    block_builder_fini(&builder);
    return status;
}
