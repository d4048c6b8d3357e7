/*
 * combiner - how the values of a key become one: reduceByKey, foldByKey, aggregateByKey and
 * combineByKey are this, with more or less of it given.
 *
 * Values are merged into combiners where they are (phase VALUES), and combiners with each other
 * once a shuffle has brought them together (phase COMBINERS).
 */
#ifndef WEIR_EXEC_COMBINER_H
#define WEIR_EXEC_COMBINER_H

#include "plan/function.h"

struct combiner {
    const struct function *create;          /* a key's first value; NULL: it stands as it is */
    const struct function *merge_value;     /* combiner, value -> combiner */
    const struct function *merge_combiners; /* combiner, combiner -> combiner */
    struct weir_value zero;                 /* with has_zero: the first value is merged into it */
    bool has_zero;
    struct weir_value argument; /* all functions' */
};

enum combiner_phase { PHASE_VALUES, PHASE_COMBINERS };

/* reduceByKey: one function for everything. */
static inline struct combiner combiner_reduce(const struct function *function,
                                              struct weir_value argument)
{
    struct combiner combiner = {0};

    combiner.merge_value = function;
    combiner.merge_combiners = function;
    combiner.argument = argument;
    return combiner;
}

#endif
