/*
 * sink_files - a folder of text files for each batch.
 */
#include "io/sink_files.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/fault.h"
#include "base/file.h"
#include "base/mem.h"
#include "io/part_writer.h"

#define FOLDER_MODE 0755

struct files {
    char *name;
    struct options *options; /* owned */
    const char *prefix;
    const char *suffix;
};

/* One batch's paths. */
struct folder {
    char *target;
    char *aside; /* "_temporary-..." beside it: readers of the folder pass over such names */
    char *parent;
};

static void files_destroy(void *self)
{
    struct files *files = self;

    if (files == NULL) {
        return;
    }
    options_destroy(files->options);
    mem_free(files->name);
    mem_free(files);
}

static char *target_path(const struct files *files, int64_t time_ms)
{
    struct bytes path;
    char *taken;

    bytes_init(&path);
    bytes_append_text(&path, files->prefix);
    bytes_printf(&path, "%s%" PRId64, files->prefix[0] == '\0' ? "" : "-", time_ms);
    if (files->suffix[0] != '\0') {
        bytes_printf(&path, ".%s", files->suffix);
    }
    taken = bytes_take(&path);
    bytes_fini(&path);
    return taken;
}

static void folder_fini(struct folder *folder)
{
    mem_free(folder->target);
    mem_free(folder->aside);
    mem_free(folder->parent);
}

/* Takes over target; NULL: there was no memory for it. */
static weir_status folder_init(struct folder *folder, char *target, weir_error *error)
{
    const char *slash;
    const char *name;
    struct bytes aside;

    memset(folder, 0, sizeof(*folder));
    folder->target = target;
    if (folder->target == NULL) {
        return error_set(error, WEIR_E_NOMEM, "no memory for a path");
    }
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

/* What a crash left of the same batch goes first. */
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

static weir_status publish(const struct folder *folder, weir_error *error)
{
    WEIR_TRY(write_mark(folder, error));
    WEIR_TRY(dir_sync(folder->aside, error));
    if (step_failed(rename(folder->aside, folder->target))) {
        if (errno != ENOTEMPTY && errno != EEXIST) {
            return error_system(error, "put %s in place", folder->target);
        }
        WEIR_TRY(replace(folder, error));
    }
    return dir_sync(folder->parent, error);
}

static weir_status write_folder(const struct folder *folder, struct executor *executor,
                                struct rdd *rdd, uint64_t *records, weir_error *error)
{
    struct part_writer writer = {.folder = folder->aside};
    struct action action = {.open = part_writer_open, .owner = &writer};
    weir_status status = prepare(folder, error);

    if (status == WEIR_OK && rdd->partitions_count > 0) {
        status = executor_run(executor, rdd, 0, rdd->partitions_count, &action, error);
    }
    if (status == WEIR_OK) {
        status = publish(folder, error);
    }
    if (status != WEIR_OK) {
        remove_aside(folder);
        return status;
    }
    *records = atomic_load(&writer.rows);
    return WEIR_OK;
}

static weir_status files_write(void *self, struct executor *executor, struct rdd *rdd,
                               int64_t time_ms, uint64_t *records, weir_error *error)
{
    struct files *files = self;
    struct folder folder;
    weir_status status;

    *records = 0;
    status = folder_init(&folder, target_path(files, time_ms), error);
    if (status == WEIR_OK) {
        status = write_folder(&folder, executor, rdd, records, error);
        folder_fini(&folder);
    }
    return status == WEIR_OK ? WEIR_OK : error_wrap(error, status, "sink %s", files->name);
}

weir_status sink_files_write_once(const char *path, struct executor *executor, struct rdd *rdd,
                                  weir_error *error)
{
    struct folder folder;
    struct stat found;
    uint64_t records;
    weir_status status;

    if (lstat(path, &found) == 0) {
        return error_set(error, WEIR_E_INVAL, "%s is there already", path);
    }
    WEIR_TRY(folder_init(&folder, mem_text_copy(path), error));
    status = write_folder(&folder, executor, rdd, &records, error);
    folder_fini(&folder);
    return status;
}

static const struct sink_class files_class = {
    .name = "files",
    .write = files_write,
    .destroy = files_destroy,
};

static weir_status files_create(const char *sink_name, struct options *options, struct sink *out,
                                weir_error *error)
{
    struct files *files = mem_zalloc(sizeof(*files));

    if (files != NULL) {
        files->name = mem_text_copy(sink_name);
    }
    if (files == NULL || files->name == NULL) {
        files_destroy(files);
        return error_set(error, WEIR_E_NOMEM, "no memory for sink %s", sink_name);
    }
    files->prefix = options_text(options, "prefix");
    files->suffix = options_text(options, "suffix");
    files->options = options;
    out->class = &files_class;
    out->self = files;
    return WEIR_OK;
}

static const weir_option files_options[] = {
    {.key = "prefix",
     .summary = "The folder of a batch is PREFIX-TIME_MS, as in \"out/counts\"",
     .type = WEIR_T_STRING,
     .flags = WEIR_OPT_REQUIRED},
    {.key = "suffix",
     .summary = "What follows the time after a dot: PREFIX-TIME_MS.SUFFIX",
     .default_json = "\"\"",
     .type = WEIR_T_STRING},
};

const struct sink_type sink_files_type = {
    .name = "files",
    .summary = "Writes each batch to a folder of text files, one for each partition",
    .options = files_options,
    .options_count = sizeof(files_options) / sizeof(files_options[0]),
    .create = files_create,
};
