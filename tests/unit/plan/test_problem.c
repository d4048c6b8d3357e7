/* test_problem - problems and suggestions. */
#include "plan/problem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/fault.h"
#include "base/mem.h"

static void problems_keep_copies_of_what_they_are_told(void **state)
{
    struct problems problems;
    char pointer[] = "/operators/counts/slide";
    char help[] = "use \"4s\"";
    struct problem *problem;

    (void)state;
    problems_init(&problems);
    assert_null(problems_last(&problems));
    problems_add(&problems, PROBLEM_ERROR, "E031", pointer, help, "slide %d of %s", 5, "counts");
    memset(pointer, 'x', sizeof(pointer) - 1);
    memset(help, 'x', sizeof(help) - 1);
    problem = problems_last(&problems);
    assert_string_equal(problem->code, "E031");
    assert_string_equal(problem->pointer, "/operators/counts/slide");
    assert_string_equal(problem->help, "use \"4s\"");
    assert_string_equal(problem->message, "slide 5 of counts");
    assert_int_equal(problem->offset, -1);
    assert_false(problem->is_at_key);
    problems_fini(&problems);
}

static void warnings_are_no_errors(void **state)
{
    struct problems problems;
    char *text;

    (void)state;
    problems_init(&problems);
    problems_add(&problems, PROBLEM_WARNING, "W101", "/operators/x", NULL, "unused");
    assert_false(problems_have_errors(&problems));
    text = problems_text(&problems);
    assert_string_equal(text, "");
    mem_free(text);
    problems_add(&problems, PROBLEM_ERROR, "E032", "", NULL, "no output");
    assert_true(problems_have_errors(&problems));
    assert_int_equal(problems.errors_count, 1);
    assert_int_equal(problems.count, 2);
    problems_fini(&problems);
}

static void errors_as_text_are_a_line_each(void **state)
{
    struct problems problems;
    char *text;

    (void)state;
    problems_init(&problems);
    problems_add(&problems, PROBLEM_ERROR, "E031", "/operators/a/slide", "use \"4s\"", "wrong");
    problems_add(&problems, PROBLEM_WARNING, "W101", "/operators/b", NULL, "unused");
    problems_add(&problems, PROBLEM_ERROR, "E032", "", NULL, "no output");
    text = problems_text(&problems);
    assert_string_equal(text, "E031 /operators/a/slide: wrong; use \"4s\"\n"
                              "E032: no output\n");
    mem_free(text);
    problems_fini(&problems);
}

static void a_list_that_is_not_whole_is_an_error(void **state)
{
    struct problems problems;
    int failures = 0;

    (void)state;
    for (;; failures++) {
        problems_init(&problems);
        fault_arm(failures);
        problems_add(&problems, PROBLEM_WARNING, "W101", "/a", "help", "text");
        if (!fault_disarm()) {
            assert_false(problems_have_errors(&problems));
            problems_fini(&problems);
            break;
        }
        assert_true(problems_have_errors(&problems));
        assert_null(problems_last(&problems));
        char *text = problems_text(&problems);
        assert_non_null(strstr(text, "no memory"));
        mem_free(text);
        problems_fini(&problems);
    }
    assert_true(failures >= 2); /* the texts' slab, the list */
}

static void a_name_is_suggested_for_what_looks_like_it(void **state)
{
    static const char *const names[] = {"map", "flatMap", "filter", "reduceByKey", "window"};

    (void)state;
    assert_string_equal(problem_suggestion("flatmap", names, 5), "flatMap");
    assert_string_equal(problem_suggestion("fliter", names, 5), "filter");
    assert_string_equal(problem_suggestion("filtr", names, 5), "filter");
    assert_string_equal(problem_suggestion("REDUCEBYKEYS", names, 5), "reduceByKey");
    assert_string_equal(problem_suggestion("mp", names, 5), "map");
    assert_string_equal(problem_suggestion("amp", names, 5), "map"); /* a swap is one step */
    assert_null(problem_suggestion("sql", names, 5));
    assert_null(problem_suggestion("wnd", names, 5)); /* 3 away, 1 is allowed */
    assert_null(problem_suggestion("map", names, 0));
}

static void very_long_names_are_not_compared(void **state)
{
    char longest[66];
    const char *names[1] = {longest};

    (void)state;
    memset(longest, 'a', sizeof(longest));
    longest[64] = '\0';
    assert_ptr_equal(problem_suggestion(longest, names, 1), longest);
    longest[64] = 'a';
    longest[65] = '\0';
    assert_null(problem_suggestion(longest, names, 1));
    assert_null(problem_suggestion("a", names, 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(problems_keep_copies_of_what_they_are_told),
        cmocka_unit_test(warnings_are_no_errors),
        cmocka_unit_test(errors_as_text_are_a_line_each),
        cmocka_unit_test(a_list_that_is_not_whole_is_an_error),
        cmocka_unit_test(a_name_is_suggested_for_what_looks_like_it),
        cmocka_unit_test(very_long_names_are_not_compared),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
