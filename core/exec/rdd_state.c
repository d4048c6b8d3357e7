/*
 * rdd_state - the leaf of a stream's state: a version for each partition.
 */
#include <assert.h>

#include "base/mem.h"
#include "data/hash.h"
#include "exec/lineage_state.h"
#include "exec/task.h"

struct state_rdd {
    struct rdd rdd;
    struct state_map **maps; /* held */
};

static weir_status state_compute(struct task *task, const struct rdd *rdd, uint32_t partition,
                                 struct op *to, weir_error *error)
{
    const struct state_map *map = ((const struct state_rdd *)rdd)->maps[partition];

    task->rows_read += map->rows_count;
    return state_map_push(map, task, to, error);
}

static void state_fini(struct rdd *rdd)
{
    struct state_rdd *state = (struct state_rdd *)rdd;

    for (uint32_t i = 0; state->maps != NULL && i < rdd->partitions_count; i++) {
        state_map_drop(state->maps[i]);
    }
    mem_free(state->maps);
}

static const struct rdd_class state_class = {
    .name = "state",
    .compute = state_compute,
    .fini = state_fini,
};

weir_status rdd_create_state(struct state_map *const *maps, struct partitioner partitioner,
                             struct rdd **out, weir_error *error)
{
    uint32_t count = partitioner.partitions_count;
    struct rdd *rdd;

    WEIR_TRY(rdd_create(&state_class, sizeof(struct state_rdd), count, NULL, 0, &rdd, error));
    struct state_rdd *state = (struct state_rdd *)rdd;
    state->maps = mem_zalloc(((size_t)count + 1) * sizeof(struct state_map *));
    if (state->maps == NULL) {
        rdd_drop(rdd);
        return error_set(error, WEIR_E_NOMEM, "no memory for %u partitions", count);
    }
    for (uint32_t i = 0; i < count; i++) {
        state->maps[i] = state_map_hold(maps[i]);
    }
    rdd->is_pairs = true;
    rdd_set_partitioner(rdd, partitioner);
    *out = rdd;
    return WEIR_OK;
}

struct state_map *rdd_state_map(const struct rdd *rdd, uint32_t partition)
{
    if (rdd == NULL) {
        return NULL;
    }
    assert(rdd->class == &state_class && partition < rdd->partitions_count);
    return ((const struct state_rdd *)rdd)->maps[partition];
}

static uint32_t partition_of(const struct partitioner *partitioner, struct weir_value key)
{
    uint32_t partition = 0;

    switch (partitioner->kind) {
    case PARTITIONER_RANGE:
        return partition_of_key(partitioner->bounds, &key);
    case PARTITIONER_FUNCTION:
        partition = partitioner->function->call.partitioner(key, partitioner->partitions_count,
                                                            partitioner->argument);
        break;
    case PARTITIONER_HASH:
    case PARTITIONER_SPREAD:
    case PARTITIONER_NONE:
        partition = partition_of_hash(value_hash(&key), partitioner->partitions_count);
        break;
    }
    return partition;
}

/* The keys of one partition. */
static weir_status load_one(const struct weir_value *keys, const struct weir_value *values,
                            uint32_t count, int64_t time_ms, uint32_t partition,
                            const struct partitioner *partitioner, struct state_map **out,
                            weir_error *error)
{
    struct state_edit edit;

    WEIR_TRY(state_edit_begin(&edit, NULL, error));
    for (uint32_t i = 0; i < count; i++) {
        const struct column key = {.kind = COLUMN_MIXED, .values = &keys[i]};
        uint32_t entry;
        if (partition_of(partitioner, keys[i]) != partition) {
            continue;
        }
        weir_status status = state_edit_find(&edit, &key, NULL, 1, &entry, error);
        if (status == WEIR_OK) {
            status = state_edit_put(&edit, entry, values[i], time_ms, error);
        }
        if (status != WEIR_OK) {
            state_edit_fini(&edit);
            return status;
        }
        state_edit_settle(&edit);
    }
    state_edit_finish(&edit, out);
    return WEIR_OK;
}

weir_status state_load(const struct weir_value *keys, const struct weir_value *values,
                       uint32_t count, int64_t time_ms, struct partitioner partitioner,
                       struct rdd **out, weir_error *error)
{
    uint32_t partitions_count = partitioner.partitions_count;
    struct state_map **maps =
        mem_zalloc(((size_t)partitions_count + 1) * sizeof(struct state_map *));
    weir_status status = WEIR_OK;

    if (maps == NULL) {
        return error_set(error, WEIR_E_NOMEM, "load %u states", count);
    }
    for (uint32_t i = 0; i < partitions_count && status == WEIR_OK; i++) {
        status = load_one(keys, values, count, time_ms, i, &partitioner, &maps[i], error);
    }
    if (status == WEIR_OK) {
        status = rdd_create_state(maps, partitioner, out, error);
    }
    for (uint32_t i = 0; i < partitions_count; i++) {
        state_map_drop(maps[i]);
    }
    mem_free(maps);
    return status;
}
