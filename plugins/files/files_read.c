/* files_read - looks into the folders, and reads a file. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <weir/plugin_helpers.h>

#include "files.h"

#define NS_PER_S    1000000000
#define BLOCK_LEAST 16384u

weir_status files_list(struct files *files, weir_error *error)
{
    struct folder_list folders;
    weir_error trouble = {.struct_size = sizeof(trouble)};
    weir_status status = folder_list_find(&folders, files->path, &trouble);

    if (status == WEIR_OK) {
        folder_watch_add(&files->watch, &folders);
    }
    if (status != WEIR_E_NOMEM) {
        weir_status scanned = file_list_scan(&files->list, &folders, &files->filter, &trouble);
        status = scanned != WEIR_OK ? scanned : status;
    }
    folder_list_fini(&folders);
    if (status == WEIR_OK && !files->list.is_complete) {
        status = WEIR_E_IO;
    }
    if (status == WEIR_E_NOMEM || (status != WEIR_OK && files->is_once)) {
        status = status == WEIR_E_NOMEM ? status : WEIR_E_CONFIG;
        return weir_error_set(error, status, "%s", trouble.msg);
    }
    if (status != files->folder_trouble && status != WEIR_OK) {
        weir_logf(files->host, files->api, WEIR_LOG_WARN, "%s; it is looked for again",
                  trouble.msg);
    }
    files->folder_trouble = status;
    files->list.is_complete = status == WEIR_OK;
    return WEIR_OK;
}

/* Writes down what the file looks like, so that a later change is noticed. */
static void note_identity(struct known_file *file, const struct stat *about)
{
    file->modified_ns = (int64_t)about->st_mtim.tv_sec * NS_PER_S + about->st_mtim.tv_nsec;
    file->changed_ns = (int64_t)about->st_ctim.tv_sec * NS_PER_S + about->st_ctim.tv_nsec;
    file->size = (uint64_t)about->st_size;
    file->inode = about->st_ino;
    file->device = about->st_dev;
}

static weir_status read_lines(struct files *files, struct known_file *file, int fd,
                              weir_error *error)
{
    struct line_stream stream;
    enum line_read step = LINE_READ_MORE;
    uint64_t left = file->size;
    weir_status status = WEIR_OK;

    line_stream_init(&stream, file->path, files->line_max, files->is_truncating);
    while (status == WEIR_OK && step != LINE_READ_END) {
        /* One byte more than is left, so that the read that meets the end needs no other block. */
        files->reader.block_min = left < files->block_bytes ? left + 1 : files->block_bytes;
        if (files->reader.block_min < BLOCK_LEAST) {
            files->reader.block_min = BLOCK_LEAST;
        }
        status = line_reader_read(&files->reader, &stream, fd, &step, error);
        left -= left < files->reader.block_min ? left : files->reader.block_min;
        if (status == WEIR_OK || status == WEIR_AGAIN) {
            weir_status asked = files_host_events(files);
            status = step == LINE_READ_END ? status : asked;
        }
    }
    line_stream_fini(&stream);
    return status;
}

/* What kept the file from being read, told by name. */
static void file_failed(struct files *files, struct known_file *file, const char *what)
{
    file->state = FILE_FAILED;
    weir_metric_add(files->host, files->api, files->metric_failed, 1);
    weir_report_errorf(files->host, files->api, WEIR_E_IO, "%s", what);
}

static void file_not_opened(struct files *files, struct known_file *file, int failure)
{
    char what[4096 + 128];

    if (failure == ENOENT || failure == ENOTDIR) {
        file->state = FILE_FAILED;
        file->is_absent = true;
        weir_logf(files->host, files->api, WEIR_LOG_WARN,
                  "%s is gone: it vanished between listing and reading", file->path);
        return;
    }
    snprintf(what, sizeof(what), "open %s: %s", file->path, strerror(failure));
    file_failed(files, file, what);
}

weir_status files_read(struct files *files, struct known_file *file, weir_error *error)
{
    weir_error trouble = {.struct_size = sizeof(trouble)};
    struct stat about;
    int fd = open(file->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

    file->is_whole = false;
    if (fd < 0) {
        file_not_opened(files, file, errno);
        return WEIR_OK;
    }
    if (fstat(fd, &about) != 0 || !S_ISREG(about.st_mode)) {
        close(fd);
        file_not_opened(files, file, EINVAL);
        return WEIR_OK;
    }
    note_identity(file, &about);
    posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    file->state = FILE_READ;
    file->is_told = false;
    weir_status status = read_lines(files, file, fd, &trouble);
    close(fd);
    if (status == WEIR_E_IO) {
        file_failed(files, file, trouble.msg);
        return WEIR_OK;
    }
    if (status == WEIR_OK) {
        weir_metric_add(files->host, files->api, files->metric_read, 1);
    } else if (status < 0) {
        weir_error_set(error, status, "%s", trouble.msg);
    }
    return status;
}
