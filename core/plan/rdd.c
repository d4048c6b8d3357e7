/*
 * rdd - lineage: what a batch's data is made of, partition by partition, before anything is done.
 */
#include "plan/rdd.h"

#include <assert.h>

#include "base/mem.h"

static _Atomic uint64_t last_id;

/* RDDs of this thread that nobody holds any more and that still hold their parents, chained by
 * forget_owner, whose call is over by then. */
static _Thread_local struct rdd *dying;
static _Thread_local bool is_burying;

weir_status rdd_create(const struct rdd_class *class, size_t size, uint32_t partitions_count,
                       struct rdd *const *parents, uint32_t parents_count, struct rdd **out,
                       weir_error *error)
{
    struct rdd *rdd;

    assert(class != NULL);
    assert(size >= sizeof(*rdd));
    rdd = mem_zalloc(size);
    if (rdd == NULL) {
        return error_set(error, WEIR_E_NOMEM, "create RDD %s", class->name);
    }
    if (parents_count > 0) {
        rdd->parents = mem_alloc(parents_count * sizeof(struct rdd *));
        if (rdd->parents == NULL) {
            mem_free(rdd);
            return error_set(error, WEIR_E_NOMEM, "create RDD %s", class->name);
        }
    }
    for (uint32_t i = 0; i < parents_count; i++) {
        rdd->parents[i] = rdd_hold(parents[i]);
    }
    rdd->class = class;
    rdd->id = atomic_fetch_add_explicit(&last_id, 1, memory_order_relaxed) + 1;
    rdd->partitions_count = partitions_count;
    rdd->parents_count = parents_count;
    rdd->partitioner = partitioner_none();
    atomic_init(&rdd->holders, 1);
    atomic_init(&rdd->storage, STORAGE_NONE);
    atomic_init(&rdd->checkpoint_mark, CHECKPOINT_NONE);
    atomic_init(&rdd->checkpoint, NULL);
    *out = rdd;
    return WEIR_OK;
}

void rdd_set_partitioner(struct rdd *rdd, struct partitioner partitioner)
{
    if (partitioner.bounds != NULL) {
        partition_bounds_hold(partitioner.bounds);
    }
    partition_bounds_drop(rdd->partitioner.bounds);
    rdd->partitioner = partitioner;
}

struct rdd *rdd_hold(struct rdd *rdd)
{
    uint32_t holders = atomic_fetch_add_explicit(&rdd->holders, 1, memory_order_relaxed);

    assert(holders > 0);
    assert(holders < UINT32_MAX);
    return rdd;
}

/* True for the holder that was the last. */
static bool let_go(struct rdd *rdd)
{
    uint32_t holders = atomic_fetch_sub_explicit(&rdd->holders, 1, memory_order_acq_rel);

    assert(holders > 0);
    return holders == 1;
}

static void lay_out(struct rdd *rdd)
{
    if (rdd->forget != NULL) {
        rdd->forget(rdd->forget_owner, rdd->id);
    }
    rdd->forget_owner = dying;
    dying = rdd;
}

/* What is not held by anyone else any more is laid out. */
static void disinherit(struct rdd *rdd)
{
    if (rdd->class->fini != NULL) {
        rdd->class->fini(rdd);
    }
    for (uint32_t i = 0; i < rdd->parents_count; i++) {
        if (let_go(rdd->parents[i])) {
            lay_out(rdd->parents[i]);
        }
    }
    mem_free(rdd->parents);
    rdd->parents = NULL;
    rdd->parents_count = 0;
    rdd->shuffle = NULL;
    rdd->is_forgotten = true;
}

static void bury(struct rdd *rdd)
{
    struct rdd *checkpoint = atomic_load(&rdd->checkpoint);

    if (!rdd->is_forgotten) {
        disinherit(rdd);
    }
    if (checkpoint != NULL && let_go(checkpoint)) {
        lay_out(checkpoint);
    }
    partition_bounds_drop(rdd->partitioner.bounds);
    mem_free(rdd);
}

/* Buries those that are laid out, unless a call further up is at it already. */
static void bury_all(void)
{
    if (is_burying) {
        return; /* a fini below us drops it: the loop that called that fini goes on with it */
    }
    is_burying = true;
    while (dying != NULL) {
        struct rdd *next = dying;
        dying = next->forget_owner;
        bury(next);
    }
    is_burying = false;
}

uint32_t rdd_parents_count(const struct rdd *rdd)
{
    return atomic_load(&rdd->checkpoint) != NULL ? 1 : rdd->parents_count;
}

struct rdd *rdd_parent(const struct rdd *rdd, uint32_t place)
{
    struct rdd *checkpoint = atomic_load(&rdd->checkpoint);

    assert(place < rdd_parents_count(rdd));
    return checkpoint != NULL ? checkpoint : rdd->parents[place];
}

void rdd_forget_parents(struct rdd *rdd)
{
    bool was_burying = is_burying;

    assert(atomic_load(&rdd->checkpoint) != NULL && !rdd->is_forgotten);
    is_burying = true; /* what its fini drops is laid out */
    disinherit(rdd);
    is_burying = was_burying;
    bury_all();
}

void rdd_drop(struct rdd *rdd)
{
    if (rdd == NULL || !let_go(rdd)) {
        return;
    }
    lay_out(rdd);
    bury_all();
}
