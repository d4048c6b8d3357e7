#include "exec/op_aggregate.h"

#include "exec/accumulator.h"
#include "exec/table.h"
#include "exec/task.h"

struct aggregate_op {
    struct op op;
    struct table table;
    struct accumulators accumulators;
    uint32_t entries[CHUNK_ROWS_MAX];
};

static weir_status aggregate_push(struct op *op, struct chunk *chunk, weir_error *error)
{
    struct aggregate_op *aggregate = (struct aggregate_op *)op;

    if (!chunk_is_pairs(chunk)) {
        return error_set(error, WEIR_E_INVAL, "a reduction by key takes pairs");
    }
    aggregate->table.companion =
        accumulators_vector(&aggregate->accumulators, &aggregate->table.companion_stride);
    WEIR_TRY(table_find(&aggregate->table, &chunk->columns[CHUNK_PAIR_KEY], chunk->rows,
                        chunk->rows_count, aggregate->entries, error));
    return accumulators_update(&aggregate->accumulators, &chunk->columns[CHUNK_PAIR_VALUE],
                               chunk->rows, chunk->rows_count, aggregate->entries,
                               aggregate->table.entries_count, error);
}

static weir_status aggregate_finish(struct op *op, weir_error *error)
{
    struct aggregate_op *aggregate = (struct aggregate_op *)op;
    uint32_t entries_count = aggregate->table.entries_count;
    uint32_t step = op->task->chunk_rows;

    for (uint32_t first = 0; first < entries_count; first += step) {
        uint32_t count = entries_count - first < step ? entries_count - first : step;
        const struct weir_value *keys = aggregate->table.keys + first;
        struct chunk chunk = {.rows_count = count, .columns_count = 2};

        chunk.columns[CHUNK_PAIR_KEY].kind =
            column_kind_of_values(keys, count) == COLUMN_BYTES ? COLUMN_BYTES : COLUMN_MIXED;
        chunk.columns[CHUNK_PAIR_KEY].values = keys;
        chunk.columns[CHUNK_PAIR_VALUE] = accumulators_view(&aggregate->accumulators, first, count);
        WEIR_TRY(op_push(op->next, &chunk, error));
    }
    return WEIR_OK;
}

static void aggregate_close(struct op *op)
{
    struct aggregate_op *aggregate = (struct aggregate_op *)op;

    table_fini(&aggregate->table);
    accumulators_fini(&aggregate->accumulators);
}

static const struct op_class aggregate_class = {
    .name = "aggregate",
    .push = aggregate_push,
    .finish = aggregate_finish,
    .close = aggregate_close,
};

weir_status op_aggregate_create(struct task *task, const struct combiner *combiner,
                                enum combiner_phase phase, struct op *next, struct op **out,
                                weir_error *error)
{
    struct op *op;
    WEIR_TRY(op_create(task, &aggregate_class, sizeof(struct aggregate_op), next, &op, error));
    struct aggregate_op *aggregate = (struct aggregate_op *)op;

    WEIR_TRY(table_init(&aggregate->table, error));
    weir_status status = accumulators_init(&aggregate->accumulators, task, combiner, phase, error);
    if (status != WEIR_OK) {
        aggregate_close(op);
        return status;
    }
    *out = op;
    return WEIR_OK;
}
