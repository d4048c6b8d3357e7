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
    OPERATOR_REDUCE_BY_KEY,
    OPERATOR_COUNT_BY_VALUE,
    OPERATOR_WINDOW,
    OPERATOR_REDUCE_BY_KEY_AND_WINDOW,
    OPERATOR_UNION,
    OPERATOR_TRANSFORM,
    OPERATOR_OUTPUT, /* print, files, foreachRDD: gives no stream */
    OPERATORS_COUNT
};

/* What flows: rows of one value, or of key and value. */
enum operator_shape {
    SHAPE_ANY, /* takes either; gives what came in */
    SHAPE_PLAIN,
    SHAPE_PAIRS
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
    bool has_window;     /* takes "window" and "slide" */
    bool has_partitions; /* takes "partitions" */
};

const struct operator_class *operator_class_of(enum operator_kind kind);

/* NULL when there is no operator of that name. Sources and outputs are not found by name. */
const struct operator_class *operator_find(const char *name);

/* All names that operator_find knows, for suggestions. */
const char *const *operator_names(size_t *count);

#endif
