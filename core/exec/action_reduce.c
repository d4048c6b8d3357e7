/*
 * action_reduce - all rows to one value: reduce, fold, aggregate. Each task reduces its partition;
 * the caller merges the results in the order of partitions, so that they do not depend on workers.
 */
#include <assert.h>

#include "base/mem.h"
#include "exec/accumulator.h"
#include "exec/action.h"
#include "exec/partition_rows.h"
#include "exec/whole_row.h"

/* All rows belong to the one entry there is. */
static const uint32_t one_entry[CHUNK_ROWS_MAX] = {0};

struct reducing {
    const struct combiner *combiner;
    struct block **blocks; /* by partition: its result as one row, NULL: it had no rows */
};

struct reduce_op {
    struct op op;
    struct reducing *reducing;
    struct accumulators accumulators;
    struct emitter tuples;
};

/* The rows of a chunk of pairs as tuples, dense; they live until the emitter's scratch goes. */
static weir_status tuples_of(struct emitter *memory, const struct chunk *chunk, struct column *out,
                             weir_error *error)
{
    arena_reset(&memory->scratch);
    struct weir_value *values = arena_alloc(&memory->scratch, chunk->rows_count * sizeof(*values));
    if (values == NULL) {
        return error_set(error, WEIR_E_NOMEM, "no memory for %u rows", chunk->rows_count);
    }
    for (uint32_t i = 0; i < chunk->rows_count; i++) {
        struct weir_row row = chunk_row_shown(chunk, i);
        values[i] = whole_row(&row, true, &memory->out);
    }
    *out = (struct column){.kind = COLUMN_MIXED, .values = values};
    return emitter_row_done(memory, error);
}

static weir_status reduce_push(struct op *op, struct chunk *chunk, weir_error *error)
{
    struct reduce_op *reduce = (struct reduce_op *)op;
    struct column column = chunk->columns[CHUNK_VALUE];
    const uint16_t *rows = chunk->rows;

    if (chunk_is_pairs(chunk)) {
        WEIR_TRY(tuples_of(&reduce->tuples, chunk, &column, error));
        rows = NULL;
    }
    return accumulators_update(&reduce->accumulators, &column, rows, chunk->rows_count, one_entry,
                               1, error);
}

static weir_status reduce_finish(struct op *op, weir_error *error)
{
    struct reduce_op *reduce = (struct reduce_op *)op;
    const struct combiner *combiner = reduce->reducing->combiner;
    struct block **place = &reduce->reducing->blocks[op->task->partition];
    struct weir_value value = combiner->zero;
    struct block *block;

    if (reduce->accumulators.known_count > 0) {
        struct column result = accumulators_view(&reduce->accumulators, 0, 1);
        value = column_value(&result, 0);
    } else if (!combiner->has_zero) {
        return WEIR_OK;
    }
    WEIR_TRY(block_create_values(NULL, &value, 1, &block, error));
    block_drop(*place);
    *place = block;
    return WEIR_OK;
}

static void reduce_close(struct op *op)
{
    struct reduce_op *reduce = (struct reduce_op *)op;

    accumulators_fini(&reduce->accumulators);
    emitter_fini(&reduce->tuples);
}

static const struct op_class reduce_class = {
    .name = "reduce",
    .push = reduce_push,
    .finish = reduce_finish,
    .close = reduce_close,
};

static weir_status reduce_open(void *owner, struct task *task, uint32_t partition, struct op **out,
                               weir_error *error)
{
    struct reducing *reducing = owner;
    struct op *op;

    (void)partition;
    WEIR_TRY(op_create(task, &reduce_class, sizeof(struct reduce_op), NULL, &op, error));
    struct reduce_op *reduce = (struct reduce_op *)op;
    reduce->reducing = reducing;
    weir_status status = emitter_init(&reduce->tuples, task, NULL, false, error);
    if (status == WEIR_OK) {
        status =
            accumulators_init(&reduce->accumulators, task, reducing->combiner, PHASE_VALUES, error);
    }
    if (status != WEIR_OK) {
        reduce_close(op);
        return status;
    }
    *out = op;
    return WEIR_OK;
}

/* The partitions' results, behind the zero where there is one, as one value. */
static weir_status merge_values(struct accumulators *accumulators, const struct weir_value *values,
                                uint32_t count, struct block **out, weir_error *error)
{
    for (uint32_t first = 0; first < count; first += CHUNK_ROWS_MAX) {
        const struct column column = {.kind = COLUMN_MIXED, .values = values + first};
        uint32_t left = count - first;

        WEIR_TRY(accumulators_update(accumulators, &column, NULL,
                                     left < CHUNK_ROWS_MAX ? left : CHUNK_ROWS_MAX, one_entry, 1,
                                     error));
    }
    struct column result = accumulators_view(accumulators, 0, 1);
    struct weir_value value = column_value(&result, 0);
    return block_create_values(NULL, &value, 1, out, error);
}

/* Runs on the caller's thread, with a task that is no worker's to hold its memory. */
static weir_status merge_here(struct executor *executor, const struct combiner *combiner,
                              const struct weir_value *values, uint32_t count, struct block **out,
                              weir_error *error)
{
    static const _Atomic bool is_cancelled = false;
    struct task task = {
        .executor = executor,
        .chunk_rows = 1,
        .is_cancelled = &is_cancelled,
    };
    struct accumulators accumulators = {0};

    arena_init(&task.arena);
    weir_status status = accumulators_init(&accumulators, &task, combiner, PHASE_COMBINERS, error);
    if (status == WEIR_OK) {
        status = merge_values(&accumulators, values, count, out, error);
    }
    accumulators_fini(&accumulators);
    arena_fini(&task.arena);
    return status;
}

static weir_status merge_blocks(struct executor *executor, const struct combiner *combiner,
                                struct block *const *blocks, uint32_t blocks_count,
                                struct block **out, weir_error *error)
{
    struct weir_value *values = mem_alloc(((size_t)blocks_count + 1) * sizeof(*values));
    uint32_t count = 0;
    weir_status status;

    if (values == NULL) {
        return error_set(error, WEIR_E_NOMEM, "no memory for %u results", blocks_count);
    }
    if (combiner->has_zero) {
        values[count++] = combiner->zero;
    }
    for (uint32_t i = 0; i < blocks_count; i++) {
        if (blocks[i] != NULL) {
            values[count++] = block_row(blocks[i], 0).value;
        }
    }
    status = count == 0 ? error_set(error, WEIR_E_INVAL, "empty collection")
                        : merge_here(executor, combiner, values, count, out, error);
    mem_free(values);
    return status;
}

weir_status action_aggregate(struct executor *executor, struct rdd *rdd,
                             const struct combiner *combiner, struct block **out, weir_error *error)
{
    struct reducing reducing = {.combiner = combiner};
    const struct action action = {.open = reduce_open, .owner = &reducing};
    uint32_t count = rdd->partitions_count;

    reducing.blocks = mem_zalloc(((size_t)count + 1) * sizeof(struct block *));
    if (reducing.blocks == NULL) {
        return error_set(error, WEIR_E_NOMEM, "no memory for %u partitions", count);
    }
    weir_status status = executor_run(executor, rdd, 0, count, &action, error);
    if (status == WEIR_OK) {
        status = merge_blocks(executor, combiner, reducing.blocks, count, out, error);
    }
    blocks_free(reducing.blocks, count);
    return status;
}

weir_status action_reduce(struct executor *executor, struct rdd *rdd,
                          const struct function *function, struct weir_value argument,
                          struct block **out, weir_error *error)
{
    const struct combiner combiner = combiner_reduce(function, argument);

    assert(function->kind == WEIR_FUNCTION_REDUCE);
    return action_aggregate(executor, rdd, &combiner, out, error);
}

weir_status action_fold(struct executor *executor, struct rdd *rdd, struct weir_value zero,
                        const struct function *function, struct weir_value argument,
                        struct block **out, weir_error *error)
{
    struct combiner combiner = combiner_reduce(function, argument);

    assert(function->kind == WEIR_FUNCTION_REDUCE);
    combiner.zero = zero;
    combiner.has_zero = true;
    return action_aggregate(executor, rdd, &combiner, out, error);
}

static weir_status check_depth(int64_t depth, weir_error *error)
{
    return depth >= 1 ? WEIR_OK
                      : error_set(error, WEIR_E_INVAL,
                                  "depth must be greater than or equal to 1 but got %lld",
                                  (long long)depth);
}

weir_status action_tree_reduce(struct executor *executor, struct rdd *rdd,
                               const struct function *function, struct weir_value argument,
                               int64_t depth, struct block **out, weir_error *error)
{
    WEIR_TRY(check_depth(depth, error));
    return action_reduce(executor, rdd, function, argument, out, error);
}

weir_status action_tree_aggregate(struct executor *executor, struct rdd *rdd,
                                  const struct combiner *combiner, int64_t depth,
                                  struct block **out, weir_error *error)
{
    WEIR_TRY(check_depth(depth, error));
    return action_aggregate(executor, rdd, combiner, out, error);
}
