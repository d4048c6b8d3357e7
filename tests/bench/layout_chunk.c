/*
 * layout_chunk - how many rows a chunk should have.
 *
 * Two chains of three operators that call each other through function pointers, once per chunk:
 * tokenise -> lower -> count over 16-byte values, and scan -> filter -> keyed sum over 8-byte
 * columns. Words of more than 12 bytes are left out, as they do not bear on the question.
 */
#include "layout.h"
#include "plain_word_edges.h"

#include <stdio.h>
#include <string.h>

#define INTS_COUNT    (4u << 20)
#define SUMS_COUNT    4096u
#define CHUNK_COLUMNS 2u

struct chunk {
    const void *columns[CHUNK_COLUMNS];
    const uint16_t *selection; /* NULL: all rows */
    uint32_t rows;
};

struct op {
    void (*push)(struct op *op, const struct chunk *chunk);
    struct op *next;
    uint32_t chunk_rows;
    uint16_t *selection;
    struct layout_key *values; /* the operator's own output column */
    struct layout_counter *counter;
    int64_t *sums;
    uint64_t rows_total;
};

struct chain {
    const struct layout_input *input;
    const int64_t *keys;
    const int64_t *amounts;
    struct op ops[3];
    plain_word_edges_find *find;
    uint16_t edges[PLAIN_WORD_EDGES_MAX];
};

/* Words of a stretch -> values {size, 12 bytes}. Returns how many of the edges it used. */
static uint32_t values_load(const uint8_t *text, const uint16_t *edges, uint32_t edges_count,
                            struct layout_key *values, uint32_t room, uint32_t *used)
{
    static const uint8_t masks[28] = {255, 255, 255, 255, 255, 255, 255,
                                      255, 255, 255, 255, 255, 0};
    uint32_t count = 0;
    uint32_t i = 0;

    for (; i + 1 < edges_count && count < room; i += 2) {
        uint32_t size = (uint32_t)edges[i + 1] - edges[i];
        uint32_t head = size | 1u << 31;
        uint32_t word[3];
        uint32_t mask[3];

        size = size > 12 ? 12 : size;
        memcpy(word, text + edges[i], 12);
        memcpy(mask, masks + 12 - size, 12);
        values[count].low = head | (uint64_t)(word[0] & mask[0]) << 32;
        values[count].high = (word[1] & mask[1]) | (uint64_t)(word[2] & mask[2]) << 32;
        count += (head & 0xffffu) <= 12;
    }
    *used = i;
    return count;
}

static uint64_t words_run(void *state)
{
    struct chain *chain = state;
    struct op *op = &chain->ops[0];
    const uint8_t *text = (const uint8_t *)chain->input->text;
    size_t from = 0;
    uint32_t rows = 0;

    while (from + PLAIN_WORD_STRETCH_BYTES <= chain->input->text_size) {
        uint32_t edges_count = chain->find(
            text + from, PLAIN_WORD_STRETCH_BYTES / PLAIN_WORD_BLOCK_BYTES, chain->edges);
        const uint16_t *edges = chain->edges;
        uint32_t left = edges_count & ~1u;

        while (left > 0) {
            uint32_t used = 0;

            rows += values_load(text + from, edges, left, op->values + rows, op->chunk_rows - rows,
                                &used);
            edges += used;
            left -= used;
            if (rows == op->chunk_rows) {
                struct chunk chunk = {.columns = {op->values}, .rows = rows};
                op->next->push(op->next, &chunk);
                rows = 0;
            }
        }
        from += (edges_count & 1) != 0 ? chain->edges[edges_count - 1] : PLAIN_WORD_STRETCH_BYTES;
    }
    struct chunk chunk = {.columns = {op->values}, .rows = rows};
    op->next->push(op->next, &chunk);
    return chain->ops[2].counter->entries_count + chain->ops[2].rows_total;
}

/* Sets bit 5 of all bytes from 'A' to 'Z' of a value's bytes, eight at a time. */
LAYOUT_INLINE uint64_t lower_eight(uint64_t eight)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    uint64_t low = eight & (0x7f * ones);
    uint64_t upper = (low + 0x3f * ones) & ~(low + 0x25 * ones) & ~eight & (0x80 * ones);

    return eight | upper >> 2;
}

static void lower_push(struct op *op, const struct chunk *chunk)
{
    const struct layout_key *in = chunk->columns[0];
    struct chunk out = {.columns = {op->values}, .rows = chunk->rows};

    for (uint32_t i = 0; i < chunk->rows; i++) {
        op->values[i].low =
            (in[i].low & UINT32_MAX) | (lower_eight(in[i].low) & ~(uint64_t)UINT32_MAX);
        op->values[i].high = lower_eight(in[i].high);
    }
    op->next->push(op->next, &out);
}

static void count_push(struct op *op, const struct chunk *chunk)
{
    const struct layout_key *keys = chunk->columns[0];

    for (uint32_t i = 0; i < chunk->rows; i++) {
        op->counter->hashes[i] = layout_hash(keys[i].low, keys[i].high);
    }
    layout_counter_add(op->counter, keys, chunk->rows);
    op->rows_total += chunk->rows;
}

static uint64_t ints_run(void *state)
{
    struct chain *chain = state;
    struct op *op = &chain->ops[0];

    for (uint32_t row = 0; row < INTS_COUNT; row += op->chunk_rows) {
        struct chunk chunk = {.columns = {chain->keys + row, chain->amounts + row},
                              .rows = op->chunk_rows};
        op->next->push(op->next, &chunk);
    }
    return chain->ops[2].rows_total + (uint64_t)chain->ops[2].sums[1];
}

static void filter_push(struct op *op, const struct chunk *chunk)
{
    const int64_t *amounts = chunk->columns[1];
    struct chunk out = *chunk;
    uint32_t kept = 0;

    for (uint32_t i = 0; i < chunk->rows; i++) {
        op->selection[kept] = (uint16_t)i;
        kept += amounts[i] > 500;
    }
    out.selection = op->selection;
    out.rows = kept;
    op->next->push(op->next, &out);
}

static void sum_push(struct op *op, const struct chunk *chunk)
{
    const int64_t *keys = chunk->columns[0];
    const int64_t *amounts = chunk->columns[1];

    for (uint32_t i = 0; i < chunk->rows; i++) {
        uint32_t row = chunk->selection[i];
        op->sums[keys[row] & (SUMS_COUNT - 1)] += amounts[row];
    }
    op->rows_total += chunk->rows;
}

static struct chain *chain_create(const struct layout_input *input, const int64_t *keys,
                                  const int64_t *amounts, uint32_t chunk_rows)
{
    struct chain *chain = layout_alloc(sizeof(*chain));
    const char *name = NULL;

    chain->input = input;
    chain->keys = keys;
    chain->amounts = amounts;
    chain->find = plain_word_edges_choose(&name);
    for (uint32_t i = 0; i < 3; i++) {
        chain->ops[i].next = i < 2 ? &chain->ops[i + 1] : NULL;
        chain->ops[i].chunk_rows = chunk_rows;
        chain->ops[i].values = layout_alloc((chunk_rows + 1) * sizeof(struct layout_key));
        chain->ops[i].selection = layout_alloc((chunk_rows + 1) * sizeof(uint16_t));
    }
    chain->ops[1].push = keys != NULL ? filter_push : lower_push;
    chain->ops[2].push = keys != NULL ? sum_push : count_push;
    chain->ops[2].sums = layout_alloc(SUMS_COUNT * sizeof(int64_t));
    chain->ops[2].counter = layout_counter_create(keys != NULL ? 1 : 19);
    return chain;
}

void layout_chunk_run(const struct layout_input *input)
{
    static const uint32_t sizes[] = {1024, 64, 256, 512, 2048, 4096, 16384};
    enum { SIZES = sizeof(sizes) / sizeof(sizes[0]) };
    struct layout_variant words[SIZES];
    struct layout_variant ints[SIZES];
    int64_t *keys = layout_alloc(INTS_COUNT * sizeof(*keys));
    int64_t *amounts = layout_alloc(INTS_COUNT * sizeof(*amounts));
    uint64_t random_state = 2;
    static char names[SIZES][32];

    for (uint32_t i = 0; i < INTS_COUNT; i++) {
        keys[i] = (int64_t)(layout_random(&random_state) % 4096);
        amounts[i] = (int64_t)(layout_random(&random_state) % 1000);
    }
    for (uint32_t i = 0; i < SIZES; i++) {
        snprintf(names[i], sizeof(names[i]), "%u rows", sizes[i]);
        words[i] =
            (struct layout_variant){names[i], words_run, chain_create(input, NULL, NULL, sizes[i])};
        ints[i] = (struct layout_variant){names[i], ints_run,
                                          chain_create(input, keys, amounts, sizes[i])};
    }
    layout_compare("chunk: tokenise, lower, count", words, SIZES, input->words_count, "word");
    layout_compare("chunk: scan, filter half, keyed sum", ints, SIZES, INTS_COUNT, "row");
}
