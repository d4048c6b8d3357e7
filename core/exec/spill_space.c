/*
 * spill_space - room outside the heap: nameless files, or memory of the kernel's.
 */
#include "exec/spill_space.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/fault.h"
#include "base/file.h"
#include "base/list.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/thread.h"
#include "data/block.h"

#define PAGE_BYTES UINT64_C(4096)

struct spill_file {
    struct list link;
    int fd;
    uint64_t end_offset;
    uint64_t live_bytes;
};

struct spill_space {
    enum spill_place place;
    char *folder;
    struct lock lock;
    struct list files; /* the last one takes what is written */
    uint64_t live_bytes;
    uint64_t written_bytes;
};

weir_status spill_space_create(enum spill_place place, const char *folder, struct spill_space **out,
                               weir_error *error)
{
    struct spill_space *space = mem_zalloc(sizeof(*space));

    if (folder == NULL || folder[0] == '\0') {
        folder = getenv("TMPDIR");
    }
    if (folder == NULL || folder[0] == '\0') {
        folder = "/tmp";
    }
    if (space != NULL) {
        space->folder = mem_text_copy(folder);
    }
    if (space == NULL || space->folder == NULL) {
        mem_free(space);
        return error_set(error, WEIR_E_NOMEM, "create spill space");
    }
    space->place = place;
    lock_init(&space->lock);
    list_init(&space->files);
    *out = space;
    return WEIR_OK;
}

/* A file without a name; -1 and errno. */
static int open_unnamed(const char *folder)
{
    char path[PATH_MAX];
    int fd = fault_step() ? -1 : open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

    if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != ENOENT)) {
        return fd;
    }
    /* A file system that cannot: named for a moment. */
    int size = snprintf(path, sizeof(path), "%s/spill-XXXXXX", folder);
    if (size < 0 || (size_t)size >= sizeof(path)) {
        errno = ENAMETOOLONG;
        return -1;
    }
    fd = mkostemp(path, O_CLOEXEC);
    if (fd >= 0) {
        unlink(path);
    }
    return fd;
}

static weir_status file_open(struct spill_space *space, weir_error *error)
{
    struct spill_file *file = mem_zalloc(sizeof(*file));

    if (file == NULL) {
        return error_set(error, WEIR_E_NOMEM, "open spill file");
    }
    if (space->place == SPILL_OFF_HEAP) {
        file->fd = fault_step() ? -1 : memfd_create("weir-blocks", MFD_CLOEXEC);
    } else {
        file->fd = open_unnamed(space->folder);
    }
    if (file->fd < 0) {
        mem_free(file);
        return error_system(error, "open spill file in %s", space->folder);
    }
    if (space->place == SPILL_ON_DISK && space->written_bytes == 0) {
        log_write(LOG_INFO, NULL, "rows go to disk, in %s", space->folder);
    }
    list_append(&space->files, &file->link);
    return WEIR_OK;
}

static void file_close(struct spill_file *file)
{
    list_remove(&file->link);
    close(file->fd);
    mem_free(file);
}

static struct spill_file *last_file(struct spill_space *space)
{
    return list_is_empty(&space->files)
               ? NULL
               : list_entry(space->files.previous, struct spill_file, link);
}

/* A place for `size` bytes. Under the lock. */
static weir_status place_find(struct spill_space *space, size_t size, struct spill_extent *out,
                              weir_error *error)
{
    struct spill_file *last = last_file(space);

    if (last == NULL || last->end_offset >= SPILL_FILE_BYTES) {
        WEIR_TRY(file_open(space, error));
        last = last_file(space);
    }
    out->file = last;
    out->offset = last->end_offset;
    out->size = size;
    last->end_offset += size;
    last->live_bytes += size;
    space->live_bytes += size;
    space->written_bytes += size;
    return WEIR_OK;
}

static weir_status write_at(const struct spill_extent *extent, const char *data, weir_error *error)
{
    for (size_t done = 0; done < extent->size;) {
        ssize_t put = fault_step() ? -1
                                   : pwrite(extent->file->fd, data + done, extent->size - done,
                                            (off_t)(extent->offset + done));
        if (put < 0 && errno == EINTR) {
            continue;
        }
        if (put == 0) {
            errno = EIO;
        }
        if (put <= 0) {
            return error_system(error, "spill %zu bytes", extent->size);
        }
        done += (size_t)put;
    }
    return WEIR_OK;
}

weir_status spill_write(struct spill_space *space, const void *data, size_t size,
                        struct spill_extent *out, weir_error *error)
{
    assert(size > 0);
    struct spill_extent extent = {.checksum = XXH3_64bits(data, size)};

    lock_take(&space->lock);
    weir_status status = place_find(space, size, &extent, error);
    lock_release(&space->lock);
    if (status != WEIR_OK) {
        return status;
    }
    status = write_at(&extent, data, error);
    if (status != WEIR_OK) {
        spill_free(space, &extent);
        return status;
    }
    *out = extent;
    return WEIR_OK;
}

weir_status spill_read(struct spill_space *space, const struct spill_extent *extent, void *data,
                       weir_error *error)
{
    (void)space;
    assert(extent->file != NULL);
    for (size_t done = 0; done < extent->size;) {
        ssize_t got = fault_step() ? -1
                                   : pread(extent->file->fd, (char *)data + done,
                                           extent->size - done, (off_t)(extent->offset + done));
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return error_system(error, "read %zu spilled bytes", extent->size);
        }
        if (got == 0) {
            return error_set(error, WEIR_E_INVAL, "spilled bytes are cut short");
        }
        done += (size_t)got;
    }
    if (XXH3_64bits(data, extent->size) != extent->checksum) {
        return error_set(error, WEIR_E_INVAL, "%zu spilled bytes are damaged", extent->size);
    }
    return WEIR_OK;
}

weir_status spill_read_new(struct spill_space *space, const struct spill_extent *extent, void **out,
                           weir_error *error)
{
    char *data = mem_alloc(extent->size + BLOCK_PADDING);

    if (data == NULL) {
        return error_set(error, WEIR_E_NOMEM, "no memory for %zu spilled bytes", extent->size);
    }
    weir_status status = spill_read(space, extent, data, error);
    if (status != WEIR_OK) {
        mem_free(data);
        return status;
    }
    memset(data + extent->size, 0, BLOCK_PADDING);
    *out = data;
    return WEIR_OK;
}

/* Whole pages within the extent; a file system that cannot keeps them until the file goes. */
static void punch(const struct spill_extent *extent)
{
    uint64_t first = (extent->offset + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
    uint64_t end = (extent->offset + extent->size) / PAGE_BYTES * PAGE_BYTES;

    if (end > first) {
        int ignored = fallocate(extent->file->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                                (off_t)first, (off_t)(end - first));
        (void)ignored;
    }
}

void spill_free(struct spill_space *space, struct spill_extent *extent)
{
    struct spill_file *file = extent->file;

    if (file == NULL) {
        return;
    }
    lock_take(&space->lock);
    assert(file->live_bytes >= extent->size);
    file->live_bytes -= extent->size;
    space->live_bytes -= extent->size;
    if (file->live_bytes > 0) {
        punch(extent);
    } else if (file != last_file(space)) {
        file_close(file);
    } else {
        /* Nobody reads or writes it: it starts over. */
        int ignored = ftruncate(file->fd, 0);
        (void)ignored;
        file->end_offset = 0;
    }
    lock_release(&space->lock);
    *extent = (struct spill_extent){.file = NULL};
}

uint64_t spill_space_bytes(struct spill_space *space)
{
    lock_take(&space->lock);
    uint64_t bytes = space->live_bytes;
    lock_release(&space->lock);
    return bytes;
}

uint64_t spill_space_written(struct spill_space *space)
{
    lock_take(&space->lock);
    uint64_t bytes = space->written_bytes;
    lock_release(&space->lock);
    return bytes;
}

int spill_extent_descriptor(const struct spill_extent *extent)
{
    return extent->file->fd;
}

void spill_space_destroy(struct spill_space *space)
{
    if (space == NULL) {
        return;
    }
    while (!list_is_empty(&space->files)) {
        file_close(last_file(space));
    }
    lock_fini(&space->lock);
    mem_free(space->folder);
    mem_free(space);
}
