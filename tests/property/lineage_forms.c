/*
 * lineage_forms - the steps that a random lineage is made of.
 */
#include "lineage_forms.h"

#include "exec/lineage.h"
#include "exec/lineage_rdd.h"
#include "exec/lineage_whole.h"
#include "property_functions.h"

#define FUNCTION_OF(word, member_name, call_name) \
    {                                             \
        .kind = WEIR_FUNCTION_##word, .call = {   \
            .name = #call_name,                   \
            .kind = WEIR_FUNCTION_##word,         \
            .member_name = call_name              \
        }                                         \
    }

static const struct function to_int = FUNCTION_OF(ROW, row, property_to_int);
static const struct function to_float = FUNCTION_OF(ROW, row, property_to_float);
static const struct function to_number = FUNCTION_OF(ROW, row, property_to_number);
static const struct function to_text = FUNCTION_OF(ROW, row, property_to_text);
static const struct function to_key = FUNCTION_OF(ROW, row, property_to_key);
static const struct function several = FUNCTION_OF(ROW, row, property_several);
static const struct function several_pairs = FUNCTION_OF(ROW, row, property_several_pairs);
static const struct function to_pair = FUNCTION_OF(ROW, row, property_to_pair);
static const struct function keeps = FUNCTION_OF(TEST, test, property_keeps);
static const struct function fold = FUNCTION_OF(REDUCE, reduce, property_fold);
static const struct function chain = FUNCTION_OF(REDUCE, reduce, property_chain);
static const struct function chain_start = FUNCTION_OF(CREATE, create, property_chain_start);
static const struct function running = FUNCTION_OF(PARTITION, partition, property_running);
static const struct function running_pairs =
    FUNCTION_OF(PARTITION, partition, property_running_pairs);
static const struct function own_partition =
    FUNCTION_OF(PARTITIONER, partitioner, property_partition);

#define MAKE(name)                                                                   \
    static weir_status make_##name(const struct lineage_input *in, struct rdd **out, \
                                   weir_error *error)

#define MAKE_ROWS(name, form, function)                                            \
    MAKE(name)                                                                     \
    {                                                                              \
        return rdd_create_rows(in->left, form, function, weir_null(), out, error); \
    }

MAKE_ROWS(map_to_float, ROWS_MAP, &to_float)
MAKE_ROWS(map_to_text, ROWS_MAP, &to_text)
MAKE_ROWS(flat_map, ROWS_FLAT_MAP, &several)
MAKE_ROWS(map_to_pair, ROWS_MAP_TO_PAIR, &to_pair)
MAKE_ROWS(flat_map_to_pair, ROWS_FLAT_MAP_TO_PAIR, &several_pairs)
MAKE_ROWS(with_one, ROWS_MAP_TO_PAIR, function_find(in->functions, "with_one"))

MAKE(filter)
{
    return rdd_create_filter(in->left, &keeps, weir_null(), out, error);
}

MAKE(key_by)
{
    return rdd_create_key_by(in->left, &to_key, weir_null(), out, error);
}

MAKE(map_values)
{
    return rdd_create_map_values(in->left, &to_text, weir_null(), out, error);
}

MAKE(flat_map_values)
{
    return rdd_create_flat_map_values(in->left, &several, weir_null(), out, error);
}

MAKE(keys)
{
    return rdd_create_keys(in->left, out, error);
}

MAKE(pair_values)
{
    return rdd_create_pair_values(in->left, out, error);
}

MAKE(map_partitions)
{
    return rdd_create_map_partitions(in->left, &running, weir_null(), false, false, out, error);
}

MAKE(map_partitions_to_pair)
{
    return rdd_create_map_partitions(in->left, &running_pairs, weir_null(), true, true, out, error);
}

MAKE(glom)
{
    return rdd_create_glom(in->left, out, error);
}

MAKE(count)
{
    return rdd_create_count(in->left, out, error);
}

MAKE(reduce)
{
    return rdd_create_reduce(in->left, &fold, weir_null(), out, error);
}

MAKE(union)
{
    struct rdd *const parents[] = {in->left, in->right};

    return rdd_create_union(parents, 2, out, error);
}

MAKE(coalesce)
{
    return rdd_create_coalesce(in->left, in->step->partitions, out, error);
}

MAKE(repartition)
{
    return rdd_create_repartition(in->left, in->step->partitions, out, error);
}

MAKE(distinct)
{
    return rdd_create_distinct(in->left, in->step->partitions, out, error);
}

MAKE(subtract)
{
    return rdd_create_subtract(in->left, in->right, in->step->partitions, out, error);
}

MAKE(intersection)
{
    return rdd_create_intersection(in->left, in->right, in->step->partitions, out, error);
}

MAKE(cartesian)
{
    return rdd_create_cartesian(in->left, in->right, out, error);
}

MAKE(zip_with_index)
{
    return rdd_create_zip_with_index(in->executor, in->left, out, error);
}

MAKE(zip_with_unique_id)
{
    return rdd_create_zip_with_unique_id(in->left, out, error);
}

MAKE(sample)
{
    return rdd_create_sample(in->left, in->step->number % 2 == 0, 0.5, in->step->number, out,
                             error);
}

MAKE(top)
{
    return rdd_create_top(in->left, 1 + (uint32_t)(in->step->number % 50), out, error);
}

MAKE(sort_by)
{
    return rdd_create_sort_by(in->executor, in->left, &to_key, weir_null(),
                              in->step->number % 2 == 0, in->step->partitions, out, error);
}

MAKE(sort_by_key)
{
    return rdd_create_sort_by_key(in->executor, in->left, in->step->number % 2 == 0,
                                  in->step->partitions, out, error);
}

MAKE(partition_and_sort)
{
    return rdd_create_sort_within(in->left, partitioner_hash(in->step->partitions), out, error);
}

MAKE(partition_by_hash)
{
    return rdd_create_partition_by(in->left, partitioner_hash(in->step->partitions), out, error);
}

MAKE(partition_by_function)
{
    const struct partitioner partitioner = {.kind = PARTITIONER_FUNCTION,
                                            .partitions_count = in->step->partitions,
                                            .function = &own_partition};

    return rdd_create_partition_by(in->left, partitioner, out, error);
}

/* Numbers of one kind, or of both, and their sums by the built-in function. */
static weir_status sums(const struct lineage_input *in, const struct function *numbers,
                        struct rdd **out, weir_error *error)
{
    struct rdd *made;

    WEIR_TRY(rdd_create_map_values(in->left, numbers, weir_null(), &made, error));
    weir_status status = rdd_create_reduce_by_key(made, function_find(in->functions, "sum"),
                                                  weir_null(), in->step->partitions, out, error);
    rdd_drop(made);
    return status;
}

MAKE(sum_ints)
{
    return sums(in, &to_int, out, error);
}

MAKE(sum_floats)
{
    return sums(in, &to_float, out, error);
}

/* Chunks of one row are of one kind, larger ones of both: the kernel must give what the row form
 * gives. */
MAKE(sum_mixed)
{
    return sums(in, &to_number, out, error);
}

MAKE(min_by_key)
{
    return rdd_create_reduce_by_key(in->left, function_find(in->functions, "min"), weir_null(),
                                    in->step->partitions, out, error);
}

MAKE(max_by_key)
{
    return rdd_create_reduce_by_key(in->left, function_find(in->functions, "max"), weir_null(),
                                    in->step->partitions, out, error);
}

MAKE(fold_by_key)
{
    struct combiner combiner = combiner_reduce(&fold, weir_null());

    combiner.zero = weir_int(17);
    combiner.has_zero = true;
    return rdd_create_combine(in->left, &combiner, partitioner_hash(in->step->partitions), true,
                              out, error);
}

MAKE(combine_by_key)
{
    struct combiner combiner = combiner_reduce(&chain, weir_null());

    combiner.create = &chain_start;
    return rdd_create_combine(in->left, &combiner, partitioner_hash(in->step->partitions),
                              in->step->number % 2 == 0, out, error);
}

#define MAKE_COGROUP(name, form, sides)                                                         \
    MAKE(name)                                                                                  \
    {                                                                                           \
        struct rdd *const parents[] = {in->left, in->right};                                    \
        return rdd_create_cogroup(parents, sides, form, partitioner_hash(in->step->partitions), \
                                  out, error);                                                  \
    }

MAKE_COGROUP(group_by_key, COGROUP_GROUP, 1)
MAKE_COGROUP(cogroup, COGROUP_LISTS, 2)
MAKE_COGROUP(join, COGROUP_JOIN, 2)
MAKE_COGROUP(left_outer_join, COGROUP_LEFT, 2)
MAKE_COGROUP(right_outer_join, COGROUP_RIGHT, 2)
MAKE_COGROUP(full_outer_join, COGROUP_FULL, 2)
MAKE_COGROUP(subtract_by_key, COGROUP_SUBTRACT, 2)
MAKE_COGROUP(intersect_keys, COGROUP_INTERSECT, 2)

#define JOINED_MAX (1u << 20)

const struct lineage_form lineage_forms[] = {
    {"map to float", 1, TAKES_ANY, 0, make_map_to_float},
    {"map to text", 1, TAKES_ANY, 0, make_map_to_text},
    {"flatMap", 1, TAKES_ANY, 0, make_flat_map},
    {"map to pair", 1, TAKES_ANY, 0, make_map_to_pair},
    {"flatMap to pair", 1, TAKES_ANY, 0, make_flat_map_to_pair},
    {"with_one", 1, TAKES_PLAIN, 0, make_with_one},
    {"filter", 1, TAKES_ANY, 0, make_filter},
    {"keyBy", 1, TAKES_ANY, 0, make_key_by},
    {"mapValues", 1, TAKES_PAIRS, 0, make_map_values},
    {"flatMapValues", 1, TAKES_PAIRS, 0, make_flat_map_values},
    {"keys", 1, TAKES_PAIRS, 0, make_keys},
    {"values", 1, TAKES_PAIRS, 0, make_pair_values},
    {"mapPartitions", 1, TAKES_ANY, 0, make_map_partitions},
    {"mapPartitions to pair", 1, TAKES_PAIRS, 0, make_map_partitions_to_pair},
    {"glom", 1, TAKES_ANY, 0, make_glom},
    {"count", 1, TAKES_ANY, 0, make_count},
    {"reduce", 1, TAKES_ANY, 0, make_reduce},
    {"union", 2, TAKES_ANY, 0, make_union},
    {"coalesce", 1, TAKES_ANY, 0, make_coalesce},
    {"repartition", 1, TAKES_ANY, 0, make_repartition},
    {"distinct", 1, TAKES_ANY, 0, make_distinct},
    {"subtract", 2, TAKES_ANY, 0, make_subtract},
    {"intersection", 2, TAKES_ANY, 0, make_intersection},
    {"cartesian", 2, TAKES_ANY, 20000, make_cartesian},
    {"zipWithIndex", 1, TAKES_ANY, 0, make_zip_with_index},
    {"zipWithUniqueId", 1, TAKES_ANY, 0, make_zip_with_unique_id},
    {"sample", 1, TAKES_ANY, 0, make_sample},
    {"top", 1, TAKES_ANY, 0, make_top},
    {"sortBy", 1, TAKES_ANY, 0, make_sort_by},
    {"sortByKey", 1, TAKES_PAIRS, 0, make_sort_by_key},
    {"repartitionAndSort", 1, TAKES_PAIRS, 0, make_partition_and_sort},
    {"partitionBy hash", 1, TAKES_PAIRS, 0, make_partition_by_hash},
    {"partitionBy own", 1, TAKES_PAIRS, 0, make_partition_by_function},
    {"sum of ints", 1, TAKES_PAIRS, 0, make_sum_ints},
    {"sum of floats", 1, TAKES_PAIRS, 0, make_sum_floats},
    {"sum of both", 1, TAKES_PAIRS, 0, make_sum_mixed},
    {"minimum by key", 1, TAKES_PAIRS, 0, make_min_by_key},
    {"maximum by key", 1, TAKES_PAIRS, 0, make_max_by_key},
    {"foldByKey", 1, TAKES_PAIRS, 0, make_fold_by_key},
    {"combineByKey", 1, TAKES_PAIRS, 0, make_combine_by_key},
    {"groupByKey", 1, TAKES_PAIRS, 0, make_group_by_key},
    {"cogroup", 2, TAKES_PAIRS, 0, make_cogroup},
    {"join", 2, TAKES_PAIRS, JOINED_MAX, make_join},
    {"leftOuterJoin", 2, TAKES_PAIRS, JOINED_MAX, make_left_outer_join},
    {"rightOuterJoin", 2, TAKES_PAIRS, JOINED_MAX, make_right_outer_join},
    {"fullOuterJoin", 2, TAKES_PAIRS, JOINED_MAX, make_full_outer_join},
    {"subtractByKey", 2, TAKES_PAIRS, 0, make_subtract_by_key},
    {"keys of both", 2, TAKES_PAIRS, 0, make_intersect_keys},
};

const uint32_t lineage_forms_count = sizeof(lineage_forms) / sizeof(lineage_forms[0]);
