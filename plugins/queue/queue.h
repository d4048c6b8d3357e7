/*
 * queue - a receiver that is fed by its job file, or by a file of lines, batch by batch.
 *
 * It knows which batch its records go to when the host offers WEIR_EXT_TICK; without it all is
 * delivered at once.
 *
 * Threads:  the instance thread.
 */
#ifndef QUEUE_H
#define QUEUE_H

#include <weir/plugin_ext_tick.h>

#include "queue_record.h"

#define QUEUE_RECORDS_MAX 1024u /* of one delivery */
#define QUEUE_BYTES_MAX   262144u

struct queue {
    weir_host *host;
    const weir_host_api *api;
    const weir_tick_api *tick; /* NULL: the host has no rhythm to follow */
    bool is_one_at_a_time;
    uint64_t batch_next; /* the earliest batch that the next records may go to */
    int64_t repeat;      /* 0: for ever */
    uint64_t per_batch;  /* records of a file that make a batch, 0: all */
    uint64_t line_max;
    bool is_ndjson;
    char *path; /* of the file, or NULL */
    struct queue_batches batches;
    weir_record *pending; /* QUEUE_RECORDS_MAX records that are not stored yet */
    uint32_t pending_count;
    uint64_t pending_bytes;
};

/* Waits until the next batch may be filled. OK, STOPPING or an error; as do all of these. */
weir_status queue_batch_begin(struct queue *queue);

/* Adds a record to the batch; it must stay where it is until queue_flush. */
weir_status queue_put(struct queue *queue, const weir_record *record, weir_error *error);
weir_status queue_flush(struct queue *queue, weir_error *error);

/* All of the batch is stored. */
weir_status queue_batch_end(struct queue *queue, weir_error *error);

/* Feeds the lines of the file. */
weir_status queue_file_run(struct queue *queue, weir_error *error);

#endif
