/*
 * emitter - what a program's function emits into: rows gathered to chunks and pushed on.
 */
#include "exec/emitter.h"

#include <string.h>

#include "exec/task.h"

#define SCRATCH_BYTES     (256u * 1024u)
#define LAST_RESORT_BYTES (64u * 1024u)

static void fail(struct emitter *emitter, weir_status status, const char *reason)
{
    if (emitter->status == WEIR_OK) {
        emitter->status = error_set(&emitter->error, status, "%s", reason);
    }
    emitter->out.is_failed = true;
}

static void emitter_fail(struct weir_emitter *out, const char *reason)
{
    fail((struct emitter *)out, WEIR_E_INVAL, reason == NULL ? "no reason given" : reason);
}

static void *emitter_memory(struct weir_emitter *out, size_t size)
{
    struct emitter *emitter = (struct emitter *)out;
    void *memory = arena_alloc(&emitter->scratch, size);

    if (memory == NULL) {
        fail(emitter, WEIR_E_NOMEM, "no memory for what a function emits");
        memory = size <= LAST_RESORT_BYTES ? emitter->last_resort : NULL;
    }
    return memory;
}

/* The emitted values as a column: ints become dense, so that kernels behind find them so. */
static struct column column_of(const struct weir_value *values, uint32_t count, int64_t *ints)
{
    struct column column = {.kind = column_kind_of_values(values, count), .values = values};

    if (column.kind == COLUMN_INT) {
        for (uint32_t i = 0; i < count; i++) {
            ints[i] = values[i].integer;
        }
        column.ints = ints;
    } else if (column.kind == COLUMN_FLOAT) {
        for (uint32_t i = 0; i < count; i++) {
            memcpy(&ints[i], &values[i].number, sizeof(double));
        }
        column.data = ints;
    }
    return column;
}

/* The first key of the wrong sort: none in a pair stream, or one in a plain stream. */
static bool has_wrong_key(const struct weir_value *keys, uint32_t count, bool is_pairs)
{
    const struct weir_value none = weir_no_key();
    uint32_t wrong = 0;

    for (uint32_t i = 0; i < count; i++) {
        bool has_key = keys[i].head != none.head || keys[i].integer != none.integer;
        wrong |= has_key != is_pairs;
    }
    return wrong != 0;
}

/* Pushes the rows that are there. Keeps the scratch: a function may be at work in it. */
static void emitter_flush(struct weir_emitter *out)
{
    struct emitter *emitter = (struct emitter *)out;
    uint32_t count = out->count;
    struct chunk chunk = {.rows_count = count, .columns_count = emitter->is_pairs ? 2 : 1};

    out->count = 0;
    emitter->flushed_count += count;
    if (emitter->status != WEIR_OK || count == 0) {
        return;
    }
    if (emitter->next == NULL) {
        fail(emitter, WEIR_E_INVAL, "a function of this kind must not emit rows");
        return;
    }
    if (emitter->is_foreign && has_wrong_key(out->keys, count, emitter->is_pairs)) {
        fail(emitter, WEIR_E_INVAL,
             emitter->is_pairs ? "the function must emit pairs, by weir_emit_pair"
                               : "the function must emit plain rows, by weir_emit");
        return;
    }
    if (emitter->is_pairs) {
        chunk.columns[CHUNK_PAIR_KEY] = column_of(out->keys, count, emitter->ints);
        chunk.columns[CHUNK_PAIR_VALUE] =
            column_of(out->values, count, emitter->ints + out->capacity);
    } else {
        chunk.columns[CHUNK_VALUE] = column_of(out->values, count, emitter->ints);
    }
    emitter->status = op_push(emitter->next, &chunk, &emitter->error);
    out->is_failed = emitter->status != WEIR_OK;
}

weir_status emitter_init(struct emitter *emitter, struct task *task, struct op *next, bool is_pairs,
                         weir_error *error)
{
    uint32_t capacity = task->chunk_rows;

    *emitter =
        (struct emitter){.next = next, .is_pairs = is_pairs, .scratch_bytes_max = SCRATCH_BYTES};
    arena_init(&emitter->scratch);
    emitter->out.capacity = capacity;
    emitter->out.flush = emitter_flush;
    emitter->out.memory = emitter_memory;
    emitter->out.on_error = emitter_fail;
    emitter->out.keys = arena_alloc(&task->arena, capacity * sizeof(struct weir_value));
    emitter->out.values = arena_alloc(&task->arena, capacity * sizeof(struct weir_value));
    emitter->ints = arena_alloc(&task->arena, 2 * (size_t)capacity * sizeof(int64_t));
    emitter->last_resort = arena_alloc(&task->arena, LAST_RESORT_BYTES);
    if (emitter->out.keys == NULL || emitter->out.values == NULL || emitter->ints == NULL ||
        emitter->last_resort == NULL) {
        return error_set(error, WEIR_E_NOMEM, "no memory for a chunk of %u rows", capacity);
    }
    return WEIR_OK;
}

static weir_status emitter_status(const struct emitter *emitter, weir_error *error)
{
    if (emitter->status != WEIR_OK && error != NULL) {
        *error = emitter->error;
    }
    return emitter->status;
}

weir_status emitter_row_done(struct emitter *emitter, weir_error *error)
{
    if (__builtin_expect(emitter->scratch.allocated_bytes > emitter->scratch_bytes_max, 0)) {
        emitter_flush(&emitter->out);
        arena_reset(&emitter->scratch);
        /* The arena keeps a slab of what it had: only what comes on top counts. */
        emitter->scratch_bytes_max = emitter->scratch.allocated_bytes + SCRATCH_BYTES;
    }
    return __builtin_expect(emitter->status == WEIR_OK, 1) ? WEIR_OK
                                                           : emitter_status(emitter, error);
}

weir_status emitter_finish(struct emitter *emitter, weir_error *error)
{
    emitter_flush(&emitter->out);
    return emitter_status(emitter, error);
}

void emitter_fini(struct emitter *emitter)
{
    arena_fini(&emitter->scratch);
}
