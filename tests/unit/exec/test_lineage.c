/*
 * test_lineage - what RDDs derive from one another: filters, unions, joined partitions, builtins.
 */
#include <weir/function.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/fault.h"
#include "base/mem.h"
#include "lib/exec_rows.h"

static const char *const three_parts[] = {"[1,2]", "[3]", "[4,5,6]"};
static const char *const texts[] = {"[\"\",\"one\",null,\"a longer text than twelve\"]",
                                    "[\"two ONE\",7,[],[1]]"};
static const char *const pairs[] = {"[[\"a\",1],[\"b\",2]]", "[[\"c\",3]]"};

static struct executor *executor;

static struct rdd *join_all(struct rdd **parents, uint32_t count)
{
    struct rdd *rdd;

    assert_int_equal(rdd_create_union(parents, count, &rdd, NULL), WEIR_OK);
    for (uint32_t i = 0; i < count; i++) {
        rdd_drop(parents[i]);
    }
    return rdd;
}

static void expect_and_drop(struct rdd *rdd, const char *expected)
{
    exec_expect(executor, rdd, expected);
    rdd_drop(rdd);
}

static void filters_narrow_one_another(void **state)
{
    struct weir_value contains[] = {weir_text("text"), weir_text("e")};
    struct weir_value longer[] = {weir_text("size"), weir_int(3)};

    (void)state;
    expect_and_drop(exec_filter(exec_leaf(texts, 2, false), exec_builtin("not_empty"), weir_null()),
                    "one a longer text than twelve | two ONE 7 [1]");
    struct rdd *rdd = exec_filter(exec_leaf(texts, 2, false), exec_builtin("contains"),
                                  weir_map_value(contains, 1));
    rdd = exec_filter(rdd, exec_builtin("longer_than"), weir_map_value(longer, 1));
    expect_and_drop(rdd, "a longer text than twelve | ");
    expect_and_drop(exec_filter(exec_leaf(pairs, 2, true), exec_builtin("not_empty"), weir_null()),
                    "(a,1) (b,2) | (c,3)");
}

static void a_filters_rows_go_through_every_operator(void **state)
{
    struct weir_value longer[] = {weir_text("size"), weir_int(1)};
    const char *words[] = {"[\"x\",\"bb b\",\"y\",\"cc\",\"bb\",\"z\",\"the rather long line\"]"};
    struct rdd *rdd = exec_filter(exec_leaf(words, 1, false), exec_builtin("longer_than"),
                                  weir_map_value(longer, 1));

    (void)state;
    expect_and_drop(exec_rows(rdd_hold(rdd), ROWS_MAP, exec_builtin("lower"), weir_null()),
                    "bb b cc bb the rather long line");
    struct rdd *kept = rdd_hold(rdd);
    atomic_store(&kept->storage, STORAGE_MEMORY);
    exec_expect(executor, kept, "bb b cc bb the rather long line");
    exec_expect(executor, kept, "bb b cc bb the rather long line");
    rdd_drop(kept);
    rdd = exec_rows(rdd, ROWS_FLAT_MAP, exec_builtin("split"), weir_null());
    rdd = exec_filter(rdd, exec_builtin("longer_than"), weir_map_value(longer, 1));
    rdd = exec_rows(rdd, ROWS_MAP_TO_PAIR, exec_builtin("with_one"), weir_null());
    rdd = exec_reduce(rdd, exec_builtin("sum"), 1);
    expect_and_drop(rdd, "(bb,2) (cc,1) (the,1) (rather,1) (long,1) (line,1)");
}

static void pairs_can_be_swapped_and_counted(void **state)
{
    (void)state;
    expect_and_drop(
        exec_rows(exec_leaf(pairs, 2, true), ROWS_MAP_TO_PAIR, exec_builtin("swap"), weir_null()),
        "(1,a) (2,b) | (3,c)");
    expect_and_drop(exec_rows(exec_leaf(pairs, 2, true), ROWS_MAP_TO_PAIR, exec_builtin("with_one"),
                              weir_null()),
                    "((a,1),1) ((b,2),1) | ((c,3),1)");
}

static void builtins_refuse_wrong_arguments(void **state)
{
    struct weir_value wrong[] = {weir_text("size"), weir_text("3")};

    (void)state;
    assert_int_equal(exec_builtin("longer_than")->check_argument(weir_map_value(wrong, 1), NULL),
                     WEIR_E_CONFIG);
    assert_int_equal(exec_builtin("contains")->check_argument(weir_null(), NULL), WEIR_E_CONFIG);
    assert_int_equal(exec_builtin("sum")->check_argument(weir_int(1), NULL), WEIR_E_CONFIG);
    assert_int_equal(exec_builtin("sum")->check_argument(weir_null(), NULL), WEIR_OK);
}

static void a_union_puts_partitions_behind_one_another(void **state)
{
    struct rdd *parents[] = {
        NULL, exec_leaf(three_parts, 3, false), NULL, NULL, exec_leaf(three_parts, 1, false), NULL,
    };

    (void)state;
    for (int i = 0; i < 6; i++) {
        if (parents[i] == NULL) { /* the empty ones take no place */
            assert_int_equal(rdd_create_empty(false, &parents[i], NULL), WEIR_OK);
        }
    }
    expect_and_drop(join_all(parents, 6), "1 2 | 3 | 4 5 6 | 1 2");

    struct rdd *one[] = {exec_leaf(pairs, 2, true)};
    struct rdd *rdd = join_all(one, 1);
    assert_true(rdd->is_pairs);
    expect_and_drop(rdd, "(a,1) (b,2) | (c,3)");
    expect_and_drop(join_all(NULL, 0), "");
}

static void a_union_of_equal_partitioners_joins_their_partitions(void **state)
{
    struct rdd *left = exec_reduce(exec_leaf(pairs, 2, true), exec_builtin("sum"), 2);
    struct rdd *right = exec_reduce(exec_leaf(pairs, 1, true), exec_builtin("max"), 2);
    struct rdd *other = exec_reduce(exec_leaf(pairs, 1, true), exec_builtin("max"), 3);
    struct rdd *two[] = {rdd_hold(left), rdd_hold(right)};
    struct rdd *three[] = {rdd_hold(left), rdd_hold(right), other};
    struct rdd *joined = join_all(two, 2);

    (void)state;
    assert_int_equal(joined->partitions_count, 2);
    assert_int_equal(joined->partitioner.partitions_count, 2);
    char *left_text = exec_text(executor, left);
    char *joined_text = exec_text(executor, joined);
    assert_int_equal(strncmp(joined_text, left_text, strcspn(left_text, "|") - 1), 0);
    struct rdd *sums = exec_reduce(joined, exec_builtin("sum"), 2);
    assert_null(sums->shuffle); /* equal keys are together */
    struct rdd *sorted;
    assert_int_equal(rdd_create_top(sums, 9, &sorted, NULL), WEIR_OK);
    rdd_drop(sums);
    expect_and_drop(sorted, "(b,4) (c,3) (a,2)");

    struct rdd *apart = join_all(three, 3);
    assert_int_equal(apart->partitions_count, 7);
    rdd_drop(apart);
    mem_free(left_text);
    mem_free(joined_text);
    rdd_drop(left);
    rdd_drop(right);
}

static void coalesce_joins_neighbours(void **state)
{
    static const char *const five[] = {"[1]", "[2]", "[3]", "[4]", "[5]"};
    static const char *const expected[] = {"1 2 3 4 5",         "1 2 | 3 4 5",
                                           "1 | 2 3 | 4 5",     "1 | 2 | 3 | 4 5",
                                           "1 | 2 | 3 | 4 | 5", "1 | 2 | 3 | 4 | 5"};
    struct rdd *leaf = exec_leaf(five, 5, false);
    struct rdd *rdd;

    (void)state;
    for (uint32_t count = 1; count <= 6; count++) {
        assert_int_equal(rdd_create_coalesce(leaf, count, &rdd, NULL), WEIR_OK);
        expect_and_drop(rdd, expected[count - 1]);
    }
    assert_int_equal(rdd_create_coalesce(leaf, 0, &rdd, NULL), WEIR_E_INVAL);
    rdd_drop(leaf);
    assert_int_equal(rdd_create_empty(false, &leaf, NULL), WEIR_OK);
    assert_int_equal(rdd_create_coalesce(leaf, 3, &rdd, NULL), WEIR_OK);
    rdd_drop(leaf);
    expect_and_drop(rdd, "");
}

static void a_leaf_may_have_several_blocks_in_a_partition(void **state)
{
    struct rdd *source = exec_leaf(three_parts, 3, false);
    struct rdd *rdd;

    (void)state;
    assert_int_equal(rdd_create_coalesce(source, 1, &rdd, NULL), WEIR_OK);
    rdd_drop(source);
    expect_and_drop(rdd, "1 2 3 4 5 6");
}

static void only_a_filter_keeps_the_partitioner(void **state)
{
    struct rdd *sums = exec_reduce(exec_leaf(pairs, 2, true), exec_builtin("sum"), 2);
    struct rdd *filtered = exec_filter(rdd_hold(sums), exec_builtin("not_empty"), weir_null());
    struct rdd *swapped =
        exec_rows(rdd_hold(sums), ROWS_MAP_TO_PAIR, exec_builtin("swap"), weir_null());
    struct rdd *coalesced;

    (void)state;
    assert_int_equal(rdd_create_coalesce(sums, 1, &coalesced, NULL), WEIR_OK);
    assert_int_equal(filtered->partitioner.kind, PARTITIONER_HASH);
    assert_int_equal(swapped->partitioner.kind, PARTITIONER_NONE);
    assert_int_equal(coalesced->partitioner.kind, PARTITIONER_NONE);
    rdd_drop(coalesced);
    rdd_drop(swapped);
    rdd_drop(filtered);
    rdd_drop(sums);
}

static void lineage_is_shown_with_its_shuffles(void **state)
{
    struct rdd *rdd = exec_reduce(exec_leaf(pairs, 2, true), exec_builtin("sum"), 4);
    struct bytes text = {0};

    (void)state;
    rdd = exec_filter(rdd, exec_builtin("not_empty"), weir_null());
    lineage_explain(rdd, &text);
    assert_int_equal(strncmp(text.data, "(4) filter [", 12), 0);
    assert_non_null(strstr(text.data, "\n+-(4) "));
    assert_non_null(strstr(text.data, " shuffled\n"));
    assert_non_null(strstr(text.data, "\n| +-(2) blocks ["));
    bytes_fini(&text);
    rdd_drop(rdd);
}

/* Thirty unions of an RDD with itself have a thousand million ways to the leaf. */
static void a_large_lineage_is_shown_in_part(void **state)
{
    static const char *const none[] = {"[]"};
    struct rdd *rdd = exec_leaf(none, 1, false);
    struct bytes text = {0};
    size_t lines_count = 0;

    (void)state;
    for (int i = 0; i < 30; i++) {
        struct rdd *twice[] = {rdd, rdd_hold(rdd)};
        rdd = join_all(twice, 2);
    }
    lineage_explain(rdd, &text);
    for (size_t i = 0; i < text.size; i++) {
        lines_count += text.data[i] == '\n';
    }
    assert_in_range(lines_count, 100, 1000);
    bytes_fini(&text);
    rdd_drop(rdd);
}

static void whichever_allocation_fails_lineage_leaves_nothing_behind(void **state)
{
    struct rdd *leaf = exec_leaf(pairs, 2, true);
    int failures = 0;

    (void)state;
    for (;; failures++) {
        struct rdd *parents[] = {leaf, leaf};
        struct rdd *rdd[3] = {NULL, NULL, NULL};
        fault_arm(failures);
        weir_status status = rdd_create_union(parents, 2, &rdd[0], NULL);
        if (status == WEIR_OK) {
            status = rdd_create_reduce_by_key(rdd[0], exec_builtin("sum"), weir_null(), 3, &rdd[1],
                                              NULL);
        }
        if (status == WEIR_OK) {
            status = rdd_create_coalesce(rdd[1], 2, &rdd[2], NULL);
        }
        bool was_reached = fault_disarm();
        assert_int_equal(status, was_reached ? WEIR_E_NOMEM : WEIR_OK);
        for (int i = 0; i < 3; i++) {
            rdd_drop(rdd[i]);
        }
        if (!was_reached) {
            break;
        }
    }
    assert_true(failures >= 8);
    rdd_drop(leaf);
}

static int begin_all(void **state)
{
    (void)state;
    executor = exec_start(2, 2);
    exec_builtin("sum");
    return 0;
}

static int end_all(void **state)
{
    (void)state;
    executor_destroy(executor);
    exec_forget();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(filters_narrow_one_another),
        cmocka_unit_test(a_filters_rows_go_through_every_operator),
        cmocka_unit_test(pairs_can_be_swapped_and_counted),
        cmocka_unit_test(builtins_refuse_wrong_arguments),
        cmocka_unit_test(a_union_puts_partitions_behind_one_another),
        cmocka_unit_test(a_union_of_equal_partitioners_joins_their_partitions),
        cmocka_unit_test(coalesce_joins_neighbours),
        cmocka_unit_test(a_leaf_may_have_several_blocks_in_a_partition),
        cmocka_unit_test(only_a_filter_keeps_the_partitioner),
        cmocka_unit_test(lineage_is_shown_with_its_shuffles),
        cmocka_unit_test(a_large_lineage_is_shown_in_part),
        cmocka_unit_test(whichever_allocation_fails_lineage_leaves_nothing_behind),
    };
    return cmocka_run_group_tests(tests, begin_all, end_all);
}
