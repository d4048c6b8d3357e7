/*
 * rdd_text_files - the leaf of batch programs: lines of files, cut into splits.
 *
 * A split is a range of bytes of one file. A line belongs to the split in which its first byte
 * stands, as in Hadoop's text input: a split that does not begin the file starts behind the first
 * line end at or after its start - 1, and reads on to the end of its last line. Lines end at \n, \r
 * or \r\n. A split is read in pieces into one buffer whose lines are pushed before it is reused.
 */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/file.h"
#include "base/mem.h"
#include "data/block.h"
#include "data/value.h"
#include "exec/lineage.h"
#include "exec/op.h"
#include "exec/task.h"
#include "exec/text_splits.h"

#define PIECE_BYTES    (256u * 1024u)
#define LINE_BYTES_MAX (256u * 1024u * 1024u - 16u)

struct text_rdd {
    struct rdd rdd;
    struct text_splits splits;
};

/* A split being read. */
struct split_reader {
    struct task *task;
    struct op *to;
    const struct text_split *split;
    int fd;
    uint64_t offset; /* of the file, behind what is in the buffer */
    uint8_t *buffer; /* with BLOCK_PADDING behind capacity */
    size_t capacity;
    size_t begin; /* of the line that is not pushed yet */
    size_t end;   /* of what was read */
    bool is_at_eof;
    bool is_text; /* the piece is valid UTF-8 */
    struct weir_value *lines;
    uint32_t lines_count;
};

static weir_status line_refuse(const struct split_reader *reader, weir_error *error)
{
    return error_set(error, WEIR_E_TOOBIG, "%s: a line of more than %u bytes", reader->split->path,
                     LINE_BYTES_MAX);
}

/* Makes room, keeping the line that has begun, and reads a piece behind it. */
static weir_status reader_fill(struct split_reader *reader, weir_error *error)
{
    size_t kept = reader->end - reader->begin;

    memmove(reader->buffer, reader->buffer + reader->begin, kept);
    reader->begin = 0;
    reader->end = kept;
    if (kept > reader->capacity / 2) {
        size_t capacity = reader->capacity * 2;
        if (kept > LINE_BYTES_MAX) {
            return line_refuse(reader, error);
        }
        uint8_t *buffer = mem_realloc(reader->buffer, capacity + BLOCK_PADDING);
        if (buffer == NULL) {
            return error_set(error, WEIR_E_NOMEM, "%s: no memory for a line of %zu bytes",
                             reader->split->path, kept);
        }
        reader->buffer = buffer;
        reader->capacity = capacity;
    }

    ssize_t got;
    do {
        got = fault_step() ? -1
                           : pread(reader->fd, reader->buffer + reader->end,
                                   reader->capacity - reader->end, (off_t)reader->offset);
    } while (got < 0 && errno == EINTR);
    if (got < 0) {
        return error_system(error, "read %s", reader->split->path);
    }
    reader->is_at_eof = got == 0;
    reader->end += (size_t)got;
    reader->offset += (uint64_t)got;
    return WEIR_OK;
}

static weir_status lines_push(struct split_reader *reader, weir_error *error)
{
    struct chunk chunk = {.rows_count = reader->lines_count, .columns_count = 1};

    chunk.columns[CHUNK_VALUE] = (struct column){.kind = COLUMN_BYTES, .values = reader->lines};
    reader->task->rows_read += reader->lines_count;
    reader->lines_count = 0;
    if (atomic_load_explicit(reader->task->is_cancelled, memory_order_relaxed)) {
        return error_set(error, WEIR_STOPPING, "stopped");
    }
    return op_push(reader->to, &chunk, error);
}

static weir_status line_add(struct split_reader *reader, size_t end, weir_error *error)
{
    const uint8_t *line = reader->buffer + reader->begin;
    uint32_t size = (uint32_t)(end - reader->begin);
    bool is_text = reader->is_text || text_is_utf8(line, size);

    if (end - reader->begin > LINE_BYTES_MAX) {
        return line_refuse(reader, error);
    }
    reader->lines[reader->lines_count] = weir_bytes(line, size);
    reader->lines[reader->lines_count++].head |= is_text ? WEIR_HEAD_TEXT : 0;
    return reader->lines_count == reader->task->chunk_rows ? lines_push(reader, error) : WEIR_OK;
}

/* The first \n or \r in [from, end), or end. Looks for \r only where there is any. */
static size_t line_end(const uint8_t *buffer, size_t from, size_t end, size_t *next_return)
{
    const uint8_t *newline = memchr(buffer + from, '\n', end - from);
    size_t at = newline == NULL ? end : (size_t)(newline - buffer);

    if (*next_return < from) {
        const uint8_t *found = memchr(buffer + from, '\r', end - from);
        *next_return = found == NULL ? end : (size_t)(found - buffer);
    }
    return *next_return < at ? *next_return : at;
}

/* Pushes the whole lines in the buffer that belong to the split; *is_done: the rest do not. */
static weir_status piece_push(struct split_reader *reader, bool *is_done, weir_error *error)
{
    uint64_t base = reader->offset - reader->end; /* the file's offset of buffer[0] */
    size_t next_return = 0;
    bool is_return_known = false;

    reader->is_text = text_is_utf8(reader->buffer + reader->begin, reader->end - reader->begin);
    while (reader->begin < reader->end || reader->is_at_eof) {
        if (base + reader->begin >= reader->split->end || reader->begin == reader->end) {
            *is_done = base + reader->begin >= reader->split->end || reader->is_at_eof;
            break;
        }
        if (!is_return_known) {
            const uint8_t *found =
                memchr(reader->buffer + reader->begin, '\r', reader->end - reader->begin);
            next_return = found == NULL ? reader->end : (size_t)(found - reader->buffer);
            is_return_known = true;
        }
        size_t end = line_end(reader->buffer, reader->begin, reader->end, &next_return);
        if (end == reader->end && !reader->is_at_eof) {
            break; /* the line goes on */
        }
        bool is_return = end < reader->end && reader->buffer[end] == '\r';
        if (is_return && end + 1 == reader->end && !reader->is_at_eof) {
            break; /* whether \n follows is not known yet */
        }
        WEIR_TRY(line_add(reader, end, error));
        bool is_pair = is_return && end + 1 < reader->end && reader->buffer[end + 1] == '\n';
        reader->begin = end + (end < reader->end ? 1 : 0) + (is_pair ? 1 : 0);
    }
    /* The lines point into the buffer, which is about to be filled anew. */
    return reader->lines_count > 0 ? lines_push(reader, error) : WEIR_OK;
}

/* Moves the beginning behind the line that the split before this one reads. */
static weir_status skip_first_line(struct split_reader *reader, weir_error *error)
{
    reader->offset = reader->split->start - 1;
    for (;;) {
        WEIR_TRY(reader_fill(reader, error));
        if (reader->is_at_eof) {
            reader->begin = reader->end;
            return WEIR_OK;
        }
        size_t next_return = SIZE_MAX;
        const uint8_t *found = memchr(reader->buffer, '\r', reader->end);
        next_return = found == NULL ? reader->end : (size_t)(found - reader->buffer);
        size_t end = line_end(reader->buffer, 0, reader->end, &next_return);
        bool is_return = end < reader->end && reader->buffer[end] == '\r';
        if (end == reader->end) {
            reader->begin = reader->end; /* all of it is that line */
            continue;
        }
        if (is_return && end + 1 == reader->end) {
            reader->begin = end; /* keep the \r until it is known what follows */
            continue;
        }
        reader->begin = end + 1 + (is_return && reader->buffer[end + 1] == '\n' ? 1 : 0);
        return WEIR_OK;
    }
}

static weir_status split_read(struct split_reader *reader, weir_error *error)
{
    bool is_done = false;

    if (reader->split->start > 0) {
        WEIR_TRY(skip_first_line(reader, error));
        WEIR_TRY(piece_push(reader, &is_done, error));
    }
    while (!is_done && !reader->is_at_eof) {
        WEIR_TRY(reader_fill(reader, error));
        WEIR_TRY(piece_push(reader, &is_done, error));
    }
    return WEIR_OK;
}

static weir_status text_compute(struct task *task, const struct rdd *rdd, uint32_t partition,
                                struct op *to, weir_error *error)
{
    const struct text_rdd *text = (const struct text_rdd *)rdd;
    struct split_reader reader = {
        .task = task,
        .to = to,
        .split = &text->splits.items[partition],
        .capacity = PIECE_BYTES,
    };

    reader.fd = open(reader.split->path, O_RDONLY | O_CLOEXEC);
    if (reader.fd < 0) {
        return error_system(error, "open %s", reader.split->path);
    }
    reader.buffer = mem_alloc(reader.capacity + BLOCK_PADDING);
    reader.lines = arena_alloc(&task->arena, task->chunk_rows * sizeof(*reader.lines));
    weir_status status =
        reader.buffer == NULL || reader.lines == NULL
            ? error_set(error, WEIR_E_NOMEM, "read %s: no memory", reader.split->path)
            : split_read(&reader, error);
    mem_free(reader.buffer);
    close(reader.fd);
    return status;
}

static void text_fini(struct rdd *rdd)
{
    text_splits_fini(&((struct text_rdd *)rdd)->splits);
}

static const struct rdd_class text_class = {
    .name = "text files",
    .compute = text_compute,
    .fini = text_fini,
};

weir_status rdd_create_text_files(const char *path, uint64_t split_bytes, struct rdd **out,
                                  weir_error *error)
{
    struct text_splits splits;
    struct rdd *rdd;

    WEIR_TRY(text_splits_init(&splits, path, split_bytes, error));
    weir_status status = rdd_create(&text_class, sizeof(struct text_rdd), (uint32_t)splits.count,
                                    NULL, 0, &rdd, error);
    if (status != WEIR_OK) {
        text_splits_fini(&splits);
        return status;
    }
    ((struct text_rdd *)rdd)->splits = splits;
    *out = rdd;
    return WEIR_OK;
}
