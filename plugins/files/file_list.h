/*
 * file_list - what is in the watched folders at a moment.
 *
 * Life:     zeroed, then file_list_scan any number of times; file_list_fini.
 * Threads:  one at a time.
 * Memory:   used again from scan to scan; paths are valid until the next.
 */
#ifndef FILE_LIST_H
#define FILE_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <weir/plugin.h>

#define FOLDERS_MAX 4096u

struct file_entry {
    const char *path;
    size_t path_at; /* in the list's text, while that may still move */
    int64_t modified_ns, changed_ns;
    uint64_t size, inode, device;
};

struct file_list {
    struct file_entry *entries;
    size_t count, room;
    char *text;
    size_t text_length, text_room;
    bool is_complete; /* every folder could be listed */
};

/* Which names count. */
struct file_filter {
    const char *pattern;  /* of fnmatch; NULL: all but those that begin with a dot */
    bool skips_temporary; /* those that writers use before they rename */
};

/* The folders that a path or pattern of paths names now. */
struct folder_list {
    char **paths;
    size_t count;
    void *glob;
};

bool file_filter_takes(const struct file_filter *filter, const char *name);

/* E_IO when there is none, with the reason. Free it with folder_list_fini, also after a failure. */
weir_status folder_list_find(struct folder_list *folders, const char *pattern, weir_error *error);
void folder_list_fini(struct folder_list *folders);

/*
 * Lists the regular files of the folders, ordered by time of modification and then by path. A
 * folder that cannot be listed leaves the list incomplete; the error tells of the last such one,
 * and the status is OK all the same. E_NOMEM otherwise.
 */
weir_status file_list_scan(struct file_list *list, const struct folder_list *folders,
                           const struct file_filter *filter, weir_error *error);
void file_list_fini(struct file_list *list);

#endif
