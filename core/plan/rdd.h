/*
 * rdd - lineage: what a batch's data is made of, partition by partition, before anything is done.
 *
 * An RDD names its class (how a partition is computed: a table that exec fills), its parents and
 * its partitioner. It is lazy: computing it again from its lineage gives the same rows in the same
 * order. One that depends on a shuffle waits for that shuffle's map side, which is a stage of its
 * own (stage.h).
 *
 * Life:     made by the rdd_create_* calls of exec; counted: rdd_hold, rdd_drop. An RDD holds its
 *           parents.
 * Threads:  read-only once made, but for the storage level, which is set before its first use.
 */
#ifndef WEIR_PLAN_RDD_H
#define WEIR_PLAN_RDD_H

#include <stdatomic.h>

#include "base/error.h"
#include "plan/partitioner.h"
#include "plan/storage_level.h"

struct rdd;
struct shuffle; /* exec's */
struct task;
struct op;

struct rdd_class {
    const char *name; /* "map", as explanations show it */

    /* Pushes all rows of the partition into `to`. Runs in a task. */
    weir_status (*compute)(struct task *task, const struct rdd *rdd, uint32_t partition,
                           struct op *to, weir_error *error);

    /* Lets go of what the class added; NULL: nothing. */
    void (*fini)(struct rdd *rdd);
};

enum checkpoint_mark { CHECKPOINT_NONE, CHECKPOINT_MARKED, CHECKPOINT_WRITING, CHECKPOINT_DONE };

/* The head of every RDD; classes put it first in a struct of their own. */
struct rdd {
    const struct rdd_class *class;
    _Atomic uint32_t holders;
    uint64_t id; /* unique in the process */
    uint32_t partitions_count;
    uint32_t parents_count;
    struct rdd **parents;    /* held */
    struct shuffle *shuffle; /* the shuffle it reads, or NULL: all its parents are narrow */
    struct partitioner partitioner;
    bool is_pairs;
    _Atomic uint32_t storage;         /* enum storage_level */
    _Atomic uint32_t checkpoint_mark; /* enum checkpoint_mark */
    /* Held; set once its rows are written: they are read there from then on, and the parents count
     * for nothing any more. */
    _Atomic(struct rdd *) checkpoint;
    bool is_forgotten; /* its parents have been let go */
    /* Told when the last holder lets go while partitions may be stored; NULL: nobody. */
    void (*forget)(void *owner, uint64_t rdd_id);
    void *forget_owner;
};

/* Allocates size bytes (>= sizeof(struct rdd)) and fills the head; holds the parents. */
CHECKED weir_status rdd_create(const struct rdd_class *class, size_t size,
                               uint32_t partitions_count, struct rdd *const *parents,
                               uint32_t parents_count, struct rdd **out, weir_error *error);

/* Says how the RDD's keys are spread over its partitions; holds a range partitioner's bounds. */
void rdd_set_partitioner(struct rdd *rdd, struct partitioner partitioner);

struct rdd *rdd_hold(struct rdd *rdd);

/* What it depends on: its checkpoint alone once there is one, else its parents. */
uint32_t rdd_parents_count(const struct rdd *rdd);
struct rdd *rdd_parent(const struct rdd *rdd, uint32_t place);

/* Lets go of the parents, and of what its class added: its rows are in its checkpoint. Nobody may
 * be computing it. */
void rdd_forget_parents(struct rdd *rdd);

/* NULL is fine. Lineage of any length goes without recursion, also where a class's fini drops RDDs
 * in its turn: those go after fini is back. */
void rdd_drop(struct rdd *rdd);

#endif
