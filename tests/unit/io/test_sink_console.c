/*
 * test_sink_console - what is printed of a batch, to the byte.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <time.h>

#include "exec/lineage.h"
#include "io/sink_types.h"
#include "lib/rows.h"

static struct executor *executor;

static int begin(void **state)
{
    struct executor_options options = {.workers = 1};

    (void)state;
    setenv("TZ", "UTC", 1);
    tzset();
    return executor_create(&options, &executor, NULL) == WEIR_OK ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    executor_destroy(executor);
    return 0;
}

static struct sink make_sink(const char *with)
{
    const struct sink_type *type = sink_type_find("console");
    struct problems problems;
    struct options *options;
    struct sink sink;

    problems_init(&problems);
    assert_int_equal(options_parse(type->options, type->options_count, sizeof(weir_option), with,
                                   "sink type console", "", &problems, &options, NULL),
                     WEIR_OK);
    assert_int_equal(problems.count, 0);
    problems_fini(&problems);
    assert_int_equal(type->create("screen", options, &sink, NULL), WEIR_OK);
    return sink;
}

static void expect_printed(const char *with, const char *json, bool is_pairs, uint64_t records,
                           const char *expected)
{
    struct sink sink = make_sink(with);
    struct block *block = rows_block(json, is_pairs);
    const uint32_t starts[] = {0, 1};
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    uint64_t written = 99;
    struct rdd *rdd;

    assert_non_null(stream);
    assert_int_equal(rdd_create_blocks(&block, starts, 1, is_pairs, &rdd, NULL), WEIR_OK);
    sink_console_set_stream(stream);
    assert_int_equal(sink.class->write(sink.self, executor, rdd, 45296000, &written, NULL),
                     WEIR_OK);
    sink_console_set_stream(NULL);
    fclose(stream);
    assert_string_equal(text, expected);
    assert_int_equal(written, records);
    free(text);
    rdd_drop(rdd);
    block_drop(block);
    sink.class->destroy(sink.self);
}

#define HEAD                                        \
    "-------------------------------------------\n" \
    "Time: 45296000 ms\n"                           \
    "-------------------------------------------\n"

static void the_default_is_sparks_print(void **state)
{
    (void)state;
    expect_printed("{}", "[[\"be\", 2], [\"to\", 1]]", true, 2, HEAD "(be,2)\n(to,1)\n\n");
    expect_printed("{}", "[\"a line\", 5, null]", false, 3, HEAD "a line\n5\nnull\n\n");
}

static void an_empty_batch_is_printed_too(void **state)
{
    (void)state;
    expect_printed("{}", "[]", false, 0, HEAD "\n");
}

static void three_dots_stand_for_further_rows(void **state)
{
    (void)state;
    expect_printed("{\"rows\": 2}", "[1, 2, 3]", false, 2, HEAD "1\n2\n...\n\n");
    expect_printed("{\"rows\": 3}", "[1, 2, 3]", false, 3, HEAD "1\n2\n3\n\n");
}

static void a_table_has_aligned_columns_under_the_time_of_day(void **state)
{
    (void)state;
    expect_printed("{\"format\": \"table\"}", "[[\"be\", 12], [\"\xC3\xA9t\xC3\xA9\", 3]]", true, 2,
                   "12:34:56\n"
                   "  key  value\n"
                   "  be      12\n"
                   "  \xC3\xA9t\xC3\xA9      3\n\n");
    expect_printed("{\"format\": \"table\", \"rows\": 1}", "[\"long enough\", \"b\"]", false, 1,
                   "12:34:56\n"
                   "  value\n"
                   "  long enough\n"
                   "  ...\n\n");
    expect_printed("{\"format\": \"table\"}", "[]", false, 0, "12:34:56  no rows\n\n");
}

static void a_table_shows_no_byte_that_a_terminal_obeys(void **state)
{
    (void)state;
    expect_printed("{\"format\": \"table\"}", "[\"a\\u001b[2Jb\\n\\u007f\\u009bc\"]", false, 1,
                   "12:34:56\n"
                   "  value\n"
                   "  a?[2Jb???c\n\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_default_is_sparks_print),
        cmocka_unit_test(an_empty_batch_is_printed_too),
        cmocka_unit_test(three_dots_stand_for_further_rows),
        cmocka_unit_test(a_table_has_aligned_columns_under_the_time_of_day),
        cmocka_unit_test(a_table_shows_no_byte_that_a_terminal_obeys),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
