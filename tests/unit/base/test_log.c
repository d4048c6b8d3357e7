/* test_log - lines as text and as JSON, sinks and hooks. */
#include "base/log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/thread.h"

struct caught {
    char line[5000];
    enum log_level level;
    int count;
};

static struct caught caught;

static void catch_line(void *owner, enum log_level level, const char *line)
{
    struct caught *into = owner;

    snprintf(into->line, sizeof(into->line), "%s", line);
    into->level = level;
    into->count++;
}

static int catch_lines(void **state)
{
    (void)state;
    memset(&caught, 0, sizeof(caught));
    log_set_level(LOG_INFO);
    log_set_format(LOG_TEXT);
    log_set_sink(catch_line, &caught);
    return 0;
}

static int end_catching(void **state)
{
    (void)state;
    log_set_sink(NULL, NULL);
    log_on_write(NULL, NULL);
    return 0;
}

static void writes_time_level_who_and_what(void **state)
{
    int hour, minute, second, ms;
    char level[8];

    (void)state;
    log_write(LOG_WARN, "source lines", "paused, %s", "buffer full");
    assert_int_equal(caught.level, LOG_WARN);
    assert_int_equal(
        sscanf(caught.line, "%2d:%2d:%2d.%3d %7s", &hour, &minute, &second, &ms, level), 5);
    assert_string_equal(level, "WARN");
    assert_string_equal(caught.line + 12, " WARN  source lines: paused, buffer full");
    log_write(LOG_ERROR, NULL, "no one");
    assert_string_equal(caught.line + 12, " ERROR no one");
}

static void writes_only_its_level_and_above_and_counts_that(void **state)
{
    uint64_t infos = log_count(LOG_INFO);
    uint64_t warnings = log_count(LOG_WARN);

    (void)state;
    log_set_level(LOG_WARN);
    assert_int_equal(log_get_level(), LOG_WARN);
    log_write(LOG_INFO, NULL, "no");
    log_write(LOG_WARN, NULL, "yes");
    log_set_level(LOG_OFF);
    log_write(LOG_ERROR, NULL, "no");
    assert_int_equal(caught.count, 1);
    assert_int_equal(log_count(LOG_INFO), infos);
    assert_int_equal(log_count(LOG_WARN), warnings + 1);
}

static void lets_no_message_break_or_forge_a_line(void **state)
{
    (void)state;
    log_write(LOG_INFO, "a\nb", "x\n18:00:00.000 ERROR y\t\x1b[31m\x7f \xff z");
    assert_string_equal(caught.line + 12,
                        " INFO  a\\nb: x\\n18:00:00.000 ERROR y\\x09\\x1b[31m\\x7f ? z");
}

static void writes_an_object_a_line_in_json(void **state)
{
    int day, ms;

    (void)state;
    log_set_format(LOG_JSON);
    log_write(LOG_INFO, "sink \"a\\b\"", "line\n\x01 \xE2\x82\xAC \xC0\x80 \xED\xA0\x80 \xF0\x9F");
    assert_int_equal(sscanf(caught.line, "{\"ts\":\"20%*d-%*d-%dT%*d:%*d:%*d.%dZ\"", &day, &ms), 2);
    assert_non_null(strstr(caught.line,
                           "Z\",\"level\":\"info\",\"component\":\"sink \\\"a\\\\b\\\"\",\"msg\":"
                           "\"line\\n\\u0001 \xE2\x82\xAC \\ufffd\\ufffd \\ufffd\\ufffd\\ufffd "
                           "\\ufffd\\ufffd\"}"));
    log_write(LOG_INFO, NULL, "x");
    assert_null(strstr(caught.line, "component"));
}

static void cuts_what_does_not_fit_between_characters(void **state)
{
    char long_text[6001];
    size_t size;

    (void)state;
    for (int i = 0; i < 2000; i++) {
        memcpy(long_text + i * 3, "\xE2\x82\xAC", 3);
    }
    long_text[6000] = '\0';
    log_write(LOG_INFO, NULL, "%s", long_text);
    size = strlen(caught.line);
    assert_true(size > 3000 && size < 4096);
    assert_string_equal(caught.line + size - 6, "\xE2\x82\xAC...");
    assert_null(strchr(caught.line, '?'));

    memset(long_text, '\1', 6000); /* escaped, it is six times as long */
    log_set_format(LOG_JSON);
    log_write(LOG_INFO, NULL, "%s", long_text);
    size = strlen(caught.line);
    assert_true(size > 4000 && size < 4096);
    assert_string_equal(caught.line + size - 11, "\\u0001...\"}");
}

static void leaves_errno_alone(void **state)
{
    (void)state;
    errno = EXDEV;
    log_write(LOG_INFO, NULL, "x");
    assert_int_equal(errno, EXDEV);
}

static void knows_the_names_of_levels(void **state)
{
    enum log_level level = LOG_DEBUG;

    (void)state;
    assert_true(log_level_from_name("error", &level));
    assert_int_equal(level, LOG_ERROR);
    assert_true(log_level_from_name("off", &level));
    assert_int_equal(level, LOG_OFF);
    assert_false(log_level_from_name("Warn", &level));
    assert_false(log_level_from_name("", &level));
    assert_int_equal(level, LOG_OFF);
}

/* Reads what the calls wrote to stderr, which is turned into a file meanwhile. */
static size_t written_by(void (*calls)(void), char *out, size_t size)
{
    FILE *file = tmpfile();
    int before = dup(STDERR_FILENO);
    size_t got;

    assert_non_null(file);
    assert_true(before >= 0);
    assert_true(dup2(fileno(file), STDERR_FILENO) >= 0);
    log_set_sink(NULL, NULL);
    calls();
    assert_true(dup2(before, STDERR_FILENO) >= 0);
    close(before);
    rewind(file);
    got = fread(out, 1, size - 1, file);
    out[got] = '\0';
    fclose(file);
    return got;
}

static void draw_progress(void *owner, bool is_before)
{
    (void)owner;
    assert_int_equal(write(STDERR_FILENO, is_before ? "<" : ">", 1), 1);
}

static void write_with_progress(void)
{
    log_on_write(draw_progress, NULL);
    log_write(LOG_INFO, NULL, "a");
    log_write(LOG_DEBUG, NULL, "b");
    log_on_write(NULL, NULL);
    log_write(LOG_INFO, NULL, "c");
}

static void has_the_progress_line_wiped_and_drawn_around_a_line(void **state)
{
    char text[200];

    (void)state;
    written_by(write_with_progress, text, sizeof(text));
    assert_int_equal(text[0], '<');
    assert_memory_equal(text + 13, " INFO  a\n>", 10);
    assert_string_equal(text + 23 + 12, " INFO  c\n");
}

enum { THREADS = 4, LINES = 500 };

static void write_lines(void *argument)
{
    for (int i = 0; i < LINES; i++) {
        log_write(LOG_INFO, argument, "%0100d", i);
    }
}

static void write_from_threads(void)
{
    static char names[THREADS][2] = {"a", "b", "c", "d"};
    struct thread threads[THREADS];

    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(thread_start(&threads[i], "log", write_lines, names[i], NULL), WEIR_OK);
    }
    for (int i = 0; i < THREADS; i++) {
        thread_join(&threads[i]);
    }
}

static void keeps_the_lines_of_many_threads_whole(void **state)
{
    static char text[THREADS * LINES * 130];
    size_t size = written_by(write_from_threads, text, sizeof(text));
    int next[THREADS] = {0};
    size_t line_size = strlen("00:00:00.000 INFO  a: \n") + 100;

    (void)state;
    assert_int_equal(size, THREADS * LINES * line_size);
    for (size_t at = 0; at < size; at += line_size) {
        int who = text[at + 19] - 'a';
        assert_in_range(who, 0, THREADS - 1);
        assert_int_equal(atoi(text + at + 22), next[who]);
        assert_int_equal(text[at + line_size - 1], '\n');
        next[who]++;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(writes_time_level_who_and_what, catch_lines, end_catching),
        cmocka_unit_test_setup_teardown(writes_only_its_level_and_above_and_counts_that,
                                        catch_lines, end_catching),
        cmocka_unit_test_setup_teardown(lets_no_message_break_or_forge_a_line, catch_lines,
                                        end_catching),
        cmocka_unit_test_setup_teardown(writes_an_object_a_line_in_json, catch_lines, end_catching),
        cmocka_unit_test_setup_teardown(cuts_what_does_not_fit_between_characters, catch_lines,
                                        end_catching),
        cmocka_unit_test_setup_teardown(leaves_errno_alone, catch_lines, end_catching),
        cmocka_unit_test(knows_the_names_of_levels),
        cmocka_unit_test_setup_teardown(has_the_progress_line_wiped_and_drawn_around_a_line,
                                        catch_lines, end_catching),
        cmocka_unit_test_setup_teardown(keeps_the_lines_of_many_threads_whole, catch_lines,
                                        end_catching),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
