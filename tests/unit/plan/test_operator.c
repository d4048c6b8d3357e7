/* test_operator - the table of operators. */
#include "plan/operator.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void every_kind_has_its_class(void **state)
{
    (void)state;
    for (int kind = 0; kind < OPERATORS_COUNT; kind++) {
        const struct operator_class *class = operator_class_of((enum operator_kind)kind);
        assert_int_equal(class->kind, kind);
        assert_non_null(class->name);
        assert_non_null(class->summary);
        assert_true(class->inputs_min <= class->inputs_max);
        assert_true(class->has_function == (class->function_kind != WEIR_FUNCTION_NAMED));
    }
}

static void every_listed_name_finds_its_class_and_no_other(void **state)
{
    size_t count;
    const char *const *names = operator_names(&count);

    (void)state;
    assert_int_equal(count, OPERATORS_COUNT - 2);
    for (size_t i = 0; i < count; i++) {
        assert_non_null(operator_find(names[i]));
        assert_string_equal(operator_find(names[i])->name, names[i]);
        for (size_t j = 0; j < i; j++) {
            assert_ptr_not_equal(operator_find(names[i]), operator_find(names[j]));
        }
    }
}

static void sources_and_outputs_are_not_found_by_name(void **state)
{
    (void)state;
    assert_null(operator_find("source"));
    assert_null(operator_find("output"));
    assert_null(operator_find("flatmap"));
    assert_null(operator_find(""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_has_its_class),
        cmocka_unit_test(every_listed_name_finds_its_class_and_no_other),
        cmocka_unit_test(sources_and_outputs_are_not_found_by_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
