/*
 * part_writer - writes an RDD's partitions as files, each in its task.
 */
#include "exec/part_writer.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/fault.h"
#include "base/file.h"
#include "base/mem.h"
#include "data/msgpack.h"
#include "data/text.h"
#include "exec/partition_rows.h"

enum { BUFFER_BYTES = 256 * 1024, NAME_BYTES = 32 };

struct part_op {
    struct op op;
    struct part_writer *writer;
    char *path;
    int fd;
    struct bytes buffer;
    uint64_t rows_count;
};

static weir_status flush(struct part_op *part, weir_error *error)
{
    weir_status status = bytes_status(&part->buffer, error);

    if (status == WEIR_OK) {
        status = file_write_fully(part->fd, part->buffer.data, part->buffer.size, error);
    }
    bytes_clear(&part->buffer);
    return status == WEIR_OK ? WEIR_OK : error_wrap(error, status, "%s", part->path);
}

static weir_status refuse_null(const struct part_op *part, weir_error *error)
{
    return error_set(error, WEIR_E_INVAL, "%s: text files do not allow null rows", part->path);
}

static void write_bytes_rows(struct bytes *out, const struct chunk *chunk)
{
    const struct weir_value *values = chunk->columns[CHUNK_VALUE].values;

    for (uint32_t i = 0; i < chunk->rows_count; i++) {
        const struct weir_value *value = &values[chunk_row(chunk, i)];

        bytes_append(out, weir_bytes_of(value), weir_size_of(*value));
        bytes_append_byte(out, '\n');
    }
}

/* False at a null row. */
static bool write_plain_rows(struct bytes *out, const struct chunk *chunk)
{
    for (uint32_t i = 0; i < chunk->rows_count; i++) {
        struct weir_value value = column_value(&chunk->columns[CHUNK_VALUE], chunk_row(chunk, i));

        if (weir_is_null(value)) {
            return false;
        }
        text_write_value_raw(out, value);
        bytes_append_byte(out, '\n');
    }
    return true;
}

static void write_pair_rows(struct bytes *out, const struct chunk *chunk)
{
    for (uint32_t i = 0; i < chunk->rows_count; i++) {
        uint32_t row = chunk_row(chunk, i);

        bytes_append_byte(out, '(');
        text_write_value_raw(out, column_value(&chunk->columns[CHUNK_PAIR_KEY], row));
        bytes_append_byte(out, ',');
        text_write_value_raw(out, column_value(&chunk->columns[CHUNK_PAIR_VALUE], row));
        bytes_append_text(out, ")\n");
    }
}

static void write_objects(struct bytes *out, const struct chunk *chunk)
{
    for (uint32_t i = 0; i < chunk->rows_count; i++) {
        struct weir_row row = chunk_row_shown(chunk, i);
        const struct weir_value both[] = {row.key, row.value};

        msgpack_write(out, chunk_is_pairs(chunk) ? weir_tuple(both, 2) : row.value);
    }
}

static weir_status part_push(struct op *op, struct chunk *chunk, weir_error *error)
{
    struct part_op *part = (struct part_op *)op;

    if (part->writer->format == PART_OBJECTS) {
        write_objects(&part->buffer, chunk);
    } else if (chunk_is_pairs(chunk)) {
        write_pair_rows(&part->buffer, chunk);
    } else if (chunk->columns[CHUNK_VALUE].kind == COLUMN_BYTES) {
        write_bytes_rows(&part->buffer, chunk);
    } else if (!write_plain_rows(&part->buffer, chunk)) {
        return refuse_null(part, error);
    }
    part->rows_count += chunk->rows_count;
    return part->buffer.size < BUFFER_BYTES && !part->buffer.failed ? WEIR_OK : flush(part, error);
}

static weir_status part_finish(struct op *op, weir_error *error)
{
    struct part_op *part = (struct part_op *)op;

    WEIR_TRY(flush(part, error));
    if (step_failed(fsync(part->fd))) {
        return error_system(error, "sync %s", part->path);
    }
    atomic_fetch_add_explicit(&part->writer->rows_count, part->rows_count, memory_order_relaxed);
    return WEIR_OK;
}

static void part_close(struct op *op)
{
    struct part_op *part = (struct part_op *)op;

    if (part->fd >= 0) {
        close(part->fd);
    }
    bytes_fini(&part->buffer);
    mem_free(part->path);
}

static const struct op_class part_class = {
    .name = "part_writer",
    .push = part_push,
    .finish = part_finish,
    .close = part_close,
};

weir_status part_writer_open(void *owner, struct task *task, uint32_t partition, struct op **out,
                             weir_error *error)
{
    struct part_writer *writer = owner;
    char name[NAME_BYTES];
    struct part_op *part;
    struct op *op;
    weir_status status;

    WEIR_TRY(op_create(task, &part_class, sizeof(*part), NULL, &op, error));
    part = (struct part_op *)op;
    part->writer = writer;
    part->fd = -1;
    bytes_init(&part->buffer);
    snprintf(name, sizeof(name), "part-%05" PRIu32, partition);
    part->path = path_join(writer->folder, name);
    if (part->path == NULL) {
        status = error_set(error, WEIR_E_NOMEM, "no memory for a path");
        goto fail;
    }
    part->fd = fault_step() ? -1 : open(part->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (part->fd < 0) {
        status = error_system(error, "create %s", part->path);
        goto fail;
    }
    *out = op;
    return WEIR_OK;

fail:
    part_close(op);
    return status;
}
