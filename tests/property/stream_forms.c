/*
 * stream_forms - the operators that a random program of streams is made of.
 */
#include "stream_forms.h"

#include <weir/rdd.h>

#include "property.h"
#include "property_functions.h"

#define MAKE(name) static struct weir_stream *make_##name(const struct stream_input *in)

#define MAKE_WITH(name, call, function)               \
    MAKE(name)                                        \
    {                                                 \
        return call(in->left, function, weir_null()); \
    }

MAKE_WITH(map_to_float, weir_map, WEIR_FUNCTION(property_to_float))
MAKE_WITH(map_to_text, weir_map, WEIR_FUNCTION(property_to_text))
MAKE_WITH(flat_map, weir_flat_map, WEIR_FUNCTION(property_several))
MAKE_WITH(filter, weir_filter, WEIR_FUNCTION(property_keeps))
MAKE_WITH(map_to_pair, weir_map_to_pair, WEIR_FUNCTION(property_to_pair))
MAKE_WITH(flat_map_to_pair, weir_flat_map_to_pair, WEIR_FUNCTION(property_several_pairs))
MAKE_WITH(key_by, weir_key_by, WEIR_FUNCTION(property_to_key))
MAKE_WITH(map_values, weir_map_values, WEIR_FUNCTION(property_to_text))
MAKE_WITH(flat_map_values, weir_flat_map_values, WEIR_FUNCTION(property_several))
MAKE_WITH(map_partitions, weir_map_partitions, WEIR_FUNCTION(property_running))
MAKE_WITH(map_partitions_to_pair, weir_map_partitions_to_pair,
          WEIR_FUNCTION(property_running_pairs))
MAKE_WITH(reduce, weir_reduce, WEIR_FUNCTION(property_fold))
MAKE_WITH(min_by_key, weir_reduce_by_key, WEIR_MIN)
MAKE_WITH(fold_all_by_key, weir_reduce_by_key, WEIR_FUNCTION(property_fold))

MAKE(glom)
{
    return weir_glom(in->left);
}

MAKE(count)
{
    return weir_count(in->left);
}

MAKE(count_by_value)
{
    return weir_count_by_value(in->left);
}

MAKE(repartition)
{
    return weir_repartition(in->left, in->partitions);
}

MAKE(union)
{
    struct weir_stream *const both[] = {in->left, in->right};

    return weir_union(both, 2);
}

static struct weir_rdd *sorted(struct weir_rdd *rdd, int64_t time_ms, struct weir_value argument)
{
    struct weir_rdd *distinct = weir_rdd_distinct(rdd, 3);

    (void)time_ms;
    return weir_rdd_sort_by(distinct, WEIR_FUNCTION(property_to_key), weir_null(),
                            weir_int_of(argument) % 2 == 0, 2);
}

MAKE(transform)
{
    return weir_transform(in->left, WEIR_FUNCTION(sorted), weir_int(in->number));
}

static struct weir_rdd *without(struct weir_rdd *const *rdds, uint32_t count, int64_t time_ms,
                                struct weir_value argument)
{
    (void)count;
    (void)time_ms;
    (void)argument;
    return weir_rdd_subtract(rdds[0], rdds[1], 2);
}

MAKE(transform_with)
{
    return weir_transform_with(in->left, in->right, WEIR_FUNCTION(without), weir_null());
}

MAKE(group_by_key)
{
    return weir_partitions(weir_group_by_key(in->left), in->partitions);
}

MAKE(sum)
{
    struct weir_stream *numbers = weir_map_values(
        in->left,
        in->number % 2 == 0 ? WEIR_FUNCTION(property_to_float) : WEIR_FUNCTION(property_to_number),
        weir_null());

    return weir_partitions(weir_reduce_by_key(numbers, WEIR_SUM, weir_null()), in->partitions);
}

MAKE(fold_by_key)
{
    return weir_fold_by_key(in->left, weir_int(5), WEIR_FUNCTION(property_fold), weir_null());
}

MAKE(combine_by_key)
{
    return weir_combine_by_key(in->left, WEIR_FUNCTION(property_chain_start),
                               WEIR_FUNCTION(property_chain), WEIR_FUNCTION(property_chain),
                               weir_null());
}

MAKE(partition_by)
{
    return weir_partition_by(in->left, in->partitions,
                             in->number % 3 == 0   ? WEIR_BY_HASH
                             : in->number % 3 == 1 ? WEIR_BY_RANGE
                                                   : WEIR_FUNCTION(property_partition),
                             weir_null());
}

MAKE(cogroup)
{
    struct weir_stream *const both[] = {in->left, in->right};

    return weir_cogroup(both, 2);
}

MAKE(join)
{
    return weir_partitions(weir_join(in->left, in->right), in->partitions);
}

MAKE(left_outer_join)
{
    return weir_left_outer_join(in->left, in->right);
}

MAKE(right_outer_join)
{
    return weir_right_outer_join(in->left, in->right);
}

MAKE(full_outer_join)
{
    return weir_full_outer_join(in->left, in->right);
}

MAKE(window)
{
    return weir_window(in->left, in->window, in->slide);
}

/* A window may put any run of batches together first: what it is given must be associative. */
static struct weir_stream *floats_of(const struct stream_input *in)
{
    return weir_map_values(in->left, WEIR_FUNCTION(property_to_float), weir_null());
}

static struct weir_stream *ints_of(const struct stream_input *in)
{
    return weir_map_values(in->left, WEIR_FUNCTION(property_to_int), weir_null());
}

MAKE(sum_window)
{
    return weir_reduce_by_key_and_window(floats_of(in), WEIR_SUM, weir_null(), in->window,
                                         in->slide);
}

MAKE(chain_window)
{
    struct weir_stream *texts = weir_combine_by_key(in->left, WEIR_FUNCTION(property_chain_start),
                                                    WEIR_FUNCTION(property_chain),
                                                    WEIR_FUNCTION(property_chain), weir_null());

    return weir_reduce_by_key_and_window(texts, WEIR_FUNCTION(property_chain), weir_null(),
                                         in->window, in->slide);
}

/* Keeps the keys that have rows in the window: ints that have all left again are 0. */
static bool is_not_zero(const struct weir_row *row, struct weir_value argument)
{
    (void)argument;
    return row->value.integer != 0;
}

MAKE(inverse_window)
{
    return weir_reduce_by_key_and_window_inverse(
        ints_of(in), WEIR_FUNCTION(property_plus), WEIR_FUNCTION(property_minus),
        in->number % 2 == 0 ? WEIR_FUNCTION(is_not_zero) : (struct weir_function){0}, weir_null(),
        in->window, in->slide);
}

MAKE(reduce_window)
{
    return weir_reduce_by_window(in->left, WEIR_FUNCTION(property_fold), weir_null(), in->window,
                                 in->slide);
}

MAKE(count_window)
{
    return weir_count_by_window(in->left, in->window, in->slide);
}

MAKE(count_values_window)
{
    return weir_count_by_value_and_window(in->left, in->window, in->slide);
}

MAKE(group_window)
{
    return weir_group_by_key_and_window(in->left, in->window, in->slide);
}

MAKE(update_state)
{
    return weir_update_state_by_key(in->left, WEIR_FUNCTION(property_update), weir_null(), NULL);
}

static void with_state(struct weir_value key, const struct weir_value *value,
                       struct weir_state *state, struct weir_emitter *out, int64_t time_ms,
                       struct weir_value argument)
{
    uint64_t digest = weir_state_exists(state) ? (uint64_t)weir_state_get(state).integer : 0;

    (void)argument;
    digest = digest * 31 + (value == NULL ? 1 : property_digest(*value)) + property_digest(key);
    weir_emit(out, weir_int((int64_t)digest + time_ms));
    if (weir_state_is_timing_out(state)) {
        return;
    }
    if (digest % 7 != 0) {
        weir_state_update(state, weir_int((int64_t)digest));
    } else if (weir_state_exists(state)) {
        weir_state_remove(state);
    }
}

MAKE(map_state)
{
    struct weir_stream *mapped =
        weir_map_with_state(in->left, WEIR_FUNCTION(with_state), weir_null(), NULL);

    return in->number % 2 == 0 ? mapped
                               : weir_map(mapped, WEIR_FUNCTION(property_to_text), weir_null());
}

MAKE(snapshots)
{
    return weir_state_snapshots(
        weir_map_with_state(in->left, WEIR_FUNCTION(with_state), weir_null(), NULL));
}

const struct stream_form stream_forms[] = {
    {"map to float", 1, STREAM_ANY, GIVES_PLAIN, GROWS_NOT, false, make_map_to_float},
    {"map to text", 1, STREAM_ANY, GIVES_PLAIN, GROWS_NOT, false, make_map_to_text},
    {"flatMap", 1, STREAM_ANY, GIVES_PLAIN, GROWS_SOME, false, make_flat_map},
    {"filter", 1, STREAM_ANY, GIVES_SAME, GROWS_NOT, false, make_filter},
    {"map to pair", 1, STREAM_ANY, GIVES_PAIRS, GROWS_NOT, false, make_map_to_pair},
    {"flatMap to pair", 1, STREAM_ANY, GIVES_PAIRS, GROWS_SOME, false, make_flat_map_to_pair},
    {"keyBy", 1, STREAM_ANY, GIVES_PAIRS, GROWS_NOT, false, make_key_by},
    {"mapValues", 1, STREAM_PAIRS, GIVES_PAIRS, GROWS_NOT, false, make_map_values},
    {"flatMapValues", 1, STREAM_PAIRS, GIVES_PAIRS, GROWS_SOME, false, make_flat_map_values},
    {"mapPartitions", 1, STREAM_ANY, GIVES_PLAIN, GROWS_NOT, false, make_map_partitions},
    {"mapPartitions to pair", 1, STREAM_PAIRS, GIVES_PAIRS, GROWS_NOT, false,
     make_map_partitions_to_pair},
    {"glom", 1, STREAM_ANY, GIVES_PLAIN, GROWS_TO_ONE, false, make_glom},
    {"count", 1, STREAM_ANY, GIVES_PLAIN, GROWS_TO_ONE, false, make_count},
    {"countByValue", 1, STREAM_ANY, GIVES_PAIRS, GROWS_NOT, false, make_count_by_value},
    {"reduce", 1, STREAM_ANY, GIVES_PLAIN, GROWS_TO_ONE, false, make_reduce},
    {"repartition", 1, STREAM_ANY, GIVES_SAME, GROWS_NOT, false, make_repartition},
    {"union", 2, STREAM_ANY, GIVES_SAME, GROWS_ADDED, false, make_union},
    {"transform", 1, STREAM_ANY, GIVES_SAME, GROWS_NOT, false, make_transform},
    {"transformWith", 2, STREAM_ANY, GIVES_SAME, GROWS_NOT, false, make_transform_with},
    {"groupByKey", 1, STREAM_PAIRS, GIVES_PAIRS, GROWS_NOT, false, make_group_by_key},
    {"sum by key", 1, STREAM_PAIRS, GIVES_PAIRS, GROWS_NOT, false, make_sum},
    {"minimum by key", 1, STREAM_PAIRS, GIVES_PAIRS, GROWS_NOT, false, make_min_by_key},
    {"reduceByKey", 1, STREAM_PAIRS, GIVES_PAIRS, GROWS_NOT, false, make_fold_all_by_key},
    {"foldByKey", 1, STREAM_PAIRS, GIVES_PAIRS, GROWS_NOT, false, make_fold_by_key},
    {"combineByKey", 1, STREAM_PAIRS, GIVES_PAIRS, GROWS_NOT, false, make_combine_by_key},
    {"partitionBy", 1, STREAM_PAIRS, GIVES_PAIRS, GROWS_NOT, false, make_partition_by},
    {"cogroup", 2, STREAM_PAIRS, GIVES_PAIRS, GROWS_ADDED, false, make_cogroup},
    {"join", 2, STREAM_PAIRS, GIVES_PAIRS, GROWS_JOINED, false, make_join},
    {"leftOuterJoin", 2, STREAM_PAIRS, GIVES_PAIRS, GROWS_JOINED, false, make_left_outer_join},
    {"rightOuterJoin", 2, STREAM_PAIRS, GIVES_PAIRS, GROWS_JOINED, false, make_right_outer_join},
    {"fullOuterJoin", 2, STREAM_PAIRS, GIVES_PAIRS, GROWS_JOINED, false, make_full_outer_join},
    {"window", 1, STREAM_ANY, GIVES_SAME, GROWS_NOT, true, make_window},
    {"sum over a window", 1, STREAM_PAIRS, GIVES_PAIRS, GROWS_NOT, true, make_sum_window},
    {"reduceByKeyAndWindow", 1, STREAM_PAIRS, GIVES_PAIRS, GROWS_NOT, true, make_chain_window},
    {"... with inverse", 1, STREAM_PAIRS, GIVES_PAIRS, GROWS_NOT, true, make_inverse_window},
    {"reduceByWindow", 1, STREAM_PLAIN, GIVES_PLAIN, GROWS_TO_ONE, true, make_reduce_window},
    {"countByWindow", 1, STREAM_ANY, GIVES_PLAIN, GROWS_TO_ONE, true, make_count_window},
    {"countByValueAndWindow", 1, STREAM_ANY, GIVES_PAIRS, GROWS_NOT, true,
     make_count_values_window},
    {"groupByKeyAndWindow", 1, STREAM_PAIRS, GIVES_PAIRS, GROWS_NOT, true, make_group_window},
    {"updateStateByKey", 1, STREAM_PAIRS, GIVES_PAIRS, GROWS_SOME, false, make_update_state},
    {"mapWithState", 1, STREAM_PAIRS, GIVES_PLAIN, GROWS_NOT, false, make_map_state},
    {"state snapshots", 1, STREAM_PAIRS, GIVES_PAIRS, GROWS_SOME, false, make_snapshots},
};

const uint32_t stream_forms_count = sizeof(stream_forms) / sizeof(stream_forms[0]);
