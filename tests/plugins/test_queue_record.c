/* Records out of JSON: what a value becomes, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <weir/plugin_helpers.h>

#include "queue/queue_record.h"

/* Parses a copy of exactly that length, so that a sanitizer sees any byte too far. */
static weir_status parse(const char *json, struct queue_batches *batches, char **copy,
                         weir_error *error)
{
    size_t length = strlen(json);

    *copy = malloc(length > 0 ? length : 1);
    memcpy(*copy, json, length);
    error->struct_size = sizeof(*error);
    return queue_batches_parse(batches, weir_slice_of(*copy, length), error);
}

static void expect_slice(weir_slice slice, const char *text)
{
    assert_int_equal(slice.len, strlen(text));
    assert_memory_equal(slice.ptr, text, slice.len);
}

static void expect_bytes_of(const char *json_value, const char *value)
{
    struct queue_batches batches;
    weir_error error;
    char *copy;
    char json[1024];

    snprintf(json, sizeof(json), "[[%s]]", json_value);
    assert_int_equal(parse(json, &batches, &copy, &error), WEIR_OK);
    assert_int_equal(batches.records_count, 1);
    assert_null(batches.records[0].key.ptr);
    expect_slice(batches.records[0].value, value);
    queue_batches_fini(&batches);
    free(copy);
}

static void expect_refusal(const char *json, const char *part)
{
    struct queue_batches batches;
    weir_error error;
    char *copy;

    assert_int_equal(parse(json, &batches, &copy, &error), WEIR_E_CONFIG);
    if (strstr(error.msg, part) == NULL) {
        fail_msg("%s\nis not about: %s", error.msg, part);
    }
    free(copy);
}

static void a_string_is_its_bytes(void **state)
{
    (void)state;
    expect_bytes_of("\"hello\"", "hello");
    expect_bytes_of("\"\"", "");
    expect_bytes_of("\"a\\n\\t\\\"\\\\\\/\\b\\f\\rz\"", "a\n\t\"\\/\b\f\rz");
    expect_bytes_of("\"\\u0041\\u00e4\\u20AC\"", "A\xc3\xa4\xe2\x82\xac");
    expect_bytes_of("\"\\uD83D\\uDE00!\"", "\xf0\x9f\x98\x80!");
}

static void half_a_surrogate_pair_becomes_the_replacement_character(void **state)
{
    (void)state;
    expect_bytes_of("\"\\uD83Dx\"", "\xef\xbf\xbdx");
    expect_bytes_of("\"\\uDE00\"", "\xef\xbf\xbd");
    expect_bytes_of("\"\\uD83D\\u0041\"", "\xef\xbf\xbd"
                                          "A");
}

static void any_other_value_is_its_text(void **state)
{
    (void)state;
    expect_bytes_of("12", "12");
    expect_bytes_of("-1.5e3", "-1.5e3");
    expect_bytes_of("null", "null");
    expect_bytes_of("{\"a\":[1,{\"b\":null}]}", "{\"a\":[1,{\"b\":null}]}");
    expect_bytes_of("[1, [\"x\"]]", "[1, [\"x\"]]");
    expect_bytes_of("{}", "{}");
    expect_bytes_of("{\"key\":\"k\"}", "{\"key\":\"k\"}");
    expect_bytes_of("{\"value\":1,\"other\":2}", "{\"value\":1,\"other\":2}");
    expect_bytes_of("{\"time\":\"noon\",\"value\":3}", "{\"time\":\"noon\",\"value\":3}");
}

static void an_object_of_key_value_and_time_is_a_record(void **state)
{
    struct queue_batches batches;
    weir_error error;
    char *copy;

    (void)state;
    assert_int_equal(parse("[[{\"time\": 1500, \"value\": \"v\", \"key\": \"k\\n\"},"
                           "{\"value\":{\"x\":1},\"key\":7},{\"value\":\"\",\"key\":null},"
                           "{\"value\":\"w\",\"key\":\"\"}]]",
                           &batches, &copy, &error),
                     WEIR_OK);
    assert_int_equal(batches.records_count, 4);
    expect_slice(batches.records[0].key, "k\n");
    expect_slice(batches.records[0].value, "v");
    assert_int_equal(batches.records[0].event_time_ns, 1500000000);
    expect_slice(batches.records[1].key, "7");
    expect_slice(batches.records[1].value, "{\"x\":1}");
    assert_true(batches.records[1].event_time_ns == WEIR_TIME_UNSET);
    assert_null(batches.records[2].key.ptr);
    assert_non_null(batches.records[3].key.ptr);
    assert_int_equal(batches.records[3].key.len, 0);
    queue_batches_fini(&batches);
    free(copy);
}

static void batches_keep_their_order_and_may_be_empty(void **state)
{
    struct queue_batches batches;
    weir_error error;
    char *copy;

    (void)state;
    assert_int_equal(parse(" [ [ \"a\" , \"b\" ] , [] , [ \"c\" ] ] ", &batches, &copy, &error),
                     WEIR_OK);
    assert_int_equal(batches.ends_count, 3);
    assert_int_equal(batches.ends[0], 2);
    assert_int_equal(batches.ends[1], 2);
    assert_int_equal(batches.ends[2], 3);
    expect_slice(batches.records[2].value, "c");
    queue_batches_fini(&batches);
    free(copy);
}

static void what_is_no_list_of_batches_is_refused_with_its_place(void **state)
{
    (void)state;
    expect_refusal("", "list of lists");
    expect_refusal("{}", "list of lists");
    expect_refusal("[\"a\"]", "a batch is a list");
    expect_refusal("[[\"a\"],[\"b\"", "batch 2");
    expect_refusal("[[]] x", "not expected");
    expect_refusal("[[\"a\" \"b\"]]", "not expected");
    expect_refusal("[[\"a\",]]", "not a JSON value");
    expect_refusal("[[\"\\x\"]]", "no such escape");
    expect_refusal("[[\"\\u12g4\"]]", "four hexadecimal digits");
    expect_refusal("[[\"a\nb\"]]", "must be escaped");
    expect_refusal("[[\"abc", "inside a string");
    expect_refusal("[[\"abc\\", "inside a string");
    expect_refusal("[[tru]]", "not a JSON value");
    expect_refusal("[[01]]", "not expected");
    expect_refusal("[[1.]]", "not a JSON value");
    expect_refusal("[[-]]", "not a JSON value");
    expect_refusal("[[{\"value\":\"x\",\"time\":1.5}]]", "whole number");
    expect_refusal("[[{\"value\":\"x\",\"time\":99999999999999999999}]]", "too large");
    expect_refusal("[[{\"value\":\"x\",\"time\":9999999999999999}]]", "out of range");
    expect_refusal("[[{\"a\" 1}]]", "not expected");
}

static void nesting_is_bounded(void **state)
{
    char json[1024];
    char *at = stpcpy(json, "[[");

    (void)state;
    memset(at, '[', 500);
    strcpy(at + 500, "]]");
    expect_refusal(json, "nested too deeply");
}

static void every_beginning_of_a_good_text_is_refused(void **state)
{
    static const char json[] =
        "[[\"a\\u00e4\\uD83D\\uDE00\",{\"key\":\"k\",\"value\":[1,-2.5e+7,true],\"time\":5}],[]]";

    (void)state;
    for (size_t length = 0; length < sizeof(json) - 1; length++) {
        struct queue_batches batches;
        weir_error error = {.struct_size = sizeof(error)};
        char *copy = malloc(length + 1);
        memcpy(copy + 1, json, length);
        assert_int_equal(queue_batches_parse(&batches, weir_slice_of(copy + 1, length), &error),
                         WEIR_E_CONFIG);
        free(copy);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_string_is_its_bytes),
        cmocka_unit_test(half_a_surrogate_pair_becomes_the_replacement_character),
        cmocka_unit_test(any_other_value_is_its_text),
        cmocka_unit_test(an_object_of_key_value_and_time_is_a_record),
        cmocka_unit_test(batches_keep_their_order_and_may_be_empty),
        cmocka_unit_test(what_is_no_list_of_batches_is_refused_with_its_place),
        cmocka_unit_test(nesting_is_bounded),
        cmocka_unit_test(every_beginning_of_a_good_text_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
