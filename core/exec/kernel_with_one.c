/*
 * kernel_with_one - "with_one": a row x to the pair (x, 1). A pair stream's row is the tuple of its
 * key and value.
 */
#include "base/mem.h"
#include "exec/kernel.h"
#include "exec/task.h"

struct with_one {
    int64_t ones[CHUNK_ROWS_MAX];
    struct weir_value *pairs; /* tuples of pair rows */
    struct weir_value *items; /* what they point to */
};

void with_one_row(const struct weir_row *row, struct weir_emitter *out, struct weir_value argument)
{
    (void)argument;
    weir_emit_pair(out, row->value, weir_int(1)); /* rows of pairs always come by the kernel */
}

static weir_status with_one_open(struct task *task, struct weir_value argument, void **state,
                                 weir_error *error)
{
    struct with_one *with_one = arena_alloc(&task->arena, sizeof(*with_one));

    (void)argument;
    if (with_one == NULL) {
        return error_set(error, WEIR_E_NOMEM, "with_one: no memory");
    }
    for (uint32_t i = 0; i < CHUNK_ROWS_MAX; i++) {
        with_one->ones[i] = 1;
    }
    with_one->pairs = NULL;
    *state = with_one;
    return WEIR_OK;
}

/* Rows of a pair stream as a column of tuples; the selection is gone from it. */
static weir_status tuples_make(struct with_one *with_one, const struct chunk *chunk,
                               weir_error *error)
{
    if (with_one->pairs == NULL) {
        with_one->pairs = mem_alloc(3 * (size_t)CHUNK_ROWS_MAX * sizeof(*with_one->pairs));
        if (with_one->pairs == NULL) {
            return error_set(error, WEIR_E_NOMEM, "with_one: no memory");
        }
        with_one->items = with_one->pairs + CHUNK_ROWS_MAX;
    }
    for (uint32_t i = 0; i < chunk->rows_count; i++) {
        uint32_t row = chunk_row(chunk, i);
        struct weir_value *items = &with_one->items[2 * (size_t)i];

        items[0] = column_value(&chunk->columns[CHUNK_PAIR_KEY], row);
        items[1] = column_value(&chunk->columns[CHUNK_PAIR_VALUE], row);
        with_one->pairs[i] = weir_tuple(items, 2);
    }
    return WEIR_OK;
}

static weir_status with_one_push(void *state, const struct chunk *chunk, struct op *next,
                                 weir_error *error)
{
    struct with_one *with_one = state;
    struct chunk pairs = *chunk;

    if (chunk_is_pairs(chunk)) {
        WEIR_TRY(tuples_make(with_one, chunk, error));
        pairs.rows = NULL;
        pairs.columns[CHUNK_PAIR_KEY] =
            (struct column){.kind = COLUMN_MIXED, .values = with_one->pairs};
    }
    pairs.columns_count = 2;
    pairs.columns[CHUNK_PAIR_VALUE] = (struct column){.kind = COLUMN_INT, .ints = with_one->ones};
    return op_push(next, &pairs, error);
}

static void with_one_close(void *state)
{
    mem_free(((struct with_one *)state)->pairs);
}

const struct kernel_class kernel_with_one = {
    .gives_pairs = true,
    .gives_one_row = true,
    .open = with_one_open,
    .push = with_one_push,
    .close = with_one_close,
};
