/* file_list - lists folders with stat, without following them down. */
#include "file_list.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <weir/plugin_helpers.h>

#define NS_PER_S 1000000000

static bool ends_with(const char *name, const char *ending)
{
    size_t length = strlen(name);
    size_t ending_length = strlen(ending);

    return length >= ending_length && strcmp(name + length - ending_length, ending) == 0;
}

static bool is_temporary(const char *name)
{
    return name[0] == '_' || ends_with(name, "._COPYING_") || ends_with(name, ".tmp") ||
           ends_with(name, ".part") || ends_with(name, "~");
}

bool file_filter_takes(const struct file_filter *filter, const char *name)
{
    if (name[0] == '\0' || (filter->skips_temporary && is_temporary(name))) {
        return false;
    }
    if (filter->pattern == NULL) {
        return name[0] != '.';
    }
    return fnmatch(filter->pattern, name, FNM_PERIOD) == 0;
}

weir_status folder_list_find(struct folder_list *folders, const char *pattern, weir_error *error)
{
    glob_t *found = calloc(1, sizeof(*found));
    int failure;

    memset(folders, 0, sizeof(*folders));
    if (found == NULL) {
        return weir_error_set(error, WEIR_E_NOMEM, "no memory to find %s", pattern);
    }
    folders->glob = found;
    failure = glob(pattern, GLOB_ONLYDIR, NULL, found);
    if (failure == GLOB_NOSPACE) {
        return weir_error_set(error, WEIR_E_NOMEM, "no memory to find %s", pattern);
    }
    folders->paths = found->gl_pathv;
    folders->count = failure == 0 ? found->gl_pathc : 0;
    if (folders->count > FOLDERS_MAX) {
        folders->count = 0;
        return weir_error_set(error, WEIR_E_IO, "%s names more than %u folders", pattern,
                              FOLDERS_MAX);
    }
    if (folders->count == 0) {
        return weir_error_set(error, WEIR_E_IO, "%s: no such folder", pattern);
    }
    return WEIR_OK;
}

void folder_list_fini(struct folder_list *folders)
{
    if (folders->glob != NULL) {
        globfree(folders->glob);
        free(folders->glob);
    }
    memset(folders, 0, sizeof(*folders));
}

static char *list_text(struct file_list *list, size_t length)
{
    if (list->text_room - list->text_length < length) {
        size_t room = list->text_room * 2 + length + 4096;
        char *text = realloc(list->text, room);
        if (text == NULL) {
            return NULL;
        }
        list->text = text;
        list->text_room = room;
    }
    char *begin = list->text + list->text_length;
    list->text_length += length;
    return begin;
}

static bool list_add(struct file_list *list, const char *folder, const char *name,
                     const struct stat *about)
{
    size_t folder_length = strlen(folder);
    size_t name_size = strlen(name) + 1;
    size_t slash = folder_length > 0 && folder[folder_length - 1] == '/' ? 0 : 1;

    if (list->count == list->room) {
        size_t room = list->room * 2 + 64;
        struct file_entry *entries = realloc(list->entries, room * sizeof(*entries));
        if (entries == NULL) {
            return false;
        }
        list->entries = entries;
        list->room = room;
    }
    size_t path_at = list->text_length;
    char *path = list_text(list, folder_length + slash + name_size);
    if (path == NULL) {
        return false;
    }
    char *end = stpcpy(path, folder);
    memset(end, '/', slash);
    strcpy(end + slash, name);
    list->entries[list->count++] = (struct file_entry){
        .path_at = path_at,
        .modified_ns = (int64_t)about->st_mtim.tv_sec * NS_PER_S + about->st_mtim.tv_nsec,
        .changed_ns = (int64_t)about->st_ctim.tv_sec * NS_PER_S + about->st_ctim.tv_nsec,
        .size = (uint64_t)about->st_size,
        .inode = about->st_ino,
        .device = about->st_dev,
    };
    return true;
}

/* False: no memory. A file that is gone by now is none. */
static bool scan_folder(struct file_list *list, DIR *directory, const char *folder,
                        const struct file_filter *filter)
{
    struct dirent *found;
    struct stat about;

    while ((found = readdir(directory)) != NULL) {
        if (found->d_type == DT_DIR || !file_filter_takes(filter, found->d_name)) {
            continue;
        }
        if (fstatat(dirfd(directory), found->d_name, &about, 0) != 0 || !S_ISREG(about.st_mode)) {
            continue;
        }
        if (!list_add(list, folder, found->d_name, &about)) {
            return false;
        }
    }
    return true;
}

static int compare_entries(const void *left, const void *right)
{
    const struct file_entry *a = left;
    const struct file_entry *b = right;

    if (a->modified_ns != b->modified_ns) {
        return a->modified_ns < b->modified_ns ? -1 : 1;
    }
    return strcmp(a->path, b->path);
}

weir_status file_list_scan(struct file_list *list, const struct folder_list *folders,
                           const struct file_filter *filter, weir_error *error)
{
    list->count = 0;
    list->text_length = 0;
    list->is_complete = true;
    for (size_t i = 0; i < folders->count; i++) {
        const char *folder = folders->paths[i];
        DIR *directory = opendir(folder);
        if (directory == NULL) {
            if (errno != ENOTDIR) {
                weir_error_set(error, WEIR_E_IO, "list %s: %s", folder, strerror(errno));
                list->is_complete = false;
            }
            continue;
        }
        bool is_scanned = scan_folder(list, directory, folder, filter);
        closedir(directory);
        if (!is_scanned) {
            return weir_error_set(error, WEIR_E_NOMEM, "no memory to list %s", folder);
        }
    }
    for (size_t i = 0; i < list->count; i++) {
        list->entries[i].path = list->text + list->entries[i].path_at;
    }
    if (list->count > 1) {
        qsort(list->entries, list->count, sizeof(*list->entries), compare_entries);
    }
    return WEIR_OK;
}

void file_list_fini(struct file_list *list)
{
    free(list->entries);
    free(list->text);
    memset(list, 0, sizeof(*list));
}
