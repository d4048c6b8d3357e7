/* test_map - names to pointers. */
#include "base/map.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "base/fault.h"

enum { NAMES = 1000 };

static char names[NAMES][16];
static int values[NAMES];

static int make_names(void **state)
{
    (void)state;
    for (int i = 0; i < NAMES; i++) {
        snprintf(names[i], sizeof(names[i]), "name-%d", i);
    }
    return 0;
}

static void finds_every_name_that_was_put_and_no_other(void **state)
{
    struct map map;
    weir_error error = {0};

    (void)state;
    map_init(&map);
    assert_null(map_get(&map, "name-0"));
    for (int i = 0; i < NAMES; i++) {
        assert_null(map_get(&map, names[i]));
        assert_int_equal(map_put(&map, names[i], &values[i], &error), WEIR_OK);
        assert_int_equal(map.count, i + 1);
    }
    for (int i = 0; i < NAMES; i++) {
        assert_ptr_equal(map_get(&map, names[i]), &values[i]);
    }
    assert_null(map_get(&map, ""));
    assert_null(map_get(&map, "name-1000"));
    map_fini(&map);
    assert_null(map_get(&map, "name-0"));
}

static void replaces_the_value_of_a_name_that_is_there(void **state)
{
    struct map map;
    weir_error error = {0};

    (void)state;
    map_init(&map);
    assert_int_equal(map_put(&map, "a", &values[0], &error), WEIR_OK);
    assert_int_equal(map_put(&map, "a", &values[1], &error), WEIR_OK);
    assert_int_equal(map.count, 1);
    assert_ptr_equal(map_get(&map, "a"), &values[1]);
    map_fini(&map);
}

static void compares_names_by_their_text(void **state)
{
    struct map map;
    char other[] = "name-1";
    weir_error error = {0};

    (void)state;
    map_init(&map);
    assert_int_equal(map_put(&map, names[1], &values[1], &error), WEIR_OK);
    assert_ptr_equal(map_get(&map, other), &values[1]);
    map_fini(&map);
}

static void keeps_what_it_has_whichever_step_fails(void **state)
{
    int failures = 0;

    (void)state;
    for (;; failures++) {
        struct map map;
        weir_error error = {0};
        weir_status status = WEIR_OK;
        int put = 0;

        map_init(&map);
        fault_arm(failures);
        while (status == WEIR_OK && put < 50) {
            status = map_put(&map, names[put], &values[put], &error);
            put += status == WEIR_OK;
        }
        assert_int_equal(fault_disarm(), status != WEIR_OK);
        assert_int_equal(map.count, put);
        for (int i = 0; i < put; i++) {
            assert_ptr_equal(map_get(&map, names[i]), &values[i]);
        }
        map_fini(&map);
        if (status == WEIR_OK) {
            break;
        }
        assert_int_equal(status, WEIR_E_NOMEM);
        assert_true(error.msg[0] != '\0');
    }
    assert_int_equal(failures, 5); /* 8, 16, 32, 64 and 128 slots */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_every_name_that_was_put_and_no_other),
        cmocka_unit_test(replaces_the_value_of_a_name_that_is_there),
        cmocka_unit_test(compares_names_by_their_text),
        cmocka_unit_test(keeps_what_it_has_whichever_step_fails),
    };
    return cmocka_run_group_tests(tests, make_names, NULL);
}
