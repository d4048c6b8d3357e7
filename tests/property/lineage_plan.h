/*
 * lineage_plan - a random lineage as data, and the RDDs that it stands for on one executor.
 *
 * The plan is grown step by step on an executor of one worker; a step whose result is too large is
 * taken back. The same plan can then be built on any executor.
 */
#ifndef WEIR_TESTS_LINEAGE_PLAN_H
#define WEIR_TESTS_LINEAGE_PLAN_H

#include "data/block.h"
#include "exec/executor.h"
#include "property.h"

#define PLAN_STEPS_MAX      14u
#define PLAN_PARTITIONS_MAX 6u

struct lineage_form;

struct lineage_step {
    const struct lineage_form *form;
    uint32_t left; /* steps before it */
    uint32_t right;
    uint32_t partitions;
    uint64_t number;                           /* a seed, a count: what the form makes of it */
    struct block *blocks[PLAN_PARTITIONS_MAX]; /* of a leaf */
    enum rows_taste key_taste;
    enum rows_taste value_taste;
    bool is_pairs;
    char *rows; /* what the step must give, as text; from mem */
    uint32_t rows_count;
};

struct lineage_plan {
    struct lineage_step steps[PLAN_STEPS_MAX];
    uint32_t count;
    struct function_registry *functions; /* the built-ins */
};

/* Random steps with their results. False: one failed, and it was told. */
bool lineage_plan_grow(struct lineage_plan *plan, struct property_random *random);

/* An RDD for each step, for lineage_drop. False: it failed, and it was told. */
bool lineage_build(const struct lineage_plan *plan, struct executor *executor, struct rdd **rdds);
void lineage_drop(const struct lineage_plan *plan, struct rdd **rdds);

/* All rows, a line each with its partition, for mem_free; NULL: it failed, and it was told. */
char *lineage_rows(struct executor *executor, struct rdd *rdd, uint32_t *rows_count);

void lineage_plan_print(const struct lineage_plan *plan);

void lineage_plan_fini(struct lineage_plan *plan);

#endif
