/*
 * api_rows - what is done with an RDD in the end, and the rows that come of it.
 */
#include <string.h>

#include "app/api.h"
#include "base/mem.h"
#include "exec/action.h"
#include "io/sink_files.h"

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

/* Keeps the error with the handles that the call belongs to. */
static weir_status acted(struct weir_rdd *rdd, const char *call, weir_status status,
                         const weir_error *error)
{
    if (status != WEIR_OK) {
        rdd->pool->error = *error;
        error_wrap(&rdd->pool->error, status, "%s", call);
    }
    return status;
}

weir_status weir_rdd_collect(struct weir_rdd *rdd, struct weir_rows *out)
{
    weir_error error = {.struct_size = sizeof(error)};
    struct block **blocks;
    uint32_t blocks_count;
    weir_status status;

    if (out == NULL) {
        return WEIR_E_INVAL;
    }
    memset(out, 0, sizeof(*out));
    if (rdd == NULL) {
        return WEIR_E_INVAL;
    }
    status = action_collect(rdd->pool->executor, rdd->rdd, &blocks, &blocks_count, &error);
    if (status == WEIR_OK) {
        status = api_rows(blocks, blocks_count, rdd->rdd->is_pairs, out, &error);
    }
    return acted(rdd, "weir_rdd_collect", status, &error);
}

weir_status weir_rdd_take(struct weir_rdd *rdd, uint32_t rows_max, struct weir_rows *out)
{
    weir_error error = {.struct_size = sizeof(error)};
    struct block **blocks;
    weir_status status;

    if (out == NULL) {
        return WEIR_E_INVAL;
    }
    memset(out, 0, sizeof(*out));
    if (rdd == NULL) {
        return WEIR_E_INVAL;
    }
    blocks = mem_zalloc(sizeof(struct block *));
    if (blocks == NULL) {
        status = error_set(&error, WEIR_E_NOMEM, "take %u rows", rows_max);
        return acted(rdd, "weir_rdd_take", status, &error);
    }
    status = action_take(rdd->pool->executor, rdd->rdd, rows_max, &blocks[0], &error);
    if (status == WEIR_OK) {
        status = api_rows(blocks, 1, rdd->rdd->is_pairs, out, &error);
    } else {
        mem_free(blocks);
    }
    return acted(rdd, "weir_rdd_take", status, &error);
}

weir_status weir_rdd_count(struct weir_rdd *rdd, uint64_t *out)
{
    weir_error error = {.struct_size = sizeof(error)};

    if (rdd == NULL || out == NULL) {
        return WEIR_E_INVAL;
    }
    return acted(rdd, "weir_rdd_count", action_count(rdd->pool->executor, rdd->rdd, out, &error),
                 &error);
}

weir_status weir_rdd_save_as_text_file(struct weir_rdd *rdd, const char *path)
{
    weir_error error = {.struct_size = sizeof(error)};

    if (rdd == NULL || path == NULL || *path == '\0') {
        return WEIR_E_INVAL;
    }
    return acted(rdd, "weir_rdd_save_as_text_file",
                 sink_files_write_once(path, rdd->pool->executor, rdd->rdd, &error), &error);
}
