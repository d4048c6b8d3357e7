/*
 * queue - a bounded first-in-first-out of pointers between threads.
 *
 * Life:     queue_init with its bound, puts and takes, queue_close (puts fail, takes drain what is
 *           left and then fail), queue_fini when empty of users.
 * Threads:  any number of putters and takers.
 * Memory:   a ring of `bound` pointers, allocated once; the things belong to whoever holds them.
 */
#ifndef WEIR_BASE_QUEUE_H
#define WEIR_BASE_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/thread.h"

struct queue {
    struct lock lock;
    struct condition changed;
    void **items;
    uint32_t bound;
    uint32_t first;
    uint32_t count;
    bool is_closed;
};

CHECKED weir_status queue_init(struct queue *queue, uint32_t bound, weir_error *error);

/* WEIR_AGAIN: full for timeout_ns (0 = try, negative = wait); WEIR_STOPPING: closed. */
CHECKED weir_status queue_put(struct queue *queue, void *item, int64_t timeout_ns);

/* WEIR_AGAIN: empty for timeout_ns; WEIR_STOPPING: closed and empty. */
CHECKED weir_status queue_take(struct queue *queue, void **out, int64_t timeout_ns);

uint32_t queue_count(struct queue *queue);
void queue_close(struct queue *queue);
void queue_fini(struct queue *queue);

#endif
