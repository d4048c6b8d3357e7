/*
 * rdd_whole - count and reduce as RDDs: reductions by one key, null, for all rows.
 */
#include "exec/emitter.h"
#include "exec/kernel.h"
#include "exec/lineage.h"
#include "exec/lineage_whole.h"
#include "exec/task.h"
#include "exec/whole_row.h"

static const struct function sum = {
    .call = {.name = "sum", .kind = WEIR_FUNCTION_REDUCE, .reduce = sum_reduce},
    .kind = WEIR_FUNCTION_REDUCE,
    .kernel = &kernel_sum,
};

/* Counts the rows that pass, and lets go of them. */
struct counting_op {
    struct op op;
    uint64_t rows_count;
};

static weir_status counting_push(struct op *op, struct chunk *chunk, weir_error *error)
{
    (void)error;
    ((struct counting_op *)op)->rows_count += chunk->rows_count;
    return WEIR_OK;
}

static const struct op_class counting_class = {
    .name = "count",
    .push = counting_push,
};

/* Pushes one row that was computed here, with the key null when pairs are wanted. */
static weir_status push_number(struct task *task, uint64_t number, bool is_pair, struct op *to,
                               weir_error *error)
{
    struct emitter emitter;

    weir_status status = emitter_init(&emitter, task, to, is_pair, error);
    if (status == WEIR_OK) {
        weir_emit(&emitter.out, weir_int((int64_t)number));
        status = emitter_finish(&emitter, error);
    }
    emitter_fini(&emitter);
    return status;
}

static weir_status counts_compute(struct task *task, const struct rdd *rdd, uint32_t partition,
                                  struct op *to, weir_error *error)
{
    struct op *op;

    WEIR_TRY(op_create(task, &counting_class, sizeof(struct counting_op), NULL, &op, error));
    WEIR_TRY(rdd_push(task, rdd->parents[0], partition, op, error));
    return push_number(task, ((struct counting_op *)op)->rows_count, true, to, error);
}

/* Pairs (null, how many rows the parent's partition has). */
static const struct rdd_class counts_class = {
    .name = "counts",
    .compute = counts_compute,
};

/* Hands the values of pairs on, and knows whether there was one. */
struct value_op {
    struct op op;
    uint64_t rows_count;
};

static weir_status value_push(struct op *op, struct chunk *chunk, weir_error *error)
{
    struct chunk values = *chunk;

    ((struct value_op *)op)->rows_count += chunk->rows_count;
    values.columns_count = 1;
    values.columns[CHUNK_VALUE] = chunk->columns[CHUNK_PAIR_VALUE];
    return op_push(op->next, &values, error);
}

static const struct op_class value_class = {
    .name = "value",
    .push = value_push,
};

static weir_status values_push(struct task *task, const struct rdd *rdd, uint32_t partition,
                               struct op *to, uint64_t *rows_count, weir_error *error)
{
    struct op *op;

    WEIR_TRY(op_create(task, &value_class, sizeof(struct value_op), to, &op, error));
    WEIR_TRY(rdd_push(task, rdd->parents[0], partition, op, error));
    *rows_count = ((struct value_op *)op)->rows_count;
    return WEIR_OK;
}

static weir_status count_compute(struct task *task, const struct rdd *rdd, uint32_t partition,
                                 struct op *to, weir_error *error)
{
    uint64_t rows_count;

    WEIR_TRY(values_push(task, rdd, partition, to, &rows_count, error));
    return rows_count > 0 ? WEIR_OK : push_number(task, 0, false, to, error);
}

static weir_status reduce_compute(struct task *task, const struct rdd *rdd, uint32_t partition,
                                  struct op *to, weir_error *error)
{
    uint64_t rows_count;

    return values_push(task, rdd, partition, to, &rows_count, error);
}

static const struct rdd_class count_class = {
    .name = "count",
    .compute = count_compute,
};

static const struct rdd_class reduce_class = {
    .name = "reduce",
    .compute = reduce_compute,
};

/* The one value of pairs (null, value), which are dropped. */
static weir_status create_whole(struct rdd *pairs, const struct function *function,
                                struct weir_value argument, const struct rdd_class *class,
                                struct rdd **out, weir_error *error)
{
    struct rdd *reduced;

    weir_status status = rdd_create_reduce_by_key(pairs, function, argument, 1, &reduced, error);
    rdd_drop(pairs);
    if (status != WEIR_OK) {
        return status;
    }
    status = rdd_create(class, sizeof(struct rdd), 1, &reduced, 1, out, error);
    rdd_drop(reduced);
    return status;
}

weir_status rdd_create_count(struct rdd *parent, struct rdd **out, weir_error *error)
{
    struct rdd *counts;

    WEIR_TRY(rdd_create(&counts_class, sizeof(struct rdd), parent->partitions_count, &parent, 1,
                        &counts, error));
    counts->is_pairs = true;
    return create_whole(counts, &sum, weir_null(), &count_class, out, error);
}

static void plain_to_one(const struct weir_row *row, struct weir_emitter *out,
                         struct weir_value argument)
{
    (void)argument;
    weir_emit_pair(out, weir_null(), row->value);
}

static void pair_to_one(const struct weir_row *row, struct weir_emitter *out,
                        struct weir_value argument)
{
    (void)argument;
    weir_emit_pair(out, weir_null(), whole_row(row, true, out));
}

weir_status rdd_create_reduce(struct rdd *parent, const struct function *function,
                              struct weir_value argument, struct rdd **out, weir_error *error)
{
    static const struct function plain = {
        .call = {.name = "to_one", .kind = WEIR_FUNCTION_ROW, .row = plain_to_one},
        .kind = WEIR_FUNCTION_ROW,
    };
    static const struct function pair = {
        .call = {.name = "to_one", .kind = WEIR_FUNCTION_ROW, .row = pair_to_one},
        .kind = WEIR_FUNCTION_ROW,
    };
    struct rdd *pairs;

    WEIR_TRY(rdd_create_rows(parent, ROWS_MAP_TO_PAIR, parent->is_pairs ? &pair : &plain,
                             weir_null(), &pairs, error));
    return create_whole(pairs, function, argument, &reduce_class, out, error);
}
