/*
 * file - whole files and folders: written aside and renamed, read with a bound.
 *
 * Threads:  any; paths are the caller's to keep apart.
 */
#ifndef WEIR_BASE_FILE_H
#define WEIR_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"
#include "base/error.h"

/* Reads the whole file into `out`, in place of what it held; WEIR_E_TOOBIG when it has more than
 * size_max bytes. */
CHECKED weir_status file_read_all(const char *path, size_t size_max, struct bytes *out,
                                  weir_error *error);

/* Writes all of data to fd, through short writes and interruptions. */
CHECKED weir_status file_write_fully(int fd, const void *data, size_t size, weir_error *error);

/* Writes path by way of a temporary beside it (".NAME.PID-N.tmp"), synced and renamed; the folder
 * is synced too. When it fails no temporary is left, and path is as it was, unless it was the
 * folder's sync that failed: then path is new, but may not outlive a crash. */
CHECKED weir_status file_write_aside(const char *path, const void *data, size_t size,
                                     weir_error *error);

/* Makes the folder and those above it; an existing one is fine. Syncs none of them. */
CHECKED weir_status dir_make(const char *path, weir_error *error);

/* Makes what was created or renamed in it durable. */
CHECKED weir_status dir_sync(const char *path, weir_error *error);

/* Removes the folder and all in it; a missing one is fine. Follows no symbolic links.
 * WEIR_E_TOOBIG: folders in folders are more than 64 deep. */
CHECKED weir_status dir_remove_all(const char *path, weir_error *error);

bool file_exists(const char *path);

/* "folder/name" in a new text on the heap; NULL when there is no memory. */
CHECKED char *path_join(const char *folder, const char *name);

#endif
