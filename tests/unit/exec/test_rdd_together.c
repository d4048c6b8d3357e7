/*
 * test_rdd_together - zip, zipPartitions, zipWithIndex, cartesian, distinct, subtract,
 * intersection.
 */
#include <weir/function.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "data/block.h"
#include "exec/action_double.h"
#include "lib/exec_rdd.h"
#include "lib/rows.h"

static weir_error error = {.struct_size = sizeof(error)};

static void zip_pairs_rows_place_by_place(void **state)
{
    struct rdd *left = rdd_of("[1,2,3,4]", 2);
    struct rdd *right = rdd_of_pairs("[[\"a\",1],[\"b\",2],[\"c\",3],[\"d\",4]]", 2);
    struct rdd *rdd;

    (void)state;
    expect_ok(rdd_create_zip(left, right, &rdd, &error), &error);
    expect_rows(rdd, "(1,(a,1)) (2,(b,2)) | (3,(c,3)) (4,(d,4))");
    rdd_drop(left);
    rdd_drop(right);
}

static void zip_refuses_what_does_not_match(void **state)
{
    struct rdd *left = rdd_of("[1,2,3,4]", 2);
    struct rdd *longer = rdd_of("[1,2,3,4,5]", 2);
    struct rdd *one = rdd_of("[1,2,3,4]", 1);
    struct rdd *rdd;

    (void)state;
    expect_ok(rdd_create_zip(left, longer, &rdd, &error), &error);
    expect_job_failure(rdd, "can only zip RDDs with same number of elements in each partition");
    expect_ok(rdd_create_zip(longer, left, &rdd, &error), &error);
    expect_job_failure(rdd, "can only zip RDDs with same number of elements in each partition");
    expect_failure(rdd_create_zip(left, one, &rdd, &error), &error,
                   "can't zip RDDs with unequal numbers of partitions: 2 and 1");
    rdd_drop(left);
    rdd_drop(longer);
    rdd_drop(one);
}

/* The rows of all, in turns. */
static void in_turns(struct weir_iterator *const *rows, uint32_t count, struct weir_emitter *out,
                     struct weir_value argument)
{
    struct weir_row row;

    (void)argument;
    for (bool has_more = true; has_more;) {
        has_more = false;
        for (uint32_t i = 0; i < count; i++) {
            if (weir_next(rows[i], &row)) {
                weir_emit(out, row.value);
                has_more = true;
            }
        }
    }
}

static const struct function in_turns_function = FUNCTION(zip, ZIP, in_turns);

static void zip_partitions_shows_all_partitions_to_a_function(void **state)
{
    struct rdd *parents[] = {rdd_of("[1,2,3,4]", 2), rdd_of("[\"a\",\"b\"]", 2),
                             rdd_of("[true]", 2), rdd_of("[]", 2), rdd_of("[]", 2)};
    struct rdd *rdd;

    (void)state;
    expect_ok(
        rdd_create_zip_partitions(parents, 4, &in_turns_function, weir_null(), false, &rdd, &error),
        &error);
    expect_rows(rdd, "1 a 2 | 3 b true 4");
    expect_failure(
        rdd_create_zip_partitions(parents, 5, &in_turns_function, weir_null(), false, &rdd, &error),
        &error, "2 to 4");
    for (int i = 0; i < 5; i++) {
        rdd_drop(parents[i]);
    }
}

static void indexes_go_on_across_partitions(void **state)
{
    struct executor *executor = exec_start(2, 0);
    struct rdd *parent = rdd_of("[\"a\",\"b\",\"c\",\"d\",\"e\"]", 3);
    struct rdd *rdd;

    (void)state;
    expect_ok(rdd_create_zip_with_index(executor, parent, &rdd, &error), &error);
    expect_rows(rdd, "(a,0) | (b,1) (c,2) | (d,3) (e,4)");
    expect_ok(rdd_create_zip_with_unique_id(parent, &rdd, &error), &error);
    expect_rows(rdd, "(a,0) | (b,1) (c,4) | (d,2) (e,5)");
    rdd_drop(parent);
    executor_destroy(executor);
}

static void cartesian_gives_all_pairs(void **state)
{
    struct rdd *left = rdd_of("[1,2]", 2);
    struct rdd *right = rdd_of_pairs("[[\"a\",1],[\"b\",2],[\"c\",3]]", 2);
    struct rdd *empty;
    struct rdd *rdd;

    (void)state;
    expect_ok(rdd_create_cartesian(left, right, &rdd, &error), &error);
    expect_rows(rdd, "(1,(a,1)) | (1,(b,2)) (1,(c,3)) | (2,(a,1)) | (2,(b,2)) (2,(c,3))");
    expect_ok(rdd_create_empty(false, &empty, &error), &error);
    expect_ok(rdd_create_cartesian(left, empty, &rdd, &error), &error);
    expect_rows(rdd, "");
    rdd_drop(left);
    rdd_drop(right);
    rdd_drop(empty);
}

static void sets_keep_each_row_as_they_should(void **state)
{
    struct rdd *left = rdd_of("[1,1,2,2,3,3,4]", 2);
    struct rdd *right = rdd_of("[2,4,2,8]", 3);
    struct rdd *rdd;

    (void)state;
    expect_ok(rdd_create_distinct(left, 1, &rdd, &error), &error);
    expect_rows(rdd, "1 2 3 4");
    expect_ok(rdd_create_subtract(left, right, 1, &rdd, &error), &error);
    expect_rows(rdd, "1 1 3 3");
    expect_ok(rdd_create_intersection(left, right, 1, &rdd, &error), &error);
    expect_rows(rdd, "2 4");
    rdd_drop(left);
    rdd_drop(right);
}

static void sets_of_pairs_look_at_the_whole_row(void **state)
{
    struct rdd *left = rdd_of_pairs("[[\"a\",1],[\"a\",2],[\"a\",1],[\"b\",1]]", 2);
    struct rdd *right = rdd_of_pairs("[[\"a\",2],[\"b\",2]]", 1);
    struct rdd *plain = rdd_of("[1]", 1);
    struct rdd *rdd;

    (void)state;
    expect_ok(rdd_create_distinct(left, 1, &rdd, &error), &error);
    expect_rows(rdd, "(a,1) (a,2) (b,1)");
    expect_ok(rdd_create_subtract(left, right, 1, &rdd, &error), &error);
    expect_rows(rdd, "(a,1) (a,1) (b,1)");
    expect_ok(rdd_create_intersection(left, right, 1, &rdd, &error), &error);
    expect_rows(rdd, "(a,2)");
    expect_failure(rdd_create_subtract(left, plain, 1, &rdd, &error), &error, "no rows in common");
    rdd_drop(left);
    rdd_drop(right);
    rdd_drop(plain);
}

static weir_status try_together(struct executor *executor, struct block **out, weir_error *told)
{
    struct rdd *left = NULL;
    struct rdd *index = NULL;
    struct rdd *all = NULL;
    struct rdd *unique = NULL;
    weir_status status = rdd_create_range(0, 2, 1, 2, &left, told);

    if (status == WEIR_OK) {
        status = rdd_create_zip_with_index(executor, left, &index, told);
    }
    if (status == WEIR_OK) {
        status = rdd_create_cartesian(index, left, &all, told);
    }
    if (status == WEIR_OK) {
        status = rdd_create_distinct(all, 1, &unique, told);
    }
    if (status == WEIR_OK) {
        status = collect_one(executor, unique, out, told);
    }
    rdd_drop(unique);
    rdd_drop(all);
    rdd_drop(index);
    rdd_drop(left);
    return status;
}

static void they_survive_any_failing_step(void **state)
{
    (void)state;
    sweep_faults(try_together, "((0,0),0) ((0,0),1) ((1,1),0) ((1,1),1)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zip_pairs_rows_place_by_place),
        cmocka_unit_test(zip_refuses_what_does_not_match),
        cmocka_unit_test(zip_partitions_shows_all_partitions_to_a_function),
        cmocka_unit_test(indexes_go_on_across_partitions),
        cmocka_unit_test(cartesian_gives_all_pairs),
        cmocka_unit_test(sets_keep_each_row_as_they_should),
        cmocka_unit_test(sets_of_pairs_look_at_the_whole_row),
        cmocka_unit_test(they_survive_any_failing_step),
    };
    int failed = 0;

    RUN_WITH_ALL_WORKERS(failed, tests, NULL, NULL);
    return failed;
}
