/*
 * rdd_checkpoint - an RDD's rows in files, in place of its lineage.
 */
#include "exec/rdd_checkpoint.h"

#include <stdio.h>
#include <sys/random.h>

#include "base/fault.h"
#include "base/file.h"
#include "base/mem.h"
#include "exec/checkpoint_file.h"
#include "exec/executor_internal.h"
#include "exec/shuffle.h"
#include "exec/task.h"
#include "plan/stage.h"

/* The leaf that reads a checkpoint. */
struct checkpoint_rdd {
    struct rdd rdd;
    char *folder;
};

static weir_status checkpoint_compute(struct task *task, const struct rdd *rdd, uint32_t partition,
                                      struct op *to, weir_error *error)
{
    return checkpoint_part_push(task, ((const struct checkpoint_rdd *)rdd)->folder, partition, to,
                                error);
}

static void checkpoint_fini(struct rdd *rdd)
{
    mem_free(((struct checkpoint_rdd *)rdd)->folder);
}

static const struct rdd_class checkpoint_class = {
    .name = "checkpoint",
    .compute = checkpoint_compute,
    .fini = checkpoint_fini,
};

weir_status rdd_open_checkpoint(const char *folder, struct rdd **out, weir_error *error)
{
    struct partitioner partitioner;
    uint32_t count = 0;
    bool is_pairs = false;
    struct rdd *rdd = NULL;

    WEIR_TRY(checkpoint_parts_count(folder, &count, &is_pairs, error));
    WEIR_TRY(checkpoint_partitioner_read(folder, &partitioner, error));
    weir_status status =
        rdd_create(&checkpoint_class, sizeof(struct checkpoint_rdd), count, NULL, 0, &rdd, error);
    if (status == WEIR_OK) {
        struct checkpoint_rdd *leaf = (struct checkpoint_rdd *)rdd;

        rdd->is_pairs = is_pairs;
        if (partitioner.partitions_count == count && is_pairs) {
            rdd_set_partitioner(rdd, partitioner);
        }
        leaf->folder = mem_text_copy(folder);
        if (leaf->folder == NULL) {
            status = error_set(error, WEIR_E_NOMEM, "open checkpoint %s", folder);
            rdd_drop(rdd);
        } else {
            *out = rdd;
        }
    }
    partition_bounds_drop(partitioner.bounds);
    return status;
}

/* A random UUID (RFC 4122, version 4) as text. */
static weir_status uuid_make(char *out, size_t size, weir_error *error)
{
    uint8_t id[16];

    if (fault_step() || getrandom(id, sizeof(id), 0) != (ssize_t)sizeof(id)) {
        return error_system(error, "make an identifier");
    }
    id[6] = (uint8_t)((id[6] & 0x0F) | 0x40);
    id[8] = (uint8_t)((id[8] & 0x3F) | 0x80);
    snprintf(out, size, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x",
             id[0], id[1], id[2], id[3], id[4], id[5], id[6], id[7], id[8], id[9], id[10], id[11],
             id[12], id[13], id[14], id[15]);
    return WEIR_OK;
}

weir_status executor_set_checkpoint_dir(struct executor *executor, const char *folder,
                                        weir_error *error)
{
    struct checkpoints *checkpoints = executor_checkpoints(executor);
    char uuid[40];

    WEIR_TRY(uuid_make(uuid, sizeof(uuid), error));
    char *path = path_join(folder, uuid);
    if (path == NULL) {
        return error_set(error, WEIR_E_NOMEM, "set checkpoint directory %s", folder);
    }
    weir_status status = dir_make(path, error);
    if (status != WEIR_OK) {
        mem_free(path);
        return error_wrap(error, status, "set checkpoint directory");
    }
    lock_take(&checkpoints->lock);
    char *old = checkpoints->folder;
    checkpoints->folder = path;
    lock_release(&checkpoints->lock);
    mem_free(old);
    return WEIR_OK;
}

const char *executor_checkpoint_dir(const struct executor *executor)
{
    struct checkpoints *checkpoints = executor_checkpoints((struct executor *)(uintptr_t)executor);

    lock_take(&checkpoints->lock);
    const char *folder = checkpoints->folder;
    lock_release(&checkpoints->lock);
    return folder;
}

weir_status rdd_checkpoint(struct executor *executor, struct rdd *rdd, weir_error *error)
{
    struct checkpoints *checkpoints = executor_checkpoints(executor);
    uint32_t none = CHECKPOINT_NONE;

    if (executor_checkpoint_dir(executor) == NULL) {
        return error_set(error, WEIR_E_INVAL, "checkpoint directory has not been set");
    }
    if (atomic_compare_exchange_strong(&rdd->checkpoint_mark, &none, CHECKPOINT_MARKED)) {
        atomic_store(&checkpoints->is_used, true);
    }
    return WEIR_OK;
}

bool rdd_is_checkpointed(const struct rdd *rdd)
{
    return atomic_load(&rdd->checkpoint) != NULL;
}

const char *rdd_checkpoint_file(const struct rdd *rdd)
{
    const struct rdd *checkpoint = atomic_load(&rdd->checkpoint);

    return checkpoint == NULL ? NULL : ((const struct checkpoint_rdd *)checkpoint)->folder;
}

/* What is written by one job. */
struct writing {
    const char *folder;
    const struct rdd *rdd;
};

static weir_status writing_open(void *owner, struct task *task, uint32_t partition, struct op **out,
                                weir_error *error)
{
    const struct writing *writing = owner;

    return checkpoint_writer_create(task, writing->folder, partition, writing->rdd->is_pairs, out,
                                    error);
}

static weir_status write_files(struct executor *executor, struct rdd *rdd, const char *folder,
                               struct rdd **out, weir_error *error)
{
    struct writing writing = {folder, rdd};
    const struct action action = {.open = writing_open, .owner = &writing};

    WEIR_TRY(dir_make(folder, error));
    WEIR_TRY(executor_run_plain(executor, rdd, 0, rdd->partitions_count, &action, error));
    WEIR_TRY(checkpoint_partitioner_write(folder, &rdd->partitioner, error));
    WEIR_TRY(dir_sync(folder, error));
    WEIR_TRY(rdd_open_checkpoint(folder, out, error));
    if ((*out)->partitions_count != rdd->partitions_count) {
        uint32_t count = (*out)->partitions_count;
        rdd_drop(*out);
        return error_set(error, WEIR_E_IO, "%u parts were written, and %u are there",
                         rdd->partitions_count, count);
    }
    return WEIR_OK;
}

static weir_status write_one(struct executor *executor, struct rdd *rdd, weir_error *error)
{
    const char *parent = executor_checkpoint_dir(executor);
    uint32_t marked = CHECKPOINT_MARKED;
    struct rdd *leaf = NULL;
    char name[32];

    if (!atomic_compare_exchange_strong(&rdd->checkpoint_mark, &marked, CHECKPOINT_WRITING)) {
        return WEIR_OK; /* another job is at it */
    }
    snprintf(name, sizeof(name), "rdd-%llu", (unsigned long long)rdd->id);
    char *folder = path_join(parent, name);
    weir_status status = folder == NULL ? error_set(error, WEIR_E_NOMEM, "no memory")
                                        : write_files(executor, rdd, folder, &leaf, error);
    mem_free(folder);
    if (status == WEIR_OK) {
        status = executor_forget_later(executor, rdd, error);
    }
    if (status != WEIR_OK) {
        rdd_drop(leaf);
        atomic_store(&rdd->checkpoint_mark, CHECKPOINT_MARKED); /* the next job tries again */
        return error_wrap(error, status, "checkpoint RDD %llu", (unsigned long long)rdd->id);
    }
    atomic_store(&rdd->checkpoint, leaf);
    atomic_store(&rdd->checkpoint_mark, CHECKPOINT_DONE);
    return WEIR_OK;
}

/* Marked RDDs of a lineage, each before those that it was met behind. */
struct marked {
    struct rdd **items;
    size_t count;
    size_t capacity;
    bool has_failed;
};

static bool note_marked(void *owner, const struct rdd *rdd)
{
    struct marked *marked = owner;

    if (atomic_load(&rdd->checkpoint_mark) == CHECKPOINT_MARKED) {
        if (mem_grow((void **)&marked->items, &marked->capacity, marked->count + 1,
                     sizeof(struct rdd *), NULL) != WEIR_OK) {
            marked->has_failed = true;
        } else {
            marked->items[marked->count++] = (struct rdd *)(uintptr_t)rdd;
        }
    }
    return atomic_load(&rdd->checkpoint) != NULL;
}

weir_status checkpoints_write(struct executor *executor, struct rdd *rdd, weir_error *error)
{
    struct marked marked = {NULL, 0, 0, false};
    struct stages stages;

    if (!atomic_load(&executor_checkpoints(executor)->is_used)) {
        return WEIR_OK;
    }
    weir_status status = stages_collect(&stages, rdd, shuffle_parent, note_marked, &marked, error);
    if (status == WEIR_OK) {
        stages_fini(&stages);
    }
    if (status == WEIR_OK && marked.has_failed) {
        status = error_set(error, WEIR_E_NOMEM, "no memory for a lineage's checkpoints");
    }
    for (size_t i = marked.count; i-- > 0 && status == WEIR_OK;) {
        status = write_one(executor, marked.items[i], error);
    }
    mem_free(marked.items);
    return status;
}
