/*
 * rdd_cartesian - all pairs of a left row and a right row. Partition l * n + r pairs the left
 * partition l with the right partition r, which is gathered.
 */
#include "exec/emitter.h"
#include "exec/lineage_rdd.h"
#include "exec/partition_rows.h"
#include "exec/shuffle.h"
#include "exec/whole_row.h"

struct cartesian_op {
    struct op op;
    const struct weir_value *rights;
    uint32_t rights_count;
    struct emitter emitter;
};

static weir_status cartesian_push(struct op *op, struct chunk *chunk, weir_error *error)
{
    struct cartesian_op *cartesian = (struct cartesian_op *)op;
    struct emitter *emitter = &cartesian->emitter;

    for (uint32_t i = 0; i < chunk->rows_count; i++) {
        struct weir_row row = chunk_row_shown(chunk, i);
        struct weir_value left = whole_row(&row, chunk_is_pairs(chunk), &emitter->out);

        if (atomic_load_explicit(op->task->is_cancelled, memory_order_relaxed)) {
            return error_set(error, WEIR_STOPPING, "stopped");
        }
        for (uint32_t k = 0; k < cartesian->rights_count && emitter->status == WEIR_OK; k++) {
            weir_emit_pair(&emitter->out, left, cartesian->rights[k]);
        }
        WEIR_TRY(emitter_row_done(emitter, error));
    }
    return emitter_finish(emitter, error);
}

static const struct op_class cartesian_op_class = {
    .name = "cartesian",
    .push = cartesian_push,
};

/* The right rows as values; tuples of pairs stand in `memory`. */
static weir_status rights_show(struct cartesian_op *cartesian, const struct block *right,
                               struct emitter *memory, weir_error *error)
{
    struct weir_value *values =
        arena_alloc(&memory->scratch, ((size_t)right->rows_count + 1) * sizeof(*values));

    if (values == NULL) {
        return error_set(error, WEIR_E_NOMEM, "cartesian: no memory for %u rows",
                         right->rows_count);
    }
    for (uint32_t i = 0; i < right->rows_count && memory->status == WEIR_OK; i++) {
        struct weir_row row = block_row(right, i);
        values[i] = whole_row(&row, right->columns_count == 2, &memory->out);
    }
    cartesian->rights = values;
    cartesian->rights_count = right->rows_count;
    return emitter_finish(memory, error);
}

static weir_status cartesian_run(struct task *task, const struct rdd *rdd, uint32_t left_partition,
                                 const struct block *right, struct op *to, weir_error *error)
{
    struct emitter memory; /* the right rows' */
    struct op *op;

    WEIR_TRY(op_create(task, &cartesian_op_class, sizeof(struct cartesian_op), to, &op, error));
    struct cartesian_op *cartesian = (struct cartesian_op *)op;
    arena_init(&cartesian->emitter.scratch);
    weir_status status = emitter_init(&memory, task, NULL, false, error);
    if (status == WEIR_OK) {
        status = emitter_init(&cartesian->emitter, task, to, true, error);
    }
    if (status == WEIR_OK) {
        status = rights_show(cartesian, right, &memory, error);
    }
    if (status == WEIR_OK && right->rows_count > 0) {
        status = rdd_push(task, rdd->parents[0], left_partition, op, error);
    }
    emitter_fini(&cartesian->emitter);
    emitter_fini(&memory);
    return status;
}

static weir_status cartesian_compute(struct task *task, const struct rdd *rdd, uint32_t partition,
                                     struct op *to, weir_error *error)
{
    uint32_t rights_count = rdd->parents[1]->partitions_count;
    struct block *right;

    WEIR_TRY(partition_gather(task, rdd->parents[1], partition % rights_count, &right, error));
    weir_status status = cartesian_run(task, rdd, partition / rights_count, right, to, error);
    block_drop(right);
    return status;
}

static const struct rdd_class cartesian_class = {
    .name = "cartesian",
    .compute = cartesian_compute,
};

weir_status rdd_create_cartesian(struct rdd *left, struct rdd *right, struct rdd **out,
                                 weir_error *error)
{
    uint64_t count = (uint64_t)left->partitions_count * right->partitions_count;
    struct rdd *const parents[] = {left, right};
    struct rdd *rdd;

    if (count > (uint64_t)SHUFFLE_TARGETS_MAX * 256) {
        return error_set(error, WEIR_E_TOOBIG, "cartesian: %u times %u partitions are too many",
                         left->partitions_count, right->partitions_count);
    }
    WEIR_TRY(rdd_create(&cartesian_class, sizeof(*rdd), (uint32_t)count, parents, 2, &rdd, error));
    rdd->is_pairs = true;
    *out = rdd;
    return WEIR_OK;
}
