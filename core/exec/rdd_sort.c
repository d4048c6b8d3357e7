/*
 * rdd_sort - sortByKey, sortBy, repartitionAndSortWithinPartitions: rows moved to their range, and
 * each partition sorted as a whole. And filterByRange, which reads only the ranges that matter.
 */
#include <assert.h>

#include "base/mem.h"
#include "data/compare.h"
#include "data/value.h"
#include "exec/lineage.h"
#include "exec/lineage_rdd.h"
#include "exec/range_bounds.h"
#include "exec/sorter.h"
#include "exec/task.h"
#include "exec/whole_row.h"

struct sorted_rdd {
    struct rdd rdd;
    bool is_descending;
};

struct sort_op {
    struct op op;
    struct sorter *sorter;
};

static weir_status sort_push(struct op *op, struct chunk *chunk, weir_error *error)
{
    return sorter_push(((struct sort_op *)op)->sorter, chunk, error);
}

static const struct op_class sort_op_class = {
    .name = "sortByKey",
    .push = sort_push,
};

static weir_status sorted_compute(struct task *task, const struct rdd *rdd, uint32_t partition,
                                  struct op *to, weir_error *error)
{
    const struct sorted_rdd *sorted = (const struct sorted_rdd *)rdd;
    struct op *op;
    struct sorter *sorter;

    WEIR_TRY(op_create(task, &sort_op_class, sizeof(struct sort_op), NULL, &op, error));
    WEIR_TRY(sorter_create(task, sorted->is_descending, &sorter, error));
    ((struct sort_op *)op)->sorter = sorter;
    weir_status status = rdd_push(task, rdd->parents[0], partition, op, error);
    if (status == WEIR_OK) {
        status = sorter_drain(sorter, to, error);
    }
    sorter_destroy(sorter);
    return status;
}

static const struct rdd_class sorted_class = {
    .name = "sortByKey",
    .compute = sorted_compute,
};

/* Rows to the partitioner's partitions, each sorted. */
static weir_status create_sorted(struct rdd *parent, struct partitioner partitioner,
                                 bool is_descending, struct rdd **out, weir_error *error)
{
    struct rdd *moved;

    WEIR_TRY(rdd_create_partition_by(parent, partitioner, &moved, error));
    weir_status status = rdd_create(&sorted_class, sizeof(struct sorted_rdd),
                                    moved->partitions_count, &moved, 1, out, error);
    if (status == WEIR_OK) {
        ((struct sorted_rdd *)*out)->is_descending = is_descending;
        (*out)->is_pairs = true;
        rdd_set_partitioner(*out, partitioner);
    }
    rdd_drop(moved);
    return status;
}

weir_status rdd_create_sort_by_key(struct executor *executor, struct rdd *parent,
                                   bool is_descending, uint32_t partitions_count, struct rdd **out,
                                   weir_error *error)
{
    struct partitioner partitioner;

    assert(parent->is_pairs);
    WEIR_TRY(range_partitioner_sample(executor, parent, partitions_count, is_descending,
                                      &partitioner, error));
    weir_status status = create_sorted(parent, partitioner, is_descending, out, error);
    partition_bounds_drop(partitioner.bounds);
    return status;
}

weir_status rdd_create_sort_by(struct executor *executor, struct rdd *parent,
                               const struct function *function, struct weir_value argument,
                               bool is_descending, uint32_t partitions_count, struct rdd **out,
                               weir_error *error)
{
    struct rdd *keyed;
    struct rdd *sorted = NULL;

    WEIR_TRY(rdd_create_key_by(parent, function, argument, &keyed, error));
    weir_status status =
        rdd_create_sort_by_key(executor, keyed, is_descending, partitions_count, &sorted, error);
    if (status == WEIR_OK) {
        status = rdd_create_rows_of_values(sorted, parent->is_pairs, out, error);
    }
    rdd_drop(keyed);
    rdd_drop(sorted);
    return status;
}

weir_status rdd_create_sort_within(struct rdd *parent, struct partitioner partitioner,
                                   struct rdd **out, weir_error *error)
{
    assert(parent->is_pairs);
    return create_sorted(parent, partitioner, false, out, error);
}

struct range_filter_rdd {
    struct rdd rdd;
    uint32_t first; /* the parent's partition that is partition 0 here */
    struct arena arena;
    struct weir_value lower;
    struct weir_value upper;
};

struct range_filter_op {
    struct op op;
    const struct range_filter_rdd *plan;
    uint16_t rows[CHUNK_ROWS_MAX];
};

static weir_status range_filter_push(struct op *op, struct chunk *chunk, weir_error *error)
{
    struct range_filter_op *filter = (struct range_filter_op *)op;
    const struct range_filter_rdd *plan = filter->plan;
    uint32_t kept = 0;

    for (uint32_t i = 0; i < chunk->rows_count; i++) {
        uint32_t place = chunk_row(chunk, i);
        struct weir_value key = column_value(&chunk->columns[CHUNK_PAIR_KEY], place);

        filter->rows[kept] = (uint16_t)place;
        kept += value_compare(&key, &plan->lower) >= 0 && value_compare(&key, &plan->upper) <= 0;
    }
    chunk->rows = filter->rows;
    chunk->rows_count = kept;
    return op_push(op->next, chunk, error);
}

static const struct op_class range_filter_op_class = {
    .name = "filterByRange",
    .push = range_filter_push,
};

static weir_status range_filter_compute(struct task *task, const struct rdd *rdd,
                                        uint32_t partition, struct op *to, weir_error *error)
{
    const struct range_filter_rdd *plan = (const struct range_filter_rdd *)rdd;
    struct op *op;

    WEIR_TRY(
        op_create(task, &range_filter_op_class, sizeof(struct range_filter_op), to, &op, error));
    ((struct range_filter_op *)op)->plan = plan;
    return rdd_push(task, rdd->parents[0], plan->first + partition, op, error);
}

static void range_filter_fini(struct rdd *rdd)
{
    arena_fini(&((struct range_filter_rdd *)rdd)->arena);
}

static const struct rdd_class range_filter_class = {
    .name = "filterByRange",
    .compute = range_filter_compute,
    .fini = range_filter_fini,
};

weir_status rdd_create_filter_by_range(struct rdd *parent, struct weir_value lower,
                                       struct weir_value upper, struct rdd **out, weir_error *error)
{
    uint32_t first = 0;
    uint32_t count = parent->partitions_count;
    struct rdd *rdd;

    assert(parent->is_pairs);
    if (parent->partitioner.kind == PARTITIONER_RANGE && value_compare(&lower, &upper) <= 0) {
        uint32_t one = partition_of_key(parent->partitioner.bounds, &lower);
        uint32_t other = partition_of_key(parent->partitioner.bounds, &upper);

        first = one < other ? one : other;
        count = (one < other ? other : one) - first + 1;
    }
    WEIR_TRY(rdd_create(&range_filter_class, sizeof(struct range_filter_rdd), count, &parent, 1,
                        &rdd, error));
    struct range_filter_rdd *filter = (struct range_filter_rdd *)rdd;
    filter->first = first;
    rdd->is_pairs = true;
    arena_init(&filter->arena);
    weir_status status = value_copy(lower, &filter->arena, &filter->lower);
    if (status == WEIR_OK) {
        status = value_copy(upper, &filter->arena, &filter->upper);
    }
    if (status != WEIR_OK) {
        rdd_drop(rdd);
        return error_set(error, status, "filterByRange: no memory");
    }
    *out = rdd;
    return WEIR_OK;
}
