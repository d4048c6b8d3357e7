/*
 * tally - a value that tasks add to, and that only successful tasks change: the program's
 * accumulators.
 *
 * What a function adds while it runs in a task is held back, thread by thread, until the task is
 * done, and dropped when it fails. So each task counts once, however often it was tried. An RDD
 * that is computed twice is computed by other tasks, and counts twice.
 *
 * Life:     tally_create, tally_add ..., tally_destroy when no job runs that adds to it.
 * Threads:  any.
 */
#ifndef WEIR_EXEC_TALLY_H
#define WEIR_EXEC_TALLY_H

#include "base/arena.h"
#include "plan/function.h"

struct tally;

/* merge: a reduce function, which sees what there is and what is added; it gets a null argument.
 * zero: copied; merging it changes nothing. */
CHECKED weir_status tally_create(const struct function *merge, struct weir_value zero,
                                 struct tally **out, weir_error *error);

/* In a task: held back until it is done. Elsewhere: at once. */
CHECKED weir_status tally_add(struct tally *tally, struct weir_value value, weir_error *error);

/* A copy of what there is. */
CHECKED weir_status tally_read(struct tally *tally, struct arena *arena, struct weir_value *out,
                               weir_error *error);

/* From zero again. */
void tally_reset(struct tally *tally);

/* NULL is fine. */
void tally_destroy(struct tally *tally);

/* Around a task, on its thread. The end of one that has succeeded fails when something that was
 * held back cannot be added. */
void tally_task_begin(void);
CHECKED weir_status tally_task_end(bool has_succeeded, weir_error *error);

#endif
