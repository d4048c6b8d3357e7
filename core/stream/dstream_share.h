/*
 * dstream_share - what a window operator keeps of each batch: its rows by key, reduced where there
 * is a function for it, as a leaf without lineage, so that the batch's blocks can go.
 *
 * Inside of dstream. A share is made once, as the batch comes; one whose making failed is asked for
 * again, and tells why, when a window needs it.
 */
#ifndef WEIR_STREAM_DSTREAM_SHARE_H
#define WEIR_STREAM_DSTREAM_SHARE_H

#include "stream/dstream_compute.h"

/* The functions that a window operator combines shares with. */
struct window_functions {
    const struct function *reduce;  /* NULL: groupByKeyAndWindow, which keeps the rows */
    const struct function *inverse; /* NULL: none */
    const struct function *filter;  /* NULL: none */
    struct weir_value argument;
    struct partitioner partitioner;
};

CHECKED weir_status dstream_window_functions(const struct dstreams *streams,
                                             const struct node *node, struct window_functions *out,
                                             weir_error *error);

/* The batch's share, computed; borrowed from the stream's partials. NULL: the batch has no RDD. */
CHECKED weir_status dstream_share(struct dstreams *streams, struct dstream *stream, int64_t time_ms,
                                  struct rdd **out, weir_error *error);

/* Computes an RDD of pairs now; *out is a leaf of its rows, with its partitioner. */
CHECKED weir_status dstream_leaf(struct dstreams *streams, struct rdd *rdd, struct rdd **out,
                                 weir_error *error);

/* The shares of the batches in (after_ms, until_ms], oldest first: in one RDD by key, reduced where
 * there is a function for it. *out NULL: none of them has an RDD. */
CHECKED weir_status dstream_shares(struct dstreams *streams, struct dstream *stream,
                                   int64_t after_ms, int64_t until_ms, struct rdd **out,
                                   weir_error *error);

/* The batch of time_ms is in no window: none is due soon enough. */
bool dstream_is_in_gap(const struct dstreams *streams, const struct dstream *stream,
                       int64_t time_ms);

/* The first time at or after time_ms at which the stream is due. */
int64_t dstream_next_due(const struct dstreams *streams, const struct node *node, int64_t time_ms);

/* The rows without their one key: what reduceByWindow and countByWindow give. */
CHECKED weir_status dstream_without_key(struct rdd *rdd, struct rdd **out, weir_error *error);

#endif
