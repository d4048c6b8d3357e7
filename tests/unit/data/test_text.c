/* test_text - values as people read them. */
#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "data/number.h"
#include "data/text.h"
#include "lib/random_values.h"

static void assert_text(struct weir_value value, const char *expected)
{
    struct bytes out;

    bytes_init(&out);
    text_write_value(&out, value);
    assert_int_equal(bytes_status(&out, NULL), WEIR_OK);
    assert_string_equal(out.data, expected);
    bytes_fini(&out);
}

static void values_print_as_spark_prints_them(void **state)
{
    struct weir_value pair[] = {weir_text("a"), weir_int(1)};
    struct weir_value nested[] = {weir_text("k"), weir_tuple(pair, 2)};
    struct weir_value mixed[] = {weir_null(), weir_float(1), weir_bool(true),
                                 weir_text("two words")};
    struct weir_value pairs[] = {weir_text("k"), weir_text("v"), weir_text("l"), weir_int(2)};

    (void)state;
    assert_text(weir_null(), "null");
    assert_text(weir_bool(true), "true");
    assert_text(weir_bool(false), "false");
    assert_text(weir_int(0), "0");
    assert_text(weir_int(-7), "-7");
    assert_text(weir_int(INT64_MAX), "9223372036854775807");
    assert_text(weir_int(INT64_MIN), "-9223372036854775808");
    assert_text(weir_text(""), "");
    assert_text(weir_text("a text of more than twelve bytes"), "a text of more than twelve bytes");
    assert_text(weir_tuple(nested, 2), "(k,(a,1))");
    assert_text(weir_list(mixed, 4), "[null, 1.0, true, two words]");
    assert_text(weir_map_value(pairs, 2), "{k=v, l=2}");
    assert_text(weir_list(NULL, 0), "[]");
    assert_text(weir_tuple(NULL, 0), "()");
    assert_text(weir_map_value(NULL, 0), "{}");
}

static void bytes_that_are_no_text_show_replacements(void **state)
{
    (void)state;
    assert_text(weir_bytes("a\xFFz", 3), "a\xEF\xBF\xBDz");
    assert_text(weir_bytes("\xE2\x82", 2), "\xEF\xBF\xBD"); /* one for what was begun */
    assert_text(weir_bytes("\xC0\xAF", 2), "\xEF\xBF\xBD\xEF\xBF\xBD");
    assert_text(weir_bytes("\xC3\xA9", 2), "\xC3\xA9"); /* valid without the mark */
}

static void raw_bytes_are_untouched(void **state)
{
    struct bytes out;

    (void)state;
    bytes_init(&out);
    text_write_value_raw(&out, weir_bytes("a\xFF\0z", 4));
    assert_int_equal(out.size, 4);
    assert_memory_equal(out.data, "a\xFF\0z", 4);
    bytes_fini(&out);
}

static void a_pair_prints_in_parentheses(void **state)
{
    struct bytes out;

    (void)state;
    bytes_init(&out);
    text_write_pair(&out, weir_text("word"), weir_int(3));
    assert_string_equal(out.data, "(word,3)");
    bytes_fini(&out);
}

static void floats_print_as_in_java(void **state)
{
    static const struct {
        double number;
        const char *text;
    } cases[] = {
        {0.0, "0.0"},
        {-0.0, "-0.0"},
        {1, "1.0"},
        {-1.5, "-1.5"},
        {0.1, "0.1"},
        {0.1 + 0.2, "0.30000000000000004"},
        {100, "100.0"},
        {123.456, "123.456"},
        {0.001, "0.001"},
        {0.00123, "0.00123"},
        {0.00099, "9.9E-4"},
        {9999999, "9999999.0"},
        {9999999.999, "9999999.999"},
        {1e7, "1.0E7"},
        {12345678.9, "1.23456789E7"},
        {1e10, "1.0E10"},
        {-1e10, "-1.0E10"},
        {1e21, "1.0E21"},
        {1e23, "1.0E23"},
        {2e23, "2.0E23"},
        {1.0 / 3, "0.3333333333333333"},
        {2.0 / 3, "0.6666666666666666"},
        {5e-324, "4.9E-324"}, /* two digits at least, the nearest of them */
        {1.9e-322, "1.9E-322"},
        {2.2250738585072014e-308, "2.2250738585072014E-308"},
        {1.7976931348623157e308, "1.7976931348623157E308"},
        {0x1p53, "9.007199254740992E15"},
        {0x1p-44, "5.684341886080802E-14"}, /* a power of two: the gap below it is half */
        {8.41e21, "8.41E21"},
        {2.0e-3, "0.002"},
        {NAN, "NaN"},
        {INFINITY, "Infinity"},
        {-INFINITY, "-Infinity"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_text(weir_float(cases[i].number), cases[i].text);
    }
}

static size_t digits_of(const char *text)
{
    const char *first = text + strspn(text, "-0.");
    const char *last = first;
    size_t count = 0;
    size_t used = 0;

    for (; *last != '\0' && *last != 'E'; last++) {
        count += *last != '.';
        used = *last != '.' && *last != '0' ? count : used;
    }
    return used;
}

static void floats_come_back_and_no_shorter_text_would_do(void **state)
{
    struct random random;
    char text[NUMBER_TEXT_MAX];
    char shorter[64];

    (void)state;
    random_start(&random);
    for (int i = 0; i < 20000; i++) {
        double number = random_float(&random);
        double again;
        if (i % 3 == 0) {
            number = ldexp(1, (int)random_below(&random, 2098) - 1074);
        } else if (i % 3 == 1) {
            number = (double)(int64_t)random_below(&random, 1000000) / 1000;
        }
        size_t size = number_write_float(number, text);
        assert_int_equal(size, strlen(text));
        assert_true(size < NUMBER_TEXT_MAX);
        if (!isfinite(number)) {
            continue;
        }
        assert_true(strtod(text, NULL) == number);
        assert_true(number_read_float(text, size, &again));
        assert_memory_equal(&again, &number, sizeof(number));
        size_t digits = digits_of(text);
        if (digits > 2) {
            snprintf(shorter, sizeof(shorter), "%.*e", (int)digits - 2, number);
            assert_true(strtod(shorter, NULL) != number);
        }
    }
}

static void a_locale_with_a_comma_changes_nothing(void **state)
{
    static const char *const names[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "de_DE", "fr_FR"};
    double number;
    size_t i = 0;

    (void)state;
    while (i < 4 && setlocale(LC_NUMERIC, names[i]) == NULL) {
        i++;
    }
    if (i == 4) {
        skip(); /* this machine has none */
    }
    assert_string_equal(localeconv()->decimal_point, ",");
    assert_text(weir_float(1234.5), "1234.5");
    assert_text(weir_float(0.1), "0.1");
    assert_true(number_read_float("12.5e-1", 7, &number));
    assert_true(number == 1.25);
    setlocale(LC_NUMERIC, "C");
}

static void numbers_are_read_within_bounds(void **state)
{
    static char zeros[NUMBER_INPUT_MAX + 2];
    double number;

    (void)state;
    memset(zeros, '0', sizeof(zeros) - 1);
    memcpy(zeros, "1.", 2);
    assert_true(number_read_float(zeros, NUMBER_INPUT_MAX, &number));
    assert_true(number == 1);
    assert_false(number_read_float(zeros, NUMBER_INPUT_MAX + 1, &number));
    assert_false(number_read_float("1e309", 5, &number));
    assert_false(number_read_float("1e99999999999999999999", 22, &number));
    assert_true(number_read_float("-1e-99999999999999999999", 24, &number));
    assert_true(number == 0 && signbit(number));
    assert_true(number_read_float("0.000001E+9", 11, &number));
    assert_true(number == 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_print_as_spark_prints_them),
        cmocka_unit_test(bytes_that_are_no_text_show_replacements),
        cmocka_unit_test(raw_bytes_are_untouched),
        cmocka_unit_test(a_pair_prints_in_parentheses),
        cmocka_unit_test(floats_print_as_in_java),
        cmocka_unit_test(floats_come_back_and_no_shorter_text_would_do),
        cmocka_unit_test(a_locale_with_a_comma_changes_nothing),
        cmocka_unit_test(numbers_are_read_within_bounds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
