/* What transform and foreach functions do with the RDDs that they are given. */
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
static struct weir_queue *queue;

static int set_up(void **state)
{
    (void)state;
    log_set_level(LOG_OFF);
    context = weir_test_context(1000);
    queue = weir_queue_create(context, "lines", false);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    weir_context_destroy(context);
    return 0;
}

static void push(const char *text)
{
    struct weir_value value = weir_text(text);

    assert_int_equal(weir_queue_push(queue, &value, 1), WEIR_OK);
}

static void run(uint64_t batches)
{
    if (weir_start(context) != WEIR_OK) {
        fail_msg("%s", weir_context_error(context));
    }
    assert_int_equal(weir_test_advance(context, batches), WEIR_OK);
}

static void expect_failure(const char *part)
{
    assert_true(weir_await_termination_or_timeout(context, 0) < 0);
    if (strstr(weir_context_error(context), part) == NULL) {
        fail_msg("\"%s\" is not in: %s", part, weir_context_error(context));
    }
}

/* "<argument>:<row>" */
static void mark(const struct weir_row *row, struct weir_emitter *out, struct weir_value argument)
{
    uint32_t size = weir_size_of(argument) + 1 + weir_size_of(row->value);
    char *text = weir_emitter_memory(out, size);

    memcpy(text, weir_bytes_of(&argument), weir_size_of(argument));
    text[weir_size_of(argument)] = ':';
    memcpy(text + weir_size_of(argument) + 1, weir_bytes_of(&row->value), weir_size_of(row->value));
    weir_emit(out, weir_text_bytes(text, size));
}

/* Derives with an argument that is gone when it returns. */
static struct weir_rdd *mark_with_time(struct weir_rdd *rdd, int64_t time_ms,
                                       struct weir_value argument)
{
    char text[64];
    struct weir_rdd *marked;

    (void)argument;
    snprintf(text, sizeof(text), "the batch of %lld ms", (long long)time_ms);
    marked = weir_rdd_map(rdd, WEIR_FUNCTION(mark), weir_text(text));
    memset(text, '?', sizeof(text));
    return marked;
}

static void an_argument_lives_as_long_as_what_was_derived_with_it(void **state)
{
    struct weir_stream *marked =
        weir_transform(weir_queue_stream(queue), WEIR_FUNCTION(mark_with_time), weir_null());
    struct weir_capture *rows = weir_capture(weir_window(marked, "2s", NULL));

    (void)state;
    push("one");
    run(1);
    push("two");
    assert_int_equal(weir_test_advance(context, 2), WEIR_OK);
    assert_string_equal(weir_capture_text(rows, 2000),
                        "the batch of 1000 ms:one\nthe batch of 2000 ms:two\n");
    assert_string_equal(weir_capture_text(rows, 3000), "the batch of 2000 ms:two\n");
}

static bool is_long(const struct weir_row *row, struct weir_value argument)
{
    return weir_size_of(row->value) > (uint32_t)weir_int_of(argument);
}

/* A whole batch program: filter, split, count, the two most frequent, with the longest. */
static struct weir_rdd *frequent(struct weir_rdd *lines, int64_t time_ms,
                                 struct weir_value argument)
{
    struct weir_rdd *filtered = weir_rdd_filter(lines, WEIR_FUNCTION(is_long), weir_int(3));
    struct weir_rdd *words = weir_rdd_flat_map(filtered, WEIR_SPLIT, weir_null());
    struct weir_rdd *ones = weir_rdd_map_to_pair(words, WEIR_WITH_ONE, weir_null());
    struct weir_rdd *counts = weir_rdd_reduce_by_key(ones, WEIR_SUM, weir_null(), 0);

    (void)time_ms;
    (void)argument;
    return weir_rdd_union(weir_rdd_top(counts, 2), weir_rdd_top(counts, 1));
}

static void rdds_are_derived_inside_of_a_transform(void **state)
{
    struct weir_capture *rows = weir_capture(
        weir_transform(weir_queue_stream(queue), WEIR_FUNCTION(frequent), weir_null()));

    (void)state;
    push("to be or not to be to");
    push("no");
    push("be that as it may");
    run(2);
    assert_string_equal(weir_capture_text(rows, 1000), "(be,3)\n(to,3)\n(be,3)\n");
    assert_string_equal(weir_capture_text(rows, 2000), "");
    assert_int_equal(weir_await_termination_or_timeout(context, 0), WEIR_AGAIN);
}

static struct {
    uint64_t count;
    uint64_t taken;
    uint64_t rows;
    bool has_keys;
    char first[64];
    char last[64];
} seen;

static void show(const struct weir_rows *rows, uint64_t row, char *out, size_t size)
{
    char *text = weir_value_text(rows->values[row]);

    snprintf(out, size, "%s", text);
    free(text);
}

static int32_t look(struct weir_rdd *rdd, int64_t time_ms, struct weir_value argument)
{
    struct weir_rows rows;

    (void)argument;
    if (time_ms > 1000) {
        return WEIR_OK;
    }
    assert_int_equal(weir_rdd_count(rdd, &seen.count), WEIR_OK);
    assert_int_equal(weir_rdd_take(rdd, 2, &rows), WEIR_OK);
    seen.taken = rows.count;
    weir_rows_free(&rows);
    assert_int_equal(weir_rdd_take(rdd, 0, &rows), WEIR_OK);
    assert_int_equal(rows.count, 0);
    weir_rows_free(&rows);
    assert_int_equal(weir_rdd_collect(rdd, &rows), WEIR_OK);
    seen.rows = rows.count;
    seen.has_keys = rows.keys != NULL;
    show(&rows, 0, seen.first, sizeof(seen.first));
    show(&rows, rows.count - 1, seen.last, sizeof(seen.last));
    weir_rows_free(&rows);
    weir_rows_free(&rows);
    weir_rows_free(NULL);
    return WEIR_OK;
}

static void rows_are_counted_taken_and_collected(void **state)
{
    (void)state;
    memset(&seen, 0, sizeof(seen));
    weir_foreach_rdd(weir_queue_stream(queue), WEIR_FUNCTION(look), weir_null());
    push("the first, which is long");
    push("b");
    push("c");
    run(2);
    assert_int_equal(seen.count, 3);
    assert_int_equal(seen.taken, 2);
    assert_int_equal(seen.rows, 3);
    assert_false(seen.has_keys);
    assert_string_equal(seen.first, "the first, which is long");
    assert_string_equal(seen.last, "c");
}

static struct weir_rdd *give_null(struct weir_rdd *rdd, int64_t time_ms, struct weir_value argument)
{
    (void)rdd;
    (void)time_ms;
    (void)argument;
    return NULL;
}

static void a_transform_that_returns_null_fails_the_batch(void **state)
{
    (void)state;
    weir_capture(weir_name(
        weir_transform(weir_queue_stream(queue), WEIR_FUNCTION(give_null), weir_null()), "none"));
    run(1);
    expect_failure("transform of stream none returned no RDD");
}

static struct weir_rdd *reduce_plain(struct weir_rdd *rdd, int64_t time_ms,
                                     struct weir_value argument)
{
    (void)time_ms;
    (void)argument;
    return weir_rdd_top(weir_rdd_reduce_by_key(rdd, WEIR_SUM, weir_null(), 0), 1);
}

static void the_first_failed_derivation_is_told(void **state)
{
    (void)state;
    weir_capture(
        weir_transform(weir_queue_stream(queue), WEIR_FUNCTION(reduce_plain), weir_null()));
    push("plain");
    run(1);
    expect_failure("weir_rdd_reduce_by_key: it takes pairs, and was given plain rows");
}

static struct weir_rdd *wrong_kind(struct weir_rdd *rdd, int64_t time_ms,
                                   struct weir_value argument)
{
    (void)time_ms;
    (void)argument;
    return weir_rdd_filter(rdd, WEIR_FUNCTION(mark), weir_null());
}

static void a_function_of_the_wrong_kind_is_refused(void **state)
{
    (void)state;
    weir_capture(weir_transform(weir_queue_stream(queue), WEIR_FUNCTION(wrong_kind), weir_null()));
    run(1);
    expect_failure("\"mark\" is a function of rows, a test of rows is wanted");
}

static struct weir_rdd *wrong_argument(struct weir_rdd *rdd, int64_t time_ms,
                                       struct weir_value argument)
{
    (void)time_ms;
    (void)argument;
    return weir_rdd_map(rdd, WEIR_LOWER, weir_int(3));
}

static void an_argument_that_a_built_in_does_not_take_is_refused(void **state)
{
    (void)state;
    weir_capture(
        weir_transform(weir_queue_stream(queue), WEIR_FUNCTION(wrong_argument), weir_null()));
    run(1);
    expect_failure("the function \"lower\" refuses its argument");
}

static char folder[64];

static int32_t save(struct weir_rdd *rdd, int64_t time_ms, struct weir_value argument)
{
    (void)time_ms;
    (void)argument;
    return weir_rdd_save_as_text_file(rdd, folder);
}

static void an_rdd_is_saved_once_only(void **state)
{
    char parent[] = "/tmp/weir-test-XXXXXX";
    char path[96];
    char command[128];
    char line[16] = "";
    FILE *file;

    (void)state;
    assert_non_null(mkdtemp(parent));
    snprintf(folder, sizeof(folder), "%s/out", parent);
    weir_foreach_rdd(weir_queue_stream(queue), WEIR_FUNCTION(save), weir_null());
    push("saved");
    run(1);
    assert_int_equal(weir_await_termination_or_timeout(context, 0), WEIR_AGAIN);
    snprintf(path, sizeof(path), "%s/part-00000", folder);
    file = fopen(path, "r");
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof(line), file));
    fclose(file);
    assert_string_equal(line, "saved\n");
    snprintf(path, sizeof(path), "%s/_SUCCESS", folder);
    assert_int_equal(access(path, F_OK), 0);
    assert_int_equal(weir_test_advance(context, 1), WEIR_OK);
    expect_failure("is there already");
    snprintf(command, sizeof(command), "rm -rf %s", parent);
    assert_int_equal(system(command), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_argument_lives_as_long_as_what_was_derived_with_it),
        TEST(rdds_are_derived_inside_of_a_transform),
        TEST(rows_are_counted_taken_and_collected),
        TEST(a_transform_that_returns_null_fails_the_batch),
        TEST(the_first_failed_derivation_is_told),
        TEST(a_function_of_the_wrong_kind_is_refused),
        TEST(an_argument_that_a_built_in_does_not_take_is_refused),
        TEST(an_rdd_is_saved_once_only),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
