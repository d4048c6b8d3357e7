/*
 * test_sink_files - a batch's folder is there complete, or not at all.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <dirent.h>
#include <sys/stat.h>

#include "base/bytes.h"
#include "base/fault.h"
#include "base/file.h"
#include "exec/lineage.h"
#include "io/sink_types.h"
#include "lib/rows.h"

enum { PATH_BYTES = 512 };

static struct executor *executor;
static char folder[PATH_BYTES];

static int begin_all(void **state)
{
    struct executor_options options = {.workers = 2};

    (void)state;
    return executor_create(&options, &executor, NULL) == WEIR_OK ? 0 : -1;
}

static int end_all(void **state)
{
    (void)state;
    executor_destroy(executor);
    return 0;
}

static int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof(folder), "/tmp/weir-test-files-XXXXXX");
    return mkdtemp(folder) == NULL ? -1 : 0;
}

static int remove_folder(void **state)
{
    (void)state;
    return dir_remove_all(folder, NULL) == WEIR_OK ? 0 : -1;
}

static struct sink make_sink(const char *prefix, const char *suffix)
{
    const struct sink_type *type = sink_type_find("files");
    char with[PATH_BYTES * 2];
    struct problems problems;
    struct options *options;
    struct sink sink;

    snprintf(with, sizeof(with), "{\"prefix\": \"%s%s\", \"suffix\": \"%s\"}", folder, prefix,
             suffix);
    problems_init(&problems);
    assert_int_equal(options_parse(type->options, type->options_count, sizeof(weir_option), with,
                                   "sink type files", "", &problems, &options, NULL),
                     WEIR_OK);
    assert_int_equal(problems.count, 0);
    problems_fini(&problems);
    assert_int_equal(type->create("counts", options, &sink, NULL), WEIR_OK);
    return sink;
}

/* One partition for each JSON text. */
static struct rdd *make_rdd(const char *const *texts, uint32_t count, bool is_pairs)
{
    struct block *blocks[8];
    uint32_t starts[9] = {0};
    struct rdd *rdd;

    for (uint32_t i = 0; i < count; i++) {
        blocks[i] = rows_block(texts[i], is_pairs);
        starts[i + 1] = i + 1;
    }
    assert_int_equal(rdd_create_blocks(blocks, starts, count, is_pairs, &rdd, NULL), WEIR_OK);
    for (uint32_t i = 0; i < count; i++) {
        block_drop(blocks[i]);
    }
    return rdd;
}

static void expect_file(const char *name, const char *expected)
{
    char path[PATH_BYTES * 2];
    struct bytes content;

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    bytes_init(&content);
    assert_int_equal(file_read_all(path, 1 << 20, &content, NULL), WEIR_OK);
    assert_string_equal(content.size > 0 ? content.data : "", expected);
    bytes_fini(&content);
}

/* The names in a folder below the test's, in order, with blanks between. */
static void expect_names(const char *below, const char *expected)
{
    char path[PATH_BYTES * 2];
    struct dirent **entries;
    struct bytes names;
    int count;

    snprintf(path, sizeof(path), "%s%s", folder, below);
    count = scandir(path, &entries, NULL, alphasort);
    assert_true(count >= 2);
    bytes_init(&names);
    bytes_append(&names, "", 0);
    for (int i = 0; i < count; i++) {
        if (strcmp(entries[i]->d_name, ".") != 0 && strcmp(entries[i]->d_name, "..") != 0) {
            bytes_printf(&names, "%s%s", names.size > 0 ? " " : "", entries[i]->d_name);
        }
        free(entries[i]);
    }
    free(entries);
    assert_string_equal(names.data, expected);
    bytes_fini(&names);
}

static void each_partition_is_a_file_and_the_mark_is_there(void **state)
{
    const char *const texts[] = {"[[\"be\", 2], [\"to\", 1]]", "[]", "[[\"or\", 1.5]]"};
    struct sink sink = make_sink("/deep/er/counts", "");
    struct rdd *rdd = make_rdd(texts, 3, true);
    uint64_t records;

    (void)state;
    assert_int_equal(sink.class->write(sink.self, executor, rdd, 5000, &records, NULL), WEIR_OK);
    assert_int_equal(records, 3);
    expect_names("/deep/er", "counts-5000");
    expect_names("/deep/er/counts-5000", "_SUCCESS part-00000 part-00001 part-00002");
    expect_file("deep/er/counts-5000/part-00000", "(be,2)\n(to,1)\n");
    expect_file("deep/er/counts-5000/part-00001", "");
    expect_file("deep/er/counts-5000/part-00002", "(or,1.5)\n");
    expect_file("deep/er/counts-5000/_SUCCESS", "");
    rdd_drop(rdd);
    sink.class->destroy(sink.self);
}

static void a_suffix_follows_the_time(void **state)
{
    const char *const texts[] = {"[\"\xC3\xA9t\xC3\xA9 and so on\", \"b\"]"};
    struct sink sink = make_sink("/lines", "txt");
    struct rdd *rdd = make_rdd(texts, 1, false);
    uint64_t records;

    (void)state;
    assert_int_equal(sink.class->write(sink.self, executor, rdd, 1000, &records, NULL), WEIR_OK);
    expect_names("", "lines-1000.txt");
    expect_file("lines-1000.txt/part-00000", "\xC3\xA9t\xC3\xA9 and so on\nb\n");
    rdd_drop(rdd);
    sink.class->destroy(sink.self);
}

static void no_partitions_give_the_mark_alone(void **state)
{
    struct sink sink = make_sink("/empty", "");
    struct rdd *rdd;
    uint64_t records = 99;

    (void)state;
    assert_int_equal(rdd_create_empty(false, &rdd, NULL), WEIR_OK);
    assert_int_equal(sink.class->write(sink.self, executor, rdd, 7, &records, NULL), WEIR_OK);
    assert_int_equal(records, 0);
    expect_names("/empty-7", "_SUCCESS");
    rdd_drop(rdd);
    sink.class->destroy(sink.self);
}

static void a_batch_that_is_written_again_replaces_what_was_there(void **state)
{
    const char *const before[] = {"[1]", "[2]", "[3]"};
    const char *const after[] = {"[4]"};
    struct sink sink = make_sink("/again", "");
    struct rdd *first = make_rdd(before, 3, false);
    struct rdd *second = make_rdd(after, 1, false);
    char path[PATH_BYTES * 2];
    weir_error error = {0};
    uint64_t records;

    (void)state;
    assert_int_equal(sink.class->write(sink.self, executor, first, 7, &records, NULL), WEIR_OK);
    snprintf(path, sizeof(path), "%s/_temporary-again-7/part-00009", folder);
    assert_int_equal(dir_make(path, &error), WEIR_OK); /* a crash's leavings */
    assert_int_equal(sink.class->write(sink.self, executor, second, 7, &records, NULL), WEIR_OK);
    expect_names("", "again-7");
    expect_names("/again-7", "_SUCCESS part-00000");
    expect_file("again-7/part-00000", "4\n");
    rdd_drop(first);
    rdd_drop(second);
    sink.class->destroy(sink.self);
}

static void null_rows_are_refused_and_nothing_is_left(void **state)
{
    const char *const texts[] = {"[\"a\"]", "[\"b\", null]"};
    struct sink sink = make_sink("/nulls", "");
    struct rdd *rdd = make_rdd(texts, 2, false);
    weir_error error = {0};
    uint64_t records;

    (void)state;
    assert_int_equal(sink.class->write(sink.self, executor, rdd, 7, &records, &error),
                     WEIR_E_INVAL);
    assert_non_null(strstr(error.msg, "sink counts: "));
    assert_non_null(strstr(error.msg, "part-00001: text files do not allow null rows"));
    expect_names("", "");
    rdd_drop(rdd);
    sink.class->destroy(sink.self);
}

static void a_folder_that_cannot_be_made_is_named(void **state)
{
    const char *const texts[] = {"[1]"};
    struct sink sink = make_sink("/file/counts", "");
    struct rdd *rdd = make_rdd(texts, 1, false);
    char path[PATH_BYTES * 2];
    weir_error error = {0};
    uint64_t records;

    (void)state;
    snprintf(path, sizeof(path), "%s/file", folder);
    assert_int_equal(file_write_aside(path, "x", 1, &error), WEIR_OK);
    assert_int_equal(sink.class->write(sink.self, executor, rdd, 7, &records, &error), WEIR_E_IO);
    assert_non_null(strstr(error.msg, path));
    rdd_drop(rdd);
    sink.class->destroy(sink.self);
}

/* Steps fail once, so a failing task is tried again: what counts is that a folder of the batch's
 * name is whole whenever it is there, and that a failure leaves nothing of its own behind. */
static void whichever_step_fails_a_folder_that_is_there_is_whole(void **state)
{
    const char *const texts[] = {"[\"a\", \"b\"]", "[\"c\"]"};
    struct sink sink = make_sink("/swept", "");
    int failures = 0;
    int failed_writes = 0;

    (void)state;
    for (;; failures++) {
        struct rdd *rdd = make_rdd(texts, 2, false);
        char path[PATH_BYTES * 2];
        weir_error error = {0};
        uint64_t records;
        weir_status status;
        bool was_reached;

        fault_arm(failures);
        status = sink.class->write(sink.self, executor, rdd, 7, &records, &error);
        was_reached = fault_disarm();
        rdd_drop(rdd);
        snprintf(path, sizeof(path), "%s/swept-7", folder);
        if (file_exists(path)) {
            expect_names("/swept-7", "_SUCCESS part-00000 part-00001");
            expect_file("swept-7/part-00000", "a\nb\n");
            expect_file("swept-7/part-00001", "c\n");
        } else {
            assert_int_not_equal(status, WEIR_OK);
            failed_writes++;
        }
        if (!was_reached) {
            assert_int_equal(status, WEIR_OK);
            break;
        }
        assert_true(status == WEIR_OK || strlen(error.msg) > 0);
        assert_int_equal(dir_remove_all(path, NULL), WEIR_OK);
        expect_names("", "");
    }
    assert_true(failed_writes >= 5);
    assert_true(failures > failed_writes);
    sink.class->destroy(sink.self);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(each_partition_is_a_file_and_the_mark_is_there),
        IN_FOLDER(a_suffix_follows_the_time),
        IN_FOLDER(no_partitions_give_the_mark_alone),
        IN_FOLDER(a_batch_that_is_written_again_replaces_what_was_there),
        IN_FOLDER(null_rows_are_refused_and_nothing_is_left),
        IN_FOLDER(a_folder_that_cannot_be_made_is_named),
        IN_FOLDER(whichever_step_fails_a_folder_that_is_there_is_whole),
    };

    return cmocka_run_group_tests(tests, begin_all, end_all);
}
