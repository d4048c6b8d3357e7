/* test_fault - the nth step fails, once. */
#include "base/fault.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdatomic.h>

#include "base/thread.h"

static void never_fails_a_step_while_unarmed(void **state)
{
    (void)state;
    for (int i = 0; i < 100; i++) {
        assert_false(fault_step());
    }
    assert_false(fault_disarm());
}

static void fails_the_step_after_so_many_others_and_only_once(void **state)
{
    (void)state;
    for (int before = 0; before < 5; before++) {
        fault_arm(before);
        for (int i = 0; i < 10; i++) {
            errno = 0;
            assert_int_equal(fault_step(), i == before);
            assert_int_equal(errno, i == before ? EIO : 0);
        }
        assert_true(fault_disarm());
        assert_false(fault_disarm());
    }
}

static void fails_as_many_steps_in_a_row_as_asked(void **state)
{
    (void)state;
    fault_arm_span(2, 3);
    for (int i = 0; i < 10; i++) {
        assert_int_equal(fault_step(), i >= 2 && i < 5);
    }
    assert_true(fault_disarm());
    assert_false(fault_step());
}

static void says_when_the_armed_step_was_not_reached(void **state)
{
    (void)state;
    fault_arm(3);
    assert_false(fault_step());
    assert_false(fault_step());
    assert_false(fault_step());
    assert_false(fault_disarm());
    assert_false(fault_step());
}

static int call(int *calls, int answer)
{
    (*calls)++;
    return answer;
}

static void does_not_make_the_call_whose_step_fails(void **state)
{
    int calls = 0;

    (void)state;
    fault_arm(1);
    assert_false(step_failed(call(&calls, 0)));
    assert_true(step_failed(call(&calls, 0)));
    assert_int_equal(calls, 1);
    assert_true(step_failed(call(&calls, -1)));
    assert_int_equal(calls, 2);
    assert_true(fault_disarm());
}

static atomic_int failures;

static void step_often(void *argument)
{
    (void)argument;
    for (int i = 0; i < 1000; i++) {
        if (fault_step()) {
            atomic_fetch_add(&failures, 1);
        }
    }
}

static void fails_one_step_of_all_threads(void **state)
{
    struct thread threads[4];

    (void)state;
    atomic_store(&failures, 0);
    fault_arm(1500);
    for (int i = 0; i < 4; i++) {
        weir_error error = {0};
        assert_int_equal(thread_start(&threads[i], "steps", step_often, NULL, &error), WEIR_OK);
    }
    for (int i = 0; i < 4; i++) {
        thread_join(&threads[i]);
    }
    assert_true(fault_disarm());
    assert_int_equal(atomic_load(&failures), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(never_fails_a_step_while_unarmed),
        cmocka_unit_test(fails_the_step_after_so_many_others_and_only_once),
        cmocka_unit_test(fails_as_many_steps_in_a_row_as_asked),
        cmocka_unit_test(says_when_the_armed_step_was_not_reached),
        cmocka_unit_test(does_not_make_the_call_whose_step_fails),
        cmocka_unit_test(fails_one_step_of_all_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
