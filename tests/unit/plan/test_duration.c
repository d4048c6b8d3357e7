/* test_duration - durations and sizes as people write them. */
#include "plan/duration.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void a_duration_is_digits_and_one_of_four_units(void **state)
{
    (void)state;
    assert_int_equal(duration_parse("500ms"), 500);
    assert_int_equal(duration_parse("30s"), 30000);
    assert_int_equal(duration_parse("5m"), 300000);
    assert_int_equal(duration_parse("1h"), 3600000);
    assert_int_equal(duration_parse("0s"), 0);
    assert_int_equal(duration_parse("007s"), 7000);
}

static void what_is_no_duration_is_refused(void **state)
{
    static const char *const wrong[] = {"",     "s",  "30",   "-1s", "+1s", " 1s",   "1s ", "1 s",
                                        "1.5s", "1S", "1sec", "1d",  "ms",  "1m30s", "0x1s"};

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        assert_int_equal(duration_parse(wrong[i]), -1);
    }
}

static void a_duration_fits_64_bits_as_nanoseconds(void **state)
{
    (void)state;
    assert_int_equal(duration_parse("9223372036854ms"), INT64_C(9223372036854));
    assert_int_equal(duration_parse("9223372036855ms"), -1);
    assert_int_equal(duration_parse("9223372036854775807ms"), -1);
    assert_int_equal(duration_parse("99999999999999999999999ms"), -1);
    assert_int_equal(duration_parse("9223372036854775807h"), -1);
}

static void a_duration_prints_in_its_largest_whole_unit_and_reads_back(void **state)
{
    static const struct {
        int64_t duration_ms;
        const char *text;
    } cases[] = {{0, "0s"},         {1, "1ms"},
                 {1500, "1500ms"},  {2000, "2s"},
                 {90000, "90s"},    {60000, "1m"},
                 {3600000, "1h"},   {5400000, "90m"},
                 {86400000, "24h"}, {INT64_C(9223372036854), "9223372036854ms"}};
    char text[32];

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_string_equal(duration_text(cases[i].duration_ms, text), cases[i].text);
        assert_int_equal(duration_parse(text), cases[i].duration_ms);
    }
    assert_string_equal(duration_text(-2000, text), "-2s");
    assert_string_equal(duration_text(INT64_MIN, text), "-9223372036854775808ms");
}

static void sizes_know_thousands_and_1024s_apart(void **state)
{
    static const char *const wrong[] = {"",
                                        "KiB",
                                        "-1",
                                        "1.5MB",
                                        "1 KiB",
                                        "1kb",
                                        "1K",
                                        "1k",
                                        "1Mi",
                                        "1KiBs",
                                        "9223372036854775808",
                                        "9999999TiB"};

    (void)state;
    assert_int_equal(size_parse("100"), 100);
    assert_int_equal(size_parse("100B"), 100);
    assert_int_equal(size_parse("64KiB"), 65536);
    assert_int_equal(size_parse("64KB"), 64000);
    assert_int_equal(size_parse("10MB"), 10000000);
    assert_int_equal(size_parse("1MiB"), 1048576);
    assert_int_equal(size_parse("2GiB"), INT64_C(2147483648));
    assert_int_equal(size_parse("1GB"), 1000000000);
    assert_int_equal(size_parse("1TB"), INT64_C(1000000000000));
    assert_int_equal(size_parse("1TiB"), INT64_C(1099511627776));
    assert_int_equal(size_parse("9223372036854775807"), INT64_MAX);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        assert_int_equal(size_parse(wrong[i]), -1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_duration_is_digits_and_one_of_four_units),
        cmocka_unit_test(what_is_no_duration_is_refused),
        cmocka_unit_test(a_duration_fits_64_bits_as_nanoseconds),
        cmocka_unit_test(a_duration_prints_in_its_largest_whole_unit_and_reads_back),
        cmocka_unit_test(sizes_know_thousands_and_1024s_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
