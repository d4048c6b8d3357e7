/* test_rdd - the life of lineage. */
#include "plan/rdd.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/fault.h"
#include "base/thread.h"

enum { CHAIN = 200000 };

/* An RDD that, as a shuffle's reader does, holds another one outside its parents. */
struct test_rdd {
    struct rdd head;
    struct rdd *behind;
};

static _Atomic uint32_t finis;
static uint64_t forgotten[8];
static uint32_t forgotten_count;

static void test_fini(struct rdd *rdd)
{
    atomic_fetch_add(&finis, 1);
    rdd_drop(((struct test_rdd *)rdd)->behind);
}

static const struct rdd_class test_class = {.name = "test", .fini = test_fini};
static const struct rdd_class plain_class = {.name = "plain"};

static struct rdd *make(struct rdd *const *parents, uint32_t parents_count)
{
    struct rdd *rdd = NULL;

    assert_int_equal(
        rdd_create(&test_class, sizeof(struct test_rdd), 4, parents, parents_count, &rdd, NULL),
        WEIR_OK);
    return rdd;
}

static int reset(void **state)
{
    (void)state;
    atomic_store(&finis, 0);
    forgotten_count = 0;
    return 0;
}

static void a_new_rdd_is_held_once_and_has_an_id_of_its_own(void **state)
{
    struct rdd *first = make(NULL, 0);
    struct rdd *second = make(&first, 1);

    (void)state;
    assert_true(second->id > first->id);
    assert_int_equal(first->partitions_count, 4);
    assert_int_equal(second->parents_count, 1);
    assert_ptr_equal(second->parents[0], first);
    assert_int_equal(second->partitioner.kind, PARTITIONER_NONE);
    assert_int_equal(second->storage, STORAGE_NONE);
    assert_null(second->shuffle);
    assert_null(((struct test_rdd *)second)->behind);
    assert_int_equal(first->holders, 2);
    assert_int_equal(second->holders, 1);
    rdd_drop(first);
    assert_int_equal(finis, 0);
    rdd_drop(second);
    assert_int_equal(finis, 2);
    rdd_drop(NULL);
}

static void a_parent_named_twice_is_held_twice(void **state)
{
    struct rdd *parent = make(NULL, 0);
    struct rdd *twins[2] = {parent, parent};
    struct rdd *child = make(twins, 2);

    (void)state;
    assert_int_equal(parent->holders, 3);
    rdd_drop(parent);
    rdd_drop(rdd_hold(child));
    assert_int_equal(finis, 0);
    rdd_drop(child);
    assert_int_equal(finis, 2);
}

static void a_class_without_fini_is_fine(void **state)
{
    struct rdd *rdd = NULL;

    (void)state;
    assert_int_equal(rdd_create(&plain_class, sizeof(*rdd), 0, NULL, 0, &rdd, NULL), WEIR_OK);
    rdd_drop(rdd);
}

static void forget(void *owner, uint64_t rdd_id)
{
    assert_ptr_equal(owner, forgotten);
    forgotten[forgotten_count++] = rdd_id;
}

static void whoever_stores_its_partitions_is_told_of_its_end(void **state)
{
    struct rdd *parent = make(NULL, 0);
    struct rdd *child = make(&parent, 1);
    uint64_t ids[2] = {child->id, parent->id};

    (void)state;
    parent->forget = forget;
    parent->forget_owner = forgotten;
    child->forget = forget;
    child->forget_owner = forgotten;
    rdd_drop(parent);
    assert_int_equal(forgotten_count, 0);
    rdd_drop(child);
    assert_int_equal(forgotten_count, 2);
    assert_int_equal(forgotten[0], ids[0]);
    assert_int_equal(forgotten[1], ids[1]);
}

static void *drop_it(void *rdd)
{
    rdd_drop(rdd);
    return NULL;
}

/* On a stack on which a call per RDD could not go on for long. */
static void drop_on_a_small_stack(struct rdd *rdd)
{
    pthread_attr_t attributes;
    pthread_t thread;

    assert_int_equal(pthread_attr_init(&attributes), 0);
    assert_int_equal(pthread_attr_setstacksize(&attributes, (size_t)256 * 1024), 0);
    assert_int_equal(pthread_create(&thread, &attributes, drop_it, rdd), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(pthread_attr_destroy(&attributes), 0);
}

static void a_long_lineage_is_let_go_without_recursion(void **state)
{
    struct rdd *last = make(NULL, 0);

    (void)state;
    for (uint32_t i = 1; i < CHAIN; i++) {
        struct rdd *next = make(&last, 1);
        rdd_drop(last);
        last = next;
    }
    drop_on_a_small_stack(last);
    assert_int_equal(finis, CHAIN);
}

static void lineage_held_by_what_a_class_added_goes_without_recursion_too(void **state)
{
    struct rdd *last = make(NULL, 0);

    (void)state;
    for (uint32_t i = 1; i < CHAIN; i++) {
        struct rdd *next = make(NULL, 0);
        ((struct test_rdd *)next)->behind = last;
        last = next;
    }
    drop_on_a_small_stack(last);
    assert_int_equal(finis, CHAIN);
}

static void hold_and_drop(void *argument)
{
    struct rdd *rdd = argument;

    for (int i = 0; i < 10000; i++) {
        rdd_drop(rdd_hold(rdd));
    }
    rdd_drop(rdd);
}

static void the_last_of_several_threads_lets_it_go(void **state)
{
    struct thread threads[4] = {{0}};
    struct rdd *rdd = make(NULL, 0);

    (void)state;
    for (int i = 0; i < 4; i++) {
        assert_int_equal(thread_start(&threads[i], "holder", hold_and_drop, rdd_hold(rdd), NULL),
                         WEIR_OK);
    }
    rdd_drop(rdd);
    for (int i = 0; i < 4; i++) {
        thread_join(&threads[i]);
    }
    assert_int_equal(finis, 1);
}

static void want_of_memory_holds_no_parent(void **state)
{
    struct rdd *parent = make(NULL, 0);
    struct rdd *child = NULL;
    int failures = 0;

    (void)state;
    for (;; failures++) {
        fault_arm(failures);
        weir_status status = rdd_create(&plain_class, sizeof(*child), 1, &parent, 1, &child, NULL);
        if (!fault_disarm()) {
            assert_int_equal(status, WEIR_OK);
            break;
        }
        assert_int_equal(status, WEIR_E_NOMEM);
        assert_null(child);
        assert_int_equal(parent->holders, 1);
    }
    assert_int_equal(failures, 2);
    rdd_drop(parent);
    rdd_drop(child);
}

static void equal_partitioners_are_of_one_kind_and_count(void **state)
{
    const struct partitioner none = partitioner_none();
    const struct partitioner four = partitioner_hash(4);
    const struct partitioner also_four = partitioner_hash(4);
    const struct partitioner five = partitioner_hash(5);
    const struct partitioner spread = partitioner_spread(4);

    (void)state;
    assert_true(partitioner_equal(&four, &also_four));
    assert_false(partitioner_equal(&four, &five));
    assert_false(partitioner_equal(&none, &none));
    assert_false(partitioner_equal(&none, &four));
    assert_false(partitioner_equal(&spread, &spread));
}

static void hashes_go_to_partitions_by_their_high_bits(void **state)
{
    uint32_t rows[7] = {0};

    (void)state;
    assert_int_equal(partition_of_hash(0, 7), 0);
    assert_int_equal(partition_of_hash(UINT64_MAX, 7), 6);
    assert_int_equal(partition_of_hash(UINT64_MAX, 1), 0);
    for (uint64_t i = 0; i < 7000; i++) {
        rows[partition_of_hash(i * (UINT64_MAX / 7000), 7)]++;
    }
    for (int i = 0; i < 7; i++) {
        assert_in_range(rows[i], 999, 1001);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_new_rdd_is_held_once_and_has_an_id_of_its_own, reset),
        cmocka_unit_test_setup(a_parent_named_twice_is_held_twice, reset),
        cmocka_unit_test_setup(a_class_without_fini_is_fine, reset),
        cmocka_unit_test_setup(whoever_stores_its_partitions_is_told_of_its_end, reset),
        cmocka_unit_test_setup(a_long_lineage_is_let_go_without_recursion, reset),
        cmocka_unit_test_setup(lineage_held_by_what_a_class_added_goes_without_recursion_too,
                               reset),
        cmocka_unit_test_setup(the_last_of_several_threads_lets_it_go, reset),
        cmocka_unit_test_setup(want_of_memory_holds_no_parent, reset),
        cmocka_unit_test(equal_partitioners_are_of_one_kind_and_count),
        cmocka_unit_test(hashes_go_to_partitions_by_their_high_bits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
