/*
 * queue - a bounded first-in-first-out of pointers between threads.
 */
#include "base/queue.h"

#include <string.h>

#include "base/clock.h"
#include "base/mem.h"

weir_status queue_init(struct queue *queue, uint32_t bound, weir_error *error)
{
    memset(queue, 0, sizeof(*queue));
    if (bound == 0) {
        return error_set(error, WEIR_E_INVAL, "a queue holds at least one item");
    }
    queue->items = mem_alloc((size_t)bound * sizeof(*queue->items));
    if (queue->items == NULL) {
        return error_set(error, WEIR_E_NOMEM, "create queue of %u items", bound);
    }
    queue->bound = bound;
    lock_init(&queue->lock);
    condition_init(&queue->changed);
    return WEIR_OK;
}

/* Waits for a change; false when the time is over. Negative: there is no end to it. */
static bool wait_change(struct queue *queue, int64_t timeout_ns, int64_t begin_ns)
{
    int64_t left_ns = timeout_ns;

    if (timeout_ns >= 0) {
        left_ns = timeout_ns - (clock_stopwatch_ns() - begin_ns);
        if (left_ns <= 0) {
            return false;
        }
    }
    /* Its answer is not asked for: a timeout shows in the time left, after one more look. */
    condition_wait_for(&queue->changed, &queue->lock, left_ns);
    return true;
}

weir_status queue_put(struct queue *queue, void *item, int64_t timeout_ns)
{
    int64_t begin_ns = timeout_ns > 0 ? clock_stopwatch_ns() : 0;
    weir_status status = WEIR_OK;
    uint32_t at;

    lock_take(&queue->lock);
    while (status == WEIR_OK && !queue->is_closed && queue->count == queue->bound) {
        if (timeout_ns == 0 || !wait_change(queue, timeout_ns, begin_ns)) {
            status = WEIR_AGAIN;
        }
    }
    if (queue->is_closed) {
        status = WEIR_STOPPING;
    }
    if (status == WEIR_OK) {
        at = (uint32_t)(((uint64_t)queue->first + queue->count) % queue->bound);
        queue->items[at] = item;
        queue->count++;
        if (queue->count == 1) {
            condition_broadcast(&queue->changed); /* takers wait only while it is empty */
        }
    }
    lock_release(&queue->lock);
    return status;
}

weir_status queue_take(struct queue *queue, void **out, int64_t timeout_ns)
{
    int64_t begin_ns = timeout_ns > 0 ? clock_stopwatch_ns() : 0;
    weir_status status = WEIR_OK;

    lock_take(&queue->lock);
    while (status == WEIR_OK && queue->count == 0) {
        if (queue->is_closed) {
            status = WEIR_STOPPING;
        } else if (timeout_ns == 0 || !wait_change(queue, timeout_ns, begin_ns)) {
            status = WEIR_AGAIN;
        }
    }
    if (status == WEIR_OK) {
        *out = queue->items[queue->first];
        queue->first = queue->first + 1 < queue->bound ? queue->first + 1 : 0;
        queue->count--;
        if (queue->count + 1 == queue->bound) {
            condition_broadcast(&queue->changed); /* putters wait only while it is full */
        }
    }
    lock_release(&queue->lock);
    return status;
}

uint32_t queue_count(struct queue *queue)
{
    uint32_t count;

    lock_take(&queue->lock);
    count = queue->count;
    lock_release(&queue->lock);
    return count;
}

void queue_close(struct queue *queue)
{
    lock_take(&queue->lock);
    queue->is_closed = true;
    condition_broadcast(&queue->changed);
    lock_release(&queue->lock);
}

void queue_fini(struct queue *queue)
{
    if (queue->items == NULL) {
        return; /* never got as far as having a lock */
    }
    condition_fini(&queue->changed);
    lock_fini(&queue->lock);
    mem_free(queue->items);
    queue->items = NULL;
}
