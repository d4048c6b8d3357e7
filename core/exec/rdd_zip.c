/*
 * rdd_zip - RDDs side by side, partition by partition: zip, and zipPartitions by a function.
 */
#include <assert.h>

#include "exec/emitter.h"
#include "exec/lineage_rdd.h"
#include "exec/partition_rows.h"
#include "exec/whole_row.h"

/* Takes the left rows, beside the right ones, which are gathered. */
struct zip_op {
    struct op op;
    const struct block *right;
    uint32_t next;
    struct emitter emitter;
};

static weir_status refuse_sizes(const struct zip_op *zip, weir_error *error)
{
    return error_set(error, WEIR_E_INVAL,
                     "can only zip RDDs with same number of elements in each partition: the right "
                     "one has %u in partition %u, the left one %s",
                     zip->right->rows_count, zip->op.task->partition,
                     zip->next < zip->right->rows_count ? "fewer" : "more");
}

static weir_status zip_push(struct op *op, struct chunk *chunk, weir_error *error)
{
    struct zip_op *zip = (struct zip_op *)op;
    struct weir_emitter *out = &zip->emitter.out;

    for (uint32_t i = 0; i < chunk->rows_count; i++) {
        if (zip->next == zip->right->rows_count) {
            return refuse_sizes(zip, error);
        }
        struct weir_row left = chunk_row_shown(chunk, i);
        struct weir_row right = block_row(zip->right, zip->next++);
        struct weir_value key = whole_row(&left, chunk_is_pairs(chunk), out);

        weir_emit_pair(out, key, whole_row(&right, zip->right->columns_count == 2, out));
        WEIR_TRY(emitter_row_done(&zip->emitter, error));
    }
    return emitter_finish(&zip->emitter, error);
}

static void zip_close(struct op *op)
{
    emitter_fini(&((struct zip_op *)op)->emitter);
}

static const struct op_class zip_op_class = {
    .name = "zip",
    .push = zip_push,
    .close = zip_close,
};

static weir_status zip_compute(struct task *task, const struct rdd *rdd, uint32_t partition,
                               struct op *to, weir_error *error)
{
    struct block *right;
    struct op *op;

    WEIR_TRY(op_create(task, &zip_op_class, sizeof(struct zip_op), to, &op, error));
    struct zip_op *zip = (struct zip_op *)op;
    WEIR_TRY(partition_gather(task, rdd->parents[1], partition, &right, error));
    zip->right = right;
    weir_status status = emitter_init(&zip->emitter, task, to, true, error);
    if (status == WEIR_OK) {
        status = rdd_push(task, rdd->parents[0], partition, op, error);
    }
    if (status == WEIR_OK && zip->next < right->rows_count) {
        status = refuse_sizes(zip, error);
    }
    op_close(op);
    block_drop(right);
    return status;
}

static const struct rdd_class zip_class = {
    .name = "zip",
    .compute = zip_compute,
};

static weir_status check_counts(struct rdd *const *parents, uint32_t count, weir_error *error)
{
    for (uint32_t i = 1; i < count; i++) {
        if (parents[i]->partitions_count != parents[0]->partitions_count) {
            return error_set(error, WEIR_E_INVAL,
                             "can't zip RDDs with unequal numbers of partitions: %u and %u",
                             parents[0]->partitions_count, parents[i]->partitions_count);
        }
    }
    return WEIR_OK;
}

weir_status rdd_create_zip(struct rdd *left, struct rdd *right, struct rdd **out, weir_error *error)
{
    struct rdd *const parents[] = {left, right};
    struct rdd *rdd;

    WEIR_TRY(check_counts(parents, 2, error));
    WEIR_TRY(rdd_create(&zip_class, sizeof(*rdd), left->partitions_count, parents, 2, &rdd, error));
    rdd->is_pairs = true;
    *out = rdd;
    return WEIR_OK;
}

struct zip_partitions_rdd {
    struct rdd rdd;
    const struct function *function;
    struct weir_value argument;
};

static weir_status call_zip(struct task *task, const struct zip_partitions_rdd *rdd,
                            uint32_t partition, struct block *const *blocks, struct op *to,
                            weir_error *error)
{
    struct block_iterator iterators[ZIP_PARENTS_MAX];
    struct weir_iterator *shown[ZIP_PARENTS_MAX];
    struct emitter emitter;
    weir_status status = emitter_init(&emitter, task, to, rdd->rdd.is_pairs, error);

    for (uint32_t i = 0; i < rdd->rdd.parents_count; i++) {
        block_iterator_init(&iterators[i], blocks[i], partition);
        shown[i] = &iterators[i].rows;
    }
    if (status == WEIR_OK) {
        rdd->function->call.zip(shown, rdd->rdd.parents_count, &emitter.out, rdd->argument);
        status = emitter_finish(&emitter, error);
    }
    emitter_fini(&emitter);
    return status;
}

static weir_status zip_partitions_compute(struct task *task, const struct rdd *rdd,
                                          uint32_t partition, struct op *to, weir_error *error)
{
    struct block *blocks[ZIP_PARENTS_MAX] = {NULL};
    weir_status status = WEIR_OK;

    for (uint32_t i = 0; i < rdd->parents_count && status == WEIR_OK; i++) {
        status = partition_gather(task, rdd->parents[i], partition, &blocks[i], error);
    }
    if (status == WEIR_OK) {
        status =
            call_zip(task, (const struct zip_partitions_rdd *)rdd, partition, blocks, to, error);
    }
    for (uint32_t i = 0; i < rdd->parents_count; i++) {
        block_drop(blocks[i]);
    }
    return status;
}

static const struct rdd_class zip_partitions_class = {
    .name = "zipPartitions",
    .compute = zip_partitions_compute,
};

weir_status rdd_create_zip_partitions(struct rdd *const *parents, uint32_t parents_count,
                                      const struct function *function, struct weir_value argument,
                                      bool gives_pairs, struct rdd **out, weir_error *error)
{
    struct rdd *rdd;

    assert(function->kind == WEIR_FUNCTION_ZIP);
    if (parents_count < 2 || parents_count > ZIP_PARENTS_MAX) {
        return error_set(error, WEIR_E_INVAL, "zipPartitions takes 2 to %u RDDs, not %u",
                         ZIP_PARENTS_MAX, parents_count);
    }
    WEIR_TRY(check_counts(parents, parents_count, error));
    WEIR_TRY(rdd_create(&zip_partitions_class, sizeof(struct zip_partitions_rdd),
                        parents[0]->partitions_count, parents, parents_count, &rdd, error));
    struct zip_partitions_rdd *zip = (struct zip_partitions_rdd *)rdd;
    zip->function = function;
    zip->argument = argument;
    rdd->is_pairs = gives_pairs;
    *out = rdd;
    return WEIR_OK;
}
