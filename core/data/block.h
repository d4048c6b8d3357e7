/*
 * block - rows at rest: immutable columns of any length, with the memory they point into.
 *
 * What a receiver delivered, what a shuffle moved and what a cache keeps are blocks. A block is
 * counted: whoever keeps it holds it. Bytes are followed by BLOCK_PADDING readable bytes, so that
 * kernels may load whole words past the end of a value.
 *
 * Life:     made by a block_builder, or from received memory with block_create_received; block_hold
 *           and block_drop; freed with the last drop.
 * Threads:  immutable once made; holding and dropping is atomic.
 */
#ifndef WEIR_DATA_BLOCK_H
#define WEIR_DATA_BLOCK_H

#include <stdatomic.h>

#include "base/arena.h"
#include "data/chunk.h"

#define BLOCK_PADDING 64u

struct block {
    _Atomic uint32_t holders;
    uint32_t rows_count;
    uint32_t columns_count;
    struct column columns[CHUNK_COLUMNS_MAX];
    struct arena arena;               /* columns and copied bytes */
    void *vectors[CHUNK_COLUMNS_MAX]; /* columns that came from a builder, from mem, or NULL */
    uint8_t *received;                /* a receiver's bytes, or NULL; freed with the block */
    size_t memory_bytes;              /* what the block costs in all */
    void (*released)(void *owner, size_t memory_bytes); /* told once when it goes, or NULL */
    void *owner;
};

/* A block around bytes that a receiver filled: `bytes` (from mem, with BLOCK_PADDING behind them)
 * goes to the block on success. values[] may point into them, and nowhere else; the column is
 * copied. keys may be NULL: a plain stream. */
CHECKED weir_status block_create_received(uint8_t *bytes, size_t size,
                                          const struct weir_value *keys,
                                          const struct weir_value *values, uint32_t rows_count,
                                          struct block **out, weir_error *error);

/* A block of rows given as values, copied deeply; keys NULL: a plain stream. */
CHECKED weir_status block_create_values(const struct weir_value *keys,
                                        const struct weir_value *values, uint32_t rows_count,
                                        struct block **out, weir_error *error);

struct block *block_hold(struct block *block);

/* NULL is fine. */
void block_drop(struct block *block);

/* Shows rows [first, first + rows_count) as a chunk, without copying. */
void block_view(const struct block *block, uint32_t first, uint32_t rows_count, struct chunk *out);

/*
 * block_builder - gathers rows into one block; copies what they point to.
 *
 * Life:     block_builder_init, appends, block_builder_finish (which empties it: it may be used
 *           again) or block_builder_fini.
 * Threads:  one owner.
 */
struct block_builder {
    uint32_t columns_count; /* known from the first row on; 0 before */
    uint32_t rows_count;
    size_t rows_capacity;
    enum column_kind kinds[CHUNK_COLUMNS_MAX];
    void *vectors[CHUNK_COLUMNS_MAX]; /* from mem, with room for BLOCK_PADDING behind */
    struct arena arena;               /* copied bytes */
};

void block_builder_init(struct block_builder *builder);

/* Appends all living rows of the chunk. A column's kind is that of its first rows; when others
 * follow it is mixed from then on. A failed append leaves the builder as it was. */
CHECKED weir_status block_builder_append(struct block_builder *builder, const struct chunk *chunk,
                                         weir_error *error);

/* One row; key NULL: a plain stream's. */
CHECKED weir_status block_builder_append_row(struct block_builder *builder,
                                             const struct weir_value *key, struct weir_value value,
                                             weir_error *error);

/* Bytes that the builder holds now. */
size_t block_builder_size(const struct block_builder *builder);

/* The block; an empty builder gives a block of no rows and no columns. */
CHECKED weir_status block_builder_finish(struct block_builder *builder, struct block **out,
                                         weir_error *error);

void block_builder_fini(struct block_builder *builder);

#endif
