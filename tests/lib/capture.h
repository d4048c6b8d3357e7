/*
 * capture - a sink that writes down what it is given, for tests.
 *
 * A batch is a line: "2000: (a,1) (b,2)\n", its time and its rows.
 *
 * Life:     capture_create makes it and its sink; it goes with the sink.
 * Threads:  any.
 */
#ifndef WEIR_TESTS_CAPTURE_H
#define WEIR_TESTS_CAPTURE_H

#include "base/bytes.h"
#include "base/thread.h"
#include "stream/sink.h"

struct capture {
    struct lock lock;
    struct condition changed;
    struct bytes text;
    bool is_sorted;       /* rows in the order of their texts */
    int64_t fail_time_ms; /* the batch that it fails; 0: none */
    bool is_shut;         /* writes wait */
    bool is_writing;      /* a write waits */
    uint32_t partitions;  /* of the RDD that was written last */
    uint32_t rows_max;    /* of its largest partition */
};

struct capture *capture_create(bool is_sorted, struct sink *sink);

/* The lines so far, which are forgotten; freed by the caller with mem_free. */
char *capture_take(struct capture *capture);

/* Compares and forgets the lines so far. */
void capture_expect(struct capture *capture, const char *lines);

/* Writes wait from now on, until capture_open. */
void capture_shut(struct capture *capture);
void capture_open(struct capture *capture);

/* Waits until a write waits. */
void capture_await_write(struct capture *capture);

#endif
