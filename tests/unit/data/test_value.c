/* test_value - deep copies and UTF-8. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/fault.h"
#include "data/compare.h"
#include "data/value.h"
#include "lib/random_values.h"

static void short_bytes_stand_inside_and_long_ones_are_borrowed(void **state)
{
    char bytes[13] = "abcdefghijklm";
    struct weir_value inside = weir_bytes(bytes, 12);
    struct weir_value borrowed = weir_bytes(bytes, 13);

    (void)state;
    bytes[0] = 'X';
    assert_memory_equal(weir_bytes_of(&inside), "abcdefghijkl", 12);
    assert_ptr_equal(weir_bytes_of(&borrowed), bytes);
    assert_true(value_is_flat(inside));
    assert_false(value_is_flat(borrowed));
    assert_int_equal(weir_size_of(borrowed), 13);
}

static void equal_short_bytes_are_equal_words(void **state)
{
    struct weir_value left = weir_bytes("abc\0garbage", 3);
    struct weir_value right = weir_bytes("abc\0different", 3);

    (void)state;
    assert_memory_equal(&left, &right, sizeof(left));
}

static void a_copy_outlives_what_it_was_made_of(void **state)
{
    struct arena source;
    struct arena twin;
    struct arena target;
    struct random random;

    (void)state;
    random_start(&random);
    for (int round = 0; round < 300; round++) {
        arena_init(&source);
        arena_init(&twin);
        arena_init(&target);
        struct random again = random;
        struct weir_value value = random_value(&random, &source, 4);
        struct weir_value same = random_value(&again, &twin, 4);
        struct weir_value copy;
        assert_int_equal(value_copy(value, &target, &copy), WEIR_OK);
        arena_fini(&source); /* under address sanitizer nothing of it can be read any more */
        assert_true(value_equal(&copy, &same));
        assert_int_equal(value_copy_size(copy), value_copy_size(same));
        assert_int_equal(copy.head, same.head);
        arena_fini(&twin);
        arena_fini(&target);
    }
}

static void a_copy_without_memory_is_null(void **state)
{
    struct weir_value items[] = {weir_int(1), weir_text("a text of more than twelve bytes")};
    struct weir_value values[] = {items[1], weir_tuple(items, 2)};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct arena arena;
        struct weir_value copy = weir_int(7);
        arena_init(&arena);
        fault_arm(0);
        weir_status status = value_copy(values[i], &arena, &copy);
        assert_true(fault_disarm());
        assert_int_equal(status, WEIR_E_NOMEM);
        assert_true(weir_is_null(copy));
        arena_fini(&arena);
    }
}

static void a_copy_takes_what_was_foretold(void **state)
{
    struct weir_value inner[] = {weir_text("thirteen byte"), weir_text("short")};
    struct weir_value pairs[] = {weir_text("k"), weir_list(inner, 2)};

    (void)state;
    assert_int_equal(value_copy_size(weir_int(1)), 0);
    assert_int_equal(value_copy_size(weir_text("short")), 0);
    assert_int_equal(value_copy_size(inner[0]), 13);
    assert_int_equal(value_copy_size(weir_map_value(pairs, 1)), 2 * 16 + 2 * 16 + 13);
    assert_int_equal(value_copy_size(weir_list(NULL, 0)), 0);
}

static void a_pair_is_a_tuple_of_two(void **state)
{
    struct arena arena;
    struct weir_value pair;

    (void)state;
    arena_init(&arena);
    assert_int_equal(value_pair(weir_text("k"), weir_int(2), &arena, &pair), WEIR_OK);
    assert_int_equal(weir_kind_of(pair), WEIR_TUPLE);
    assert_int_equal(weir_size_of(pair), 2);
    assert_int_equal(pair.items[1].integer, 2);
    arena_fini(&arena);
}

static void every_kind_has_its_word(void **state)
{
    static const char *const names[] = {"null",  "bool", "int",   "float",
                                        "bytes", "list", "tuple", "map"};

    (void)state;
    for (unsigned kind = 0; kind < 8; kind++) {
        assert_string_equal(value_kind_name((enum weir_kind)kind), names[kind]);
    }
}

static void only_what_unicode_allows_is_text(void **state)
{
    static const struct {
        const char *bytes;
        size_t valid;     /* bytes that are fine from the front */
        size_t malformed; /* of the piece behind them, 0: all is valid */
    } cases[] = {
        {"", 0, 0},
        {"plain", 5, 0},
        {"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80", 9, 0},
        {"\xED\x9F\xBF\xEE\x80\x80\xF4\x8F\xBF\xBF", 10, 0}, /* around what is forbidden */
        {"a\x80", 1, 1},
        {"\xC0\xAF", 0, 1},         /* overlong */
        {"\xE0\x9F\xBF", 0, 1},     /* overlong */
        {"\xF0\x8F\xBF\xBF", 0, 1}, /* overlong */
        {"\xED\xA0\x80", 0, 1},     /* surrogate */
        {"\xF4\x90\x80\x80", 0, 1}, /* above U+10FFFF */
        {"\xF5\x80\x80\x80", 0, 1}, /* leads nothing */
        {"ab\xE2\x82", 2, 2},       /* cut short */
        {"\xF0\x9F\x98z", 0, 3},    /* cut by something else */
        {"\xE2\x28\xA1", 0, 1},     /* the second byte is none */
        {"0123456789012345678901234567890123456789\xFF", 40, 1},
        {"01234567890123456789012345678901234567\xC3\xA9\xFF", 40, 1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        size_t size = strlen(cases[i].bytes);
        size_t valid = utf8_valid_size(cases[i].bytes, size);
        assert_int_equal(valid, cases[i].valid);
        assert_int_equal(text_is_utf8(cases[i].bytes, size), cases[i].malformed == 0);
        if (cases[i].malformed > 0) {
            assert_int_equal(utf8_malformed_size(cases[i].bytes + valid, size - valid),
                             cases[i].malformed);
        }
    }
}

static void every_character_is_text_and_no_surrogate_is(void **state)
{
    (void)state;
    for (uint32_t point = 0x80; point <= 0x110FFF; point++) {
        unsigned char bytes[4];
        size_t size;
        if (point < 0x800) {
            bytes[0] = (unsigned char)(0xC0 | point >> 6);
            size = 2;
        } else if (point < 0x10000) {
            bytes[0] = (unsigned char)(0xE0 | point >> 12);
            size = 3;
        } else {
            bytes[0] = (unsigned char)(0xF0 | point >> 18);
            size = 4;
        }
        for (size_t i = 1; i < size; i++) {
            bytes[i] = (unsigned char)(0x80 | (point >> (6 * (size - 1 - i)) & 0x3F));
        }
        bool is_character = (point < 0xD800 || point > 0xDFFF) && point <= 0x10FFFF;
        if (text_is_utf8(bytes, size) != is_character) {
            fail_msg("U+%04X", point);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(short_bytes_stand_inside_and_long_ones_are_borrowed),
        cmocka_unit_test(equal_short_bytes_are_equal_words),
        cmocka_unit_test(a_copy_outlives_what_it_was_made_of),
        cmocka_unit_test(a_copy_without_memory_is_null),
        cmocka_unit_test(a_copy_takes_what_was_foretold),
        cmocka_unit_test(a_pair_is_a_tuple_of_two),
        cmocka_unit_test(every_kind_has_its_word),
        cmocka_unit_test(only_what_unicode_allows_is_text),
        cmocka_unit_test(every_character_is_text_and_no_surrogate_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
