/* test_stage - lineage cut at its shuffles. */
#include "plan/stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/fault.h"

enum { CHAIN = 50000 };

struct shuffle {
    struct rdd *feeder;
    uint32_t number;
};

static const struct rdd_class test_class = {.name = "test"};
static uint32_t skip_calls;

static struct rdd *feeder_of(const struct shuffle *shuffle)
{
    return shuffle->feeder;
}

static bool skip_one(void *owner, const struct rdd *rdd)
{
    skip_calls++;
    return rdd == owner;
}

/* Either may be NULL. The caller keeps its hold on both. */
static struct rdd *narrow(struct rdd *first, struct rdd *second)
{
    struct rdd *parents[2] = {first, second};
    uint32_t count = (first != NULL) + (uint32_t)(second != NULL);
    struct rdd *rdd = NULL;

    assert_int_equal(rdd_create(&test_class, sizeof(*rdd), 1, parents, count, &rdd, NULL), WEIR_OK);
    return rdd;
}

static struct rdd *reader(struct shuffle *shuffle, struct rdd *feeder, uint32_t number)
{
    struct rdd *rdd = narrow(feeder, NULL);

    *shuffle = (struct shuffle){.feeder = feeder, .number = number};
    rdd->shuffle = shuffle;
    return rdd;
}

static void lineage_without_shuffles_needs_no_stage(void **state)
{
    struct rdd *source = narrow(NULL, NULL);
    struct rdd *mapped = narrow(source, NULL);
    struct stages stages;

    (void)state;
    assert_int_equal(stages_collect(&stages, mapped, feeder_of, NULL, NULL, NULL), WEIR_OK);
    assert_int_equal(stages.count, 0);
    stages_fini(&stages);
    rdd_drop(source);
    rdd_drop(mapped);
}

static void the_deepest_shuffle_comes_first_and_each_once(void **state)
{
    struct shuffle shuffles[4];
    struct rdd *source = narrow(NULL, NULL);
    struct rdd *left = reader(&shuffles[0], source, 0);
    struct rdd *middle = reader(&shuffles[1], left, 1);
    struct rdd *right = reader(&shuffles[2], source, 2);
    struct rdd *both = narrow(middle, right);
    struct rdd *again = narrow(both, left);
    struct rdd *last = reader(&shuffles[3], again, 3);
    struct rdd *all[] = {source, left, middle, right, both, again, last};
    struct stages stages;

    (void)state;
    assert_int_equal(stages_collect(&stages, last, feeder_of, NULL, NULL, NULL), WEIR_OK);
    assert_int_equal(stages.count, 4);
    for (uint32_t i = 0; i < 4; i++) {
        assert_int_equal(stages.shuffles[i]->number, i);
    }
    stages_fini(&stages);
    assert_int_equal(stages.count, 0);
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        rdd_drop(all[i]);
    }
}

static void two_readers_of_one_shuffle_run_it_once(void **state)
{
    struct shuffle shuffle;
    struct rdd *source = narrow(NULL, NULL);
    struct rdd *first = reader(&shuffle, source, 0);
    struct rdd *second = reader(&shuffle, source, 0);
    struct rdd *both = narrow(first, second);
    struct rdd *all[] = {source, first, second, both};
    struct stages stages;

    (void)state;
    assert_int_equal(stages_collect(&stages, both, feeder_of, NULL, NULL, NULL), WEIR_OK);
    assert_int_equal(stages.count, 1);
    stages_fini(&stages);
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        rdd_drop(all[i]);
    }
}

static void nothing_behind_what_is_stored_is_run(void **state)
{
    struct shuffle shuffles[3];
    struct rdd *source = narrow(NULL, NULL);
    struct rdd *first = reader(&shuffles[0], source, 0);
    struct rdd *stored = reader(&shuffles[1], first, 1);
    struct rdd *last = reader(&shuffles[2], stored, 2);
    struct rdd *all[] = {source, first, stored, last};
    struct stages stages;

    (void)state;
    skip_calls = 0;
    assert_int_equal(stages_collect(&stages, last, feeder_of, skip_one, stored, NULL), WEIR_OK);
    assert_int_equal(stages.count, 1);
    assert_int_equal(stages.shuffles[0]->number, 2);
    assert_int_equal(skip_calls, 2); /* each RDD is asked about once */
    stages_fini(&stages);
    assert_int_equal(stages_collect(&stages, last, feeder_of, skip_one, last, NULL), WEIR_OK);
    assert_int_equal(stages.count, 0);
    stages_fini(&stages);
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        rdd_drop(all[i]);
    }
}

/* Its paths are 2^64; its RDDs are 65. */
static void a_lattice_is_walked_once_per_rdd(void **state)
{
    struct rdd *last = narrow(NULL, NULL);
    struct stages stages;

    (void)state;
    for (int i = 0; i < 64; i++) {
        struct rdd *next = narrow(last, last);
        rdd_drop(last);
        last = next;
    }
    skip_calls = 0;
    assert_int_equal(stages_collect(&stages, last, feeder_of, skip_one, NULL, NULL), WEIR_OK);
    assert_int_equal(skip_calls, 65);
    stages_fini(&stages);
    rdd_drop(last);
}

static void lineage_of_any_depth_is_walked(void **state)
{
    static struct shuffle shuffles[CHAIN];
    struct rdd *last = narrow(NULL, NULL);
    struct stages stages;

    (void)state;
    for (uint32_t i = 0; i < CHAIN; i++) {
        struct rdd *next = reader(&shuffles[i], last, i);
        rdd_drop(last);
        last = next;
    }
    assert_int_equal(stages_collect(&stages, last, feeder_of, NULL, NULL, NULL), WEIR_OK);
    assert_int_equal(stages.count, CHAIN);
    for (uint32_t i = 0; i < CHAIN; i++) {
        assert_int_equal(stages.shuffles[i]->number, i);
    }
    stages_fini(&stages);
    rdd_drop(last);
}

static void want_of_memory_leaves_no_stages(void **state)
{
    static struct shuffle shuffles[100];
    struct rdd *last = narrow(NULL, NULL);
    struct stages stages;
    int failures = 0;

    (void)state;
    for (uint32_t i = 0; i < 100; i++) {
        struct rdd *next = reader(&shuffles[i], last, i);
        rdd_drop(last);
        last = next;
    }
    for (;; failures++) {
        weir_error error = {0};
        fault_arm(failures);
        weir_status status = stages_collect(&stages, last, feeder_of, NULL, NULL, &error);
        if (!fault_disarm()) {
            assert_int_equal(status, WEIR_OK);
            assert_int_equal(stages.count, 100);
            break;
        }
        assert_int_equal(status, WEIR_E_NOMEM);
        assert_null(stages.shuffles);
        assert_int_equal(stages.count, 0);
    }
    assert_true(failures >= 12); /* the stack, the list and the set, and each as it grows */
    stages_fini(&stages);
    rdd_drop(last);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lineage_without_shuffles_needs_no_stage),
        cmocka_unit_test(the_deepest_shuffle_comes_first_and_each_once),
        cmocka_unit_test(two_readers_of_one_shuffle_run_it_once),
        cmocka_unit_test(nothing_behind_what_is_stored_is_run),
        cmocka_unit_test(a_lattice_is_walked_once_per_rdd),
        cmocka_unit_test(lineage_of_any_depth_is_walked),
        cmocka_unit_test(want_of_memory_leaves_no_stages),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
