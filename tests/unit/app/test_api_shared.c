/* Broadcast values and accumulators, as functions on workers use them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <weir/test.h>

#include "base/log.h"

static struct weir_context *context;

static int set_up(void **state)
{
    (void)state;
    log_set_level(LOG_OFF);
    context = weir_context_create(&(struct weir_options){.workers = 4});
    return context == NULL;
}

static int tear_down(void **state)
{
    (void)state;
    weir_context_destroy(context);
    return 0;
}

static int64_t int_of(struct weir_accumulator *accumulator)
{
    struct weir_rows rows;

    assert_int_equal(weir_accumulator_value(accumulator, &rows), WEIR_OK);
    int64_t number = weir_int_of(rows.values[0]);
    weir_rows_free(&rows);
    return number;
}

static void add_row(const struct weir_row *row, struct weir_emitter *out,
                    struct weir_value argument)
{
    (void)out;
    weir_accumulator_add(weir_accumulator_of(argument), row->value);
}

static void pass_on(const struct weir_row *row, struct weir_emitter *out,
                    struct weir_value argument)
{
    weir_accumulator_add(weir_accumulator_of(argument), weir_int(1));
    weir_emit(out, row->value);
}

static _Atomic int failures_left;

static void add_and_fail_at_first(const struct weir_row *row, struct weir_emitter *out,
                                  struct weir_value argument)
{
    weir_accumulator_add(weir_accumulator_of(argument), weir_int(1));
    if (weir_int_of(row->value) == 77 && failures_left > 0) {
        failures_left--;
        weir_emit_error(out, "not yet");
    }
}

static void an_action_s_rows_count_once_on_any_number_of_threads(void **state)
{
    struct weir_accumulator *sum = weir_accumulator_create(context, "sum", WEIR_SUM, weir_int(0));
    struct weir_rdd *numbers = weir_rdd_range(context, 0, 10000, 1, 64);

    (void)state;
    assert_string_equal(weir_accumulator_name(sum), "sum");
    assert_int_equal(
        weir_rdd_foreach(numbers, WEIR_FUNCTION(add_row), weir_accumulator_argument(sum)), WEIR_OK);
    assert_int_equal(int_of(sum), 49995000);
    weir_accumulator_reset(sum);
    assert_int_equal(int_of(sum), 0);
    assert_int_equal(weir_accumulator_add(sum, weir_int(5)), WEIR_OK);
    assert_int_equal(int_of(sum), 5);
    weir_accumulator_destroy(sum);
}

static void a_task_that_fails_adds_nothing_until_it_succeeds(void **state)
{
    struct weir_accumulator *rows = weir_accumulator_create(context, NULL, WEIR_SUM, weir_int(0));
    struct weir_rdd *numbers = weir_rdd_range(context, 0, 1000, 1, 10);

    (void)state;
    failures_left = 3; /* the fourth try is the last one */
    assert_int_equal(weir_rdd_foreach(numbers, WEIR_FUNCTION(add_and_fail_at_first),
                                      weir_accumulator_argument(rows)),
                     WEIR_OK);
    assert_int_equal(failures_left, 0);
    assert_int_equal(int_of(rows), 1000);
}

static void what_a_transformation_adds_counts_each_time_it_is_computed(void **state)
{
    struct weir_accumulator *rows = weir_accumulator_create(context, "rows", WEIR_SUM, weir_int(0));
    struct weir_rdd *passed = weir_rdd_map(weir_rdd_range(context, 0, 100, 1, 4),
                                           WEIR_FUNCTION(pass_on), weir_accumulator_argument(rows));
    uint64_t count;

    (void)state;
    assert_int_equal(weir_rdd_count(passed, &count), WEIR_OK);
    assert_int_equal(weir_rdd_count(passed, &count), WEIR_OK);
    assert_int_equal(int_of(rows), 200);
    assert_int_equal(weir_rdd_cache(passed), WEIR_OK);
    assert_int_equal(weir_rdd_count(passed, &count), WEIR_OK);
    assert_int_equal(weir_rdd_count(passed, &count), WEIR_OK);
    assert_int_equal(int_of(rows), 300);
}

/* Lists, one behind the other. */
static struct weir_value append(struct weir_value left, struct weir_value right,
                                struct weir_emitter *memory, struct weir_value argument)
{
    uint32_t count = weir_size_of(left) + weir_size_of(right);
    struct weir_value *items = weir_emitter_memory(memory, count * sizeof(*items));

    (void)argument;
    for (uint32_t i = 0; i < count; i++) {
        items[i] = i < weir_size_of(left) ? left.items[i] : right.items[i - weir_size_of(left)];
    }
    return weir_list(items, count);
}

static void add_text(const struct weir_row *row, struct weir_emitter *out,
                     struct weir_value argument)
{
    char text[64];

    (void)out;
    snprintf(text, sizeof(text), "a text of its own for %lld", (long long)weir_int_of(row->value));
    struct weir_value item = weir_text(text);
    weir_accumulator_add(weir_accumulator_of(argument), weir_list(&item, 1));
}

static void values_of_any_kind_are_collected(void **state)
{
    struct weir_accumulator *texts =
        weir_accumulator_create(context, "texts", WEIR_FUNCTION(append), weir_list(NULL, 0));
    struct weir_rows rows;
    uint64_t seen = 0;

    (void)state;
    assert_int_equal(weir_rdd_foreach(weir_rdd_range(context, 0, 500, 1, 8),
                                      WEIR_FUNCTION(add_text), weir_accumulator_argument(texts)),
                     WEIR_OK);
    assert_int_equal(weir_accumulator_value(texts, &rows), WEIR_OK);
    assert_int_equal(weir_size_of(rows.values[0]), 500);
    for (uint32_t i = 0; i < 500; i++) {
        const char *text = weir_bytes_of(&rows.values[0].items[i]);
        seen += strtoull(text + strlen("a text of its own for "), NULL, 10);
    }
    assert_int_equal(seen, 499 * 500 / 2);
    weir_rows_free(&rows);
}

/* The name of the number in a table, looked up in a broadcast map. */
static void name_of(const struct weir_row *row, struct weir_emitter *out,
                    struct weir_value argument)
{
    struct weir_value table = weir_broadcast_of(argument);

    for (uint32_t i = 0; i < weir_size_of(table); i++) {
        if (weir_value_compare(&table.items[(size_t)2 * i], &row->value) == 0) {
            weir_emit(out, table.items[2 * i + 1]);
            return;
        }
    }
    weir_emit_error(out, "there is no such number");
}

static void a_broadcast_value_is_read_by_functions(void **state)
{
    char one[] = "the first of all the numbers";
    const struct weir_value items[] = {weir_int(1), weir_text(one), weir_int(2), weir_text("two")};
    struct weir_broadcast *table = weir_broadcast_create(context, weir_map_value(items, 2));
    struct weir_rdd *names = weir_rdd_map(weir_rdd_range(context, 1, 3, 1, 2),
                                          WEIR_FUNCTION(name_of), weir_broadcast_argument(table));
    struct weir_rows rows;

    (void)state;
    memset(one, '?', sizeof(one)); /* it was copied */
    assert_int_equal(weir_rdd_collect(names, &rows), WEIR_OK);
    char *text = weir_value_text(rows.values[0]);
    assert_string_equal(text, "the first of all the numbers");
    free(text);
    weir_rows_free(&rows);

    struct weir_value argument = weir_broadcast_argument(table);
    weir_broadcast_destroy(table);
    assert_true(weir_is_null(weir_broadcast_of(argument)));
    assert_int_equal(weir_rdd_collect(names, &rows), WEIR_E_INVAL);
}

static void an_argument_that_is_none_gives_none(void **state)
{
    struct weir_broadcast *broadcast = weir_broadcast_create(context, weir_int(1));

    (void)state;
    assert_null(weir_accumulator_of(weir_null()));
    assert_null(weir_accumulator_of(weir_int(0)));
    assert_null(weir_accumulator_of(weir_int(-7)));
    assert_null(weir_accumulator_of(weir_broadcast_argument(broadcast)));
    assert_true(weir_is_null(weir_broadcast_of(weir_text("what"))));
    assert_int_equal(weir_accumulator_add(NULL, weir_int(1)), WEIR_E_INVAL);
    assert_null(weir_accumulator_create(context, "no", weir_builtin("no_such"), weir_int(0)));
    assert_string_equal(weir_context_error(context),
                        "weir_accumulator_create: there is no function \"no_such\"");
    assert_null(weir_broadcast_create(NULL, weir_int(1)));
}

static void there_is_an_end_to_how_many_there_are(void **state)
{
    struct weir_broadcast *last = NULL;
    uint32_t count = 0;

    (void)state;
    do {
        last = weir_broadcast_create(context, weir_int(count));
        count += last != NULL;
    } while (last != NULL);
    assert_int_equal(count, WEIR_SHARED_MAX);
    assert_non_null(strstr(weir_context_error(context), "there can be no more"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_action_s_rows_count_once_on_any_number_of_threads,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_task_that_fails_adds_nothing_until_it_succeeds, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_a_transformation_adds_counts_each_time_it_is_computed,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(values_of_any_kind_are_collected, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_broadcast_value_is_read_by_functions, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_argument_that_is_none_gives_none, set_up, tear_down),
        cmocka_unit_test_setup_teardown(there_is_an_end_to_how_many_there_are, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
