/* test_thread - threads, locks and conditions. */
#include "base/thread.h"

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

#include "base/clock.h"
#include "base/fault.h"

struct seen {
    struct thread thread;
    struct thread other;
    char name[32];
    bool is_current;
    bool is_other;
    bool blocks_signals;
};

static void look_around(void *argument)
{
    struct seen *seen = argument;
    sigset_t mask;

    pthread_getname_np(pthread_self(), seen->name, sizeof(seen->name));
    seen->is_current = thread_is_current(&seen->thread);
    seen->is_other = thread_is_current(&seen->other);
    pthread_sigmask(SIG_SETMASK, NULL, &mask);
    seen->blocks_signals = sigismember(&mask, SIGTERM) == 1 && sigismember(&mask, SIGINT) == 1;
}

static void runs_under_its_name_and_knows_itself(void **state)
{
    struct seen seen = {0};

    (void)state;
    assert_int_equal(
        thread_start(&seen.thread, "a-very-long-thread-name", look_around, &seen, NULL), WEIR_OK);
    assert_false(thread_is_current(&seen.thread));
    thread_join(&seen.thread);
    assert_string_equal(seen.name, "a-very-long-thr");
    assert_true(seen.is_current);
    assert_false(seen.is_other);
}

static void leaves_signals_to_the_main_thread(void **state)
{
    struct seen seen = {0};
    sigset_t before;
    sigset_t after;

    (void)state;
    pthread_sigmask(SIG_SETMASK, NULL, &before);
    assert_int_equal(thread_start(&seen.thread, "signals", look_around, &seen, NULL), WEIR_OK);
    thread_join(&seen.thread);
    pthread_sigmask(SIG_SETMASK, NULL, &after);
    assert_true(seen.blocks_signals);
    assert_int_equal(sigismember(&before, SIGTERM), sigismember(&after, SIGTERM));
    assert_int_equal(sigismember(&after, SIGTERM), 0);
}

static void joins_what_was_never_started_at_once(void **state)
{
    struct thread thread = {0};
    struct seen seen = {0};

    (void)state;
    thread_join(&thread);
    assert_int_equal(thread_start(&seen.thread, "twice", look_around, &seen, NULL), WEIR_OK);
    thread_join(&seen.thread);
    thread_join(&seen.thread);
    assert_false(seen.thread.is_started);
}

static void starts_nothing_whichever_step_fails(void **state)
{
    int failures = 0;

    (void)state;
    for (;; failures++) {
        struct seen seen = {0};
        weir_error error = {0};
        weir_status status;

        fault_arm(failures);
        status = thread_start(&seen.thread, "faulty", look_around, &seen, &error);
        if (!fault_disarm()) {
            assert_int_equal(status, WEIR_OK);
            thread_join(&seen.thread);
            break;
        }
        assert_true(status != WEIR_OK);
        assert_non_null(strstr(error.msg, "faulty"));
        thread_join(&seen.thread);
        assert_string_equal(seen.name, "");
    }
    assert_int_equal(failures, 2); /* its arguments, the thread */
}

struct counter {
    struct lock lock;
    struct condition changed;
    int count;
    int turns;
};

static void count_up(void *argument)
{
    struct counter *counter = argument;

    for (int i = 0; i < 10000; i++) {
        lock_take(&counter->lock);
        counter->count++;
        lock_release(&counter->lock);
    }
    lock_take(&counter->lock);
    counter->turns++;
    condition_signal(&counter->changed);
    lock_release(&counter->lock);
}

static void lets_one_thread_at_a_time_through_a_lock(void **state)
{
    struct counter counter = {.count = 0};
    struct thread threads[4];

    (void)state;
    lock_init(&counter.lock);
    condition_init(&counter.changed);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(thread_start(&threads[i], "count", count_up, &counter, NULL), WEIR_OK);
    }
    lock_take(&counter.lock);
    while (counter.turns < 4) {
        condition_wait(&counter.changed, &counter.lock);
    }
    assert_int_equal(counter.count, 40000);
    lock_release(&counter.lock);
    for (int i = 0; i < 4; i++) {
        thread_join(&threads[i]);
    }
    condition_fini(&counter.changed);
    lock_fini(&counter.lock);
}

static void stops_waiting_when_the_time_is_over(void **state)
{
    struct counter counter = {.count = 0};
    int64_t begin_ns = clock_stopwatch_ns();

    (void)state;
    lock_init(&counter.lock);
    condition_init(&counter.changed);
    lock_take(&counter.lock);
    while (condition_wait_for(&counter.changed, &counter.lock, 10 * 1000000)) {
        begin_ns = clock_stopwatch_ns(); /* woken for nothing, which is allowed */
    }
    assert_true(clock_stopwatch_ns() - begin_ns >= 10 * 1000000);
    lock_release(&counter.lock);
    condition_fini(&counter.changed);
    lock_fini(&counter.lock);
}

static void is_woken_before_a_long_time_is_over(void **state)
{
    struct counter counter = {.count = 0};
    struct thread thread;

    (void)state;
    lock_init(&counter.lock);
    condition_init(&counter.changed);
    lock_take(&counter.lock);
    assert_int_equal(thread_start(&thread, "wake", count_up, &counter, NULL), WEIR_OK);
    while (counter.turns == 0) {
        assert_true(condition_wait_for(&counter.changed, &counter.lock, INT64_MAX));
    }
    lock_release(&counter.lock);
    thread_join(&thread);
    condition_fini(&counter.changed);
    lock_fini(&counter.lock);
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
    /* A sanitizer that sees the misuse first ends the child with a status of its own. */
    return WIFSIGNALED(ended) ? WTERMSIG(ended) == SIGABRT : WEXITSTATUS(ended) != 0;
}

static void take_twice(void)
{
    struct lock lock;

    lock_init(&lock);
    lock_take(&lock);
    lock_take(&lock);
}

static void release_what_is_free(void)
{
    struct lock lock;

    lock_init(&lock);
    lock_release(&lock);
}

static void asserts_on_a_lock_misused(void **state)
{
    (void)state;
    assert_true(aborts(take_twice));
    assert_true(aborts(release_what_is_free));
}

static void counts_at_least_one_core(void **state)
{
    (void)state;
    assert_true(thread_cores_count() >= 1);
    assert_true(thread_cores_count() <= (uint32_t)sysconf(_SC_NPROCESSORS_CONF));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(runs_under_its_name_and_knows_itself),
        cmocka_unit_test(leaves_signals_to_the_main_thread),
        cmocka_unit_test(joins_what_was_never_started_at_once),
        cmocka_unit_test(starts_nothing_whichever_step_fails),
        cmocka_unit_test(lets_one_thread_at_a_time_through_a_lock),
        cmocka_unit_test(stops_waiting_when_the_time_is_over),
        cmocka_unit_test(is_woken_before_a_long_time_is_over),
        cmocka_unit_test(asserts_on_a_lock_misused),
        cmocka_unit_test(counts_at_least_one_core),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
