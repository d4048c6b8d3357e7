/* test_partitioner - which partition a key goes to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/fault.h"
#include "plan/partitioner.h"

static uint32_t first_of_two(struct weir_value key, uint32_t count, struct weir_value argument)
{
    (void)key;
    (void)count;
    (void)argument;
    return 0;
}

static struct partition_bounds *bounds_of(const int64_t *keys, uint32_t count, bool is_descending)
{
    struct weir_value values[8];
    struct partition_bounds *bounds;

    for (uint32_t i = 0; i < count; i++) {
        values[i] = weir_int(keys[i]);
    }
    assert_int_equal(partition_bounds_create(values, count, is_descending, &bounds, NULL), WEIR_OK);
    return bounds;
}

static void a_key_goes_to_the_first_partition_whose_bound_is_not_below_it(void **state)
{
    const int64_t keys[] = {10, 20, 30};
    struct partition_bounds *bounds = bounds_of(keys, 3, false);
    const int64_t asked[] = {-5, 10, 11, 20, 25, 30, 31};
    const uint32_t expected[] = {0, 0, 1, 1, 2, 2, 3};

    (void)state;
    for (size_t i = 0; i < 7; i++) {
        struct weir_value key = weir_int(asked[i]);
        assert_int_equal(partition_of_key(bounds, &key), expected[i]);
    }
    partition_bounds_drop(bounds);
}

static void descending_bounds_turn_the_partitions_round(void **state)
{
    const int64_t keys[] = {10, 20};
    struct partition_bounds *bounds = bounds_of(keys, 2, true);
    struct weir_value small = weir_int(1);
    struct weir_value great = weir_int(99);

    (void)state;
    assert_int_equal(partition_of_key(bounds, &small), 2);
    assert_int_equal(partition_of_key(bounds, &great), 0);
    partition_bounds_drop(bounds);
}

static void range_partitioners_are_equal_only_with_the_same_bounds(void **state)
{
    const int64_t keys[] = {10};
    struct partition_bounds *one = bounds_of(keys, 1, false);
    struct partition_bounds *other = bounds_of(keys, 1, false);
    const struct partitioner left = {
        .kind = PARTITIONER_RANGE, .partitions_count = 2, .bounds = one};
    const struct partitioner right = {
        .kind = PARTITIONER_RANGE, .partitions_count = 2, .bounds = other};

    (void)state;
    assert_true(partitioner_equal(&left, &left));
    assert_false(partitioner_equal(&left, &right));
    partition_bounds_drop(one);
    partition_bounds_drop(other);
}

static void partitioners_of_the_program_are_equal_by_function_and_argument(void **state)
{
    const struct function function = {.call = WEIR_FUNCTION(first_of_two),
                                      .kind = WEIR_FUNCTION_PARTITIONER};
    const struct partitioner left = {.kind = PARTITIONER_FUNCTION,
                                     .partitions_count = 2,
                                     .function = &function,
                                     .argument = weir_int(1)};
    struct partitioner right = left;

    (void)state;
    assert_true(partitioner_equal(&left, &right));
    right.argument = weir_int(2);
    assert_false(partitioner_equal(&left, &right));
}

static void bounds_keep_long_keys_and_survive_no_memory(void **state)
{
    struct weir_value key = weir_text("a key that is longer than twelve bytes");
    struct partition_bounds *bounds = NULL;
    int failures = 0;

    (void)state;
    for (;; failures++) {
        fault_arm(failures);
        weir_status status = partition_bounds_create(&key, 1, false, &bounds, NULL);
        if (!fault_disarm()) {
            assert_int_equal(status, WEIR_OK);
            break;
        }
        assert_int_equal(status, WEIR_E_NOMEM);
    }
    assert_true(failures >= 2);
    assert_int_equal(partition_of_key(bounds, &key), 0);
    partition_bounds_drop(bounds);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_goes_to_the_first_partition_whose_bound_is_not_below_it),
        cmocka_unit_test(descending_bounds_turn_the_partitions_round),
        cmocka_unit_test(range_partitioners_are_equal_only_with_the_same_bounds),
        cmocka_unit_test(partitioners_of_the_program_are_equal_by_function_and_argument),
        cmocka_unit_test(bounds_keep_long_keys_and_survive_no_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
