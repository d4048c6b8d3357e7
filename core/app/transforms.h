/*
 * transforms - the built-in functions of the operator transform, from RDD to RDD.
 *
 *     top     the greatest rows of each batch; argument: how many, 10 or {"count": 10}
 */
#ifndef WEIR_APP_TRANSFORMS_H
#define WEIR_APP_TRANSFORMS_H

#include "plan/function.h"

CHECKED weir_status transforms_register(struct function_registry *registry, weir_error *error);

#endif
