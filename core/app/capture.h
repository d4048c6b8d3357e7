/*
 * capture - a sink that keeps every batch's rows, for tests.
 *
 * Life:     capture_init, capture_sink to where it is wanted, capture_fini after that engine is
 *           gone: destroying the sink frees nothing.
 * Threads:  any.
 * Memory:   rows and texts belong to the capture.
 */
#ifndef WEIR_APP_CAPTURE_H
#define WEIR_APP_CAPTURE_H

#include <weir/weir.h>

#include "base/thread.h"
#include "stream/sink.h"

struct captured;

struct capture {
    struct lock lock;          /* of all below */
    struct captured **batches; /* by time, which is the order of writing */
    size_t batches_count;
    size_t batches_capacity;
};

void capture_init(struct capture *capture);
struct sink capture_sink(struct capture *capture);

/* How many batches it has kept, and the time of one of them. */
uint64_t capture_count(struct capture *capture);
int64_t capture_time_ms(struct capture *capture, uint64_t index);

/* The rows of the batch of this time; NULL: there was none. */
const struct weir_rows *capture_rows(struct capture *capture, int64_t time_ms);

/* The same as text, a line each; NULL: there was none, or no memory. */
const char *capture_text(struct capture *capture, int64_t time_ms, bool is_sorted);

void capture_fini(struct capture *capture);

#endif
