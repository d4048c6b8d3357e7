/*
 * rows - rows from JSON text, and back to text, for tests.
 *
 * Written as JSON: "[1, 2, 3]" are plain rows, "[[\"a\", 1], [\"b\", 2]]" read as pairs are pairs.
 * Shown as they print: "1 2 3", "(a,1) (b,2)".
 */
#ifndef WEIR_TESTS_ROWS_H
#define WEIR_TESTS_ROWS_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "data/block.h"

struct rows {
    struct arena arena;
    struct weir_value *keys; /* NULL: plain */
    struct weir_value *values;
    uint32_t count;
};

/* Text that cannot be read fails the test. */
void rows_plain(struct rows *rows, const char *json);
void rows_pairs(struct rows *rows, const char *json);
void rows_fini(struct rows *rows);

/* A block of such rows; the caller drops it. */
struct block *rows_block(const char *json, bool is_pairs);

/* Appends the rows of all blocks, with a blank between two; sorted: in the order of their texts. */
void rows_write(struct bytes *out, struct block *const *blocks, uint32_t count, bool is_sorted);

#endif
