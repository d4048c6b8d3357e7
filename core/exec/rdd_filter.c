/*
 * rdd_filter - keeps rows: narrows a chunk's selection and copies nothing.
 */
#include <assert.h>

#include "exec/lineage.h"
#include "exec/op.h"
#include "exec/task.h"

struct filter_rdd {
    struct rdd rdd;
    const struct function *function;
    struct weir_value argument;
};

struct filter_op {
    struct op op;
    const struct filter_rdd *plan;
    uint16_t rows[CHUNK_ROWS_MAX];
};

static weir_status filter_push(struct op *op, struct chunk *chunk, weir_error *error)
{
    struct filter_op *filter = (struct filter_op *)op;
    weir_test_function test = filter->plan->function->call.test;
    struct weir_value argument = filter->plan->argument;
    bool is_pairs = chunk_is_pairs(chunk);
    uint32_t kept = 0;

    for (uint32_t i = 0; i < chunk->rows_count; i++) {
        uint32_t place = chunk_row(chunk, i);
        struct weir_row row = {.key = weir_null()};

        if (is_pairs) {
            row.key = column_value(&chunk->columns[CHUNK_PAIR_KEY], place);
        }
        row.value = column_value(&chunk->columns[is_pairs ? CHUNK_PAIR_VALUE : CHUNK_VALUE], place);
        filter->rows[kept] = (uint16_t)place;
        kept += test(&row, argument);
    }
    chunk->rows = filter->rows;
    chunk->rows_count = kept;
    return op_push(op->next, chunk, error);
}

static const struct op_class filter_class = {
    .name = "filter",
    .push = filter_push,
};

static weir_status filter_compute(struct task *task, const struct rdd *rdd, uint32_t partition,
                                  struct op *to, weir_error *error)
{
    struct op *op;

    WEIR_TRY(op_create(task, &filter_class, sizeof(struct filter_op), to, &op, error));
    ((struct filter_op *)op)->plan = (const struct filter_rdd *)rdd;
    return rdd_push(task, rdd->parents[0], partition, op, error);
}

static const struct rdd_class filter_rdd_class = {
    .name = "filter",
    .compute = filter_compute,
};

weir_status rdd_create_filter(struct rdd *parent, const struct function *function,
                              struct weir_value argument, struct rdd **out, weir_error *error)
{
    struct rdd *rdd;

    assert(function->kind == WEIR_FUNCTION_TEST);
    WEIR_TRY(rdd_create(&filter_rdd_class, sizeof(struct filter_rdd), parent->partitions_count,
                        &parent, 1, &rdd, error));
    struct filter_rdd *filter = (struct filter_rdd *)rdd;
    filter->function = function;
    filter->argument = argument;
    rdd->is_pairs = parent->is_pairs;
    rdd_set_partitioner(rdd, parent->partitioner);
    *out = rdd;
    return WEIR_OK;
}
