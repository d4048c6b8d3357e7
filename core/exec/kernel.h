/*
 * kernel - the chunk-wise form of a function: a loop around the rows instead of a call per row.
 *
 * A row kernel (map, flatMap, map to pair) takes a chunk and pushes chunks on. A reduce kernel
 * brings accumulators of its own. Both must give exactly what the row form would.
 */
#ifndef WEIR_EXEC_KERNEL_H
#define WEIR_EXEC_KERNEL_H

#include "exec/op.h"
#include "plan/function.h"

struct accumulator_class;

struct kernel_class {
    /* Row kernels. What they give must be what the operator wants, else the row form is run: pairs,
     * and exactly one row for each. */
    bool gives_pairs;
    bool gives_one_row;
    /* open makes the kernel's state for one task, in the task's arena; close lets go
     * of what the arena does not own (NULL: nothing). */
    weir_status (*open)(struct task *task, struct weir_value argument, void **state,
                        weir_error *error);
    weir_status (*push)(void *state, const struct chunk *chunk, struct op *next, weir_error *error);
    void (*close)(void *state);

    /* Reduce kernels. */
    const struct accumulator_class *accumulators;
};

extern const struct kernel_class kernel_split;
extern const struct kernel_class kernel_with_one;
extern const struct kernel_class kernel_sum;

/* The row forms and argument checks that stand beside the kernels. */
void split_row(const struct weir_row *row, struct weir_emitter *out, struct weir_value argument);
weir_status split_check_argument(struct weir_value argument, weir_error *error);
void with_one_row(const struct weir_row *row, struct weir_emitter *out, struct weir_value argument);
struct weir_value sum_reduce(struct weir_value left, struct weir_value right,
                             struct weir_emitter *memory, struct weir_value argument);

#endif
