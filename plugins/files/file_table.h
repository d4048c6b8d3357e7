/*
 * file_table - what the receiver remembers of files, by path.
 *
 * Threads:  one at a time.
 * Memory:   an entry per file that is there, or was until a short time ago.
 */
#ifndef FILE_TABLE_H
#define FILE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "file_list.h"

enum file_state {
    FILE_WATCHED, /* not read yet */
    FILE_OLD,     /* was there before the start: not to be read */
    FILE_READ,
    FILE_FAILED, /* could not be read: tried again when it changes */
};

struct known_file {
    struct known_file *next;
    uint64_t hash;
    enum file_state state;
    int64_t modified_ns, changed_ns; /* what it looked like: when last seen, or when read */
    uint64_t size, inode, device;
    int64_t still_since_ns; /* it has looked like that since then */
    int64_t seen_ns;
    int64_t batch_ms; /* the batch that selected it */
    bool is_whole;    /* its writer closed it, or it was moved in */
    bool is_absent;   /* it was gone in between: what comes back may be another */
    bool is_told;     /* a change after reading was told */
    char path[];
};

struct file_table {
    struct known_file **slots;
    size_t slots_count, files_count;
};

/* NULL: it is not known. */
struct known_file *file_table_find(const struct file_table *table, const char *path);

/* The file of that path, which is made (all zeroes) if it is not known. NULL: no memory. */
struct known_file *file_table_get(struct file_table *table, const char *path);

/* Forgets those of which is_over says so. */
void file_table_forget(struct file_table *table,
                       bool (*is_over)(struct known_file *file, void *argument), void *argument);
void file_table_fini(struct file_table *table);

#endif
