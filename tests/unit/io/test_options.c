/*
 * test_options - what a job gives is checked against the table, and all that is wrong is told.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/fault.h"
#include "base/mem.h"
#include "io/options.h"

static const weir_option table[] = {
    {.key = "topics",
     .summary = "What to listen to",
     .type = WEIR_T_STRING_LIST,
     .flags = WEIR_OPT_REQUIRED},
    {.key = "url",
     .summary = "Where",
     .default_json = "\"mqtt://localhost\"",
     .type = WEIR_T_STRING},
    {.key = "qos", .summary = "How sure", .default_json = "0", .max = 2, .type = WEIR_T_INT},
    {.key = "scale", .summary = "Factor", .type = WEIR_T_FLOAT, .min = 0.5, .max = 2},
    {.key = "clean", .summary = "Anew", .default_json = "true", .type = WEIR_T_BOOL},
    {.key = "wait",
     .summary = "Patience",
     .default_json = "\"1500ms\"",
     .min = 1e6,
     .max = 6e10,
     .type = WEIR_T_DURATION_NS},
    {.key = "buffer", .summary = "Room", .type = WEIR_T_SIZE},
    {.key = "mode",
     .summary = "How",
     .default_json = "\"all\"",
     .enum_values = "one|all|none",
     .type = WEIR_T_ENUM},
    {.key = "properties", .summary = "Passed on", .type = WEIR_T_STRING_MAP},
    {.key = "batches", .summary = "Rows", .type = WEIR_T_JSON},
    {.key = "tls.ca", .summary = "Whom to trust", .type = WEIR_T_STRING},
    {.key = "tls.depth", .summary = "How far", .type = WEIR_T_INT},
    {.key = "password",
     .summary = "Secret",
     .type = WEIR_T_INT,
     .min = 10,
     .max = 20,
     .flags = WEIR_OPT_SECRET},
    {.key = "old", .summary = "Use mode", .type = WEIR_T_BOOL, .flags = WEIR_OPT_DEPRECATED},
};

#define TABLE_COUNT ((uint32_t)(sizeof(table) / sizeof(table[0])))

struct parsed {
    struct problems problems;
    struct options *options;
};

static void parse(struct parsed *parsed, const char *with)
{
    weir_error error = {0};

    problems_init(&parsed->problems);
    assert_int_equal(options_parse(table, TABLE_COUNT, sizeof(weir_option), with,
                                   "source type mqtt", "/sources/lines/with", &parsed->problems,
                                   &parsed->options, &error),
                     WEIR_OK);
    assert_non_null(parsed->options);
}

static void parsed_fini(struct parsed *parsed)
{
    options_destroy(parsed->options);
    problems_fini(&parsed->problems);
}

/* There is exactly one problem, and it is this. help NULL: none. */
static void expect_one(const char *with, const char *code, const char *pointer, const char *message,
                       const char *help)
{
    struct parsed parsed;
    const struct problem *problem;

    parse(&parsed, with);
    if (parsed.problems.count != 1) {
        char *text = problems_text(&parsed.problems);
        print_error("%s: %zu problems\n%s", with, parsed.problems.count, text);
        mem_free(text);
    }
    assert_int_equal(parsed.problems.count, 1);
    problem = &parsed.problems.items[0];
    assert_string_equal(problem->message, message);
    assert_string_equal(problem->code, code);
    assert_string_equal(problem->pointer, pointer);
    if (help == NULL) {
        assert_null(problem->help);
    } else {
        assert_string_equal(problem->help, help);
    }
    parsed_fini(&parsed);
}

static void values_of_every_type_are_read(void **state)
{
    struct parsed parsed;
    weir_setting setting;

    (void)state;
    parse(&parsed, "{\"topics\": [\"a\", \"b\"], \"url\": \"mqtt://x\", \"qos\": 2, \"scale\": 1.5,"
                   " \"clean\": false, \"wait\": \"2s\", \"buffer\": \"64KiB\", \"mode\": \"one\","
                   " \"properties\": {\"k\": \"v\", \"n\": 1}, \"batches\": [[1, 2], []],"
                   " \"tls\": {\"ca\": \"/etc/ca\", \"depth\": -3}, \"x-remark\": 5}");
    assert_int_equal(parsed.problems.count, 0);
    assert_string_equal(options_text(parsed.options, "topics"), "[\"a\",\"b\"]");
    assert_string_equal(options_text(parsed.options, "url"), "mqtt://x");
    assert_int_equal(options_int(parsed.options, "qos"), 2);
    assert_int_equal(options_get(parsed.options, "scale", &setting), WEIR_OK);
    assert_true(setting.f == 1.5);
    assert_int_equal(setting.type, WEIR_T_FLOAT);
    assert_false(options_bool(parsed.options, "clean"));
    assert_int_equal(options_int(parsed.options, "wait"), 2000000000);
    assert_int_equal(options_int(parsed.options, "buffer"), 65536);
    assert_string_equal(options_text(parsed.options, "mode"), "one");
    assert_string_equal(options_text(parsed.options, "properties"), "{\"k\":\"v\",\"n\":1}");
    assert_string_equal(options_text(parsed.options, "batches"), "[[1,2],[]]");
    assert_string_equal(options_text(parsed.options, "tls.ca"), "/etc/ca");
    assert_int_equal(options_int(parsed.options, "tls.depth"), -3);
    parsed_fini(&parsed);
}

static void defaults_stand_where_nothing_is_given(void **state)
{
    struct parsed parsed;
    weir_setting setting;

    (void)state;
    parse(&parsed, "{\"topics\": \"alone\"}");
    assert_int_equal(parsed.problems.count, 0);
    assert_string_equal(options_text(parsed.options, "topics"), "[\"alone\"]");
    assert_string_equal(options_text(parsed.options, "url"), "mqtt://localhost");
    assert_int_equal(options_int(parsed.options, "wait"), 1500000000);
    assert_true(options_bool(parsed.options, "clean"));
    assert_int_equal(options_get(parsed.options, "scale", &setting), WEIR_OK);
    assert_int_equal(setting.type, 0);
    assert_null(setting.s.ptr);
    assert_int_equal(options_get(parsed.options, "nothing", &setting), WEIR_E_INVAL);
    assert_null(options_text(parsed.options, "nothing"));
    parsed_fini(&parsed);
}

static void an_unknown_option_gets_a_suggestion_and_hides_what_follows_from_it(void **state)
{
    struct parsed parsed;

    (void)state;
    expect_one("{\"topic\": [\"a\"]}", "E020", "/sources/lines/with/topic",
               "unknown option \"topic\" for source type mqtt", "did you mean \"topics\"?");
    expect_one("{\"topics\": \"a\", \"tls\": {\"cat\": \"x\"}}", "E020",
               "/sources/lines/with/tls/cat", "unknown option \"tls.cat\" for source type mqtt",
               "did you mean \"ca\"?");
    expect_one("{\"topics\": \"a\", \"colour/~x\": 1}", "E020", "/sources/lines/with/colour~1~0x",
               "unknown option \"colour/~x\" for source type mqtt",
               "\"weir plugins info mqtt\" lists the options");
    parse(&parsed, "{\"topic\": 1}");
    assert_true(parsed.problems.items[0].is_at_key);
    parsed_fini(&parsed);
}

static void a_required_option_is_asked_for(void **state)
{
    (void)state;
    expect_one("{}", "E023", "/sources/lines/with", "source type mqtt needs the option \"topics\"",
               "What to listen to");
}

#define WITH(more) "{\"topics\": \"a\", " more "}"
#define AT(key)    "/sources/lines/with/" key

static void wrong_types_are_told_with_the_mend(void **state)
{
    (void)state;
    expect_one(WITH("\"qos\": \"1\""), "E021", AT("qos"),
               "\"qos\" must be an integer, found a string", "remove the quotes");
    expect_one(WITH("\"qos\": \"x\""), "E021", AT("qos"),
               "\"qos\" must be an integer, found a string", NULL);
    expect_one(WITH("\"qos\": 1.5"), "E021", AT("qos"),
               "\"qos\" must be an integer, found a number that is not whole or too large", NULL);
    expect_one(WITH("\"url\": 5"), "E021", AT("url"), "\"url\" must be a string, found a number",
               "put it in quotes");
    expect_one(WITH("\"clean\": \"true\""), "E021", AT("clean"),
               "\"clean\" must be true or false, found a string", "remove the quotes");
    expect_one(WITH("\"wait\": 500"), "E021", AT("wait"),
               "\"wait\" must be a duration, found a number without a unit",
               "write it with its unit, as in \"500ms\" or \"30s\"");
    expect_one(WITH("\"wait\": \"500\""), "E021", AT("wait"),
               "\"wait\" must be a duration, found a number without a unit",
               "write it with its unit, as in \"500ms\" or \"30s\"");
    expect_one(WITH("\"buffer\": \"64k\""), "E021", AT("buffer"),
               "\"buffer\" must be a size, found a string that is none",
               "write it with its unit, as in \"64KiB\" or \"10MB\"");
    expect_one("{\"topics\": [\"a\", 1]}", "E021", AT("topics"),
               "\"topics\" must be a list of strings, found a number at place 1", NULL);
    expect_one(WITH("\"properties\": {\"k\": []}"), "E021", AT("properties"),
               "\"properties\" must be an object of strings, found a list in \"k\"", NULL);
    expect_one(WITH("\"batches\": 5"), "E021", AT("batches"),
               "\"batches\" must be an object or a list, found a number", NULL);
    expect_one(WITH("\"tls\": 5"), "E021", AT("tls"), "\"tls\" must be an object of options", NULL);
    expect_one(WITH("\"scale\": null"), "E021", AT("scale"),
               "\"scale\" must be a number, found null", NULL);
}

static void values_out_of_range_are_told_with_the_range(void **state)
{
    (void)state;
    expect_one(WITH("\"qos\": 3"), "E022", AT("qos"), "\"qos\" must be from 0 to 2, found 3", NULL);
    expect_one(WITH("\"wait\": \"2m\""), "E022", AT("wait"),
               "\"wait\" must be from 1ms to 1m, found 2m", NULL);
    expect_one(WITH("\"scale\": 3"), "E022", AT("scale"),
               "\"scale\" must be from 0.5 to 2, found 3", NULL);
    expect_one(WITH("\"mode\": \"two\""), "E022", AT("mode"),
               "\"mode\" must be \"one\", \"all\" or \"none\", found \"two\"", NULL);
    expect_one(WITH("\"password\": 5"), "E022", AT("password"),
               "\"password\" must be from 10 to 20", NULL);
    expect_one(WITH("\"url\": \"a\\u0000b\""), "E022", AT("url"),
               "\"url\" must not have the character \\u0000 in it", NULL);
}

static void all_that_is_wrong_is_told_at_once(void **state)
{
    struct parsed parsed;

    (void)state;
    parse(&parsed, "{\"qos\": 3, \"colour\": 1, \"wait\": 5, \"mode\": false}");
    assert_int_equal(parsed.problems.count, 5);
    assert_int_equal(parsed.problems.errors_count, 5);
    parsed_fini(&parsed);
}

static void an_option_given_twice_is_refused(void **state)
{
    (void)state;
    expect_one(WITH("\"tls\": {\"ca\": \"x\"}, \"tls.ca\": \"y\""), "E006", AT("tls.ca"),
               "\"tls.ca\" is given twice", "delete one of them");
}

static void a_deprecated_option_is_a_warning(void **state)
{
    struct parsed parsed;

    (void)state;
    parse(&parsed, WITH("\"old\": true"));
    assert_int_equal(parsed.problems.count, 1);
    assert_int_equal(parsed.problems.errors_count, 0);
    assert_true(options_bool(parsed.options, "old"));
    parsed_fini(&parsed);
}

static void what_is_no_object_is_told(void **state)
{
    struct parsed parsed;

    (void)state;
    expect_one("[]", "E021", "/sources/lines/with",
               "the options of source type mqtt must be an object", NULL);
    parse(&parsed, "{\"a\": }");
    assert_int_equal(parsed.problems.count, 1);
    assert_string_equal(parsed.problems.items[0].code, "E001");
    parsed_fini(&parsed);
}

static void every_failing_step_is_reported_and_leaks_nothing(void **state)
{
    int failures = 0;

    (void)state;
    for (;; failures++) {
        struct parsed parsed = {0};
        weir_error error = {0};
        weir_status status;

        problems_init(&parsed.problems);
        fault_arm(failures);
        status = options_parse(table, TABLE_COUNT, sizeof(weir_option),
                               WITH("\"qos\": 3, \"colour\": [], \"properties\": {\"k\": \"v\"}"),
                               "source type mqtt", "", &parsed.problems, &parsed.options, &error);
        if (!fault_disarm()) {
            assert_int_equal(status, WEIR_OK);
            assert_int_equal(parsed.problems.count, 2);
            parsed_fini(&parsed);
            break;
        }
        if (status == WEIR_OK) {
            assert_true(problems_have_errors(&parsed.problems));
        } else {
            assert_int_equal(status, WEIR_E_NOMEM);
            assert_null(parsed.options);
        }
        parsed_fini(&parsed);
    }
    assert_true(failures > 5);
}

static void expect_bad_table(const weir_option *options, uint32_t count, const char *story)
{
    weir_error error = {0};

    assert_int_equal(options_check_table(options, count, sizeof(weir_option), &error),
                     WEIR_E_CONFIG);
    if (strstr(error.msg, story) == NULL) {
        print_error("%s\n", error.msg);
    }
    assert_non_null(strstr(error.msg, story));
}

static void a_table_with_mistakes_is_refused(void **state)
{
    const weir_option twice[] = {{.key = "a", .summary = "A", .type = WEIR_T_INT},
                                 {.key = "a", .summary = "A", .type = WEIR_T_INT}};
    const weir_option keyless = {.summary = "A", .type = WEIR_T_INT};
    const weir_option typeless = {.key = "a", .summary = "A", .type = 99};
    const weir_option flagged = {.key = "a", .summary = "A", .type = WEIR_T_INT, .flags = 1024};
    const weir_option valueless = {.key = "a", .summary = "A", .type = WEIR_T_ENUM};
    const weir_option wrong = {
        .key = "a", .summary = "A", .default_json = "\"5\"", .type = WEIR_T_INT};
    weir_error error = {0};

    (void)state;
    expect_bad_table(twice, 2, "option \"a\" is there twice");
    expect_bad_table(&keyless, 1, "option 0 has no key");
    expect_bad_table(&typeless, 1, "option \"a\": its type 99 is none");
    expect_bad_table(&flagged, 1, "flags are 0x400");
    expect_bad_table(&valueless, 1, "enum without values");
    expect_bad_table(&wrong, 1, "its default \"5\": \"a\" must be an integer, found a string");
    assert_int_equal(options_check_table(table, 1, 8, &error), WEIR_E_CONFIG);
    assert_int_equal(options_check_table(NULL, 1, sizeof(weir_option), &error), WEIR_E_CONFIG);
    assert_int_equal(options_check_table(table, OPTIONS_COUNT_MAX + 1, 64, &error), WEIR_E_CONFIG);
    assert_int_equal(options_check_table(table, TABLE_COUNT, sizeof(weir_option), &error), WEIR_OK);
    assert_int_equal(options_check_table(NULL, 0, 0, &error), WEIR_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_of_every_type_are_read),
        cmocka_unit_test(defaults_stand_where_nothing_is_given),
        cmocka_unit_test(an_unknown_option_gets_a_suggestion_and_hides_what_follows_from_it),
        cmocka_unit_test(a_required_option_is_asked_for),
        cmocka_unit_test(wrong_types_are_told_with_the_mend),
        cmocka_unit_test(values_out_of_range_are_told_with_the_range),
        cmocka_unit_test(all_that_is_wrong_is_told_at_once),
        cmocka_unit_test(an_option_given_twice_is_refused),
        cmocka_unit_test(a_deprecated_option_is_a_warning),
        cmocka_unit_test(what_is_no_object_is_told),
        cmocka_unit_test(every_failing_step_is_reported_and_leaks_nothing),
        cmocka_unit_test(a_table_with_mistakes_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
