/*
 * rdd_values - leaves that a program makes: values cut into partitions, and ranges of ints.
 */
#include "base/mem.h"
#include "data/block.h"
#include "exec/lineage.h"
#include "exec/lineage_rdd.h"
#include "exec/op.h"
#include "exec/partition_rows.h"
#include "exec/shuffle.h"

static weir_status check_partitions(int64_t count, weir_error *error)
{
    if (count < 1) {
        return error_set(error, WEIR_E_INVAL, "positive number of partitions required, not %lld",
                         (long long)count);
    }
    if (count > SHUFFLE_TARGETS_MAX) {
        return error_set(error, WEIR_E_TOOBIG, "%lld partitions, and %u is the most",
                         (long long)count, SHUFFLE_TARGETS_MAX);
    }
    return WEIR_OK;
}

/* Partition i's first row. */
static uint64_t slice_start(uint64_t rows_count, uint64_t i, uint64_t partitions_count)
{
    __extension__ typedef unsigned __int128 wide;

    return (uint64_t)((wide)i * rows_count / partitions_count);
}

weir_status rdd_create_values(const struct weir_value *keys, const struct weir_value *values,
                              uint32_t rows_count, int64_t partitions_count, struct rdd **out,
                              weir_error *error)
{
    WEIR_TRY(check_partitions(partitions_count, error));
    uint32_t count = (uint32_t)partitions_count;
    struct block **blocks = mem_zalloc(count * sizeof(struct block *));
    uint32_t *starts = mem_alloc(((size_t)count + 1) * sizeof(*starts));
    weir_status status = WEIR_OK;

    if (blocks == NULL || starts == NULL) {
        status = error_set(error, WEIR_E_NOMEM, "no memory for %u partitions", count);
    }
    for (uint32_t i = 0; i < count && status == WEIR_OK; i++) {
        uint64_t first = slice_start(rows_count, i, count);
        uint64_t end = slice_start(rows_count, (uint64_t)i + 1, count);

        starts[i] = i;
        status = block_create_values(keys == NULL ? NULL : keys + first, values + first,
                                     (uint32_t)(end - first), &blocks[i], error);
    }
    if (status == WEIR_OK) {
        starts[count] = count;
        status = rdd_create_blocks(blocks, starts, count, keys != NULL, out, error);
    }
    blocks_free(blocks, blocks == NULL ? 0 : count);
    mem_free(starts);
    return status;
}

struct range_rdd {
    struct rdd rdd;
    int64_t start;
    int64_t step;
    uint64_t rows_count;
};

static weir_status range_compute(struct task *task, const struct rdd *rdd, uint32_t partition,
                                 struct op *to, weir_error *error)
{
    const struct range_rdd *range = (const struct range_rdd *)rdd;
    uint64_t next = slice_start(range->rows_count, partition, rdd->partitions_count);
    uint64_t end = slice_start(range->rows_count, (uint64_t)partition + 1, rdd->partitions_count);
    int64_t *ints = arena_alloc(&task->arena, task->chunk_rows * sizeof(*ints));

    if (ints == NULL) {
        return error_set(error, WEIR_E_NOMEM, "range: no memory");
    }
    while (next < end) {
        uint32_t count = end - next < task->chunk_rows ? (uint32_t)(end - next) : task->chunk_rows;
        struct chunk chunk = {.rows_count = count, .columns_count = 1};

        if (atomic_load_explicit(task->is_cancelled, memory_order_relaxed)) {
            return error_set(error, WEIR_STOPPING, "stopped");
        }
        for (uint32_t i = 0; i < count; i++) { /* unsigned: steps may run past the ends */
            ints[i] = (int64_t)((uint64_t)range->start + (next + i) * (uint64_t)range->step);
        }
        chunk.columns[CHUNK_VALUE] = (struct column){.kind = COLUMN_INT, .ints = ints};
        task->rows_read += count;
        next += count;
        WEIR_TRY(op_push(to, &chunk, error));
    }
    return WEIR_OK;
}

static const struct rdd_class range_class = {
    .name = "range",
    .compute = range_compute,
};

static uint64_t range_rows(int64_t start, int64_t end, int64_t step)
{
    uint64_t span;
    uint64_t stride;

    if (step > 0) {
        span = start < end ? (uint64_t)end - (uint64_t)start : 0;
        stride = (uint64_t)step;
    } else {
        span = start > end ? (uint64_t)start - (uint64_t)end : 0;
        stride = -(uint64_t)step;
    }
    return span / stride + (span % stride != 0);
}

weir_status rdd_create_range(int64_t start, int64_t end, int64_t step, int64_t partitions_count,
                             struct rdd **out, weir_error *error)
{
    struct rdd *rdd;

    if (step == 0) {
        return error_set(error, WEIR_E_INVAL, "range: the step cannot be 0");
    }
    WEIR_TRY(check_partitions(partitions_count, error));
    WEIR_TRY(rdd_create(&range_class, sizeof(struct range_rdd), (uint32_t)partitions_count, NULL, 0,
                        &rdd, error));
    struct range_rdd *range = (struct range_rdd *)rdd;
    range->start = start;
    range->step = step;
    range->rows_count = range_rows(start, end, step);
    *out = rdd;
    return WEIR_OK;
}
