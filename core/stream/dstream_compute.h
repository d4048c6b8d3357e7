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

/* The same, where a missing RDD is an error that tells whose it is. */
CHECKED weir_status dstream_wanted_input(struct dstreams *streams, const struct dstream *stream,
                                         uint32_t place, int64_t time_ms, struct rdd **out,
                                         weir_error *error);

/* How a node spreads keys: its own number of partitions and function, or the defaults. */
struct partitioner dstream_partitioner(const struct dstreams *streams, const struct node *node);

/* The RDD, held, or an empty one of pairs for one that has no partition. Refuses plain rows. */
CHECKED weir_status dstream_as_pairs(const struct dstream *stream, struct rdd *rdd,
                                     struct rdd **out, weir_error *error);

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
weir_status compute_map_partitions(struct dstreams *streams, struct dstream *stream,
                                   int64_t time_ms, struct rdd **out, weir_error *error);
weir_status compute_glom(struct dstreams *streams, struct dstream *stream, int64_t time_ms,
                         struct rdd **out, weir_error *error);
weir_status compute_repartition(struct dstreams *streams, struct dstream *stream, int64_t time_ms,
                                struct rdd **out, weir_error *error);
weir_status compute_count(struct dstreams *streams, struct dstream *stream, int64_t time_ms,
                          struct rdd **out, weir_error *error);
weir_status compute_reduce(struct dstreams *streams, struct dstream *stream, int64_t time_ms,
                           struct rdd **out, weir_error *error);

weir_status compute_key_by(struct dstreams *streams, struct dstream *stream, int64_t time_ms,
                           struct rdd **out, weir_error *error);

/* mapValues, flatMapValues. */
weir_status compute_values(struct dstreams *streams, struct dstream *stream, int64_t time_ms,
                           struct rdd **out, weir_error *error);

/* reduceByKey, combineByKey, aggregateByKey, foldByKey. */
weir_status compute_combine(struct dstreams *streams, struct dstream *stream, int64_t time_ms,
                            struct rdd **out, weir_error *error);

/* groupByKey, cogroup, the joins. */
weir_status compute_cogroup(struct dstreams *streams, struct dstream *stream, int64_t time_ms,
                            struct rdd **out, weir_error *error);
weir_status compute_partition_by(struct dstreams *streams, struct dstream *stream, int64_t time_ms,
                                 struct rdd **out, weir_error *error);
weir_status compute_count_by_value(struct dstreams *streams, struct dstream *stream,
                                   int64_t time_ms, struct rdd **out, weir_error *error);
weir_status compute_union(struct dstreams *streams, struct dstream *stream, int64_t time_ms,
                          struct rdd **out, weir_error *error);
weir_status compute_transform(struct dstreams *streams, struct dstream *stream, int64_t time_ms,
                              struct rdd **out, weir_error *error);
weir_status compute_transform_all(struct dstreams *streams, struct dstream *stream, int64_t time_ms,
                                  struct rdd **out, weir_error *error);
weir_status compute_window(struct dstreams *streams, struct dstream *stream, int64_t time_ms,
                           struct rdd **out, weir_error *error);
weir_status compute_reduce_window(struct dstreams *streams, struct dstream *stream, int64_t time_ms,
                                  struct rdd **out, weir_error *error);

/* Windows of any kind that have an inverse, given or built in. */
weir_status compute_inverse(struct dstreams *streams, struct dstream *stream, int64_t time_ms,
                            struct rdd **out, weir_error *error);

/* reduceByKeyAndWindow and reduceByWindow that have none. */
weir_status compute_stacks(struct dstreams *streams, struct dstream *stream, int64_t time_ms,
                           struct rdd **out, weir_error *error);
void dstream_stacks_destroy(struct dstream_stacks *past);

weir_status compute_group_window(struct dstreams *streams, struct dstream *stream, int64_t time_ms,
                                 struct rdd **out, weir_error *error);
weir_status compute_update_state(struct dstreams *streams, struct dstream *stream, int64_t time_ms,
                                 struct rdd **out, weir_error *error);
weir_status compute_map_with_state(struct dstreams *streams, struct dstream *stream,
                                   int64_t time_ms, struct rdd **out, weir_error *error);
weir_status compute_state_snapshots(struct dstreams *streams, struct dstream *stream,
                                    int64_t time_ms, struct rdd **out, weir_error *error);

/* Computes what a window keeps of a batch at which it is not due. A failure is told when it is. */
void dstream_keep_share(struct dstreams *streams, struct dstream *stream, int64_t time_ms);

#endif
