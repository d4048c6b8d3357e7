/*
 * rdd_index - rows with numbers: zipWithIndex (by partition, then place) and zipWithUniqueId.
 */
#include "base/mem.h"
#include "exec/action.h"
#include "exec/emitter.h"
#include "exec/lineage_rdd.h"
#include "exec/partition_rows.h"
#include "exec/whole_row.h"

/* Row i of partition p has the number first(p) + i * step. */
struct index_rdd {
    struct rdd rdd;
    uint64_t *firsts; /* by partition; NULL: first(p) is p */
    uint64_t step;
};

struct index_op {
    struct op op;
    uint64_t next;
    uint64_t step;
    struct emitter emitter;
};

static weir_status index_push(struct op *op, struct chunk *chunk, weir_error *error)
{
    struct index_op *index = (struct index_op *)op;
    struct weir_emitter *out = &index->emitter.out;

    for (uint32_t i = 0; i < chunk->rows_count; i++) {
        struct weir_row row = chunk_row_shown(chunk, i);

        weir_emit_pair(out, whole_row(&row, chunk_is_pairs(chunk), out),
                       weir_int((int64_t)index->next));
        index->next += index->step;
        WEIR_TRY(emitter_row_done(&index->emitter, error));
    }
    return emitter_finish(&index->emitter, error);
}

static void index_close(struct op *op)
{
    emitter_fini(&((struct index_op *)op)->emitter);
}

static const struct op_class index_op_class = {
    .name = "index",
    .push = index_push,
    .close = index_close,
};

static weir_status index_compute(struct task *task, const struct rdd *rdd, uint32_t partition,
                                 struct op *to, weir_error *error)
{
    const struct index_rdd *plan = (const struct index_rdd *)rdd;
    struct op *op;

    WEIR_TRY(op_create(task, &index_op_class, sizeof(struct index_op), to, &op, error));
    struct index_op *index = (struct index_op *)op;
    index->next = plan->firsts == NULL ? partition : plan->firsts[partition];
    index->step = plan->step;
    weir_status status = emitter_init(&index->emitter, task, to, true, error);
    if (status == WEIR_OK) {
        status = rdd_push(task, rdd->parents[0], partition, op, error);
    }
    op_close(op);
    return status;
}

static void index_fini(struct rdd *rdd)
{
    mem_free(((struct index_rdd *)rdd)->firsts);
}

static const struct rdd_class index_class = {
    .name = "zipWithIndex",
    .compute = index_compute,
    .fini = index_fini,
};

static const struct rdd_class unique_class = {
    .name = "zipWithUniqueId",
    .compute = index_compute,
    .fini = index_fini,
};

weir_status rdd_create_zip_with_unique_id(struct rdd *parent, struct rdd **out, weir_error *error)
{
    struct rdd *rdd;

    WEIR_TRY(rdd_create(&unique_class, sizeof(struct index_rdd), parent->partitions_count, &parent,
                        1, &rdd, error));
    ((struct index_rdd *)rdd)->step = parent->partitions_count;
    rdd->is_pairs = true;
    *out = rdd;
    return WEIR_OK;
}

weir_status rdd_create_zip_with_index(struct executor *executor, struct rdd *parent,
                                      struct rdd **out, weir_error *error)
{
    uint32_t count = parent->partitions_count;
    uint64_t *firsts = mem_zalloc(((size_t)count + 1) * sizeof(*firsts));
    weir_status status = WEIR_OK;
    struct rdd *rdd;

    if (firsts == NULL) {
        return error_set(error, WEIR_E_NOMEM, "no memory for %u partitions", count);
    }
    if (count > 1) { /* how many rows the last one has does not matter */
        status = action_count_each(executor, parent, 0, count - 1, firsts + 1, error);
    }
    if (status == WEIR_OK) {
        status = rdd_create(&index_class, sizeof(struct index_rdd), count, &parent, 1, &rdd, error);
    }
    if (status != WEIR_OK) {
        mem_free(firsts);
        return status;
    }
    for (uint32_t i = 1; i < count; i++) {
        firsts[i] += firsts[i - 1];
    }
    ((struct index_rdd *)rdd)->firsts = firsts;
    ((struct index_rdd *)rdd)->step = 1;
    rdd->is_pairs = true;
    *out = rdd;
    return WEIR_OK;
}
