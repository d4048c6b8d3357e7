/*
 * test_repeats - lines that repeat are held back and counted.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "io/repeats.h"

static bool allow(struct repeats *repeats, const char *line, int64_t now_ns, uint64_t *held_back)
{
    return repeats_allow(repeats, line, strlen(line), now_ns, held_back);
}

static void a_line_is_shown_once_and_then_with_its_count(void **state)
{
    struct repeats repeats;
    uint64_t held_back = 99;

    (void)state;
    repeats_init(&repeats);
    assert_true(allow(&repeats, "refused", 0, &held_back));
    assert_int_equal(held_back, 0);
    assert_false(allow(&repeats, "refused", 1, &held_back));
    assert_false(allow(&repeats, "refused", REPEATS_QUIET_NS - 1, &held_back));
    assert_true(allow(&repeats, "refused", REPEATS_QUIET_NS, &held_back));
    assert_int_equal(held_back, 2);
    assert_false(allow(&repeats, "refused", REPEATS_QUIET_NS + 1, &held_back));
}

static void different_lines_do_not_hold_each_other_back(void **state)
{
    struct repeats repeats;
    uint64_t held_back;

    (void)state;
    repeats_init(&repeats);
    assert_true(allow(&repeats, "gone", 0, &held_back));
    assert_true(allow(&repeats, "back", 1, &held_back));
    assert_false(allow(&repeats, "gone", 2, &held_back));
    assert_false(allow(&repeats, "back", 3, &held_back));
}

static void more_lines_than_are_kept_push_out_the_oldest(void **state)
{
    struct repeats repeats;
    uint64_t held_back;
    char line[16];

    (void)state;
    repeats_init(&repeats);
    for (unsigned i = 0; i < REPEATS_KEPT + 1; i++) {
        snprintf(line, sizeof(line), "line %u", i);
        assert_true(allow(&repeats, line, i, &held_back));
    }
    assert_false(allow(&repeats, "line 1", 50, &held_back));
    assert_true(allow(&repeats, "line 0", 50, &held_back));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_is_shown_once_and_then_with_its_count),
        cmocka_unit_test(different_lines_do_not_hold_each_other_back),
        cmocka_unit_test(more_lines_than_are_kept_push_out_the_oldest),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
