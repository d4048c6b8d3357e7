/*
 * rdd_sets - rows as sets: distinct, subtract, intersection. Rows become keys, are brought together
 * by a shuffle, and become rows again.
 */
#include "exec/lineage.h"
#include "exec/lineage_rdd.h"
#include "exec/whole_row.h"

static struct weir_value keep_left(struct weir_value left, struct weir_value right,
                                   struct weir_emitter *memory, struct weir_value argument)
{
    (void)right;
    (void)memory;
    (void)argument;
    return left;
}

static const struct function keep_left_function = {
    .kind = WEIR_FUNCTION_REDUCE,
    .call = {.name = "keep left", .kind = WEIR_FUNCTION_REDUCE, .reduce = keep_left},
};

weir_status rdd_create_distinct(struct rdd *parent, uint32_t partitions_count, struct rdd **out,
                                weir_error *error)
{
    struct rdd *keys = NULL;
    struct rdd *unique = NULL;
    weir_status status = rdd_create_rows_as_keys(parent, &keys, error);

    if (status == WEIR_OK) {
        status = rdd_create_reduce_by_key(keys, &keep_left_function, weir_null(), partitions_count,
                                          &unique, error);
    }
    if (status == WEIR_OK) {
        status = rdd_create_rows_of_keys(unique, parent->is_pairs, out, error);
    }
    rdd_drop(keys);
    rdd_drop(unique);
    return status;
}

static weir_status create_of_two(struct rdd *left, struct rdd *right, enum cogroup_form form,
                                 uint32_t partitions_count, struct rdd **together,
                                 weir_error *error)
{
    struct rdd *keys[2] = {NULL, NULL};

    if (left->is_pairs != right->is_pairs) {
        return error_set(error, WEIR_E_INVAL,
                         "an RDD of pairs and one of plain rows have no rows in common");
    }
    weir_status status = rdd_create_rows_as_keys(left, &keys[0], error);
    if (status == WEIR_OK) {
        status = rdd_create_rows_as_keys(right, &keys[1], error);
    }
    if (status == WEIR_OK) {
        status =
            rdd_create_cogroup(keys, 2, form, partitioner_hash(partitions_count), together, error);
    }
    rdd_drop(keys[0]);
    rdd_drop(keys[1]);
    return status;
}

weir_status rdd_create_subtract(struct rdd *left, struct rdd *right, uint32_t partitions_count,
                                struct rdd **out, weir_error *error)
{
    struct rdd *together;

    WEIR_TRY(create_of_two(left, right, COGROUP_SUBTRACT, partitions_count, &together, error));
    weir_status status = rdd_create_rows_of_keys(together, left->is_pairs, out, error);
    rdd_drop(together);
    return status;
}

weir_status rdd_create_intersection(struct rdd *left, struct rdd *right, uint32_t partitions_count,
                                    struct rdd **out, weir_error *error)
{
    struct rdd *together;

    WEIR_TRY(create_of_two(left, right, COGROUP_INTERSECT, partitions_count, &together, error));
    if (!left->is_pairs) {
        *out = together;
        return WEIR_OK;
    }
    weir_status status = rdd_create_rows_of_values(together, true, out, error);
    rdd_drop(together);
    return status;
}
