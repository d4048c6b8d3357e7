/* test_cpu - the answers, and the portable twin by WEIR_CPU. */
#include "base/cpu.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* The answers are kept for the process's life: each environment needs a process of its own. */
static int answers_under(const char *value)
{
    int ended = 0;
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        if (value == NULL) {
            unsetenv("WEIR_CPU");
        } else {
            setenv("WEIR_CPU", value, 1);
        }
        _exit((cpu_has_avx2() ? 1 : 0) | (cpu_has_avx512() ? 2 : 0) | (cpu_has_neon() ? 4 : 0));
    }
    assert_int_equal(waitpid(child, &ended, 0), child);
    assert_true(WIFEXITED(ended));
    return WEXITSTATUS(ended);
}

static int expected_here(void)
{
#if defined(__x86_64__)
    int answers = 0;

    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2")) {
        answers |= 1;
    }
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vbmi2")) {
        answers |= 2;
    }
    return answers;
#elif defined(__aarch64__)
    return 4;
#else
    return 0;
#endif
}

static void says_no_to_everything_when_told_to_be_portable(void **state)
{
    (void)state;
    assert_int_equal(answers_under("portable"), 0);
}

static void says_what_the_processor_has_otherwise(void **state)
{
    (void)state;
    assert_int_equal(answers_under(NULL), expected_here());
    assert_int_equal(answers_under("other"), expected_here());
}

static void asks_only_once(void **state)
{
    bool before = cpu_has_avx2();

    (void)state;
    setenv("WEIR_CPU", before ? "portable" : "", 1);
    assert_int_equal(cpu_has_avx2(), before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_no_to_everything_when_told_to_be_portable),
        cmocka_unit_test(says_what_the_processor_has_otherwise),
        cmocka_unit_test(asks_only_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
