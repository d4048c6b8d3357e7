/* Batch programs: RDDs of files, without a start. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>
#include <weir/test.h>

static struct weir_context *context;
static char path[] = "/tmp/weir-test-XXXXXX";

static int set_up(void **state)
{
    static const char text[] = "to be or not to be\nthat is the question\n\nto sleep";
    int fd;

    (void)state;
    strcpy(path + strlen(path) - 6, "XXXXXX");
    fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, sizeof(text) - 1), sizeof(text) - 1);
    close(fd);
    context = weir_context_create(&(struct weir_options){.workers = 2});
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    weir_context_destroy(context);
    unlink(path);
    return 0;
}

static void words_of_a_file_are_counted_without_a_start(void **state)
{
    struct weir_rdd *words =
        weir_rdd_flat_map(weir_text_file(context, path), WEIR_SPLIT, weir_null());
    struct weir_rdd *counts = weir_rdd_reduce_by_key(
        weir_rdd_map_to_pair(words, WEIR_WITH_ONE, weir_null()), WEIR_SUM, weir_null(), 0);
    struct weir_rows rows;
    uint64_t count;

    (void)state;
    assert_int_equal(weir_rdd_count(weir_text_file(context, path), &count), WEIR_OK);
    assert_int_equal(count, 4);
    assert_int_equal(weir_rdd_collect(weir_rdd_top(counts, 2), &rows), WEIR_OK);
    assert_int_equal(rows.count, 2);
    assert_memory_equal(weir_bytes_of(&rows.keys[0]), "to", 2);
    assert_int_equal(weir_int_of(rows.values[0]), 3);
    assert_memory_equal(weir_bytes_of(&rows.keys[1]), "be", 2);
    assert_int_equal(weir_int_of(rows.values[1]), 2);
    weir_rows_free(&rows);
}

static void a_missing_file_is_told_by_name(void **state)
{
    struct weir_rdd *none = weir_text_file(context, "/no/such/file");
    struct weir_rows rows;

    (void)state;
    if (none != NULL) { /* told when it is read, at the latest */
        assert_true(weir_rdd_collect(none, &rows) < 0);
    }
    assert_non_null(strstr(weir_context_error(context), "/no/such/file"));
    assert_null(weir_rdd_map(NULL, WEIR_LOWER, weir_null()));
    assert_int_equal(weir_rdd_collect(NULL, &rows), WEIR_E_INVAL);
    assert_int_equal(rows.count, 0);
    assert_null(weir_text_file(context, NULL));
    assert_string_equal(weir_context_error(context), "weir_text_file: the path is NULL");
    assert_null(weir_text_file(NULL, path));
}

static void a_failed_derivation_is_the_context_s_error(void **state)
{
    struct weir_rdd *lines = weir_text_file(context, path);

    (void)state;
    assert_null(weir_rdd_map(lines, weir_builtin("no_such"), weir_null()));
    assert_string_equal(weir_context_error(context),
                        "weir_rdd_map: there is no function \"no_such\"");
    assert_non_null(weir_rdd_map(lines, WEIR_LOWER, weir_null()));
}

static void files_and_a_stream_share_a_context(void **state)
{
    struct weir_queue *queue;
    uint64_t count;

    (void)state;
    queue = weir_queue_create(context, "lines", true);
    weir_capture(weir_queue_stream(queue));
    struct weir_rdd *lines = weir_text_file(context, path);
    assert_int_equal(weir_start(context), WEIR_OK);
    assert_int_equal(weir_rdd_count(lines, &count), WEIR_OK);
    assert_int_equal(count, 4);
    assert_int_equal(weir_stop(context, true), WEIR_OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(words_of_a_file_are_counted_without_a_start),
        TEST(a_missing_file_is_told_by_name),
        TEST(a_failed_derivation_is_the_context_s_error),
        TEST(files_and_a_stream_share_a_context),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
