/* The operators of one batch through the public calls: their errors, forms, and what they keep. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>
#include <weir/test.h>

#include "base/log.h"

static struct weir_context *context;
static struct weir_queue *numbers_queue;
static struct weir_queue *pairs_queue;
static struct weir_stream *numbers;
static struct weir_stream *pairs;

static int set_up(void **state)
{
    (void)state;
    log_set_level(LOG_OFF);
    context = weir_test_context(1000);
    numbers_queue = weir_queue_create(context, "numbers", false);
    pairs_queue = weir_queue_create(context, "pairs", false);
    numbers = weir_queue_stream(numbers_queue);
    pairs = weir_queue_stream(pairs_queue);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    weir_context_destroy(context);
    return 0;
}

static void expect(const char *text, const char *part)
{
    if (strstr(text, part) == NULL) {
        fail_msg("\"%s\" is not in:\n%s", part, text);
    }
}

static void push_pair(const char *key, int64_t value)
{
    struct weir_value keys[] = {weir_text(key)};
    struct weir_value values[] = {weir_int(value)};

    assert_int_equal(weir_queue_push_pairs(pairs_queue, keys, values, 1), WEIR_OK);
}

static struct weir_rdd *first_of(struct weir_rdd *const *rdds, uint32_t count, int64_t time_ms,
                                 struct weir_value argument)
{
    (void)count;
    (void)time_ms;
    (void)argument;
    return rdds[0];
}

static struct weir_rdd *none_of(struct weir_rdd *const *rdds, uint32_t count, int64_t time_ms,
                                struct weir_value argument)
{
    (void)rdds;
    (void)count;
    (void)time_ms;
    (void)argument;
    return NULL;
}

static void every_misuse_is_told_with_the_stream_s_name(void **state)
{
    struct weir_stream *plain = weir_name(weir_map(numbers, WEIR_LOWER, weir_null()), "plain");
    struct weir_stream *slow = weir_name(weir_window(pairs, "2s", "2s"), "slow");
    const char *text;

    (void)state;
    weir_print(weir_name(weir_repartition(numbers, 0), "spread"), 10);
    weir_print(weir_name(weir_group_by_key(plain), "groups"), 10);
    weir_print(weir_name(weir_join(pairs, plain), "joined"), 10);
    weir_print(weir_name(weir_join(pairs, slow), "uneven"), 10);
    weir_print(
        weir_name(weir_transform_with(pairs, slow, WEIR_FUNCTION(first_of), weir_null()), "with"),
        10);
    weir_print(weir_name(weir_partitions(weir_count(numbers), 3), "counted"), 10);
    weir_print(weir_name(weir_partitioner(weir_glom(numbers), WEIR_BY_RANGE, weir_null()), "glom"),
               10);
    weir_print(weir_name(weir_combine_by_key(pairs, WEIR_SUM, WEIR_SUM, WEIR_LOWER, weir_null()),
                         "combined"),
               10);
    weir_print(weir_name(weir_persist(weir_count(numbers), "EVERYWHERE"), "kept"), 10);
    weir_print(weir_name(weir_checkpoint(weir_count(slow), "1s"), "often"), 10);
    weir_print(weir_name(weir_checkpoint(weir_count(slow), "3s"), "odd"), 10);
    weir_print(weir_transform_all(NULL, 0, WEIR_FUNCTION(first_of), weir_null()), 10);

    assert_int_equal(weir_start(context), WEIR_E_CONFIG);
    text = weir_context_error(context);
    expect(text, "number of partitions (0) of \"spread\" must be positive");
    expect(text, "\"groups\" is a groupByKey and takes pairs, but \"plain\" gives plain rows");
    expect(text, "\"joined\" is a join and takes pairs, but \"plain\" gives plain rows");
    expect(text, "\"uneven\" reads streams of different slide durations");
    expect(text, "\"with\" reads streams of different slide durations");
    expect(text, "/operators/counted/partitions: count takes no partitions");
    expect(text, "/operators/glom/partitioner: glom takes no partitioner");
    expect(text, "/operators/combined/create: \"sum\" is a reduce function");
    expect(text, "/operators/combined/combine: \"lower\" is a function of rows");
    expect(text, "/operators/kept/persist: ");
    expect(text, "the checkpoint interval 1s of \"often\" is lower than its slide duration 2s");
    expect(text, "the checkpoint interval 3s of \"odd\" is not a multiple of its slide duration");
}

static void nothing_of_a_stream_changes_after_the_start(void **state)
{
    struct weir_stream *counts = weir_count(numbers);

    (void)state;
    weir_capture(counts);
    assert_null(weir_stream_slice(counts, 1000, 1000));
    expect(weir_context_error(context), "has not been initialized");
    assert_int_equal(weir_start(context), WEIR_OK);
    assert_ptr_equal(weir_persist(counts, "MEMORY_ONLY"), counts);
    expect(weir_context_error(context), "cannot change the storage level of a stream after");
    assert_ptr_equal(weir_checkpoint(counts, "1s"), counts);
    expect(weir_context_error(context), "cannot change the checkpoint interval of a stream after");
    assert_ptr_equal(weir_partitions(counts, 2), counts);
    expect(weir_context_error(context), "after the start is not supported");
    assert_string_equal(weir_storage_level(counts), "NONE");
    assert_int_equal(weir_test_advance(context, 1), WEIR_OK);
}

static void a_transform_of_several_streams_must_give_an_rdd(void **state)
{
    struct weir_stream *none =
        weir_name(weir_transform_with(numbers, pairs, WEIR_FUNCTION(none_of), weir_null()), "none");

    (void)state;
    weir_capture(none);
    assert_int_equal(weir_start(context), WEIR_OK);
    assert_int_equal(weir_test_advance(context, 1), WEIR_OK);
    assert_true(weir_await_termination_or_timeout(context, 0) < 0);
    expect(weir_context_error(context), "transform of stream none returned no RDD");
}

static void a_batch_without_an_rdd_gives_nothing_and_fails_what_wants_one(void **state)
{
    struct weir_capture *counts = weir_capture(weir_count(numbers));
    struct weir_capture *window = weir_capture(weir_window(numbers, "2s", NULL));
    struct weir_value one = weir_int(1);

    (void)state;
    weir_capture(weir_name(weir_union((struct weir_stream *[]){numbers, pairs}, 2), "both"));
    assert_int_equal(weir_start(context), WEIR_OK);
    assert_int_equal(weir_queue_push(numbers_queue, &one, 1), WEIR_OK);
    assert_int_equal(weir_test_advance(context, 1), WEIR_OK);
    assert_int_equal(weir_await_termination_or_timeout(context, 0), WEIR_AGAIN);
    assert_int_equal(weir_test_push_none(numbers_queue), WEIR_OK);
    assert_int_equal(weir_test_advance(context, 1), WEIR_OK);
    assert_true(weir_await_termination_or_timeout(context, 0) < 0);
    expect(weir_context_error(context),
           "stream both at 2000 ms: couldn't generate RDD from parent numbers at time 2000 ms");
    assert_null(weir_capture_text(counts, 2000));
    assert_string_equal(weir_capture_text(window, 2000), "1\n");
    assert_int_equal(weir_test_advance(context, 1), WEIR_OK);
    assert_string_equal(weir_capture_text(counts, 3000), "0\n");
}

static void plain_rows_of_a_program_s_transform_are_no_pairs(void **state)
{
    struct weir_stream *made =
        weir_transform_with(numbers, pairs, WEIR_FUNCTION(first_of), weir_null());
    struct weir_value one = weir_int(1);

    (void)state;
    weir_capture(weir_name(weir_group_by_key(made), "groups"));
    assert_int_equal(weir_queue_push(numbers_queue, &one, 1), WEIR_OK);
    assert_int_equal(weir_start(context), WEIR_OK);
    assert_int_equal(weir_test_advance(context, 1), WEIR_OK);
    assert_true(weir_await_termination_or_timeout(context, 0) < 0);
    expect(weir_context_error(context), "stream groups at 1000 ms: groupByKey wants pairs");
}

/* A sum as a list of the values seen: a combiner of another kind than the values. */
static struct weir_value to_list(struct weir_value value, struct weir_emitter *memory,
                                 struct weir_value argument)
{
    struct weir_value *items = weir_emitter_memory(memory, sizeof(*items));

    (void)argument;
    items[0] = value;
    return weir_list(items, 1);
}

static struct weir_value lists_joined(struct weir_value left, struct weir_value right,
                                      struct weir_emitter *memory, struct weir_value argument)
{
    uint32_t left_count = weir_size_of(left);
    bool is_list = weir_kind_of(right) == WEIR_LIST;
    uint32_t right_count = is_list ? weir_size_of(right) : 1;
    struct weir_value *items =
        weir_emitter_memory(memory, (left_count + right_count) * sizeof(*items));

    (void)argument;
    for (uint32_t i = 0; i < left_count; i++) {
        items[i] = left.items[i];
    }
    for (uint32_t i = 0; i < right_count; i++) {
        items[left_count + i] = is_list ? right.items[i] : right;
    }
    return weir_list(items, left_count + right_count);
}

static void keys_are_combined_within_partitions_and_then_across(void **state)
{
    struct weir_stream *combined =
        weir_combine_by_key(pairs, WEIR_FUNCTION(to_list), WEIR_FUNCTION(lists_joined),
                            WEIR_FUNCTION(lists_joined), weir_null());
    struct weir_stream *aggregated =
        weir_aggregate_by_key(pairs, weir_list(NULL, 0), WEIR_FUNCTION(lists_joined),
                              WEIR_FUNCTION(lists_joined), weir_null());
    struct weir_stream *folded = weir_fold_by_key(pairs, weir_int(10), WEIR_SUM, weir_null());
    struct weir_capture *captures[] = {weir_capture(combined), weir_capture(aggregated),
                                       weir_capture(weir_partitions(folded, 1))};

    (void)state;
    push_pair("a", 1); /* a partition each */
    push_pair("a", 2);
    assert_int_equal(weir_start(context), WEIR_OK);
    assert_int_equal(weir_test_advance(context, 1), WEIR_OK);
    assert_string_equal(weir_capture_text(captures[0], 1000), "(a,[1, 2])\n");
    assert_string_equal(weir_capture_text(captures[1], 1000), "(a,[1, 2])\n");
    assert_string_equal(weir_capture_text(captures[2], 1000), "(a,23)\n");
}

static void length_of_row(const struct weir_row *row, struct weir_emitter *out,
                          struct weir_value argument)
{
    (void)argument;
    weir_emit(out, weir_int(weir_size_of(row->value)));
}

static void twice(const struct weir_row *row, struct weir_emitter *out, struct weir_value argument)
{
    (void)argument;
    weir_emit_pair(out, row->value, weir_int(1));
    weir_emit_pair(out, row->value, weir_int(2));
}

static void rows_become_pairs_by_their_key_or_of_several(void **state)
{
    struct weir_capture *keyed =
        weir_capture(weir_key_by(numbers, WEIR_FUNCTION(length_of_row), weir_null()));
    struct weir_capture *twos =
        weir_capture(weir_flat_map_to_pair(numbers, WEIR_FUNCTION(twice), weir_null()));
    struct weir_value word = weir_text("word");

    (void)state;
    assert_int_equal(weir_queue_push(numbers_queue, &word, 1), WEIR_OK);
    assert_int_equal(weir_start(context), WEIR_OK);
    assert_int_equal(weir_test_advance(context, 1), WEIR_OK);
    assert_string_equal(weir_capture_text(keyed, 1000), "(4,word)\n");
    assert_string_equal(weir_capture_text(twos, 1000), "(word,1)\n(word,2)\n");
}

static void object_files_can_be_read_back(void **state)
{
    char folder[] = "/tmp/weir-objects-XXXXXX";
    char prefix[64];
    char path[96];
    struct weir_rows rows;

    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(prefix, sizeof(prefix), "%s/sums", folder);
    snprintf(path, sizeof(path), "%s-1000.obj", prefix);
    weir_save_as_object_files(pairs, prefix, "obj");
    push_pair("a", 1);
    push_pair("b", 2);
    assert_int_equal(weir_start(context), WEIR_OK);
    assert_int_equal(weir_test_advance(context, 1), WEIR_OK);
    assert_int_equal(weir_await_termination_or_timeout(context, 0), WEIR_AGAIN);
    assert_int_equal(weir_rdd_collect(weir_object_file(context, path, true), &rows), WEIR_OK);
    assert_int_equal(rows.count, 2);
    assert_int_equal(weir_int_of(rows.values[1]), 2);
    weir_rows_free(&rows);
    snprintf(path, sizeof(path), "rm -r %s", folder);
    assert_int_equal(system(path), 0);
}

static struct weir_stream *kept; /* what the function below looks at */

/* Rows of this batch and the one before, by a slice from inside of a batch. */
static struct weir_rdd *with_last(struct weir_rdd *rdd, int64_t time_ms, struct weir_value argument)
{
    struct weir_rdds *rdds = weir_stream_slice(kept, time_ms - 1000, time_ms);
    uint32_t count = weir_rdds_count(rdds);

    (void)argument;
    assert_int_equal(count, time_ms == 1000 ? 1 : 2);
    weir_rdds_free(rdds);
    return rdd;
}

static void a_transform_may_slice_a_stream(void **state)
{
    (void)state;
    kept = weir_count(numbers);
    weir_capture(weir_transform(kept, WEIR_FUNCTION(with_last), weir_null()));
    assert_int_equal(weir_remember(context, "5s"), WEIR_OK);
    assert_int_equal(weir_start(context), WEIR_OK);
    assert_int_equal(weir_test_advance(context, 2), WEIR_OK);
    assert_int_equal(weir_await_termination_or_timeout(context, 0), WEIR_AGAIN);
    assert_true(weir_test_remembers(kept, 2000));
    assert_int_equal(weir_remembered_ms(kept), 5000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_misuse_is_told_with_the_stream_s_name, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(nothing_of_a_stream_changes_after_the_start, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_transform_of_several_streams_must_give_an_rdd, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(
            a_batch_without_an_rdd_gives_nothing_and_fails_what_wants_one, set_up, tear_down),
        cmocka_unit_test_setup_teardown(plain_rows_of_a_program_s_transform_are_no_pairs, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(keys_are_combined_within_partitions_and_then_across, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(rows_become_pairs_by_their_key_or_of_several, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(object_files_can_be_read_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_transform_may_slice_a_stream, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
