/*
 * weir/shared.h - values that functions share, whatever thread they run on: broadcast values, which
 * they read, and accumulators, which they add to.
 *
 *     struct weir_accumulator *bad = weir_accumulator_create(context, "bad lines", WEIR_SUM,
 *                                                            weir_int(0));
 *
 *     static bool is_good(const struct weir_row *line, struct weir_value argument)
 *     {
 *         if (weir_size_of(line->value) > 0) {
 *             return true;
 *         }
 *         weir_accumulator_add(weir_accumulator_of(argument), weir_int(1));
 *         return false;
 *     }
 *
 *     weir_filter(lines, WEIR_FUNCTION(is_good), weir_accumulator_argument(bad));
 *
 * A function is handed one as its argument, or as an item of a list or tuple in it.
 *
 * Life:     they belong to their context. One that is destroyed before must not be used by
 *           functions that still run.
 * Threads:  creating and destroying is the builder's; all else any thread's.
 */
#ifndef WEIR_SHARED_H
#define WEIR_SHARED_H

#include <weir/action.h>

#ifdef __cplusplus
extern "C" {
#endif

/* So many in one process. */
#define WEIR_SHARED_MAX 4096u

struct weir_broadcast;
struct weir_accumulator;

/* ----------------------------------------------------------------------------- broadcasts */

/* A value, copied once, that arguments refer to: large ones are not copied into each RDD that is
 * derived with them. NULL after a failure, which weir_context_error tells. */
WEIR_API struct weir_broadcast *weir_broadcast_create(struct weir_context *context,
                                                      struct weir_value value);

/* What to give to a function as its argument. */
WEIR_API struct weir_value weir_broadcast_argument(const struct weir_broadcast *broadcast);

/* In a function: the value; null when the argument stands for none. */
WEIR_API struct weir_value weir_broadcast_of(struct weir_value argument);

/* NULL is fine. */
WEIR_API void weir_broadcast_destroy(struct weir_broadcast *broadcast);

/* --------------------------------------------------------------------------- accumulators */

/* What is added is merged by a reduce function, associative and commutative, from `zero` on, which
 * changes nothing when it is merged: WEIR_SUM from 0, a function of the program's own from an empty
 * list. name: NULL for none. NULL after a failure, which weir_context_error tells. */
WEIR_API struct weir_accumulator *weir_accumulator_create(struct weir_context *context,
                                                          const char *name,
                                                          struct weir_function function,
                                                          struct weir_value zero);

WEIR_API struct weir_value weir_accumulator_argument(const struct weir_accumulator *accumulator);

/* In a function: the accumulator; NULL when the argument stands for none. */
WEIR_API struct weir_accumulator *weir_accumulator_of(struct weir_value argument);

/*
 * Adds a value. What a function adds on a worker shows once its task has succeeded; a task that
 * fails adds nothing, and is tried again. So what an action's own function adds
 * (weir_rdd_foreach, say) counts once for each row. What a transformation's function adds counts
 * once each time that a partition is computed: again when a second action needs it and it is not
 * kept, or when a kept or shuffled partition was lost.
 */
WEIR_API weir_status weir_accumulator_add(struct weir_accumulator *accumulator,
                                          struct weir_value value);

/* What has been added so far, as the only row of *out; weir_rows_free frees it. */
WEIR_API weir_status weir_accumulator_value(struct weir_accumulator *accumulator,
                                            struct weir_rows *out);

WEIR_API const char *weir_accumulator_name(const struct weir_accumulator *accumulator);

/* From zero again. */
WEIR_API void weir_accumulator_reset(struct weir_accumulator *accumulator);

/* NULL is fine. */
WEIR_API void weir_accumulator_destroy(struct weir_accumulator *accumulator);

#ifdef __cplusplus
}
#endif
#endif
