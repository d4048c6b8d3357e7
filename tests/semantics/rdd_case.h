/*
 * rdd_case - one of Spark's cases of RDDs being run.
 */
#ifndef WEIR_TESTS_RDD_CASE_H
#define WEIR_TESTS_RDD_CASE_H

#include <cjson/cJSON.h>
#include <weir/weir.h>

#define RDD_INPUTS_MAX 4
#define RDD_VALUES_MAX 128

struct rdd_case {
    const cJSON *item;
    const cJSON *params;
    const char *fn; /* what the case says of its functions; "" when it says nothing */
    struct weir_context *context;
    struct weir_rdd *inputs[RDD_INPUTS_MAX]; /* NULL: there is none, or it was refused */
    uint32_t inputs_count;

    /* What came of it: an RDD that is to be collected, or rows, or values. */
    struct weir_rdd *made;
    struct weir_rows rows;
    struct weir_value values[RDD_VALUES_MAX];
    struct weir_value pairs[2]; /* room for the items of a value */
    uint32_t values_count;
    bool has_values;
    weir_status status;
    char why[1024]; /* what failed, or what cannot be said */
};

/* Does what the case's "op" says. False: there is no such operator here. */
bool rdd_transform(struct rdd_case *run); /* gives run->made */
bool rdd_act(struct rdd_case *run);       /* gives rows or values */

/* Runs the steps of a case of kind rdd_control. False: run->why says what was otherwise. */
bool rdd_control_run(struct rdd_case *run);

/* The ith number of params.args. */
int64_t rdd_case_number(const struct rdd_case *run, int i, int64_t missing);

/* As values of numbers: "NaN", "Infinity" and "-Infinity" are floats. */
struct weir_value rdd_case_value(const cJSON *json);

/* Adds a value to what came of it. */
void rdd_case_add(struct rdd_case *run, struct weir_value value);

#endif
