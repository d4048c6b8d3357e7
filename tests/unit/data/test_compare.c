/* test_compare - equality and a total order, on random values. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/fault.h"
#include "data/compare.h"
#include "data/hash.h"
#include "lib/random_values.h"

#define POOL 240u

static int sign_of(int order)
{
    return (order > 0) - (order < 0);
}

static void the_order_is_total_and_agrees_with_equality_and_hash(void **state)
{
    static struct weir_value pool[POOL];
    static int8_t orders[POOL][POOL];
    struct arena arena;
    struct random random;
    uint32_t equals = 0;

    (void)state;
    random_start(&random);
    arena_init(&arena);
    for (uint32_t i = 0; i < POOL; i++) {
        pool[i] = random_value(&random, &arena, i % 4);
    }
    for (uint32_t i = 0; i < POOL; i++) {
        for (uint32_t j = 0; j < POOL; j++) {
            orders[i][j] = (int8_t)sign_of(value_compare(&pool[i], &pool[j]));
            assert_int_equal(value_equal(&pool[i], &pool[j]), orders[i][j] == 0);
            assert_int_equal(value_equal_slow(&pool[i], &pool[j]), orders[i][j] == 0);
            if (orders[i][j] == 0) {
                equals += i != j;
                assert_int_equal(value_hash(&pool[i]), value_hash(&pool[j]));
            }
        }
    }
    for (uint32_t i = 0; i < POOL; i++) {
        assert_int_equal(orders[i][i], 0);
        for (uint32_t j = 0; j < POOL; j++) {
            assert_int_equal(orders[i][j], -orders[j][i]);
            for (uint32_t k = 0; k < POOL; k++) {
                if (orders[i][j] <= 0 && orders[j][k] <= 0 && orders[i][k] > 0) {
                    fail_msg("%u <= %u <= %u, but not %u <= %u", i, j, k, i, k);
                }
            }
        }
    }
    assert_true(equals > 100); /* the pool is one where values meet */
    arena_fini(&arena);
}

static void values_ascend_as_the_contract_says(void **state)
{
    struct weir_value ones[] = {weir_int(1), weir_int(1)};
    struct weir_value twos[] = {weir_int(2)};
    struct weir_value ascending[] = {
        weir_null(),
        weir_bool(false),
        weir_bool(true),
        weir_float(-INFINITY),
        weir_float(-0x1p64),
        weir_int(INT64_MIN),
        weir_int(INT64_MIN + 1),
        weir_int(-1),
        weir_float(-0.5),
        weir_int(0),
        weir_float(5e-324),
        weir_int(1),
        weir_float(1.5),
        weir_int(INT64_C(1) << 53),
        weir_int((INT64_C(1) << 53) + 1), /* no double is equal to it */
        weir_float(0x1p53 + 2),
        weir_int(INT64_MAX),
        weir_float(0x1p63),
        weir_float(INFINITY),
        weir_float(NAN),
        weir_bytes("", 0),
        weir_bytes("\0", 1),
        weir_bytes("a", 1),
        weir_bytes("a\0", 2),
        weir_text("aaaaaaaaaaaaaaaaaaaa"),
        weir_text("aaaaaaaaaaaaaaaaaaab"),
        weir_text("ab"),
        weir_bytes("\x80", 1), /* unsigned */
        weir_list(NULL, 0),
        weir_list(ones, 1),
        weir_list(ones, 2),
        weir_list(twos, 1),
        weir_tuple(NULL, 0),
        weir_tuple(ones, 1),
        weir_map_value(NULL, 0),
        weir_map_value(ones, 1),
    };
    int count = sizeof(ascending) / sizeof(ascending[0]);

    (void)state;
    for (int i = 0; i < count; i++) {
        for (int j = 0; j < count; j++) {
            assert_int_equal(sign_of(value_compare(&ascending[i], &ascending[j])),
                             (i > j) - (i < j));
            assert_int_equal(value_equal(&ascending[i], &ascending[j]), i == j);
        }
    }
}

static void assert_alike(struct weir_value left, struct weir_value right)
{
    assert_true(value_equal(&left, &right));
    assert_true(value_equal(&right, &left));
    assert_int_equal(value_compare(&left, &right), 0);
    assert_int_equal(value_hash(&left), value_hash(&right));
}

static void numbers_are_equal_by_value(void **state)
{
    (void)state;
    assert_alike(weir_int(2), weir_float(2.0));
    assert_alike(weir_float(-0.0), weir_float(0.0));
    assert_alike(weir_int(0), weir_float(-0.0));
    assert_alike(weir_float(NAN), weir_float(-NAN));
    assert_alike(weir_int(INT64_MIN), weir_float(-0x1p63));
    assert_alike(weir_int(INT64_C(1) << 62), weir_float(0x1p62));
}

static void the_text_mark_plays_no_part(void **state)
{
    static const char text[] = "a text of more than twelve bytes";
    struct weir_value copy[] = {weir_bytes("ab", 2)};
    struct weir_value same[] = {weir_text("ab")};

    (void)state;
    assert_alike(weir_bytes("short", 5), weir_text("short"));
    assert_alike(weir_bytes(text, sizeof(text) - 1), weir_text(text));
    assert_alike(weir_list(copy, 1), weir_list(same, 1));
}

static void nan_in_a_list_equals_itself(void **state)
{
    struct weir_value left[] = {weir_float(NAN)};
    struct weir_value right[] = {weir_float(NAN)};

    (void)state;
    assert_alike(weir_list(left, 1), weir_list(left, 1));
    assert_alike(weir_list(left, 1), weir_list(right, 1));
}

static void the_order_of_a_maps_pairs_plays_no_part(void **state)
{
    struct weir_value left[] = {weir_text("a"), weir_int(1), weir_text("b"), weir_int(2)};
    struct weir_value right[] = {weir_text("b"), weir_int(2), weir_text("a"), weir_float(1)};
    struct weir_value other[] = {weir_text("b"), weir_int(1), weir_text("a"), weir_int(2)};
    struct weir_value map = weir_map_value(left, 2);
    struct weir_value wrong = weir_map_value(other, 2);

    (void)state;
    assert_alike(map, weir_map_value(right, 2));
    assert_false(value_equal(&map, &wrong));
    assert_true(value_compare(&map, &wrong) < 0);
}

static void large_maps_compare_alike_with_and_without_memory(void **state)
{
    enum { PAIRS = 100 };
    struct weir_value forwards[2 * PAIRS];
    struct weir_value backwards[2 * PAIRS];

    (void)state;
    for (int i = 0; i < PAIRS; i++) {
        forwards[2 * i] = weir_int(i / 2); /* keys that stand twice, too */
        forwards[2 * i + 1] = weir_int(i);
        memcpy(&backwards[2 * (PAIRS - 1 - i)], &forwards[2 * i], 2 * sizeof(forwards[0]));
    }
    struct weir_value left = weir_map_value(forwards, PAIRS);
    struct weir_value right = weir_map_value(backwards, PAIRS);
    for (int failing = 0; failing < 3; failing++) {
        fault_arm(failing);
        bool is_equal = value_equal(&left, &right);
        bool was_reached = fault_disarm();
        assert_true(is_equal);
        assert_int_equal(was_reached, failing < 2); /* each map takes memory once */
    }
    backwards[7].integer--;
    for (int failing = 0; failing < 3; failing++) {
        fault_arm(failing);
        int order = value_compare(&left, &right);
        fault_disarm();
        assert_true(order > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_order_is_total_and_agrees_with_equality_and_hash),
        cmocka_unit_test(values_ascend_as_the_contract_says),
        cmocka_unit_test(numbers_are_equal_by_value),
        cmocka_unit_test(the_text_mark_plays_no_part),
        cmocka_unit_test(nan_in_a_list_equals_itself),
        cmocka_unit_test(the_order_of_a_maps_pairs_plays_no_part),
        cmocka_unit_test(large_maps_compare_alike_with_and_without_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
