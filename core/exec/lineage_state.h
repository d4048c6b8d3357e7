/*
 * lineage_state - keyed state as RDDs: a leaf of one version per partition, and the steps that make
 * the leaf of the next batch from it.
 *
 * A step runs at once, as one job; what it makes has no lineage, so a stream's state costs as much
 * in its millionth batch as in its first. It fails as a whole: the leaf before it is as it was, and
 * the step may be tried again.
 *
 * Threads:  steps of one stream follow one another; leaves are read by any.
 */
#ifndef WEIR_EXEC_LINEAGE_STATE_H
#define WEIR_EXEC_LINEAGE_STATE_H

#include "exec/executor.h"
#include "exec/state_map.h"
#include "plan/function.h"

/* A leaf of pairs (key, state), which holds the versions, one for each of the partitioner's
 * partitions. */
CHECKED weir_status rdd_create_state(struct state_map *const *maps, struct partitioner partitioner,
                                     struct rdd **out, weir_error *error);

/* A partition's version, borrowed; rdd NULL: NULL. */
struct state_map *rdd_state_map(const struct rdd *rdd, uint32_t partition);

/* The state to begin with: of equal keys the last one counts. */
CHECKED weir_status state_load(const struct weir_value *keys, const struct weir_value *values,
                               uint32_t count, int64_t time_ms, struct partitioner partitioner,
                               struct rdd **out, weir_error *error);

/* updateStateByKey: the function sees each key that has state or new values, those with new values
 * first. rows: pairs, of any partitioner; NULL: none came. state: NULL: none so far. */
struct state_update {
    struct rdd *state;
    struct rdd *rows;
    const struct function *function;
    struct weir_value argument;
    int64_t time_ms;
    struct partitioner partitioner; /* the state's */
};
CHECKED weir_status state_update(struct executor *executor, const struct state_update *step,
                                 struct rdd **out, weir_error *error);

/* mapWithState: the function sees each row; then, with drops_idle, each key whose state is older
 * than idle_before_ms, and such states go. refreshes: a row makes its key's state young, updated or
 * not. mapped: what the function emitted, plain rows. */
struct state_rows {
    struct rdd *state;
    struct rdd *rows;
    const struct function *function;
    struct weir_value argument;
    int64_t time_ms;
    struct partitioner partitioner; /* the state's */
    bool refreshes;
    bool drops_idle;
    int64_t idle_before_ms;
};
CHECKED weir_status state_map_rows(struct executor *executor, const struct state_rows *step,
                                   struct rdd **out, struct rdd **mapped, weir_error *error);

/* A window that slides, v = f(inv(v, left), come): `left` is what the batches that left have
 * together, `come` what those that came have; both by key, in the state's partitions. NULL:
 * nothing. filter NULL: keys stay for ever. */
struct state_slide {
    struct rdd *state;
    struct rdd *left;
    struct rdd *come;
    const struct function *reduce;
    const struct function *inverse;
    const struct function *filter;
    struct weir_value argument;
    struct partitioner partitioner; /* the state's */
};
CHECKED weir_status state_slide(struct executor *executor, const struct state_slide *step,
                                struct rdd **out, weir_error *error);

#endif
