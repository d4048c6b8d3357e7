/* Lines, cut out of bytes that come in pieces of every size. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lines/line_cutter.h"

/* What came of it: "a|b|" for the lines a and b. */
struct result {
    char text[4096];
    size_t length;
};

static void collect(struct result *result, const struct line_table *table)
{
    for (uint32_t i = 0; i < table->records_count; i++) {
        weir_slice value = table->records[i].value;
        memcpy(result->text + result->length, value.ptr, value.len);
        result->length += value.len;
        result->text[result->length++] = '|';
    }
    result->text[result->length] = '\0';
}

/* Feeds a piece of `first` bytes, then pieces of `step` bytes, as a reader would: each piece is an
 * exact allocation, so that a sanitizer sees any byte too far. */
static void cut_in_pieces(struct line_cutter *cutter, const char *input, size_t first, size_t step,
                          struct result *result)
{
    size_t total = strlen(input), fed = 0, kept = 0;
    char *rest = malloc(total + 1);
    struct line_table table;

    assert_true(line_table_init(&table));
    result->length = 0;
    for (size_t size = first; fed < total || size == first; size = step) {
        size = size < total - fed ? size : total - fed;
        uint8_t *piece = malloc(kept + size + 1);
        memcpy(piece + 1, rest, kept);
        memcpy(piece + 1 + kept, input + fed, size);
        fed += size;
        bool is_last = fed == total;
        size_t done = line_cutter_cut(cutter, piece + 1, kept + size, is_last, &table);
        assert_true(done <= kept + size);
        assert_true(!is_last || done == kept + size);
        collect(result, &table);
        kept = kept + size - done;
        memcpy(rest, piece + 1 + done, kept);
        free(piece);
        if (is_last) {
            break;
        }
    }
    line_table_fini(&table);
    free(rest);
}

static void expect_lines(const char *input, size_t line_max, bool is_truncating,
                         const char *expected, uint64_t expected_long)
{
    for (size_t first = 0; first <= strlen(input); first++) {
        for (size_t step = 1; step <= strlen(input) + 1; step++) {
            struct line_cutter cutter;
            struct result result = {.length = 0};

            line_cutter_init(&cutter, line_max, is_truncating);
            cut_in_pieces(&cutter, input, first, step, &result);
            assert_string_equal(result.text, expected);
            assert_int_equal(cutter.long_lines, expected_long);
        }
    }
}

static void a_line_ends_at_newline_return_or_both_wherever_the_pieces_are_cut(void **state)
{
    (void)state;
    expect_lines("one\ntwo\rthree\r\nfour", 100, false, "one|two|three|four|", 0);
    expect_lines("a\r\r\nb\n\rc\r\n\r\nd\n", 100, false, "a||b||c||d|", 0);
    expect_lines("\r\n", 100, false, "|", 0);
    expect_lines("\n\n\n", 100, false, "|||", 0);
    expect_lines("\r\r", 100, false, "||", 0);
    expect_lines("", 100, false, "", 0);
}

static void the_last_line_needs_no_end(void **state)
{
    (void)state;
    expect_lines("x", 100, false, "x|", 0);
    expect_lines("x\n", 100, false, "x|", 0);
    expect_lines("x\r", 100, false, "x|", 0);
}

static void a_line_of_just_the_maximum_is_taken_whole(void **state)
{
    (void)state;
    expect_lines("12345\r\n12345\n12345", 5, false, "12345|12345|12345|", 0);
}

static void a_longer_line_is_dropped_and_counted_and_the_next_one_is_whole(void **state)
{
    (void)state;
    expect_lines("123456\nab\r123456789\r\ncd\n1234567890123", 5, false, "ab|cd|", 3);
}

static void or_its_head_is_taken(void **state)
{
    (void)state;
    expect_lines("123456\nab\r123456789\r\ncd\n1234567890123", 5, true, "12345|ab|12345|cd|12345|",
                 3);
}

static void no_character_is_cut_in_two(void **state)
{
    (void)state;
    expect_lines("abc\xc3\xa4x\nok", 4, true, "abc|ok|", 1);
    expect_lines("a\xf0\x9f\x98\x80z\nok", 4, true, "a|ok|", 1);
    expect_lines("a\xf0\x9f\x98\x80z\nok", 5, true, "a\xf0\x9f\x98\x80|ok|", 1);
    expect_lines("\x80\x80\x80\x80\x80\x80\nok", 5, true, "\x80\x80\x80\x80\x80|ok|", 1);
}

static void more_lines_than_a_table_holds_come_in_several_rounds(void **state)
{
    size_t length = LINE_TABLE_MAX * 2 + 7, done = 0, lines = 0;
    uint8_t *bytes = malloc(length);
    struct line_cutter cutter;
    struct line_table table;

    (void)state;
    memset(bytes, '\n', length);
    line_cutter_init(&cutter, 100, false);
    assert_true(line_table_init(&table));
    for (int rounds = 1; done < length; rounds++) {
        assert_true(rounds <= 3);
        done += line_cutter_cut(&cutter, bytes + done, length - done, true, &table);
        assert_true(table.records_count <= LINE_TABLE_MAX);
        lines += table.records_count;
    }
    assert_int_equal(lines, length);
    line_table_fini(&table);
    free(bytes);
}

static void random_bytes_give_what_a_plain_splitter_gives(void **state)
{
    static const char letters[] = "ab\n\r";
    char input[64], expected[256];

    (void)state;
    srand(11);
    for (int round = 0; round < 300; round++) {
        size_t length = (size_t)(rand() % 40), at = 0, begin = 0;
        for (size_t i = 0; i < length; i++) {
            input[i] = letters[rand() % 4];
        }
        input[length] = '\0';
        for (size_t i = 0; i <= length; i++) {
            bool is_end = i < length && (input[i] == '\n' || input[i] == '\r');
            if (is_end || (i == length && i > begin)) {
                memcpy(expected + at, input + begin, i - begin);
                at += i - begin;
                expected[at++] = '|';
                i += is_end && input[i] == '\r' && input[i + 1] == '\n';
                begin = i + 1;
            }
        }
        expected[at] = '\0';
        expect_lines(input, 100, false, expected, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_ends_at_newline_return_or_both_wherever_the_pieces_are_cut),
        cmocka_unit_test(the_last_line_needs_no_end),
        cmocka_unit_test(a_line_of_just_the_maximum_is_taken_whole),
        cmocka_unit_test(a_longer_line_is_dropped_and_counted_and_the_next_one_is_whole),
        cmocka_unit_test(or_its_head_is_taken),
        cmocka_unit_test(no_character_is_cut_in_two),
        cmocka_unit_test(more_lines_than_a_table_holds_come_in_several_rounds),
        cmocka_unit_test(random_bytes_give_what_a_plain_splitter_gives),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
