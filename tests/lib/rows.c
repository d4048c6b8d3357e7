/*
 * rows - rows from JSON text, and back to text, for tests.
 */
#include "lib/rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "data/json.h"
#include "data/text.h"

static struct weir_value read_list(struct rows *rows, const char *json)
{
    weir_error error = {.struct_size = sizeof(error)};
    struct weir_value list;

    memset(rows, 0, sizeof(*rows));
    arena_init(&rows->arena);
    if (json_read(json, strlen(json), &rows->arena, &list, &error) != WEIR_OK) {
        fail_msg("rows %s: %s", json, error.msg);
    }
    assert_int_equal(weir_kind_of(list), WEIR_LIST);
    rows->count = weir_size_of(list);
    rows->values = arena_zalloc(&rows->arena, (rows->count + 1) * sizeof(*rows->values));
    assert_non_null(rows->values);
    return list;
}

void rows_plain(struct rows *rows, const char *json)
{
    struct weir_value list = read_list(rows, json);

    for (uint32_t i = 0; i < rows->count; i++) {
        rows->values[i] = list.items[i];
    }
}

void rows_pairs(struct rows *rows, const char *json)
{
    struct weir_value list = read_list(rows, json);

    rows->keys = arena_zalloc(&rows->arena, (rows->count + 1) * sizeof(*rows->keys));
    assert_non_null(rows->keys);
    for (uint32_t i = 0; i < rows->count; i++) {
        assert_int_equal(weir_kind_of(list.items[i]), WEIR_LIST);
        assert_int_equal(weir_size_of(list.items[i]), 2);
        rows->keys[i] = list.items[i].items[0];
        rows->values[i] = list.items[i].items[1];
    }
}

void rows_fini(struct rows *rows)
{
    arena_fini(&rows->arena);
}

struct block *rows_block(const char *json, bool is_pairs)
{
    struct rows rows;
    struct block *block;

    if (is_pairs) {
        rows_pairs(&rows, json);
    } else {
        rows_plain(&rows, json);
    }
    assert_int_equal(block_create_values(rows.keys, rows.values, rows.count, &block, NULL),
                     WEIR_OK);
    rows_fini(&rows);
    return block;
}

static int compare_texts(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

static char *row_text(const struct block *block, uint32_t row)
{
    struct bytes text = {0};

    if (block->columns_count == 2) {
        text_write_pair(&text, column_value(&block->columns[CHUNK_PAIR_KEY], row),
                        column_value(&block->columns[CHUNK_PAIR_VALUE], row));
    } else {
        text_write_value(&text, column_value(&block->columns[CHUNK_VALUE], row));
    }
    bytes_append(&text, "", 0);
    char *taken = bytes_take(&text);
    assert_non_null(taken);
    return taken;
}

void rows_write(struct bytes *out, struct block *const *blocks, uint32_t count, bool is_sorted)
{
    uint32_t rows_count = 0;
    uint32_t filled = 0;

    for (uint32_t i = 0; i < count; i++) {
        rows_count += blocks[i]->rows_count;
    }
    char **texts = calloc(rows_count + 1, sizeof(*texts));
    assert_non_null(texts);
    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t row = 0; row < blocks[i]->rows_count; row++) {
            texts[filled++] = row_text(blocks[i], row);
        }
    }
    if (is_sorted) {
        qsort(texts, rows_count, sizeof(*texts), compare_texts);
    }
    for (uint32_t i = 0; i < rows_count; i++) {
        bytes_append_text(out, i == 0 ? "" : " ");
        bytes_append_text(out, texts[i]);
        free(texts[i]);
    }
    free(texts);
}
