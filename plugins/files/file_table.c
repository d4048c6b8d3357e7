/* file_table - a hash table of paths, chained, that doubles when it is full. */
#include "file_table.h"

#include <stdlib.h>
#include <string.h>

#define SLOTS_FIRST 256u

/* FNV-1a. */
static uint64_t hash_path(const char *path)
{
    uint64_t hash = 14695981039346656037u;

    for (; *path != '\0'; path++) {
        hash = (hash ^ (unsigned char)*path) * 1099511628211u;
    }
    return hash;
}

static bool table_resize(struct file_table *table, size_t slots_count)
{
    struct known_file **slots = calloc(slots_count, sizeof(struct known_file *));

    if (slots == NULL) {
        return false;
    }
    for (size_t i = 0; i < table->slots_count; i++) {
        while (table->slots[i] != NULL) {
            struct known_file *file = table->slots[i];
            struct known_file **slot = &slots[file->hash & (slots_count - 1)];
            table->slots[i] = file->next;
            file->next = *slot;
            *slot = file;
        }
    }
    free(table->slots);
    table->slots = slots;
    table->slots_count = slots_count;
    return true;
}

static struct known_file *find_hashed(const struct file_table *table, const char *path,
                                      uint64_t hash)
{
    if (table->slots_count == 0) {
        return NULL;
    }
    struct known_file *file = table->slots[hash & (table->slots_count - 1)];
    while (file != NULL && (file->hash != hash || strcmp(file->path, path) != 0)) {
        file = file->next;
    }
    return file;
}

struct known_file *file_table_find(const struct file_table *table, const char *path)
{
    return find_hashed(table, path, hash_path(path));
}

struct known_file *file_table_get(struct file_table *table, const char *path)
{
    uint64_t hash = hash_path(path);
    size_t path_size = strlen(path) + 1;
    struct known_file *file = find_hashed(table, path, hash);

    if (file != NULL) {
        return file;
    }
    if (table->files_count >= table->slots_count &&
        !table_resize(table, table->slots_count == 0 ? SLOTS_FIRST : table->slots_count * 2)) {
        return NULL;
    }
    file = calloc(1, sizeof(*file) + path_size);
    if (file == NULL) {
        return NULL;
    }
    memcpy(file->path, path, path_size);
    file->hash = hash;
    struct known_file **slot = &table->slots[hash & (table->slots_count - 1)];
    file->next = *slot;
    *slot = file;
    table->files_count++;
    return file;
}

void file_table_forget(struct file_table *table,
                       bool (*is_over)(struct known_file *file, void *argument), void *argument)
{
    for (size_t i = 0; i < table->slots_count; i++) {
        struct known_file **link = &table->slots[i];
        while (*link != NULL) {
            struct known_file *file = *link;
            if (is_over(file, argument)) {
                *link = file->next;
                free(file);
                table->files_count--;
            } else {
                link = &file->next;
            }
        }
    }
}

static bool every_file(struct known_file *file, void *argument)
{
    (void)file;
    (void)argument;
    return true;
}

void file_table_fini(struct file_table *table)
{
    file_table_forget(table, every_file, NULL);
    free(table->slots);
    memset(table, 0, sizeof(*table));
}
