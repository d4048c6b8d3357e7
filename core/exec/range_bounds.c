/*
 * range_bounds - draws keys in each partition, and cuts the sorted draw into ranges of equal
 * weight.
 */
#include "exec/range_bounds.h"

#include <assert.h>

#include "base/mem.h"
#include "data/compare.h"
#include "data/value.h"
#include "exec/generator.h"
#include "exec/partition_rows.h"
#include "exec/shuffle.h"
#include "exec/sort_rows.h"

#define KEYS_PER_RANGE 300u /* drawn in all, for each range wanted */
#define KEYS_MIN       32u  /* drawn of a partition, if it has so many */
#define KEYS_MAX       (1u << 20)
#define SEED           UINT64_C(0x7765697273616d70)

/* A partition's draw. */
struct draw {
    struct block *keys;  /* plain rows */
    uint64_t rows_count; /* that the partition has */
};

struct drawing {
    struct draw *draws; /* by partition */
    uint32_t keys_max;  /* of each */
};

/* A reservoir of keys: each row of the partition is as likely to be in it. */
struct draw_op {
    struct op op;
    struct drawing *drawing;
    struct generator random;
    uint64_t rows_count;
    struct weir_value *keys;
    struct arena arena;
    size_t arena_bytes_max;
};

#define ARENA_BYTES_FIRST (1u << 20)

static weir_status keep(struct draw_op *draw, uint64_t place, struct weir_value key,
                        weir_error *error)
{
    weir_status status = value_copy(key, &draw->arena, &draw->keys[place]);

    return status == WEIR_OK ? WEIR_OK : error_set(error, status, "no memory for a sample");
}

/* Copies what is still in the reservoir to a new arena. */
static weir_status draw_compact(struct draw_op *draw, weir_error *error)
{
    struct arena old = draw->arena;
    uint64_t count =
        draw->rows_count < draw->drawing->keys_max ? draw->rows_count : draw->drawing->keys_max;
    weir_status status = WEIR_OK;

    arena_init(&draw->arena);
    for (uint64_t i = 0; i < count && status == WEIR_OK; i++) {
        struct weir_value key = draw->keys[i];
        status = keep(draw, i, key, error);
    }
    arena_fini(&old); /* a failure ends the task: nobody reads the keys again */
    draw->arena_bytes_max = 2 * draw->arena.allocated_bytes + ARENA_BYTES_FIRST;
    return status;
}

static weir_status draw_push(struct op *op, struct chunk *chunk, weir_error *error)
{
    struct draw_op *draw = (struct draw_op *)op;
    uint32_t keys_max = draw->drawing->keys_max;

    for (uint32_t i = 0; i < chunk->rows_count; i++) {
        uint64_t place = draw->rows_count;

        if (place >= keys_max) {
            place = generator_below(&draw->random, place + 1);
        }
        if (place < keys_max) {
            struct weir_value key =
                column_value(&chunk->columns[CHUNK_PAIR_KEY], chunk_row(chunk, i));
            WEIR_TRY(keep(draw, place, key, error));
        }
        draw->rows_count++;
    }
    return draw->arena.allocated_bytes > draw->arena_bytes_max ? draw_compact(draw, error)
                                                               : WEIR_OK;
}

static weir_status draw_finish(struct op *op, weir_error *error)
{
    struct draw_op *draw = (struct draw_op *)op;
    struct draw *place = &draw->drawing->draws[op->task->partition];
    uint32_t count = draw->rows_count < draw->drawing->keys_max ? (uint32_t)draw->rows_count
                                                                : draw->drawing->keys_max;
    struct block *block;

    WEIR_TRY(block_create_values(NULL, draw->keys, count, &block, error));
    block_drop(place->keys);
    place->keys = block;
    place->rows_count = draw->rows_count;
    return WEIR_OK;
}

static void draw_close(struct op *op)
{
    arena_fini(&((struct draw_op *)op)->arena);
}

static const struct op_class draw_class = {
    .name = "draw keys",
    .push = draw_push,
    .finish = draw_finish,
    .close = draw_close,
};

static weir_status draw_open(void *owner, struct task *task, uint32_t partition, struct op **out,
                             weir_error *error)
{
    struct drawing *drawing = owner;
    struct op *op;

    WEIR_TRY(op_create(task, &draw_class, sizeof(struct draw_op), NULL, &op, error));
    struct draw_op *draw = (struct draw_op *)op;

    draw->drawing = drawing;
    draw->arena_bytes_max = ARENA_BYTES_FIRST;
    generator_init(&draw->random, SEED, partition);
    draw->keys = arena_alloc(&task->arena, drawing->keys_max * sizeof(*draw->keys));
    if (draw->keys == NULL) {
        return error_set(error, WEIR_E_NOMEM, "no memory for a sample");
    }
    arena_init(&draw->arena);
    *out = op;
    return WEIR_OK;
}

/* All draws as pairs (key, weight). */
static weir_status draws_join(const struct draw *draws, uint32_t count, struct block **out,
                              weir_error *error)
{
    struct block_builder builder;
    weir_status status = WEIR_OK;

    block_builder_init(&builder);
    for (uint32_t i = 0; i < count; i++) {
        const struct block *keys = draws[i].keys;
        double weight = (double)draws[i].rows_count / (double)keys->rows_count;

        for (uint32_t row = 0; row < keys->rows_count && status == WEIR_OK; row++) {
            struct weir_value key = block_row(keys, row).value;
            status = block_builder_append_row(&builder, &key, weir_float(weight), error);
        }
    }
    if (status == WEIR_OK) {
        status = block_builder_finish(&builder, out, error);
    }
    block_builder_fini(&builder);
    return status;
}

/* Where the weight behind a key passes the next share of the whole, a range ends with that key. */
static uint32_t cut(const struct block *weighted, const uint32_t *places, uint32_t ranges_count,
                    struct weir_value *bounds)
{
    double weight = 0;
    uint32_t count = 0;

    for (uint32_t i = 0; i < weighted->rows_count; i++) {
        weight += weir_float_of(block_row(weighted, i).value);
    }
    double share = weight / ranges_count;
    double target = share;
    double passed = 0;
    for (uint32_t i = 0; i < weighted->rows_count && count < ranges_count - 1; i++) {
        struct weir_row row = block_row(weighted, places[i]);

        passed += weir_float_of(row.value);
        if (passed >= target && (count == 0 || value_compare(&bounds[count - 1], &row.key) < 0)) {
            bounds[count++] = row.key;
            target += share;
        }
    }
    return count;
}

static weir_status bounds_create(const struct draw *draws, uint32_t draws_count,
                                 uint32_t ranges_count, bool is_descending,
                                 struct partition_bounds **out, weir_error *error)
{
    struct weir_value *bounds = mem_alloc(ranges_count * sizeof(*bounds));
    struct block *weighted = NULL;
    uint32_t *places = NULL;
    weir_status status = WEIR_OK;

    if (bounds == NULL) {
        return error_set(error, WEIR_E_NOMEM, "no memory for %u ranges", ranges_count);
    }
    status = draws_join(draws, draws_count, &weighted, error);
    if (status == WEIR_OK) {
        status = sort_rows(weighted, SORT_BY_KEY, false, &places, error);
    }
    if (status == WEIR_OK) {
        uint32_t count = cut(weighted, places, ranges_count, bounds);
        status = partition_bounds_create(bounds, count, is_descending, out, error);
    }
    mem_free(places);
    block_drop(weighted);
    mem_free(bounds);
    return status;
}

static uint32_t keys_per_partition(uint32_t ranges_count, uint32_t partitions_count)
{
    uint64_t wanted = ((uint64_t)KEYS_PER_RANGE * ranges_count - 1) / partitions_count + 1;

    wanted = wanted < KEYS_MAX / partitions_count ? wanted : KEYS_MAX / partitions_count;
    return wanted < KEYS_MIN ? KEYS_MIN : (uint32_t)wanted;
}

weir_status range_partitioner_sample(struct executor *executor, struct rdd *rdd,
                                     uint32_t partitions_count, bool is_descending,
                                     struct partitioner *out, weir_error *error)
{
    struct drawing drawing = {0};
    const struct action action = {.open = draw_open, .owner = &drawing};
    struct partition_bounds *bounds = NULL;
    uint32_t parents_count = partitions_count == 1 ? 0 : rdd->partitions_count;
    weir_status status = WEIR_OK;

    assert(rdd->is_pairs);
    if (partitions_count == 0 || partitions_count > SHUFFLE_TARGETS_MAX) {
        return error_set(error, WEIR_E_INVAL, "number of partitions (%u) must be 1 to %u",
                         partitions_count, SHUFFLE_TARGETS_MAX);
    }
    drawing.draws = mem_zalloc(((size_t)parents_count + 1) * sizeof(*drawing.draws));
    if (drawing.draws == NULL) {
        return error_set(error, WEIR_E_NOMEM, "no memory for %u partitions", parents_count);
    }
    if (parents_count > 0) {
        drawing.keys_max = keys_per_partition(partitions_count, parents_count);
        status = executor_run(executor, rdd, 0, parents_count, &action, error);
    }
    if (status == WEIR_OK) {
        status = bounds_create(drawing.draws, parents_count, partitions_count, is_descending,
                               &bounds, error);
    }
    if (status == WEIR_OK) {
        *out = (struct partitioner){
            .kind = PARTITIONER_RANGE,
            .partitions_count = bounds->count + 1,
            .bounds = bounds,
        };
    }
    for (uint32_t i = 0; i < parents_count; i++) {
        block_drop(drawing.draws[i].keys);
    }
    mem_free(drawing.draws);
    return status;
}
