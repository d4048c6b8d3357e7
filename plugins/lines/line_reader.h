/*
 * line_reader - reads a file descriptor into the host's blocks and delivers its lines.
 *
 * Bytes are read straight into a block that the host lends, and the records of the delivery point
 * into it; only a line that is not yet whole is copied, to the head of the next block. A delivery
 * is made when no more bytes are there at once, or when the block is full.
 *
 * Life:     line_reader_init per instance, line_stream_init per descriptor; the _fini of each, also
 *           of one that is all zeroes.
 * Threads:  the instance thread. Between calls no block is open.
 * Memory:   a stream keeps at most line_max and a read's worth of bytes, or a block's when it holds
 *           more lines than a delivery takes.
 */
#ifndef LINE_READER_H
#define LINE_READER_H

#include "lines/line_cutter.h"

struct line_reader {
    weir_host *host;
    const weir_host_api *api;
    uint32_t lane;
    uint64_t block_min;       /* ask the host for so much, at least */
    int64_t block_timeout_ns; /* how long to wait for a block, as block_reserve has it */
    uint64_t lines_count;     /* delivered */
    uint32_t metric_long;
    bool has_told_long;
    struct line_table table;
};

struct line_stream {
    struct line_cutter cutter;
    const char *name; /* for messages; the owner's */
    uint8_t *rest;    /* bytes that were read and are not delivered yet */
    size_t rest_length;
    size_t rest_room;
    int failure;   /* errno of the read that failed, after which nothing is read */
    bool is_ended; /* no more bytes will come */
};

enum line_read {
    LINE_READ_MORE, /* perhaps more is there: read again */
    LINE_READ_DRY,  /* nothing more is there at the moment */
    LINE_READ_END,  /* the end, and all is delivered */
};

weir_status line_reader_init(struct line_reader *reader, weir_host *host, const weir_host_api *api,
                             weir_error *error);
void line_reader_fini(struct line_reader *reader);

void line_stream_init(struct line_stream *stream, const char *name, size_t line_max,
                      bool is_truncating);
void line_stream_fini(struct line_stream *stream);

/*
 * Reads what is there, at most a block, and delivers it. AGAIN: the host has no room; call
 * again. STOPPING: the host stops. E_IO: reading failed; the lines before that are delivered. After
 * any status but OK and AGAIN the stream is of no more use.
 */
weir_status line_reader_read(struct line_reader *reader, struct line_stream *stream, int fd,
                             enum line_read *out, weir_error *error);

#endif
