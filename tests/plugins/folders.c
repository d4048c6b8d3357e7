/* folders - under /tmp, removed with all that is in them. */
#include "folders.h"

#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define MS 1000000

char folder[64];
char outside[64];

static int remove_one(const char *path, const struct stat *about, int type, struct FTW *place)
{
    (void)about;
    (void)type;
    (void)place;
    return remove(path);
}

int make_folders(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/weir-files-XXXXXX");
    strcpy(outside, "/tmp/weir-aside-XXXXXX");
    return mkdtemp(folder) == NULL || mkdtemp(outside) == NULL;
}

int remove_folders(void **state)
{
    (void)state;
    nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    nftw(outside, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    return 0;
}

const char *path_in(const char *where, const char *name)
{
    static char paths[4][256];
    static int next;
    char *path = paths[next++ % 4];

    snprintf(path, sizeof(paths[0]), "%s/%s", where, name);
    return path;
}

void write_at(const char *path, const char *mode, const char *text)
{
    FILE *file = fopen(path, mode);

    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
    assert_int_equal(fclose(file), 0);
}

void write_in(const char *name, const char *text)
{
    write_at(path_in(folder, name), "w", text);
}

void move_in(const char *name, const char *text)
{
    write_at(path_in(outside, "moving"), "w", text);
    assert_int_equal(rename(path_in(outside, "moving"), path_in(folder, name)), 0);
}

void set_modified_ms(const char *name, int64_t ms)
{
    struct timespec times[2] = {{.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000},
                                {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000}};

    assert_int_equal(utimensat(AT_FDCWD, path_in(folder, name), times, 0), 0);
}
