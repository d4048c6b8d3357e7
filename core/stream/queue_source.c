/*
 * queue_source - batches pushed by the program itself.
 *
 * Each pushed batch is one block. They are handed over when a batch is about to be sealed, so that
 * an interval takes exactly what belongs to it.
 */
#include "stream/queue_source.h"

#include <string.h>

#include "base/list.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/thread.h"

struct pushed {
    struct list link;
    struct block *block; /* NULL: a batch of no rows */
    bool is_none;        /* not even an empty RDD */
};

struct queue_source {
    bool one_at_a_time;
    struct lock lock;    /* of all below */
    struct list waiting; /* of struct pushed */
    uint64_t waiting_count;
    struct block_maker *maker; /* from the start on */
    bool is_ended;             /* nothing more will be pushed */
    bool is_stopped;
    uint64_t absent_number; /* the last batch that has no RDD */
    uint64_t records;
    uint64_t bytes;
    uint64_t dropped;
};

/* Takes over the block, also when it fails. */
static weir_status push(struct queue_source *queue, struct block *block, bool is_none,
                        weir_error *error)
{
    struct pushed *pushed = mem_zalloc(sizeof(*pushed));
    weir_status status = WEIR_OK;

    if (pushed == NULL) {
        block_drop(block);
        return error_set(error, WEIR_E_NOMEM, "push a batch");
    }
    pushed->block = block;
    pushed->is_none = is_none;
    lock_take(&queue->lock);
    if (queue->is_ended || queue->is_stopped) {
        status = error_set(error, WEIR_STOPPING, "push a batch: the queue has ended");
    } else if (queue->waiting_count == QUEUE_BATCHES_MAX) {
        status = error_set(error, WEIR_AGAIN, "push a batch: too many batches wait");
    } else {
        list_append(&queue->waiting, &pushed->link);
        queue->waiting_count++;
    }
    lock_release(&queue->lock);
    if (status != WEIR_OK) {
        block_drop(pushed->block);
        mem_free(pushed);
    }
    return status;
}

weir_status queue_source_push(struct queue_source *queue, const struct weir_value *keys,
                              const struct weir_value *values, uint32_t rows_count,
                              weir_error *error)
{
    struct block *block = NULL;

    if (rows_count > 0) {
        WEIR_TRY(block_create_values(keys, values, rows_count, &block, error));
    }
    return push(queue, block, false, error);
}

weir_status queue_source_push_none(struct queue_source *queue, weir_error *error)
{
    return push(queue, NULL, true, error);
}
void queue_source_end(struct queue_source *queue)
{
    lock_take(&queue->lock);
    queue->is_ended = true;
    lock_release(&queue->lock);
}

static weir_status start(void *self, struct block_maker *maker, struct batch_clock *rhythm,
                         weir_error *error)
{
    struct queue_source *queue = self;

    (void)rhythm;
    (void)error;
    lock_take(&queue->lock);
    queue->maker = maker;
    lock_release(&queue->lock);
    return WEIR_OK;
}

static void settle(void *self, uint64_t number)
{
    (void)self;
    (void)number; /* what was pushed is there */
}

/* Hands one pushed batch over; false when it must wait. Under the lock. The block is in memory
 * already, so that it does not wait for room. */
static bool hand_over(struct queue_source *queue, struct pushed *pushed)
{
    struct block *block = pushed->block;

    if (block != NULL) {
        uint64_t records = block->rows_count;
        uint64_t bytes = block->memory_bytes;

        if (block_maker_add(queue->maker, block, 0) != WEIR_OK) {
            return false;
        }
        queue->records += records;
        queue->bytes += bytes;
    }
    list_remove(&pushed->link);
    queue->waiting_count--;
    mem_free(pushed);
    return true;
}

static void fill(void *self, uint64_t number)
{
    struct queue_source *queue = self;

    lock_take(&queue->lock);
    if (!queue->is_stopped) {
        list_each(&queue->waiting, link, following)
        {
            struct pushed *pushed = list_entry(link, struct pushed, link);
            if (pushed->is_none) {
                queue->absent_number = number;
            }
            bool is_handed = hand_over(queue, pushed);
            if (!is_handed || queue->one_at_a_time) {
                break;
            }
        }
    }
    lock_release(&queue->lock);
}

static bool is_absent(void *self, uint64_t number)
{
    struct queue_source *queue = self;

    lock_take(&queue->lock);
    bool answer = queue->absent_number == number;
    lock_release(&queue->lock);
    return answer;
}

static bool is_ended(void *self)
{
    struct queue_source *queue = self;

    lock_take(&queue->lock);
    bool answer = queue->is_stopped || (queue->is_ended && list_is_empty(&queue->waiting));
    lock_release(&queue->lock);
    return answer;
}

/* Under the lock. */
static void drop_waiting(struct queue_source *queue)
{
    struct list *link;

    while ((link = list_take_first(&queue->waiting)) != NULL) {
        struct pushed *pushed = list_entry(link, struct pushed, link);
        queue->dropped += pushed->block == NULL ? 0 : pushed->block->rows_count;
        block_drop(pushed->block);
        mem_free(pushed);
    }
    queue->waiting_count = 0;
}

static void stop(void *self)
{
    struct queue_source *queue = self;
    uint64_t batches_count;

    lock_take(&queue->lock);
    queue->is_stopped = true;
    batches_count = queue->waiting_count;
    drop_waiting(queue);
    lock_release(&queue->lock);
    if (batches_count > 0) {
        log_write(LOG_WARN, "queue", "stopped: %llu pushed batches were not taken",
                  (unsigned long long)batches_count);
    }
}

static void status_of(void *self, struct source_status *out)
{
    struct queue_source *queue = self;

    memset(out, 0, sizeof(*out));
    out->state = is_ended(self) ? SOURCE_ENDED : SOURCE_RUNNING;
    lock_take(&queue->lock);
    out->records = queue->records;
    out->bytes = queue->bytes;
    out->dropped = queue->dropped;
    lock_release(&queue->lock);
}

static void destroy(void *self)
{
    struct queue_source *queue = self;

    drop_waiting(queue);
    lock_fini(&queue->lock);
    mem_free(queue);
}

static const struct source_class queue_source_class = {
    .name = "queue",
    .start = start,
    .settle = settle,
    .fill = fill,
    .is_absent = is_absent,
    .is_ended = is_ended,
    .stop = stop,
    .status = status_of,
    .destroy = destroy,
};

weir_status queue_source_create(bool one_at_a_time, struct queue_source **out,
                                struct source *source, weir_error *error)
{
    struct queue_source *queue = mem_zalloc(sizeof(*queue));

    if (queue == NULL) {
        return error_set(error, WEIR_E_NOMEM, "create queue source");
    }
    queue->one_at_a_time = one_at_a_time;
    lock_init(&queue->lock);
    list_init(&queue->waiting);
    *out = queue;
    *source = (struct source){.class = &queue_source_class, .self = queue};
    return WEIR_OK;
}
