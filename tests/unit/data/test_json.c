/* test_json - values as JSON, both ways. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/fault.h"
#include "base/mem.h"
#include "data/compare.h"
#include "data/json.h"
#include "data/value.h"
#include "lib/random_values.h"

static void assert_written(struct weir_value value, const char *expected)
{
    struct bytes out;

    bytes_init(&out);
    json_write(&out, value);
    assert_int_equal(bytes_status(&out, NULL), WEIR_OK);
    assert_string_equal(out.data, expected);
    bytes_fini(&out);
}

static void assert_read(const char *text, struct weir_value expected)
{
    struct arena arena;
    struct weir_value value;
    weir_error error = {.struct_size = sizeof(error)};

    arena_init(&arena);
    if (json_read(text, strlen(text), &arena, &value, &error) != WEIR_OK) {
        fail_msg("%s: %s", text, error.msg);
    }
    assert_int_equal(weir_kind_of(value), weir_kind_of(expected));
    assert_true(value_equal(&value, &expected));
    assert_int_equal(weir_is_text(value), weir_kind_of(expected) == WEIR_BYTES);
    arena_fini(&arena);
}

static void values_are_read(void **state)
{
    struct weir_value list[] = {weir_int(1), weir_float(2), weir_null()};
    struct weir_value map[] = {weir_text("a"), weir_list(list, 3), weir_text("b"),
                               weir_map_value(NULL, 0)};

    (void)state;
    assert_read("null", weir_null());
    assert_read(" true\n", weir_bool(true));
    assert_read("false", weir_bool(false));
    assert_read("0", weir_int(0));
    assert_read("-0", weir_int(0));
    assert_read("9223372036854775807", weir_int(INT64_MAX));
    assert_read("-9223372036854775808", weir_int(INT64_MIN));
    assert_read("9223372036854775808", weir_float(0x1p63));
    assert_read("-9223372036854775809", weir_float(-0x1p63));
    assert_read("1.0", weir_float(1));
    assert_read("-12.5e-1", weir_float(-1.25));
    assert_read("1E3", weir_float(1000));
    assert_read("\"\"", weir_text(""));
    assert_read("\"a text of more than twelve bytes\"",
                weir_text("a text of more than twelve bytes"));
    assert_read("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", weir_text("\"\\/\b\f\n\r\t"));
    assert_read("\"\\u00e9\\u20AC\\ud83d\\ude00\"",
                weir_text("\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"));
    assert_read("\"\\u0000x\"", weir_text_bytes("\0x", 2));
    assert_read("[]", weir_list(NULL, 0));
    assert_read("{ }", weir_map_value(NULL, 0));
    assert_read("{\"a\": [1 , 2.0,null], \"b\":{}}", weir_map_value(map, 2));
}

static void mistakes_are_told_with_their_place(void **state)
{
    static const struct {
        const char *text;
        const char *story;
    } cases[] = {
        {"", "byte 0: a value is missing"},
        {"  ", "byte 2: a value is missing"},
        {"[1,]", "byte 3: no value starts like this"},
        {"[1 2]", "byte 3: a comma or ] must follow"},
        {"[1", "byte 2: a comma or ] must follow"},
        {"[1,", "byte 3: a value is missing"},
        {"{\"a\":1,}", "byte 7: a key must be a string"},
        {"{a:1}", "byte 1: a key must be a string"},
        {"{\"a\" 1}", "byte 5: a colon must follow the key"},
        {"{\"a\":1]", "byte 6: a comma or } must follow"},
        {"{\"a\":1,\"b\":2,\"a\":3}", "byte 0: a key stands twice in the object"},
        {"1 2", "byte 2: the value ended before this"},
        {"tru", "byte 0: no value starts like this"},
        {"nul", "byte 0: no value starts like this"},
        {"NaN", "byte 0: no value starts like this"},
        {"01", "byte 0: a number does not start with 0"},
        {"-", "byte 0: no value starts like this"},
        {"+1", "byte 0: no value starts like this"},
        {".5", "byte 0: no value starts like this"},
        {"1.", "byte 2: digits must follow the decimal point"},
        {"1e+", "byte 3: digits must follow the exponent's sign"},
        {"1e999", "byte 0: the number is too large"},
        {"\"abc", "byte 0: the string has no end"},
        {"\"abc\\", "byte 0: the string has no end"},
        {"\"a\nb\"", "byte 2: a control character in a string"},
        {"\"a\\x\"", "byte 2: no such escape"},
        {"\"\\u12\"", "byte 3: four hexadecimal digits must follow \\u"},
        {"\"\\u12g4\"", "byte 3: four hexadecimal digits must follow \\u"},
        {"\"\\ud83d\"", "byte 3: half a surrogate pair"},
        {"\"\\ud83d\\u0041\"", "byte 3: half a surrogate pair"},
        {"\"\\ude00\"", "byte 3: half a surrogate pair"},
        {"\"ab\xFF\"", "byte 3: not valid UTF-8"},
        {"\"\\n\xED\xA0\x80\"", "byte 3: not valid UTF-8"},
    };
    struct arena arena;

    (void)state;
    arena_init(&arena);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        weir_error error = {.struct_size = sizeof(error)};
        struct weir_value value = weir_int(1);
        weir_status status =
            json_read(cases[i].text, strlen(cases[i].text), &arena, &value, &error);
        assert_int_equal(status, WEIR_E_INVAL);
        assert_string_equal(error.msg, cases[i].story);
        assert_true(weir_is_null(value));
    }
    arena_fini(&arena);
}

static weir_status read_nested(int depth)
{
    char text[512];
    struct arena arena;
    struct weir_value value;

    memset(text, '[', (size_t)depth);
    memset(text + depth, ']', (size_t)depth);
    arena_init(&arena);
    weir_status status = json_read(text, (size_t)depth * 2, &arena, &value, NULL);
    arena_fini(&arena);
    return status;
}

static void nesting_is_bounded(void **state)
{
    (void)state;
    assert_int_equal(read_nested(VALUE_NESTING_MAX), WEIR_OK);
    assert_int_equal(read_nested(VALUE_NESTING_MAX + 1), WEIR_E_INVAL);
}

static weir_status read_keys(int count, int last)
{
    struct bytes text;
    struct arena arena;
    struct weir_value value;

    bytes_init(&text);
    bytes_append_byte(&text, '{');
    for (int i = 0; i < count; i++) {
        bytes_printf(&text, "\"key %d\":1,", i);
    }
    bytes_printf(&text, "\"key %d\":1}", last);
    arena_init(&arena);
    weir_status status = json_read(text.data, text.size, &arena, &value, NULL);
    arena_fini(&arena);
    bytes_fini(&text);
    return status;
}

static void keys_that_stand_twice_are_found_among_few_and_many(void **state)
{
    (void)state;
    for (int count = 1; count < 40; count++) {
        assert_int_equal(read_keys(count, count), WEIR_OK);
        assert_int_equal(read_keys(count, count / 2), WEIR_E_INVAL);
    }
}

static void values_are_written(void **state)
{
    struct weir_value items[] = {weir_int(1), weir_float(2), weir_text("x")};
    struct weir_value map[] = {weir_text("a\"b"),   weir_tuple(items, 3), weir_int(7),
                               weir_list(items, 1), weir_tuple(items, 3), weir_null()};

    (void)state;
    assert_written(weir_float(1), "1.0");
    assert_written(weir_float(0.1), "0.1");
    assert_written(weir_float(NAN), "\"NaN\"");
    assert_written(weir_float(INFINITY), "\"Infinity\"");
    assert_written(weir_float(-INFINITY), "\"-Infinity\"");
    assert_written(weir_text("a\"\\\n\r\t\x01\x7F/"), "\"a\\\"\\\\\\n\\r\\t\\u0001\x7F/\"");
    assert_written(weir_bytes("\xC3\xA9\xFF", 3), "\"\xC3\xA9\xEF\xBF\xBD\"");
    assert_written(weir_map_value(map, 3),
                   "{\"a\\\"b\":[1,2.0,\"x\"],\"7\":[1],\"(1,2.0,x)\":null}");
    assert_written(weir_map_value(NULL, 0), "{}");
}

/* True when JSON has the value as it is: no bytes, tuples, odd floats; keys are texts. */
static bool is_json(struct weir_value value)
{
    switch (weir_kind_of(value)) {
    case WEIR_FLOAT:
        return isfinite(value.number);
    case WEIR_BYTES:
        return weir_is_text(value);
    case WEIR_TUPLE:
        return false;
    case WEIR_LIST:
        for (uint32_t i = 0; i < weir_size_of(value); i++) {
            if (!is_json(value.items[i])) {
                return false;
            }
        }
        return true;
    case WEIR_MAP:
        for (uint32_t i = 0; i < weir_size_of(value); i++) {
            if (!weir_is_text(value.items[2 * i]) || !is_json(value.items[2 * i + 1])) {
                return false;
            }
            for (uint32_t j = 0; j < i; j++) {
                if (value_equal(&value.items[2 * i], &value.items[2 * j])) {
                    return false;
                }
            }
        }
        return true;
    default:
        return true;
    }
}

/* Equal, and of the same kinds all the way down. */
static void assert_same(struct weir_value left, struct weir_value right)
{
    assert_int_equal(left.head, right.head);
    assert_true(value_equal(&left, &right));
    uint32_t count = 0;
    if (weir_kind_of(left) >= WEIR_LIST) {
        count = weir_size_of(left) * (weir_kind_of(left) == WEIR_MAP ? 2 : 1);
    }
    for (uint32_t i = 0; i < count; i++) {
        assert_same(left.items[i], right.items[i]);
    }
}

static void what_json_can_hold_comes_back(void **state)
{
    struct random random;
    struct arena arena;
    struct bytes text;
    int containers = 0;

    (void)state;
    random_start(&random);
    arena_init(&arena);
    bytes_init(&text);
    for (int i = 0; i < 20000; i++) {
        struct weir_value value = random_value(&random, &arena, 3);
        struct weir_value again;
        bytes_clear(&text);
        json_write(&text, value);
        assert_int_equal(json_read(text.data, text.size, &arena, &again, NULL) == WEIR_OK ||
                             !is_json(value),
                         true);
        if (is_json(value)) {
            assert_same(value, again);
            containers += weir_kind_of(value) >= WEIR_LIST && weir_size_of(value) > 0;
        }
        arena_reset(&arena);
    }
    assert_true(containers > 100);
    bytes_fini(&text);
    arena_fini(&arena);
}

static void damaged_texts_are_read_or_refused(void **state)
{
    struct random random;
    struct arena arena;
    struct bytes text;
    int refused = 0;

    (void)state;
    random_start(&random);
    arena_init(&arena);
    bytes_init(&text);
    for (int i = 0; i < 20000; i++) {
        struct weir_value value = random_value(&random, &arena, 3);
        bytes_clear(&text);
        json_write(&text, value);
        size_t size = 1 + random_below(&random, (uint32_t)text.size);
        /* A copy of its own, so that a read past its end is seen. */
        char *damaged = mem_alloc(size);
        assert_non_null(damaged);
        memcpy(damaged, text.data, size);
        damaged[random_below(&random, (uint32_t)size)] ^= (char)(1u << random_below(&random, 8));
        weir_error error = {.struct_size = sizeof(error)};
        weir_status status = json_read(damaged, size, &arena, &value, &error);
        assert_true(status == WEIR_OK || status == WEIR_E_INVAL);
        if (status != WEIR_OK) {
            assert_memory_equal(error.msg, "byte ", 5);
            refused++;
        }
        mem_free(damaged);
        arena_reset(&arena);
    }
    assert_true(refused > 1000);
    bytes_fini(&text);
    arena_fini(&arena);
}

static void want_of_memory_is_told_wherever_it_comes(void **state)
{
    struct bytes text;
    int failures = 0;

    (void)state;
    bytes_init(&text);
    bytes_append_byte(&text, '{');
    for (int i = 0; i < 40; i++) {
        bytes_printf(&text, "\"k%d\":[\"a text of more than twelve bytes\", \"\\n%0300d\"],", i, i);
    }
    bytes_append_text(&text, "\"last\":1}");
    for (;; failures++) {
        struct arena arena;
        struct weir_value value = weir_int(1);
        arena_init(&arena);
        fault_arm(failures);
        weir_status status = json_read(text.data, text.size, &arena, &value, NULL);
        bool was_reached = fault_disarm();
        assert_int_equal(status, was_reached ? WEIR_E_NOMEM : WEIR_OK);
        assert_int_equal(weir_is_null(value), was_reached);
        arena_fini(&arena);
        if (!was_reached) {
            break;
        }
    }
    assert_true(failures >= 4); /* slabs, the stack's growth, the keys */
    bytes_fini(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_read),
        cmocka_unit_test(mistakes_are_told_with_their_place),
        cmocka_unit_test(nesting_is_bounded),
        cmocka_unit_test(keys_that_stand_twice_are_found_among_few_and_many),
        cmocka_unit_test(values_are_written),
        cmocka_unit_test(what_json_can_hold_comes_back),
        cmocka_unit_test(damaged_texts_are_read_or_refused),
        cmocka_unit_test(want_of_memory_is_told_wherever_it_comes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
