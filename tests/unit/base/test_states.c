/* test_states - allowed steps. */
#include "base/states.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"

enum door { DOOR_SHUT, DOOR_OPEN, DOOR_LOCKED };

static const char *const door_names[] = {"shut", "open", "locked"};
static const uint32_t door_steps[] = {
    [DOOR_SHUT] = STATE_BIT(DOOR_OPEN) | STATE_BIT(DOOR_LOCKED),
    [DOOR_OPEN] = STATE_BIT(DOOR_SHUT),
    [DOOR_LOCKED] = STATE_BIT(DOOR_SHUT),
};
static const struct states door = {"door", door_names, door_steps, 3};

static void takes_the_steps_of_the_table_and_no_other(void **state)
{
    static const bool expected[3][3] = {{false, true, true}, {true, false, false}, {true}};

    (void)state;
    for (uint32_t from = 0; from < 3; from++) {
        for (uint32_t to = 0; to < 3; to++) {
            assert_int_equal(sm_can_move(&door, from, to), expected[from][to]);
        }
    }
    assert_false(sm_can_move(&door, DOOR_SHUT, 3));
    assert_false(sm_can_move(&door, DOOR_SHUT, 32));
}

static void names_its_states(void **state)
{
    (void)state;
    assert_string_equal(sm_name(&door, DOOR_LOCKED), "locked");
}

static void keep_line(void *owner, enum log_level level, const char *line)
{
    (void)level;
    snprintf(owner, 100, "%s", line);
}

static void traces_each_step_at_debug_level(void **state)
{
    uint32_t now = DOOR_SHUT;
    char line[100] = "";

    (void)state;
    log_set_sink(keep_line, line);
    sm_move(&door, &now, DOOR_OPEN);
    assert_string_equal(line, "");
    log_set_level(LOG_DEBUG);
    sm_move(&door, &now, DOOR_SHUT);
    log_set_level(LOG_INFO);
    log_set_sink(NULL, NULL);
    assert_int_equal(now, DOOR_SHUT);
    assert_non_null(strstr(line, "door: open -> shut"));
}

/* True when the call ends the process by an assertion; in a child, so that the test goes on. */
static bool aborts(void (*call)(void))
{
    int ended = 0;
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        if (freopen("/dev/null", "w", stderr) != NULL) {
            signal(SIGABRT, SIG_DFL); /* not the test runner's own handling */
            call();
        }
        _exit(0);
    }
    assert_int_equal(waitpid(child, &ended, 0), child);
    return WIFSIGNALED(ended) && WTERMSIG(ended) == SIGABRT;
}

static void open_a_locked_door(void)
{
    uint32_t now = DOOR_LOCKED;

    sm_move(&door, &now, DOOR_OPEN);
}

static void open_the_door(void)
{
    uint32_t now = DOOR_SHUT;

    sm_move(&door, &now, DOOR_OPEN);
}

static void asserts_on_a_step_that_is_not_in_the_table(void **state)
{
    (void)state;
    assert_true(aborts(open_a_locked_door));
    assert_false(aborts(open_the_door));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_the_steps_of_the_table_and_no_other),
        cmocka_unit_test(names_its_states),
        cmocka_unit_test(traces_each_step_at_debug_level),
        cmocka_unit_test(asserts_on_a_step_that_is_not_in_the_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
