/*
 * checkpoint_file - the files of a checkpointed RDD: one part for each partition.
 */
#include "exec/checkpoint_file.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/fault.h"
#include "base/file.h"
#include "base/mem.h"
#include "exec/block_form.h"
#include "exec/memory.h"
#include "exec/task.h"

#define HEAD_SIZE 8u
static const char heads[2][HEAD_SIZE + 1] = {"weirprt1", "weirprt2"};

struct frame {
    uint64_t size; /* 0: the end */
    uint64_t word; /* checksum; at the end: rows */
};

/* folder/part-00000, or the name under which it is written; on the heap. */
static char *part_path(const char *folder, uint32_t partition, const struct task *task)
{
    char name[64];

    if (task == NULL) {
        snprintf(name, sizeof(name), "part-%05u", partition);
    } else {
        snprintf(name, sizeof(name), ".part-%05u-attempt-%u", partition, task->attempt);
    }
    return path_join(folder, name);
}

struct writer_op {
    struct op op;
    int fd; /* -1: not open */
    char *aside;
    char *path;
    struct block_builder builder;
    size_t frame_bytes; /* the builder is written at this size */
    uint64_t rows_count;
};

static weir_status frame_write(struct writer_op *writer, const void *form, struct frame frame,
                               weir_error *error)
{
    WEIR_TRY(file_write_fully(writer->fd, &frame, sizeof(frame), error));
    return frame.size == 0 ? WEIR_OK : file_write_fully(writer->fd, form, frame.size, error);
}

static weir_status writer_flush(struct writer_op *writer, weir_error *error)
{
    struct bytes form = {0};
    struct block *block;

    if (writer->builder.rows_count == 0) {
        return WEIR_OK;
    }
    WEIR_TRY(block_builder_finish(&writer->builder, &block, error));
    weir_status status = block_form_write(block, &form, error);
    if (status == WEIR_OK) {
        const struct frame frame = {form.size, XXH3_64bits(form.data, form.size)};
        writer->rows_count += block->rows_count;
        status = frame_write(writer, form.data, frame, error);
    }
    bytes_fini(&form);
    block_drop(block);
    return status;
}

static weir_status writer_push(struct op *op, struct chunk *chunk, weir_error *error)
{
    struct writer_op *writer = (struct writer_op *)op;

    WEIR_TRY(block_builder_append(&writer->builder, chunk, error));
    return block_builder_size(&writer->builder) >= writer->frame_bytes ? writer_flush(writer, error)
                                                                       : WEIR_OK;
}

static weir_status writer_finish(struct op *op, weir_error *error)
{
    struct writer_op *writer = (struct writer_op *)op;

    WEIR_TRY(writer_flush(writer, error));
    WEIR_TRY(frame_write(writer, NULL, (struct frame){0, writer->rows_count}, error));
    if (step_failed(fsync(writer->fd))) {
        return error_system(error, "sync %s", writer->aside);
    }
    if (step_failed(rename(writer->aside, writer->path))) {
        return error_system(error, "rename %s", writer->aside);
    }
    close(writer->fd);
    writer->fd = -1;
    return WEIR_OK;
}

static void writer_close(struct op *op)
{
    struct writer_op *writer = (struct writer_op *)op;

    if (writer->fd >= 0) {
        assert(writer->aside != NULL);
        unlink(writer->aside);
        close(writer->fd);
    }
    mem_free(writer->aside);
    mem_free(writer->path);
    block_builder_fini(&writer->builder);
}

static const struct op_class writer_class = {
    .name = "checkpoint",
    .push = writer_push,
    .finish = writer_finish,
    .close = writer_close,
};

weir_status checkpoint_writer_create(struct task *task, const char *folder, uint32_t partition,
                                     bool is_pairs, struct op **out, weir_error *error)
{
    struct op *op;
    weir_status status = WEIR_OK;

    WEIR_TRY(op_create(task, &writer_class, sizeof(struct writer_op), NULL, &op, error));
    struct writer_op *writer = (struct writer_op *)op;
    writer->fd = -1;
    block_builder_init(&writer->builder);
    writer->frame_bytes = memory_piece(task_memory(task));
    writer->aside = part_path(folder, partition, task);
    writer->path = part_path(folder, partition, NULL);
    if (writer->aside == NULL || writer->path == NULL) {
        status = error_set(error, WEIR_E_NOMEM, "checkpoint partition %u", partition);
        goto fail;
    }
    writer->fd =
        fault_step() ? -1 : open(writer->aside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (writer->fd < 0) {
        status = error_system(error, "create %s", writer->aside);
        goto fail;
    }
    status = file_write_fully(writer->fd, heads[is_pairs ? 1 : 0], HEAD_SIZE, error);
    if (status != WEIR_OK) {
        goto fail;
    }
    *out = op;
    return WEIR_OK;

fail:
    writer_close(op);
    return status;
}

/* Fewer bytes: the file is cut short. */
static weir_status read_fully(int fd, void *data, size_t size, weir_error *error)
{
    for (size_t done = 0; done < size;) {
        ssize_t got = fault_step() ? -1 : read(fd, (char *)data + done, size - done);

        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return error_system(error, "read");
        }
        if (got == 0) {
            return error_set(error, WEIR_E_INVAL, "it is cut short");
        }
        done += (size_t)got;
    }
    return WEIR_OK;
}

static weir_status head_read(int fd, bool *is_pairs, weir_error *error)
{
    char head[HEAD_SIZE];

    WEIR_TRY(read_fully(fd, head, sizeof(head), error));
    *is_pairs = memcmp(head, heads[1], HEAD_SIZE) == 0;
    if (!*is_pairs && memcmp(head, heads[0], HEAD_SIZE) != 0) {
        return error_set(error, WEIR_E_INVAL, "it is no part of a checkpoint");
    }
    return WEIR_OK;
}

static weir_status form_push(struct task *task, const char *form, size_t size, bool is_pairs,
                             struct op *to, uint64_t *rows_count, weir_error *error)
{
    struct block_form_reader reader;
    struct chunk chunk;
    weir_status status;

    WEIR_TRY(block_form_reader_init(&reader, form, size, error));
    for (;;) {
        status = block_form_reader_next(&reader, task->chunk_rows, &chunk, error);
        if (status != WEIR_OK || chunk.rows_count == 0) {
            break;
        }
        *rows_count += chunk.rows_count;
        status = chunk_is_pairs(&chunk) == is_pairs
                     ? op_push(to, &chunk, error)
                     : error_set(error, WEIR_E_INVAL, "its rows are not those of its head");
        if (status != WEIR_OK) {
            break;
        }
    }
    block_form_reader_fini(&reader);
    return status;
}

/* One frame; *is_end: it was the last. */
static weir_status frame_push(struct task *task, int fd, bool is_pairs, struct op *to,
                              uint64_t *rows_count, bool *is_end, weir_error *error)
{
    struct frame frame = {0, 0};

    WEIR_TRY(read_fully(fd, &frame, sizeof(frame), error));
    *is_end = frame.size == 0;
    if (*is_end) {
        return frame.word == *rows_count
                   ? WEIR_OK
                   : error_set(error, WEIR_E_INVAL, "it has not as many rows as it says");
    }
    if (frame.size > CHECKPOINT_FRAME_MAX) {
        return error_set(error, WEIR_E_INVAL, "it is damaged: a frame's size");
    }
    char *form = mem_alloc(frame.size + BLOCK_PADDING);
    if (form == NULL) {
        return error_set(error, WEIR_E_NOMEM, "no memory for a frame");
    }
    weir_status status = read_fully(fd, form, frame.size, error);
    if (status == WEIR_OK && XXH3_64bits(form, frame.size) != frame.word) {
        status = error_set(error, WEIR_E_INVAL, "it is damaged: a frame's checksum");
    }
    if (status == WEIR_OK) {
        memset(form + frame.size, 0, BLOCK_PADDING);
        status = form_push(task, form, frame.size, is_pairs, to, rows_count, error);
    }
    mem_free(form);
    return status;
}

static weir_status part_open(const char *folder, uint32_t partition, int *fd, bool *is_pairs,
                             weir_error *error)
{
    char *path = part_path(folder, partition, NULL);
    weir_status status;

    if (path == NULL) {
        return error_set(error, WEIR_E_NOMEM, "read partition %u", partition);
    }
    *fd = fault_step() ? -1 : open(path, O_RDONLY | O_CLOEXEC);
    if (*fd < 0) {
        status = error_system(error, "open");
    } else {
        status = head_read(*fd, is_pairs, error);
    }
    if (status != WEIR_OK) {
        error_wrap(error, status, "read %s", path);
        if (*fd >= 0) {
            close(*fd);
        }
    }
    mem_free(path);
    return status;
}

weir_status checkpoint_part_push(struct task *task, const char *folder, uint32_t partition,
                                 struct op *to, weir_error *error)
{
    uint64_t rows_count = 0;
    bool is_pairs = false;
    bool is_end = false;
    weir_status status = WEIR_OK;
    int fd = -1;

    WEIR_TRY(part_open(folder, partition, &fd, &is_pairs, error));
    while (status == WEIR_OK && !is_end) {
        status = atomic_load_explicit(task->is_cancelled, memory_order_relaxed)
                     ? error_set(error, WEIR_STOPPING, "stopped")
                     : frame_push(task, fd, is_pairs, to, &rows_count, &is_end, error);
    }
    task->rows_read += rows_count;
    close(fd);
    return status == WEIR_OK || status == WEIR_STOPPING
               ? status
               : error_wrap(error, status, "read part %u of %s", partition, folder);
}

weir_status checkpoint_parts_count(const char *folder, uint32_t *count, bool *is_pairs,
                                   weir_error *error)
{
    DIR *listing = fault_step() ? NULL : opendir(folder);
    const struct dirent *entry;
    int fd = -1;

    *count = 0;
    *is_pairs = false;
    if (listing == NULL) {
        return error_system(error, "read checkpoint %s", folder);
    }
    while ((entry = readdir(listing)) != NULL) {
        *count += strncmp(entry->d_name, "part-", 5) == 0;
    }
    closedir(listing);
    for (uint32_t i = 0; i < *count; i++) {
        WEIR_TRY(part_open(folder, i, &fd, is_pairs, error));
        close(fd);
    }
    return WEIR_OK;
}
