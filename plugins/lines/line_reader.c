/* line_reader - from read(2) to block_commit. */
#include "lines/line_reader.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <weir/plugin_helpers.h>

/* A block has room for this much behind the bytes that are left over from before. */
#define READ_MIN 16384u

/* A line that has grown to this is gathered in the stream's own memory until it ends: copying it to
 * the head of one block after the other would cost its square. */
#define GATHER_MIN 65536u

weir_status line_reader_init(struct line_reader *reader, weir_host *host, const weir_host_api *api,
                             weir_error *error)
{
    memset(reader, 0, sizeof(*reader));
    reader->host = host;
    reader->api = api;
    reader->block_min = GATHER_MIN;
    reader->block_timeout_ns = -1;
    if (!line_table_init(&reader->table)) {
        return weir_error_set(error, WEIR_E_NOMEM, "no memory for a table of lines");
    }
    reader->metric_long = weir_metric(host, api, WEIR_METRIC_COUNTER, "lines_too_long", "lines");
    return WEIR_OK;
}

void line_reader_fini(struct line_reader *reader)
{
    line_table_fini(&reader->table);
}

void line_stream_init(struct line_stream *stream, const char *name, size_t line_max,
                      bool is_truncating)
{
    memset(stream, 0, sizeof(*stream));
    stream->name = name;
    line_cutter_init(&stream->cutter, line_max, is_truncating);
}

void line_stream_fini(struct line_stream *stream)
{
    free(stream->rest);
    memset(stream, 0, sizeof(*stream));
}

static bool rest_make_room(struct line_stream *stream, size_t room)
{
    size_t wanted = stream->rest_room * 2 > room ? stream->rest_room * 2 : room;

    if (room <= stream->rest_room) {
        return true;
    }
    uint8_t *rest = realloc(stream->rest, wanted);
    if (rest == NULL) {
        return false;
    }
    stream->rest = rest;
    stream->rest_room = wanted;
    return true;
}

/* Reads once. Returns how many bytes; sets the stream's end or failure, or is_dry. */
static size_t read_some(struct line_stream *stream, int fd, uint8_t *to, size_t room, bool *is_dry)
{
    ssize_t count;

    do {
        count = read(fd, to, room);
    } while (count < 0 && errno == EINTR);

    if (count > 0) {
        return (size_t)count;
    }
    if (count == 0) {
        stream->is_ended = true;
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
        *is_dry = true;
    } else {
        stream->failure = errno;
        stream->is_ended = true;
    }
    return 0;
}

static bool has_line_end(const uint8_t *bytes, size_t length)
{
    return length > 0 &&
           (memchr(bytes, '\n', length) != NULL || memchr(bytes, '\r', length) != NULL);
}

/* Reads on into the stream's own memory, and says whether that is to be delivered now. */
static weir_status gather(struct line_stream *stream, int fd, bool *is_ready, bool *is_dry,
                          weir_error *error)
{
    if (!rest_make_room(stream, stream->rest_length + GATHER_MIN)) {
        return weir_error_set(error, WEIR_E_NOMEM, "no memory for a line of %s", stream->name);
    }
    uint8_t *to = stream->rest + stream->rest_length;
    size_t count = read_some(stream, fd, to, GATHER_MIN, is_dry);

    stream->rest_length += count;
    *is_ready = stream->is_ended || stream->rest_length > stream->cutter.line_max ||
                has_line_end(to, count);
    if (!*is_ready) {
        stream->cutter.scanned = stream->rest_length;
    }
    return WEIR_OK;
}

static void tell_long_lines(struct line_reader *reader, struct line_stream *stream, uint64_t before)
{
    uint64_t count = stream->cutter.long_lines - before;

    if (count == 0) {
        return;
    }
    weir_metric_add(reader->host, reader->api, reader->metric_long, (int64_t)count);
    if (!reader->has_told_long) {
        reader->has_told_long = true;
        weir_logf(
            reader->host, reader->api, WEIR_LOG_WARN,
            "%s: a line of more than %zu bytes is %s; from now on such lines are only counted",
            stream->name, stream->cutter.line_max,
            stream->cutter.is_truncating ? "truncated" : "dropped");
    }
}

/* Cuts what is in the block, keeps what is left over, and ends the block. */
static weir_status deliver(struct line_reader *reader, struct line_stream *stream,
                           weir_block *block, size_t filled, weir_error *error)
{
    bool is_last = stream->is_ended && stream->failure == 0;
    uint64_t long_before = stream->cutter.long_lines;
    size_t done = line_cutter_cut(&stream->cutter, block->base, filled, is_last, &reader->table);

    tell_long_lines(reader, stream, long_before);
    if (!rest_make_room(stream, filled - done)) {
        reader->api->block_abort(reader->host, block);
        return weir_error_set(error, WEIR_E_NOMEM, "no memory for a line of %s", stream->name);
    }
    stream->rest_length = filled - done;
    if (stream->rest_length > 0) {
        memcpy(stream->rest, block->base + done, stream->rest_length);
    }
    if (reader->table.records_count == 0) {
        reader->api->block_abort(reader->host, block);
        return WEIR_OK;
    }

    weir_delivery delivery = weir_delivery_of(reader->table.records, reader->table.records_count);
    delivery.lane = reader->lane;
    weir_status status = reader->api->block_commit(reader->host, block, &delivery);
    if (status == WEIR_OK) {
        reader->lines_count += delivery.n_records;
    } else if (status < 0) {
        weir_error_set(error, status, "the host does not take %u lines of %s", delivery.n_records,
                       stream->name);
    }
    return status;
}

/* What the caller is to do next. Without its end a line that failed to come whole is not one. */
static weir_status next_step(struct line_stream *stream, bool is_dry, enum line_read *out,
                             weir_error *error)
{
    bool is_over = stream->is_ended &&
                   (stream->rest_length == 0 ||
                    (stream->failure != 0 && stream->cutter.scanned == stream->rest_length));

    if (!is_over) {
        *out = is_dry ? LINE_READ_DRY : LINE_READ_MORE;
        return WEIR_OK;
    }
    *out = LINE_READ_END;
    if (stream->failure != 0) {
        return weir_error_set(error, WEIR_E_IO, "read %s: %s", stream->name,
                              strerror(stream->failure));
    }
    return WEIR_OK;
}

weir_status line_reader_read(struct line_reader *reader, struct line_stream *stream, int fd,
                             enum line_read *out, weir_error *error)
{
    bool is_dry = false;
    weir_block block = {.struct_size = sizeof(block)};
    uint64_t wanted;
    weir_status status;

    *out = LINE_READ_MORE;
    if (stream->rest_length >= GATHER_MIN && stream->cutter.scanned == stream->rest_length &&
        !stream->is_ended) {
        bool is_ready = false;
        status = gather(stream, fd, &is_ready, &is_dry, error);
        if (status != WEIR_OK || !is_ready) {
            *out = is_dry ? LINE_READ_DRY : LINE_READ_MORE;
            return status;
        }
    }

    wanted = stream->rest_length + READ_MIN;
    wanted = wanted > reader->block_min ? wanted : reader->block_min;
    status = reader->api->block_reserve(reader->host, wanted, reader->block_timeout_ns, &block);
    if (status != WEIR_OK) {
        return status > 0 ? status
                          : weir_error_set(error, status, "%s: the host has no block of %llu bytes",
                                           stream->name, (unsigned long long)wanted);
    }
    assert(block.cap >= wanted);

    size_t filled = stream->rest_length;
    if (filled > 0) {
        memcpy(block.base, stream->rest, filled);
    }
    while (!stream->is_ended && !is_dry && filled < block.cap) {
        filled += read_some(stream, fd, block.base + filled, block.cap - filled, &is_dry);
    }
    bool is_crowded;
    status = deliver(reader, stream, &block, filled, error);
    is_crowded = stream->rest_length > stream->cutter.scanned;
    return status != WEIR_OK ? status : next_step(stream, is_dry && !is_crowded, out, error);
}
