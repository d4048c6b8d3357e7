/* A document knows where everything stands, and survives want of memory at any step. */
#include "app/document.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/fault.h"

static const char text[] = "{ // a comment\n"
                           "  \"a\": [1, -2.5e1, true, null],\n"
                           "  \"b/c~d\": { \"e\": \"x\\u00e4\\n\\ud83d\\ude00\", },\n"
                           "}\n";

static struct document document;
static struct problems problems;
static weir_error error;

static int begin(void **state)
{
    (void)state;
    document_init(&document);
    problems_init(&problems);
    return 0;
}

static int end(void **state)
{
    (void)state;
    problems_fini(&problems);
    document_fini(&document);
    return 0;
}

static weir_status parse(const char *json)
{
    struct bytes bytes = {0};
    weir_status status;

    bytes_append_text(&bytes, json);
    status = bytes_status(&bytes, &error);
    if (status == WEIR_OK) {
        status = document_parse(&document, "job.json", &bytes, &problems, &error);
    }
    bytes_fini(&bytes);
    return status;
}

static const struct document_node *at(const char *pointer)
{
    bool is_exact;
    const struct document_node *node = document_locate(&document, pointer, &is_exact);

    assert_non_null(node);
    assert_true(is_exact);
    return node;
}

/* The node's value as it stands in the text. */
static void stands_as(const struct document_node *node, const char *expected)
{
    assert_int_equal(node->size, strlen(expected));
    assert_memory_equal(node->source->text + node->offset, expected, node->size);
}

static void every_value_has_its_kind_and_its_place(void **state)
{
    (void)state;
    assert_int_equal(parse(text), WEIR_OK);
    assert_int_equal(problems.count, 0);
    assert_int_equal(at("")->kind, DOCUMENT_OBJECT);
    assert_int_equal(at("/a")->kind, DOCUMENT_LIST);
    assert_int_equal(at("/a")->children_count, 4);
    stands_as(at("/a"), "[1, -2.5e1, true, null]");
    assert_true(at("/a/0")->is_integer);
    assert_int_equal(at("/a/0")->integer, 1);
    assert_false(at("/a/1")->is_integer);
    assert_true(at("/a/1")->number == -25.0);
    stands_as(at("/a/1"), "-2.5e1");
    assert_true(at("/a/2")->truth);
    assert_int_equal(at("/a/3")->kind, DOCUMENT_NULL);
    stands_as(at("/b~1c~0d/e"), "\"x\\u00e4\\n\\ud83d\\ude00\"");
    assert_string_equal(at("/b~1c~0d/e")->text, "x\xC3\xA4\n\xF0\x9F\x98\x80");
    assert_memory_equal(document.file.text + at("/b~1c~0d")->key_offset, "\"b/c~d\"", 7);
}

static void a_pointer_leads_to_a_node_and_back(void **state)
{
    static const char *const pointers[] = {"", "/a", "/a/0", "/a/3", "/b~1c~0d", "/b~1c~0d/e"};

    (void)state;
    assert_int_equal(parse(text), WEIR_OK);
    for (size_t i = 0; i < sizeof(pointers) / sizeof(pointers[0]); i++) {
        struct bytes out = {0};
        document_write_pointer(at(pointers[i]), &out);
        assert_string_equal(out.data == NULL ? "" : out.data, pointers[i]);
        bytes_fini(&out);
    }
}

static void a_pointer_to_nothing_leads_to_the_nearest_above(void **state)
{
    static const struct {
        const char *wanted;
        const char *found;
    } cases[] = {
        {"/x", ""},      {"/a/4", "/a"}, {"/a/01x", "/a"}, {"/a/0/0", "/a/0"},
        {"/a/-1", "/a"}, {"/a/", "/a"},  {"/b/c~d", ""},   {"no pointer", ""},
    };
    bool is_exact;

    (void)state;
    assert_int_equal(parse(text), WEIR_OK);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct document_node *node = document_locate(&document, cases[i].wanted, &is_exact);
        assert_false(is_exact);
        assert_ptr_equal(node, at(cases[i].found));
    }
}

static void integers_keep_all_their_digits(void **state)
{
    (void)state;
    assert_int_equal(parse("[9223372036854775807, -9223372036854775808, 9007199254740993]"),
                     WEIR_OK);
    assert_true(at("/0")->integer == INT64_MAX);
    assert_true(at("/1")->integer == INT64_MIN);
    assert_true(at("/2")->integer == INT64_C(9007199254740993));
}

static void a_value_is_set_over_another_or_where_there_is_none(void **state)
{
    (void)state;
    assert_int_equal(parse(text), WEIR_OK);
    assert_int_equal(document_set(&document, "/a/1=[7, 8]", &error), WEIR_OK);
    assert_int_equal(document_set(&document, "/new/deep/key=some text", &error), WEIR_OK);
    assert_int_equal(document_set(&document, "/b~1c~0d/e={\"f\": 1}", &error), WEIR_OK);
    assert_int_equal(at("/a/1/1")->integer, 8);
    assert_int_equal(at("/a")->children_count, 4);
    assert_true(at("/a/2")->truth);
    assert_string_equal(at("/new/deep/key")->text, "some text");
    assert_int_equal(at("/b~1c~0d/e/f")->integer, 1);
    assert_string_equal(at("/b~1c~0d/e/f")->source->name, "--set");
    assert_int_equal(problems.count, 0);
}

static void a_place_that_cannot_be_is_refused(void **state)
{
    static const char *const wrong[] = {"", "/a", "a=1", "=1", "/a/x=1", "/a/9=1", "/a/0/b=1"};

    (void)state;
    assert_int_equal(parse(text), WEIR_OK);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        assert_int_equal(document_set(&document, wrong[i], &error), WEIR_E_INVAL);
    }
}

static void a_reading_goes_on_behind_what_it_can_mend(void **state)
{
    (void)state;
    assert_int_equal(parse("{\"a\": 01 \"b\": tru, \"a\": [1 2], \"c\": 1.}"), WEIR_OK);
    assert_int_equal(problems.count, 6);
    assert_non_null(document.root);
    assert_true(at("/a")->is_bad);
    assert_true(at("/c")->is_bad);
    for (size_t i = 0; i < problems.count; i++) {
        assert_true(problems.items[i].offset >= 0);
    }
}

static void very_many_mistakes_end_the_reading(void **state)
{
    struct bytes many = {0};

    (void)state;
    bytes_append_byte(&many, '[');
    for (int i = 0; i < 100000; i++) {
        bytes_append_text(&many, "x,");
    }
    bytes_append_text(&many, "1]");
    assert_int_equal(parse(many.data), WEIR_OK);
    assert_null(document.root);
    assert_in_range(problems.count, 100, 300);
    bytes_fini(&many);
}

static void nothing_is_left_whichever_step_fails(void **state)
{
    int failures = 0;

    (void)state;
    for (;; failures++) {
        weir_status status;
        fault_arm(failures);
        status = parse(text);
        if (status == WEIR_OK) {
            status = document_set(&document, "/a/1=[7, {\"b\": 1}]", &error);
        }
        if (!fault_disarm()) {
            assert_int_equal(status, WEIR_OK);
            break;
        }
        assert_true(status == WEIR_E_NOMEM || problems.is_cut);
        end(NULL);
        begin(NULL);
    }
    assert_true(failures > 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_value_has_its_kind_and_its_place, begin, end),
        cmocka_unit_test_setup_teardown(a_pointer_leads_to_a_node_and_back, begin, end),
        cmocka_unit_test_setup_teardown(a_pointer_to_nothing_leads_to_the_nearest_above, begin,
                                        end),
        cmocka_unit_test_setup_teardown(integers_keep_all_their_digits, begin, end),
        cmocka_unit_test_setup_teardown(a_value_is_set_over_another_or_where_there_is_none, begin,
                                        end),
        cmocka_unit_test_setup_teardown(a_place_that_cannot_be_is_refused, begin, end),
        cmocka_unit_test_setup_teardown(a_reading_goes_on_behind_what_it_can_mend, begin, end),
        cmocka_unit_test_setup_teardown(very_many_mistakes_end_the_reading, begin, end),
        cmocka_unit_test_setup_teardown(nothing_is_left_whichever_step_fails, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
