/*
 * rdd_top - the greatest rows, by a bounded heap. One task reads all of the parent's partitions:
 * what stands behind it should have been reduced already.
 */
#include "base/mem.h"
#include "data/compare.h"
#include "data/value.h"
#include "exec/lineage.h"
#include "exec/op.h"
#include "exec/task.h"

struct top_rdd {
    struct rdd rdd;
    uint32_t rows_max;
};

struct top_row {
    struct weir_value key;
    struct weir_value value;
};

/* The heap's root is the smallest of the rows kept: the first to go. */
struct top_op {
    struct op op;
    struct top_row *heap;
    uint32_t count;
    uint32_t rows_max;
    uint32_t capacity;
    struct arena arena; /* what the rows point to, and rows that are gone */
    size_t arena_bytes_max;
};

#define ARENA_BYTES_FIRST (1u << 20)

/* Below zero: left comes later than right in the result. Greater values first, smaller keys
 * first. */
static int rank(const struct top_row *left, const struct top_row *right)
{
    int by_value = value_compare(&left->value, &right->value);

    return by_value != 0 ? by_value : value_compare(&right->key, &left->key);
}

static void sift_down(struct top_row *heap, uint32_t count, uint32_t at)
{
    for (;;) {
        uint32_t child = 2 * at + 1;
        if (child >= count) {
            return;
        }
        if (child + 1 < count && rank(&heap[child + 1], &heap[child]) < 0) {
            child++;
        }
        if (rank(&heap[at], &heap[child]) <= 0) {
            return;
        }
        struct top_row row = heap[at];
        heap[at] = heap[child];
        heap[child] = row;
        at = child;
    }
}

static void sift_up(struct top_row *heap, uint32_t at)
{
    while (at > 0 && rank(&heap[at], &heap[(at - 1) / 2]) < 0) {
        struct top_row row = heap[at];
        heap[at] = heap[(at - 1) / 2];
        heap[(at - 1) / 2] = row;
        at = (at - 1) / 2;
    }
}

static weir_status row_copy(struct top_op *top, struct top_row *row, weir_error *error)
{
    weir_status status = value_copy(row->key, &top->arena, &row->key);

    if (status == WEIR_OK) {
        status = value_copy(row->value, &top->arena, &row->value);
    }
    return status == WEIR_OK ? WEIR_OK : error_set(error, status, "top: no memory");
}

/* Lets go of rows that were pushed out of the heap. */
static weir_status top_compact(struct top_op *top, weir_error *error)
{
    struct arena old = top->arena;
    weir_status status = WEIR_OK;

    arena_init(&top->arena);
    for (uint32_t i = 0; i < top->count && status == WEIR_OK; i++) {
        status = row_copy(top, &top->heap[i], error);
    }
    if (status != WEIR_OK) {
        arena_move(&old, &top->arena);
        return status;
    }
    arena_fini(&old);
    top->arena_bytes_max = 2 * top->arena.allocated_bytes + ARENA_BYTES_FIRST;
    return WEIR_OK;
}

static weir_status top_add(struct top_op *top, struct top_row row, weir_error *error)
{
    if (top->count < top->rows_max) {
        if (top->count == top->capacity) {
            size_t capacity = top->capacity;
            void *heap = top->heap;
            weir_status status =
                mem_grow(&heap, &capacity, (size_t)top->count + 1, sizeof(row), error);
            if (status != WEIR_OK) {
                return status;
            }
            top->heap = heap;
            top->capacity = (uint32_t)capacity;
        }
        WEIR_TRY(row_copy(top, &row, error));
        top->heap[top->count] = row;
        sift_up(top->heap, top->count++);
        return WEIR_OK;
    }
    if (rank(&row, &top->heap[0]) <= 0) {
        return WEIR_OK;
    }
    WEIR_TRY(row_copy(top, &row, error));
    top->heap[0] = row;
    sift_down(top->heap, top->count, 0);
    return top->arena.allocated_bytes > top->arena_bytes_max ? top_compact(top, error) : WEIR_OK;
}

static weir_status top_push(struct op *op, struct chunk *chunk, weir_error *error)
{
    struct top_op *top = (struct top_op *)op;
    bool is_pairs = chunk_is_pairs(chunk);

    for (uint32_t i = 0; i < chunk->rows_count && top->rows_max > 0; i++) {
        uint32_t place = chunk_row(chunk, i);
        struct top_row row = {.key = weir_null()};

        if (is_pairs) {
            row.key = column_value(&chunk->columns[CHUNK_PAIR_KEY], place);
        }
        row.value = column_value(&chunk->columns[is_pairs ? CHUNK_PAIR_VALUE : CHUNK_VALUE], place);
        WEIR_TRY(top_add(top, row, error));
    }
    return WEIR_OK;
}

/* Sorts the heap: its smallest row goes to the end, again and again. */
static void top_sort(struct top_op *top)
{
    for (uint32_t left = top->count; left > 1;) {
        struct top_row row = top->heap[0];
        top->heap[0] = top->heap[--left];
        top->heap[left] = row;
        sift_down(top->heap, left, 0);
    }
}

static void top_close(struct op *op)
{
    struct top_op *top = (struct top_op *)op;

    mem_free(top->heap);
    arena_fini(&top->arena);
}

static const struct op_class top_class = {
    .name = "top",
    .push = top_push,
    .close = top_close,
};

/* Pushes the sorted rows on, chunk by chunk. */
static weir_status rows_push(const struct top_op *top, const struct rdd *rdd, struct op *to,
                             weir_error *error)
{
    uint32_t step = top->op.task->chunk_rows;
    struct weir_value *keys = arena_alloc(&top->op.task->arena, step * sizeof(*keys));
    struct weir_value *values = arena_alloc(&top->op.task->arena, step * sizeof(*values));

    if (keys == NULL || values == NULL) {
        return error_set(error, WEIR_E_NOMEM, "top: no memory");
    }
    for (uint32_t first = 0; first < top->count; first += step) {
        uint32_t count = top->count - first < step ? top->count - first : step;
        struct chunk chunk = {.rows_count = count, .columns_count = rdd->is_pairs ? 2 : 1};

        for (uint32_t i = 0; i < count; i++) {
            keys[i] = top->heap[first + i].key;
            values[i] = top->heap[first + i].value;
        }
        if (rdd->is_pairs) {
            chunk.columns[CHUNK_PAIR_KEY] = (struct column){.kind = COLUMN_MIXED, .values = keys};
        }
        chunk.columns[chunk.columns_count - 1] =
            (struct column){.kind = COLUMN_MIXED, .values = values};
        WEIR_TRY(op_push(to, &chunk, error));
    }
    return WEIR_OK;
}

static weir_status top_compute(struct task *task, const struct rdd *rdd, uint32_t partition,
                               struct op *to, weir_error *error)
{
    uint32_t parts_count = rdd->parents[0]->partitions_count;
    weir_status status = WEIR_OK;
    struct op *op;

    (void)partition; /* there is one */
    WEIR_TRY(op_create(task, &top_class, sizeof(struct top_op), to, &op, error));
    struct top_op *top = (struct top_op *)op;
    arena_init(&top->arena);
    top->rows_max = ((const struct top_rdd *)rdd)->rows_max;
    top->arena_bytes_max = ARENA_BYTES_FIRST;

    for (uint32_t i = 0; i < parts_count && status == WEIR_OK; i++) {
        status = rdd_push(task, rdd->parents[0], i, op, error);
    }
    if (status == WEIR_OK) {
        top_sort(top);
        status = rows_push(top, rdd, to, error);
    }
    op_close(op);
    return status;
}

static const struct rdd_class top_rdd_class = {
    .name = "top",
    .compute = top_compute,
};

weir_status rdd_create_top(struct rdd *parent, uint32_t count, struct rdd **out, weir_error *error)
{
    struct rdd *rdd;

    WEIR_TRY(rdd_create(&top_rdd_class, sizeof(struct top_rdd), 1, &parent, 1, &rdd, error));
    ((struct top_rdd *)rdd)->rows_max = count;
    rdd->is_pairs = parent->is_pairs;
    *out = rdd;
    return WEIR_OK;
}
