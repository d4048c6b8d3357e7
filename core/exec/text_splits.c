/*
 * text_splits - which files a path means, and the ranges of bytes that they are read in.
 */
#include "exec/text_splits.h"

#include <dirent.h>
#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/mem.h"

static weir_status file_add(struct text_splits *splits, const char *path, uint64_t size,
                            uint64_t split_bytes, weir_error *error)
{
    const char *kept = arena_copy(&splits->arena, path, strlen(path) + 1);

    if (kept == NULL) {
        return error_set(error, WEIR_E_NOMEM, "no memory for %s", path);
    }
    uint64_t start = 0;
    bool is_wanted = size > 0 || split_bytes == TEXT_SPLIT_WHOLE;

    while (is_wanted) {
        void *items = splits->items;
        WEIR_TRY(
            mem_grow(&items, &splits->capacity, splits->count + 1, sizeof(*splits->items), error));
        splits->items = items;
        uint64_t end = size - start < split_bytes ? size : start + split_bytes;
        splits->items[splits->count++] =
            (struct text_split){.path = kept, .start = start, .end = end};
        start = end;
        is_wanted = start < size;
    }
    return WEIR_OK;
}

static bool is_hidden(const char *name)
{
    return name[0] == '.' || name[0] == '_';
}

static int is_visible(const struct dirent *entry)
{
    return !is_hidden(entry->d_name);
}

/* Where the path's last name begins; slashes at its end do not count. */
static const char *last_name(const char *path)
{
    const char *end = path + strlen(path);

    while (end > path && end[-1] == '/') {
        end--;
    }
    while (end > path && end[-1] != '/') {
        end--;
    }
    return end;
}

/* True for a hidden name that the pattern does not ask for by its first letter. */
static bool is_passed_over(const char *pattern, const char *match)
{
    const char *name = last_name(match);

    return is_hidden(name) && last_name(pattern)[0] != name[0];
}

static weir_status folder_add(struct text_splits *splits, const char *path, uint64_t split_bytes,
                              weir_error *error)
{
    struct dirent **entries;
    int count = scandir(path, &entries, is_visible, alphasort);
    weir_status status = WEIR_OK;

    if (count < 0) {
        return error_system(error, "list %s", path);
    }
    for (int i = 0; i < count && status == WEIR_OK; i++) {
        char *file = path_join(path, entries[i]->d_name);
        struct stat info;

        if (file == NULL) {
            status = error_set(error, WEIR_E_NOMEM, "no memory for %s", path);
        } else if (stat(file, &info) < 0) {
            status = error_system(error, "look at %s", file);
        } else if (S_ISREG(info.st_mode)) {
            status = file_add(splits, file, (uint64_t)info.st_size, split_bytes, error);
        }
        mem_free(file);
    }
    for (int i = 0; i < count; i++) {
        free(entries[i]);
    }
    free(entries);
    return status;
}

weir_status text_splits_init(struct text_splits *splits, const char *path, uint64_t split_bytes,
                             weir_error *error)
{
    glob_t matches = {0};
    weir_status status = WEIR_OK;

    *splits = (struct text_splits){0};
    arena_init(&splits->arena);
    split_bytes = split_bytes == 0 ? TEXT_SPLIT_BYTES : split_bytes;
    int found = glob(path, GLOB_ERR, NULL, &matches);
    if (found == GLOB_NOSPACE) {
        status = error_set(error, WEIR_E_NOMEM, "no memory to look for %s", path);
    } else if (found == GLOB_ABORTED) {
        status = error_set(error, WEIR_E_IO, "a folder of %s cannot be listed", path);
    } else if (found != 0) {
        status = error_set(error, WEIR_E_IO, "input path does not exist: %s", path);
    }
    for (size_t i = 0; i < matches.gl_pathc && status == WEIR_OK; i++) {
        struct stat info;

        if (is_passed_over(path, matches.gl_pathv[i])) {
            continue;
        }
        if (stat(matches.gl_pathv[i], &info) < 0) {
            status = error_system(error, "look at %s", matches.gl_pathv[i]);
        } else if (S_ISDIR(info.st_mode)) {
            status = folder_add(splits, matches.gl_pathv[i], split_bytes, error);
        } else {
            status =
                file_add(splits, matches.gl_pathv[i], (uint64_t)info.st_size, split_bytes, error);
        }
    }
    globfree(&matches);
    if (status != WEIR_OK) {
        text_splits_fini(splits);
    }
    return status;
}

void text_splits_fini(struct text_splits *splits)
{
    mem_free(splits->items);
    arena_fini(&splits->arena);
    *splits = (struct text_splits){0};
}
