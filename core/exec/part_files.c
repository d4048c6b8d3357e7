/*
 * part_files - an RDD written to a folder aside, which is put in place once it is whole.
 */
#include "exec/part_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/fault.h"
#include "base/file.h"
#include "base/mem.h"
#include "exec/action.h"
#include "exec/part_writer.h"

#define FOLDER_MODE 0755

/* Where it goes, and where it is written first. */
struct folder {
    const char *target; /* borrowed */
    char *aside;        /* "_temporary-..." beside it: readers of the folder pass over such names */
    char *parent;
};

static void folder_fini(struct folder *folder)
{
    mem_free(folder->aside);
    mem_free(folder->parent);
}

static weir_status folder_init(struct folder *folder, const char *target, weir_error *error)
{
    const char *slash;
    const char *name;
    struct bytes aside;

    memset(folder, 0, sizeof(*folder));
    folder->target = target;
    slash = strrchr(folder->target, '/');
    name = slash == NULL ? folder->target : slash + 1;
    folder->parent = slash == NULL
                         ? mem_text_copy(".")
                         : mem_bytes_copy(folder->target, (size_t)(name - folder->target));
    bytes_init(&aside);
    bytes_append(&aside, folder->target, (size_t)(name - folder->target));
    bytes_printf(&aside, "_temporary-%s", name);
    folder->aside = bytes_take(&aside);
    bytes_fini(&aside);
    if (folder->parent == NULL || folder->aside == NULL) {
        folder_fini(folder);
        return error_set(error, WEIR_E_NOMEM, "no memory for a path");
    }
    return WEIR_OK;
}

/* What a crash left of an earlier try goes first. */
static weir_status prepare(const struct folder *folder, weir_error *error)
{
    WEIR_TRY(dir_make(folder->parent, error));
    WEIR_TRY(dir_remove_all(folder->aside, error));
    if (step_failed(mkdir(folder->aside, FOLDER_MODE))) {
        return error_system(error, "make %s", folder->aside);
    }
    return WEIR_OK;
}

/* The mark that the folder is whole. */
static weir_status write_mark(const struct folder *folder, weir_error *error)
{
    char *path = path_join(folder->aside, "_SUCCESS");
    weir_status status = WEIR_OK;
    int fd;

    if (path == NULL) {
        return error_set(error, WEIR_E_NOMEM, "no memory for a path");
    }
    fd = fault_step() ? -1 : open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd < 0 || step_failed(fsync(fd))) {
        status = error_system(error, "write %s", path);
    }
    if (fd >= 0) {
        close(fd);
    }
    mem_free(path);
    return status;
}

/* What stays behind when it cannot be removed is hidden, and goes with the batch's next attempt. */
static void remove_aside(const struct folder *folder)
{
    weir_status status = dir_remove_all(folder->aside, NULL);

    (void)status;
}

/* Where the file system cannot exchange two names, there is an instant without either. */
static weir_status replace(const struct folder *folder, weir_error *error)
{
    if (!step_failed(
            renameat2(AT_FDCWD, folder->aside, AT_FDCWD, folder->target, RENAME_EXCHANGE))) {
        remove_aside(folder); /* the old one is there now */
        return WEIR_OK;
    }
    if (errno != EINVAL && errno != ENOSYS) {
        return error_system(error, "put %s in place", folder->target);
    }
    WEIR_TRY(dir_remove_all(folder->target, error));
    if (step_failed(rename(folder->aside, folder->target))) {
        return error_system(error, "put %s in place", folder->target);
    }
    return WEIR_OK;
}

static weir_status publish(const struct folder *folder, bool replaces, weir_error *error)
{
    WEIR_TRY(write_mark(folder, error));
    WEIR_TRY(dir_sync(folder->aside, error));
    unsigned flags = replaces ? 0 : RENAME_NOREPLACE;
    if (step_failed(renameat2(AT_FDCWD, folder->aside, AT_FDCWD, folder->target, flags))) {
        if (!replaces || (errno != ENOTEMPTY && errno != EEXIST)) {
            return error_system(error, "put %s in place", folder->target);
        }
        WEIR_TRY(replace(folder, error));
    }
    return dir_sync(folder->parent, error);
}

static weir_status folder_write(const struct folder *folder, enum part_format format, bool replaces,
                                struct executor *executor, struct rdd *rdd, uint64_t *rows_count,
                                weir_error *error)
{
    struct part_writer writer = {.folder = folder->aside, .format = format};
    const struct action action = {.open = part_writer_open, .owner = &writer};
    weir_status status = prepare(folder, error);

    if (status == WEIR_OK && rdd->partitions_count > 0) {
        status = executor_run(executor, rdd, 0, rdd->partitions_count, &action, error);
    }
    if (status == WEIR_OK) {
        status = publish(folder, replaces, error);
    }
    if (status != WEIR_OK) {
        remove_aside(folder);
        return status;
    }
    *rows_count = atomic_load(&writer.rows_count);
    return WEIR_OK;
}

weir_status part_files_write(const char *path, enum part_format format, bool replaces,
                             struct executor *executor, struct rdd *rdd, uint64_t *rows_count,
                             weir_error *error)
{
    struct folder folder;
    struct stat found;

    if (!replaces && lstat(path, &found) == 0) {
        return error_set(error, WEIR_E_INVAL, "%s is there already", path);
    }
    WEIR_TRY(folder_init(&folder, path, error));
    weir_status status = folder_write(&folder, format, replaces, executor, rdd, rows_count, error);
    folder_fini(&folder);
    return status;
}

weir_status action_save_text(struct executor *executor, struct rdd *rdd, const char *path,
                             weir_error *error)
{
    uint64_t rows_count;

    return part_files_write(path, PART_TEXT, false, executor, rdd, &rows_count, error);
}

weir_status action_save_objects(struct executor *executor, struct rdd *rdd, const char *path,
                                weir_error *error)
{
    uint64_t rows_count;

    return part_files_write(path, PART_OBJECTS, false, executor, rdd, &rows_count, error);
}
