/*
 * plugin_file - whether a file may be loaded at all, before any of its code runs.
 */
#include "io/plugin_file.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/mem.h"

enum { SEGMENTS_MAX = 64 };

#define WRITABLE_BY_OTHERS (S_IWGRP | S_IWOTH)

static weir_status refuse_writable(const char *what, const char *path, mode_t mode,
                                   weir_error *error)
{
    return error_set(error, WEIR_E_CONFIG,
                     "%s can be written by others than its owner (mode %04o); "
                     "mend it: chmod go-w %s",
                     what, (unsigned)(mode & 07777), path);
}

static weir_status check_folder(const char *path, weir_error *error)
{
    struct stat entry;
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    size_t size = slash == path ? 1 : (size_t)(slash - path);

    memcpy(folder, path, size);
    folder[size] = '\0';
    if (step_failed(stat(folder, &entry))) {
        return error_system(error, "look at its folder %s", folder);
    }
    if ((entry.st_mode & WRITABLE_BY_OTHERS) != 0) {
        return refuse_writable("its folder", folder, entry.st_mode, error);
    }
    return WEIR_OK;
}

/* Fewer bytes than wanted are no failure: the file has no more. */
static ssize_t read_at(int fd, void *to, size_t size, off_t offset)
{
    ssize_t got;

    do {
        got = fault_step() ? -1 : pread(fd, to, size, offset);
    } while (got < 0 && errno == EINTR);
    return got;
}

/* The linker maps what the segments claim, and reading beyond the file's end would kill us: so a
 * file that was cut short must not get that far. */
static weir_status check_segments(int fd, const Elf64_Ehdr *head, off_t file_size,
                                  weir_error *error)
{
    Elf64_Phdr segments[SEGMENTS_MAX];
    size_t size = head->e_phnum * sizeof(segments[0]);
    ssize_t got;

    if (head->e_phnum > SEGMENTS_MAX || head->e_phentsize != sizeof(segments[0]) ||
        head->e_phoff > (Elf64_Off)file_size) {
        return error_set(error, WEIR_E_CONFIG, "it is no shared object");
    }
    got = read_at(fd, segments, size, (off_t)head->e_phoff);
    if (got < 0) {
        return error_system(error, "read it");
    }
    if ((size_t)got < size) {
        return error_set(error, WEIR_E_CONFIG, "it is cut short");
    }
    for (uint32_t i = 0; i < head->e_phnum; i++) {
        if (segments[i].p_offset > (Elf64_Off)file_size ||
            segments[i].p_filesz > (Elf64_Off)file_size - segments[i].p_offset) {
            return error_set(error, WEIR_E_CONFIG, "it is cut short");
        }
    }
    return WEIR_OK;
}

static weir_status check_is_shared_object(int fd, off_t file_size, weir_error *error)
{
    Elf64_Ehdr head;
    ssize_t got = read_at(fd, &head, sizeof(head), 0);

    if (got < 0) {
        return error_system(error, "read it");
    }
    if (got < (ssize_t)sizeof(head) || memcmp(head.e_ident, ELFMAG, SELFMAG) != 0 ||
        head.e_ident[EI_CLASS] != ELFCLASS64 || head.e_type != ET_DYN) {
        return error_set(error, WEIR_E_CONFIG, "it is no shared object");
    }
    /* The table of sections stands at the end, so that any cut takes of it. */
    if (head.e_shoff > (Elf64_Off)file_size ||
        (Elf64_Off)head.e_shnum * head.e_shentsize > (Elf64_Off)file_size - head.e_shoff) {
        return error_set(error, WEIR_E_CONFIG, "it is cut short");
    }
    return check_segments(fd, &head, file_size, error);
}

static weir_status check_open_file(int fd, const char *path, weir_error *error)
{
    struct stat entry;

    if (step_failed(fstat(fd, &entry))) {
        return error_system(error, "look at it");
    }
    if (!S_ISREG(entry.st_mode)) {
        return error_set(error, WEIR_E_CONFIG, "it is no regular file");
    }
    if ((entry.st_mode & WRITABLE_BY_OTHERS) != 0) {
        return refuse_writable("it", path, entry.st_mode, error);
    }
    WEIR_TRY(check_folder(path, error));
    return check_is_shared_object(fd, entry.st_size, error);
}

/* O_NONBLOCK: a named pipe must not hold us up before we have seen that it is one. */
weir_status plugin_file_check(const char *path, char **out, weir_error *error)
{
    char absolute[PATH_MAX];
    weir_status status;
    int fd;

    if (fault_step() || realpath(path, absolute) == NULL) {
        if (errno == ENOENT || errno == ENOTDIR) {
            return error_set(error, WEIR_E_CONFIG, "there is no such file");
        }
        return error_system(error, "find it");
    }
    fd = fault_step() ? -1 : open(absolute, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        return error_system(error, "open it");
    }
    status = check_open_file(fd, absolute, error);
    close(fd);
    WEIR_TRY(status);
    *out = mem_text_copy(absolute);
    return *out == NULL ? error_set(error, WEIR_E_NOMEM, "no memory for its path") : WEIR_OK;
}
