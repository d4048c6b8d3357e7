/*
 * lineage_forms - the steps that a random lineage is made of: one for each way to derive an RDD.
 */
#ifndef WEIR_TESTS_LINEAGE_FORMS_H
#define WEIR_TESTS_LINEAGE_FORMS_H

#include "exec/executor.h"
#include "lineage_plan.h"

enum lineage_takes { TAKES_ANY, TAKES_PAIRS, TAKES_PLAIN };

/* What a form makes its RDD of. */
struct lineage_input {
    struct executor *executor;
    const struct function_registry *functions;
    const struct lineage_step *step;
    struct rdd *left;
    struct rdd *right;
};

struct lineage_form {
    const char *name;
    uint32_t parents_count; /* 1 or 2 */
    enum lineage_takes takes;
    uint32_t product_max; /* of two parents' rows; 0: any */
    weir_status (*make)(const struct lineage_input *input, struct rdd **out, weir_error *error);
};

extern const struct lineage_form lineage_forms[];
extern const uint32_t lineage_forms_count;

#endif
