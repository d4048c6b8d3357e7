/*
 * rdd_partitions - what works on a partition as a whole: mapPartitions and glom.
 */
#include <assert.h>

#include "exec/emitter.h"
#include "exec/lineage_rdd.h"
#include "exec/partition_rows.h"
#include "exec/whole_row.h"

struct partitions_rdd {
    struct rdd rdd;
    const struct function *function; /* NULL: glom */
    struct weir_value argument;
};

static weir_status call_function(struct task *task, const struct partitions_rdd *rdd,
                                 uint32_t partition, const struct block *block, struct op *to,
                                 weir_error *error)
{
    struct block_iterator iterator;
    struct emitter emitter;
    weir_status status = emitter_init(&emitter, task, to, rdd->rdd.is_pairs, error);

    if (status == WEIR_OK) {
        emitter.is_foreign = true;
        block_iterator_init(&iterator, block, partition);
        rdd->function->call.partition(&iterator.rows, &emitter.out, rdd->argument);
        status = emitter_finish(&emitter, error);
    }
    emitter_fini(&emitter);
    return status;
}

static weir_status emit_list(struct task *task, const struct block *block, struct op *to,
                             weir_error *error)
{
    struct emitter emitter;
    weir_status status = emitter_init(&emitter, task, to, false, error);

    if (status == WEIR_OK && block->rows_count > WEIR_SIZE_MAX) {
        status = error_set(error, WEIR_E_TOOBIG, "glom: a partition of %u rows, and %u is the most",
                           block->rows_count, WEIR_SIZE_MAX);
    }
    if (status == WEIR_OK) {
        struct weir_value *items =
            arena_alloc(&emitter.scratch, ((size_t)block->rows_count + 1) * sizeof(*items));
        if (items == NULL) {
            status =
                error_set(error, WEIR_E_NOMEM, "glom: no memory for %u rows", block->rows_count);
        }
        for (uint32_t i = 0; i < block->rows_count && items != NULL; i++) {
            struct weir_row row = block_row(block, i);
            items[i] = whole_row(&row, block->columns_count == 2, &emitter.out);
        }
        if (items != NULL) {
            weir_emit(&emitter.out, weir_list(items, block->rows_count));
            status = emitter_finish(&emitter, error);
        }
    }
    emitter_fini(&emitter);
    return status;
}

static weir_status partitions_compute(struct task *task, const struct rdd *rdd, uint32_t partition,
                                      struct op *to, weir_error *error)
{
    const struct partitions_rdd *partitions = (const struct partitions_rdd *)rdd;
    struct block *block;

    WEIR_TRY(partition_gather(task, rdd->parents[0], partition, &block, error));
    weir_status status = partitions->function == NULL
                             ? emit_list(task, block, to, error)
                             : call_function(task, partitions, partition, block, to, error);
    block_drop(block);
    return status;
}

static const struct rdd_class map_partitions_class = {
    .name = "mapPartitions",
    .compute = partitions_compute,
};

static const struct rdd_class glom_class = {
    .name = "glom",
    .compute = partitions_compute,
};

weir_status rdd_create_map_partitions(struct rdd *parent, const struct function *function,
                                      struct weir_value argument, bool gives_pairs,
                                      bool keeps_partitioner, struct rdd **out, weir_error *error)
{
    struct rdd *rdd;

    assert(function->kind == WEIR_FUNCTION_PARTITION);
    WEIR_TRY(rdd_create(&map_partitions_class, sizeof(struct partitions_rdd),
                        parent->partitions_count, &parent, 1, &rdd, error));
    struct partitions_rdd *partitions = (struct partitions_rdd *)rdd;
    partitions->function = function;
    partitions->argument = argument;
    rdd->is_pairs = gives_pairs;
    if (gives_pairs && keeps_partitioner) {
        rdd_set_partitioner(rdd, parent->partitioner);
    }
    *out = rdd;
    return WEIR_OK;
}

weir_status rdd_create_glom(struct rdd *parent, struct rdd **out, weir_error *error)
{
    return rdd_create(&glom_class, sizeof(struct partitions_rdd), parent->partitions_count, &parent,
                      1, out, error);
}
