/*
 * queue_record - a JSON value as a record, and lists of records as batches.
 *
 * A string is the record's value. An object of nothing but "value" and perhaps "key" and "time" (ms
 * since the Unix epoch) is a record with these parts; "value" and "key" are strings, or any JSON,
 * which then stands for its text; a null key is none. Any other JSON value is handed on as text.
 *
 * Memory:   records point into the input and into the scan's text.
 */
#ifndef QUEUE_RECORD_H
#define QUEUE_RECORD_H

#include "json_scan.h"

struct queue_batches {
    weir_record *records;
    size_t records_count, records_room;
    size_t *ends; /* batch i is records[ends[i - 1] .. ends[i]) */
    size_t ends_count, ends_room;
    char *text; /* decoded strings */
};

bool queue_record_parse(struct json_scan *scan, weir_record *out);

/* A list of batches, each a list of records. The input must outlive the batches. */
weir_status queue_batches_parse(struct queue_batches *batches, weir_slice input, weir_error *error);
void queue_batches_fini(struct queue_batches *batches);

#endif
