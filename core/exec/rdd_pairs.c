/*
 * rdd_pairs - functions over one half of a pair: keyBy, mapValues, flatMapValues; keys and values.
 */
#include <assert.h>

#include "exec/emitter.h"
#include "exec/lineage_rdd.h"
#include "exec/partition_rows.h"
#include "exec/whole_row.h"

enum pairs_form { PAIRS_KEY_BY, PAIRS_MAP_VALUES, PAIRS_FLAT_MAP_VALUES };

struct pairs_rdd {
    struct rdd rdd;
    const struct function *function;
    struct weir_value argument;
    enum pairs_form form;
};

/* What the function emits becomes a half of a pair before it is flushed: the other half is that of
 * the row at hand. */
struct half_emitter {
    struct emitter emitter; /* first */
    void (*flush)(struct weir_emitter *out);
    enum pairs_form form;
    struct weir_value half; /* the row's key, or for keyBy the row */
    uint32_t first;         /* place of the first that this row has emitted */
};

struct pairs_op {
    struct op op;
    const struct pairs_rdd *plan;
    struct half_emitter half;
};

static void halves_fill(struct half_emitter *half)
{
    struct weir_emitter *out = &half->emitter.out;

    for (uint32_t i = half->first; i < out->count; i++) {
        if (half->form == PAIRS_KEY_BY) {
            out->keys[i] = out->values[i];
            out->values[i] = half->half;
        } else {
            out->keys[i] = half->half;
        }
    }
    half->first = out->count;
}

static void half_flush(struct weir_emitter *out)
{
    struct half_emitter *half = (struct half_emitter *)out;

    halves_fill(half);
    half->flush(out);
    half->first = 0;
}

static weir_status pairs_push(struct op *op, struct chunk *chunk, weir_error *error)
{
    struct pairs_op *pairs = (struct pairs_op *)op;
    const struct pairs_rdd *plan = pairs->plan;
    struct half_emitter *half = &pairs->half;
    struct emitter *emitter = &half->emitter;

    half->first = 0;
    for (uint32_t i = 0; i < chunk->rows_count; i++) {
        struct weir_row row = chunk_row_shown(chunk, i);
        uint64_t before = emitter_count(emitter);

        half->first = emitter->out.count;
        half->half = plan->form == PAIRS_KEY_BY
                         ? whole_row(&row, chunk_is_pairs(chunk), &emitter->out)
                         : row.key;
        plan->function->call.row(&row, &emitter->out, plan->argument);
        halves_fill(half);
        uint64_t emitted = emitter_count(emitter) - before;
        WEIR_TRY(emitter_row_done(emitter, error));
        if (emitted != 1 && plan->form != PAIRS_FLAT_MAP_VALUES) {
            return error_set(error, WEIR_E_INVAL,
                             "%s: function \"%s\" must emit exactly one value, and emitted %llu",
                             plan->rdd.class->name, plan->function->call.name,
                             (unsigned long long)emitted);
        }
    }
    /* What was emitted may point into the chunk, which goes when this returns. */
    return emitter_finish(emitter, error);
}

static void pairs_close(struct op *op)
{
    emitter_fini(&((struct pairs_op *)op)->half.emitter);
}

static const struct op_class pairs_op_class = {
    .name = "pairs",
    .push = pairs_push,
    .close = pairs_close,
};

static weir_status pairs_compute(struct task *task, const struct rdd *rdd, uint32_t partition,
                                 struct op *to, weir_error *error)
{
    struct op *op;

    WEIR_TRY(op_create(task, &pairs_op_class, sizeof(struct pairs_op), to, &op, error));
    struct pairs_op *pairs = (struct pairs_op *)op;
    struct half_emitter *half = &pairs->half;

    pairs->plan = (const struct pairs_rdd *)rdd;
    weir_status status = emitter_init(&half->emitter, task, to, true, error);
    if (status == WEIR_OK) {
        half->form = pairs->plan->form;
        half->flush = half->emitter.out.flush;
        half->emitter.out.flush = half_flush;
        status = rdd_push(task, rdd->parents[0], partition, op, error);
    }
    op_close(op);
    return status;
}

static const struct rdd_class pairs_classes[] = {
    [PAIRS_KEY_BY] = {.name = "keyBy", .compute = pairs_compute},
    [PAIRS_MAP_VALUES] = {.name = "mapValues", .compute = pairs_compute},
    [PAIRS_FLAT_MAP_VALUES] = {.name = "flatMapValues", .compute = pairs_compute},
};

static weir_status create_pairs(struct rdd *parent, enum pairs_form form,
                                const struct function *function, struct weir_value argument,
                                struct rdd **out, weir_error *error)
{
    struct rdd *rdd;

    assert(function->kind == WEIR_FUNCTION_ROW && function->call.row != NULL);
    assert(form == PAIRS_KEY_BY || parent->is_pairs);
    WEIR_TRY(rdd_create(&pairs_classes[form], sizeof(struct pairs_rdd), parent->partitions_count,
                        &parent, 1, &rdd, error));
    struct pairs_rdd *pairs = (struct pairs_rdd *)rdd;
    pairs->function = function;
    pairs->argument = argument;
    pairs->form = form;
    rdd->is_pairs = true;
    if (form != PAIRS_KEY_BY) {
        rdd_set_partitioner(rdd, parent->partitioner);
    }
    *out = rdd;
    return WEIR_OK;
}

weir_status rdd_create_key_by(struct rdd *parent, const struct function *function,
                              struct weir_value argument, struct rdd **out, weir_error *error)
{
    return create_pairs(parent, PAIRS_KEY_BY, function, argument, out, error);
}

weir_status rdd_create_map_values(struct rdd *parent, const struct function *function,
                                  struct weir_value argument, struct rdd **out, weir_error *error)
{
    return create_pairs(parent, PAIRS_MAP_VALUES, function, argument, out, error);
}

weir_status rdd_create_flat_map_values(struct rdd *parent, const struct function *function,
                                       struct weir_value argument, struct rdd **out,
                                       weir_error *error)
{
    return create_pairs(parent, PAIRS_FLAT_MAP_VALUES, function, argument, out, error);
}

weir_status rdd_create_keys(struct rdd *parent, struct rdd **out, weir_error *error)
{
    assert(parent->is_pairs);
    return rdd_create_rows_of_keys(parent, false, out, error);
}

weir_status rdd_create_pair_values(struct rdd *parent, struct rdd **out, weir_error *error)
{
    assert(parent->is_pairs);
    return rdd_create_rows_of_values(parent, false, out, error);
}
