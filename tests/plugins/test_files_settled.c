/* The files receiver in settled mode, in a test host, over real folders. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "folders.h"

#define HOUR_NS 3600000000000

static struct test_host *receiver_of(const char *path)
{
    struct test_host *host = test_host_create("files");

    test_host_text(host, "path", path);
    test_host_number(host, "poll", 2 * MS);
    return host;
}

/* Waits until the receiver has looked at the folder from now on, at least once whole: a file that
 * is moved in and read tells so. */
static void wait_for_a_look(struct test_host *host, const char *name)
{
    char text[64];

    snprintf(text, sizeof(text), "%s\n", name);
    move_in(name, text);
    test_host_wait_value(host, name);
}

static void files_moved_in_are_read_once_and_those_from_before_are_not(void **state)
{
    struct test_host *host = receiver_of(folder);

    (void)state;
    write_in("old", "old\n");
    test_host_number(host, "settle", HOUR_NS);
    test_host_set_clock(host, 1);
    test_host_start(host);
    test_host_wait_log(host, "files there already and left out: 1");
    move_in("one", "a\nb\r\nc");
    wait_for_a_look(host, "two");
    wait_for_a_look(host, "three");
    test_host_end(host);
    test_host_expect_values(host, "a|b|c|two|three");
    test_host_destroy(host);
}

static struct test_host *start_settled(int64_t settle_ns)
{
    struct test_host *host = receiver_of(folder);

    test_host_number(host, "settle", settle_ns);
    test_host_set_clock(host, 1);
    test_host_start(host);
    test_host_wait_log(host, "watching ");
    wait_for_a_look(host, "start");
    return host;
}

static void a_file_whose_writer_closes_it_is_read_at_once(void **state)
{
    struct test_host *host = start_settled(HOUR_NS);

    (void)state;
    write_in("closed", "x\ny\n");
    test_host_wait_records(host, 3);
    test_host_expect_values(host, "start|x|y");
    test_host_destroy(host);
}

static void a_slow_writer_is_waited_for_and_its_file_is_read_whole(void **state)
{
    struct test_host *host = start_settled(1000 * MS);
    FILE *file = fopen(path_in(folder, "slow"), "w");

    (void)state;
    fputs("one\n", file);
    fflush(file);
    wait_for_a_look(host, "look-1");
    test_host_advance(host, 900 * MS);
    fputs("two\n", file);
    fflush(file);
    wait_for_a_look(host, "look-2");
    test_host_advance(host, 900 * MS);
    wait_for_a_look(host, "look-3");
    test_host_expect_values(host, "start|look-1|look-2|look-3");
    test_host_advance(host, 200 * MS);
    test_host_wait_records(host, 6);
    test_host_expect_values(host, "start|look-1|look-2|look-3|one|two");
    fclose(file);
    test_host_destroy(host);
}

static void what_is_added_after_reading_is_told_and_not_read(void **state)
{
    struct test_host *host = start_settled(HOUR_NS);

    (void)state;
    write_in("grows", "x\n");
    test_host_wait_records(host, 2);
    write_at(path_in(folder, "grows"), "a", "y\n");
    test_host_wait_log(host, "grows changed after it was read");
    write_at(path_in(folder, "grows"), "a", "z\n");
    wait_for_a_look(host, "look");
    wait_for_a_look(host, "look-2");
    test_host_expect_values(host, "start|x|look|look-2");
    assert_int_equal(test_host_count_log(host, "changed after it was read"), 1);
    test_host_destroy(host);
}

static void another_file_of_the_same_name_is_read_too(void **state)
{
    struct test_host *host = start_settled(HOUR_NS);

    (void)state;
    move_in("name", "first\n");
    test_host_wait_records(host, 2);
    move_in("name", "second, which is longer\n");
    test_host_wait_records(host, 3);
    assert_int_equal(unlink(path_in(folder, "name")), 0);
    wait_for_a_look(host, "look");
    move_in("name", "third\n");
    test_host_wait_records(host, 5);
    test_host_expect_values(host, "start|first|second, which is longer|look|third");
    assert_int_equal(test_host_count_log(host, "changed after it was read"), 0);
    test_host_destroy(host);
}

static void names_that_writers_use_before_they_rename_do_not_count(void **state)
{
    static const char *const names[] = {"a._COPYING_", "b.tmp", "c.part", "d~", "_e", ".f"};
    struct test_host *host = start_settled(HOUR_NS);

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        write_in(names[i], "no\n");
    }
    wait_for_a_look(host, "look");
    assert_int_equal(rename(path_in(folder, "b.tmp"), path_in(folder, "b")), 0);
    test_host_wait_records(host, 3);
    wait_for_a_look(host, "look-2");
    test_host_expect_values(host, "start|look|no|look-2");
    test_host_destroy(host);
}

static void an_empty_file_is_waited_for(void **state)
{
    struct test_host *host = start_settled(0);

    (void)state;
    write_in("later", "");
    wait_for_a_look(host, "look");
    wait_for_a_look(host, "look-2");
    write_at(path_in(folder, "later"), "a", "content\n");
    test_host_wait_records(host, 4);
    test_host_expect_values(host, "start|look|look-2|content");
    test_host_destroy(host);
}

static void only_names_of_the_pattern_count(void **state)
{
    struct test_host *host = receiver_of(folder);

    (void)state;
    write_in("a.log", "a\n");
    write_in("b.txt", "b\n");
    write_in(".c.log", "c\n");
    assert_int_equal(mkdir(path_in(folder, "d.log"), 0700), 0);
    test_host_text(host, "filter", "*.log");
    test_host_number(host, "once", 1);
    test_host_start(host);
    assert_int_equal(test_host_wait_return(host), WEIR_OK);
    test_host_expect_values(host, "a");
    test_host_destroy(host);
}

static void once_reads_what_is_there_in_the_order_of_time_and_name_and_ends(void **state)
{
    struct test_host *host = receiver_of(folder);

    (void)state;
    write_in("c", "3\n");
    write_in("b", "2");
    write_in("a", "1\n1b");
    write_in("z", "0\n");
    write_in("empty", "");
    set_modified_ms("a", 20000);
    set_modified_ms("b", 20000);
    set_modified_ms("c", 30000);
    set_modified_ms("z", 10000);
    test_host_number(host, "once", 1);
    test_host_start(host);
    assert_int_equal(test_host_wait_return(host), WEIR_OK);
    test_host_expect_values(host, "0|1|1b|2|3");
    assert_string_equal(test_host_stop_reason(host), "end of input");
    assert_int_equal(test_host_metric(host, "files_read"), 5);
    test_host_destroy(host);
}

static void once_without_a_folder_is_a_mistake_of_the_job(void **state)
{
    struct test_host *host = receiver_of("/nonexistent/folder");

    (void)state;
    test_host_number(host, "once", 1);
    test_host_start(host);
    assert_int_equal(test_host_wait_return(host), WEIR_E_CONFIG);
    assert_string_equal(test_host_story(host), "/nonexistent/folder: no such folder");
    test_host_destroy(host);
}

static void a_folder_that_comes_later_is_told_and_found(void **state)
{
    const char *path = path_in(folder, "later");
    struct test_host *host = receiver_of(path);

    (void)state;
    test_host_number(host, "settle", 0);
    test_host_start(host);
    test_host_wait_log(host, "later: no such folder; it is looked for again");
    assert_int_equal(mkdir(path, 0700), 0);
    move_in("later/x", "x\n");
    test_host_wait_records(host, 1);
    assert_int_equal(test_host_count_log(host, "no such folder"), 1);
    test_host_destroy(host);
}

static void a_file_that_vanishes_before_it_is_read_is_told_by_name(void **state)
{
    struct test_host *host = receiver_of(folder);

    (void)state;
    /* The file goes while the receiver waits for room with the one before it. */
    write_in("a", "first\n");
    write_in("b", "second\n");
    write_in("c", "third\n");
    set_modified_ms("a", 1000);
    set_modified_ms("b", 2000);
    set_modified_ms("c", 3000);
    test_host_number(host, "once", 1);
    test_host_set_full(host, true);
    test_host_start(host);
    test_host_wait_refusals(host, 1);
    assert_int_equal(unlink(path_in(folder, "b")), 0);
    test_host_set_full(host, false);
    assert_int_equal(test_host_wait_return(host), WEIR_OK);
    test_host_expect_values(host, "first|third");
    const char *line = test_host_wait_log(host, "vanished between listing and reading");
    assert_non_null(strstr(line, path_in(folder, "b")));
    assert_non_null(strstr(line, "warn: "));
    test_host_destroy(host);
}

static void a_file_that_cannot_be_read_is_told_once_and_tried_again_when_it_changes(void **state)
{
    struct test_host *host = receiver_of(folder);

    (void)state;
    assert_int_equal(chmod(folder, 0777), 0);
    test_host_number(host, "settle", 0);
    test_host_as_nobody(host); /* root may read all */
    test_host_start(host);
    test_host_wait_log(host, "watching ");
    write_at(path_in(outside, "locked"), "w", "secret\n");
    assert_int_equal(chmod(path_in(outside, "locked"), 0), 0);
    assert_int_equal(rename(path_in(outside, "locked"), path_in(folder, "locked")), 0);
    test_host_wait_log(host, "locked: Permission denied");
    wait_for_a_look(host, "look");
    wait_for_a_look(host, "look-2");
    assert_int_equal(test_host_count_log(host, "locked: Permission denied"), 1);
    assert_int_equal(test_host_metric(host, "files_failed"), 1);
    assert_int_equal(chmod(path_in(folder, "locked"), 0666), 0);
    test_host_wait_records(host, 3);
    test_host_expect_values(host, "look|look-2|secret");
    test_host_destroy(host);
}

static void a_large_file_of_all_kinds_of_lines_comes_whole(void **state)
{
    enum { LINES = 60000 };
    struct test_host *host = receiver_of(folder);
    FILE *file = fopen(path_in(folder, "large"), "w");

    (void)state;
    srand(5);
    for (int i = 0; i < LINES; i++) {
        fprintf(file, "%d", i);
        for (int c = rand() % (i % 1000 == 0 ? 200000 : 200); c > 0; c--) {
            fputc('x', file);
        }
        fputs(i % 5 == 0 ? "\r\n" : i % 7 == 0 ? "\r" : "\n", file);
    }
    fclose(file);
    test_host_number(host, "once", 1);
    test_host_number(host, "block", 65536);
    test_host_use_tight_blocks(host);
    test_host_start(host);
    assert_int_equal(test_host_wait_return(host), WEIR_OK);
    assert_int_equal(test_host_records_count(host), LINES);
    for (int i = 0; i < LINES; i++) {
        assert_int_equal(atoi(test_host_record(host, (size_t)i)->value), i);
    }
    test_host_destroy(host);
}

static void it_stops_in_the_middle_of_a_file(void **state)
{
    struct test_host *host = receiver_of(folder);

    (void)state;
    write_in("a", "a\n");
    test_host_number(host, "once", 1);
    test_host_set_full(host, true);
    test_host_start(host);
    test_host_wait_refusals(host, 1);
    assert_int_equal(test_host_end(host), WEIR_OK);
    assert_null(test_host_stop_reason(host));
    test_host_destroy(host);
}

static void options_that_do_not_fit_are_refused(void **state)
{
    struct test_host *host = test_host_create("files");
    weir_error error;

    (void)state;
    assert_int_equal(test_host_check(host, &error), WEIR_E_CONFIG);
    assert_non_null(strstr(error.msg, "path: "));
    test_host_text(host, "path", "x");
    assert_int_equal(test_host_check(host, &error), WEIR_OK);
    test_host_number(host, "once", 1);
    test_host_text(host, "mode", "spark");
    assert_int_equal(test_host_check(host, &error), WEIR_E_CONFIG);
    assert_non_null(strstr(error.msg, "once: "));
    test_host_destroy(host);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDERS(files_moved_in_are_read_once_and_those_from_before_are_not),
        IN_FOLDERS(a_file_whose_writer_closes_it_is_read_at_once),
        IN_FOLDERS(a_slow_writer_is_waited_for_and_its_file_is_read_whole),
        IN_FOLDERS(what_is_added_after_reading_is_told_and_not_read),
        IN_FOLDERS(another_file_of_the_same_name_is_read_too),
        IN_FOLDERS(names_that_writers_use_before_they_rename_do_not_count),
        IN_FOLDERS(an_empty_file_is_waited_for),
        IN_FOLDERS(only_names_of_the_pattern_count),
        IN_FOLDERS(once_reads_what_is_there_in_the_order_of_time_and_name_and_ends),
        IN_FOLDERS(once_without_a_folder_is_a_mistake_of_the_job),
        IN_FOLDERS(a_folder_that_comes_later_is_told_and_found),
        IN_FOLDERS(a_file_that_vanishes_before_it_is_read_is_told_by_name),
        IN_FOLDERS(a_file_that_cannot_be_read_is_told_once_and_tried_again_when_it_changes),
        IN_FOLDERS(a_large_file_of_all_kinds_of_lines_comes_whole),
        IN_FOLDERS(it_stops_in_the_middle_of_a_file),
        IN_FOLDERS(options_that_do_not_fit_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
