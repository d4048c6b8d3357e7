/*
 * shuffle - moves rows to the partition that they belong to.
 */
#include "exec/shuffle.h"

#include <string.h>

#include "base/mem.h"
#include "data/hash.h"
#include "exec/memory.h"
#include "exec/op_aggregate.h"
#include "exec/task.h"

weir_status shuffle_create(struct rdd *parent, struct partitioner partitioner,
                           const struct combiner *combiner, struct shuffle **out, weir_error *error)
{
    struct shuffle *shuffle = mem_zalloc(sizeof(*shuffle));

    if (shuffle == NULL) {
        return error_set(error, WEIR_E_NOMEM, "create shuffle");
    }
    lock_init(&shuffle->stage_lock);
    shuffle->parent = rdd_hold(parent);
    shuffle->partitioner = partitioner;
    if (partitioner.bounds != NULL) {
        partition_bounds_hold(partitioner.bounds);
    }
    shuffle->has_combiner = combiner != NULL;
    if (combiner != NULL) {
        shuffle->combiner = *combiner;
    }
    shuffle->maps_count = parent->partitions_count;
    shuffle->targets_count = partitioner.partitions_count;
    shuffle->runs = mem_zalloc(((size_t)shuffle->maps_count * shuffle->targets_count + 1) *
                               sizeof(*shuffle->runs));
    shuffle->memory_held = mem_zalloc(((size_t)shuffle->maps_count + 1) * sizeof(size_t));
    shuffle->is_written = mem_zalloc((size_t)shuffle->maps_count + 1);
    if (shuffle->runs == NULL || shuffle->memory_held == NULL || shuffle->is_written == NULL) {
        shuffle_destroy(shuffle);
        return error_set(error, WEIR_E_NOMEM, "create shuffle");
    }
    *out = shuffle;
    return WEIR_OK;
}

void shuffle_use(struct shuffle *shuffle, struct memory *memory, struct spill_space *disk)
{
    if (shuffle->memory == memory && shuffle->disk == disk) {
        return; /* tasks of another job may be reading them */
    }
    shuffle->memory = memory;
    shuffle->disk = disk;
}

struct rdd *shuffle_parent(const struct shuffle *shuffle)
{
    return shuffle->parent;
}

uint32_t shuffle_next_missing(const struct shuffle *shuffle, uint32_t from)
{
    while (from < shuffle->maps_count && atomic_load(&shuffle->is_written[from])) {
        from++;
    }
    return from;
}

/* The end of a map task's chain: sorts rows by target into builders. */
struct write_op {
    struct op op;
    struct shuffle *shuffle;
    struct block_builder *builders; /* one per target */
    struct spill_run *runs;         /* one per target: what was spilled so far */
    size_t builders_bytes;          /* all builders' size, under a limit */
    struct memory_account account;
    uint32_t *starts;     /* targets_count + 1 */
    uint32_t spread_next; /* SPREAD: the next row's target */
    uint64_t hashes[CHUNK_ROWS_MAX];
    uint16_t rows[CHUNK_ROWS_MAX];
    uint32_t targets[CHUNK_ROWS_MAX];
};

static weir_status targets_by_function(struct write_op *write, const struct chunk *chunk,
                                       weir_error *error)
{
    const struct partitioner *partitioner = &write->shuffle->partitioner;
    const struct column *keys = &chunk->columns[CHUNK_PAIR_KEY];

    for (uint32_t i = 0; i < chunk->rows_count; i++) {
        struct weir_value key = column_value(keys, chunk_row(chunk, i));
        uint32_t target = partitioner->function->call.partitioner(
            key, partitioner->partitions_count, partitioner->argument);

        if (target >= partitioner->partitions_count) {
            return error_set(error, WEIR_E_INVAL, "partitioner \"%s\" gave partition %u of %u",
                             partitioner->function->call.name, target,
                             partitioner->partitions_count);
        }
        write->targets[i] = target;
    }
    return WEIR_OK;
}

/* The target of each living row. */
static weir_status targets_find(struct write_op *write, const struct chunk *chunk,
                                weir_error *error)
{
    const struct partitioner *partitioner = &write->shuffle->partitioner;
    const struct column *keys = &chunk->columns[CHUNK_PAIR_KEY];
    uint32_t targets_count = partitioner->partitions_count;

    switch (partitioner->kind) {
    case PARTITIONER_HASH:
        hash_column(keys, chunk->rows, chunk->rows_count, write->hashes);
        for (uint32_t i = 0; i < chunk->rows_count; i++) {
            write->targets[i] = partition_of_hash(write->hashes[i], targets_count);
        }
        break;
    case PARTITIONER_RANGE:
        for (uint32_t i = 0; i < chunk->rows_count; i++) {
            struct weir_value key = column_value(keys, chunk_row(chunk, i));
            write->targets[i] = partition_of_key(partitioner->bounds, &key);
        }
        break;
    case PARTITIONER_FUNCTION:
        return targets_by_function(write, chunk, error);
    case PARTITIONER_SPREAD:
    case PARTITIONER_NONE:
        for (uint32_t i = 0; i < chunk->rows_count; i++) {
            write->targets[i] = write->spread_next;
            write->spread_next = (write->spread_next + 1) % targets_count;
        }
        break;
    }
    return WEIR_OK;
}

/* A counting sort of the chunk's rows by target: rows[starts[t]] to rows[starts[t + 1]]. */
static void sort_by_target(struct write_op *write, const struct chunk *chunk)
{
    uint32_t targets_count = write->shuffle->targets_count;

    memset(write->starts, 0, ((size_t)targets_count + 1) * sizeof(*write->starts));
    for (uint32_t i = 0; i < chunk->rows_count; i++) {
        write->starts[write->targets[i] + 1]++;
    }
    for (uint32_t target = 0; target < targets_count; target++) {
        write->starts[target + 1] += write->starts[target];
    }
    for (uint32_t i = chunk->rows_count; i-- > 0;) {
        uint32_t target = write->targets[i];
        write->rows[--write->starts[target + 1]] = (uint16_t)chunk_row(chunk, i);
    }
    /* Each end has walked down to its own start: starts[t + 1] is now where t begins. */
    memmove(write->starts, write->starts + 1, targets_count * sizeof(*write->starts));
    write->starts[targets_count] = chunk->rows_count;
}

static weir_status write_append(struct write_op *write, uint32_t target, const struct chunk *part,
                                weir_error *error)
{
    struct block_builder *builder = &write->builders[target];
    size_t before = block_builder_size(builder);
    weir_status status = block_builder_append(builder, part, error);

    write->builders_bytes += block_builder_size(builder) - before;
    return status;
}

static weir_status write_spill(struct write_op *write, weir_error *error)
{
    for (uint32_t target = 0; target < write->shuffle->targets_count; target++) {
        struct block_builder *builder = &write->builders[target];
        size_t before = block_builder_size(builder);

        WEIR_TRY(spill_run_flush(&write->runs[target], write->shuffle->disk, builder, error));
        write->builders_bytes -= before - block_builder_size(builder);
    }
    memory_account_set(&write->account, write->builders_bytes);
    return WEIR_OK;
}

static weir_status write_push(struct op *op, struct chunk *chunk, weir_error *error)
{
    struct write_op *write = (struct write_op *)op;
    uint32_t targets_count = write->shuffle->targets_count;

    if (targets_count > 1) {
        WEIR_TRY(targets_find(write, chunk, error));
        sort_by_target(write, chunk);
    } else {
        WEIR_TRY(write_append(write, 0, chunk, error));
    }
    for (uint32_t target = 0; targets_count > 1 && target < targets_count; target++) {
        struct chunk part = *chunk;
        part.rows = write->rows + write->starts[target];
        part.rows_count = write->starts[target + 1] - write->starts[target];
        if (part.rows_count > 0) {
            WEIR_TRY(write_append(write, target, &part, error));
        }
    }
    return memory_account_set(&write->account, write->builders_bytes) ? write_spill(write, error)
                                                                      : WEIR_OK;
}

static void drop_map(struct shuffle *shuffle, uint32_t map)
{
    struct spill_run *runs = shuffle->runs + (size_t)map * shuffle->targets_count;

    for (uint32_t target = 0; target < shuffle->targets_count; target++) {
        spill_run_fini(&runs[target], shuffle->disk);
    }
    if (shuffle->memory_held[map] > 0) {
        memory_give(shuffle->memory, shuffle->memory_held[map]);
        shuffle->memory_held[map] = 0;
    }
}

static weir_status write_finish(struct op *op, weir_error *error)
{
    struct write_op *write = (struct write_op *)op;
    struct shuffle *shuffle = write->shuffle;
    uint32_t map = op->task->partition;
    struct spill_run *runs = shuffle->runs + (size_t)map * shuffle->targets_count;
    size_t held = 0;

    drop_map(shuffle, map); /* of an attempt that failed half way, or that is damaged */
    if (shuffle->memory != NULL) {
        memory_account_fini(&write->account);
        if (!memory_try_fixed(shuffle->memory, write->builders_bytes)) {
            WEIR_TRY(write_spill(write, error));
        } else {
            held = write->builders_bytes;
        }
    }
    shuffle->memory_held[map] = held;
    for (uint32_t target = 0; target < shuffle->targets_count; target++) {
        WEIR_TRY(spill_run_seal(&write->runs[target], &write->builders[target], error));
        runs[target] = write->runs[target];
        write->runs[target] = (struct spill_run){0};
    }
    atomic_store(&shuffle->is_written[map], true);
    return WEIR_OK;
}

static void write_close(struct op *op)
{
    struct write_op *write = (struct write_op *)op;

    for (uint32_t target = 0; target < write->shuffle->targets_count; target++) {
        block_builder_fini(&write->builders[target]);
        spill_run_fini(&write->runs[target], write->shuffle->disk);
    }
    memory_account_fini(&write->account);
}

static const struct op_class write_class = {
    .name = "shuffle write",
    .push = write_push,
    .finish = write_finish,
    .close = write_close,
};

static weir_status write_create(struct shuffle *shuffle, struct task *task, struct op **out,
                                weir_error *error)
{
    struct op *op;
    WEIR_TRY(op_create(task, &write_class, sizeof(struct write_op), NULL, &op, error));
    struct write_op *write = (struct write_op *)op;
    size_t targets_count = shuffle->targets_count;

    write->shuffle = shuffle;
    /* Each map task begins elsewhere, so that few rows do not all go to the first targets. */
    write->spread_next = (uint32_t)((task->partition * UINT64_C(0x9E3779B97F4A7C15) >> 32) %
                                    (targets_count == 0 ? 1 : targets_count));
    write->starts = arena_alloc(&task->arena, (targets_count + 1) * sizeof(*write->starts));
    write->builders = arena_alloc(&task->arena, targets_count * sizeof(*write->builders));
    write->runs = arena_zalloc(&task->arena, targets_count * sizeof(*write->runs));
    memory_account_init(&write->account, shuffle->memory);
    if (write->starts == NULL || write->builders == NULL || write->runs == NULL) {
        return error_set(error, WEIR_E_NOMEM, "no memory for %zu partitions", targets_count);
    }
    for (size_t target = 0; target < targets_count; target++) {
        block_builder_init(&write->builders[target]);
    }
    *out = op;
    return WEIR_OK;
}

/* A map task's chain as one op: rows are combined by key, then written. */
struct map_op {
    struct op op; /* next: the aggregation */
    struct op *write;
};

static weir_status map_push(struct op *op, struct chunk *chunk, weir_error *error)
{
    return op_push(op->next, chunk, error);
}

static weir_status map_finish(struct op *op, weir_error *error)
{
    WEIR_TRY(op_finish(op->next, error));
    return op_finish(((struct map_op *)op)->write, error);
}

static void map_close(struct op *op)
{
    op_close(op->next);
    op_close(((struct map_op *)op)->write);
}

static const struct op_class map_class = {
    .name = "shuffle map",
    .push = map_push,
    .finish = map_finish,
    .close = map_close,
};

static weir_status map_open(void *owner, struct task *task, uint32_t partition, struct op **out,
                            weir_error *error)
{
    struct shuffle *shuffle = owner;
    struct op *op;

    (void)partition;
    if (!shuffle->has_combiner) {
        return write_create(shuffle, task, out, error);
    }
    WEIR_TRY(op_create(task, &map_class, sizeof(struct map_op), NULL, &op, error));
    struct map_op *map = (struct map_op *)op;

    WEIR_TRY(write_create(shuffle, task, &map->write, error));
    weir_status status =
        op_aggregate_create(task, &shuffle->combiner, PHASE_VALUES, map->write, &op->next, error);
    if (status != WEIR_OK) {
        op_close(map->write);
        return status;
    }
    *out = op;
    return WEIR_OK;
}

struct action shuffle_map_action(struct shuffle *shuffle)
{
    return (struct action){.open = map_open, .owner = shuffle};
}

weir_status shuffle_push(struct shuffle *shuffle, struct task *task, uint32_t target, struct op *to,
                         weir_error *error)
{
    for (uint32_t map = 0; map < shuffle->maps_count; map++) {
        const struct spill_run *run = &shuffle->runs[(size_t)map * shuffle->targets_count + target];
        bool is_damaged = false;
        weir_status status = spill_run_push(run, shuffle->disk, task, to, &is_damaged, error);

        if (is_damaged) {
            atomic_store(&shuffle->is_written[map], false);
            return error_wrap(error, status, "shuffle output of partition %u", map);
        }
        WEIR_TRY(status);
    }
    return WEIR_OK;
}

void shuffle_destroy(struct shuffle *shuffle)
{
    if (shuffle == NULL) {
        return;
    }
    for (uint32_t map = 0;
         shuffle->runs != NULL && shuffle->memory_held != NULL && map < shuffle->maps_count;
         map++) {
        drop_map(shuffle, map);
    }
    mem_free(shuffle->runs);
    mem_free(shuffle->memory_held);
    mem_free((void *)shuffle->is_written);
    partition_bounds_drop(shuffle->partitioner.bounds);
    rdd_drop(shuffle->parent);
    lock_fini(&shuffle->stage_lock);
    mem_free(shuffle);
}
