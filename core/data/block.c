/*
 * block - rows at rest, and the builder that gathers them.
 */
#include "data/block.h"

#include <assert.h>
#include <inttypes.h>

#include "base/mem.h"
#include "data/gather.h"

static struct block *block_create(uint32_t columns_count, uint32_t rows_count)
{
    struct block *block = mem_zalloc(sizeof(*block));

    if (block == NULL) {
        return NULL;
    }
    atomic_init(&block->holders, 1);
    block->columns_count = columns_count;
    block->rows_count = rows_count;
    arena_init(&block->arena);
    return block;
}

static void block_destroy(struct block *block)
{
    for (uint32_t i = 0; i < CHUNK_COLUMNS_MAX; i++) {
        mem_free(block->vectors[i]);
    }
    arena_fini(&block->arena);
    mem_free(block->received);
    mem_free(block);
}

struct block *block_hold(struct block *block)
{
    uint32_t holders = atomic_fetch_add_explicit(&block->holders, 1, memory_order_relaxed);

    assert(holders > 0);
    return block;
}

void block_drop(struct block *block)
{
    if (block == NULL) {
        return;
    }
    uint32_t holders = atomic_fetch_sub_explicit(&block->holders, 1, memory_order_acq_rel);
    assert(holders > 0);
    if (holders > 1) {
        return;
    }
    if (block->released != NULL) {
        block->released(block->owner, block->memory_bytes);
    }
    block_destroy(block);
}

void block_view(const struct block *block, uint32_t first, uint32_t rows_count, struct chunk *out)
{
    assert(first <= block->rows_count);
    assert(rows_count <= block->rows_count - first);

    out->rows_count = rows_count;
    out->columns_count = block->columns_count;
    out->rows = NULL;
    for (uint32_t i = 0; i < block->columns_count; i++) {
        const struct column *column = &block->columns[i];
        out->columns[i].kind = column->kind;
        out->columns[i].data = (const char *)column->data + column_stride(column->kind) * first;
    }
}

/* A column's vector is readable BLOCK_PADDING further: short bytes stand inside it. */
static size_t vector_size(enum column_kind kind, size_t rows_count)
{
    return rows_count * column_stride(kind) + BLOCK_PADDING;
}

static void *vector_alloc(struct arena *arena, enum column_kind kind, size_t rows_count)
{
    size_t size = vector_size(kind, rows_count);
    char *vector = arena_alloc(arena, size);

    if (vector != NULL) {
        memset(vector + size - BLOCK_PADDING, 0, BLOCK_PADDING);
    }
    return vector;
}

/* One piece for deep copies, with its padding. Nothing to copy is no piece at all. */
static weir_status room_alloc(struct arena *arena, const struct value_sizes *sizes,
                              struct value_room *out)
{
    size_t size = sizes->items + sizes->bytes;

    *out = (struct value_room){NULL, NULL};
    if (size == 0) {
        return WEIR_OK;
    }
    char *memory = arena_alloc(arena, size + BLOCK_PADDING);
    if (memory == NULL) {
        return WEIR_E_NOMEM;
    }
    memset(memory + size, 0, BLOCK_PADDING);
    *out = value_room_of(memory, sizes);
    return WEIR_OK;
}

/* Gives the block its next column; what the values point to is copied only when is_deep. */
static weir_status block_set_column(struct block *block, uint32_t place,
                                    const struct weir_value *values, bool is_deep)
{
    uint32_t rows_count = block->rows_count;
    struct column column = {COLUMN_MIXED, {values}};
    enum column_kind kind = column_kind_of_values(values, rows_count);
    struct value_sizes sizes = {0, 0};
    struct value_room room;

    void *vector = vector_alloc(&block->arena, kind, rows_count);
    if (vector == NULL) {
        return WEIR_E_NOMEM;
    }
    if (is_deep) {
        gather_measure(&column, NULL, rows_count, &sizes);
    }
    WEIR_TRY(room_alloc(&block->arena, &sizes, &room));
    gather_rows(&column, NULL, rows_count, kind, vector, room.items == NULL ? NULL : &room);
    block->columns[place].kind = kind;
    block->columns[place].data = vector;
    return WEIR_OK;
}

static weir_status block_create_of(const struct weir_value *keys, const struct weir_value *values,
                                   uint32_t rows_count, bool is_deep, struct block **out,
                                   weir_error *error)
{
    weir_status status = WEIR_E_NOMEM;
    uint32_t columns_count = keys != NULL ? 2 : 1;
    struct block *block = block_create(columns_count, rows_count);

    if (block == NULL) {
        goto fail;
    }
    if (keys != NULL) {
        status = block_set_column(block, CHUNK_PAIR_KEY, keys, is_deep);
        if (status != WEIR_OK) {
            goto fail;
        }
    }
    status = block_set_column(block, columns_count - 1, values, is_deep);
    if (status != WEIR_OK) {
        goto fail;
    }
    block->memory_bytes = sizeof(*block) + block->arena.allocated_bytes;
    *out = block;
    return WEIR_OK;

fail:
    if (block != NULL) {
        block_destroy(block);
    }
    return error_set(error, status, "make a block of %" PRIu32 " rows: out of memory", rows_count);
}

weir_status block_create_received(uint8_t *bytes, size_t size, const struct weir_value *keys,
                                  const struct weir_value *values, uint32_t rows_count,
                                  struct block **out, weir_error *error)
{
    assert(bytes != NULL);
    WEIR_TRY(block_create_of(keys, values, rows_count, false, out, error));
    (*out)->received = bytes;
    (*out)->memory_bytes += size + BLOCK_PADDING;
    return WEIR_OK;
}

weir_status block_create_values(const struct weir_value *keys, const struct weir_value *values,
                                uint32_t rows_count, struct block **out, weir_error *error)
{
    return block_create_of(keys, values, rows_count, true, out, error);
}

void block_builder_init(struct block_builder *builder)
{
    memset(builder, 0, sizeof(*builder));
    arena_init(&builder->arena);
}

void block_builder_fini(struct block_builder *builder)
{
    for (uint32_t i = 0; i < CHUNK_COLUMNS_MAX; i++) {
        mem_free(builder->vectors[i]);
    }
    arena_fini(&builder->arena);
    block_builder_init(builder);
}

size_t block_builder_size(const struct block_builder *builder)
{
    size_t size = builder->arena.allocated_bytes;

    for (uint32_t i = 0; i < builder->columns_count; i++) {
        size += vector_size(builder->kinds[i], builder->rows_capacity);
    }
    return size;
}

/* What an append is going to do, all of it prepared before anything is changed. */
struct append_plan {
    uint32_t columns_count;
    enum column_kind kinds[CHUNK_COLUMNS_MAX];
    void *widened[CHUNK_COLUMNS_MAX]; /* vectors that take the old ones' place, or NULL */
    struct value_sizes sizes;
    struct value_room room;
};

static void plan_append(const struct block_builder *builder, const struct chunk *chunk,
                        struct append_plan *plan)
{
    memset(plan, 0, sizeof(*plan));
    plan->columns_count = chunk->columns_count;
    for (uint32_t i = 0; i < chunk->columns_count; i++) {
        enum column_kind kind = chunk->columns[i].kind;
        bool is_other = builder->rows_count > 0 && builder->kinds[i] != kind;
        plan->kinds[i] = is_other ? COLUMN_MIXED : kind;
        gather_measure(&chunk->columns[i], chunk->rows, chunk->rows_count, &plan->sizes);
    }
}

/* Room for rows_count more rows of the kinds that the builder has; the rows stay as they are. */
static weir_status reserve_rows(struct block_builder *builder, const struct append_plan *plan,
                                uint32_t rows_count)
{
    size_t wanted = (size_t)builder->rows_count + rows_count;
    /* An empty builder's vectors, left by an append that failed, may be of other kinds. */
    size_t held = builder->rows_count > 0 ? builder->rows_capacity : 0;
    size_t capacity = held > 0 ? held * 2 : 64;

    if (wanted <= held) {
        return WEIR_OK;
    }
    if (capacity < wanted) {
        capacity = wanted;
    }
    for (uint32_t i = 0; i < plan->columns_count; i++) {
        enum column_kind kind = builder->rows_count > 0 ? builder->kinds[i] : plan->kinds[i];
        void *vector = mem_realloc(builder->vectors[i], vector_size(kind, capacity));
        if (vector == NULL) {
            return WEIR_E_NOMEM;
        }
        builder->vectors[i] = vector;
    }
    builder->rows_capacity = capacity;
    return WEIR_OK;
}

/* Where a dense column turns to mixed, its rows are written anew. Bytes are mixed as they are. */
static weir_status widen_columns(const struct block_builder *builder, struct append_plan *plan)
{
    for (uint32_t i = 0; i < plan->columns_count && builder->rows_count > 0; i++) {
        if (column_stride(plan->kinds[i]) == column_stride(builder->kinds[i])) {
            continue;
        }
        struct column column = {builder->kinds[i], {builder->vectors[i]}};
        plan->widened[i] = mem_alloc(vector_size(plan->kinds[i], builder->rows_capacity));
        if (plan->widened[i] == NULL) {
            return WEIR_E_NOMEM;
        }
        gather_rows(&column, NULL, builder->rows_count, COLUMN_MIXED, plan->widened[i], NULL);
    }
    return WEIR_OK;
}

static void append_rows(struct block_builder *builder, const struct chunk *chunk,
                        struct append_plan *plan)
{
    struct value_room *room = plan->room.items == NULL ? NULL : &plan->room;

    for (uint32_t i = 0; i < chunk->columns_count; i++) {
        if (plan->widened[i] != NULL) {
            mem_free(builder->vectors[i]);
            builder->vectors[i] = plan->widened[i];
        }
        builder->kinds[i] = plan->kinds[i];
        char *end = (char *)builder->vectors[i] +
                    column_stride(plan->kinds[i]) * (size_t)builder->rows_count;
        gather_rows(&chunk->columns[i], chunk->rows, chunk->rows_count, plan->kinds[i], end, room);
    }
    builder->columns_count = chunk->columns_count;
    builder->rows_count += chunk->rows_count;
}

weir_status block_builder_append(struct block_builder *builder, const struct chunk *chunk,
                                 weir_error *error)
{
    weir_status status;
    struct append_plan plan;

    assert(chunk->columns_count > 0);
    assert(chunk->columns_count <= CHUNK_COLUMNS_MAX);
    assert(builder->columns_count == 0 || builder->columns_count == chunk->columns_count);
    if (chunk->rows_count == 0) {
        return WEIR_OK;
    }
    if (chunk->rows_count > UINT32_MAX - builder->rows_count) {
        return error_set(error, WEIR_E_TOOBIG, "a block of more than %" PRIu32 " rows", UINT32_MAX);
    }

    plan_append(builder, chunk, &plan);
    status = reserve_rows(builder, &plan, chunk->rows_count);
    if (status != WEIR_OK) {
        goto fail;
    }
    status = widen_columns(builder, &plan);
    if (status != WEIR_OK) {
        goto fail;
    }
    status = room_alloc(&builder->arena, &plan.sizes, &plan.room);
    if (status != WEIR_OK) {
        goto fail;
    }
    append_rows(builder, chunk, &plan);
    return WEIR_OK;

fail:
    for (uint32_t i = 0; i < CHUNK_COLUMNS_MAX; i++) {
        mem_free(plan.widened[i]);
    }
    return error_set(error, status, "append %" PRIu32 " rows to a block: out of memory",
                     chunk->rows_count);
}

/* The column that a value alone makes. */
static struct column column_of_value(const struct weir_value *value)
{
    struct column column = {column_kind_of_value(*value), {value}};

    if (column.kind == COLUMN_INT) {
        column.ints = &value->integer;
    } else if (column.kind == COLUMN_FLOAT) {
        column.floats = &value->number;
    }
    return column;
}

weir_status block_builder_append_row(struct block_builder *builder, const struct weir_value *key,
                                     struct weir_value value, weir_error *error)
{
    struct chunk chunk = {.rows_count = 1, .columns_count = key != NULL ? 2 : 1};

    if (key != NULL) {
        chunk.columns[CHUNK_PAIR_KEY] = column_of_value(key);
    }
    chunk.columns[chunk.columns_count - 1] = column_of_value(&value);
    return block_builder_append(builder, &chunk, error);
}

/* Hands the vector over, cut to its rows. Where that finds no memory it keeps its slack. */
static void move_vector(struct block_builder *builder, uint32_t place, struct block *block)
{
    enum column_kind kind = builder->kinds[place];
    size_t size = vector_size(kind, builder->rows_count);
    char *vector = builder->vectors[place];
    char *fitted = mem_realloc(vector, size);

    if (fitted != NULL) {
        vector = fitted;
        block->memory_bytes += size;
    } else {
        block->memory_bytes += vector_size(kind, builder->rows_capacity);
    }
    memset(vector + size - BLOCK_PADDING, 0, BLOCK_PADDING);
    builder->vectors[place] = NULL;
    block->vectors[place] = vector;
    block->columns[place].kind = kind;
    block->columns[place].data = vector;
}

weir_status block_builder_finish(struct block_builder *builder, struct block **out,
                                 weir_error *error)
{
    struct block *block = block_create(builder->columns_count, builder->rows_count);

    if (block == NULL) {
        return error_set(error, WEIR_E_NOMEM, "seal a block of %" PRIu32 " rows: out of memory",
                         builder->rows_count);
    }
    for (uint32_t i = 0; i < builder->columns_count; i++) {
        move_vector(builder, i, block);
    }
    arena_move(&builder->arena, &block->arena);
    block->memory_bytes += sizeof(*block) + block->arena.allocated_bytes;
    block_builder_fini(builder);
    *out = block;
    return WEIR_OK;
}
