/*
 * dstream - the nodes of a graph at work: at each batch time a stream yields an RDD, lazily.
 *
 * A stream computes at times that are after the zero time and a multiple of its interval from it;
 * at all others it yields none. What it yields is kept by time, so that two readers get one RDD,
 * and is forgotten once no window reaches back to it.
 *
 * Life:     dstreams_create; for each batch dstreams_set_input per source, dstreams_keep,
 *           dstreams_rdd per output, dstreams_forget; dstreams_destroy.
 * Threads:  one at a time: the one that runs batches.
 * Memory:   the RDDs hold the batch's blocks; forgetting them lets the blocks go.
 */
#ifndef WEIR_STREAM_DSTREAM_H
#define WEIR_STREAM_DSTREAM_H

#include "exec/executor.h"
#include "plan/graph.h"
#include "stream/rdd_memo.h"

/* One stream. */
struct dstream {
    const struct node *node;
    struct rdd_memo made;          /* its RDDs */
    struct rdd_memo partials;      /* windows: each batch's share; states: each batch's state;
                                      sources: an empty RDD where there is none */
    struct rdd_memo waiting;       /* input of batches that failed, to be taken up again */
    struct dstream_stacks *stacks; /* windows without an inverse: their shares; NULL: none yet */
    struct rdd *state;             /* the state, or the window with an inverse, of state_ms */
    int64_t state_ms;
    int64_t shared_ms;    /* windows: the last batch whose input they have had */
    int64_t lost_from_ms; /* windows: in these batches the input failed, first with this error */
    int64_t lost_until_ms;
    weir_error lost;
    int64_t failed_ms; /* dstreams_keep has tried this batch in vain, with this error */
    weir_error failure;
    int64_t keep_ms; /* how long after its own batch an RDD may be asked for */
    bool is_kept;    /* asked for more than once: stored when it is computed */
};

struct dstreams {
    const struct graph *graph;
    struct executor *executor;
    int64_t zero_ms;
    bool partitions_per_block;
    bool is_blamed;        /* the error under way names its stream already */
    struct dstream *items; /* by node id */
};

struct dstreams_options {
    int64_t zero_ms;
    bool partitions_per_block; /* a partition for each block of input */
};

/* graph: checked; borrowed as is executor. */
CHECKED weir_status dstreams_create(const struct dstreams_options *options,
                                    const struct graph *graph, struct executor *executor,
                                    struct dstreams **out, weir_error *error);

/* What a source has for this batch; the blocks are held by the RDD made of them. */
CHECKED weir_status dstreams_set_input(struct dstreams *streams, const struct node *source,
                                       int64_t time_ms, struct block *const *blocks,
                                       uint32_t blocks_count, weir_error *error);

/* Says that the source's stream has no RDD of this batch. */
CHECKED weir_status dstreams_set_none(struct dstreams *streams, const struct node *source,
                                      int64_t time_ms, weir_error *error);

/* Takes the batch into the windows and states that keep something of it, so that its rows can go.
 * What fails is told to those that ask for it, and tried again with the next batch. */
void dstreams_keep(struct dstreams *streams, int64_t time_ms);

/* True when the stream yields an RDD at this time. */
bool dstreams_is_due(const struct dstreams *streams, const struct node *node, int64_t time_ms);

/* *out is borrowed; NULL: the stream yields none at this time. Errors name the stream. */
CHECKED weir_status dstreams_rdd(struct dstreams *streams, const struct node *node, int64_t time_ms,
                                 struct rdd **out, weir_error *error);

/* The batch is done: where a stream's checkpoint interval is over, its RDD's rows are kept in place
 * of its lineage. What fails is logged, and tried again an interval later. */
void dstreams_cut(struct dstreams *streams, int64_t time_ms);

/* The batch is done: lets go of what no later one can ask for. */
void dstreams_forget(struct dstreams *streams, int64_t time_ms);

void dstreams_destroy(struct dstreams *streams);

#endif
