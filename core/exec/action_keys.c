/*
 * action_keys - what is known of keys: countByValue, countByKey, collectAsMap, reduceByKeyLocally,
 * lookup.
 */
#include <assert.h>

#include "base/mem.h"
#include "data/compare.h"
#include "data/hash.h"
#include "data/value.h"
#include "exec/action.h"
#include "exec/kernel.h"
#include "exec/lineage.h"
#include "exec/lineage_rdd.h"
#include "exec/partition_rows.h"
#include "exec/table.h"
#include "exec/whole_row.h"

static void with_key_one(const struct weir_row *row, struct weir_emitter *out,
                         struct weir_value argument)
{
    weir_emit_pair(out, row->key, argument);
}

static const struct function with_key_one_function = {
    .kind = WEIR_FUNCTION_ROW,
    .call = {.name = "key with one", .kind = WEIR_FUNCTION_ROW, .row = with_key_one},
};

static const struct function add_function = {
    .kind = WEIR_FUNCTION_REDUCE,
    .call = {.name = "sum", .kind = WEIR_FUNCTION_REDUCE, .reduce = sum_reduce},
    .kernel = &kernel_sum,
};

/* All rows, in partition order, as one block. */
static weir_status collect_joined(struct executor *executor, struct rdd *rdd, struct block **out,
                                  weir_error *error)
{
    struct block **blocks;
    uint32_t count;

    WEIR_TRY(action_collect(executor, rdd, &blocks, &count, error));
    weir_status status = blocks_join(blocks, count, out, error);
    blocks_free(blocks, count);
    return status;
}

weir_status action_reduce_by_key_locally(struct executor *executor, struct rdd *rdd,
                                         const struct function *function,
                                         struct weir_value argument, struct block **out,
                                         weir_error *error)
{
    /* As many partitions as there are already, whatever the workers: so the order is always the
     * same. */
    uint32_t partitions_count = rdd->partitions_count == 0 ? 1 : rdd->partitions_count;
    struct rdd *reduced;

    assert(rdd->is_pairs);
    WEIR_TRY(rdd_create_reduce_by_key(rdd, function, argument, partitions_count, &reduced, error));
    weir_status status = collect_joined(executor, reduced, out, error);
    rdd_drop(reduced);
    return status;
}

weir_status action_count_by_value(struct executor *executor, struct rdd *rdd, struct block **out,
                                  weir_error *error)
{
    struct rdd *ones;

    WEIR_TRY(rdd_create_rows_with_one(rdd, &ones, error));
    weir_status status =
        action_reduce_by_key_locally(executor, ones, &add_function, weir_null(), out, error);
    rdd_drop(ones);
    return status;
}

weir_status action_count_by_key(struct executor *executor, struct rdd *rdd, struct block **out,
                                weir_error *error)
{
    struct rdd *ones;

    assert(rdd->is_pairs);
    WEIR_TRY(
        rdd_create_rows(rdd, ROWS_MAP_TO_PAIR, &with_key_one_function, weir_int(1), &ones, error));
    weir_status status =
        action_reduce_by_key_locally(executor, ones, &add_function, weir_null(), out, error);
    rdd_drop(ones);
    return status;
}

/* lasts[entry]: the place of its last row. */
static weir_status lasts_find(const struct block *block, struct table *table, uint32_t *lasts,
                              weir_error *error)
{
    uint32_t entries[CHUNK_ROWS_MAX];

    for (uint32_t first = 0; first < block->rows_count; first += CHUNK_ROWS_MAX) {
        uint32_t left = block->rows_count - first;
        struct chunk chunk;

        block_view(block, first, left < CHUNK_ROWS_MAX ? left : CHUNK_ROWS_MAX, &chunk);
        WEIR_TRY(table_find(table, &chunk.columns[CHUNK_PAIR_KEY], NULL, chunk.rows_count, entries,
                            error));
        for (uint32_t i = 0; i < chunk.rows_count; i++) {
            lasts[entries[i]] = first + i;
        }
    }
    return WEIR_OK;
}

static weir_status block_of_lasts(const struct block *block, struct block **out, weir_error *error)
{
    struct block_builder builder;
    struct table table;
    uint32_t *lasts = mem_alloc(((size_t)block->rows_count + 1) * sizeof(*lasts));

    if (lasts == NULL) {
        return error_set(error, WEIR_E_NOMEM, "no memory for %u rows", block->rows_count);
    }
    weir_status status = table_init(&table, error);
    if (status != WEIR_OK) {
        mem_free(lasts);
        return status;
    }
    block_builder_init(&builder);
    status = lasts_find(block, &table, lasts, error);
    for (uint32_t i = 0; i < table.entries_count && status == WEIR_OK; i++) {
        struct weir_row row = block_row(block, lasts[i]);
        status = block_builder_append_row(&builder, &row.key, row.value, error);
    }
    if (status == WEIR_OK) {
        status = block_builder_finish(&builder, out, error);
    }
    block_builder_fini(&builder);
    table_fini(&table);
    mem_free(lasts);
    return status;
}

weir_status action_collect_as_map(struct executor *executor, struct rdd *rdd, struct block **out,
                                  weir_error *error)
{
    struct block *block;

    assert(rdd->is_pairs);
    WEIR_TRY(collect_joined(executor, rdd, &block, error));
    weir_status status = block_of_lasts(block, out, error);
    block_drop(block);
    return status;
}

struct looking {
    struct weir_value key;
    uint32_t first;
    struct block **blocks; /* by partition - first */
};

struct lookup_op {
    struct op op;
    struct looking *looking;
    struct block_builder builder;
};

static weir_status lookup_push(struct op *op, struct chunk *chunk, weir_error *error)
{
    struct lookup_op *lookup = (struct lookup_op *)op;

    for (uint32_t i = 0; i < chunk->rows_count; i++) {
        struct weir_row row = chunk_row_shown(chunk, i);

        if (value_equal(&row.key, &lookup->looking->key)) {
            WEIR_TRY(block_builder_append_row(&lookup->builder, NULL, row.value, error));
        }
    }
    return WEIR_OK;
}

static weir_status lookup_finish(struct op *op, weir_error *error)
{
    struct lookup_op *lookup = (struct lookup_op *)op;
    struct looking *looking = lookup->looking;
    struct block **place = &looking->blocks[op->task->partition - looking->first];
    struct block *block;

    WEIR_TRY(block_builder_finish(&lookup->builder, &block, error));
    block_drop(*place);
    *place = block;
    return WEIR_OK;
}

static void lookup_close(struct op *op)
{
    block_builder_fini(&((struct lookup_op *)op)->builder);
}

static const struct op_class lookup_class = {
    .name = "lookup",
    .push = lookup_push,
    .finish = lookup_finish,
    .close = lookup_close,
};

static weir_status lookup_open(void *owner, struct task *task, uint32_t partition, struct op **out,
                               weir_error *error)
{
    (void)partition;
    WEIR_TRY(op_create(task, &lookup_class, sizeof(struct lookup_op), NULL, out, error));
    ((struct lookup_op *)*out)->looking = owner;
    block_builder_init(&((struct lookup_op *)*out)->builder);
    return WEIR_OK;
}

/* The only partition that can have the key; false when all can. */
static bool partition_with_key(const struct partitioner *partitioner, struct weir_value key,
                               uint32_t *partition)
{
    switch (partitioner->kind) {
    case PARTITIONER_HASH:
        *partition = partition_of_hash(value_hash(&key), partitioner->partitions_count);
        return true;
    case PARTITIONER_RANGE:
        *partition = partition_of_key(partitioner->bounds, &key);
        return true;
    case PARTITIONER_FUNCTION:
        *partition = partitioner->function->call.partitioner(key, partitioner->partitions_count,
                                                             partitioner->argument);
        return *partition < partitioner->partitions_count;
    case PARTITIONER_NONE:
    case PARTITIONER_SPREAD:
        break;
    }
    return false;
}

weir_status action_lookup(struct executor *executor, struct rdd *rdd, struct weir_value key,
                          struct block **out, weir_error *error)
{
    struct looking looking = {.key = key};
    const struct action action = {.open = lookup_open, .owner = &looking};
    uint32_t count = rdd->partitions_count;

    assert(rdd->is_pairs);
    if (count > 0 && partition_with_key(&rdd->partitioner, key, &looking.first)) {
        count = 1;
    }
    looking.blocks = mem_zalloc(((size_t)count + 1) * sizeof(struct block *));
    if (looking.blocks == NULL) {
        return error_set(error, WEIR_E_NOMEM, "no memory for %u partitions", count);
    }
    weir_status status = executor_run(executor, rdd, looking.first, count, &action, error);
    if (status == WEIR_OK) {
        status = blocks_join(looking.blocks, count, out, error);
    }
    blocks_free(looking.blocks, count);
    return status;
}
