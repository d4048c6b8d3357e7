/* test_arena - slabs, alignment, resets and moves. */
#include "base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/fault.h"

static void aligns_what_it_gives_to_16(void **state)
{
    struct arena arena;

    (void)state;
    arena_init(&arena);
    for (size_t size = 0; size < 3000; size += 7) {
        char *memory = arena_alloc(&arena, size);
        assert_non_null(memory);
        assert_int_equal((uintptr_t)memory % 16, 0);
        memset(memory, 0xEE, size);
        assert_non_null(arena_copy(&arena, "abc", 3));
    }
    arena_fini(&arena);
    assert_int_equal(arena.allocated_bytes, 0);
}

static void gives_no_byte_twice(void **state)
{
    enum { PIECES = 2000 };
    static uint8_t *pieces[PIECES];
    struct arena arena;

    (void)state;
    arena_init(&arena);
    for (size_t i = 0; i < PIECES; i++) {
        pieces[i] = arena_alloc(&arena, i % 500 + 1);
        assert_non_null(pieces[i]);
        memset(pieces[i], (int)(i % 251), i % 500 + 1);
    }
    for (size_t i = 0; i < PIECES; i++) {
        for (size_t at = 0; at < i % 500 + 1; at++) {
            assert_int_equal(pieces[i][at], i % 251);
        }
    }
    arena_fini(&arena);
}

static void packs_copies_without_gaps(void **state)
{
    struct arena arena;
    char *first;
    char *second;

    (void)state;
    arena_init(&arena);
    first = arena_copy(&arena, "abc", 3);
    second = arena_copy(&arena, "defgh", 5);
    assert_memory_equal(first, "abcdefgh", 8);
    assert_ptr_equal(second, first + 3);
    assert_non_null(arena_copy(&arena, NULL, 0));
    arena_fini(&arena);
}

static void zeroes_memory_that_was_used_before(void **state)
{
    static const char zeroes[2000];
    struct arena arena;
    char *memory;

    (void)state;
    arena_init(&arena);
    memory = arena_alloc(&arena, sizeof(zeroes));
    memset(memory, 0xFF, sizeof(zeroes));
    arena_reset(&arena);
    assert_ptr_equal(arena_zalloc(&arena, sizeof(zeroes)), memory);
    assert_memory_equal(memory, zeroes, sizeof(zeroes));
    arena_fini(&arena);
}

static void doubles_up_to_slabs_of_a_mebibyte(void **state)
{
    struct arena arena;
    size_t before = 0;
    size_t largest = 0;

    (void)state;
    arena_init(&arena);
    for (int i = 0; i < 5000; i++) {
        assert_non_null(arena_alloc(&arena, 1000));
        if (arena.allocated_bytes - before > largest) {
            largest = arena.allocated_bytes - before;
        }
        before = arena.allocated_bytes;
        if (i == 0) {
            assert_int_equal(arena.allocated_bytes, 4096);
        }
    }
    assert_int_equal(largest, 1024 * 1024);
    assert_true(arena.allocated_bytes < 5000 * 1008 + 2 * 1024 * 1024);
    arena_fini(&arena);
}

static void goes_on_in_its_slab_after_a_large_request(void **state)
{
    struct arena arena;
    char *first;
    char *large;

    (void)state;
    arena_init(&arena);
    first = arena_alloc(&arena, 16);
    large = arena_alloc(&arena, 3000000);
    assert_non_null(large);
    memset(large, 1, 3000000);
    assert_true(arena.allocated_bytes < 4096 + 3000000 + 64);
    assert_ptr_equal(arena_alloc(&arena, 16), first + 16);
    arena_fini(&arena);
}

static void may_begin_with_a_large_request(void **state)
{
    struct arena arena;
    char *large;

    (void)state;
    arena_init(&arena);
    large = arena_alloc(&arena, 500001);
    memset(large, 7, 500001);
    memset(arena_alloc(&arena, 100), 8, 100);
    assert_int_equal(large[500000], 7);
    arena_fini(&arena);
}

static void costs_no_more_from_round_to_round(void **state)
{
    struct arena arena;
    size_t kept = 0;

    (void)state;
    arena_init(&arena);
    for (int round = 0; round < 20; round++) {
        for (int i = 0; i < 3000; i++) {
            assert_non_null(arena_alloc(&arena, 1000));
        }
        assert_non_null(arena_alloc(&arena, 5000000));
        arena_reset(&arena);
        assert_true(arena.allocated_bytes <= 1024 * 1024);
        assert_true(round < 2 || arena.allocated_bytes == kept);
        kept = arena.allocated_bytes;
    }
    /* What fits the slab that was kept takes no new memory. */
    fault_arm(0);
    for (int i = 0; i < 1000; i++) {
        assert_non_null(arena_alloc(&arena, 1000));
    }
    assert_false(fault_disarm());
    arena_fini(&arena);
}

static void keeps_nothing_larger_than_a_slab(void **state)
{
    struct arena arena;

    (void)state;
    arena_init(&arena);
    assert_non_null(arena_alloc(&arena, 2000000));
    arena_reset(&arena);
    assert_int_equal(arena.allocated_bytes, 0);
    assert_non_null(arena_alloc(&arena, 1));
    arena_fini(&arena);
}

static void gives_its_memory_to_another(void **state)
{
    struct arena source;
    struct arena target;
    char *mine;
    char *theirs;
    size_t bytes;

    (void)state;
    arena_init(&source);
    arena_init(&target);
    arena_move(&source, &target); /* nothing to nobody */
    assert_int_equal(target.allocated_bytes, 0);
    theirs = arena_copy(&source, "theirs", 7);
    assert_non_null(arena_alloc(&source, 300000));
    arena_move(&source, &target); /* to an empty one */
    assert_int_equal(source.allocated_bytes, 0);
    arena_fini(&source);
    assert_string_equal(theirs, "theirs");
    mine = arena_copy(&source, "mine", 5);
    bytes = source.allocated_bytes + target.allocated_bytes;
    arena_move(&source, &target); /* to one that has its own */
    assert_int_equal(target.allocated_bytes, bytes);
    arena_fini(&source);
    assert_non_null(arena_alloc(&target, 10000));
    assert_string_equal(mine, "mine");
    assert_string_equal(theirs, "theirs");
    arena_fini(&target);
}

static void stays_whole_whichever_slab_cannot_be_had(void **state)
{
    int failures = 0;

    (void)state;
    for (;; failures++) {
        struct arena arena;
        int missing = 0;

        arena_init(&arena);
        fault_arm(failures);
        for (int i = 0; i < 20; i++) {
            char *memory = arena_alloc(&arena, 1000);
            missing += memory == NULL;
            if (memory != NULL) {
                memset(memory, i, 1000);
            }
        }
        missing += arena_alloc(&arena, 2000000) == NULL;
        if (!fault_disarm()) {
            assert_int_equal(missing, 0);
            arena_fini(&arena);
            break;
        }
        assert_int_equal(missing, 1); /* the next one finds memory again */
        arena_fini(&arena);
    }
    assert_int_equal(failures, 5); /* 4, 4, 8 and 16 KiB, and the large one */
}

static void refuses_what_cannot_be(void **state)
{
    struct arena arena;

    (void)state;
    arena_init(&arena);
    assert_null(arena_alloc(&arena, SIZE_MAX));
    assert_null(arena_alloc(&arena, SIZE_MAX / 2));
    assert_non_null(arena_alloc(&arena, 8));
    assert_null(arena_alloc(&arena, SIZE_MAX - 8));
    arena_fini(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(aligns_what_it_gives_to_16),
        cmocka_unit_test(gives_no_byte_twice),
        cmocka_unit_test(packs_copies_without_gaps),
        cmocka_unit_test(zeroes_memory_that_was_used_before),
        cmocka_unit_test(doubles_up_to_slabs_of_a_mebibyte),
        cmocka_unit_test(goes_on_in_its_slab_after_a_large_request),
        cmocka_unit_test(may_begin_with_a_large_request),
        cmocka_unit_test(costs_no_more_from_round_to_round),
        cmocka_unit_test(keeps_nothing_larger_than_a_slab),
        cmocka_unit_test(gives_its_memory_to_another),
        cmocka_unit_test(stays_whole_whichever_slab_cannot_be_had),
        cmocka_unit_test(refuses_what_cannot_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
