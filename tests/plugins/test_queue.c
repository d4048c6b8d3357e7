/* The queue receiver, in a test host. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "test_host.h"

static char *write_file(const char *text)
{
    char *path = strdup("/tmp/weir-queue-XXXXXX");
    int fd = mkstemp(path);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
    return path;
}

static void remove_file(char *path)
{
    unlink(path);
    free(path);
}

static void without_a_rhythm_all_batches_come_at_once(void **state)
{
    struct test_host *host = test_host_create("queue");

    (void)state;
    test_host_text(host, "batches", "[[\"a\",{\"key\":\"k\",\"value\":\"b\"}],[],[\"c\"]]");
    test_host_start(host);
    assert_int_equal(test_host_wait_return(host), WEIR_OK);
    test_host_expect_values(host, "a|b|c");
    assert_string_equal(test_host_record(host, 1)->key, "k");
    assert_string_equal(test_host_stop_reason(host), "end of input");
    test_host_destroy(host);
}

static void each_interval_takes_one_batch(void **state)
{
    struct test_host *host = test_host_create("queue");

    (void)state;
    test_host_text(host, "batches", "[[\"a\",\"b\"],[],[\"c\"]]");
    test_host_use_ticks(host, 1000, 1000);
    test_host_set_clock(host, 0);
    test_host_start(host);
    test_host_tick(host);
    test_host_expect_values(host, "a|b");
    test_host_tick(host);
    test_host_tick(host);
    test_host_expect_values(host, "a|b|c");
    assert_int_equal(test_host_wait_return(host), WEIR_OK);
    assert_int_equal(test_host_record(host, 0)->batch, 1);
    assert_int_equal(test_host_record(host, 1)->batch, 1);
    assert_int_equal(test_host_record(host, 2)->batch, 3);
    test_host_destroy(host);
}

static void or_the_first_takes_all(void **state)
{
    struct test_host *host = test_host_create("queue");

    (void)state;
    test_host_text(host, "batches", "[[\"a\",\"b\"],[],[\"c\"]]");
    test_host_number(host, "one_at_a_time", 0);
    test_host_use_ticks(host, 1000, 1000);
    test_host_set_clock(host, 0);
    test_host_start(host);
    test_host_tick(host);
    test_host_expect_values(host, "a|b|c");
    test_host_destroy(host);
}

static void batches_are_repeated(void **state)
{
    struct test_host *host = test_host_create("queue");

    (void)state;
    test_host_text(host, "batches", "[[\"a\"],[\"b\"]]");
    test_host_number(host, "repeat", 3);
    test_host_start(host);
    assert_int_equal(test_host_wait_return(host), WEIR_OK);
    test_host_expect_values(host, "a|b|a|b|a|b");
    test_host_destroy(host);
}

static void without_end_they_are_repeated_until_the_stop(void **state)
{
    struct test_host *host = test_host_create("queue");

    (void)state;
    test_host_text(host, "batches", "[[\"a\"]]");
    test_host_number(host, "repeat", 0);
    test_host_start(host);
    test_host_wait_records(host, 1000);
    assert_int_equal(test_host_end(host), WEIR_OK);
    assert_null(test_host_stop_reason(host));
    test_host_destroy(host);
}

static void it_stops_while_it_waits_for_room_or_for_a_batch(void **state)
{
    struct test_host *host = test_host_create("queue");

    (void)state;
    test_host_text(host, "batches", "[[\"a\"]]");
    test_host_set_full(host, true);
    test_host_start(host);
    test_host_wait_refusals(host, 1);
    assert_int_equal(test_host_end(host), WEIR_OK);
    assert_int_equal(test_host_records_count(host), 0);
    test_host_destroy(host);

    host = test_host_create("queue");
    test_host_text(host, "batches", "[[\"a\"],[\"b\"]]");
    test_host_use_ticks(host, 1000, 1000);
    test_host_set_clock(host, 0);
    test_host_start(host);
    test_host_wait_records(host, 1);
    assert_int_equal(test_host_end(host), WEIR_OK);
    assert_int_equal(test_host_records_count(host), 1);
    test_host_destroy(host);
}

static void the_lines_of_a_file_come_so_many_to_a_batch(void **state)
{
    struct test_host *host = test_host_create("queue");
    char *path = write_file("one\ntwo\r\n\nfour\nfive");

    (void)state;
    test_host_text(host, "file", path);
    test_host_number(host, "per_batch", 2);
    test_host_use_ticks(host, 1000, 1000);
    test_host_set_clock(host, 0);
    test_host_start(host);
    test_host_tick(host);
    test_host_tick(host);
    test_host_tick(host);
    assert_int_equal(test_host_wait_return(host), WEIR_OK);
    test_host_expect_values(host, "one|two||four|five");
    assert_int_equal(test_host_record(host, 1)->batch, 1);
    assert_int_equal(test_host_record(host, 2)->batch, 2);
    assert_int_equal(test_host_record(host, 4)->batch, 3);
    assert_string_equal(test_host_stop_reason(host), "end of input");
    test_host_destroy(host);
    remove_file(path);
}

static void a_line_that_is_no_record_is_told_with_its_place_and_the_rest_goes_on(void **state)
{
    struct test_host *host = test_host_create("queue");
    char *path = write_file("\"a\\n\"\n\n{\"value\":\"b\",\"key\":\"k\",\"time\":2}\n[1,}\n"
                            "\"x\" \"y\"\n{\"c\":1}\n");
    char place[128];

    (void)state;
    test_host_text(host, "file", path);
    test_host_text(host, "format", "ndjson");
    test_host_start(host);
    assert_int_equal(test_host_wait_return(host), WEIR_OK);
    test_host_expect_values(host, "a\n|b|{\"c\":1}");
    assert_string_equal(test_host_record(host, 1)->key, "k");
    assert_int_equal(test_host_record(host, 1)->event_time_ns, 2000000);
    snprintf(place, sizeof(place), "reported: %s:4:4: not a record", path);
    test_host_wait_log(host, place);
    snprintf(place, sizeof(place), "reported: %s:5:5: not a record in JSON: more than one", path);
    test_host_wait_log(host, place);
    test_host_wait_log(host, "left out 2 lines");
    test_host_destroy(host);
    remove_file(path);
}

static void a_large_file_comes_whole_and_in_order(void **state)
{
    enum { LINES = 200000 };
    struct test_host *host = test_host_create("queue");
    char *text = malloc(LINES * 8), *at = text;
    char *path;

    (void)state;
    for (int i = 0; i < LINES; i++) {
        at += sprintf(at, "%d\n", i);
    }
    path = write_file(text);
    test_host_text(host, "file", path);
    test_host_start(host);
    assert_int_equal(test_host_wait_return(host), WEIR_OK);
    assert_int_equal(test_host_records_count(host), LINES);
    for (int i = 0; i < LINES; i++) {
        assert_int_equal(atoi(test_host_record(host, (size_t)i)->value), i);
    }
    test_host_destroy(host);
    remove_file(path);
    free(text);
}

static void a_file_that_is_not_there_is_a_mistake_of_the_job(void **state)
{
    struct test_host *host = test_host_create("queue");

    (void)state;
    test_host_text(host, "file", "/nonexistent/lines");
    test_host_start(host);
    assert_int_equal(test_host_wait_return(host), WEIR_E_CONFIG);
    assert_string_equal(test_host_story(host),
                        "open /nonexistent/lines: No such file or directory");
    test_host_destroy(host);
}

static void it_stops_while_the_standard_input_is_silent(void **state)
{
    struct test_host *host = test_host_create("queue");
    int saved = dup(STDIN_FILENO);
    int ends[2];

    (void)state;
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
    test_host_text(host, "file", "-");
    test_host_start(host);
    assert_int_equal(write(ends[1], "x\ny", 3), 3);
    test_host_wait_records(host, 1);
    assert_int_equal(test_host_end(host), WEIR_OK);
    test_host_expect_values(host, "x");
    test_host_destroy(host);
    assert_int_equal(dup2(saved, STDIN_FILENO), STDIN_FILENO);
    close(saved);
    close(ends[0]);
    close(ends[1]);
}

static void options_that_do_not_fit_are_refused(void **state)
{
    struct test_host *host = test_host_create("queue");
    weir_error error;

    (void)state;
    assert_int_equal(test_host_check(host, &error), WEIR_E_CONFIG);
    assert_string_equal(error.msg, "one of batches and file is needed");
    test_host_text(host, "batches", "[[\"a\"]");
    assert_int_equal(test_host_check(host, &error), WEIR_E_CONFIG);
    assert_non_null(strstr(error.msg, "batches: batch 2"));
    test_host_text(host, "batches", "[[\"a\"]]");
    assert_int_equal(test_host_check(host, &error), WEIR_OK);
    test_host_text(host, "file", "x");
    assert_int_equal(test_host_check(host, &error), WEIR_E_CONFIG);
    assert_string_equal(error.msg, "batches and file exclude each other");
    test_host_destroy(host);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_rhythm_all_batches_come_at_once),
        cmocka_unit_test(each_interval_takes_one_batch),
        cmocka_unit_test(or_the_first_takes_all),
        cmocka_unit_test(batches_are_repeated),
        cmocka_unit_test(without_end_they_are_repeated_until_the_stop),
        cmocka_unit_test(it_stops_while_it_waits_for_room_or_for_a_batch),
        cmocka_unit_test(the_lines_of_a_file_come_so_many_to_a_batch),
        cmocka_unit_test(a_line_that_is_no_record_is_told_with_its_place_and_the_rest_goes_on),
        cmocka_unit_test(a_large_file_comes_whole_and_in_order),
        cmocka_unit_test(a_file_that_is_not_there_is_a_mistake_of_the_job),
        cmocka_unit_test(it_stops_while_the_standard_input_is_silent),
        cmocka_unit_test(options_that_do_not_fit_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
