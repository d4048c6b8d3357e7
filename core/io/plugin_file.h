/*
 * plugin_file - whether a file may be loaded at all, before any of its code runs.
 *
 * Threads:  plain functions.
 */
#ifndef WEIR_IO_PLUGIN_FILE_H
#define WEIR_IO_PLUGIN_FILE_H

#include "base/error.h"

/* Refuses, with WEIR_E_CONFIG, what is missing, no regular file, no shared object, or writable by
 * group or others (the folder it is in as well). *out: its absolute path, on the heap. */
CHECKED weir_status plugin_file_check(const char *path, char **out, weir_error *error);

#endif
