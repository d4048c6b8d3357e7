/*
 * test_plugin - modules are found, checked and opened, and what is wrong with one is told.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/fault.h"
#include "base/file.h"
#include "io/plugin.h"

enum { PATH_BYTES = 512, PLUGIN_BYTES_MAX = 64 << 20 };

static char folder[PATH_BYTES];

static const char *path_of(const char *name)
{
    static char path[PATH_BYTES * 2];

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    return path;
}

/* A fixture in a folder of the test's own, which nobody else can write. */
static const char *copy_fixture(const char *name)
{
    char from[PATH_BYTES];
    struct bytes content;
    weir_error error = {0};

    bytes_init(&content);
    snprintf(from, sizeof(from), "%s/%s", FIXTURES, name);
    assert_int_equal(file_read_all(from, PLUGIN_BYTES_MAX, &content, &error), WEIR_OK);
    assert_int_equal(file_write_aside(path_of(name), content.data, content.size, &error), WEIR_OK);
    assert_int_equal(chmod(path_of(name), 0755), 0);
    bytes_fini(&content);
    return path_of(name);
}

static int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof(folder), "/tmp/weir-test-plugin-XXXXXX");
    return mkdtemp(folder) == NULL ? -1 : 0;
}

static int remove_folder(void **state)
{
    (void)state;
    chmod(folder, 0700);
    return dir_remove_all(folder, NULL) == WEIR_OK ? 0 : -1;
}

static void expect_refused(const char *path, weir_status expected, const char *story)
{
    const struct plugin *plugin = (const struct plugin *)(uintptr_t)1;
    weir_error error = {0};

    assert_int_equal(plugin_open_file(path, &plugin, &error), expected);
    assert_null(plugin);
    if (strstr(error.msg, story) == NULL) {
        print_error("%s\n", error.msg);
    }
    assert_non_null(strstr(error.msg, "cannot load "));
    assert_non_null(strstr(error.msg, story));
}

static void a_plugin_opens_and_lists_its_receivers(void **state)
{
    const struct plugin *plugin;
    const struct plugin *again;
    weir_error error = {0};
    const char *path = copy_fixture("scripted.so");

    (void)state;
    assert_int_equal(plugin_open_file(path, &plugin, &error), WEIR_OK);
    assert_string_equal(plugin->name, "scripted");
    assert_string_equal(plugin->version, "1.0.0");
    assert_string_equal(plugin->path, path);
    assert_int_equal(plugin->abi_version, WEIR_ABI_VERSION);
    assert_int_equal(plugin->receivers_count, 2);
    assert_non_null(plugin_receiver(plugin, "scripted"));
    assert_non_null(plugin_receiver(plugin, "silent"));
    assert_null(plugin_receiver(plugin, "loud"));
    assert_int_equal(plugin_open_file(path, &again, &error), WEIR_OK);
    assert_ptr_equal(plugin, again);
}

static void another_major_is_refused_with_both_versions(void **state)
{
    (void)state;
    expect_refused(copy_fixture("odd_newer.so"), WEIR_E_CONFIG,
                   "it speaks plugin ABI 3.0, this weir ");
    expect_refused(copy_fixture("odd_newer.so"), WEIR_E_CONFIG, " speaks 1.0");
    expect_refused(copy_fixture("odd_older.so"), WEIR_E_CONFIG, "it speaks plugin ABI 0.5, ");
}

static void what_is_no_plugin_is_refused(void **state)
{
    weir_error error = {0};

    (void)state;
    expect_refused(copy_fixture("symbolless.so"), WEIR_E_CONFIG, "has no function weir_plugin");
    assert_int_equal(file_write_aside(path_of("text.so"), "hello", 5, &error), WEIR_OK);
    expect_refused(path_of("text.so"), WEIR_E_CONFIG, "it is no shared object");
    assert_int_equal(file_write_aside(path_of("empty.so"), "", 0, &error), WEIR_OK);
    expect_refused(path_of("empty.so"), WEIR_E_CONFIG, "it is no shared object");
    assert_int_equal(mkdir(path_of("folder.so"), 0700), 0);
    expect_refused(path_of("folder.so"), WEIR_E_CONFIG, "it is no regular file");
    assert_int_equal(mkfifo(path_of("pipe.so"), 0600), 0);
    expect_refused(path_of("pipe.so"), WEIR_E_CONFIG, "it is no regular file");
    expect_refused(path_of("missing.so"), WEIR_E_CONFIG, "there is no such file");
}

static void a_file_cut_short_is_refused(void **state)
{
    struct bytes content;
    weir_error error = {0};

    (void)state;
    bytes_init(&content);
    assert_int_equal(file_read_all(copy_fixture("scripted.so"), PLUGIN_BYTES_MAX, &content, &error),
                     WEIR_OK);
    for (size_t size = 64; size < content.size; size += 509) {
        assert_int_equal(file_write_aside(path_of("short.so"), content.data, size, &error),
                         WEIR_OK);
        expect_refused(path_of("short.so"), WEIR_E_CONFIG, "it is cut short");
    }
    bytes_fini(&content);
}

static void broken_descriptions_are_refused(void **state)
{
    (void)state;
    expect_refused(copy_fixture("odd_magic.so"), WEIR_E_CONFIG, "(0x12345678)");
    expect_refused(copy_fixture("odd_small.so"), WEIR_E_CONFIG, "its description has 24 bytes");
    expect_refused(copy_fixture("odd_empty.so"), WEIR_E_CONFIG, "it brings no receivers");
    expect_refused(copy_fixture("odd_nameless.so"), WEIR_E_CONFIG, "has no name");
    expect_refused(copy_fixture("odd_stopless.so"), WEIR_E_CONFIG,
                   "\"odd\" lacks create, start, stop or destroy");
    expect_refused(copy_fixture("odd_options.so"), WEIR_E_CONFIG,
                   "its receiver \"odd\": option \"level\" is there twice");
    expect_refused(copy_fixture("odd_default.so"), WEIR_E_CONFIG, "its default \"high\"");
}

static void what_others_could_write_is_refused(void **state)
{
    const char *path = copy_fixture("scripted.so");

    (void)state;
    assert_int_equal(chmod(path, 0757), 0);
    expect_refused(path, WEIR_E_CONFIG, "it can be written by others than its owner (mode 0757)");
    expect_refused(path, WEIR_E_CONFIG, "mend it: chmod go-w /tmp/weir-test-plugin-");
    assert_int_equal(chmod(path, 0775), 0);
    expect_refused(path, WEIR_E_CONFIG, "(mode 0775)");
    assert_int_equal(chmod(path, 0755), 0);
    assert_int_equal(chmod(folder, 0777), 0);
    expect_refused(path, WEIR_E_CONFIG, "its folder can be written by others");
    assert_int_equal(chmod(folder, 0700), 0);
}

static void a_type_is_looked_for_in_the_folders_in_order(void **state)
{
    struct plugin_folders *folders;
    const struct plugin *plugin;
    weir_error error = {0};

    (void)state;
    copy_fixture("scripted.so");
    copy_fixture("odd_stranger.so");
    assert_int_equal(plugin_folders_create(&folders, &error), WEIR_OK);
    assert_int_equal(plugin_folders_add(folders, "/nonexistent/first", &error), WEIR_OK);
    assert_int_equal(plugin_folders_add(folders, folder, &error), WEIR_OK);
    assert_int_equal(plugin_folders_add(folders, FIXTURES, &error), WEIR_OK);
    assert_int_equal(plugin_open(folders, "scripted", &plugin, &error), WEIR_OK);
    assert_string_equal(plugin->path, path_of("scripted.so"));

    assert_int_equal(plugin_open(folders, "mqtt", &plugin, &error), WEIR_E_CONFIG);
    assert_null(plugin);
    assert_non_null(strstr(error.msg, "there is no mqtt.so; looked in /nonexistent/first, /tmp/"));
    assert_int_equal(plugin_open(folders, "odd_stranger", &plugin, &error), WEIR_E_CONFIG);
    assert_non_null(
        strstr(error.msg, "brings no receiver \"odd_stranger\", but \"somebody_else\""));
    assert_int_equal(plugin_open(folders, "../scripted", &plugin, &error), WEIR_E_CONFIG);
    assert_non_null(strstr(error.msg, "cannot be a plugin's name"));
    plugin_folders_destroy(folders);
}

static void count_type(const char *type, const char *path, void *owner)
{
    int *counts = owner;

    assert_non_null(strstr(path, type));
    counts[0]++;
    counts[1] += strcmp(type, "scripted") == 0;
}

static void all_types_in_the_folders_are_listed(void **state)
{
    struct plugin_folders *folders;
    int counts[2] = {0, 0};
    weir_error error = {0};

    (void)state;
    copy_fixture("scripted.so");
    copy_fixture("odd_newer.so");
    assert_int_equal(file_write_aside(path_of("notes.txt"), "x", 1, &error), WEIR_OK);
    assert_int_equal(plugin_folders_create(&folders, &error), WEIR_OK);
    assert_int_equal(plugin_folders_add(folders, folder, &error), WEIR_OK);
    assert_int_equal(plugin_folders_add(folders, folder, &error), WEIR_OK);
    plugin_folders_each(folders, count_type, counts);
    assert_int_equal(counts[0], 2);
    assert_int_equal(counts[1], 1);
    plugin_folders_destroy(folders);
}

static void the_environment_names_folders_of_its_own(void **state)
{
    struct plugin_folders *folders;
    const struct plugin *plugin;
    char list[PATH_BYTES * 2];
    weir_error error = {0};

    (void)state;
    copy_fixture("scripted.so");
    snprintf(list, sizeof(list), "/nonexistent::%s", folder);
    assert_int_equal(setenv("WEIR_PLUGIN_PATH", list, 1), 0);
    assert_int_equal(plugin_folders_create(&folders, &error), WEIR_OK);
    assert_int_equal(plugin_folders_add_defaults(folders, &error), WEIR_OK);
    assert_int_equal(unsetenv("WEIR_PLUGIN_PATH"), 0);
    assert_int_equal(plugin_open(folders, "scripted", &plugin, &error), WEIR_OK);
    assert_string_equal(plugin->path, path_of("scripted.so"));
    plugin_folders_destroy(folders);
}

static void every_failing_step_is_reported(void **state)
{
    const char *path = copy_fixture("scripted.so");
    int failures = 0;

    (void)state;
    for (;; failures++) {
        const struct plugin *plugin;
        weir_error error = {0};
        weir_status status;

        fault_arm(failures);
        status = plugin_open_file(path, &plugin, &error);
        if (!fault_disarm()) {
            assert_int_equal(status, WEIR_OK);
            break;
        }
        assert_int_not_equal(status, WEIR_OK);
        assert_null(plugin);
        assert_non_null(strstr(error.msg, path));
    }
    assert_true(failures >= 8); /* path, open, stat, folder, read, two tables, name */
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(a_plugin_opens_and_lists_its_receivers),
        IN_FOLDER(another_major_is_refused_with_both_versions),
        IN_FOLDER(what_is_no_plugin_is_refused),
        IN_FOLDER(a_file_cut_short_is_refused),
        IN_FOLDER(broken_descriptions_are_refused),
        IN_FOLDER(what_others_could_write_is_refused),
        IN_FOLDER(a_type_is_looked_for_in_the_folders_in_order),
        IN_FOLDER(all_types_in_the_folders_are_listed),
        IN_FOLDER(the_environment_names_folders_of_its_own),
        IN_FOLDER(every_failing_step_is_reported),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
