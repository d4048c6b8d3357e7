/*
 * test_units - lengths of time and sizes, both ways.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "io/units.h"

static int64_t duration(const char *text)
{
    int64_t ns = -1;

    return units_read_duration(text, strlen(text), &ns) ? ns : -1;
}

static int64_t size(const char *text)
{
    int64_t bytes = -1;

    return units_read_size(text, strlen(text), &bytes) ? bytes : -1;
}

static void durations_are_read_in_every_unit(void **state)
{
    (void)state;
    assert_int_equal(duration("7ns"), 7);
    assert_int_equal(duration("7us"), 7000);
    assert_int_equal(duration("500ms"), 500000000);
    assert_int_equal(duration("30s"), 30000000000);
    assert_int_equal(duration("5m"), 300000000000);
    assert_int_equal(duration("1h"), 3600000000000);
    assert_int_equal(duration("2d"), 172800000000000);
    assert_int_equal(duration("0s"), 0);
}

static void fractions_are_read_when_they_are_whole_in_the_smallest_unit(void **state)
{
    (void)state;
    assert_int_equal(duration("1.5s"), 1500000000);
    assert_int_equal(duration("0.25ms"), 250000);
    assert_int_equal(duration("1.50s"), 1500000000);
    assert_int_equal(duration("0.1ns"), -1);
    assert_int_equal(duration("1.s"), -1);
    assert_int_equal(duration(".5s"), -1);
}

static void what_is_no_duration_is_refused(void **state)
{
    static const char *const texts[] = {"",        "s",    "5",   "5 s",  "5S",
                                        "5sec",    "-5s",  "5s5", "1e3s", "9223372036854775808ns",
                                        "106752d", "ms500"};

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        assert_int_equal(duration(texts[i]), -1);
    }
    assert_int_equal(duration("9223372036854775807ns"), INT64_MAX);
    assert_int_equal(duration("106751d"), INT64_C(9223286400000000000));
}

static void sizes_are_read_in_powers_of_1000_and_of_1024(void **state)
{
    (void)state;
    assert_int_equal(size("7B"), 7);
    assert_int_equal(size("10KB"), 10000);
    assert_int_equal(size("64KiB"), 65536);
    assert_int_equal(size("10MB"), 10000000);
    assert_int_equal(size("1MiB"), 1048576);
    assert_int_equal(size("1.5GiB"), 1610612736);
    assert_int_equal(size("2TiB"), INT64_C(2199023255552));
    assert_int_equal(size("64k"), -1);
    assert_int_equal(size("64"), -1);
    assert_int_equal(size("9000000TiB"), -1);
}

static void numbers_are_written_in_the_largest_unit_that_is_exact(void **state)
{
    char text[UNITS_TEXT_BYTES];

    (void)state;
    assert_string_equal(units_write_duration(1500000000, text), "1500ms");
    assert_string_equal(units_write_duration(3600000000000, text), "1h");
    assert_string_equal(units_write_duration(0, text), "0s");
    assert_string_equal(units_write_duration(INT64_MAX, text), "9223372036854775807ns");
    assert_string_equal(units_write_size(65536, text), "64KiB");
    assert_string_equal(units_write_size(10000000, text), "10MB");
    assert_string_equal(units_write_size(0, text), "0B");
    assert_string_equal(units_write_size(67108864, text), "64MiB");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(durations_are_read_in_every_unit),
        cmocka_unit_test(fractions_are_read_when_they_are_whole_in_the_smallest_unit),
        cmocka_unit_test(what_is_no_duration_is_refused),
        cmocka_unit_test(sizes_are_read_in_powers_of_1000_and_of_1024),
        cmocka_unit_test(numbers_are_written_in_the_largest_unit_that_is_exact),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
