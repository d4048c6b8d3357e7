/*
 * action_sample - takeSample: exactly so many rows, in random order. Rows are counted, their
 * numbers are drawn, and one more job takes the rows of these numbers.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "exec/action.h"
#include "exec/generator.h"
#include "exec/partition_rows.h"

struct picking {
    uint64_t *numbers; /* of the rows wanted, ascending; a row may be there more than once */
    uint64_t *firsts;  /* by partition: the number of its first row; and the end */
    uint64_t *starts;  /* by partition: where its numbers begin; and the end */
    struct block **blocks;
};

struct pick_op {
    struct op op;
    struct picking *picking;
    uint64_t number; /* of the next row */
    uint64_t place;  /* in numbers */
    uint64_t end;
    struct block_builder builder;
};

static weir_status pick_push(struct op *op, struct chunk *chunk, weir_error *error)
{
    struct pick_op *pick = (struct pick_op *)op;
    const uint64_t *numbers = pick->picking->numbers;

    while (pick->place < pick->end && numbers[pick->place] < pick->number + chunk->rows_count) {
        struct weir_row row =
            chunk_row_shown(chunk, (uint32_t)(numbers[pick->place] - pick->number));

        WEIR_TRY(block_builder_append_row(&pick->builder, chunk_is_pairs(chunk) ? &row.key : NULL,
                                          row.value, error));
        pick->place++;
    }
    pick->number += chunk->rows_count;
    return pick->place == pick->end ? WEIR_STOPPING : WEIR_OK;
}

static weir_status pick_finish(struct op *op, weir_error *error)
{
    struct pick_op *pick = (struct pick_op *)op;
    struct block **place = &pick->picking->blocks[op->task->partition];
    struct block *block;

    WEIR_TRY(block_builder_finish(&pick->builder, &block, error));
    block_drop(*place);
    *place = block;
    return WEIR_OK;
}

static void pick_close(struct op *op)
{
    block_builder_fini(&((struct pick_op *)op)->builder);
}

static const struct op_class pick_class = {
    .name = "take sample",
    .push = pick_push,
    .finish = pick_finish,
    .close = pick_close,
};

static weir_status pick_open(void *owner, struct task *task, uint32_t partition, struct op **out,
                             weir_error *error)
{
    struct picking *picking = owner;

    WEIR_TRY(op_create(task, &pick_class, sizeof(struct pick_op), NULL, out, error));
    struct pick_op *pick = (struct pick_op *)*out;
    pick->picking = picking;
    pick->number = picking->firsts[partition];
    pick->place = picking->starts[partition];
    pick->end = picking->starts[partition + 1];
    block_builder_init(&pick->builder);
    return WEIR_OK;
}

static int compare_numbers(const void *left, const void *right)
{
    uint64_t one = *(const uint64_t *)left;
    uint64_t other = *(const uint64_t *)right;

    return (one > other) - (one < other);
}

/* `wanted` numbers below rows_count, each set as likely; at most half of them are wanted. */
static void draw_distinct(struct generator *random, uint64_t rows_count, uint64_t *numbers,
                          uint64_t wanted)
{
    uint64_t count = 0;

    while (count < wanted) {
        for (uint64_t i = count; i < wanted; i++) {
            numbers[i] = generator_below(random, rows_count);
        }
        qsort(numbers, wanted, sizeof(*numbers), compare_numbers);
        count = 0;
        for (uint64_t i = 0; i < wanted; i++) {
            if (count == 0 || numbers[count - 1] != numbers[i]) {
                numbers[count++] = numbers[i];
            }
        }
    }
}

/* The same by going through all rows: for more than half of them. */
static void draw_most(struct generator *random, uint64_t rows_count, uint64_t *numbers,
                      uint64_t wanted)
{
    uint64_t count = 0;

    for (uint64_t row = 0; count < wanted; row++) {
        if (generator_below(random, rows_count - row) < wanted - count) {
            numbers[count++] = row;
        }
    }
}

static void draw(struct generator *random, bool with_replacement, uint64_t rows_count,
                 uint64_t *numbers, uint64_t wanted)
{
    if (with_replacement) {
        for (uint64_t i = 0; i < wanted; i++) {
            numbers[i] = generator_below(random, rows_count);
        }
        qsort(numbers, wanted, sizeof(*numbers), compare_numbers);
    } else if (wanted <= rows_count / 2) {
        draw_distinct(random, rows_count, numbers, wanted);
    } else {
        draw_most(random, rows_count, numbers, wanted);
    }
}

/* The block's rows in random order. */
static weir_status shuffled(struct generator *random, const struct block *block, struct block **out,
                            weir_error *error)
{
    struct block_builder builder;
    uint32_t *places = mem_alloc(((size_t)block->rows_count + 1) * sizeof(*places));
    weir_status status = WEIR_OK;

    if (places == NULL) {
        return error_set(error, WEIR_E_NOMEM, "no memory for %u rows", block->rows_count);
    }
    block_builder_init(&builder);
    for (uint32_t i = 0; i < block->rows_count; i++) {
        uint32_t other = (uint32_t)generator_below(random, (uint64_t)i + 1);
        places[i] = i;
        places[i] = places[other];
        places[other] = i;
    }
    for (uint32_t i = 0; i < block->rows_count && status == WEIR_OK; i++) {
        struct weir_row row = block_row(block, places[i]);
        status = block_builder_append_row(&builder, block->columns_count == 2 ? &row.key : NULL,
                                          row.value, error);
    }
    if (status == WEIR_OK) {
        status = block_builder_finish(&builder, out, error);
    }
    block_builder_fini(&builder);
    mem_free(places);
    return status;
}

/* Takes the rows whose numbers were drawn. */
static weir_status pick_rows(struct executor *executor, struct rdd *rdd, struct picking *picking,
                             uint64_t wanted, struct block **out, weir_error *error)
{
    const struct action action = {.open = pick_open, .owner = picking};
    uint32_t count = rdd->partitions_count;
    uint64_t place = 0;

    for (uint32_t i = 0; i < count; i++) {
        picking->starts[i] = place;
        while (place < wanted && picking->numbers[place] < picking->firsts[i + 1]) {
            place++;
        }
    }
    picking->starts[count] = place;
    WEIR_TRY(executor_run(executor, rdd, 0, count, &action, error));
    return blocks_join(picking->blocks, count, out, error);
}

static weir_status sample_run(struct executor *executor, struct rdd *rdd, struct picking *picking,
                              bool with_replacement, uint64_t wanted, uint64_t seed,
                              struct block **out, weir_error *error)
{
    uint32_t count = rdd->partitions_count;
    struct generator random;
    struct block *picked;

    WEIR_TRY(action_count_each(executor, rdd, 0, count, picking->firsts + 1, error));
    for (uint32_t i = 0; i < count; i++) {
        picking->firsts[i + 1] += picking->firsts[i];
    }
    uint64_t rows_count = picking->firsts[count];
    if (rows_count == 0 || (!with_replacement && wanted > rows_count)) {
        wanted = rows_count;
    }
    picking->numbers = mem_alloc(((size_t)wanted + 1) * sizeof(*picking->numbers));
    if (picking->numbers == NULL) {
        return error_set(error, WEIR_E_NOMEM, "no memory for a sample of %llu rows",
                         (unsigned long long)wanted);
    }
    generator_init(&random, seed, UINT64_MAX);
    draw(&random, with_replacement, rows_count, picking->numbers, wanted);
    WEIR_TRY(pick_rows(executor, rdd, picking, wanted, &picked, error));
    weir_status status = shuffled(&random, picked, out, error);
    block_drop(picked);
    return status;
}

weir_status action_take_sample(struct executor *executor, struct rdd *rdd, bool with_replacement,
                               int64_t rows_count, uint64_t seed, struct block **out,
                               weir_error *error)
{
    uint32_t count = rdd->partitions_count;
    struct picking picking = {0};

    if (rows_count < 0) {
        return error_set(error, WEIR_E_INVAL, "negative number of elements requested");
    }
    if (rows_count > UINT32_MAX) {
        return error_set(error, WEIR_E_TOOBIG, "a sample of %lld rows, and 2^32 - 1 is the most",
                         (long long)rows_count);
    }
    picking.firsts = mem_zalloc(((size_t)count + 1) * sizeof(*picking.firsts));
    picking.starts = mem_zalloc(((size_t)count + 1) * sizeof(*picking.starts));
    picking.blocks = mem_zalloc(((size_t)count + 1) * sizeof(struct block *));
    weir_status status = picking.firsts == NULL || picking.starts == NULL || picking.blocks == NULL
                             ? error_set(error, WEIR_E_NOMEM, "no memory for %u partitions", count)
                             : sample_run(executor, rdd, &picking, with_replacement,
                                          (uint64_t)rows_count, seed, out, error);
    blocks_free(picking.blocks, count);
    mem_free(picking.firsts);
    mem_free(picking.starts);
    mem_free(picking.numbers);
    return status;
}
