/*
 * operator - the operators of a job by their Spark names: what each takes and gives.
 */
#include "plan/operator.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

static const struct operator_class classes[OPERATORS_COUNT] = {
    [OPERATOR_SOURCE] =
        {
            .kind = OPERATOR_SOURCE,
            .name = "source",
            .summary = "what a receiver delivers",
            .gives = SHAPE_PLAIN,
        },
    [OPERATOR_MAP] =
        {
            .kind = OPERATOR_MAP,
            .name = "map",
            .summary = "one row for each row",
            .inputs_min = 1,
            .inputs_max = 1,
            .takes = SHAPE_ANY,
            .gives = SHAPE_PLAIN,
            .has_function = true,
            .function_kind = WEIR_FUNCTION_ROW,
        },
    [OPERATOR_FLAT_MAP] =
        {
            .kind = OPERATOR_FLAT_MAP,
            .name = "flatMap",
            .summary = "any number of rows for each row",
            .inputs_min = 1,
            .inputs_max = 1,
            .takes = SHAPE_ANY,
            .gives = SHAPE_PLAIN,
            .has_function = true,
            .function_kind = WEIR_FUNCTION_ROW,
        },
    [OPERATOR_FILTER] =
        {
            .kind = OPERATOR_FILTER,
            .name = "filter",
            .summary = "the rows for which a test is true",
            .inputs_min = 1,
            .inputs_max = 1,
            .takes = SHAPE_ANY,
            .gives = SHAPE_ANY,
            .has_function = true,
            .function_kind = WEIR_FUNCTION_TEST,
        },
    [OPERATOR_MAP_TO_PAIR] =
        {
            .kind = OPERATOR_MAP_TO_PAIR,
            .name = "mapToPair",
            .summary = "a key and a value for each row",
            .inputs_min = 1,
            .inputs_max = 1,
            .takes = SHAPE_ANY,
            .gives = SHAPE_PAIRS,
            .has_function = true,
            .function_kind = WEIR_FUNCTION_ROW,
        },
    [OPERATOR_REDUCE_BY_KEY] =
        {
            .kind = OPERATOR_REDUCE_BY_KEY,
            .name = "reduceByKey",
            .summary = "one value for each key of a batch",
            .inputs_min = 1,
            .inputs_max = 1,
            .takes = SHAPE_PAIRS,
            .gives = SHAPE_PAIRS,
            .has_function = true,
            .function_kind = WEIR_FUNCTION_REDUCE,
            .has_partitions = true,
        },
    [OPERATOR_COUNT_BY_VALUE] =
        {
            .kind = OPERATOR_COUNT_BY_VALUE,
            .name = "countByValue",
            .summary = "how often each value is in a batch",
            .inputs_min = 1,
            .inputs_max = 1,
            .takes = SHAPE_ANY,
            .gives = SHAPE_PAIRS,
            .has_partitions = true,
        },
    [OPERATOR_WINDOW] =
        {
            .kind = OPERATOR_WINDOW,
            .name = "window",
            .summary = "the rows of the last batches together",
            .inputs_min = 1,
            .inputs_max = 1,
            .takes = SHAPE_ANY,
            .gives = SHAPE_ANY,
            .has_window = true,
        },
    [OPERATOR_REDUCE_BY_KEY_AND_WINDOW] =
        {
            .kind = OPERATOR_REDUCE_BY_KEY_AND_WINDOW,
            .name = "reduceByKeyAndWindow",
            .summary = "one value for each key of the last batches",
            .inputs_min = 1,
            .inputs_max = 1,
            .takes = SHAPE_PAIRS,
            .gives = SHAPE_PAIRS,
            .has_function = true,
            .function_kind = WEIR_FUNCTION_REDUCE,
            .has_window = true,
            .has_partitions = true,
        },
    [OPERATOR_UNION] =
        {
            .kind = OPERATOR_UNION,
            .name = "union",
            .summary = "the rows of several streams, in the order of the streams",
            .inputs_min = 1,
            .inputs_max = UINT32_MAX,
            .takes = SHAPE_ANY,
            .gives = SHAPE_ANY,
        },
    [OPERATOR_TRANSFORM] =
        {
            .kind = OPERATOR_TRANSFORM,
            .name = "transform",
            .summary = "what a function makes of each batch's data, of the shape that came in",
            .inputs_min = 1,
            .inputs_max = 1,
            .takes = SHAPE_ANY,
            .gives = SHAPE_ANY,
            .has_function = true,
            .function_kind = WEIR_FUNCTION_TRANSFORM,
        },
    [OPERATOR_OUTPUT] =
        {
            .kind = OPERATOR_OUTPUT,
            .name = "output",
            .summary = "writes each batch somewhere",
            .inputs_min = 1,
            .inputs_max = 1,
            .takes = SHAPE_ANY,
            .gives = SHAPE_ANY,
        },
};

/* In the order of the table. */
static const char *const names[] = {
    "map",         "flatMap",      "filter", "mapToPair",
    "reduceByKey", "countByValue", "window", "reduceByKeyAndWindow",
    "union",       "transform",
};

enum { NAMES_COUNT = sizeof(names) / sizeof(names[0]) };

const struct operator_class *operator_class_of(enum operator_kind kind)
{
    assert(kind < OPERATORS_COUNT);
    return &classes[kind];
}

const struct operator_class *operator_find(const char *name)
{
    for (size_t i = OPERATOR_SOURCE + 1; i < OPERATOR_OUTPUT; i++) {
        if (strcmp(classes[i].name, name) == 0) {
            return &classes[i];
        }
    }
    return NULL;
}

const char *const *operator_names(size_t *count)
{
    *count = NAMES_COUNT;
    return names;
}
