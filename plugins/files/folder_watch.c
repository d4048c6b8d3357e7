/* folder_watch - inotify. */
#include "folder_watch.h"

#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#define WATCH_MASK \
    (IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_MOVE_SELF | IN_ONLYDIR)
#define GONE_MASK (IN_DELETE | IN_MOVED_FROM)

struct watched_folder {
    int id; /* -1: no longer watched */
    char *path;
};

void folder_watch_init(struct folder_watch *watch)
{
    memset(watch, 0, sizeof(*watch));
    watch->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
}

void folder_watch_fini(struct folder_watch *watch)
{
    for (size_t i = 0; i < watch->count; i++) {
        free(watch->folders[i].path);
    }
    free(watch->folders);
    if (watch->fd >= 0) {
        close(watch->fd);
    }
    watch->fd = -1;
    watch->folders = NULL;
    watch->count = 0;
    watch->room = 0;
}

static struct watched_folder *find_path(struct folder_watch *watch, const char *path)
{
    for (size_t i = 0; i < watch->count; i++) {
        if (strcmp(watch->folders[i].path, path) == 0) {
            return &watch->folders[i];
        }
    }
    return NULL;
}

static struct watched_folder *find_id(struct folder_watch *watch, int id)
{
    for (size_t i = 0; i < watch->count; i++) {
        if (watch->folders[i].id == id) {
            return &watch->folders[i];
        }
    }
    return NULL;
}

static struct watched_folder *add_path(struct folder_watch *watch, const char *path)
{
    if (watch->count == watch->room) {
        size_t room = watch->room * 2 + 8;
        struct watched_folder *folders = realloc(watch->folders, room * sizeof(*folders));
        if (folders == NULL) {
            return NULL;
        }
        watch->folders = folders;
        watch->room = room;
    }
    char *copy = strdup(path);
    if (copy == NULL) {
        return NULL;
    }
    struct watched_folder *folder = &watch->folders[watch->count++];
    *folder = (struct watched_folder){.id = -1, .path = copy};
    return folder;
}

/* A folder that was replaced by another of its name has lost its watch, and gets a new one. */
void folder_watch_add(struct folder_watch *watch, const struct folder_list *folders)
{
    for (size_t i = 0; i < folders->count && watch->fd >= 0; i++) {
        struct watched_folder *folder = find_path(watch, folders->paths[i]);
        if (folder == NULL && watch->count < FOLDERS_MAX) {
            folder = add_path(watch, folders->paths[i]);
        }
        if (folder != NULL && folder->id < 0) {
            folder->id = inotify_add_watch(watch->fd, folder->path, WATCH_MASK);
        }
    }
}

static void tell_one(struct folder_watch *watch, const struct inotify_event *event,
                     void (*tell)(void *owner, enum folder_event event, const char *folder,
                                  const char *name),
                     void *owner)
{
    struct watched_folder *folder = find_id(watch, event->wd);

    if (folder == NULL) {
        return;
    }
    if (event->mask & IN_IGNORED) {
        folder->id = -1;
    } else if (event->mask & IN_MOVE_SELF) {
        inotify_rm_watch(watch->fd, event->wd); /* its name now belongs to nobody, or another */
        folder->id = -1;
    } else if (event->len > 0 && !(event->mask & IN_ISDIR)) {
        enum folder_event what = event->mask & GONE_MASK     ? FOLDER_FILE_GONE
                                 : event->mask & IN_MOVED_TO ? FOLDER_FILE_MOVED_IN
                                                             : FOLDER_FILE_CLOSED;
        tell(owner, what, folder->path, event->name);
    }
}

void folder_watch_read(struct folder_watch *watch,
                       void (*tell)(void *owner, enum folder_event event, const char *folder,
                                    const char *name),
                       void *owner)
{
    _Alignas(struct inotify_event) char events[16384];
    ssize_t length;

    while (watch->fd >= 0 && (length = read(watch->fd, events, sizeof(events))) > 0) {
        for (char *at = events; at < events + length;) {
            const struct inotify_event *event = (const struct inotify_event *)(void *)at;
            tell_one(watch, event, tell, owner);
            at += sizeof(*event) + event->len;
        }
    }
}
