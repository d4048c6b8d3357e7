/*
 * queue_source - batches pushed by the program itself: Spark's queueStream.
 *
 * One at a time: each batch interval takes one pushed batch; else all that wait. An interval that
 * finds none is an empty batch.
 *
 * Threads:  pushes from any thread, before and after the start.
 * Memory:   the source owns the queue: destroying the one (the context does it) ends the other. At
 *           most QUEUE_BATCHES_MAX batches wait.
 */
#ifndef WEIR_STREAM_QUEUE_SOURCE_H
#define WEIR_STREAM_QUEUE_SOURCE_H

#include "stream/source.h"

#define QUEUE_BATCHES_MAX (UINT64_C(1) << 20)

struct queue_source;

CHECKED weir_status queue_source_create(bool one_at_a_time, struct queue_source **out,
                                        struct source *source, weir_error *error);

/* Appends one batch of rows, copied. keys NULL: plain rows. WEIR_AGAIN: too many wait;
 * WEIR_STOPPING: it was stopped, or told that nothing more comes. */
CHECKED weir_status queue_source_push(struct queue_source *queue, const struct weir_value *keys,
                                      const struct weir_value *values, uint32_t rows_count,
                                      weir_error *error);

/* Appends a batch of which the stream has no RDD, not even an empty one. */
CHECKED weir_status queue_source_push_none(struct queue_source *queue, weir_error *error);

/* Nothing more will be pushed: the source ends when what waits has been taken. */
void queue_source_end(struct queue_source *queue);

#endif
