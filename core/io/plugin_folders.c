/*
 * plugin_folders - finds modules by their type.
 */
#include <assert.h>
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/file.h"
#include "base/mem.h"
#include "io/plugin.h"

enum { TYPE_BYTES_MAX = 64, NAMES_LISTED_MAX = 8 };

struct plugin_folders {
    char **paths;
    size_t count;
    size_t capacity;
};

weir_status plugin_folders_create(struct plugin_folders **out, weir_error *error)
{
    *out = mem_zalloc(sizeof(**out));
    return *out == NULL ? error_set(error, WEIR_E_NOMEM, "no memory for folders") : WEIR_OK;
}

weir_status plugin_folders_add(struct plugin_folders *folders, const char *path, weir_error *error)
{
    char *copy;

    for (size_t i = 0; i < folders->count; i++) {
        if (strcmp(folders->paths[i], path) == 0) {
            return WEIR_OK;
        }
    }
    WEIR_TRY(mem_grow((void **)&folders->paths, &folders->capacity, folders->count + 1,
                      sizeof(char *), error));
    copy = mem_text_copy(path);
    if (copy == NULL) {
        return error_set(error, WEIR_E_NOMEM, "no memory for the folder %s", path);
    }
    folders->paths[folders->count++] = copy;
    return WEIR_OK;
}

static weir_status add_below(struct plugin_folders *folders, const char *folder, const char *below,
                             weir_error *error)
{
    char *path = path_join(folder, below);
    weir_status status;

    if (path == NULL) {
        return error_set(error, WEIR_E_NOMEM, "no memory for the folder %s", folder);
    }
    status = plugin_folders_add(folders, path, error);
    mem_free(path);
    return status;
}

/* "a:b:c"; empty parts mean nothing. */
static weir_status add_list(struct plugin_folders *folders, const char *list, weir_error *error)
{
    while (*list != '\0') {
        size_t size = strcspn(list, ":");

        if (size > 0) {
            char *path = mem_bytes_copy(list, size);
            weir_status status;

            if (path == NULL) {
                return error_set(error, WEIR_E_NOMEM, "no memory for folders");
            }
            status = plugin_folders_add(folders, path, error);
            mem_free(path);
            WEIR_TRY(status);
        }
        list += size + (list[size] == ':');
    }
    return WEIR_OK;
}

static weir_status add_users(struct plugin_folders *folders, weir_error *error)
{
    const char *data = secure_getenv("XDG_DATA_HOME");
    const char *home = secure_getenv("HOME");

    if (data != NULL && data[0] == '/') {
        return add_below(folders, data, "weir/plugins", error);
    }
    if (home != NULL && home[0] == '/') {
        return add_below(folders, home, ".local/share/weir/plugins", error);
    }
    return WEIR_OK;
}

/* Cuts a path to its folder. */
static void cut_to_folder(char *path)
{
    char *slash = strrchr(path, '/');

    if (slash != NULL) {
        slash[slash == path ? 1 : 0] = '\0';
    }
}

/* The plugins that came with us lie at a fixed way from the command, or from the library when this
 * code is in it, so that an installed tree can be moved. The way may not be there: a program may
 * have its own folder and this code inside. */
static weir_status add_own(struct plugin_folders *folders, weir_error *error)
{
    char program[PATH_MAX];
    char self[PATH_MAX];
    char own[PATH_MAX];
    char *below;
    Dl_info info;
    bool is_library;
    ssize_t size = readlink("/proc/self/exe", program, sizeof(program) - 1);

    program[size < 0 ? 0 : size] = '\0';
    is_library = dladdr(&plugin_folders_create, &info) != 0 && info.dli_fname != NULL &&
                 realpath(info.dli_fname, self) != NULL && strcmp(self, program) != 0;
    if (!is_library && size < 0) {
        return WEIR_OK;
    }
    memcpy(own, is_library ? self : program, sizeof(own));
    cut_to_folder(own);
    below = path_join(own, is_library ? WEIR_PLUGIN_DIR_FROM_LIB : WEIR_PLUGIN_DIR_FROM_BIN);
    if (below == NULL) {
        return error_set(error, WEIR_E_NOMEM, "no memory for folders");
    }
    if (realpath(below, self) == NULL) {
        mem_free(below);
        return WEIR_OK;
    }
    mem_free(below);
    return plugin_folders_add(folders, self, error);
}

weir_status plugin_folders_add_defaults(struct plugin_folders *folders, weir_error *error)
{
    const char *list = secure_getenv("WEIR_PLUGIN_PATH");

    if (list != NULL) {
        WEIR_TRY(add_list(folders, list, error));
    }
    WEIR_TRY(add_users(folders, error));
    WEIR_TRY(add_own(folders, error));
    return plugin_folders_add(folders, WEIR_PLUGIN_DIR, error);
}

/* A type becomes part of a path, so it is a plain name. */
static bool is_type_name(const char *type)
{
    size_t size = strlen(type);

    return size > 0 && size <= TYPE_BYTES_MAX && type[0] != '.' && type[0] != '-' &&
           strspn(type, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") ==
               size;
}

static weir_status refuse_missing(const struct plugin_folders *folders, const char *type,
                                  weir_error *error)
{
    struct bytes list;

    bytes_init(&list);
    for (size_t i = 0; i < folders->count; i++) {
        bytes_printf(&list, "%s%s", i > 0 ? ", " : "", folders->paths[i]);
    }
    error_set(error, WEIR_E_CONFIG, "there is no %s.so; looked in %s", type,
              list.size == 0 || list.failed ? "no folder" : list.data);
    bytes_fini(&list);
    return WEIR_E_CONFIG;
}

static weir_status refuse_without_receiver(const struct plugin *plugin, const char *type,
                                           weir_error *error)
{
    struct bytes list;

    bytes_init(&list);
    for (uint32_t i = 0; i < plugin->receivers_count && i < NAMES_LISTED_MAX; i++) {
        bytes_printf(&list, "%s\"%s\"", i > 0 ? ", " : "", plugin->receivers[i].name);
    }
    error_set(error, WEIR_E_CONFIG, "%s brings no receiver \"%s\", but %s", plugin->path, type,
              list.failed ? "others" : list.data);
    bytes_fini(&list);
    return WEIR_E_CONFIG;
}

/* A broken link is there, too: its message is better than going on to another folder. *out: NULL
 * when no folder has it. */
static weir_status find_file(const struct plugin_folders *folders, const char *name, char **out,
                             weir_error *error)
{
    struct stat entry;

    *out = NULL;
    for (size_t i = 0; i < folders->count; i++) {
        char *path = path_join(folders->paths[i], name);

        if (path == NULL) {
            return error_set(error, WEIR_E_NOMEM, "no memory for a path");
        }
        if (lstat(path, &entry) == 0) {
            *out = path;
            return WEIR_OK;
        }
        mem_free(path);
    }
    return WEIR_OK;
}

static weir_status open_by_name(const struct plugin_folders *folders, const char *type,
                                const struct plugin **out, weir_error *error)
{
    char name[TYPE_BYTES_MAX + sizeof(".so")];
    weir_status status;
    char *path;

    snprintf(name, sizeof(name), "%s.so", type);
    WEIR_TRY(find_file(folders, name, &path, error));
    if (path == NULL) {
        return refuse_missing(folders, type, error);
    }
    status = plugin_open_file(path, out, error);
    mem_free(path);
    return status;
}

weir_status plugin_open(const struct plugin_folders *folders, const char *type,
                        const struct plugin **out, weir_error *error)
{
    *out = NULL;
    if (!is_type_name(type)) {
        return error_set(error, WEIR_E_CONFIG, "\"%s\" cannot be a plugin's name", type);
    }
    WEIR_TRY(open_by_name(folders, type, out, error));
    if (plugin_receiver(*out, type) == NULL) {
        weir_status status = refuse_without_receiver(*out, type, error);

        *out = NULL;
        return status;
    }
    return WEIR_OK;
}

static void visit_folder(const char *folder,
                         void (*visit)(const char *type, const char *path, void *owner),
                         void *owner)
{
    struct dirent **entries;
    int count = scandir(folder, &entries, NULL, alphasort);

    for (int i = 0; i < count; i++) {
        char *name = entries[i]->d_name;
        size_t size = strlen(name);

        if (size > 3 && strcmp(name + size - 3, ".so") == 0) {
            char *path = path_join(folder, name);

            name[size - 3] = '\0';
            if (path != NULL && is_type_name(name)) {
                visit(name, path, owner);
            }
            mem_free(path);
        }
        free(entries[i]);
    }
    if (count >= 0) {
        free(entries);
    }
}

void plugin_folders_each(const struct plugin_folders *folders,
                         void (*visit)(const char *type, const char *path, void *owner),
                         void *owner)
{
    for (size_t i = 0; i < folders->count; i++) {
        visit_folder(folders->paths[i], visit, owner);
    }
}

void plugin_folders_destroy(struct plugin_folders *folders)
{
    if (folders == NULL) {
        return;
    }
    for (size_t i = 0; i < folders->count; i++) {
        mem_free(folders->paths[i]);
    }
    mem_free(folders->paths);
    mem_free(folders);
}
