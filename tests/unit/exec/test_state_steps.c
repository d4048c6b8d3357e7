/* test_state_steps - one batch's step of states and windows, and what functions may do in it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "exec/lineage_state.h"
#include "exec/state_object.h"
#include "lib/exec_rows.h"

#include <cmocka.h>

static struct executor *executor;

/* Value 1 adds one to the state, 2 removes it, any other does nothing. */
static void count_or_remove(struct weir_value key, const struct weir_value *value,
                            struct weir_state *state, struct weir_emitter *out, int64_t time_ms,
                            struct weir_value argument)
{
    (void)argument;
    (void)time_ms;
    if (value == NULL) {
        weir_emit(out, key);
    } else if (value->integer == 1) {
        state_object_update(state,
                            weir_int(state->exists ? state_object_get(state).integer + 1 : 0));
    } else if (value->integer == 2) {
        state_object_remove(state);
    }
}

/* The value names the mistake. */
static void do_wrong(struct weir_value key, const struct weir_value *value,
                     struct weir_state *state, struct weir_emitter *out, int64_t time_ms,
                     struct weir_value argument)
{
    int64_t mistake = value == NULL ? argument.integer : value->integer;

    (void)key;
    (void)out;
    (void)time_ms;
    if (mistake == 1) {
        (void)state_object_get(state);
    } else if (mistake == 2 || mistake == 3) {
        state_object_remove(state);
    }
    if (mistake == 2 || mistake == 4) {
        state_object_update(state, weir_int(1));
    } else if (mistake == 3 || mistake == 5) {
        state_object_remove(state);
    }
}

static struct function function_of(struct weir_function call)
{
    return (struct function){.call = call, .kind = call.kind};
}

static struct rdd *rows(const char *json)
{
    return exec_leaf(&json, 1, true);
}

/* The state as "key=state@time ..." in no order but the keys' first coming. */
static void expect_states(const struct rdd *state, const char *wanted)
{
    char got[512] = "";

    for (uint32_t partition = 0; partition < state->partitions_count; partition++) {
        const struct state_map *map = rdd_state_map(state, partition);
        struct state_edit edit;
        assert_int_equal(state_edit_begin(&edit, (struct state_map *)(uintptr_t)map, NULL),
                         WEIR_OK);
        for (uint32_t entry = 0; entry < state_edit_entries(&edit); entry++) {
            struct weir_value key = state_edit_key(&edit, entry);
            struct weir_value value;
            int64_t time_ms;
            if (state_edit_get(&edit, entry, &value, &time_ms)) {
                snprintf(got + strlen(got), sizeof(got) - strlen(got), "%.*s=%lld@%lld ",
                         (int)weir_size_of(key), weir_bytes_of(&key), (long long)value.integer,
                         (long long)time_ms);
            }
        }
        state_edit_fini(&edit);
    }
    assert_string_equal(got, wanted);
}

static struct rdd *load(void)
{
    const struct weir_value keys[] = {weir_text("k1"), weir_text("k2")};
    const struct weir_value values[] = {weir_int(0), weir_int(0)};
    struct rdd *state;

    assert_int_equal(state_load(keys, values, 2, 123, partitioner_hash(1), &state, NULL), WEIR_OK);
    return state;
}

static weir_status try_map(struct rdd *state, const char *json, weir_state_function call,
                           int64_t before_ms, struct rdd **out, char **mapped_text,
                           weir_error *error)
{
    struct function function = function_of(weir_function_of_state("call", call));
    struct rdd *batch = rows(json);
    struct rdd *mapped;
    struct state_rows step = {.state = state,
                              .rows = batch,
                              .function = &function,
                              .argument = weir_int(4),
                              .time_ms = 345,
                              .partitioner = partitioner_hash(1),
                              .drops_idle = before_ms > 0,
                              .idle_before_ms = before_ms};

    weir_status status = state_map_rows(executor, &step, out, &mapped, error);
    if (status == WEIR_OK) {
        *mapped_text = exec_text(executor, mapped);
        rdd_drop(mapped);
    }
    rdd_drop(batch);
    return status;
}

static struct rdd *map(struct rdd *state, const char *json)
{
    struct rdd *out = NULL;
    char *text = NULL;

    assert_int_equal(try_map(state, json, count_or_remove, 0, &out, &text, NULL), WEIR_OK);
    assert_string_equal(text, "");
    mem_free(text);
    return out;
}

static void each_step_makes_a_version_and_leaves_the_one_before(void **unused)
{
    static const struct {
        int base; /* -1: the initial one */
        const char *rows;
        const char *wanted;
    } steps[] = {
        {-1, "[]", "k1=0@123 k2=0@123 "},
        {-1, "[[\"k1\", 0]]", "k1=0@123 k2=0@123 "},
        {-1, "[[\"k3\", 0]]", "k1=0@123 k2=0@123 "},
        {-1, "[[\"k3\", 1]]", "k1=0@123 k2=0@123 k3=0@345 "},
        {3, "[[\"k4\", 1]]", "k1=0@123 k2=0@123 k3=0@345 k4=0@345 "},
        {-1, "[[\"k1\", 1]]", "k1=1@345 k2=0@123 "},
        {5, "[[\"x\", 0], [\"k2\", 1], [\"k2\", 1], [\"k3\", 1]]", "k1=1@345 k2=2@345 k3=0@345 "},
        {6, "[[\"k3\", 1]]", "k1=1@345 k2=2@345 k3=1@345 "},
        {-1, "[[\"k1\", 2]]", "k2=0@123 "},
        {8, "[[\"k2\", 2], [\"k0\", 2], [\"k3\", 1]]", "k3=0@345 "},
        {9, "[[\"k3\", 2]]", ""},
    };
    enum { COUNT = sizeof(steps) / sizeof(steps[0]) };
    struct rdd *initial = load();
    struct rdd *made[COUNT];

    (void)unused;
    for (int i = 0; i < COUNT; i++) {
        made[i] = map(steps[i].base < 0 ? initial : made[steps[i].base], steps[i].rows);
    }
    expect_states(initial, "k1=0@123 k2=0@123 ");
    for (int i = 0; i < COUNT; i++) {
        expect_states(made[i], steps[i].wanted);
        rdd_drop(made[i]);
    }
    rdd_drop(initial);
}

static void an_idle_key_is_shown_once_and_goes(void **unused)
{
    struct rdd *initial = load();
    struct rdd *next;
    char *text;

    (void)unused;
    assert_int_equal(try_map(initial, "[[\"k2\", 1]]", count_or_remove, 123, &next, &text, NULL),
                     WEIR_OK);
    assert_string_equal(text, ""); /* as old as the limit is not too old */
    mem_free(text);
    rdd_drop(next);
    assert_int_equal(try_map(initial, "[[\"k2\", 1]]", count_or_remove, 124, &next, &text, NULL),
                     WEIR_OK);
    assert_string_equal(text, "k1");
    expect_states(next, "k2=1@345 ");
    mem_free(text);
    rdd_drop(next);
    rdd_drop(initial);
}

static void a_wrong_use_of_a_state_fails_the_step_and_says_why(void **unused)
{
    static const struct {
        const char *rows;
        const char *wanted;
    } mistakes[] = {
        {"[[\"k9\", 1]]", "the state is not set"},
        {"[[\"k1\", 2]]", "the state was removed: it cannot be updated any more"},
        {"[[\"k1\", 3]]", "the state was removed already"},
    };
    struct rdd *initial = load();
    struct rdd *next = NULL;
    char *text = NULL;

    (void)unused;
    for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
        weir_error error = {.struct_size = sizeof(error)};
        assert_int_not_equal(try_map(initial, mistakes[i].rows, do_wrong, 0, &next, &text, &error),
                             WEIR_OK);
        assert_non_null(strstr(error.msg, mistakes[i].wanted));
        expect_states(initial, "k1=0@123 k2=0@123 ");
    }
    weir_error error = {.struct_size = sizeof(error)};
    assert_int_not_equal(try_map(initial, "[]", do_wrong, 200, &next, &text, &error), WEIR_OK);
    assert_non_null(strstr(error.msg, "the state is timing out: it cannot be updated"));
    rdd_drop(initial);
}

/* Adds the values; a negative sum removes the key. */
static bool add_up(struct weir_update *update, struct weir_emitter *memory,
                   struct weir_value argument)
{
    int64_t sum = update->has_state ? update->state.integer : 0;

    (void)memory;
    for (uint32_t i = 0; i < update->values_count; i++) {
        sum += update->values[i].integer;
    }
    update->state = weir_int(update->values_count == 0 ? sum + argument.integer : sum);
    return sum >= 0;
}

static struct rdd *update(struct rdd *state, const char *json)
{
    struct function function = function_of(WEIR_FUNCTION(add_up));
    struct rdd *batch = json == NULL ? NULL : rows(json);
    const struct state_update step = {.state = state,
                                      .rows = batch,
                                      .function = &function,
                                      .argument = weir_int(100),
                                      .time_ms = 1000,
                                      .partitioner = partitioner_hash(1)};
    struct rdd *out;

    assert_int_equal(state_update(executor, &step, &out, NULL), WEIR_OK);
    rdd_drop(batch);
    return out;
}

static void an_update_sees_every_key_also_without_new_values(void **unused)
{
    struct rdd *first = update(NULL, "[[\"a\", 1], [\"b\", 2], [\"a\", 3]]");
    struct rdd *second = update(first, "[[\"b\", -5], [\"c\", 7]]");
    struct rdd *third = update(second, NULL);

    (void)unused;
    exec_expect(executor, first, "(a,4) (b,2)");
    exec_expect(executor, second, "(a,104) (c,7)");
    exec_expect(executor, third, "(a,204) (c,107)");
    rdd_drop(first);
    rdd_drop(second);
    rdd_drop(third);
}

static struct weir_value subtract(struct weir_value left, struct weir_value right,
                                  struct weir_emitter *memory, struct weir_value argument)
{
    (void)memory;
    (void)argument;
    return weir_int(left.integer - right.integer);
}

static bool is_not_zero(const struct weir_row *row, struct weir_value argument)
{
    (void)argument;
    return row->value.integer != 0;
}

static weir_status try_slide(struct rdd *state, const char *left, const char *come, bool has_filter,
                             struct rdd **out, weir_error *error)
{
    struct function inverse = function_of(WEIR_FUNCTION(subtract));
    struct function filter = function_of(WEIR_FUNCTION(is_not_zero));
    struct rdd *left_rows = left == NULL ? NULL : rows(left);
    struct rdd *come_rows = come == NULL ? NULL : rows(come);
    const struct state_slide step = {.state = state,
                                     .left = left_rows,
                                     .come = come_rows,
                                     .reduce = exec_builtin("sum"),
                                     .inverse = &inverse,
                                     .filter = has_filter ? &filter : NULL,
                                     .partitioner = partitioner_hash(1)};
    weir_status status = state_slide(executor, &step, out, error);

    rdd_drop(left_rows);
    rdd_drop(come_rows);
    return status;
}

static struct rdd *slide(struct rdd *state, const char *left, const char *come, bool has_filter)
{
    struct rdd *out = NULL;

    assert_int_equal(try_slide(state, left, come, has_filter, &out, NULL), WEIR_OK);
    return out;
}

static void a_slide_takes_off_what_left_and_then_adds_what_came(void **unused)
{
    struct rdd *first = slide(NULL, NULL, "[[\"a\", 1], [\"b\", 2]]", false);
    struct rdd *second = slide(first, "[[\"a\", 1]]", "[[\"a\", 5], [\"c\", 3]]", false);
    struct rdd *third = slide(second, "[[\"b\", 2], [\"a\", 5]]", NULL, false);
    struct rdd *fourth = slide(second, "[[\"b\", 2], [\"a\", 5]]", "[[\"a\", 1]]", true);

    (void)unused;
    exec_expect(executor, first, "(a,1) (b,2)");
    exec_expect(executor, second, "(a,5) (b,2) (c,3)");
    exec_expect(executor, third, "(a,0) (b,0) (c,3)");
    exec_expect(executor, fourth, "(a,1) (c,3)");
    rdd_drop(first);
    rdd_drop(second);
    rdd_drop(third);
    rdd_drop(fourth);
}

static void a_key_that_leaves_a_window_it_was_not_in_fails_the_slide(void **unused)
{
    struct rdd *first = slide(NULL, NULL, "[[\"a\", 1]]", true);
    struct rdd *second = slide(first, "[[\"z\", 1]]", "[[\"z\", 4]]", true);
    struct rdd *out = NULL;
    weir_error error = {.struct_size = sizeof(error)};

    (void)unused;
    exec_expect(executor, second, "(a,1) (z,4)"); /* what came stands for it */
    assert_int_not_equal(try_slide(first, "[[\"z\", 1]]", "[[\"a\", 4]]", true, &out, &error),
                         WEIR_OK);
    assert_non_null(strstr(error.msg, "key z leaves the window"));
    rdd_drop(first);
    rdd_drop(second);
}

static int start(void **unused)
{
    (void)unused;
    executor = exec_start(2, 0);
    return 0;
}

static int stop(void **unused)
{
    (void)unused;
    executor_destroy(executor);
    exec_forget();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_step_makes_a_version_and_leaves_the_one_before),
        cmocka_unit_test(an_idle_key_is_shown_once_and_goes),
        cmocka_unit_test(a_wrong_use_of_a_state_fails_the_step_and_says_why),
        cmocka_unit_test(an_update_sees_every_key_also_without_new_values),
        cmocka_unit_test(a_slide_takes_off_what_left_and_then_adds_what_came),
        cmocka_unit_test(a_key_that_leaves_a_window_it_was_not_in_fails_the_slide),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
