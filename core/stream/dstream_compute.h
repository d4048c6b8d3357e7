/*
 * dstream_compute - how each operator makes its RDD of one batch from those of its inputs.
 *
 * Inside of dstream. *out gets an RDD that the caller holds, or NULL: none at this time.
 */
#ifndef WEIR_STREAM_DSTREAM_COMPUTE_H
#define WEIR_STREAM_DSTREAM_COMPUTE_H

#include "stream/dstream.h"

typedef weir_status (*dstream_compute)(struct dstreams *streams, struct dstream *stream,
                                       int64_t time_ms, struct rdd **out, weir_error *error);

/* The input's RDD, borrowed; NULL: none. */
CHECKED weir_status dstream_input(struct dstreams *streams, const struct dstream *stream,
                                  uint32_t place, int64_t time_ms, struct rdd **out,
                                  weir_error *error);

/* One RDD of all; those without partitions do not count. rdds_count > 0. */
CHECKED weir_status dstream_unite(struct rdd *const *rdds, uint32_t rdds_count, struct rdd **out,
                                  weir_error *error);

/* reduceByKey of what may be an empty RDD of either shape. Refuses plain rows. */
CHECKED weir_status dstream_reduce(const struct dstream *stream, struct rdd *parent,
                                   const struct function *function, struct weir_value argument,
                                   uint32_t partitions_count, struct rdd **out, weir_error *error);

weir_status compute_source(struct dstreams *streams, struct dstream *stream, int64_t time_ms,
                           struct rdd **out, weir_error *error);
weir_status compute_rows(struct dstreams *streams, struct dstream *stream, int64_t time_ms,
                         struct rdd **out, weir_error *error);
weir_status compute_filter(struct dstreams *streams, struct dstream *stream, int64_t time_ms,
                           struct rdd **out, weir_error *error);
weir_status compute_reduce_by_key(struct dstreams *streams, struct dstream *stream, int64_t time_ms,
                                  struct rdd **out, weir_error *error);
weir_status compute_count_by_value(struct dstreams *streams, struct dstream *stream,
                                   int64_t time_ms, struct rdd **out, weir_error *error);
weir_status compute_union(struct dstreams *streams, struct dstream *stream, int64_t time_ms,
                          struct rdd **out, weir_error *error);
weir_status compute_transform(struct dstreams *streams, struct dstream *stream, int64_t time_ms,
                              struct rdd **out, weir_error *error);
weir_status compute_window(struct dstreams *streams, struct dstream *stream, int64_t time_ms,
                           struct rdd **out, weir_error *error);
weir_status compute_reduce_window(struct dstreams *streams, struct dstream *stream, int64_t time_ms,
                                  struct rdd **out, weir_error *error);

/* A reduceByKeyAndWindow's share of this batch, computed now and cut off from its lineage. */
void dstream_keep_partial(struct dstreams *streams, struct dstream *stream, int64_t time_ms);

#endif
