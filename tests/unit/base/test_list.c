/* test_list - the ring. */
#include "base/list.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct thing {
    int number;
    struct list link;
};

static void keeps_the_order_of_appending(void **state)
{
    struct list ring;
    struct thing things[5];
    int expected = 0;

    (void)state;
    list_init(&ring);
    assert_true(list_is_empty(&ring));
    for (int i = 0; i < 5; i++) {
        things[i].number = i;
        list_append(&ring, &things[i].link);
    }
    assert_false(list_is_empty(&ring));
    list_each(&ring, link, following)
    {
        assert_int_equal(list_entry(link, struct thing, link)->number, expected);
        expected++;
    }
    assert_int_equal(expected, 5);
}

static void lets_the_current_link_be_removed_on_a_walk(void **state)
{
    struct list ring;
    struct thing things[6];
    int walked = 0;

    (void)state;
    list_init(&ring);
    for (int i = 0; i < 6; i++) {
        things[i].number = i;
        list_append(&ring, &things[i].link);
    }
    list_each(&ring, link, following)
    {
        walked++;
        if (list_entry(link, struct thing, link)->number % 2 == 0) {
            list_remove(link);
        }
    }
    assert_int_equal(walked, 6);
    for (int i = 1; i < 6; i += 2) {
        assert_ptr_equal(list_take_first(&ring), &things[i].link);
    }
    assert_null(list_take_first(&ring));
    assert_true(list_is_empty(&ring));
}

static void may_remove_a_link_twice(void **state)
{
    struct list ring;
    struct list link;

    (void)state;
    list_init(&ring);
    list_append(&ring, &link);
    list_remove(&link);
    list_remove(&link);
    assert_true(list_is_empty(&ring));
    list_append(&ring, &link);
    assert_ptr_equal(ring.next, &link);
    assert_ptr_equal(ring.previous, &link);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_the_order_of_appending),
        cmocka_unit_test(lets_the_current_link_be_removed_on_a_walk),
        cmocka_unit_test(may_remove_a_link_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
