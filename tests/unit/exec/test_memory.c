/*
 * test_memory - what fits the limit, what gives way, and what is counted in any case.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "exec/memory.h"

#define MEGA ((size_t)1 << 20)

static void without_a_limit_everything_fits_and_is_counted(void **state)
{
    struct memory memory;

    (void)state;
    memory_init(&memory, 0, 2);
    assert_true(memory_try(&memory, 100 * MEGA));
    assert_true(memory_try_fixed(&memory, 100 * MEGA));
    assert_int_equal(atomic_load(&memory.used_bytes), 200 * MEGA);
    memory_give(&memory, 200 * MEGA);
    assert_int_equal(atomic_load(&memory.used_bytes), 0);
    assert_int_equal(atomic_load(&memory.peak_bytes), 200 * MEGA);
    assert_true(memory_share(&memory) == SIZE_MAX);
    assert_true(memory_share(NULL) == SIZE_MAX);
}

struct evictable {
    struct memory *memory;
    size_t bytes;
    size_t asked;
};

static void give_way(void *owner, size_t bytes)
{
    struct evictable *evictable = owner;
    size_t given = bytes < evictable->bytes ? bytes : evictable->bytes;

    evictable->asked += bytes;
    evictable->bytes -= given;
    memory_give(evictable->memory, given);
}

static void what_can_be_evicted_gives_way(void **state)
{
    struct memory memory;
    struct evictable cache = {&memory, 8 * MEGA, 0};

    (void)state;
    memory_init(&memory, 8 * MEGA, 1);
    memory.reclaim = give_way;
    memory.reclaim_owner = &cache;
    assert_true(memory_try(&memory, cache.bytes));
    assert_false(memory_try(&memory, 1));
    assert_int_equal(cache.asked, 0);
    memory_take(&memory, 2 * MEGA);
    assert_int_equal(cache.asked, 2 * MEGA);
    assert_int_equal(cache.bytes, 6 * MEGA);
    assert_int_equal(atomic_load(&memory.used_bytes), 8 * MEGA);
    assert_true(memory_try_fixed(&memory, MEGA)); /* into half of it */
    assert_int_equal(atomic_load(&memory.used_bytes), 4 * MEGA);
    assert_int_equal(cache.bytes, MEGA);
    assert_false(memory_try_fixed(&memory, 5 * MEGA));
    assert_int_equal(cache.bytes, MEGA); /* evicting all would not have helped */
    memory_take(&memory, 20 * MEGA);     /* in any case */
    assert_int_equal(cache.bytes, 0);
    memory_give(&memory, 23 * MEGA);
    assert_int_equal(atomic_load(&memory.used_bytes), 0);
}

static void an_account_says_when_it_is_more_than_a_share(void **state)
{
    struct memory memory;
    struct memory_account account;

    (void)state;
    memory_init(&memory, 24 * MEGA, 2);
    assert_int_equal(memory_share(&memory), 2 * MEGA);
    memory_account_init(&account, &memory);
    assert_false(memory_account_set(&account, MEGA));
    assert_int_equal(atomic_load(&memory.used_bytes), MEGA);
    assert_false(memory_account_set(&account, 2 * MEGA));
    assert_true(memory_account_set(&account, 2 * MEGA + 1));
    assert_false(memory_account_set(&account, MEGA));
    assert_int_equal(atomic_load(&memory.used_bytes), MEGA);
    memory_account_fini(&account);
    assert_int_equal(atomic_load(&memory.used_bytes), 0);

    memory_account_init(&account, NULL);
    assert_false(memory_account_set(&account, SIZE_MAX / 2));
    memory_account_fini(&account);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_limit_everything_fits_and_is_counted),
        cmocka_unit_test(what_can_be_evicted_gives_way),
        cmocka_unit_test(an_account_says_when_it_is_more_than_a_share),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
