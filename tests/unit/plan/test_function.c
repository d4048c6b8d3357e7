/* test_function - the registry: names to functions. */
#include "plan/function.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/fault.h"

static void twice(const struct weir_row *row, struct weir_emitter *out, struct weir_value argument)
{
    (void)argument;
    weir_emit(out, row->value);
    weir_emit(out, row->value);
}

static void never(const struct weir_row *row, struct weir_emitter *out, struct weir_value argument)
{
    (void)row;
    (void)out;
    (void)argument;
}

static bool is_long(const struct weir_row *row, struct weir_value argument)
{
    return weir_size_of(row->value) > weir_int_of(argument);
}

static const struct function sum = {.call = {.name = "sum"}, .kind = WEIR_FUNCTION_REDUCE};
static const struct function lower = {.call = {.name = "lower"}, .kind = WEIR_FUNCTION_ROW};
static const struct function second_sum = {.call = {.name = "sum"}, .kind = WEIR_FUNCTION_ROW};

static int create(void **state)
{
    struct function_registry *registry;

    if (function_registry_create(&registry, NULL) != WEIR_OK) {
        return -1;
    }
    *state = registry;
    return 0;
}

static int destroy(void **state)
{
    function_registry_destroy(*state);
    return 0;
}

static void a_name_finds_its_function(void **state)
{
    struct function_registry *registry = *state;
    weir_error error = {0};
    char name[] = "twice";

    assert_null(function_find(registry, "twice"));
    assert_int_equal(function_register(registry, weir_function_of_row(name, twice), &error),
                     WEIR_OK);
    memset(name, 'x', sizeof(name) - 1);
    assert_ptr_equal(function_find(registry, "twice")->call.row, twice);
    assert_int_equal(function_find(registry, "twice")->kind, WEIR_FUNCTION_ROW);
    assert_int_equal(function_register_builtin(registry, &sum, &error), WEIR_OK);
    assert_ptr_equal(function_find(registry, "sum"), &sum);
}

static void the_programs_own_stands_before_a_built_in(void **state)
{
    struct function_registry *registry = *state;

    assert_int_equal(function_register_builtin(registry, &lower, NULL), WEIR_OK);
    assert_int_equal(function_register(registry, weir_function_of_row("lower", twice), NULL),
                     WEIR_OK);
    assert_ptr_equal(function_find(registry, "lower")->call.row, twice);
}

static void a_name_stands_for_one_function_only(void **state)
{
    struct function_registry *registry = *state;
    weir_error error = {0};

    assert_int_equal(function_register(registry, weir_function_of_row("f", twice), &error),
                     WEIR_OK);
    assert_int_equal(function_register(registry, weir_function_of_row("f", twice), &error),
                     WEIR_OK);
    assert_int_equal(function_register(registry, weir_function_of_row("f", never), &error),
                     WEIR_E_INVAL);
    assert_non_null(strstr(error.msg, "\"f\""));
    assert_int_equal(function_register(registry, weir_function_of_test("f", is_long), &error),
                     WEIR_E_INVAL);
    assert_ptr_equal(function_find(registry, "f")->call.row, twice);
    assert_int_equal(function_register_builtin(registry, &sum, &error), WEIR_OK);
    assert_int_equal(function_register_builtin(registry, &sum, &error), WEIR_OK);
    assert_int_equal(function_register_builtin(registry, &second_sum, &error), WEIR_E_INVAL);
    assert_ptr_equal(function_find(registry, "sum"), &sum);
}

static void a_name_with_nothing_behind_it_is_refused(void **state)
{
    struct function_registry *registry = *state;
    weir_error error = {0};

    assert_int_equal(function_register(registry, weir_builtin("sum"), &error), WEIR_E_INVAL);
    assert_int_equal(function_register(registry, weir_function_of_row("f", NULL), &error),
                     WEIR_E_INVAL);
    assert_int_equal(function_register(registry, weir_function_of_row(NULL, twice), &error),
                     WEIR_E_INVAL);
    assert_int_equal(function_register(registry, weir_function_of_row("", twice), &error),
                     WEIR_E_INVAL);
}

static void list(const struct function *function, void *owner)
{
    char *listed = owner;

    strcat(listed, function->call.name);
    strcat(listed, " ");
}

static void functions_are_listed_by_kind_in_the_order_of_names(void **state)
{
    struct function_registry *registry = *state;
    char listed[256] = "";

    assert_int_equal(function_register_builtin(registry, &lower, NULL), WEIR_OK);
    assert_int_equal(function_register_builtin(registry, &sum, NULL), WEIR_OK);
    assert_int_equal(function_register(registry, weir_function_of_row("z", twice), NULL), WEIR_OK);
    assert_int_equal(function_register(registry, weir_function_of_row("a", never), NULL), WEIR_OK);
    assert_int_equal(function_register(registry, weir_function_of_test("t", is_long), NULL),
                     WEIR_OK);
    function_each(registry, WEIR_FUNCTION_ROW, list, listed);
    assert_string_equal(listed, "a lower z ");
    listed[0] = '\0';
    function_each(registry, WEIR_FUNCTION_FOREACH, list, listed);
    assert_string_equal(listed, "");
}

static void a_hidden_built_in_is_not_listed(void **state)
{
    struct function_registry *registry = *state;
    char listed[256] = "";

    assert_int_equal(function_register_builtin(registry, &sum, NULL), WEIR_OK);
    assert_int_equal(function_register(registry, weir_function_of_row("sum", twice), NULL),
                     WEIR_OK);
    function_each(registry, WEIR_FUNCTION_REDUCE, list, listed);
    assert_string_equal(listed, "");
    function_each(registry, WEIR_FUNCTION_ROW, list, listed);
    assert_string_equal(listed, "sum ");
}

static weir_status fill(struct function_registry **out)
{
    struct function_registry *registry = NULL;
    weir_status status = function_registry_create(&registry, NULL);

    if (status != WEIR_OK) {
        return status;
    }
    status = function_register_builtin(registry, &sum, NULL);
    if (status == WEIR_OK) {
        status = function_register(registry, weir_function_of_row("f", twice), NULL);
    }
    if (status != WEIR_OK) {
        assert_null(function_find(registry, "f"));
        function_registry_destroy(registry);
        return status;
    }
    *out = registry;
    return WEIR_OK;
}

static void want_of_memory_leaves_nothing_half_registered(void **state)
{
    struct function_registry *registry = NULL;
    int failures = 0;

    (void)state;
    for (;; failures++) {
        fault_arm(failures);
        weir_status status = fill(&registry);
        if (!fault_disarm()) {
            assert_int_equal(status, WEIR_OK);
            break;
        }
        assert_int_equal(status, WEIR_E_NOMEM);
    }
    assert_true(failures >= 4); /* the registry, two maps, the arena */
    function_registry_destroy(registry);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_name_finds_its_function, create, destroy),
        cmocka_unit_test_setup_teardown(the_programs_own_stands_before_a_built_in, create, destroy),
        cmocka_unit_test_setup_teardown(a_name_stands_for_one_function_only, create, destroy),
        cmocka_unit_test_setup_teardown(a_name_with_nothing_behind_it_is_refused, create, destroy),
        cmocka_unit_test_setup_teardown(functions_are_listed_by_kind_in_the_order_of_names, create,
                                        destroy),
        cmocka_unit_test_setup_teardown(a_hidden_built_in_is_not_listed, create, destroy),
        cmocka_unit_test(want_of_memory_leaves_nothing_half_registered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
