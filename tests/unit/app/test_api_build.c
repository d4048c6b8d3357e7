/* What is wrong with a program is collected and told at the start, all of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <weir/test.h>

#include "base/log.h"

static void expect(const char *text, const char *part)
{
    if (strstr(text, part) == NULL) {
        fail_msg("\"%s\" is not in:\n%s", part, text);
    }
}

static void same(const struct weir_row *row, struct weir_emitter *out, struct weir_value argument)
{
    (void)argument;
    weir_emit(out, row->value);
}

static void other(const struct weir_row *row, struct weir_emitter *out, struct weir_value argument)
{
    (void)argument;
    weir_emit(out, row->key);
}

static bool always(const struct weir_row *row, struct weir_value argument)
{
    (void)row;
    (void)argument;
    return true;
}

static struct weir_context *context;
static struct weir_stream *lines; /* of a queue */

static int set_up(void **state)
{
    (void)state;
    log_set_level(LOG_OFF);
    context = weir_test_context(1000);
    lines = weir_queue_stream(weir_queue_create(context, "lines", true));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    weir_context_destroy(context);
    return 0;
}

static void every_mistake_is_told_and_logged(void **state)
{
    uint64_t logged = log_count(LOG_ERROR);
    const char *text;

    (void)state;
    log_set_level(LOG_ERROR);
    weir_print(weir_window(lines, "1500ms", NULL), 10);
    weir_print(weir_name(weir_window(lines, "soon", "2s"), "soonest"), 10);
    weir_print(weir_window(lines, "2s", "0s"), 10);
    weir_print(weir_map(lines, weir_builtin("splitt"), weir_null()), 10);
    weir_print(weir_filter(lines, WEIR_SUM, weir_null()), 10);
    weir_print(weir_reduce_by_key(weir_map(lines, WEIR_LOWER, weir_null()), WEIR_SUM, weir_null()),
               10);
    weir_output(lines, "screen", "konsole", NULL);
    weir_output(lines, "screen", "console", "{\"rows\": \"many\"}");
    weir_output(lines, "two words", "console", NULL);
    weir_save_as_text_files(lines, NULL, NULL);
    weir_source(context, "gone", "no-such-plugin", NULL);

    assert_int_equal(weir_start(context), WEIR_E_CONFIG);
    text = weir_context_error(context);
    expect(text, "window1");
    expect(text, "window 1500ms of \"window1\" is not a multiple of the batch interval 1s");
    expect(text, "/operators/soonest/window: \"soon\" is no duration above zero");
    expect(text, "/slide: \"0s\" is no duration above zero");
    expect(text, "there is no function \"splitt\"");
    expect(text, "\"sum\" is a reduce function, but filter needs a test of rows");
    expect(text, "takes pairs, but");
    expect(text, "there is no sink of type \"konsole\"");
    expect(text, "there are two of the name \"screen\"");
    expect(text, "/sinks/screen/with/rows");
    expect(text, "\"two words\" is not a name");
    expect(text, "/with"); /* prefix is missing */
    expect(text, "no-such-plugin");
    assert_true(log_count(LOG_ERROR) - logged >= 12);
}

static void a_refused_start_is_refused_again(void **state)
{
    char first[4096];

    (void)state;
    assert_int_equal(weir_start(context), WEIR_E_CONFIG);
    snprintf(first, sizeof(first), "%s", weir_context_error(context));
    expect(first, "no output: nothing would be executed");
    weir_print(lines, 10);
    expect(weir_context_error(context), "weir_print: adding new inputs, transformations and "
                                        "outputs after the start is not supported");
    assert_int_equal(weir_start(context), WEIR_E_CONFIG);
    assert_string_equal(weir_context_error(context), first);
    assert_int_equal(weir_await_termination(context), WEIR_E_INVAL);
}

static void nothing_is_added_after_the_start(void **state)
{
    struct weir_capture *rows = weir_capture(lines);
    struct weir_stream *late;

    (void)state;
    assert_int_equal(weir_start(context), WEIR_OK);
    assert_string_equal(weir_context_error(context), "");
    late = weir_map(lines, WEIR_LOWER, weir_null());
    assert_non_null(late);
    expect(weir_context_error(context), "weir_map: adding new inputs, transformations and outputs "
                                        "after the start is not supported");
    weir_print(weir_window(late, "2s", NULL), 10);
    weir_print(weir_union((struct weir_stream *[]){late, lines}, 2), 10);
    assert_non_null(weir_capture(late));
    weir_name(lines, "renamed");
    assert_non_null(weir_queue_create(context, "late", true));
    expect(weir_context_error(context), "weir_queue_create: adding");
    assert_int_equal(weir_test_advance(context, 1), WEIR_OK);
    assert_int_equal(weir_capture_count(rows), 1);
}

static void a_name_stands_for_one_function(void **state)
{
    struct weir_function renamed = WEIR_FUNCTION(other);

    (void)state;
    renamed.name = "same";
    weir_print(weir_map(lines, WEIR_FUNCTION(same), weir_null()), 10);
    weir_print(weir_map(lines, WEIR_FUNCTION(same), weir_null()), 10);
    weir_print(weir_name(weir_map(lines, renamed, weir_null()), "clash"), 10);
    assert_int_equal(weir_start(context), WEIR_E_CONFIG);
    assert_string_equal(weir_context_error(context),
                        "E044 /operators/clash/fn: the name \"same\" stands for another function "
                        "already\n");
}

static void a_program_may_name_a_function_like_a_built_in(void **state)
{
    struct weir_function mine = WEIR_FUNCTION(always);

    (void)state;
    mine.name = "sum";
    weir_capture(weir_filter(lines, mine, weir_null()));
    assert_int_equal(weir_start(context), WEIR_OK);
}

static void streams_of_two_contexts_are_not_united(void **state)
{
    struct weir_context *second = weir_test_context(1000);
    struct weir_stream *foreign = weir_queue_stream(weir_queue_create(second, "far", true));

    (void)state;
    weir_print(weir_union((struct weir_stream *[]){lines, foreign, NULL}, 3), 10);
    assert_int_equal(weir_start(context), WEIR_E_CONFIG);
    expect(weir_context_error(context), "stream 1 of the union belongs to another context");
    expect(weir_context_error(context), "stream 2 of the union is NULL");
    weir_context_destroy(second);
}

static void what_is_null_is_survived(void **state)
{
    struct weir_stream *nothing = weir_map(NULL, WEIR_LOWER, weir_null());
    struct weir_value one = weir_int(1);

    (void)state;
    assert_non_null(nothing);
    weir_print(weir_window(nothing, "1s", NULL), 10);
    weir_print(NULL, 10);
    weir_foreach_rdd(NULL, WEIR_SUM, weir_null());
    assert_non_null(weir_union(NULL, 3));
    assert_non_null(weir_source(NULL, "lines", "queue", NULL));
    assert_non_null(weir_queue_stream(weir_queue_create(NULL, "lines", true)));
    assert_int_equal(weir_queue_push(NULL, &one, 1), WEIR_E_INVAL);
    assert_int_equal(weir_queue_push(weir_queue_create(NULL, NULL, true), &one, 1), WEIR_E_INVAL);
    weir_queue_end(NULL);
    assert_null(weir_capture_text(weir_capture(nothing), 1000));
    assert_int_equal(weir_capture_count(NULL), 0);
    assert_int_equal(weir_start(NULL), WEIR_E_INVAL);
    assert_int_equal(weir_stop(NULL, true), WEIR_E_INVAL);
    assert_non_null(weir_context_error(NULL));
    weir_context_destroy(NULL);

    weir_print(weir_map(weir_source(context, NULL, NULL, NULL), WEIR_FUNCTION(same), weir_null()),
               10);
    weir_print(weir_map(lines, (struct weir_function){.name = NULL}, weir_null()), 10);
    weir_print(weir_window(lines, NULL, NULL), 10);
    weir_output(lines, NULL, NULL, NULL);
    weir_name(lines, NULL);
    assert_int_equal(weir_start(context), WEIR_E_CONFIG);
    expect(weir_context_error(context), "has no function");
    expect(weir_context_error(context), "/window");
    expect(weir_context_error(context), "\"\" is not a name");
}

static void a_name_that_was_given_up_is_free_again(void **state)
{
    struct weir_stream *first = weir_window(lines, "2s", NULL);

    (void)state;
    weir_name(first, "a");
    weir_name(first, "b");
    weir_name(first, "a");
    weir_name(first, "c");
    weir_capture(first);
    weir_capture(weir_name(weir_window(lines, "3s", NULL), "a"));
    weir_capture(weir_name(weir_window(lines, "3s", NULL), "window1"));
    assert_int_equal(weir_start(context), WEIR_OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_mistake_is_told_and_logged),
        TEST(a_refused_start_is_refused_again),
        TEST(nothing_is_added_after_the_start),
        TEST(a_name_stands_for_one_function),
        TEST(a_program_may_name_a_function_like_a_built_in),
        TEST(streams_of_two_contexts_are_not_united),
        TEST(what_is_null_is_survived),
        TEST(a_name_that_was_given_up_is_free_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
