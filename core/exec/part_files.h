/*
 * part_files - an RDD written to a folder: a file "part-NNNNN" for each partition, and the mark
 * "_SUCCESS" that all are there.
 *
 * The folder is written aside ("_temporary-NAME", which readers of folders pass over), synced, and
 * renamed: it is there whole or not at all.
 *
 * Threads:  any; paths are the caller's to keep apart. Parts are written by tasks.
 */
#ifndef WEIR_EXEC_PART_FILES_H
#define WEIR_EXEC_PART_FILES_H

#include "exec/executor.h"

enum part_format {
    PART_TEXT,   /* a line for each row: values untouched, pairs "(key,value)"; no nulls */
    PART_OBJECTS /* MessagePack values, one after the other; a pair as a tuple of two */
};

/* replaces: takes the place of a folder that is there; else that is refused. *rows_count: how many
 * rows were written. When it fails nothing of it is left. */
CHECKED weir_status part_files_write(const char *path, enum part_format format, bool replaces,
                                     struct executor *executor, struct rdd *rdd,
                                     uint64_t *rows_count, weir_error *error);

#endif
