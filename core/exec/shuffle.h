/*
 * shuffle - moves rows to the partition that they belong to.
 *
 * The map side is a stage: a task per parent partition combines its pairs by key, where there is a
 * combiner, and writes a block per target partition. The reduce side reads the blocks meant for its
 * partition in the order of the map partitions, whoever wrote them first, so that results do not
 * depend on the workers.
 *
 * Life:     made with the RDD that reads it, and goes with it.
 * Threads:  map outputs are set by tasks, one each, and read once all are there; shuffle_stage_lock
 *           lets one job at a time make them.
 */
#ifndef WEIR_EXEC_SHUFFLE_H
#define WEIR_EXEC_SHUFFLE_H

#include "base/thread.h"
#include "data/block.h"
#include "exec/combiner.h"
#include "exec/executor.h"
#include "exec/spill_run.h"

#define SHUFFLE_TARGETS_MAX 65536u

struct shuffle {
    struct lock stage_lock;         /* held by the job that runs the map side */
    struct rdd *parent;             /* held */
    struct partitioner partitioner; /* its bounds are held */
    struct combiner combiner;
    bool has_combiner;
    uint32_t maps_count;    /* the parent's partitions */
    uint32_t targets_count; /* the reader's partitions */
    struct spill_run *runs; /* [map * targets_count + target] */
    size_t *memory_held;    /* by map: what its runs' tails have of the memory */
    struct memory *memory;  /* NULL: no executor's, and no limit */
    struct spill_space *disk;
    _Atomic bool *is_written; /* by map */
};

/* combiner: copied; NULL: rows move as they are. Plain rows move by a SPREAD partitioner only. */
CHECKED weir_status shuffle_create(struct rdd *parent, struct partitioner partitioner,
                                   const struct combiner *combiner, struct shuffle **out,
                                   weir_error *error);

/* The RDD that feeds it. */
struct rdd *shuffle_parent(const struct shuffle *shuffle);

/* The first map partition that is not written, at or after `from`; maps_count when all are. */
uint32_t shuffle_next_missing(const struct shuffle *shuffle, uint32_t from);

/* The action of the map side: shuffle_map_action(shuffle).open makes a task's chain. */
struct action shuffle_map_action(struct shuffle *shuffle);

/* What its tasks take memory from and where they spill; before its map side is run. */
void shuffle_use(struct shuffle *shuffle, struct memory *memory, struct spill_space *disk);

/* Pushes the rows written for `target` into `to`, in map order. */
CHECKED weir_status shuffle_push(struct shuffle *shuffle, struct task *task, uint32_t target,
                                 struct op *to, weir_error *error);

void shuffle_destroy(struct shuffle *shuffle);

#endif
