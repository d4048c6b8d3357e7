/* test_file - files and folders, and what is left behind whichever step fails. */
#include "base/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/mem.h"

enum { PATH_BYTES = 400 };

static char dir[PATH_BYTES];

static const char *at(const char *name)
{
    static char paths[4][2 * PATH_BYTES];
    static int next;

    next = (next + 1) % 4;
    snprintf(paths[next], sizeof(paths[next]), "%s/%s", dir, name);
    return paths[next];
}

static int make_dir(void **state)
{
    const char *temporary = getenv("TMPDIR");

    (void)state;
    snprintf(dir, sizeof(dir), "%s/weir-test-file-XXXXXX", temporary != NULL ? temporary : "/tmp");
    return mkdtemp(dir) == NULL ? -1 : 0;
}

static int remove_dir(void **state)
{
    (void)state;
    return dir_remove_all(dir, NULL) == WEIR_OK ? 0 : -1;
}

static int entries_count(const char *path)
{
    DIR *folder = opendir(path);
    int count = 0;

    assert_non_null(folder);
    while (readdir(folder) != NULL) {
        count++;
    }
    closedir(folder);
    return count - 2; /* . and .. */
}

static void put_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void assert_holds(const char *path, const char *text)
{
    struct bytes bytes = {0};

    assert_int_equal(file_read_all(path, 1000, &bytes, NULL), WEIR_OK);
    assert_int_equal(bytes.size, strlen(text));
    assert_string_equal(bytes.data, text);
    bytes_fini(&bytes);
}

static void reads_back_what_was_written(void **state)
{
    enum { SIZE = 300001 };
    struct bytes bytes = {0};
    char *data = mem_alloc(SIZE);

    (void)state;
    for (int i = 0; i < SIZE; i++) {
        data[i] = (char)(i * 7 % 253);
    }
    assert_int_equal(file_write_aside(at("a"), data, SIZE, NULL), WEIR_OK);
    bytes_append_text(&bytes, "what was there before");
    assert_int_equal(file_read_all(at("a"), SIZE, &bytes, NULL), WEIR_OK);
    assert_int_equal(bytes.size, SIZE);
    assert_memory_equal(bytes.data, data, SIZE);
    assert_int_equal(bytes.data[SIZE], '\0');
    assert_int_equal(entries_count(dir), 1);
    mem_free(data);
    bytes_fini(&bytes);
}

static void reads_an_empty_file_as_an_empty_text(void **state)
{
    (void)state;
    assert_int_equal(file_write_aside(at("empty"), NULL, 0, NULL), WEIR_OK);
    assert_holds(at("empty"), "");
}

static void refuses_a_file_over_the_bound_and_takes_one_at_it(void **state)
{
    struct bytes bytes = {0};
    weir_error error = {0};

    (void)state;
    put_file(at("ten"), "0123456789");
    assert_int_equal(file_read_all(at("ten"), 10, &bytes, &error), WEIR_OK);
    assert_int_equal(file_read_all(at("ten"), 9, &bytes, &error), WEIR_E_TOOBIG);
    assert_int_equal(bytes.size, 0);
    assert_non_null(strstr(error.msg, "more than 9 bytes"));
    assert_int_equal(file_read_all("/dev/zero", 100, &bytes, &error), WEIR_E_TOOBIG);
    bytes_fini(&bytes);
}

static void says_which_file_is_not_there(void **state)
{
    struct bytes bytes = {0};
    weir_error error = {0};

    (void)state;
    assert_int_equal(file_read_all(at("missing"), 9, &bytes, &error), WEIR_E_IO);
    assert_non_null(strstr(error.msg, "missing: No such file"));
    assert_int_equal(error.os_errno, ENOENT);
    assert_int_equal(file_read_all(dir, 9, &bytes, &error), WEIR_E_IO);
    assert_int_equal(error.os_errno, EISDIR);
    bytes_fini(&bytes);
}

static void reads_nothing_whichever_step_fails(void **state)
{
    int failures = 0;

    (void)state;
    put_file(at("file"), "content");
    for (;; failures++) {
        struct bytes bytes = {0};
        weir_error error = {0};
        weir_status status;

        fault_arm(failures);
        status = file_read_all(at("file"), 100, &bytes, &error);
        assert_int_equal(fault_disarm(), status != WEIR_OK);
        assert_int_equal(bytes.size, status == WEIR_OK ? 7 : 0);
        assert_int_equal(error.msg[0] != '\0', status != WEIR_OK);
        bytes_fini(&bytes);
        if (status == WEIR_OK) {
            break;
        }
    }
    assert_int_equal(failures, 4); /* open, room, read, read of the end */
}

static void leaves_the_old_file_and_no_other_whichever_step_fails(void **state)
{
    int failures = 0;

    (void)state;
    put_file(at("file"), "old");
    for (;; failures++) {
        weir_error error = {0};
        weir_status status;

        fault_arm(failures);
        status = file_write_aside(at("file"), "new", 3, &error);
        assert_int_equal(fault_disarm(), status != WEIR_OK);
        assert_int_equal(entries_count(dir), 1);
        if (status == WEIR_OK) {
            break;
        }
        assert_non_null(strstr(error.msg, "/file: "));
        assert_holds(at("file"), failures < 6 ? "old" : "new");
    }
    /* Two names, create, write, sync, rename; then the folder's open and sync. */
    assert_int_equal(failures, 8);
    assert_holds(at("file"), "new");
}

static void writes_beside_in_the_current_folder_too(void **state)
{
    int before = open(".", O_RDONLY | O_DIRECTORY);

    (void)state;
    assert_true(before >= 0);
    assert_int_equal(chdir(dir), 0);
    assert_int_equal(file_write_aside("plain", "x", 1, NULL), WEIR_OK);
    assert_holds("plain", "x");
    assert_int_equal(fchdir(before), 0);
    close(before);
    assert_holds(at("plain"), "x");
    assert_int_equal(entries_count(dir), 1);
}

static void fails_to_write_into_a_folder_that_is_not_there(void **state)
{
    weir_error error = {0};

    (void)state;
    assert_int_equal(file_write_aside(at("no/file"), "x", 1, &error), WEIR_E_IO);
    assert_int_equal(error.os_errno, ENOENT);
    assert_int_equal(file_write_aside(at(""), "x", 1, &error), WEIR_E_IO);
    assert_int_equal(entries_count(dir), 0);
}

static void passes_over_the_temporary_of_a_killed_process(void **state)
{
    char left[PATH_BYTES];

    (void)state;
    /* This is the first test, so that the numbers that come next are among these. */
    for (int number = 0; number < 60; number++) {
        snprintf(left, sizeof(left), ".file.%ld-%d.tmp", (long)getpid(), number);
        put_file(at(left), "left");
    }
    assert_int_equal(file_write_aside(at("file"), "x", 1, NULL), WEIR_OK);
    assert_holds(at("file"), "x");
    assert_int_equal(entries_count(dir), 61);
}

static void makes_folders_all_the_way_down(void **state)
{
    (void)state;
    assert_int_equal(dir_make(at("a/b//c"), NULL), WEIR_OK);
    assert_int_equal(dir_make(at("a/b/c/"), NULL), WEIR_OK);
    assert_true(file_exists(at("a/b/c")));
    assert_int_equal(dir_make("/", NULL), WEIR_OK);
    assert_int_equal(dir_make(".", NULL), WEIR_OK);
    assert_int_equal(dir_sync(at("a/b"), NULL), WEIR_OK);
}

static void makes_no_folder_where_a_file_is(void **state)
{
    weir_error error = {0};

    (void)state;
    put_file(at("file"), "x");
    assert_int_equal(dir_make(at("file"), &error), WEIR_E_IO);
    assert_int_equal(error.os_errno, ENOTDIR);
    assert_int_equal(dir_make(at("file/b"), &error), WEIR_E_IO);
    assert_int_equal(dir_make("", &error), WEIR_E_INVAL);
    assert_int_equal(dir_sync(at("file"), &error), WEIR_E_IO);
    assert_int_equal(symlink("nowhere", at("dangling")), 0);
    assert_int_equal(dir_make(at("dangling"), &error), WEIR_E_IO);
}

static void tells_when_a_folder_cannot_be_made_whichever_step_fails(void **state)
{
    int failures = 0;

    (void)state;
    for (;; failures++) {
        weir_error error = {0};
        weir_status status;

        fault_arm(failures);
        status = dir_make(at("x/y"), &error);
        assert_int_equal(fault_disarm(), status != WEIR_OK);
        assert_int_equal(file_exists(at("x/y")), status == WEIR_OK);
        assert_int_equal(error.msg[0] != '\0', status != WEIR_OK);
        if (status == WEIR_OK) {
            break;
        }
    }
    assert_true(failures > 3);
}

static void make_tree(void)
{
    assert_int_equal(dir_make(at("tree/a/b"), NULL), WEIR_OK);
    assert_int_equal(dir_make(at("tree/empty"), NULL), WEIR_OK);
    put_file(at("tree/file"), "1");
    put_file(at("tree/a/b/file"), "2");
    put_file(at("tree/a/.hidden"), "3");
}

static void removes_a_folder_with_all_that_is_in_it(void **state)
{
    (void)state;
    make_tree();
    assert_int_equal(dir_remove_all(at("tree/"), NULL), WEIR_OK);
    assert_false(file_exists(at("tree")));
    assert_int_equal(dir_remove_all(at("tree"), NULL), WEIR_OK); /* a missing one is fine */
}

static void removes_links_but_not_what_they_point_to(void **state)
{
    weir_error error = {0};

    (void)state;
    make_tree();
    assert_int_equal(dir_make(at("kept"), NULL), WEIR_OK);
    put_file(at("kept/file"), "kept");
    assert_int_equal(symlink("../kept", at("tree/link")), 0);
    assert_int_equal(dir_remove_all(at("tree"), NULL), WEIR_OK);
    assert_holds(at("kept/file"), "kept");
    assert_int_equal(symlink("kept", at("link")), 0);
    assert_int_equal(dir_remove_all(at("link/"), &error), WEIR_E_IO);
    assert_holds(at("kept/file"), "kept");
}

static void removes_no_plain_file(void **state)
{
    weir_error error = {0};

    (void)state;
    put_file(at("file"), "x");
    assert_int_equal(dir_remove_all(at("file"), &error), WEIR_E_IO);
    assert_holds(at("file"), "x");
}

static void removes_no_more_than_64_folders_deep(void **state)
{
    char deep[PATH_BYTES] = "deep";
    weir_error error = {0};

    (void)state;
    for (int depth = 1; depth < 64; depth++) {
        strcat(deep, "/d");
    }
    assert_int_equal(dir_make(at(deep), NULL), WEIR_OK);
    assert_int_equal(dir_remove_all(at("deep"), &error), WEIR_OK);
    strcat(deep, "/d");
    assert_int_equal(dir_make(at(deep), NULL), WEIR_OK);
    assert_int_equal(dir_remove_all(at("deep"), &error), WEIR_E_TOOBIG);
    assert_int_equal(dir_remove_all(at("deep/d"), &error), WEIR_OK);
}

static void can_go_on_removing_whichever_step_failed(void **state)
{
    int failures = 0;

    (void)state;
    for (;; failures++) {
        weir_error error = {0};
        weir_status status;

        make_tree();
        fault_arm(failures);
        status = dir_remove_all(at("tree"), &error);
        assert_int_equal(fault_disarm(), status != WEIR_OK);
        assert_int_equal(file_exists(at("tree")), status != WEIR_OK);
        assert_int_equal(error.msg[0] != '\0', status != WEIR_OK);
        if (status == WEIR_OK) {
            break;
        }
    }
    assert_true(failures > 10);
}

static void joins_folder_and_name_with_one_slash(void **state)
{
    static const char *const cases[][3] = {
        {"a", "b", "a/b"}, {"a/", "b", "a/b"}, {"/", "b", "/b"}, {"", "b", "b"}, {"a", "", "a/"}};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char *path = path_join(cases[i][0], cases[i][1]);
        assert_string_equal(path, cases[i][2]);
        mem_free(path);
    }
    fault_arm(0);
    assert_null(path_join("a", "b"));
    assert_true(fault_disarm());
}

static void goes_on_after_a_short_write_and_tells_what_is_left(void **state)
{
    weir_error error = {0};
    struct rlimit before;
    struct rlimit four = {0};
    int fd = open(at("file"), O_WRONLY | O_CREAT, 0600);

    (void)state;
    assert_true(fd >= 0);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    four.rlim_cur = 4; /* the system takes 4 bytes, then none */
    four.rlim_max = before.rlim_max;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &four), 0);
    assert_int_equal(file_write_fully(fd, "0123456789", 10, &error), WEIR_E_IO);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    signal(SIGXFSZ, SIG_DFL);
    assert_int_equal(error.os_errno, EFBIG);
    assert_non_null(strstr(error.msg, "write 10 bytes, 6 left"));
    assert_int_equal(file_write_fully(fd, "456789", 6, &error), WEIR_OK);
    close(fd);
    assert_holds(at("file"), "0123456789");
}

#define FILE_TEST(name) cmocka_unit_test_setup_teardown(name, make_dir, remove_dir)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FILE_TEST(passes_over_the_temporary_of_a_killed_process),
        FILE_TEST(reads_back_what_was_written),
        FILE_TEST(reads_an_empty_file_as_an_empty_text),
        FILE_TEST(refuses_a_file_over_the_bound_and_takes_one_at_it),
        FILE_TEST(says_which_file_is_not_there),
        FILE_TEST(reads_nothing_whichever_step_fails),
        FILE_TEST(leaves_the_old_file_and_no_other_whichever_step_fails),
        FILE_TEST(writes_beside_in_the_current_folder_too),
        FILE_TEST(fails_to_write_into_a_folder_that_is_not_there),
        FILE_TEST(makes_folders_all_the_way_down),
        FILE_TEST(makes_no_folder_where_a_file_is),
        FILE_TEST(tells_when_a_folder_cannot_be_made_whichever_step_fails),
        FILE_TEST(removes_a_folder_with_all_that_is_in_it),
        FILE_TEST(removes_links_but_not_what_they_point_to),
        FILE_TEST(removes_no_plain_file),
        FILE_TEST(removes_no_more_than_64_folders_deep),
        FILE_TEST(can_go_on_removing_whichever_step_failed),
        cmocka_unit_test(joins_folder_and_name_with_one_slash),
        FILE_TEST(goes_on_after_a_short_write_and_tells_what_is_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
