/* test_mem - allocations and their failures. */
#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "base/fault.h"

static void gives_a_pointer_of_its_own_for_no_bytes(void **state)
{
    char *a = mem_alloc(0);
    char *b = mem_zalloc(0);
    char *c = mem_alloc_aligned(0, 64);

    (void)state;
    assert_non_null(a);
    assert_non_null(b);
    assert_non_null(c);
    assert_ptr_not_equal(a, b);
    assert_ptr_not_equal(b, c);
    mem_free(a);
    mem_free(b);
    mem_free(c);
    mem_free(NULL);
}

static void gives_zeroes_where_asked(void **state)
{
    static const char zeroes[1000];
    char *memory = mem_zalloc(sizeof(zeroes));

    (void)state;
    assert_non_null(memory);
    assert_memory_equal(memory, zeroes, sizeof(zeroes));
    mem_free(memory);
}

static void aligns_to_any_power_of_two(void **state)
{
    (void)state;
    for (size_t alignment = 1; alignment <= 4096; alignment *= 2) {
        char *memory = mem_alloc_aligned(10, alignment);
        assert_non_null(memory);
        assert_int_equal((uintptr_t)memory % alignment, 0);
        memset(memory, 1, 10);
        mem_free(memory);
    }
}

static void refuses_more_than_any_object_can_have(void **state)
{
    char *old = mem_text_copy("old");

    (void)state;
    assert_null(mem_alloc(SIZE_MAX));
    assert_int_equal(errno, ENOMEM);
    assert_null(mem_zalloc(SIZE_MAX - 1));
    assert_null(mem_alloc_aligned(SIZE_MAX, 16));
    assert_null(mem_bytes_copy("", SIZE_MAX));
    assert_null(mem_realloc(old, SIZE_MAX));
    assert_string_equal(old, "old");
    mem_free(old);
}

static void makes_room_by_doubling_and_keeps_the_items(void **state)
{
    int *items = NULL;
    size_t capacity = 0;
    weir_error error = {0};

    (void)state;
    for (int i = 0; i < 100; i++) {
        assert_int_equal(
            mem_grow((void **)&items, &capacity, (size_t)i + 1, sizeof(*items), &error), WEIR_OK);
        items[i] = i;
        assert_int_equal(capacity, i < 8 ? 8 : i < 16 ? 16 : i < 32 ? 32 : i < 64 ? 64 : 128);
    }
    for (int i = 0; i < 100; i++) {
        assert_int_equal(items[i], i);
    }
    mem_free(items);
}

static void refuses_room_that_no_size_can_tell(void **state)
{
    void *items = NULL;
    size_t capacity = 0;
    weir_error error = {0};

    (void)state;
    assert_int_equal(mem_grow(&items, &capacity, SIZE_MAX / 2, 8, &error), WEIR_E_NOMEM);
    assert_int_equal(mem_grow(&items, &capacity, SIZE_MAX, 1, &error), WEIR_E_NOMEM);
    assert_null(items);
    assert_int_equal(capacity, 0);
    assert_non_null(strstr(error.msg, "items"));
}

static void leaves_the_items_as_they_were_when_growing_fails(void **state)
{
    char *items = mem_bytes_copy("12345678", 8);
    void *list = items;
    size_t capacity = 8;
    weir_error error = {0};

    (void)state;
    fault_arm(0);
    assert_int_equal(mem_grow(&list, &capacity, 9, 1, &error), WEIR_E_NOMEM);
    assert_true(fault_disarm());
    assert_ptr_equal(list, items);
    assert_int_equal(capacity, 8);
    assert_string_equal(items, "12345678");
    mem_free(items);
}

static void *alloc_one_way(int way)
{
    switch (way) {
    case 0:
        return mem_alloc(1);
    case 1:
        return mem_zalloc(1);
    case 2:
        return mem_alloc_aligned(1, 32);
    case 3:
        return mem_realloc(NULL, 1);
    case 4:
        return mem_text_copy("x");
    default:
        return mem_bytes_copy("x", 1);
    }
}

static void makes_every_allocation_a_step_that_can_fail(void **state)
{
    (void)state;
    for (int way = 0; way < 6; way++) {
        void *memory;

        fault_arm(0);
        errno = 0;
        assert_null(alloc_one_way(way));
        assert_int_equal(errno, ENOMEM);
        assert_true(fault_disarm());
        fault_arm(1);
        memory = alloc_one_way(way);
        assert_non_null(memory);
        assert_false(fault_disarm()); /* one step, not two */
        mem_free(memory);
    }
}

static void ends_copies_with_a_nul(void **state)
{
    char *text = mem_text_copy("weir");
    char *bytes = mem_bytes_copy("a\0b", 3);
    char *nothing = mem_bytes_copy(NULL, 0);

    (void)state;
    assert_string_equal(text, "weir");
    assert_memory_equal(bytes, "a\0b", 4);
    assert_string_equal(nothing, "");
    mem_free(text);
    mem_free(bytes);
    mem_free(nothing);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_a_pointer_of_its_own_for_no_bytes),
        cmocka_unit_test(gives_zeroes_where_asked),
        cmocka_unit_test(aligns_to_any_power_of_two),
        cmocka_unit_test(refuses_more_than_any_object_can_have),
        cmocka_unit_test(makes_room_by_doubling_and_keeps_the_items),
        cmocka_unit_test(refuses_room_that_no_size_can_tell),
        cmocka_unit_test(leaves_the_items_as_they_were_when_growing_fails),
        cmocka_unit_test(makes_every_allocation_a_step_that_can_fail),
        cmocka_unit_test(ends_copies_with_a_nul),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
