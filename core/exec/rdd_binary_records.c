/*
 * rdd_binary_records - a leaf of files that are records of one length, end to end. Splits are whole
 * records.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/mem.h"
#include "data/block.h"
#include "exec/lineage_rdd.h"
#include "exec/op.h"
#include "exec/task.h"
#include "exec/text_splits.h"

#define PIECE_BYTES (1u << 20)

struct records_rdd {
    struct rdd rdd;
    struct text_splits splits;
    uint32_t record_bytes;
};

struct records_reader {
    struct task *task;
    struct op *to;
    const struct text_split *split;
    uint32_t record_bytes;
    uint32_t records_max; /* of one piece */
    int fd;
    uint8_t *buffer; /* with BLOCK_PADDING behind */
    struct weir_value *records;
};

/* Reads `wanted` bytes at `offset`, fewer only at the file's end. */
static weir_status piece_read(const struct records_reader *reader, uint64_t offset, size_t wanted,
                              size_t *got, weir_error *error)
{
    *got = 0;
    while (*got < wanted) {
        ssize_t count = fault_step() ? -1
                                     : pread(reader->fd, reader->buffer + *got, wanted - *got,
                                             (off_t)(offset + *got));
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            return error_system(error, "read %s", reader->split->path);
        }
        if (count == 0) {
            break;
        }
        *got += (size_t)count;
    }
    return WEIR_OK;
}

static weir_status piece_push(const struct records_reader *reader, size_t size, weir_error *error)
{
    uint32_t count = (uint32_t)(size / reader->record_bytes);
    uint32_t left = (uint32_t)(size % reader->record_bytes);

    if (left != 0) {
        return error_set(error, WEIR_E_INVAL,
                         "%s: byte array does not have correct length: %u did not equal record "
                         "length %u",
                         reader->split->path, left, reader->record_bytes);
    }
    for (uint32_t i = 0; i < count; i++) {
        reader->records[i] =
            weir_bytes(reader->buffer + (size_t)i * reader->record_bytes, reader->record_bytes);
    }
    for (uint32_t first = 0; first < count; first += reader->task->chunk_rows) {
        uint32_t rows = count - first;
        struct chunk chunk = {.columns_count = 1};

        chunk.rows_count = rows < reader->task->chunk_rows ? rows : reader->task->chunk_rows;
        chunk.columns[CHUNK_VALUE] =
            (struct column){.kind = COLUMN_BYTES, .values = reader->records + first};
        if (atomic_load_explicit(reader->task->is_cancelled, memory_order_relaxed)) {
            return error_set(error, WEIR_STOPPING, "stopped");
        }
        reader->task->rows_read += chunk.rows_count;
        WEIR_TRY(op_push(reader->to, &chunk, error));
    }
    return WEIR_OK;
}

static weir_status split_read(const struct records_reader *reader, weir_error *error)
{
    size_t piece_bytes = (size_t)reader->records_max * reader->record_bytes;

    for (uint64_t offset = reader->split->start; offset < reader->split->end;) {
        uint64_t left = reader->split->end - offset;
        size_t wanted = left < piece_bytes ? (size_t)left : piece_bytes;
        size_t got;

        WEIR_TRY(piece_read(reader, offset, wanted, &got, error));
        WEIR_TRY(piece_push(reader, got, error));
        if (got < wanted) {
            break; /* the file has become shorter since it was looked at */
        }
        offset += got;
    }
    return WEIR_OK;
}

static weir_status records_compute(struct task *task, const struct rdd *rdd, uint32_t partition,
                                   struct op *to, weir_error *error)
{
    const struct records_rdd *records = (const struct records_rdd *)rdd;
    struct records_reader reader = {
        .task = task,
        .to = to,
        .split = &records->splits.items[partition],
        .record_bytes = records->record_bytes,
        .records_max = PIECE_BYTES / records->record_bytes,
    };

    reader.records_max = reader.records_max == 0 ? 1 : reader.records_max;
    reader.fd = fault_step() ? -1 : open(reader.split->path, O_RDONLY | O_CLOEXEC);
    if (reader.fd < 0) {
        return error_system(error, "open %s", reader.split->path);
    }
    reader.buffer = mem_alloc((size_t)reader.records_max * reader.record_bytes + BLOCK_PADDING);
    reader.records = mem_alloc(reader.records_max * sizeof(*reader.records));
    weir_status status =
        reader.buffer == NULL || reader.records == NULL
            ? error_set(error, WEIR_E_NOMEM, "read %s: no memory", reader.split->path)
            : split_read(&reader, error);
    mem_free(reader.buffer);
    mem_free(reader.records);
    close(reader.fd);
    return status;
}

static void records_fini(struct rdd *rdd)
{
    text_splits_fini(&((struct records_rdd *)rdd)->splits);
}

static const struct rdd_class records_class = {
    .name = "binary records",
    .compute = records_compute,
    .fini = records_fini,
};

weir_status rdd_create_binary_records(const char *path, uint32_t record_bytes, struct rdd **out,
                                      weir_error *error)
{
    struct text_splits splits;
    struct rdd *rdd;

    if (record_bytes == 0 || record_bytes > WEIR_SIZE_MAX) {
        return error_set(error, WEIR_E_INVAL, "a record length of %u bytes, not 1 to %u",
                         record_bytes, WEIR_SIZE_MAX);
    }
    uint64_t records_per_split = TEXT_SPLIT_BYTES / record_bytes;
    records_per_split = records_per_split == 0 ? 1 : records_per_split;
    WEIR_TRY(text_splits_init(&splits, path, records_per_split * record_bytes, error));
    weir_status status = rdd_create(&records_class, sizeof(struct records_rdd),
                                    (uint32_t)splits.count, NULL, 0, &rdd, error);
    if (status != WEIR_OK) {
        text_splits_fini(&splits);
        return status;
    }
    ((struct records_rdd *)rdd)->splits = splits;
    ((struct records_rdd *)rdd)->record_bytes = record_bytes;
    *out = rdd;
    return WEIR_OK;
}
