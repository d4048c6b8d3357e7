/* RDDs of a context, outside of any batch: what Spark's cases do not show. */
#include <ftw.h>
#include <math.h>
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
static char folder[64];

static int set_up(void **state)
{
    (void)state;
    log_set_level(LOG_OFF);
    strcpy(folder, "/tmp/weir-batch-XXXXXX");
    context = weir_context_create(&(struct weir_options){.workers = 2});
    return context == NULL || mkdtemp(folder) == NULL;
}

static int remove_entry(const char *path, const struct stat *known, int type, struct FTW *walk)
{
    (void)known;
    (void)type;
    (void)walk;
    return remove(path);
}

static int tear_down(void **state)
{
    (void)state;
    weir_context_destroy(context);
    return nftw(folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

/* Rows as text, "a b c", sorted by nothing. */
static const char *text_of(struct weir_rdd *rdd)
{
    static char out[4096];
    struct weir_rows rows;
    size_t size = 0;

    out[0] = '\0';
    if (weir_rdd_collect(rdd, &rows) != WEIR_OK) {
        return weir_context_error(context);
    }
    for (uint64_t i = 0; i < rows.count && size < sizeof(out); i++) {
        struct weir_value pair[2] = {rows.keys == NULL ? weir_null() : rows.keys[i],
                                     rows.values[i]};
        char *text = weir_value_text(rows.keys == NULL ? pair[1] : weir_tuple(pair, 2));
        size += (size_t)snprintf(out + size, sizeof(out) - size, "%s%s", i == 0 ? "" : " ", text);
        free(text);
    }
    weir_rows_free(&rows);
    return out;
}

static struct weir_rdd *numbers(int64_t end, int32_t partitions)
{
    return weir_rdd_range(context, 0, end, 1, partitions);
}

static void square(const struct weir_row *row, struct weir_emitter *out, struct weir_value argument)
{
    (void)argument;
    weir_emit(out, weir_int(weir_int_of(row->value) * weir_int_of(row->value)));
}

static void halve(const struct weir_row *row, struct weir_emitter *out, struct weir_value argument)
{
    (void)argument;
    weir_emit(out, weir_int(weir_int_of(row->value) / 2));
}

static void an_rdd_outlives_the_handle_it_was_derived_from(void **state)
{
    struct weir_rdd *from = numbers(4, 2);
    struct weir_rdd *squares = weir_rdd_map(from, WEIR_FUNCTION(square), weir_null());

    (void)state;
    assert_true(weir_rdd_id(squares) > weir_rdd_id(from));
    weir_rdd_drop(from);
    weir_rdd_drop(NULL);
    assert_string_equal(text_of(squares), "0 1 4 9");
    weir_rdd_drop(squares);
}

static void rdds_work_before_the_start_and_after_the_stop(void **state)
{
    struct weir_context *test = weir_test_context(1000);
    struct weir_queue *queue = weir_queue_create(test, "rows", false);
    struct weir_rdd *before = weir_rdd_range(test, 0, 10, 1, 3);
    uint64_t count = 0;

    (void)state;
    weir_capture(weir_queue_stream(queue));
    assert_int_equal(weir_rdd_count(before, &count), WEIR_OK);
    assert_int_equal(weir_start(test), WEIR_OK);
    assert_int_equal(weir_test_advance(test, 1), WEIR_OK);
    assert_int_equal(weir_stop(test, false), WEIR_OK);
    count = 0;
    assert_int_equal(weir_rdd_count(before, &count), WEIR_OK);
    assert_int_equal(count, 10);
    assert_int_equal(weir_rdd_count(weir_rdd_range(test, 0, 7, 1, 0), &count), WEIR_OK);
    assert_int_equal(count, 7);
    weir_context_destroy(test);
}

static void partitions_follow_the_options_or_the_largest_input(void **state)
{
    struct weir_context *asked =
        weir_context_create(&(struct weir_options){.workers = 2, .partitions = 5});
    struct weir_rdd *pairs = weir_rdd_key_by(numbers(20, 7), WEIR_FUNCTION(halve), weir_null());
    struct weir_rdd *other =
        weir_rdd_key_by(weir_rdd_range(asked, 0, 20, 1, 7), WEIR_FUNCTION(halve), weir_null());

    (void)state;
    assert_int_equal(weir_rdd_partitions_count(numbers(20, 0)), 2);
    assert_int_equal(weir_rdd_partitions_count(weir_rdd_group_by_key(pairs, 0)), 7);
    assert_int_equal(weir_rdd_partitions_count(weir_rdd_group_by_key(pairs, 3)), 3);
    assert_int_equal(weir_rdd_partitions_count(weir_rdd_group_by_key(other, 0)), 5);
    assert_string_equal(weir_rdd_partitioner(pairs), "none");
    assert_string_equal(weir_rdd_partitioner(weir_rdd_group_by_key(pairs, 0)), "hash");
    assert_string_equal(weir_rdd_partitioner(weir_rdd_sort_by_key(pairs, false, 3)), "range");
    assert_null(weir_rdd_union(pairs, other));
    assert_non_null(strstr(weir_context_error(context), "different contexts"));
    weir_context_destroy(asked);
}

static void rows_are_joined_numbered_and_split(void **state)
{
    struct weir_rdd *few = numbers(4, 2);
    struct weir_rdd *parts[2];
    const double weights[] = {1, 3};
    uint64_t counts[2];

    (void)state;
    assert_string_equal(
        text_of(weir_rdd_zip(few, weir_rdd_map(few, WEIR_FUNCTION(square), weir_null()))),
        "(0,0) (1,1) (2,4) (3,9)");
    assert_string_equal(text_of(weir_rdd_zip_with_index(numbers(3, 3))), "(0,0) (1,1) (2,2)");
    assert_string_equal(text_of(weir_rdd_zip_with_unique_id(few)), "(0,0) (1,2) (2,1) (3,3)");
    assert_string_equal(text_of(weir_rdd_group_by(few, WEIR_FUNCTION(halve), weir_null(), 1)),
                        "(0,[0, 1]) (1,[2, 3])");
    assert_string_equal(text_of(weir_rdd_coalesce(few, 1)), "0 1 2 3");
    assert_int_equal(weir_rdd_random_split(numbers(1000, 4), weights, 2, 42, parts), WEIR_OK);
    assert_int_equal(weir_rdd_count(parts[0], &counts[0]), WEIR_OK);
    assert_int_equal(weir_rdd_count(parts[1], &counts[1]), WEIR_OK);
    assert_int_equal(counts[0] + counts[1], 1000);
    assert_true(counts[0] > 150 && counts[0] < 350);
    assert_null(weir_rdd_sample(few, false, 2.0, 1));
    assert_non_null(strstr(weir_context_error(context), "weir_rdd_sample"));
}

static void text_and_objects_are_saved_and_read_again(void **state)
{
    struct weir_rdd *pairs = weir_rdd_key_by(numbers(4, 2), WEIR_FUNCTION(halve), weir_null());
    char path[128];

    (void)state;
    snprintf(path, sizeof(path), "%s/objects", folder);
    assert_int_equal(weir_rdd_save_as_object_file(pairs, path), WEIR_OK);
    assert_string_equal(text_of(weir_object_file(context, path, true)), "(0,0) (0,1) (1,2) (1,3)");
    assert_int_equal(weir_rdd_save_as_object_file(pairs, path), WEIR_E_INVAL);
    snprintf(path, sizeof(path), "%s/text", folder);
    assert_int_equal(weir_rdd_save_as_text_file(pairs, path), WEIR_OK);
    assert_string_equal(text_of(weir_text_file(context, path)), "(0,0) (0,1) (1,2) (1,3)");
    assert_int_equal(weir_rdd_partitions_count(weir_whole_text_files(context, path)), 2);
    strcat(path, "/part-00000");
    assert_string_equal(text_of(weir_binary_records(context, path, 6)), "(0,0)\n (0,1)\n");
    assert_null(weir_binary_records(context, path, 0));
}

static void a_checkpoint_is_read_by_another_context(void **state)
{
    struct weir_rdd *squares = weir_rdd_map(numbers(4, 2), WEIR_FUNCTION(square), weir_null());
    struct weir_context *later = weir_context_create(&(struct weir_options){.workers = 2});
    uint64_t count = 0;

    (void)state;
    assert_int_equal(weir_rdd_checkpoint(squares), WEIR_E_INVAL);
    assert_int_equal(weir_set_checkpoint_dir(context, folder), WEIR_OK);
    assert_int_equal(weir_rdd_checkpoint(squares), WEIR_OK);
    assert_null(weir_rdd_checkpoint_file(squares));
    assert_string_equal(text_of(squares), "0 1 4 9");
    assert_true(weir_rdd_is_checkpointed(squares));
    struct weir_rdd *again = weir_checkpoint_file(later, weir_rdd_checkpoint_file(squares));
    assert_int_equal(weir_rdd_count(again, &count), WEIR_OK);
    assert_int_equal(count, 4);
    weir_context_destroy(later);
}

static void names_and_lineage_are_shown(void **state)
{
    struct weir_rdd *grouped =
        weir_rdd_group_by(numbers(4, 2), WEIR_FUNCTION(halve), weir_null(), 0);
    bool is_shuffle = false;
    char *text;

    (void)state;
    assert_string_equal(weir_rdd_name(grouped), "");
    assert_int_equal(weir_rdd_set_name(grouped, "halves"), WEIR_OK);
    assert_string_equal(weir_rdd_name(grouped), "halves");
    text = weir_rdd_to_debug_string(grouped);
    assert_int_equal(strncmp(text, "halves: (2) ", 12), 0);
    assert_non_null(strstr(text, "range"));
    free(text);
    assert_int_equal(weir_rdd_dependencies_count(grouped), 1);
    assert_non_null(weir_rdd_dependency(grouped, 0, &is_shuffle));
    assert_null(weir_rdd_dependency(grouped, 1, NULL));
    assert_null(weir_rdd_to_debug_string(NULL));
    assert_int_equal(weir_rdd_partitions_count(NULL), 0);
}

static void numbers_are_summed_up(void **state)
{
    struct weir_stats stats;
    char *text;
    double sum;

    (void)state;
    assert_int_equal(weir_rdd_stats(weir_rdd_range(context, 1, 5, 1, 2), &stats), WEIR_OK);
    text = weir_stats_text(&stats);
    assert_string_equal(
        text, "(count: 4, mean: 2.500000, stdev: 1.118034, max: 4.000000, min: 1.000000)");
    free(text);
    assert_true(weir_variance(&stats) == 1.25);
    assert_int_equal(weir_rdd_stats(weir_rdd_empty(context), &stats), WEIR_OK);
    assert_true(isnan(weir_variance(&stats)));
    assert_int_equal(weir_rdd_sum(weir_rdd_empty(context), &sum), WEIR_OK);
    assert_true(sum == 0.0);
}

static void a_failure_is_told_once_through_a_chain(void **state)
{
    struct weir_rdd *plain = numbers(4, 2);
    struct weir_rdd *none = weir_rdd_map_values(plain, WEIR_FUNCTION(square), weir_null());
    struct weir_rows rows;

    (void)state;
    assert_null(none);
    assert_null(weir_rdd_join(weir_rdd_group_by_key(none, 0), plain, 0));
    assert_int_equal(weir_rdd_collect(none, &rows), WEIR_E_INVAL);
    assert_string_equal(weir_context_error(context),
                        "weir_rdd_map_values: it takes pairs, and was given plain rows");
    assert_null(weir_rdd_values(context, NULL, 3, 1));
    assert_null(weir_rdd_prune(plain, (const uint32_t[]){2}, 1));
    assert_null(weir_rdd_range(context, 0, 10, 0, 1));
    assert_non_null(strstr(weir_context_error(context), "weir_rdd_range: "));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_rdd_outlives_the_handle_it_was_derived_from, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(rdds_work_before_the_start_and_after_the_stop, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(partitions_follow_the_options_or_the_largest_input, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(rows_are_joined_numbered_and_split, set_up, tear_down),
        cmocka_unit_test_setup_teardown(text_and_objects_are_saved_and_read_again, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_checkpoint_is_read_by_another_context, set_up, tear_down),
        cmocka_unit_test_setup_teardown(names_and_lineage_are_shown, set_up, tear_down),
        cmocka_unit_test_setup_teardown(numbers_are_summed_up, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_failure_is_told_once_through_a_chain, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
