/*
 * folder_watch - tells at once when a file of a folder is whole, by the system's notifications.
 *
 * It only makes things faster: where it cannot watch (too many folders, a network file system),
 * listing the folders finds the same files a little later.
 *
 * Threads:  one at a time.
 * Memory:   an entry per folder.
 */
#ifndef FOLDER_WATCH_H
#define FOLDER_WATCH_H

#include "file_list.h"

struct folder_watch {
    int fd; /* for poll; -1: none */
    struct watched_folder *folders;
    size_t count, room;
};

enum folder_event {
    FOLDER_FILE_CLOSED,   /* its writer is done */
    FOLDER_FILE_MOVED_IN, /* perhaps over another of that name */
    FOLDER_FILE_GONE,
};

void folder_watch_init(struct folder_watch *watch);
void folder_watch_fini(struct folder_watch *watch);

/* Watches these folders too, as far as that is possible. */
void folder_watch_add(struct folder_watch *watch, const struct folder_list *folders);

/* Calls `tell` for what has happened since the last call. */
void folder_watch_read(struct folder_watch *watch,
                       void (*tell)(void *owner, enum folder_event event, const char *folder,
                                    const char *name),
                       void *owner);

#endif
