/*
 * accumulator - a reduced value per table entry.
 */
#include "exec/accumulator.h"

#include "base/mem.h"
#include "data/value.h"
#include "exec/kernel.h"
#include "exec/task.h"

#define ARENA_BYTES_FIRST (1u << 20)

weir_status accumulators_init(struct accumulators *accumulators, struct task *task,
                              const struct combiner *combiner, enum combiner_phase phase,
                              weir_error *error)
{
    const struct function *merge =
        phase == PHASE_VALUES ? combiner->merge_value : combiner->merge_combiners;
    bool takes_as_is =
        phase == PHASE_COMBINERS || (combiner->create == NULL && !combiner->has_zero);
    const struct accumulator_class *class = &accumulators_by_call;

    if (takes_as_is && merge->kernel != NULL && merge->kernel->accumulators != NULL) {
        class = merge->kernel->accumulators;
    }
    *accumulators = (struct accumulators){
        .class = class,
        .combiner = combiner,
        .phase = phase,
        .merge = merge->call.reduce,
        .task = task,
        .kind = class == &accumulators_by_call ? COLUMN_MIXED : COLUMN_INT,
        .arena_bytes_max = ARENA_BYTES_FIRST,
    };
    arena_init(&accumulators->arena);
    return emitter_init(&accumulators->memory, task, NULL, false, error);
}

static weir_status make_room(struct accumulators *accumulators, uint32_t entries_count,
                             weir_error *error)
{
    if (entries_count <= accumulators->capacity) {
        return WEIR_OK;
    }
    size_t capacity = (size_t)entries_count * 2;
    void *vector = mem_realloc(accumulators->vector, capacity * column_stride(accumulators->kind));

    if (vector == NULL) {
        return error_set(error, WEIR_E_NOMEM, "no memory for %zu reduced values", capacity);
    }
    accumulators->vector = vector;
    accumulators->capacity = (uint32_t)capacity;
    return WEIR_OK;
}

weir_status accumulators_update(struct accumulators *accumulators, const struct column *values,
                                const uint16_t *rows, uint32_t rows_count, const uint32_t *entries,
                                uint32_t entries_count, weir_error *error)
{
    WEIR_TRY(make_room(accumulators, entries_count, error));
    WEIR_TRY(accumulators->class->update(accumulators, values, rows, rows_count, entries,
                                         entries_count, error));
    accumulators->known_count = entries_count;
    return WEIR_OK;
}

weir_status accumulators_widen(struct accumulators *accumulators, weir_error *error)
{
    size_t capacity = accumulators->capacity;
    struct weir_value *values = mem_alloc(capacity * sizeof(*values));

    if (values == NULL) {
        return error_set(error, WEIR_E_NOMEM, "no memory for %zu reduced values", capacity);
    }
    const struct column dense = accumulators_view(accumulators, 0, accumulators->known_count);
    for (uint32_t i = 0; i < accumulators->known_count; i++) {
        values[i] = column_value(&dense, i);
    }
    mem_free(accumulators->vector);
    accumulators->values = values;
    accumulators->kind = COLUMN_MIXED;
    return WEIR_OK;
}

/* Copies what is alive to a new arena once what is dead has made the old one large. */
static weir_status compact(struct accumulators *accumulators, uint32_t entries_count)
{
    struct arena old = accumulators->arena;

    arena_init(&accumulators->arena);
    for (uint32_t i = 0; i < entries_count; i++) {
        weir_status status =
            value_copy(accumulators->values[i], &accumulators->arena, &accumulators->values[i]);
        if (status != WEIR_OK) {
            arena_move(&old, &accumulators->arena); /* some values still point there */
            return status;
        }
    }
    arena_fini(&old);
    accumulators->arena_bytes_max = accumulators->arena.allocated_bytes * 2 + ARENA_BYTES_FIRST;
    return WEIR_OK;
}

/* Keeps a value beyond the row it came from. is_kept: *place holds a kept one, which it may be. */
static weir_status keep(struct accumulators *accumulators, struct weir_value value, bool is_kept,
                        struct weir_value *place, weir_error *error)
{
    if (value_is_flat(value) || (is_kept && value_is_same(&value, place))) {
        *place = value;
        return WEIR_OK;
    }
    /* *place stays readable while it is replaced: the copy may be of a part of it. */
    struct weir_value copy;
    weir_status status = value_copy(value, &accumulators->arena, &copy);
    if (status != WEIR_OK) {
        return error_set(error, status, "no memory for a reduced value");
    }
    *place = copy;
    return WEIR_OK;
}

/* What a key begins with. */
static struct weir_value first_of(struct accumulators *accumulators, struct weir_value value)
{
    const struct combiner *combiner = accumulators->combiner;
    struct weir_emitter *memory = &accumulators->memory.out;

    if (accumulators->phase == PHASE_COMBINERS) {
        return value;
    }
    if (combiner->has_zero) {
        return accumulators->merge(combiner->zero, value, memory, combiner->argument);
    }
    if (combiner->create != NULL) {
        return combiner->create->call.create(value, memory, combiner->argument);
    }
    return value;
}

static weir_status update_by_call(struct accumulators *accumulators, const struct column *values,
                                  const uint16_t *rows, uint32_t rows_count,
                                  const uint32_t *entries, uint32_t entries_count,
                                  weir_error *error)
{
    struct weir_emitter *memory = &accumulators->memory.out;
    struct weir_value argument = accumulators->combiner->argument;
    uint32_t known_count = accumulators->known_count;

    for (uint32_t i = 0; i < rows_count; i++) {
        struct weir_value value = column_value(values, rows == NULL ? i : rows[i]);
        struct weir_value *place = &accumulators->values[entries[i]];

        bool is_known = entries[i] < known_count;
        if (!is_known) {
            known_count = entries[i] + 1;
            value = first_of(accumulators, value);
        } else {
            value = accumulators->merge(*place, value, memory, argument);
        }
        WEIR_TRY(keep(accumulators, value, is_known, place, error));
        WEIR_TRY(emitter_row_done(&accumulators->memory, error));
    }
    if (memory->count > 0) {
        return error_set(error, WEIR_E_INVAL, "function \"%s\" must return its result, not emit it",
                         accumulators->combiner->merge_value->call.name);
    }
    if (accumulators->arena.allocated_bytes > accumulators->arena_bytes_max) {
        weir_status status = compact(accumulators, entries_count);
        if (status != WEIR_OK) {
            return error_set(error, status, "no memory to compact reduced values");
        }
    }
    return WEIR_OK;
}

const struct accumulator_class accumulators_by_call = {
    .update = update_by_call,
};

struct column accumulators_view(const struct accumulators *accumulators, uint32_t first,
                                uint32_t count)
{
    struct column column = {.kind = accumulators->kind};

    switch (accumulators->kind) {
    case COLUMN_INT:
        column.ints = accumulators->ints + first;
        break;
    case COLUMN_FLOAT:
        column.floats = accumulators->floats + first;
        break;
    case COLUMN_BYTES:
    case COLUMN_MIXED:
        column.values = accumulators->values + first;
        column.kind = column_kind_of_values(column.values, count) == COLUMN_BYTES ? COLUMN_BYTES
                                                                                  : COLUMN_MIXED;
        break;
    }
    return column;
}

const void *accumulators_vector(const struct accumulators *accumulators, size_t *stride)
{
    *stride = column_stride(accumulators->kind);
    return accumulators->vector;
}

size_t accumulators_size(const struct accumulators *accumulators)
{
    return accumulators->capacity * column_stride(accumulators->kind) +
           accumulators->arena.allocated_bytes;
}

void accumulators_fini(struct accumulators *accumulators)
{
    mem_free(accumulators->vector);
    arena_fini(&accumulators->arena);
    emitter_fini(&accumulators->memory);
}
