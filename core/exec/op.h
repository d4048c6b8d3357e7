/*
 * op - one running operator: the moving half of a piece of lineage.
 *
 * A task builds a chain of ops from its end to its start, pushes the rows of one partition through
 * it chunk by chunk, and finishes it.
 *
 * Life:     made by op_create, any number of op_push, op_finish once unless a push failed,
 *           op_close always. Ops are closed by whoever made them.
 * Threads:  an op belongs to one task, hence to one thread at a time. It takes no locks.
 * Memory:   everything an op allocates comes from its task's arena, or is let go in close.
 */
#ifndef WEIR_EXEC_OP_H
#define WEIR_EXEC_OP_H

#include "base/error.h"
#include "data/chunk.h"

struct op;
struct task;

struct op_class {
    const char *name;

    /* Handles one chunk. Borrows it: the op may narrow the selection, but must copy what it keeps.
     * Rows go on with op_push(op->next, ...). WEIR_STOPPING: no more rows are wanted, which is no
     * failure; it is passed on upwards. Required. */
    weir_status (*push)(struct op *op, struct chunk *chunk, weir_error *error);

    /* No more input: send what was held back. Does not finish op->next. NULL: nothing ever is. */
    weir_status (*finish)(struct op *op, weir_error *error);

    /* Lets go of what the arena does not own. NULL if there is none. */
    void (*close)(struct op *op);
};

struct op {
    const struct op_class *class;
    struct op *next; /* NULL at the end of a chain */
    struct task *task;
};

/* An op of size bytes (its struct op first), zeroed, in the task's arena. */
CHECKED weir_status op_create(struct task *task, const struct op_class *class, size_t size,
                              struct op *next, struct op **out, weir_error *error);

CHECKED static inline weir_status op_push(struct op *op, struct chunk *chunk, weir_error *error)
{
    if (chunk->rows_count == 0) {
        return WEIR_OK;
    }
    return op->class->push(op, chunk, error);
}

CHECKED static inline weir_status op_finish(struct op *op, weir_error *error)
{
    return op->class->finish == NULL ? WEIR_OK : op->class->finish(op, error);
}

static inline void op_close(struct op *op)
{
    if (op != NULL && op->class->close != NULL) {
        op->class->close(op);
    }
}

#endif
