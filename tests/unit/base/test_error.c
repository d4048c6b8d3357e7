/* test_error - stories, their steps and their bounds. */
#include "base/error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

static void tells_the_first_cause_and_its_status(void **state)
{
    weir_error error = {.retry_after_ms = 7, .os_errno = 3};

    (void)state;
    assert_int_equal(error_set(&error, WEIR_E_TOOBIG, "%d of %d bytes", 8, 64), WEIR_E_TOOBIG);
    assert_int_equal(error.code, WEIR_E_TOOBIG);
    assert_int_equal(error.os_errno, 0);
    assert_int_equal(error.retry_after_ms, 0);
    assert_string_equal(error.msg, "8 of 64 bytes");
}

static void puts_each_step_in_front_of_the_story(void **state)
{
    weir_error error = {0};
    weir_status status;

    (void)state;
    status = error_set(&error, WEIR_E_IO, "short read, %d of %d bytes", 8, 64);
    status = error_wrap(&error, status, "read segment %d", 7);
    status = error_wrap(&error, status, "load checkpoint %d", 12);
    assert_int_equal(status, WEIR_E_IO);
    assert_int_equal(error.code, WEIR_E_IO);
    assert_string_equal(error.msg, "load checkpoint 12: read segment 7: short read, 8 of 64 bytes");
}

static void wraps_an_empty_story_without_a_colon(void **state)
{
    weir_error error = {0};

    (void)state;
    error_wrap(&error, WEIR_E_BUG, "start");
    assert_string_equal(error.msg, "start");
    assert_int_equal(error.code, WEIR_E_BUG);
}

static void tells_what_the_system_said(void **state)
{
    weir_error error = {0};

    (void)state;
    errno = ENOENT;
    assert_int_equal(error_system(&error, "open %s", "x"), WEIR_E_IO);
    assert_string_equal(error.msg, "open x: No such file or directory");
    assert_int_equal(error.os_errno, ENOENT);
    error_wrap(&error, WEIR_E_IO, "start");
    assert_int_equal(error.os_errno, ENOENT);
    errno = ENOMEM;
    assert_int_equal(error_system(&error, "open"), WEIR_E_NOMEM);
    assert_int_equal(error.code, WEIR_E_NOMEM);
}

static void takes_no_story_where_none_is_wanted(void **state)
{
    (void)state;
    errno = ENOMEM;
    assert_int_equal(error_system(NULL, "open"), WEIR_E_NOMEM);
    assert_int_equal(error_set(NULL, WEIR_E_AUTH, "who"), WEIR_E_AUTH);
    assert_int_equal(error_wrap(NULL, WEIR_E_IO, "what"), WEIR_E_IO);
}

static void may_be_given_its_own_text(void **state)
{
    weir_error error = {0};

    (void)state;
    error_set(&error, WEIR_E_IO, "a");
    error_set(&error, WEIR_E_IO, "b %s b", error.msg);
    error_wrap(&error, WEIR_E_IO, "c %s", error.msg);
    assert_string_equal(error.msg, "c b a b: b a b");
}

static void cuts_a_long_story_at_its_end_and_between_characters(void **state)
{
    weir_error error = {0};
    char euros[3 * 400 + 1];

    (void)state;
    for (int i = 0; i < 400; i++) {
        memcpy(euros + i * 3, "\xE2\x82\xAC", 3);
    }
    euros[1200] = '\0';
    for (size_t before = 0; before < 4; before++) {
        error_set(&error, WEIR_E_IO, "%.*s%s", (int)before, "....", euros);
        assert_int_equal((strlen(error.msg) - before) % 3, 0);
        assert_true(strlen(error.msg) >= sizeof(error.msg) - 3);
        error_wrap(&error, WEIR_E_IO, "%.*s", (int)before + 1, ",,,,,");
        assert_int_equal((strlen(error.msg) - before - 1 - 2 - before) % 3, 0);
        assert_true(strlen(error.msg) >= sizeof(error.msg) - 3);
    }
}

static void keeps_a_whole_character_that_just_fits(void **state)
{
    weir_error error = {0};
    char text[496];

    (void)state;
    memset(text, 'x', sizeof(text));
    memcpy(text + 491, "\xF0\x9F\x8C\x8A", 5);
    error_set(&error, WEIR_E_IO, "%s", text);
    assert_string_equal(error.msg, text);
    error_set(&error, WEIR_E_IO, "%s%s", text, "more");
    assert_string_equal(error.msg, text);
}

static void names_every_status(void **state)
{
    (void)state;
    for (weir_status status = WEIR_E_BUG; status <= WEIR_STOPPING; status++) {
        assert_string_not_equal(status_name(status), "unknown status");
    }
    assert_string_equal(status_name(WEIR_E_NOMEM), "out of memory");
    assert_string_equal(status_name(-99), "unknown status");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_the_first_cause_and_its_status),
        cmocka_unit_test(puts_each_step_in_front_of_the_story),
        cmocka_unit_test(wraps_an_empty_story_without_a_colon),
        cmocka_unit_test(tells_what_the_system_said),
        cmocka_unit_test(takes_no_story_where_none_is_wanted),
        cmocka_unit_test(may_be_given_its_own_text),
        cmocka_unit_test(cuts_a_long_story_at_its_end_and_between_characters),
        cmocka_unit_test(keeps_a_whole_character_that_just_fits),
        cmocka_unit_test(names_every_status),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
