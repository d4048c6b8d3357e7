/*
 * window_stacks - a queue of batches whose combination is at hand at any time, for functions that
 * are associative and nothing else.
 *
 * Each batch is pushed at the young end and leaves at the old one, and either costs at most three
 * combinations, however long the queue is: DABA Lite, by Tangwongsan, Hirzel and Schneider
 * ("In-order sliding-window aggregation in worst-case constant time"). The order old to new is
 * kept.
 *
 * The queue is [first, end). What stands in place i is, from first on to
 *     left    the combination of [i, back)
 *     right   ... of [i, right)          being turned into the former, from its start on
 *     accumulated   batch i alone
 *     back    the combination of [i, back)
 *     end     batch i alone
 * `middle` is the combination of [right, back) as it was when the turn began, `young` that of
 * [back, end).
 *
 * Life:     window_stacks_init, pushes and evictions in the order of time, window_stacks_fini.
 * Threads:  one owner.
 * Memory:   as many RDDs as there are batches, and two; they are held.
 */
#ifndef WEIR_STREAM_WINDOW_STACKS_H
#define WEIR_STREAM_WINDOW_STACKS_H

#include <stddef.h>

#include "plan/rdd.h"

/* *out gets an RDD held by the caller, of both, the older one first. Leaves all as it was after a
 * failure. */
typedef weir_status (*window_combine)(void *owner, struct rdd *older, struct rdd *newer,
                                      struct rdd **out, weir_error *error);

struct window_item {
    int64_t time_ms;
    struct rdd *rdd;
};

struct window_stacks {
    window_combine combine;
    void *owner;
    struct window_item *items; /* a ring of a power of two */
    size_t capacity;
    uint64_t first; /* places: they only grow */
    uint64_t left;
    uint64_t right;
    uint64_t accumulated;
    uint64_t back;
    uint64_t end;
    struct rdd *middle; /* NULL: of nothing */
    struct rdd *young;
    bool owes_step; /* a step failed, and comes first next time */
};

void window_stacks_init(struct window_stacks *stacks, window_combine combine, void *owner);

/* A batch, younger than all before; holds the RDD. A failure may leave the batch pushed: see
 * window_stacks_newest. */
CHECKED weir_status window_stacks_push(struct window_stacks *stacks, int64_t time_ms,
                                       struct rdd *rdd, weir_error *error);

/* Lets go of the batches of until_ms and before. */
CHECKED weir_status window_stacks_evict(struct window_stacks *stacks, int64_t until_ms,
                                        weir_error *error);

/* The time of the newest batch, INT64_MIN when there is none. */
int64_t window_stacks_newest(const struct window_stacks *stacks);

/* All batches together are *older and then *newer, either of which may be NULL; borrowed. */
void window_stacks_view(const struct window_stacks *stacks, struct rdd **older, struct rdd **newer);

void window_stacks_fini(struct window_stacks *stacks);

#endif
