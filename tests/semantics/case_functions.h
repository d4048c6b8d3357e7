/*
 * case_functions - the functions that Spark's cases name, in C.
 */
#ifndef WEIR_TESTS_CASE_FUNCTIONS_H
#define WEIR_TESTS_CASE_FUNCTIONS_H

#include <weir/weir.h>

struct case_function {
    const char *name;
    struct weir_function call;
    bool gives_pairs; /* of map and flatMap */
};

/* NULL when there is none of that name. */
const struct case_function *case_function_find(const char *name);

#endif
