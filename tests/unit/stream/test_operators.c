/*
 * test_operators - what the operators over one batch give, batch by batch, as Spark does.
 *
 * Batches come from a queue, one an interval, on a manual clock; a push is a partition.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "base/log.h"
#include "lib/job.h"

#include <cmocka.h> /* last: its fail() is a macro */

static const struct weir_function no_function = {.name = NULL};

static const struct context_options per_block = {.partitions_per_block = true};

/* Two queues, the streams of pairs made of them, and what is to be tested. */
struct tested {
    struct job job;
    struct node *sources[2];
    struct node *pairs[2]; /* of lists [k, v] */
    struct queue_source *queues[2];
    struct capture *capture;
};

static void begin(struct tested *tested)
{
    struct job *job = &tested->job;

    job_begin(job);
    tested->sources[0] = job_source(job, "left");
    tested->sources[1] = job_source(job, "right");
    for (int i = 0; i < 2; i++) {
        tested->pairs[i] = job_operator(job, OPERATOR_MAP_TO_PAIR, i == 0 ? "l" : "r",
                                        tested->sources[i], weir_builtin("to_pair"));
    }
}

/* Captures the stream, with everything else in place. */
static void run_of(struct tested *tested, struct node *stream)
{
    struct job *job = &tested->job;
    struct node *output = job_output(job, "out", stream);

    job_prepare(job, &per_block);
    for (int i = 0; i < 2; i++) {
        tested->queues[i] = job_queue(job, tested->sources[i]);
    }
    tested->capture = job_capture(job, output);
    job_start(job);
}

static struct node *add(struct tested *tested, const struct node_spec *spec)
{
    struct node *node = graph_add(tested->job.graph, spec);

    assert_non_null(node);
    return node;
}

static struct node *add_of(struct tested *tested, enum operator_kind kind, struct node *input,
                           struct weir_function function)
{
    return job_operator(&tested->job, kind, operator_class_of(kind)->name, input, function);
}

static struct node *add_of_both(struct tested *tested, enum operator_kind kind)
{
    const struct node_spec spec = {.kind = kind, .inputs = tested->pairs, .inputs_count = 2};

    return add(tested, &spec);
}

static void a_count_is_one_row_also_of_nothing(void **state)
{
    struct tested tested;

    (void)state;
    begin(&tested);
    run_of(&tested, add_of(&tested, OPERATOR_COUNT, tested.sources[0], no_function));
    job_run(&tested.job, 1);
    job_push(tested.queues[0], "[1, 2, 3]");
    job_run(&tested.job, 1);
    capture_expect(tested.capture, "1000: 0\n2000: 3\n");
    assert_int_equal(tested.capture->partitions, 1);
    job_end(&tested.job);
}

static void a_reduction_gives_one_row_and_none_of_nothing(void **state)
{
    struct tested tested;

    (void)state;
    begin(&tested);
    run_of(&tested, add_of(&tested, OPERATOR_REDUCE, tested.sources[0], WEIR_SUM));
    job_run(&tested.job, 1);
    job_push(tested.queues[0], "[1, 2, 3]");
    job_run(&tested.job, 1);
    capture_expect(tested.capture, "1000: \n2000: 6\n");
    job_end(&tested.job);
}

static void glom_makes_a_list_of_each_partition(void **state)
{
    struct tested tested;

    (void)state;
    begin(&tested);
    run_of(&tested, add_of(&tested, OPERATOR_GLOM, tested.pairs[0], no_function));
    job_push(tested.queues[0], "[[\"a\", 1], [\"b\", 2]]");
    job_run(&tested.job, 2);
    capture_expect(tested.capture, "1000: [(a,1), (b,2)]\n2000: \n");
    job_end(&tested.job);
}

static void repartition_gives_exactly_so_many_partitions(void **state)
{
    struct tested tested;

    (void)state;
    begin(&tested);
    const struct node_spec spec = {
        .kind = OPERATOR_REPARTITION, .inputs = tested.pairs, .inputs_count = 1, .partitions = 5};
    run_of(&tested, add(&tested, &spec));
    job_run(&tested.job, 1); /* of nothing, too */
    assert_int_equal(tested.capture->partitions, 5);
    job_push(tested.queues[0], "[[1, 1], [2, 1], [3, 1], [4, 1], [5, 1]]");
    job_run(&tested.job, 1);
    assert_int_equal(tested.capture->partitions, 5);
    assert_int_equal(tested.capture->rows_max, 1);
    capture_expect(tested.capture, "1000: \n2000: (1,1) (2,1) (3,1) (4,1) (5,1)\n");
    job_end(&tested.job);
}

static void run_joined(enum operator_kind kind, const char *expected)
{
    struct tested tested;

    begin(&tested);
    run_of(&tested, add_of_both(&tested, kind));
    job_push(tested.queues[0], "[[\"a\", 1], [\"a\", 2], [\"b\", 3]]");
    job_push(tested.queues[1], "[[\"a\", 4], [\"c\", 5]]");
    job_run(&tested.job, 2);
    capture_expect(tested.capture, expected);
    job_end(&tested.job);
}

static void joins_show_the_side_that_is_missing_as_null(void **state)
{
    (void)state;
    run_joined(OPERATOR_JOIN, "1000: (a,(1,4)) (a,(2,4))\n2000: \n");
    run_joined(OPERATOR_LEFT_OUTER_JOIN, "1000: (a,(1,4)) (a,(2,4)) (b,(3,null))\n2000: \n");
    run_joined(OPERATOR_RIGHT_OUTER_JOIN, "1000: (a,(1,4)) (a,(2,4)) (c,(null,5))\n2000: \n");
    run_joined(OPERATOR_FULL_OUTER_JOIN,
               "1000: (a,(1,4)) (a,(2,4)) (b,(3,null)) (c,(null,5))\n2000: \n");
    run_joined(OPERATOR_COGROUP, "1000: (a,([1, 2],[4])) (b,([3],[])) (c,([],[5]))\n"
                                 "2000: \n");
}

static void a_fold_begins_with_its_zero_in_each_partition(void **state)
{
    struct tested tested;

    (void)state;
    begin(&tested);
    const struct node_spec spec = {.kind = OPERATOR_FOLD_BY_KEY,
                                   .inputs = tested.pairs,
                                   .inputs_count = 1,
                                   .function = WEIR_SUM,
                                   .zero = weir_int(100)};
    run_of(&tested, add(&tested, &spec));
    job_push(tested.queues[0], "[[\"a\", 1], [\"a\", 2], [\"b\", 3]]");
    job_run(&tested.job, 1);
    capture_expect(tested.capture, "1000: (a,103) (b,103)\n");
    job_end(&tested.job);
}

static void groups_have_all_values_of_a_key(void **state)
{
    struct tested tested;

    (void)state;
    begin(&tested);
    run_of(&tested, add_of(&tested, OPERATOR_GROUP_BY_KEY, tested.pairs[0], no_function));
    job_push(tested.queues[0], "[[\"a\", 1], [\"b\", 2], [\"a\", 3]]");
    job_run(&tested.job, 1);
    capture_expect(tested.capture, "1000: (a,[1, 3]) (b,[2])\n");
    job_end(&tested.job);
}

static uint32_t odd_and_even(struct weir_value key, uint32_t partitions_count,
                             struct weir_value argument)
{
    (void)argument;
    return (uint32_t)key.integer % partitions_count;
}

static void rows_go_where_a_partitioner_of_the_program_says(void **state)
{
    struct tested tested;

    (void)state;
    begin(&tested);
    const struct node_spec spec = {
        .kind = OPERATOR_PARTITION_BY, .inputs = tested.pairs, .inputs_count = 1, .partitions = 2};
    struct node *node = add(&tested, &spec);
    graph_set_partitioner(tested.job.graph, node, WEIR_FUNCTION(odd_and_even), weir_null());
    run_of(&tested, add_of(&tested, OPERATOR_GLOM, node, no_function));
    job_push(tested.queues[0], "[[1, 0], [2, 0], [3, 0]]");
    job_run(&tested.job, 1);
    capture_expect(tested.capture, "1000: [(1,0), (3,0)] [(2,0)]\n");
    job_end(&tested.job);
}

static void ranges_put_keys_in_order_across_partitions(void **state)
{
    struct tested tested;

    (void)state;
    begin(&tested);
    const struct node_spec spec = {
        .kind = OPERATOR_PARTITION_BY, .inputs = tested.pairs, .inputs_count = 1, .partitions = 2};
    struct node *node = add(&tested, &spec);
    graph_set_partitioner(tested.job.graph, node, WEIR_BY_RANGE, weir_null());
    run_of(&tested, add_of(&tested, OPERATOR_GLOM, node, no_function));
    job_push(tested.queues[0], "[[4, 0], [1, 0], [3, 0], [2, 0]]");
    job_run(&tested.job, 1);
    capture_expect(tested.capture, "1000: [(1,0), (2,0)] [(4,0), (3,0)]\n");
    job_end(&tested.job);
}

static void values_change_and_keys_stay(void **state)
{
    struct tested tested;

    (void)state;
    begin(&tested);
    run_of(&tested, add_of(&tested, OPERATOR_MAP_VALUES, tested.pairs[0], WEIR_LOWER));
    job_push(tested.queues[0], "[[\"A\", \"B\"]]");
    job_run(&tested.job, 2);
    capture_expect(tested.capture, "1000: (A,b)\n2000: \n");
    job_end(&tested.job);
}

static void a_checkpoint_keeps_rows_and_not_where_they_came_from(void **state)
{
    struct tested tested;

    (void)state;
    begin(&tested);
    struct node *sums = add_of(&tested, OPERATOR_REDUCE_BY_KEY, tested.pairs[0], WEIR_SUM);
    graph_set_checkpoint(sums, 2 * JOB_BATCH_MS);
    tested.job.graph->remember_ms = 10 * JOB_BATCH_MS;
    run_of(&tested, sums);
    job_push(tested.queues[0], "[[\"a\", 1], [\"a\", 2]]");
    job_push(tested.queues[0], "[[\"a\", 5], [\"b\", 2]]");
    job_run(&tested.job, 2);
    capture_expect(tested.capture, "1000: (a,3)\n2000: (a,5) (b,2)\n");

    for (uint32_t number = 1; number <= 2; number++) {
        struct slice slice;
        assert_int_equal(context_slice(tested.job.context, sums, number * JOB_BATCH_MS,
                                       number * JOB_BATCH_MS, &slice, NULL),
                         WEIR_OK);
        assert_int_equal(slice.count, 1);
        assert_int_equal(slice.rdds[0]->parents_count, number == 1 ? 1 : 0);
        assert_int_equal(slice.rdds[0]->partitioner.kind, PARTITIONER_HASH);
        slice_fini(&slice);
    }
    job_end(&tested.job);
}

static void a_slice_has_both_ends_and_nothing_before_the_start(void **state)
{
    struct tested tested;
    struct slice slice;

    (void)state;
    begin(&tested);
    tested.job.graph->remember_ms = 10 * JOB_BATCH_MS;
    run_of(&tested, tested.pairs[0]);
    job_run(&tested.job, 4);
    assert_int_equal(context_slice(tested.job.context, tested.pairs[0], -3500, 0, &slice, NULL),
                     WEIR_OK);
    assert_int_equal(slice.count, 0);
    slice_fini(&slice);
    assert_int_equal(context_slice(tested.job.context, tested.pairs[0], 1999, 3001, &slice, NULL),
                     WEIR_OK);
    assert_int_equal(slice.count, 3);
    slice_fini(&slice);
    assert_false(context_remembers(tested.job.context, tested.pairs[0], 5000));
    assert_true(context_slice(tested.job.context, tested.pairs[0], 5000, 5000, &slice, NULL) !=
                WEIR_OK); /* not there yet */
    job_end(&tested.job);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_count_is_one_row_also_of_nothing),
        cmocka_unit_test(a_reduction_gives_one_row_and_none_of_nothing),
        cmocka_unit_test(glom_makes_a_list_of_each_partition),
        cmocka_unit_test(repartition_gives_exactly_so_many_partitions),
        cmocka_unit_test(joins_show_the_side_that_is_missing_as_null),
        cmocka_unit_test(a_fold_begins_with_its_zero_in_each_partition),
        cmocka_unit_test(groups_have_all_values_of_a_key),
        cmocka_unit_test(rows_go_where_a_partitioner_of_the_program_says),
        cmocka_unit_test(ranges_put_keys_in_order_across_partitions),
        cmocka_unit_test(values_change_and_keys_stay),
        cmocka_unit_test(a_checkpoint_keeps_rows_and_not_where_they_came_from),
        cmocka_unit_test(a_slice_has_both_ends_and_nothing_before_the_start),
    };

    log_set_level(LOG_OFF);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
