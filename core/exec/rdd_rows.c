/*
 * rdd_rows - map, flatMap, map to pair: a function over each row, or its kernel over each chunk.
 */
#include <assert.h>

#include "exec/emitter.h"
#include "exec/kernel.h"
#include "exec/lineage.h"
#include "exec/task.h"

struct rows_rdd {
    struct rdd rdd;
    const struct function *function;
    struct weir_value argument;
    enum rows_form form;
};

struct rows_op {
    struct op op;
    const struct rows_rdd *plan;
    struct emitter emitter;
    void *kernel_state;
};

static bool gives_one_row(enum rows_form form)
{
    return form == ROWS_MAP || form == ROWS_MAP_TO_PAIR;
}

static const char *form_name(enum rows_form form)
{
    static const char *const names[] = {"map", "flatMap", "mapToPair", "flatMapToPair"};

    return names[form];
}

/* One row of a chunk, as functions are shown it. */
static inline struct weir_row row_of(const struct chunk *chunk, uint32_t row)
{
    struct weir_row shown = {.key = weir_null()};

    if (chunk_is_pairs(chunk)) {
        shown.key = column_value(&chunk->columns[CHUNK_PAIR_KEY], row);
        shown.value = column_value(&chunk->columns[CHUNK_PAIR_VALUE], row);
    } else {
        shown.value = column_value(&chunk->columns[CHUNK_VALUE], row);
    }
    return shown;
}

static weir_status rows_push(struct op *op, struct chunk *chunk, weir_error *error)
{
    struct rows_op *rows = (struct rows_op *)op;
    const struct rows_rdd *plan = rows->plan;
    weir_row_function call = plan->function->call.row;
    struct emitter *emitter = &rows->emitter;

    for (uint32_t i = 0; i < chunk->rows_count; i++) {
        struct weir_row row = row_of(chunk, chunk_row(chunk, i));
        uint64_t before = emitter_count(emitter);

        call(&row, &emitter->out, plan->argument);
        WEIR_TRY(emitter_row_done(emitter, error));
        uint64_t emitted = emitter_count(emitter) - before;
        if (emitted != 1 && gives_one_row(plan->form)) {
            return error_set(error, WEIR_E_INVAL,
                             "%s: function \"%s\" must emit exactly one row, and emitted %llu",
                             form_name(plan->form), plan->function->call.name,
                             (unsigned long long)emitted);
        }
    }
    /* What was emitted may point into the chunk, which goes when this returns. */
    return emitter_finish(emitter, error);
}

static void rows_close(struct op *op)
{
    emitter_fini(&((struct rows_op *)op)->emitter);
}

static const struct op_class rows_class = {
    .name = "rows",
    .push = rows_push,
    .close = rows_close,
};

static weir_status kernel_push(struct op *op, struct chunk *chunk, weir_error *error)
{
    struct rows_op *rows = (struct rows_op *)op;

    return rows->plan->function->kernel->push(rows->kernel_state, chunk, op->next, error);
}

static void kernel_close(struct op *op)
{
    struct rows_op *rows = (struct rows_op *)op;
    const struct kernel_class *kernel = rows->plan->function->kernel;

    if (kernel->close != NULL) {
        kernel->close(rows->kernel_state);
    }
}

static const struct op_class kernel_op_class = {
    .name = "kernel",
    .push = kernel_push,
    .close = kernel_close,
};

static weir_status rows_open(struct task *task, const struct rows_rdd *plan, struct op *to,
                             struct op **out, weir_error *error)
{
    const struct kernel_class *kernel = plan->function->kernel;
    bool has_kernel = kernel != NULL && kernel->push != NULL &&
                      kernel->gives_pairs == plan->rdd.is_pairs &&
                      (kernel->gives_one_row || !gives_one_row(plan->form));
    struct op *op;

    WEIR_TRY(op_create(task, has_kernel ? &kernel_op_class : &rows_class, sizeof(struct rows_op),
                       to, &op, error));
    struct rows_op *rows = (struct rows_op *)op;
    rows->plan = plan;
    if (has_kernel) {
        WEIR_TRY(kernel->open(task, plan->argument, &rows->kernel_state, error));
    } else {
        WEIR_TRY(emitter_init(&rows->emitter, task, to, plan->rdd.is_pairs, error));
        rows->emitter.is_foreign = true;
    }
    *out = op;
    return WEIR_OK;
}

static weir_status rows_compute(struct task *task, const struct rdd *rdd, uint32_t partition,
                                struct op *to, weir_error *error)
{
    struct op *op;

    WEIR_TRY(rows_open(task, (const struct rows_rdd *)rdd, to, &op, error));
    weir_status status = rdd_push(task, rdd->parents[0], partition, op, error);
    op_close(op);
    return status;
}

static const struct rdd_class rows_rdd_classes[] = {
    [ROWS_MAP] = {.name = "map", .compute = rows_compute},
    [ROWS_FLAT_MAP] = {.name = "flatMap", .compute = rows_compute},
    [ROWS_MAP_TO_PAIR] = {.name = "mapToPair", .compute = rows_compute},
    [ROWS_FLAT_MAP_TO_PAIR] = {.name = "flatMapToPair", .compute = rows_compute},
};

weir_status rdd_create_rows(struct rdd *parent, enum rows_form form,
                            const struct function *function, struct weir_value argument,
                            struct rdd **out, weir_error *error)
{
    struct rdd *rdd;

    assert(function->kind == WEIR_FUNCTION_ROW);
    WEIR_TRY(rdd_create(&rows_rdd_classes[form], sizeof(struct rows_rdd), parent->partitions_count,
                        &parent, 1, &rdd, error));
    struct rows_rdd *rows = (struct rows_rdd *)rdd;
    rows->function = function;
    rows->argument = argument;
    rows->form = form;
    rdd->is_pairs = form == ROWS_MAP_TO_PAIR || form == ROWS_FLAT_MAP_TO_PAIR;
    *out = rdd;
    return WEIR_OK;
}
