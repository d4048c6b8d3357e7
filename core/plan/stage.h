/*
 * stage - lineage, cut at its shuffles, in the order in which the pieces must run.
 */
#ifndef WEIR_PLAN_STAGE_H
#define WEIR_PLAN_STAGE_H

#include "plan/rdd.h"

struct stages {
    struct shuffle **shuffles; /* each after those it depends on; borrowed */
    size_t count;
    size_t capacity;
};

/* Collects the shuffles on which `rdd` depends, deepest first, each once. shuffle_parent gives the
 * RDD that feeds a shuffle. skip(owner, rdd) true: the rdd's partitions are all stored, and what
 * lies behind them is not needed; skip NULL: nothing is stored. Starts `stages` anew; after a
 * failure it is empty. */
CHECKED weir_status stages_collect(struct stages *stages, struct rdd *rdd,
                                   struct rdd *(*shuffle_parent)(const struct shuffle *shuffle),
                                   bool (*skip)(void *owner, const struct rdd *rdd), void *owner,
                                   weir_error *error);

void stages_fini(struct stages *stages);

#endif
