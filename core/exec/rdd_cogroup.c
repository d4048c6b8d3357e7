/*
 * rdd_cogroup - groupByKey, cogroup, the joins, subtractByKey and intersection: rows brought
 * together by key (cogroup.h), then shown in one of several forms.
 */
#include <assert.h>

#include "base/mem.h"
#include "exec/cogroup.h"
#include "exec/emitter.h"
#include "exec/lineage.h"
#include "exec/op.h"
#include "exec/task.h"

struct cogroup_rdd {
    struct rdd rdd; /* its parents have its partitioner already */
    enum cogroup_form form;
};

/* Takes one side's rows. */
struct side_op {
    struct op op;
    struct cogroup *cogroup;
    uint32_t side;
};

static weir_status side_push(struct op *op, struct chunk *chunk, weir_error *error)
{
    struct side_op *side = (struct side_op *)op;

    return cogroup_push(side->cogroup, side->side, chunk, error);
}

static const struct op_class side_class = {
    .name = "cogroup side",
    .push = side_push,
};

/* (key, (list, list ...)), or (key, list) of one side. */
static void emit_lists(const struct cogroup_group *group, bool is_group, struct weir_emitter *out)
{
    struct weir_value value = group->lists[0];

    if (!is_group) {
        struct weir_value *lists =
            weir_emitter_memory(out, group->sides_count * sizeof(struct weir_value));
        if (lists == NULL) {
            return;
        }
        for (uint32_t side = 0; side < group->sides_count; side++) {
            lists[side] = group->lists[side];
        }
        value = weir_tuple(lists, group->sides_count);
    }
    weir_emit_pair(out, group->key, value);
}

/* (key, (left, right)) for each left and each right; a side that may be missing counts as null. */
static void emit_join(const struct cogroup_group *group, bool keeps_left, bool keeps_right,
                      struct weir_emitter *out)
{
    static const struct weir_value nothing = {0};
    struct weir_value lefts = group->lists[0];
    struct weir_value rights = group->lists[1];
    uint32_t lefts_count = weir_size_of(lefts);
    uint32_t rights_count = weir_size_of(rights);
    const struct weir_value *left_items = lefts.items;
    const struct weir_value *right_items = rights.items;

    if (lefts_count == 0 && keeps_right) {
        left_items = &nothing;
        lefts_count = 1;
    }
    if (rights_count == 0 && keeps_left) {
        right_items = &nothing;
        rights_count = 1;
    }
    for (uint32_t i = 0; i < lefts_count; i++) {
        for (uint32_t k = 0; k < rights_count; k++) {
            struct weir_value *both = weir_emitter_memory(out, 2 * sizeof(*both));
            if (both == NULL) {
                return;
            }
            both[0] = left_items[i];
            both[1] = right_items[k];
            weir_emit_pair(out, group->key, weir_tuple(both, 2));
        }
    }
}

static bool has_values(const struct cogroup_group *group, uint32_t side)
{
    return weir_size_of(group->lists[side]) > 0;
}

static void emit_subtract(const struct cogroup_group *group, struct weir_emitter *out)
{
    struct weir_value lefts = group->lists[0];

    for (uint32_t side = 1; side < group->sides_count; side++) {
        if (has_values(group, side)) {
            return;
        }
    }
    for (uint32_t i = 0; i < weir_size_of(lefts); i++) {
        weir_emit_pair(out, group->key, lefts.items[i]);
    }
}

static void emit_intersect(const struct cogroup_group *group, struct weir_emitter *out)
{
    for (uint32_t side = 0; side < group->sides_count; side++) {
        if (!has_values(group, side)) {
            return;
        }
    }
    weir_emit(out, group->key);
}

static void emit_group(const struct cogroup_group *group, enum cogroup_form form,
                       struct weir_emitter *out)
{
    switch (form) {
    case COGROUP_LISTS:
    case COGROUP_GROUP:
        emit_lists(group, form == COGROUP_GROUP, out);
        break;
    case COGROUP_JOIN:
    case COGROUP_LEFT:
    case COGROUP_RIGHT:
    case COGROUP_FULL:
        emit_join(group, form == COGROUP_LEFT || form == COGROUP_FULL,
                  form == COGROUP_RIGHT || form == COGROUP_FULL, out);
        break;
    case COGROUP_SUBTRACT:
        emit_subtract(group, out);
        break;
    case COGROUP_INTERSECT:
        emit_intersect(group, out);
        break;
    }
}

/* Where groups go: emitted as rows of a form. */
struct emitting {
    struct emitter emitter;
    enum cogroup_form form;
};

static weir_status take_group(void *owner, const struct cogroup_group *group, weir_error *error)
{
    struct emitting *emitting = owner;

    emit_group(group, emitting->form, &emitting->emitter.out);
    return emitter_row_done(&emitting->emitter, error);
}

static weir_status flush_groups(void *owner, weir_error *error)
{
    return emitter_finish(&((struct emitting *)owner)->emitter, error);
}

static weir_status emit_all(struct task *task, const struct cogroup_rdd *rdd,
                            struct cogroup *cogroup, struct op *to, weir_error *error)
{
    struct emitting emitting = {.form = rdd->form};
    const struct cogroup_sink sink = {take_group, flush_groups, &emitting};
    weir_status status = emitter_init(&emitting.emitter, task, to, rdd->rdd.is_pairs, error);

    if (status == WEIR_OK) {
        status = cogroup_each(cogroup, &sink, error);
    }
    if (status == WEIR_OK) {
        status = emitter_finish(&emitting.emitter, error);
    }
    emitter_fini(&emitting.emitter);
    return status;
}

static weir_status cogroup_compute(struct task *task, const struct rdd *rdd, uint32_t partition,
                                   struct op *to, weir_error *error)
{
    struct cogroup cogroup;
    struct op *op;

    WEIR_TRY(op_create(task, &side_class, sizeof(struct side_op), NULL, &op, error));
    WEIR_TRY(cogroup_init(&cogroup, task, rdd->parents_count, error));
    struct side_op *side = (struct side_op *)op;
    side->cogroup = &cogroup;
    weir_status status = WEIR_OK;
    for (uint32_t i = 0; i < rdd->parents_count && status == WEIR_OK; i++) {
        side->side = i;
        status = rdd_push(task, rdd->parents[i], partition, op, error);
    }
    if (status == WEIR_OK) {
        status = emit_all(task, (const struct cogroup_rdd *)rdd, &cogroup, to, error);
    }
    cogroup_fini(&cogroup);
    return status;
}

#define COGROUP_CLASS(form_name)                      \
    {                                                 \
        .name = form_name, .compute = cogroup_compute \
    }

static const struct rdd_class cogroup_classes[] = {
    [COGROUP_LISTS] = COGROUP_CLASS("cogroup"),
    [COGROUP_GROUP] = COGROUP_CLASS("groupByKey"),
    [COGROUP_JOIN] = COGROUP_CLASS("join"),
    [COGROUP_LEFT] = COGROUP_CLASS("leftOuterJoin"),
    [COGROUP_RIGHT] = COGROUP_CLASS("rightOuterJoin"),
    [COGROUP_FULL] = COGROUP_CLASS("fullOuterJoin"),
    [COGROUP_SUBTRACT] = COGROUP_CLASS("subtractByKey"),
    [COGROUP_INTERSECT] = COGROUP_CLASS("intersection"),
};

weir_status rdd_create_cogroup(struct rdd *const *parents, uint32_t parents_count,
                               enum cogroup_form form, struct partitioner partitioner,
                               struct rdd **out, weir_error *error)
{
    struct rdd *moved[COGROUP_SIDES_MAX] = {NULL};
    struct rdd *rdd;
    weir_status status = WEIR_OK;

    assert(parents_count >= 1);
    if (parents_count > COGROUP_SIDES_MAX) {
        return error_set(error, WEIR_E_TOOBIG, "cogroup of %u RDDs, and %u is the most",
                         parents_count, COGROUP_SIDES_MAX);
    }
    for (uint32_t i = 0; i < parents_count && status == WEIR_OK; i++) {
        status = rdd_create_partition_by(parents[i], partitioner, &moved[i], error);
    }
    if (status == WEIR_OK) {
        status = rdd_create(&cogroup_classes[form], sizeof(struct cogroup_rdd),
                            partitioner.partitions_count, moved, parents_count, &rdd, error);
    }
    for (uint32_t i = 0; i < parents_count; i++) {
        rdd_drop(moved[i]); /* held by the new one */
    }
    if (status != WEIR_OK) {
        return status;
    }
    ((struct cogroup_rdd *)rdd)->form = form;
    rdd->is_pairs = form != COGROUP_INTERSECT;
    if (rdd->is_pairs) {
        rdd_set_partitioner(rdd, partitioner);
    }
    *out = rdd;
    return WEIR_OK;
}
