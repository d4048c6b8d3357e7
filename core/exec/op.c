/*
 * op - one running operator: the moving half of a piece of lineage.
 */
#include "exec/op.h"

#include <assert.h>

#include "exec/task.h"

weir_status op_create(struct task *task, const struct op_class *class, size_t size, struct op *next,
                      struct op **out, weir_error *error)
{
    assert(size >= sizeof(struct op));
    struct op *op = arena_zalloc(&task->arena, size);

    if (op == NULL) {
        return error_set(error, WEIR_E_NOMEM, "%s: no memory for %zu bytes", class->name, size);
    }
    op->class = class;
    op->next = next;
    op->task = task;
    *out = op;
    return WEIR_OK;
}
