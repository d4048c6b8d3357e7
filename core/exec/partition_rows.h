/*
 * partition_rows - a partition's rows gathered in one block, and rows shown one by one.
 *
 * For what needs a partition as a whole: mapPartitions, glom, zip.
 *
 * Memory:   the whole partition is in memory, and counted, until its block is dropped.
 * Threads:  one task's.
 */
#ifndef WEIR_EXEC_PARTITION_ROWS_H
#define WEIR_EXEC_PARTITION_ROWS_H

#include <weir/function.h>

#include "data/block.h"
#include "exec/task.h"

/* Computes the partition into one block; the caller drops it. */
CHECKED weir_status partition_gather(struct task *task, struct rdd *rdd, uint32_t partition,
                                     struct block **out, weir_error *error);

/* All rows of all blocks, in order, as one block. */
CHECKED weir_status blocks_join(struct block *const *blocks, uint32_t count, struct block **out,
                                weir_error *error);

/* Drops the blocks (NULL among them is fine) and frees the array. */
void blocks_free(struct block **blocks, uint32_t count);

/* The row in this place of the columns. */
static inline struct weir_row columns_row(const struct column *columns, uint32_t columns_count,
                                          uint32_t place)
{
    struct weir_row row = {.key = weir_null()};

    if (columns_count == 2) {
        row.key = column_value(&columns[CHUNK_PAIR_KEY], place);
        row.value = column_value(&columns[CHUNK_PAIR_VALUE], place);
    } else {
        row.value = column_value(&columns[CHUNK_VALUE], place);
    }
    return row;
}

static inline struct weir_row block_row(const struct block *block, uint32_t place)
{
    return columns_row(block->columns, block->columns_count, place);
}

/* The ith living row. */
static inline struct weir_row chunk_row_shown(const struct chunk *chunk, uint32_t i)
{
    return columns_row(chunk->columns, chunk->columns_count, chunk_row(chunk, i));
}

/* A block's rows as a program's function iterates over them. */
struct block_iterator {
    struct weir_iterator rows; /* first: functions get a pointer to it */
    const struct block *block; /* borrowed */
    uint32_t next;
};

void block_iterator_init(struct block_iterator *iterator, const struct block *block,
                         uint32_t partition);

#endif
