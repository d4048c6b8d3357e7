/* Programs on a queue and a manual clock. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <weir/test.h>

/* Splits at single blanks. */
static void split(const struct weir_row *line, struct weir_emitter *out, struct weir_value argument)
{
    const char *text = weir_bytes_of(&line->value);
    uint32_t size = weir_size_of(line->value);
    uint32_t first = 0;

    (void)argument;
    for (uint32_t i = 0; i <= size; i++) {
        if (i == size || text[i] == ' ') {
            if (i > first) {
                char *word = weir_emitter_memory(out, i - first);
                memcpy(word, text + first, i - first);
                weir_emit(out, weir_text_bytes(word, i - first));
            }
            first = i + 1;
        }
    }
}

static struct weir_stream *pairs_of(struct weir_stream *words)
{
    return weir_map_to_pair(words, WEIR_WITH_ONE, weir_null());
}

/* Batch n has the words "all", n % 5 times "five", and "w<n>" twice. */
static void push_batch(struct weir_queue *queue, unsigned n)
{
    char lines[3][64];
    struct weir_value values[3];

    snprintf(lines[0], sizeof(lines[0]), "all w%u", n);
    snprintf(lines[1], sizeof(lines[1]), "%.*s", (int)(n % 5) * 5, "five five five five ");
    snprintf(lines[2], sizeof(lines[2]), "  w%u ", n);
    for (unsigned i = 0; i < 3; i++) {
        values[i] = weir_text(lines[i]);
    }
    assert_int_equal(weir_queue_push(queue, values, 3), WEIR_OK);
}

/* What the last 10 batches up to n come to, sorted, as the loop over them finds it. */
static void expect_window(char *text, size_t size, unsigned n)
{
    unsigned first = n > 10 ? n - 9 : 1;
    unsigned fives = 0;
    size_t at = 0;
    char names[10][16];
    unsigned count = 0;

    for (unsigned i = first; i <= n; i++) {
        fives += i % 5;
        snprintf(names[count++], sizeof(names[0]), "w%u", i);
    }
    qsort(names, count, sizeof(names[0]), (int (*)(const void *, const void *))strcmp);
    at += (size_t)snprintf(text + at, size - at, "(all,%u)\n", n - first + 1);
    if (fives > 0) {
        at += (size_t)snprintf(text + at, size - at, "(five,%u)\n", fives);
    }
    for (unsigned i = 0; i < count; i++) {
        at += (size_t)snprintf(text + at, size - at, "(%s,2)\n", names[i]);
    }
}

static void a_windowed_word_count_is_exact_for_fifty_batches(void **state)
{
    struct weir_context *context = weir_test_context(1000);
    struct weir_queue *queue = weir_queue_create(context, "lines", true);
    struct weir_stream *words =
        weir_flat_map(weir_queue_stream(queue), WEIR_FUNCTION(split), weir_null());
    struct weir_capture *counts = weir_capture(
        weir_reduce_by_key_and_window(pairs_of(words), WEIR_SUM, weir_null(), "10s", "2s"));
    char wanted[512];

    (void)state;
    for (unsigned n = 1; n <= 50; n++) {
        push_batch(queue, n);
    }
    assert_int_equal(weir_start(context), WEIR_OK);
    assert_int_equal(weir_test_advance(context, 50), WEIR_OK);
    assert_int_equal(weir_capture_count(counts), 25);
    for (unsigned n = 1; n <= 50; n++) {
        const char *text = weir_capture_sorted_text(counts, (int64_t)n * 1000);
        if (n % 2 != 0) {
            assert_null(text); /* the window slides by two batches */
            continue;
        }
        expect_window(wanted, sizeof(wanted), n);
        assert_string_equal(text, wanted);
    }
    weir_context_destroy(context);
}

static void push_numbers(struct weir_queue *queue, int64_t first, int64_t last)
{
    struct weir_value values[8];
    uint32_t count = 0;

    for (int64_t i = first; i <= last; i++) {
        values[count++] = weir_int(i);
    }
    assert_int_equal(weir_queue_push(queue, values, count), WEIR_OK);
}

static void one_pushed_batch_is_taken_each_interval(void **state)
{
    struct weir_context *context = weir_test_context(500);
    struct weir_queue *queue = weir_queue_create(context, NULL, true);
    struct weir_capture *rows = weir_capture(weir_queue_stream(queue));

    (void)state;
    push_numbers(queue, 1, 2);
    push_numbers(queue, 3, 3);
    assert_int_equal(weir_start(context), WEIR_OK);
    assert_int_equal(weir_test_advance(context, 3), WEIR_OK);
    assert_string_equal(weir_capture_text(rows, 500), "1\n2\n");
    assert_string_equal(weir_capture_text(rows, 1000), "3\n");
    assert_string_equal(weir_capture_text(rows, 1500), ""); /* empty, and yet a batch */
    push_numbers(queue, 7, 8);
    assert_int_equal(weir_test_advance_ms(context, 500), WEIR_OK);
    assert_string_equal(weir_capture_text(rows, 2000), "7\n8\n");
    weir_context_destroy(context);
}

static void all_that_waits_is_taken_together(void **state)
{
    struct weir_context *context = weir_test_context(1000);
    struct weir_queue *queue = weir_queue_create(context, "numbers", false);
    struct weir_capture *rows = weir_capture(weir_queue_stream(queue));

    (void)state;
    push_numbers(queue, 1, 2);
    push_numbers(queue, 3, 3);
    assert_int_equal(weir_start(context), WEIR_OK);
    assert_int_equal(weir_test_advance(context, 1), WEIR_OK);
    assert_string_equal(weir_capture_text(rows, 1000), "1\n2\n3\n");
    weir_context_destroy(context);
}

static void a_queue_of_pairs_feeds_what_takes_pairs(void **state)
{
    struct weir_context *context = weir_test_context(1000);
    struct weir_queue *queue = weir_queue_create(context, "pairs", true);
    struct weir_capture *sums =
        weir_capture(weir_reduce_by_key(weir_queue_stream(queue), WEIR_SUM, weir_null()));
    const struct weir_value keys[] = {weir_text("a"), weir_text("b"), weir_text("a")};
    const struct weir_value values[] = {weir_int(1), weir_int(2), weir_float(3)};

    (void)state;
    assert_int_equal(weir_queue_push_pairs(queue, keys, values, 3), WEIR_OK);
    assert_int_equal(weir_start(context), WEIR_OK);
    assert_int_equal(weir_test_advance(context, 2), WEIR_OK);
    assert_string_equal(weir_capture_sorted_text(sums, 1000), "(a,4.0)\n(b,2)\n");
    assert_string_equal(weir_capture_text(sums, 2000), "");
    const struct weir_rows *rows = weir_capture_rows(sums, 1000);
    assert_int_equal(rows->count, 2);
    assert_non_null(rows->keys);
    weir_context_destroy(context);
}

static void a_queue_takes_one_sort_of_rows_only(void **state)
{
    struct weir_context *context = weir_test_context(1000);
    struct weir_queue *queue = weir_queue_create(context, "mixed", true);
    struct weir_value one = weir_int(1);

    (void)state;
    assert_int_equal(weir_queue_push(queue, &one, 1), WEIR_OK);
    assert_int_equal(weir_queue_push_pairs(queue, &one, &one, 1), WEIR_E_INVAL);
    assert_string_equal(weir_context_error(context),
                        "push to queue mixed: it takes plain rows, not pairs");
    assert_int_equal(weir_queue_push(queue, NULL, 1), WEIR_E_INVAL);
    assert_int_equal(weir_queue_push(queue, NULL, 0), WEIR_OK); /* an empty batch */
    weir_context_destroy(context);
}

static void what_was_pushed_may_change_afterwards(void **state)
{
    struct weir_context *context = weir_test_context(1000);
    struct weir_queue *queue = weir_queue_create(context, "texts", true);
    struct weir_capture *rows = weir_capture(weir_queue_stream(queue));
    char text[] = "a text that is longer than twelve bytes";
    struct weir_value value = weir_text(text);

    (void)state;
    assert_int_equal(weir_queue_push(queue, &value, 1), WEIR_OK);
    memset(text, 'x', sizeof(text) - 1);
    assert_int_equal(weir_start(context), WEIR_OK);
    assert_int_equal(weir_test_advance(context, 1), WEIR_OK);
    assert_string_equal(weir_capture_text(rows, 1000), "a text that is longer than twelve bytes\n");
    weir_context_destroy(context);
}

static void nothing_is_taken_after_the_end_or_the_stop(void **state)
{
    struct weir_context *context = weir_test_context(1000);
    struct weir_queue *ended = weir_queue_create(context, "ended", true);
    struct weir_queue *stopped = weir_queue_create(context, "stopped", true);
    struct weir_value one = weir_int(1);

    (void)state;
    weir_print(weir_queue_stream(ended), 1);
    weir_capture(weir_queue_stream(stopped));
    weir_queue_end(ended);
    assert_int_equal(weir_queue_push(ended, &one, 1), WEIR_STOPPING);
    assert_int_equal(weir_start(context), WEIR_OK);
    assert_int_equal(weir_stop(context, false), WEIR_OK);
    assert_int_equal(weir_queue_push(stopped, &one, 1), WEIR_STOPPING);
    weir_context_destroy(context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_windowed_word_count_is_exact_for_fifty_batches),
        cmocka_unit_test(one_pushed_batch_is_taken_each_interval),
        cmocka_unit_test(all_that_waits_is_taken_together),
        cmocka_unit_test(a_queue_of_pairs_feeds_what_takes_pairs),
        cmocka_unit_test(a_queue_takes_one_sort_of_rows_only),
        cmocka_unit_test(what_was_pushed_may_change_afterwards),
        cmocka_unit_test(nothing_is_taken_after_the_end_or_the_stop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
