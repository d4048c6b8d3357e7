/*
 * Settled mode: a file is read once, when it is whole. It is, when it was renamed into the folder,
 * when its writer has closed it, or when its size and its time have not changed for a while.
 */
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include <weir/plugin_helpers.h>

#include "files.h"

/* A folder so large that listing takes long is listed less often: so many times as long apart. */
#define LISTING_SHARE 4

static bool looks_the_same(const struct known_file *file, const struct file_entry *entry)
{
    return file->modified_ns == entry->modified_ns && file->size == entry->size &&
           file->inode == entry->inode && file->device == entry->device;
}

static void watch_from_now(struct known_file *file, const struct file_entry *entry, int64_t now_ns)
{
    file->state = FILE_WATCHED;
    file->modified_ns = entry->modified_ns;
    file->changed_ns = entry->changed_ns;
    file->size = entry->size;
    file->inode = entry->inode;
    file->device = entry->device;
    file->still_since_ns = now_ns;
}

/* A file that has been dealt with: is it another by now, or worth another try? */
static void look_again(struct files *files, struct known_file *file, const struct file_entry *entry,
                       int64_t now_ns)
{
    bool is_same = looks_the_same(file, entry);
    bool is_replaced =
        file->is_absent || file->inode != entry->inode || file->device != entry->device;

    bool is_mended = file->state == FILE_FAILED &&
                     (!is_same || file->is_absent || file->changed_ns != entry->changed_ns);

    if ((!is_same && is_replaced) || is_mended) {
        watch_from_now(file, entry, now_ns);
    } else if (file->state == FILE_READ && !is_same && !file->is_told) {
        file->is_told = true;
        weir_logf(files->host, files->api, WEIR_LOG_WARN,
                  "%s changed after it was read: what was added is not read", file->path);
    }
}

/* Brings up to date what is known of a listed file, and says whether it is to be read now. */
static weir_status consider(struct files *files, const struct file_entry *entry, int64_t now_ns,
                            bool is_first, bool *is_due, weir_error *error)
{
    struct known_file *file = file_table_get(&files->table, entry->path);

    *is_due = false;
    if (file == NULL) {
        return weir_error_set(error, WEIR_E_NOMEM, "no memory to remember %s", entry->path);
    }
    bool is_new = file->inode == 0;
    if (is_new || (file->state == FILE_WATCHED && !looks_the_same(file, entry))) {
        watch_from_now(file, entry, now_ns);
    } else if (file->state != FILE_WATCHED) {
        look_again(files, file, entry, now_ns);
    }
    if (is_new && is_first && files->has_new_only) {
        file->state = FILE_OLD;
    }
    file->is_absent = false;
    file->seen_ns = now_ns;

    /* An empty file is not finished: somebody will write to it. */
    if (file->state != FILE_WATCHED || (entry->size == 0 && !files->is_once)) {
        file->is_whole = false;
    } else {
        *is_due =
            files->is_once || file->is_whole || now_ns - file->still_since_ns >= files->settle_ns;
    }
    return WEIR_OK;
}

static void tell_event(void *owner, enum folder_event event, const char *folder, const char *name)
{
    struct files *files = owner;
    size_t length = strlen(folder);
    const char *slash = length > 0 && folder[length - 1] == '/' ? "" : "/";
    char path[4096 + 256];
    int size = snprintf(path, sizeof(path), "%s%s%s", folder, slash, name);

    if (size < 0 || (size_t)size >= sizeof(path) || !file_filter_takes(&files->filter, name)) {
        return;
    }
    if (event == FOLDER_FILE_GONE) {
        struct known_file *file = file_table_find(&files->table, path);
        if (file != NULL) {
            file->is_absent = true;
            file->is_whole = false;
        }
        return;
    }
    struct known_file *file = file_table_get(&files->table, path);
    if (file != NULL) {
        file->is_absent = file->is_absent || event == FOLDER_FILE_MOVED_IN;
        file->is_whole = true;
        if (file->seen_ns == 0) {
            file->seen_ns = files->api->now_ns(files->host, WEIR_CLOCK_MONOTONIC);
        }
    }
}

struct sweep {
    int64_t now_ns, remember_ns;
};

/* Those that this scan has not seen are absent, and forgotten after a time. */
static bool sweep_one(struct known_file *file, void *argument)
{
    const struct sweep *sweep = argument;

    if (file->seen_ns == sweep->now_ns) {
        return false;
    }
    file->is_absent = true;
    return sweep->now_ns - file->seen_ns > sweep->remember_ns;
}

/* One look at the folders: reads what is due. */
static weir_status scan(struct files *files, bool is_first, weir_error *error)
{
    weir_status status;

    folder_watch_read(&files->watch, tell_event, files);
    int64_t now_ns = files->api->now_ns(files->host, WEIR_CLOCK_MONOTONIC);
    status = files_list(files, error);
    for (size_t i = 0; i < files->list.count && status == WEIR_OK; i++) {
        bool is_due;
        status = consider(files, &files->list.entries[i], now_ns, is_first, &is_due, error);
        if (status == WEIR_OK && is_due) {
            struct known_file *file = file_table_find(&files->table, files->list.entries[i].path);
            status = files_read(files, file, error);
        }
    }
    if (status == WEIR_OK && files->list.is_complete) {
        struct sweep sweep = {.now_ns = now_ns, .remember_ns = files->remember_ns};
        file_table_forget(&files->table, sweep_one, &sweep);
    }
    return status;
}

static weir_status wait_for_news(struct files *files, int64_t wait_ns)
{
    struct pollfd fds[2] = {{.fd = files->api->wake_fd(files->host), .events = POLLIN},
                            {.fd = files->watch.fd, .events = POLLIN}};
    int64_t wait_ms = wait_ns / NS_PER_MS > 1 ? wait_ns / NS_PER_MS : 1;

    while (wait_ms > 0) {
        int64_t step_ms = wait_ms < 1000 ? wait_ms : 1000;
        int ready = poll(fds, 2, (int)step_ms);
        weir_status status = files_host_events(files);
        if (status != WEIR_OK) {
            return status;
        }
        if (ready > 0 && fds[1].revents != 0) {
            return WEIR_OK;
        }
        wait_ms -= step_ms;
    }
    return WEIR_OK;
}

weir_status files_settled_run(struct files *files, weir_error *error)
{
    weir_status status;

    if (!files->is_once) {
        folder_watch_init(&files->watch);
    }
    status = scan(files, true, error);
    if (status == WEIR_OK && files->is_once) {
        return status;
    }
    if (status == WEIR_OK) {
        weir_logf(files->host, files->api, WEIR_LOG_INFO, "watching %s; files there already%s: %zu",
                  files->path, files->has_new_only ? " and left out" : "", files->list.count);
    }
    int64_t before_ns = files->api->now_ns(files->host, WEIR_CLOCK_MONOTONIC);
    int64_t wait_ns = files->poll_ns;
    while (status == WEIR_OK) {
        status = wait_for_news(files, wait_ns);
        if (status == WEIR_OK) {
            before_ns = files->api->now_ns(files->host, WEIR_CLOCK_MONOTONIC);
            status = scan(files, false, error);
        }
        int64_t taken_ns = files->api->now_ns(files->host, WEIR_CLOCK_MONOTONIC) - before_ns;
        wait_ns =
            taken_ns * LISTING_SHARE > files->poll_ns ? taken_ns * LISTING_SHARE : files->poll_ns;
    }
    return status;
}
