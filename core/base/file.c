/*
 * file - whole files and folders: written aside and renamed, read with a bound.
 */
#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/mem.h"

enum {
    READ_BYTES = 64 * 1024,
    NAMES_TRIED_MAX = 100, /* temporaries left by a killed process that had our id */
    DEPTH_MAX = 64,
    FILE_MODE = 0644, /* the process's umask takes from it what it will */
    FOLDER_MODE = 0755
};

/* -1 when it failed or this step must. */
static int open_step(int folder, const char *path, int flags)
{
    return fault_step() ? -1 : openat(folder, path, flags | O_CLOEXEC, FILE_MODE);
}

/* Reads to the end, or to one byte over the bound. */
static weir_status read_to_end(int fd, size_t size_max, struct bytes *out, weir_error *error)
{
    for (;;) {
        ssize_t got;
        char *room = bytes_reserve(out, READ_BYTES);

        if (room == NULL) {
            return error_set(error, WEIR_E_NOMEM, "read: no memory after %zu bytes", out->size);
        }
        got = fault_step() ? -1 : read(fd, room, READ_BYTES);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return error_system(error, "read");
        }
        out->size += (size_t)got;
        out->data[out->size] = '\0';
        if (out->size > size_max) {
            return error_set(error, WEIR_E_TOOBIG, "it has more than %zu bytes", size_max);
        }
        if (got == 0) {
            return WEIR_OK;
        }
    }
}

weir_status file_read_all(const char *path, size_t size_max, struct bytes *out, weir_error *error)
{
    weir_status status;
    int fd;

    bytes_clear(out);
    fd = open_step(AT_FDCWD, path, O_RDONLY);
    if (fd < 0) {
        return error_system(error, "read %s", path);
    }
    status = read_to_end(fd, size_max, out, error);
    close(fd);
    if (status != WEIR_OK) {
        bytes_clear(out);
        return error_wrap(error, status, "read %s", path);
    }
    return WEIR_OK;
}

weir_status file_write_fully(int fd, const void *data, size_t size, weir_error *error)
{
    const char *at = data;
    size_t left = size;

    while (left > 0) {
        size_t piece = left < SSIZE_MAX ? left : SSIZE_MAX;
        ssize_t put = fault_step() ? -1 : write(fd, at, piece);

        if (put < 0 && errno == EINTR) {
            continue;
        }
        if (put == 0) {
            errno = EIO; /* not promised to be impossible, and would go round for ever */
        }
        if (put <= 0) {
            return error_system(error, "write %zu bytes, %zu left", size, left);
        }
        at += put;
        left -= (size_t)put;
    }
    return WEIR_OK;
}

/* "folder/" of "folder/name", "/" of "/name", "." of "name"; on the heap. */
static char *folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    if (slash == NULL) {
        return mem_text_copy(".");
    }
    return mem_bytes_copy(path, (size_t)(slash - path) + 1);
}

/* Opens a temporary beside path that nobody has, and gives its name; -1 and errno, or the file.
 * The dot in front keeps it from readers of the folder, who pass over hidden files. */
static int open_aside(const char *path, char **out)
{
    static atomic_uint number;
    const char *slash = strrchr(path, '/');
    const char *name = slash == NULL ? path : slash + 1;
    size_t size = strlen(path) + 64;
    char *aside = mem_alloc(size);
    int fd = -1;

    if (aside == NULL) {
        errno = ENOMEM;
        return -1;
    }
    for (int tried = 0; fd < 0 && tried < NAMES_TRIED_MAX; tried++) {
        snprintf(aside, size, "%.*s.%s.%ld-%u.tmp", (int)(name - path), path, name, (long)getpid(),
                 atomic_fetch_add(&number, 1));
        fd = open_step(AT_FDCWD, aside, O_WRONLY | O_CREAT | O_EXCL);
        if (fd < 0 && errno != EEXIST) {
            break;
        }
    }
    if (fd < 0) {
        int cause = errno;
        mem_free(aside);
        errno = cause;
        return -1;
    }
    *out = aside;
    return fd;
}

weir_status file_write_aside(const char *path, const void *data, size_t size, weir_error *error)
{
    char *folder = folder_of(path);
    char *aside = NULL;
    weir_status status;
    int fd = -1;

    if (folder == NULL) {
        status = error_set(error, WEIR_E_NOMEM, "its folder's name");
        goto fail;
    }
    fd = open_aside(path, &aside);
    if (fd < 0) {
        status = error_system(error, "create its temporary");
        goto fail;
    }
    status = file_write_fully(fd, data, size, error);
    if (status != WEIR_OK) {
        goto fail;
    }
    if (step_failed(fsync(fd))) {
        status = error_system(error, "sync");
        goto fail;
    }
    if (step_failed(rename(aside, path))) {
        status = error_system(error, "rename %s", aside);
        goto fail;
    }
    close(fd); /* it is synced: closing has nothing left to tell */
    fd = -1;
    status = dir_sync(folder, error);
    if (status != WEIR_OK) {
        goto fail;
    }
    mem_free(aside);
    mem_free(folder);
    return WEIR_OK;

fail:
    if (fd >= 0) {
        unlink(aside); /* still open: not yet renamed */
        close(fd);
    }
    mem_free(aside);
    mem_free(folder);
    return error_wrap(error, status, "write %s", path);
}

/* One folder whose parent is there, or should be; -1 and errno. */
static int make_one(const char *path)
{
    struct stat found;

    if (fault_step()) {
        return -1;
    }
    if (mkdir(path, FOLDER_MODE) == 0) {
        return 0;
    }
    if (errno != EEXIST) {
        return -1;
    }
    if (stat(path, &found) < 0) {
        return -1;
    }
    if (!S_ISDIR(found.st_mode)) {
        errno = ENOTDIR;
        return -1;
    }
    return 0;
}

weir_status dir_make(const char *path, weir_error *error)
{
    char *partial;
    int made = 0;

    if (path[0] == '\0') {
        return error_set(error, WEIR_E_INVAL, "make folder: it has no name");
    }
    partial = mem_text_copy(path);
    if (partial == NULL) {
        return error_set(error, WEIR_E_NOMEM, "make folder %s", path);
    }
    for (char *at = partial + 1; made == 0 && *at != '\0'; at++) {
        if (*at == '/' && at[-1] != '/') {
            *at = '\0';
            made = make_one(partial);
            *at = '/';
        }
    }
    if (made == 0) {
        made = make_one(partial);
    }
    if (made < 0) {
        weir_status status = error_system(error, "make folder %s", path);
        mem_free(partial);
        return status;
    }
    mem_free(partial);
    return WEIR_OK;
}

weir_status dir_sync(const char *path, weir_error *error)
{
    weir_status status;
    int fd = open_step(AT_FDCWD, path, O_RDONLY | O_DIRECTORY);

    if (fd < 0) {
        return error_system(error, "sync folder %s", path);
    }
    if (step_failed(fsync(fd))) {
        status = error_system(error, "sync folder %s", path);
        close(fd);
        return status;
    }
    close(fd);
    return WEIR_OK;
}

static weir_status remove_contents(int parent, const char *name, int depth, weir_error *error);

/* Removes `name`, which may be anything, from the open folder. */
static weir_status remove_entry(int folder, const char *name, int depth, weir_error *error)
{
    if (fault_step()) {
        return error_system(error, "remove %s", name);
    }
    if (unlinkat(folder, name, 0) == 0 || errno == ENOENT) {
        return WEIR_OK;
    }
    if (errno != EISDIR) {
        return error_system(error, "remove %s", name);
    }
    WEIR_TRY(remove_contents(folder, name, depth, error));
    if (step_failed(unlinkat(folder, name, AT_REMOVEDIR)) && errno != ENOENT) {
        return error_system(error, "remove folder %s", name);
    }
    return WEIR_OK;
}

/* Empties a folder; a missing one is empty. */
static weir_status remove_contents(int parent, const char *name, int depth, weir_error *error)
{
    weir_status status = WEIR_OK;
    struct dirent *entry;
    DIR *folder = NULL;
    int fd;

    if (depth >= DEPTH_MAX) {
        return error_set(error, WEIR_E_TOOBIG, "more than %d folders deep", DEPTH_MAX);
    }
    fd = open_step(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    if (fd < 0) {
        return errno == ENOENT ? WEIR_OK : error_system(error, "open %s", name);
    }
    folder = fault_step() ? NULL : fdopendir(fd);
    if (folder == NULL) {
        status = error_system(error, "open %s", name);
        close(fd);
        return status;
    }
    for (errno = 0; status == WEIR_OK && (entry = readdir(folder)) != NULL; errno = 0) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            status = remove_entry(fd, entry->d_name, depth + 1, error);
        }
    }
    if (status == WEIR_OK && errno != 0) {
        status = error_system(error, "list %s", name);
    }
    closedir(folder); /* and fd with it */
    return status;
}

weir_status dir_remove_all(const char *path, weir_error *error)
{
    size_t size = strlen(path);
    char *name;
    weir_status status;

    while (size > 1 && path[size - 1] == '/') {
        size--; /* a slash at its end would have a symbolic link followed */
    }
    name = mem_bytes_copy(path, size);
    if (name == NULL) {
        return error_set(error, WEIR_E_NOMEM, "remove folder %s", path);
    }
    status = remove_contents(AT_FDCWD, name, 0, error);
    if (status == WEIR_OK && step_failed(rmdir(name)) && errno != ENOENT) {
        status = error_system(error, "remove");
    }
    mem_free(name);
    if (status != WEIR_OK) {
        return error_wrap(error, status, "remove folder %s", path);
    }
    return WEIR_OK;
}

bool file_exists(const char *path)
{
    struct stat found;

    return stat(path, &found) == 0;
}

char *path_join(const char *folder, const char *name)
{
    size_t folder_size = strlen(folder);
    size_t name_size = strlen(name);
    bool needs_slash = folder_size > 0 && folder[folder_size - 1] != '/';
    char *path = mem_alloc(folder_size + name_size + 2);
    char *at = path;

    if (path == NULL) {
        return NULL;
    }
    at = mempcpy(at, folder, folder_size);
    if (needs_slash) {
        *at++ = '/';
    }
    memcpy(at, name, name_size + 1);
    return path;
}
