/*
 * rdd_object_files - a leaf of files of MessagePack values, as the objects action writes them: one
 * value after the other, a pair as a tuple of two. A partition for each file.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/mem.h"
#include "data/block.h"
#include "data/msgpack.h"
#include "exec/emitter.h"
#include "exec/lineage_rdd.h"
#include "exec/task.h"
#include "exec/text_splits.h"

#define PIECE_BYTES  (256u * 1024u)
#define BUFFER_BYTES ((size_t)1 << 31) /* a value that takes more is refused */

struct objects_rdd {
    struct rdd rdd;
    struct text_splits files;
};

struct objects_reader {
    const char *path;
    int fd;
    bool is_pairs;
    bool is_at_eof;
    uint8_t *buffer;
    size_t capacity;
    size_t begin;       /* of the value that is not emitted yet */
    size_t end;         /* of what was read */
    uint64_t offset;    /* in the file, of what is read next */
    struct arena items; /* of the values in the buffer */
    struct emitter emitter;
};

/* Moves the rest to the front and reads a piece behind it; a value that fills half the buffer makes
 * it grow. */
static weir_status reader_fill(struct objects_reader *reader, weir_error *error)
{
    size_t kept = reader->end - reader->begin;

    memmove(reader->buffer, reader->buffer + reader->begin, kept);
    reader->begin = 0;
    reader->end = kept;
    if (kept > reader->capacity / 2) {
        size_t capacity = reader->capacity * 2;
        if (capacity > BUFFER_BYTES) {
            return error_set(error, WEIR_E_TOOBIG, "%s: a value of more than %zu bytes",
                             reader->path, kept);
        }
        uint8_t *buffer = mem_realloc(reader->buffer, capacity + BLOCK_PADDING);
        if (buffer == NULL) {
            return error_set(error, WEIR_E_NOMEM, "%s: no memory for a value of %zu bytes",
                             reader->path, kept);
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
        return error_system(error, "read %s", reader->path);
    }
    reader->is_at_eof = got == 0;
    reader->end += (size_t)got;
    reader->offset += (uint64_t)got;
    return WEIR_OK;
}

static weir_status value_emit(struct objects_reader *reader, struct weir_value value,
                              weir_error *error)
{
    if (!reader->is_pairs) {
        weir_emit(&reader->emitter.out, value);
    } else if (weir_kind_of(value) == WEIR_TUPLE && weir_size_of(value) == 2) {
        weir_emit_pair(&reader->emitter.out, value.items[0], value.items[1]);
    } else {
        return error_set(error, WEIR_E_INVAL, "%s: a row that is not a pair", reader->path);
    }
    return emitter_row_done(&reader->emitter, error);
}

/* Emits the whole values in the buffer. What cannot be read may only be cut short, as long as the
 * file goes on. */
static weir_status piece_push(struct objects_reader *reader, weir_error *error)
{
    weir_status status = WEIR_OK;

    while (reader->begin < reader->end && status == WEIR_OK) {
        uint64_t place = reader->offset - (reader->end - reader->begin);
        weir_error unread = {.struct_size = sizeof(unread)};
        struct weir_value value;
        size_t used;

        status = msgpack_read(reader->buffer + reader->begin, reader->end - reader->begin,
                              &reader->items, &value, &used, &unread);
        if (status == WEIR_E_NOMEM || (status != WEIR_OK && reader->is_at_eof)) {
            return error_set(error, status, "%s: value at byte %llu: %s", reader->path,
                             (unsigned long long)place, unread.msg);
        }
        if (status == WEIR_OK) {
            reader->begin += used;
            WEIR_TRY(value_emit(reader, value, error));
        }
    }
    /* The values point into the buffer, which is about to be filled anew. */
    WEIR_TRY(emitter_finish(&reader->emitter, error));
    arena_reset(&reader->items);
    return WEIR_OK;
}

static weir_status file_push(struct objects_reader *reader, const struct task *task,
                             weir_error *error)
{
    while (!reader->is_at_eof) {
        if (atomic_load_explicit(task->is_cancelled, memory_order_relaxed)) {
            return error_set(error, WEIR_STOPPING, "stopped");
        }
        WEIR_TRY(reader_fill(reader, error));
        WEIR_TRY(piece_push(reader, error));
    }
    return WEIR_OK;
}

static weir_status objects_compute(struct task *task, const struct rdd *rdd, uint32_t partition,
                                   struct op *to, weir_error *error)
{
    struct objects_reader reader = {
        .path = ((const struct objects_rdd *)rdd)->files.items[partition].path,
        .is_pairs = rdd->is_pairs,
        .capacity = PIECE_BYTES,
    };

    reader.fd = fault_step() ? -1 : open(reader.path, O_RDONLY | O_CLOEXEC);
    if (reader.fd < 0) {
        return error_system(error, "open %s", reader.path);
    }
    arena_init(&reader.items);
    reader.buffer = mem_alloc(reader.capacity + BLOCK_PADDING);
    weir_status status = emitter_init(&reader.emitter, task, to, rdd->is_pairs, error);
    if (reader.buffer == NULL && status == WEIR_OK) {
        status = error_set(error, WEIR_E_NOMEM, "read %s: no memory", reader.path);
    }
    if (status == WEIR_OK) {
        status = file_push(&reader, task, error);
    }
    task->rows_read += emitter_count(&reader.emitter);
    emitter_fini(&reader.emitter);
    mem_free(reader.buffer);
    arena_fini(&reader.items);
    close(reader.fd);
    return status;
}

static void objects_fini(struct rdd *rdd)
{
    text_splits_fini(&((struct objects_rdd *)rdd)->files);
}

static const struct rdd_class objects_class = {
    .name = "object files",
    .compute = objects_compute,
    .fini = objects_fini,
};

weir_status rdd_create_object_files(const char *path, bool is_pairs, struct rdd **out,
                                    weir_error *error)
{
    struct text_splits files;
    struct rdd *rdd;

    WEIR_TRY(text_splits_init(&files, path, TEXT_SPLIT_WHOLE, error));
    weir_status status = rdd_create(&objects_class, sizeof(struct objects_rdd),
                                    (uint32_t)files.count, NULL, 0, &rdd, error);
    if (status != WEIR_OK) {
        text_splits_fini(&files);
        return status;
    }
    ((struct objects_rdd *)rdd)->files = files;
    rdd->is_pairs = is_pairs;
    *out = rdd;
    return WEIR_OK;
}
