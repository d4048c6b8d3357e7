/* queue_file - the lines of a file or of the standard input, so many to a batch. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <weir/plugin_helpers.h>

#include "lines/line_cutter.h"
#include "queue.h"

#define READ_SIZE      65536u
#define COMPLAINTS_MAX 10u

struct queue_file {
    struct queue *queue;
    int fd;
    bool is_ended;
    uint8_t *bytes; /* read and not yet fed */
    size_t length, room;
    char *text; /* decoded strings of these bytes */
    size_t text_room;
    struct line_cutter cutter;
    struct line_table table;
    uint64_t line_number;
    uint64_t in_batch; /* records that the batch has already */
    uint64_t bad_lines;
    bool is_in_batch;
};

static weir_status file_open(struct queue_file *file, weir_error *error)
{
    struct queue *queue = file->queue;

    line_cutter_init(&file->cutter, queue->line_max, false);
    if (!line_table_init(&file->table)) {
        return weir_error_set(error, WEIR_E_NOMEM, "no memory for a table of lines");
    }
    if (strcmp(queue->path, "-") == 0) {
        file->fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
    } else {
        file->fd = open(queue->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    }
    if (file->fd < 0) {
        return weir_error_set(error, WEIR_E_CONFIG, "open %s: %s", queue->path, strerror(errno));
    }
    return WEIR_OK;
}

static void file_close(struct queue_file *file)
{
    if (file->fd >= 0) {
        close(file->fd);
    }
    line_table_fini(&file->table);
    free(file->bytes);
    free(file->text);
}

/* Waits until the file has something to read, or the host something to say. */
static weir_status wait_readable(struct queue_file *file)
{
    struct queue *queue = file->queue;
    struct pollfd fds[2] = {{.fd = file->fd, .events = POLLIN},
                            {.fd = queue->api->wake_fd(queue->host), .events = POLLIN}};

    while (!queue->api->should_stop(queue->host)) {
        int ready = poll(fds, 2, 1000);
        if (ready <= 0 || fds[1].revents != 0) {
            queue->api->poll(queue->host, 0);
        }
        if (ready > 0 && fds[0].revents != 0) {
            return WEIR_OK;
        }
    }
    return WEIR_STOPPING;
}

static weir_status read_more(struct queue_file *file, weir_error *error)
{
    const char *path = file->queue->path;

    if (file->room - file->length < READ_SIZE) {
        size_t room = file->room * 2 + READ_SIZE;
        uint8_t *grown = realloc(file->bytes, room);
        if (grown == NULL) {
            return weir_error_set(error, WEIR_E_NOMEM, "no memory for a line of %s", path);
        }
        file->bytes = grown;
        file->room = room;
    }
    weir_status status = wait_readable(file);
    if (status != WEIR_OK) {
        return status;
    }
    ssize_t count = read(file->fd, file->bytes + file->length, READ_SIZE);
    if (count < 0 && errno != EAGAIN && errno != EINTR) {
        return weir_error_set(error, WEIR_E_IO, "read %s: %s", path, strerror(errno));
    }
    file->is_ended = count == 0;
    file->length += count > 0 ? (size_t)count : 0;
    return WEIR_OK;
}

/* One line that is no record: said, counted, and left out. */
static void complain(struct queue_file *file, const struct json_scan *scan)
{
    struct queue *queue = file->queue;

    file->bad_lines++;
    if (file->bad_lines <= COMPLAINTS_MAX) {
        weir_report_errorf(queue->host, queue->api, WEIR_E_INVAL,
                           "%s:%llu:%zu: not a record in JSON: %s; the line is left out%s",
                           queue->path, (unsigned long long)file->line_number,
                           (size_t)(scan->at - scan->begin) + 1, scan->problem,
                           file->bad_lines == COMPLAINTS_MAX ? "; the next ones without a word"
                                                             : "");
    }
}

/* False: the line is no record. */
static bool decode(struct queue_file *file, struct json_scan *scan, weir_slice line,
                   weir_record *out)
{
    json_scan_init(scan, line.ptr, line.len, scan->text);
    if (json_is_done(scan)) {
        return false; /* an empty line is none, and no mistake */
    }
    if (!queue_record_parse(scan, out)) {
        complain(file, scan);
        return false;
    }
    if (!json_is_done(scan)) {
        scan->problem = "more than one value";
        complain(file, scan);
        return false;
    }
    return true;
}

static weir_status feed_record(struct queue_file *file, const weir_record *record,
                               weir_error *error)
{
    struct queue *queue = file->queue;
    weir_status status = WEIR_OK;

    if (!file->is_in_batch) {
        status = queue_batch_begin(queue);
        file->is_in_batch = true;
        file->in_batch = 0;
    }
    if (status == WEIR_OK) {
        status = queue_put(queue, record, error);
    }
    file->in_batch++;
    if (status == WEIR_OK && queue->per_batch > 0 && file->in_batch == queue->per_batch) {
        file->is_in_batch = false;
        status = queue_batch_end(queue, error);
    }
    return status;
}

/* Feeds the lines of the table. Their bytes move afterwards, so nothing may stay pending. */
static weir_status feed_table(struct queue_file *file, weir_error *error)
{
    struct json_scan scan = {.text = file->text};
    weir_status status = WEIR_OK;

    for (uint32_t i = 0; i < file->table.records_count && status == WEIR_OK; i++) {
        weir_record record = file->table.records[i];

        file->line_number++;
        if (!file->queue->is_ndjson || decode(file, &scan, record.value, &record)) {
            status = feed_record(file, &record, error);
        }
    }
    return status == WEIR_OK ? queue_flush(file->queue, error) : status;
}

static weir_status feed_bytes(struct queue_file *file, weir_error *error)
{
    size_t done = 0;

    if (file->queue->is_ndjson && file->text_room < file->length) {
        free(file->text);
        file->text_room = file->room;
        file->text = malloc(file->text_room);
        if (file->text == NULL) {
            return weir_error_set(error, WEIR_E_NOMEM, "no memory for a line");
        }
    }
    for (;;) {
        size_t step = line_cutter_cut(&file->cutter, file->bytes + done, file->length - done,
                                      file->is_ended, &file->table);
        weir_status status = feed_table(file, error);
        if (status != WEIR_OK) {
            return status;
        }
        done += step;
        if (file->cutter.scanned == file->length - done) {
            break;
        }
    }
    file->length -= done;
    memmove(file->bytes, file->bytes + done, file->length);
    return WEIR_OK;
}

weir_status queue_file_run(struct queue *queue, weir_error *error)
{
    struct queue_file file = {.queue = queue, .fd = -1};
    weir_status status = file_open(&file, error);

    while (status == WEIR_OK && !file.is_ended) {
        status = read_more(&file, error);
        if (status == WEIR_OK) {
            status = feed_bytes(&file, error);
        }
    }
    if (status == WEIR_OK && file.is_in_batch) {
        status = queue_batch_end(queue, error);
    }
    if (file.bad_lines + file.cutter.long_lines > 0) {
        weir_logf(queue->host, queue->api, WEIR_LOG_WARN,
                  "%s: left out %llu lines that are no record and %llu that are too long",
                  queue->path, (unsigned long long)file.bad_lines,
                  (unsigned long long)file.cutter.long_lines);
    }
    file_close(&file);
    return status;
}
