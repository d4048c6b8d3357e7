/*
 * text_splits - which files a path means, and the ranges of bytes that they are read in.
 *
 * A path is a file, a folder (its files, not those of folders in it), or a glob of both. Names that
 * begin with "." or "_" are passed over, as in Hadoop, unless the path's last name begins so.
 * Files come in the order of their names.
 */
#ifndef WEIR_EXEC_TEXT_SPLITS_H
#define WEIR_EXEC_TEXT_SPLITS_H

#include "base/arena.h"

#define TEXT_SPLIT_BYTES (64u << 20)
#define TEXT_SPLIT_WHOLE UINT64_MAX /* one split for each file, an empty one too */

struct text_split {
    const char *path;
    uint64_t start;
    uint64_t end;
};

struct text_splits {
    struct text_split *items;
    size_t count;
    size_t capacity;
    struct arena arena; /* paths */
};

/* WEIR_E_IO when nothing matches the path, or something cannot be read. split_bytes 0: the default.
 * Empties `splits` on failure. */
CHECKED weir_status text_splits_init(struct text_splits *splits, const char *path,
                                     uint64_t split_bytes, weir_error *error);

void text_splits_fini(struct text_splits *splits);

#endif
