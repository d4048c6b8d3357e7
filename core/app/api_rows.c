/*
 * api_rows - the rows that come of an RDD in the end.
 */
#include <string.h>

#include "app/api.h"
#include "base/mem.h"

/* What weir_rows holds on to: the blocks that its values point into. */
struct rows_memory {
    struct block **blocks;
    uint32_t blocks_count;
    struct weir_value values[]; /* and the keys behind them */
};

void api_drop_blocks(struct block **blocks, uint32_t blocks_count)
{
    for (uint32_t i = 0; i < blocks_count; i++) {
        block_drop(blocks[i]);
    }
    mem_free(blocks);
}

/* Returns the number of rows copied. */
static uint64_t copy_rows(const struct block *block, struct weir_value *keys,
                          struct weir_value *values)
{
    const struct column *column = &block->columns[keys == NULL ? CHUNK_VALUE : CHUNK_PAIR_VALUE];

    for (uint32_t i = 0; i < block->rows_count; i++) {
        values[i] = column_value(column, i);
        if (keys != NULL) {
            keys[i] = column_value(&block->columns[CHUNK_PAIR_KEY], i);
        }
    }
    return block->rows_count;
}

weir_status api_rows(struct block **blocks, uint32_t blocks_count, bool is_pairs,
                     struct weir_rows *out, weir_error *error)
{
    struct rows_memory *memory;
    uint64_t count = 0;
    uint64_t at = 0;

    for (uint32_t i = 0; i < blocks_count; i++) {
        count += blocks[i]->rows_count;
    }
    memory = mem_alloc(sizeof(*memory) + count * (is_pairs ? 2 : 1) * sizeof(struct weir_value));
    if (memory == NULL) {
        api_drop_blocks(blocks, blocks_count);
        return error_set(error, WEIR_E_NOMEM, "hold %llu rows", (unsigned long long)count);
    }
    memory->blocks = blocks;
    memory->blocks_count = blocks_count;
    for (uint32_t i = 0; i < blocks_count; i++) {
        at += copy_rows(blocks[i], is_pairs ? memory->values + count + at : NULL,
                        memory->values + at);
    }
    out->count = count;
    out->values = memory->values;
    out->keys = is_pairs ? memory->values + count : NULL;
    out->memory = memory;
    return WEIR_OK;
}

void weir_rows_free(struct weir_rows *rows)
{
    struct rows_memory *memory = rows == NULL ? NULL : rows->memory;

    if (memory != NULL) {
        api_drop_blocks(memory->blocks, memory->blocks_count);
        mem_free(memory);
    }
    if (rows != NULL) {
        memset(rows, 0, sizeof(*rows));
    }
}
