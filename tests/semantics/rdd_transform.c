/*
 * rdd_transform - the cases' operators that make RDDs.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rdd_case.h"
#include "rdd_functions.h"

static struct weir_rdd *prune(struct rdd_case *run, struct weir_rdd *a)
{
    uint32_t count = weir_rdd_partitions_count(a);
    uint32_t numbers[RDD_VALUES_MAX];
    uint32_t kept = 0;
    unsigned above = 0;

    if (sscanf(run->fn, "keep partition index > %u", &above) != 1) {
        return NULL;
    }
    for (uint32_t i = above + 1; i < count && kept < RDD_VALUES_MAX; i++) {
        numbers[kept++] = i;
    }
    return weir_rdd_prune(a, numbers, kept);
}

static struct weir_rdd *sort_by(struct rdd_case *run, struct weir_rdd *a)
{
    const char *field = strstr(run->fn, "field ");
    struct weir_value argument[2] = {weir_int(field == NULL ? 0 : field[6] - '0'),
                                     weir_bool(strstr(run->fn, "integer") != NULL)};
    bool is_descending = strstr(run->fn, "ascending=false") != NULL;

    return weir_rdd_sort_by(a, rdd_field(), weir_tuple(argument, 2), is_descending, 0);
}

/* Each RDD by hash, so that they have one partitioner; united; its keys. */
static struct weir_rdd *union_of_partitioned(struct weir_rdd *a, struct weir_rdd *b)
{
    uint32_t count = weir_rdd_partitions_count(a);
    struct weir_rdd *both =
        weir_rdd_union(weir_rdd_partition_by(a, count, WEIR_BY_HASH, weir_null()),
                       weir_rdd_partition_by(b, count, WEIR_BY_HASH, weir_null()));

    return strcmp(weir_rdd_partitioner(both), "hash") == 0 ? weir_rdd_keys(both) : NULL;
}

static struct weir_rdd *reduce_by_key(struct rdd_case *run, struct weir_rdd *a)
{
    if (strstr(run->fn, "already partitioned") != NULL) {
        struct weir_rdd *there = weir_rdd_partition_by(a, weir_rdd_partitions_count(a),
                                                       rdd_key_is_partition(), weir_null());
        struct weir_rdd *sums = weir_rdd_reduce_by_key(there, WEIR_SUM, weir_null(), 0);
        char *story = weir_rdd_to_debug_string(sums);
        const char *first = story == NULL ? NULL : strstr(story, "shuffled");
        bool is_one = first != NULL && strstr(first + 1, "shuffled") == NULL;

        free(story);
        return is_one ? sums : NULL;
    }
    return weir_rdd_reduce_by_key(a, WEIR_SUM, weir_null(), (uint32_t)rdd_case_number(run, 0, 0));
}

static struct weir_rdd *pipe_to(struct rdd_case *run, struct weir_rdd *a)
{
    const cJSON *command = cJSON_GetObjectItem(run->params, "command");
    const char *arguments[16] = {NULL};
    int count = 0;

    for (const cJSON *word = command == NULL ? NULL : command->child; word != NULL && count < 15;
         word = word->next) {
        arguments[count++] = word->valuestring;
    }
    return weir_rdd_pipe(a, arguments, NULL);
}

/* Of one RDD. False: it is none of these. */
static bool of_one(struct rdd_case *run, const char *op, struct weir_rdd *a)
{
    uint32_t count = (uint32_t)rdd_case_number(run, 0, 0);

    if (strcmp(op, "map") == 0) {
        run->made = weir_rdd_map(a, rdd_to_text(), weir_null());
    } else if (strcmp(op, "collect(PartialFunction)") == 0) {
        run->made = weir_rdd_flat_map(a, rdd_to_text_from_three(), weir_null());
    } else if (strcmp(op, "mapPartitionsWithIndex") == 0) {
        run->made = weir_rdd_map_partitions_to_pair(a, rdd_partition_sum(), weir_null(), false);
    } else if (strcmp(op, "slice") == 0 || strcmp(op, "glom") == 0) {
        run->made = weir_rdd_glom(a);
    } else if (strcmp(op, "coalesce") == 0) {
        run->made = weir_rdd_glom(weir_rdd_coalesce(a, count));
    } else if (strcmp(op, "repartition") == 0) {
        run->made = weir_rdd_repartition(a, count);
    } else if (strcmp(op, "distinct") == 0) {
        run->made = weir_rdd_distinct(a, count);
    } else if (strcmp(op, "partitionPruning") == 0) {
        run->made = prune(run, a);
    } else if (strcmp(op, "pipe") == 0) {
        run->made = pipe_to(run, a);
    } else if (strcmp(op, "sortBy") == 0) {
        run->made = sort_by(run, a);
    } else if (strcmp(op, "sortByKey") == 0) {
        run->made = weir_rdd_sort_by_key(a, strstr(run->fn, "false") != NULL, count);
    } else if (strcmp(op, "filterByRange") == 0) {
        bool is_descending = strstr(run->fn, "sortByKey(false)") != NULL;
        run->made = weir_rdd_filter_by_range(weir_rdd_sort_by_key(a, is_descending, 0),
                                             weir_int(rdd_case_number(run, 0, 0)),
                                             weir_int(rdd_case_number(run, 1, 0)));
    } else {
        return false;
    }
    return true;
}

static bool of_pairs(struct rdd_case *run, const char *op, struct weir_rdd *a)
{
    uint32_t count = (uint32_t)rdd_case_number(run, 0, 0);

    if (strcmp(op, "groupByKey") == 0) {
        run->made = weir_rdd_group_by_key(a, count);
    } else if (strcmp(op, "reduceByKey") == 0) {
        run->made = reduce_by_key(run, a);
    } else if (strcmp(op, "foldByKey") == 0) {
        run->made =
            weir_rdd_fold_by_key(a, weir_int(rdd_case_number(run, 0, 0)), WEIR_SUM, weir_null(), 0);
    } else if (strcmp(op, "keys") == 0) {
        run->made = weir_rdd_keys(a);
    } else if (strcmp(op, "values") == 0) {
        run->made = weir_rdd_pair_values(a);
    } else {
        return false;
    }
    return true;
}

static bool of_two(struct rdd_case *run, const char *op, struct weir_rdd *a, struct weir_rdd *b)
{
    uint32_t count = (uint32_t)rdd_case_number(run, 0, 0);

    if (strcmp(op, "union") == 0) {
        run->made = weir_rdd_union(a, b);
    } else if (strcmp(op, "SparkContext.union") == 0) {
        run->made = weir_rdd_union_all((struct weir_rdd *[]){a, b}, 2);
    } else if (strcmp(op, "partitioner-aware union") == 0) {
        run->made = union_of_partitioned(a, b);
    } else if (strcmp(op, "cartesian") == 0) {
        run->made = weir_rdd_cartesian(a, b);
    } else if (strcmp(op, "zip") == 0) {
        run->made = weir_rdd_zip(a, b);
    } else if (strcmp(op, "intersection") == 0) {
        run->made = weir_rdd_intersection(a, b, count);
    } else if (strcmp(op, "subtract") == 0) {
        run->made = weir_rdd_subtract(a, b, count);
    } else if (strcmp(op, "subtractByKey") == 0) {
        run->made = weir_rdd_subtract_by_key(a, b, count);
    } else if (strcmp(op, "join") == 0) {
        run->made = weir_rdd_join(a, b, count);
    } else if (strcmp(op, "leftOuterJoin") == 0) {
        run->made = weir_rdd_left_outer_join(a, b, count);
    } else if (strcmp(op, "rightOuterJoin") == 0) {
        run->made = weir_rdd_right_outer_join(a, b, count);
    } else if (strcmp(op, "fullOuterJoin") == 0) {
        run->made = weir_rdd_full_outer_join(a, b, count);
    } else {
        return false;
    }
    return true;
}

bool rdd_transform(struct rdd_case *run)
{
    const char *op = cJSON_GetStringValue(cJSON_GetObjectItem(run->item, "op"));

    if (strncmp(op, "cogroup", 7) == 0 && op[7] != '.') {
        run->made = weir_rdd_cogroup(run->inputs, run->inputs_count, 0);
        return true;
    }
    return of_one(run, op, run->inputs[0]) || of_pairs(run, op, run->inputs[0]) ||
           of_two(run, op, run->inputs[0], run->inputs[1]);
}
