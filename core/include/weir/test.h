/*
 * weir/test.h - programs under test: batches pushed by hand, time moved by hand, outputs compared.
 *
 *     struct weir_context *context = weir_test_context(1000);
 *     struct weir_queue *queue = weir_queue_create(context, "lines", true);
 *     struct weir_capture *counts = weir_capture(word_counts(weir_queue_stream(queue)));
 *     weir_queue_push(queue, &line, 1);
 *     weir_start(context);
 *     weir_test_advance(context, 1);
 *     puts(weir_capture_text(counts, 1));
 *
 * A test context has a manual clock that starts at 0: batch n has the time n * batch_ms. Batches
 * run as fast as they can; weir_test_advance returns when they are done.
 */
#ifndef WEIR_TEST_H
#define WEIR_TEST_H

#include <weir/weir.h>

#ifdef __cplusplus
extern "C" {
#endif

struct weir_capture;

/* A context on a manual clock, with two workers and one partition per block. */
WEIR_API struct weir_context *weir_test_context(int64_t batch_ms);

/* Moves the clock on by so many batches and waits until they are done. WEIR_OK also when an
 * output failed: weir_await_termination_or_timeout(context, 0) tells. */
WEIR_API weir_status weir_test_advance(struct weir_context *context, uint64_t batches);

/* Moves the clock on by milliseconds, as weir_test_advance. */
WEIR_API weir_status weir_test_advance_ms(struct weir_context *context, int64_t duration_ms);

/* Pushes a batch of which the queue's stream has no RDD, not even an empty one: it gives nothing
 * for that interval, and what wants an RDD of it fails. */
WEIR_API weir_status weir_test_push_none(struct weir_queue *queue);

/* True when the stream keeps its RDD of the batch of this time (ms). */
WEIR_API bool weir_test_remembers(struct weir_stream *stream, int64_t time_ms);

/* An output that keeps every batch's rows. It belongs to the context. */
WEIR_API struct weir_capture *weir_capture(struct weir_stream *stream);

/* How many batches it has kept. */
WEIR_API uint64_t weir_capture_count(struct weir_capture *capture);

/* The rows of the batch of this time (ms); NULL: the stream made no RDD then. They belong to the
 * capture. */
WEIR_API const struct weir_rows *weir_capture_rows(struct weir_capture *capture, int64_t time_ms);

/* The same as text, a line per row as Spark prints it, in order of partitions; NULL: no RDD. */
WEIR_API const char *weir_capture_text(struct weir_capture *capture, int64_t time_ms);

/* The same with the lines sorted: for outputs whose order is not defined. */
WEIR_API const char *weir_capture_sorted_text(struct weir_capture *capture, int64_t time_ms);

#ifdef __cplusplus
}
#endif
#endif
