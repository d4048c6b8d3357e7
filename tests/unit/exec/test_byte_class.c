/*
 * test_byte_class - masks against a byte by byte loop, and the pattern reader.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "exec/byte_class.h"
#include "lib/exec_rows.h"
#include "lib/random_values.h"

static void assert_masks(const struct byte_class *class, const uint8_t *text, uint32_t blocks_count)
{
    uint64_t masks[64];

    assert_true(blocks_count <= 64);
    memset(masks, 0x5A, sizeof(masks));
    class->masks(class, text, blocks_count, masks);
    for (uint32_t i = 0; i < blocks_count * 64; i++) {
        if ((masks[i / 64] >> i % 64 & 1) != class->has[text[i]]) {
            fail_msg("byte %u (0x%02X)", i, text[i]);
        }
    }
    if (blocks_count < 64) {
        assert_true(masks[blocks_count] == UINT64_C(0x5A5A5A5A5A5A5A5A));
    }
}

/* Every byte at every place of a block, then noise that ends where its memory ends. */
static void assert_class(const struct byte_class *class, struct random *random)
{
    for (uint32_t shift = 0; shift < 64; shift++) {
        uint8_t text[256 + 64];
        for (uint32_t i = 0; i < sizeof(text); i++) {
            text[i] = (uint8_t)(i + shift);
        }
        assert_masks(class, text, sizeof(text) / 64);
    }
    for (uint32_t blocks_count = 0; blocks_count <= 5; blocks_count++) {
        uint8_t *text = malloc(blocks_count * 64);
        assert_non_null(text);
        for (uint32_t i = 0; i < blocks_count * 64; i++) {
            text[i] = (uint8_t)random_next(random);
        }
        assert_masks(class, text, blocks_count);
        free(text);
    }
}

static void words_are_the_bytes_above_a_blank(void **state)
{
    struct byte_class class;
    struct random random;

    (void)state;
    random_start(&random);
    byte_class_init_words(&class);
    for (int byte = 0; byte < 256; byte++) {
        assert_int_equal(class.has[byte], byte > ' ');
    }
    assert_true(class.is_above_space);
    assert_true(class.is_uniform_above);
    assert_class(&class, &random);
}

/* Sets of any bytes, each written as a byte behind a backslash, or plain when it is a letter. */
static void any_set_of_bytes_is_found(void **state)
{
    struct random random;

    (void)state;
    random_start(&random);
    for (int round = 0; round < 300; round++) {
        bool is_negated = random_below(&random, 2) == 0;
        uint32_t share = 1 + random_below(&random, 12);
        bool wanted[256] = {false};
        struct byte_class class;
        char pattern[600] = "[^";
        uint32_t size = is_negated ? 2 : 1;

        for (int byte = 0; byte < 256; byte++) {
            bool is_alnum = (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
                            (byte >= 'a' && byte <= 'z');
            if (random_below(&random, share) != 0 && byte != ';') {
                continue;
            }
            wanted[byte] = true;
            if (!is_alnum) {
                pattern[size++] = '\\';
            }
            pattern[size++] = (char)byte;
        }
        pattern[size++] = ']';
        pattern[size++] = '+';
        assert_int_equal(byte_class_init_pattern(&class, pattern, size, false, NULL), WEIR_OK);
        for (int byte = 0; byte < 256; byte++) {
            assert_int_equal(class.has[byte], wanted[byte] == is_negated);
        }
        assert_class(&class, &random);
    }
}

static void a_pattern_is_read(void **state)
{
    static const struct {
        const char *pattern;
        const char *inside;  /* bytes of words */
        const char *outside; /* separators */
        bool is_folded;
    } cases[] = {
        {"[^a-z0-9']+", "az09'", "A- \n{`", false},
        {"[^a-z0-9']+", "azAZ09'", "- \n", true},
        {"[,;]+", "a \n", ",;", false},
        {"[\\s]+", "a0\x7f", " \t\n\v\f\r", false},
        {"[^\\d]+", "0123456789", "a ", false},
        {"[^\\w]+", "azAZ09_", "- ", false},
        {"[\\w-]+", " .", "a-", false},
        {"[a-]+", "b ", "a-", false},
        {"[-a]+", "b ", "a-", false},
        {"[a^]+", "b ", "a^", false},
        {"[\\^a]+", "b", "^a", false},
        {"[\\[\\]]+", "a\\", "[]", false},
        {"[\\t\\n\\r]+", " tnr", "\t\n\r", false},
        {"[\\\\]+", "/", "\\", false},
        {"[ -\\/]+", "0", " !/", false},
        {"[\\t-\\r]+", " ", "\t\n\r", false},
        {"[a-a]+", "b", "a", false},
        {"[ +]+", "a", " +", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *pattern = cases[i].pattern;
        struct byte_class class;

        if (byte_class_init_pattern(&class, pattern, (uint32_t)strlen(pattern), cases[i].is_folded,
                                    NULL) != WEIR_OK) {
            fail_msg("%s is refused", pattern);
        }
        for (const char *byte = cases[i].inside; *byte != '\0'; byte++) {
            if (!class.has[(uint8_t)*byte]) {
                fail_msg("%s: '%c' should be part of words", pattern, *byte);
            }
        }
        for (const char *byte = cases[i].outside; *byte != '\0'; byte++) {
            if (class.has[(uint8_t)*byte]) {
                fail_msg("%s: '%c' should separate words", pattern, *byte);
            }
        }
    }
}

static void what_is_no_character_class_is_refused_and_named(void **state)
{
    static const char *const patterns[] = {
        "",          "[",      "[]",     "[]+",    "[^]+",   "+",      "a+",
        "[a]",       "[a]*",   "a]+",    "[a+",    "[z-a]+", "[\\]+",  "[a-\\]+",
        "[a-\\d]+",  "[a]b]+", "[[a]]+", "[\\S]+", "[\\D]+", "[\\W]+", "[\\x41]+",
        "[\\p{L}]+", "[\\0]+", "[^]]+",  "[a-[]+", "[+]",    "(a)+",   "[[:alpha:]]+",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
        uint32_t size = (uint32_t)strlen(patterns[i]);
        char *pattern = malloc(size); /* without a NUL: nothing behind it may be read */
        struct byte_class class;
        weir_error error = {.struct_size = sizeof(error)};

        assert_true(size == 0 || pattern != NULL);
        memcpy(pattern, patterns[i], size);
        if (byte_class_init_pattern(&class, pattern, size, false, &error) != WEIR_E_CONFIG) {
            fail_msg("%s is accepted", patterns[i]);
        }
        assert_non_null(strstr(error.msg, patterns[i]));
        free(pattern);
    }
}

static void the_text_mark_needs_bytes_above_ascii_to_be_alike(void **state)
{
    struct byte_class class;

    (void)state;
    assert_int_equal(byte_class_init_pattern(&class, "[^a-z]+", 7, false, NULL), WEIR_OK);
    assert_true(class.is_uniform_above);
    assert_int_equal(byte_class_init_pattern(&class, "[,]+", 4, false, NULL), WEIR_OK);
    assert_true(class.is_uniform_above);
    assert_int_equal(byte_class_init_pattern(&class, "[^a\xC3\xA9]+", 7, false, NULL), WEIR_OK);
    assert_false(class.is_uniform_above);
}

static void the_portable_forms_pass_the_same_tests(void **state)
{
    (void)state;
    exec_again_portable();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_the_bytes_above_a_blank),
        cmocka_unit_test(any_set_of_bytes_is_found),
        cmocka_unit_test(a_pattern_is_read),
        cmocka_unit_test(what_is_no_character_class_is_refused_and_named),
        cmocka_unit_test(the_text_mark_needs_bytes_above_ascii_to_be_alike),
        cmocka_unit_test(the_portable_forms_pass_the_same_tests),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
