/* Where rows go by key when nobody says it: Spark's rule. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "exec/default_partitioner.h"

static struct rdd with(uint32_t partitions_count, struct partitioner partitioner)
{
    struct rdd rdd = {.partitions_count = partitions_count, .partitioner = partitioner};

    return rdd;
}

static struct partitioner choose(struct rdd left, struct rdd right, uint32_t asked_count)
{
    struct rdd *parents[] = {&left, &right};

    return default_partitioner(parents, 2, asked_count);
}

static void the_largest_partitioner_that_is_there_stays(void **state)
{
    struct partitioner chosen =
        choose(with(10, partitioner_hash(10)), with(100, partitioner_hash(100)), 0);

    (void)state;
    assert_int_equal(chosen.kind, PARTITIONER_HASH);
    assert_int_equal(chosen.partitions_count, 100);
}

static void one_within_a_factor_of_ten_stays(void **state)
{
    (void)state;
    assert_int_equal(
        choose(with(9, partitioner_hash(9)), with(11, partitioner_none()), 0).partitions_count, 9);
    assert_int_equal(
        choose(with(10, partitioner_hash(10)), with(99, partitioner_none()), 0).partitions_count,
        10);
    assert_int_equal(
        choose(with(10, partitioner_hash(10)), with(100, partitioner_none()), 0).partitions_count,
        100);
}

static void one_of_as_many_as_asked_for_stays_however_large_the_others(void **state)
{
    (void)state;
    assert_int_equal(
        choose(with(4, partitioner_hash(4)), with(1000, partitioner_none()), 4).partitions_count,
        4);
    assert_int_equal(
        choose(with(4, partitioner_hash(4)), with(1000, partitioner_none()), 5).partitions_count,
        5);
}

static void without_one_it_is_a_hash_of_the_largest_or_of_what_was_asked(void **state)
{
    struct rdd empty = with(0, partitioner_none());
    struct rdd *parents[] = {&empty};

    (void)state;
    assert_int_equal(
        choose(with(3, partitioner_none()), with(7, partitioner_spread(7)), 0).partitions_count, 7);
    assert_int_equal(
        choose(with(3, partitioner_none()), with(7, partitioner_none()), 2).partitions_count, 2);
    assert_int_equal(default_partitioner(parents, 1, 0).partitions_count, 1);
    assert_int_equal(
        choose(with(300000, partitioner_none()), with(7, partitioner_none()), 0).partitions_count,
        65536);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_largest_partitioner_that_is_there_stays),
        cmocka_unit_test(one_within_a_factor_of_ten_stays),
        cmocka_unit_test(one_of_as_many_as_asked_for_stays_however_large_the_others),
        cmocka_unit_test(without_one_it_is_a_hash_of_the_largest_or_of_what_was_asked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
