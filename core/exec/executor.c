/*
 * executor - runs jobs: stages in order, a task per partition, on a pool of workers.
 */
#include "exec/executor.h"

#include <stdatomic.h>

#include "base/log.h"
#include "base/mem.h"
#include "exec/block_store.h"
#include "exec/executor_internal.h"
#include "exec/memory.h"
#include "exec/rdd_checkpoint.h"
#include "exec/shuffle.h"
#include "exec/spill_space.h"
#include "exec/tally.h"
#include "exec/task_set.h"
#include "plan/stage.h"

struct executor {
    struct executor_options options;
    uint32_t partitions_asked; /* 0: the default was taken */
    struct memory memory;
    struct spill_space *disk;
    struct spill_space *off_heap;
    struct block_store *store;
    struct lock lock;
    struct condition has_work; /* a set has tasks left, or it is time to end */
    struct list sets;          /* sets with tasks left, oldest first */
    struct list running;       /* jobs' stages that have not ended: to cancel them */
    bool is_ending;
    uint32_t jobs_running;
    bool is_forgetting; /* no job may begin */
    struct condition has_forgotten;
    struct rdd **forgettable; /* held: checkpointed since jobs last stood still */
    size_t forgettable_count;
    size_t forgettable_capacity;
    struct checkpoints checkpoints;
    _Atomic bool is_cancelled;
    struct thread *workers;
    _Atomic uint64_t jobs;
    _Atomic uint64_t stages;
    _Atomic uint64_t tasks;
    _Atomic uint64_t task_failures;
    _Atomic uint64_t rows_read;
};

static weir_status task_run(struct task *task, const struct task_set *set, weir_error *error)
{
    struct op *end;

    WEIR_TRY(set->action->open(set->action->owner, task, task->partition, &end, error));
    weir_status status = rdd_push(task, set->rdd, task->partition, end, error);
    if (status == WEIR_STOPPING && !atomic_load(&set->is_cancelled)) {
        status = WEIR_OK; /* the action wants no more rows */
    }
    if (status == WEIR_OK) {
        status = op_finish(end, error);
    }
    op_close(end);
    return status;
}

/* One task, outside the lock. */
static weir_status worker_run(struct executor *executor, struct task_set *set, uint32_t partition,
                              uint32_t attempt, weir_error *error)
{
    struct task task = {
        .executor = executor,
        .partition = partition,
        .attempt = attempt,
        .chunk_rows = executor->options.chunk_rows,
        .is_cancelled = &set->is_cancelled,
    };

    arena_init(&task.arena);
    tally_task_begin();
    weir_status status = task_run(&task, set, error);
    weir_status tallied = tally_task_end(status == WEIR_OK, error);
    if (status == WEIR_OK) {
        status = tallied;
    }
    arena_fini(&task.arena);

    atomic_fetch_add_explicit(&executor->tasks, 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&executor->rows_read, task.rows_read, memory_order_relaxed);
    if (status != WEIR_OK && status != WEIR_STOPPING) {
        atomic_fetch_add_explicit(&executor->task_failures, 1, memory_order_relaxed);
        log_write(attempt + 1 < EXECUTOR_ATTEMPTS ? LOG_WARN : LOG_ERROR, NULL,
                  "task of partition %u failed (try %u of %u): %s", partition, attempt + 1,
                  EXECUTOR_ATTEMPTS, error->msg);
    }
    return status;
}

static void worker_main(void *argument)
{
    struct executor *executor = argument;

    lock_take(&executor->lock);
    for (;;) {
        while (list_is_empty(&executor->sets) && !executor->is_ending) {
            condition_wait(&executor->has_work, &executor->lock);
        }
        if (list_is_empty(&executor->sets)) {
            break;
        }
        struct task_set *set = list_entry(executor->sets.next, struct task_set, link);
        uint32_t attempt;
        uint32_t partition = task_set_take(set, &attempt);
        if (!task_set_has_left(set)) {
            list_remove(&set->link);
        }
        lock_release(&executor->lock);

        weir_error error = {.struct_size = sizeof(error)};
        weir_status status = worker_run(executor, set, partition, attempt, &error);

        lock_take(&executor->lock);
        bool was_empty = !task_set_has_left(set);
        task_set_report(set, partition, status, &error);
        if (task_set_has_left(set) && was_empty) { /* it is to be tried again */
            list_append(&executor->sets, &set->link);
            condition_signal(&executor->has_work);
        } else if (!task_set_has_left(set)) {
            list_remove(&set->link); /* cancelled, or not in the ring: both are fine */
        }
    }
    lock_release(&executor->lock);
}

static weir_status create_store(struct executor *executor, const struct executor_options *options,
                                weir_error *error)
{
    memory_init(&executor->memory, options->memory_limit_bytes, executor->options.workers);
    WEIR_TRY(spill_space_create(SPILL_ON_DISK, options->spill_dir, &executor->disk, error));
    WEIR_TRY(spill_space_create(SPILL_OFF_HEAP, NULL, &executor->off_heap, error));
    return block_store_create(&executor->memory, executor->disk, executor->off_heap,
                              &executor->store, error);
}

weir_status executor_create(const struct executor_options *options, struct executor **out,
                            weir_error *error)
{
    struct executor *executor = mem_zalloc(sizeof(*executor));

    if (executor == NULL) {
        return error_set(error, WEIR_E_NOMEM, "create executor");
    }
    lock_init(&executor->lock);
    condition_init(&executor->has_work);
    condition_init(&executor->has_forgotten);
    lock_init(&executor->checkpoints.lock);
    list_init(&executor->sets);
    list_init(&executor->running);
    executor->options = *options;
    executor->partitions_asked = options->partitions;
    if (executor->options.workers == 0) {
        executor->options.workers = thread_cores_count();
    }
    if (executor->options.partitions == 0) {
        executor->options.partitions = executor->options.workers;
    }
    if (executor->options.chunk_rows == 0 || executor->options.chunk_rows > CHUNK_ROWS_MAX) {
        executor->options.chunk_rows = CHUNK_ROWS_DEFAULT;
    }

    executor->options.spill_dir = NULL; /* borrowed for this call only */
    weir_status status = create_store(executor, options, error);
    if (status != WEIR_OK) {
        goto fail;
    }
    executor->workers = mem_zalloc(executor->options.workers * sizeof(*executor->workers));
    if (executor->workers == NULL) {
        status = error_set(error, WEIR_E_NOMEM, "no memory for workers");
        goto fail;
    }
    for (uint32_t i = 0; i < executor->options.workers; i++) {
        status = thread_start(&executor->workers[i], "weir-worker", worker_main, executor, error);
        if (status != WEIR_OK) {
            goto fail;
        }
    }
    *out = executor;
    return WEIR_OK;

fail:
    executor_destroy(executor);
    return error_wrap(error, status, "create executor");
}

uint32_t executor_workers(const struct executor *executor)
{
    return executor->options.workers;
}

uint32_t executor_partitions(const struct executor *executor)
{
    return executor->options.partitions;
}

uint32_t executor_partitions_asked(const struct executor *executor)
{
    return executor->partitions_asked;
}

struct block_store *executor_block_store(struct executor *executor)
{
    return executor->store;
}

struct checkpoints *executor_checkpoints(struct executor *executor)
{
    return &executor->checkpoints;
}

struct memory *executor_memory(struct executor *executor)
{
    return &executor->memory;
}

struct spill_space *executor_disk(struct executor *executor)
{
    return executor->disk;
}

static void forget(void *owner, uint64_t rdd_id)
{
    block_store_forget(((struct executor *)owner)->store, rdd_id);
}

weir_status executor_keep(struct executor *executor, struct rdd *rdd, struct kept_writer *writer,
                          weir_error *error)
{
    lock_take(&executor->lock);
    rdd->forget = forget;
    rdd->forget_owner = executor;
    lock_release(&executor->lock);
    WEIR_TRY(kept_writer_commit(writer, error));
    if (atomic_load(&rdd->storage) == STORAGE_NONE) {
        block_store_forget(executor->store, rdd->id); /* unpersisted meanwhile */
    }
    return WEIR_OK;
}

/* Ends a stage as soon as its running tasks have seen it. Under the lock. */
static void set_stop(struct task_set *set)
{
    weir_error stopped = {.struct_size = sizeof(stopped)};

    task_set_cancel(set, error_set(&stopped, WEIR_STOPPING, "stopped"), &stopped);
    list_remove(&set->link);
    if (task_set_is_ended(set)) {
        condition_broadcast(&set->ended);
    }
}

/* Runs one stage's tasks and waits for them. */
static weir_status stage_run(struct executor *executor, struct rdd *rdd,
                             const struct action *action, const uint32_t *partitions,
                             uint32_t count, weir_error *error)
{
    struct task_set set;

    if (count == 0) {
        return WEIR_OK;
    }
    WEIR_TRY(task_set_init(&set, rdd, action, partitions, count, error));
    atomic_fetch_add_explicit(&executor->stages, 1, memory_order_relaxed);

    lock_take(&executor->lock);
    if (atomic_load(&executor->is_cancelled)) {
        set_stop(&set);
    } else {
        list_append(&executor->sets, &set.link);
        list_append(&executor->running, &set.running_link);
        condition_broadcast(&executor->has_work);
    }
    while (!task_set_is_ended(&set)) {
        condition_wait(&set.ended, &executor->lock);
    }
    list_remove(&set.running_link);
    lock_release(&executor->lock);

    weir_status status = set.status;
    if (status != WEIR_OK && error != NULL) {
        *error = set.error;
    }
    task_set_fini(&set);
    return status;
}

/* The map side of one shuffle, as far as it is missing. */
static weir_status shuffle_run(struct executor *executor, struct shuffle *shuffle,
                               weir_error *error)
{
    struct action action = shuffle_map_action(shuffle);
    uint32_t count = 0;
    weir_status status = WEIR_OK;

    lock_take(&shuffle->stage_lock);
    shuffle_use(shuffle, &executor->memory, executor->disk);
    uint32_t *missing = mem_alloc(((size_t)shuffle->maps_count + 1) * sizeof(*missing));
    if (missing == NULL) {
        status = error_set(error, WEIR_E_NOMEM, "no memory for %u tasks", shuffle->maps_count);
    } else {
        for (uint32_t map = shuffle_next_missing(shuffle, 0); map < shuffle->maps_count;
             map = shuffle_next_missing(shuffle, map + 1)) {
            missing[count++] = map;
        }
        status = stage_run(executor, shuffle_parent(shuffle), &action, missing, count, error);
    }
    lock_release(&shuffle->stage_lock);
    mem_free(missing);
    return status;
}

/* True when every partition of the RDD is kept: its parents are not asked. */
static bool is_kept(void *owner, const struct rdd *rdd)
{
    return atomic_load_explicit(&((struct rdd *)(uintptr_t)rdd)->storage, memory_order_relaxed) !=
               STORAGE_NONE &&
           block_store_has_all(((struct executor *)owner)->store, rdd->id, rdd->partitions_count);
}

/* One try at a job. *is_damaged: it failed, and a shuffle behind it has outputs to make anew.
 * trusts_kept: what is kept is not looked behind. */
static weir_status job_run(struct executor *executor, struct rdd *rdd, const uint32_t *partitions,
                           uint32_t count, const struct action *action, bool trusts_kept,
                           bool *is_damaged, weir_error *error)
{
    struct stages stages = {0};

    *is_damaged = false;
    WEIR_TRY(stages_collect(&stages, rdd, shuffle_parent, trusts_kept ? is_kept : NULL, executor,
                            error));
    weir_status status = WEIR_OK;
    size_t ran = 0; /* shuffles whose map side was whole */
    while (ran < stages.count && status == WEIR_OK) {
        status = shuffle_run(executor, stages.shuffles[ran], error);
        ran += status == WEIR_OK;
    }
    if (status == WEIR_OK) {
        status = stage_run(executor, rdd, action, partitions, count, error);
    }
    for (size_t i = 0; status != WEIR_OK && i < ran; i++) {
        const struct shuffle *shuffle = stages.shuffles[i];
        *is_damaged |= shuffle_next_missing(shuffle, 0) < shuffle->maps_count;
    }
    stages_fini(&stages);
    return status;
}

weir_status executor_run_plain(struct executor *executor, struct rdd *rdd, uint32_t first,
                               uint32_t count, const struct action *action, weir_error *error)
{
    uint32_t *partitions = mem_alloc(((size_t)count + 1) * sizeof(*partitions));
    bool is_damaged = true;
    weir_status status = WEIR_OK;

    atomic_fetch_add_explicit(&executor->jobs, 1, memory_order_relaxed);
    if (partitions == NULL) {
        return error_set(error, WEIR_E_NOMEM, "no memory for %u tasks", count);
    }
    for (uint32_t i = 0; i < count; i++) {
        partitions[i] = first + i;
    }
    for (uint32_t attempt = 0; is_damaged && attempt < EXECUTOR_ATTEMPTS; attempt++) {
        status =
            job_run(executor, rdd, partitions, count, action, attempt == 0, &is_damaged, error);
    }
    mem_free(partitions);
    return status;
}

weir_status executor_forget_later(struct executor *executor, struct rdd *rdd, weir_error *error)
{
    lock_take(&executor->lock);
    weir_status status = mem_grow((void **)&executor->forgettable, &executor->forgettable_capacity,
                                  executor->forgettable_count + 1, sizeof(struct rdd *), error);
    if (status == WEIR_OK) {
        executor->forgettable[executor->forgettable_count++] = rdd_hold(rdd);
    }
    lock_release(&executor->lock);
    return status;
}

static void job_enter(struct executor *executor)
{
    lock_take(&executor->lock);
    while (executor->is_forgetting) {
        condition_wait(&executor->has_forgotten, &executor->lock);
    }
    executor->jobs_running++;
    lock_release(&executor->lock);
}

/* The last job to end forgets what is checkpointed: nobody is computing it. */
static void job_leave(struct executor *executor)
{
    lock_take(&executor->lock);
    executor->jobs_running--;
    if (executor->jobs_running > 0 || executor->forgettable_count == 0) {
        lock_release(&executor->lock);
        return;
    }
    executor->is_forgetting = true;
    lock_release(&executor->lock);
    for (size_t i = 0; i < executor->forgettable_count; i++) {
        rdd_forget_parents(executor->forgettable[i]);
        rdd_drop(executor->forgettable[i]);
    }
    lock_take(&executor->lock);
    executor->forgettable_count = 0;
    executor->is_forgetting = false;
    condition_broadcast(&executor->has_forgotten);
    lock_release(&executor->lock);
}

weir_status executor_run(struct executor *executor, struct rdd *rdd, uint32_t first, uint32_t count,
                         const struct action *action, weir_error *error)
{
    job_enter(executor);
    weir_status status = executor_run_plain(executor, rdd, first, count, action, error);
    if (status == WEIR_OK) {
        status = checkpoints_write(executor, rdd, error);
    }
    job_leave(executor);
    return status;
}

void executor_cancel(struct executor *executor)
{
    lock_take(&executor->lock);
    atomic_store(&executor->is_cancelled, true);
    list_each(&executor->running, link, following)
    {
        set_stop(list_entry(link, struct task_set, running_link));
    }
    lock_release(&executor->lock);
}

void executor_resume(struct executor *executor)
{
    lock_take(&executor->lock);
    atomic_store(&executor->is_cancelled, false);
    lock_release(&executor->lock);
}

void executor_counters(const struct executor *executor, struct executor_counters *out)
{
    struct block_store_counters kept;

    block_store_counters(executor->store, &kept);
    *out = (struct executor_counters){
        .jobs = atomic_load(&executor->jobs),
        .stages = atomic_load(&executor->stages),
        .tasks = atomic_load(&executor->tasks),
        .task_failures = atomic_load(&executor->task_failures),
        .rows_read = atomic_load(&executor->rows_read),
        .blocks_stored_bytes = kept.memory_bytes,
        .off_heap_stored_bytes = kept.off_heap_bytes,
        .disk_stored_bytes = kept.disk_bytes,
        .evictions = kept.evictions,
        .spills = kept.spills,
        .recomputations = kept.recomputations,
        .spilled_bytes = spill_space_bytes(executor->disk),
        .spill_written_bytes = spill_space_written(executor->disk),
        .memory_used_bytes = atomic_load(&executor->memory.used_bytes),
        .memory_peak_bytes = atomic_load(&executor->memory.peak_bytes),
    };
}

void executor_destroy(struct executor *executor)
{
    if (executor == NULL) {
        return;
    }
    lock_take(&executor->lock);
    executor->is_ending = true;
    condition_broadcast(&executor->has_work);
    lock_release(&executor->lock);
    for (uint32_t i = 0; executor->workers != NULL && i < executor->options.workers; i++) {
        thread_join(&executor->workers[i]);
    }
    block_store_destroy(executor->store);
    spill_space_destroy(executor->off_heap);
    spill_space_destroy(executor->disk);
    mem_free(executor->workers);
    mem_free(executor->forgettable);
    mem_free(executor->checkpoints.folder);
    lock_fini(&executor->checkpoints.lock);
    condition_fini(&executor->has_forgotten);
    condition_fini(&executor->has_work);
    lock_fini(&executor->lock);
    mem_free(executor);
}
