/*
 * operator - the operators of a job by their Spark names: what each takes and gives.
 *
 * One table serves the job file's reader, the checks, the explanation and the C API; the stream
 * floor knows how each one computes its batches.
 */
#ifndef WEIR_PLAN_OPERATOR_H
#define WEIR_PLAN_OPERATOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <weir/function.h>

enum operator_kind {
    OPERATOR_SOURCE, /* a receiver's stream */
    OPERATOR_MAP,
    OPERATOR_FLAT_MAP,
    OPERATOR_FILTER,
    OPERATOR_MAP_TO_PAIR,
    OPERATOR_FLAT_MAP_TO_PAIR,
    OPERATOR_KEY_BY,
    OPERATOR_MAP_PARTITIONS,
    OPERATOR_MAP_PARTITIONS_TO_PAIR,
    OPERATOR_GLOM,
    OPERATOR_REPARTITION,
    OPERATOR_COUNT,
    OPERATOR_REDUCE,
    OPERATOR_MAP_VALUES,
    OPERATOR_FLAT_MAP_VALUES,
    OPERATOR_REDUCE_BY_KEY,
    OPERATOR_GROUP_BY_KEY,
    OPERATOR_COMBINE_BY_KEY,
    OPERATOR_AGGREGATE_BY_KEY,
    OPERATOR_FOLD_BY_KEY,
    OPERATOR_PARTITION_BY,
    OPERATOR_COGROUP,
    OPERATOR_JOIN,
    OPERATOR_LEFT_OUTER_JOIN,
    OPERATOR_RIGHT_OUTER_JOIN,
    OPERATOR_FULL_OUTER_JOIN,
    OPERATOR_COUNT_BY_VALUE,
    OPERATOR_WINDOW,
    OPERATOR_REDUCE_BY_KEY_AND_WINDOW,
    OPERATOR_UNION,
    OPERATOR_TRANSFORM,
    OPERATOR_TRANSFORM_WITH,
    OPERATOR_TRANSFORM_ALL,
    OPERATOR_REDUCE_BY_WINDOW,
    OPERATOR_COUNT_BY_WINDOW,
    OPERATOR_COUNT_BY_VALUE_AND_WINDOW,
    OPERATOR_GROUP_BY_KEY_AND_WINDOW,
    OPERATOR_UPDATE_STATE_BY_KEY,
    OPERATOR_MAP_WITH_STATE,
    OPERATOR_STATE_SNAPSHOTS, /* of a mapWithState */
    OPERATOR_OUTPUT,          /* print, files, foreachRDD: gives no stream */
    OPERATORS_COUNT
};

/* What flows: rows of one value, or of key and value. */
enum operator_shape {
    SHAPE_ANY, /* takes either; gives what came in */
    SHAPE_PLAIN,
    SHAPE_PAIRS
};

enum { OPERATOR_FUNCTIONS_MAX = 3 };

/* A function that an operator takes beside "fn": "create" of combineByKey. */
struct operator_function {
    const char *name; /* as job files have it; NULL: there are no more */
    enum weir_function_kind kind;
    bool is_optional;
};

struct operator_class {
    enum operator_kind kind;
    const char *name;    /* "flatMap": Spark's own */
    const char *summary; /* one line for help */
    uint32_t inputs_min;
    uint32_t inputs_max; /* UINT32_MAX: any number */
    enum operator_shape takes;
    enum operator_shape gives;
    bool has_function; /* takes "fn" */
    enum weir_function_kind function_kind;
    struct operator_function functions[OPERATOR_FUNCTIONS_MAX]; /* others than "fn" */
    bool is_mixed;        /* takes streams of different shapes together */
    bool has_window;      /* takes "window" and "slide" */
    bool has_partitions;  /* takes "partitions" */
    bool has_partitioner; /* takes a function that says which partition a key goes to */
    bool has_zero;        /* takes "zero" */
    bool has_state;       /* takes state to begin with; mapWithState: a timeout, too */
};

const struct operator_class *operator_class_of(enum operator_kind kind);

/* NULL when there is no operator of that name. Sources and outputs are not found by name. */
const struct operator_class *operator_find(const char *name);

/* All names that operator_find knows, for suggestions. */
const char *const *operator_names(size_t *count);

#endif
