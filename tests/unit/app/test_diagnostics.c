/* Problems are shown at their places, in their order, whatever the line looks like. */
#include "app/diagnostics.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct document document;
static struct problems problems;
static struct bytes out;
static weir_error error;

static int begin(void **state)
{
    (void)state;
    document_init(&document);
    problems_init(&problems);
    bytes_init(&out);
    return 0;
}

static int end(void **state)
{
    (void)state;
    bytes_fini(&out);
    problems_fini(&problems);
    document_fini(&document);
    return 0;
}

static void parse(const char *json)
{
    struct bytes bytes = {0};

    bytes_append_text(&bytes, json);
    assert_int_equal(document_parse(&document, "job.json", &bytes, &problems, &error), WEIR_OK);
    assert_int_equal(problems.count, 0);
    assert_non_null(document.root);
}

static void tell(const char *pointer, bool is_at_key)
{
    problems_add(&problems, PROBLEM_ERROR, "E999", pointer, NULL, "wrong");
    problems_last(&problems)->is_at_key = is_at_key;
}

static void shows(const char *expected)
{
    diagnostics_write(&document, &problems, &out);
    assert_int_equal(bytes_status(&out, &error), WEIR_OK);
    assert_string_equal(out.data, expected);
}

static void problems_are_sorted_by_their_places(void **state)
{
    (void)state;
    parse("{\n  \"b\": 1,\n  \"a\": 22\n}");
    tell("/a", false);
    problems_add(&problems, PROBLEM_WARNING, "W999", "/b", "mend it", "doubtful");
    shows("job.json:2:8: warning[W999]: doubtful\n"
          "      at /b\n"
          "    2 |   \"b\": 1,\n"
          "      |        ^\n"
          "      = help: mend it\n"
          "\n"
          "job.json:3:8: error[E999]: wrong\n"
          "      at /a\n"
          "    3 |   \"a\": 22\n"
          "      |        ^^\n");
}

static void columns_count_characters_and_tabs_keep_their_width(void **state)
{
    (void)state;
    parse("{\t\"\xC3\xA4\xC3\xB6\":\t\"\xE2\x82\xAC\xE2\x82\xAC\"}");
    tell("/\xC3\xA4\xC3\xB6", false);
    shows("job.json:1:9: error[E999]: wrong\n"
          "      at /\xC3\xA4\xC3\xB6\n"
          "    1 | {\t\"\xC3\xA4\xC3\xB6\":\t\"\xE2\x82\xAC\xE2\x82\xAC\"}\n"
          "      |  \t     \t^^^^\n");
}

static void a_key_an_object_and_what_is_missing_are_marked_by_their_key(void **state)
{
    (void)state;
    parse("{ \"a\": { \"b\": 1 } }");
    tell("/a/b", true);
    tell("/a", false);
    tell("/a/missing", false);
    shows("job.json:1:3: error[E999]: wrong\n"
          "      at /a\n"
          "    1 | { \"a\": { \"b\": 1 } }\n"
          "      |   ^^^\n"
          "\n"
          "job.json:1:3: error[E999]: wrong\n"
          "      at /a/missing\n"
          "    1 | { \"a\": { \"b\": 1 } }\n"
          "      |   ^^^\n"
          "\n"
          "job.json:1:10: error[E999]: wrong\n"
          "      at /a/b\n"
          "    1 | { \"a\": { \"b\": 1 } }\n"
          "      |          ^^^\n");
}

static void a_long_line_is_shown_around_the_caret(void **state)
{
    struct bytes text = {0};
    const char *caret;
    const char *value;

    (void)state;
    bytes_append_text(&text, "{ \"a\": [");
    for (int i = 0; i < 1000; i++) {
        bytes_append_text(&text, "\"\xE2\x82\xAC\", ");
    }
    bytes_append_text(&text, "12345, \"b\"");
    for (int i = 0; i < 1000; i++) {
        bytes_append_text(&text, ", 0");
    }
    bytes_append_text(&text, "]}");
    parse(text.data);
    bytes_fini(&text);
    tell("/a/1000", false);
    diagnostics_write(&document, &problems, &out);
    assert_int_equal(bytes_status(&out, &error), WEIR_OK);
    assert_in_range(out.size, 100, 800);
    assert_non_null(strstr(out.data, " | ..."));
    value = strstr(out.data, "12345");
    caret = strstr(out.data, "^^^^^\n");
    assert_non_null(value);
    assert_non_null(caret);
    /* The caret stands under its value, in characters. */
    size_t before_value = 0;
    for (const char *at = value - 1; *at != '\n'; at--) {
        before_value += ((unsigned char)*at & 0xC0u) != 0x80u;
    }
    size_t before_caret = 0;
    for (const char *at = caret - 1; *at != '\n'; at--) {
        before_caret++;
    }
    assert_int_equal(before_caret, before_value);
}

static void a_value_from_the_command_line_is_shown_there(void **state)
{
    (void)state;
    parse("{ \"a\": 1 }");
    assert_int_equal(document_set(&document, "/b/c=[true, 5]", &error), WEIR_OK);
    tell("/b/c/1", false);
    tell("/a", false);
    shows("job.json:1:8: error[E999]: wrong\n"
          "      at /a\n"
          "    1 | { \"a\": 1 }\n"
          "      |        ^\n"
          "\n"
          "--set:1:6: error[E999]: wrong\n"
          "      at /b/c/1\n"
          "    1 | /b/c=[true, 5]\n"
          "      |      ^^^^^^^^^\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(problems_are_sorted_by_their_places, begin, end),
        cmocka_unit_test_setup_teardown(columns_count_characters_and_tabs_keep_their_width, begin,
                                        end),
        cmocka_unit_test_setup_teardown(a_key_an_object_and_what_is_missing_are_marked_by_their_key,
                                        begin, end),
        cmocka_unit_test_setup_teardown(a_long_line_is_shown_around_the_caret, begin, end),
        cmocka_unit_test_setup_teardown(a_value_from_the_command_line_is_shown_there, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
