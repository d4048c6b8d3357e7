/* test_check - graph_check: every mistake of a job, each at its place. */
#include "plan/graph.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/fault.h"
#include "base/mem.h"

enum { LONG_CHAIN = 20000 };

struct fixture {
    struct function_registry *functions;
    struct graph *graph;
};

static weir_status only_ints(struct weir_value argument, weir_error *error)
{
    if (weir_kind_of(argument) != WEIR_INT) {
        return error_set(error, WEIR_E_INVAL, "it must be an int");
    }
    return WEIR_OK;
}

static const struct function builtins[] = {
    {.call = {.name = "lower"}, .kind = WEIR_FUNCTION_ROW},
    {.call = {.name = "with_one"}, .kind = WEIR_FUNCTION_ROW},
    {.call = {.name = "sum"}, .kind = WEIR_FUNCTION_REDUCE},
    {.call = {.name = "above"},
     .kind = WEIR_FUNCTION_TEST,
     .argument_help = "the bound, an int",
     .check_argument = only_ints},
};

static void own_map(const struct weir_row *row, struct weir_emitter *out,
                    struct weir_value argument)
{
    (void)argument;
    weir_emit(out, row->value);
}

static void other_map(const struct weir_row *row, struct weir_emitter *out,
                      struct weir_value argument)
{
    (void)argument;
    weir_emit(out, row->key);
}

static struct fixture *fixture_make(int64_t batch_ms)
{
    static struct fixture fixture;

    assert_int_equal(function_registry_create(&fixture.functions, NULL), WEIR_OK);
    for (size_t i = 0; i < sizeof(builtins) / sizeof(builtins[0]); i++) {
        assert_int_equal(function_register_builtin(fixture.functions, &builtins[i], NULL), WEIR_OK);
    }
    assert_int_equal(graph_create(fixture.functions, batch_ms, &fixture.graph, NULL), WEIR_OK);
    return &fixture;
}

static int create(void **state)
{
    *state = fixture_make(2000);
    return 0;
}

static int destroy(void **state)
{
    struct fixture *fixture = *state;

    graph_destroy(fixture->graph);
    function_registry_destroy(fixture->functions);
    return 0;
}

/* A node over one input, with the function of that name. NULL: none. */
static struct node *over(struct graph *graph, enum operator_kind kind, const char *name,
                         struct node *input, const char *function)
{
    return graph_add(graph, &(struct node_spec){.kind = kind,
                                                .name = name,
                                                .inputs = &input,
                                                .inputs_count = 1,
                                                .function = weir_builtin(function)});
}

static struct node *source(struct graph *graph, const char *name)
{
    return graph_add(graph, &(struct node_spec){.kind = OPERATOR_SOURCE, .name = name});
}

static struct node *output(struct graph *graph, const char *name, struct node *input)
{
    return over(graph, OPERATOR_OUTPUT, name, input, NULL);
}

static struct node *window(struct graph *graph, const char *name, struct node *input,
                           int64_t window_ms, int64_t slide_ms)
{
    struct node *node = over(graph, OPERATOR_WINDOW, name, input, NULL);

    node->window_ms = window_ms;
    node->slide_ms = slide_ms;
    return node;
}

/* The graph has these errors, a line each, and no others. */
static void assert_errors(struct graph *graph, const char *expected)
{
    weir_error error = {0};
    weir_status status = graph_check(graph, &error);
    char *text = problems_text(&graph->problems);

    assert_string_equal(text, expected);
    assert_int_equal(status, expected[0] == '\0' ? WEIR_OK : WEIR_E_CONFIG);
    mem_free(text);
}

static void word_count_is_right_and_knows_its_intervals(void **state)
{
    struct graph *graph = ((struct fixture *)*state)->graph;
    struct node *lines = source(graph, "lines");
    struct node *words = over(graph, OPERATOR_FLAT_MAP, "words", lines, "lower");
    struct node *pairs = over(graph, OPERATOR_MAP_TO_PAIR, "pairs", words, "with_one");
    struct node *counts = over(graph, OPERATOR_REDUCE_BY_KEY_AND_WINDOW, "counts", pairs, "sum");
    struct node *screen = output(graph, "screen", counts);

    counts->window_ms = 30000;
    counts->slide_ms = 10000;
    assert_errors(graph, "");
    assert_int_equal(graph->problems.count, 0);
    assert_true(graph->is_checked);
    assert_int_equal(lines->interval_ms, 2000);
    assert_int_equal(pairs->interval_ms, 2000);
    assert_int_equal(counts->interval_ms, 10000);
    assert_int_equal(screen->interval_ms, 10000);
    assert_int_equal(screen->remember_ms, 10000);
    assert_int_equal(counts->remember_ms, 10000);
    assert_int_equal(pairs->remember_ms, 40000);
    assert_int_equal(lines->remember_ms, 40000);
    assert_false(words->is_pairs);
    assert_true(pairs->is_pairs);
    assert_true(counts->is_pairs);
    assert_true(screen->is_pairs);
    assert_ptr_equal(counts->function, &builtins[2]);
    assert_null(lines->function);
    assert_true(lines->is_used);
    assert_int_equal(lines->readers_count, 1);
    assert_int_equal(screen->readers_count, 0);
    assert_int_equal(graph_check(graph, NULL), WEIR_OK); /* the second call answers the same */
    assert_int_equal(lines->readers_count, 1);
}

static void windows_over_windows_add_up_what_is_remembered(void **state)
{
    struct graph *graph = ((struct fixture *)*state)->graph;
    struct node *lines = source(graph, "lines");
    struct node *inner = window(graph, "inner", lines, 8000, 4000);
    struct node *outer = window(graph, "outer", inner, 24000, 12000);
    struct node *wide = window(graph, "wide", lines, 40000, 0);

    output(graph, "first", outer);
    output(graph, "second", inner);
    output(graph, "third", wide);
    assert_errors(graph, "");
    assert_int_equal(outer->interval_ms, 12000);
    assert_int_equal(outer->remember_ms, 12000);
    assert_int_equal(inner->interval_ms, 4000);
    assert_int_equal(inner->remember_ms, 36000);
    assert_int_equal(wide->interval_ms, 2000); /* the slide defaults to the parent's interval */
    assert_int_equal(wide->remember_ms, 2000);
    assert_int_equal(lines->remember_ms, 44000);
    assert_int_equal(lines->readers_count, 2);
}

static void what_is_remembered_does_not_overflow(void **state)
{
    struct graph *graph = ((struct fixture *)*state)->graph;
    int64_t most_ms = INT64_MAX / 2000 * 2000;
    struct node *lines = source(graph, "lines");
    struct node *first = window(graph, "first", lines, most_ms, 0);
    struct node *second = window(graph, "second", first, most_ms, most_ms);

    output(graph, "screen", second);
    assert_errors(graph, "");
    assert_int_equal(lines->remember_ms, INT64_MAX);
}

static void windows_and_slides_are_multiples_of_the_batch_interval(void **state)
{
    struct graph *graph = ((struct fixture *)*state)->graph;
    struct node *lines = source(graph, "lines");

    output(graph, "a", window(graph, "counts", lines, 30000, 5000));
    output(graph, "b", window(graph, "odd", lines, 1500, 1));
    output(graph, "c", window(graph, "negative", lines, -2000, -1));
    output(graph, "d", window(graph, "none", lines, 0, 2000));
    assert_errors(
        graph,
        "E031 /operators/counts/slide: slide 5s of \"counts\" is not a multiple of the batch "
        "interval 2s; use \"4s\" or \"6s\", or change /job/batch\n"
        "E031 /operators/odd/window: window 1500ms of \"odd\" is not a multiple of the batch "
        "interval 2s; use \"2s\", or change /job/batch\n"
        "E031 /operators/odd/slide: slide 1ms of \"odd\" is not a multiple of the batch "
        "interval 2s; use \"2s\", or change /job/batch\n"
        "E031 /operators/negative/window: window -2s of \"negative\" is not above zero; use "
        "\"2s\", or change /job/batch\n"
        "E031 /operators/negative/slide: slide -1ms of \"negative\" is not above zero; use "
        "\"2s\", or change /job/batch\n"
        "E035 /operators/none/window: \"none\" has no window; give one such as \"30s\"\n");
}

static void windows_over_windows_are_multiples_of_the_parents_slide(void **state)
{
    struct graph *graph = ((struct fixture *)*state)->graph;
    struct node *inner = window(graph, "inner", source(graph, "lines"), 8000, 4000);
    struct node *mapped = over(graph, OPERATOR_MAP, "mapped", inner, "lower");

    output(graph, "screen", window(graph, "outer", mapped, 10000, 12000));
    assert_errors(graph,
                  "E031 /operators/outer/window: window 10s of \"outer\" is not a multiple of 4s, "
                  "the slide of \"inner\"; use \"8s\" or \"12s\", or change "
                  "/operators/inner/slide\n");
}

static void a_slide_longer_than_the_window_is_allowed(void **state)
{
    struct graph *graph = ((struct fixture *)*state)->graph;

    output(graph, "screen", window(graph, "gaps", source(graph, "lines"), 4000, 6000));
    assert_errors(graph, "");
}

static void a_batch_interval_is_above_zero(void **state)
{
    struct fixture *fixture = fixture_make(0);
    struct graph *graph = fixture->graph;

    (void)state;
    output(graph, "screen", window(graph, "w", source(graph, "lines"), 4000, 3000));
    assert_errors(graph, "E008 /job/batch: the batch interval must be above zero, it is 0s; give "
                         "one such as \"1s\"\n");
    destroy((void **)&fixture);
}

static void a_job_without_outputs_is_refused(void **state)
{
    struct graph *graph = ((struct fixture *)*state)->graph;

    source(graph, "lines");
    assert_errors(graph, "E032: no output: nothing would be executed\n");
}

static void an_empty_job_is_refused(void **state)
{
    assert_errors(((struct fixture *)*state)->graph,
                  "E032: no output: nothing would be executed\n");
}

static void streams_nobody_reads_are_warned_of(void **state)
{
    struct graph *graph = ((struct fixture *)*state)->graph;
    struct node *lines = source(graph, "lines");
    struct node *unused = source(graph, "unused");

    over(graph, OPERATOR_MAP, "idle", unused, "lower");
    output(graph, "screen", lines);
    assert_errors(graph, "");
    assert_int_equal(graph->problems.count, 2);
    assert_int_equal(graph->problems.items[0].severity, PROBLEM_WARNING);
    assert_string_equal(graph->problems.items[0].code, "W101");
    assert_string_equal(graph->problems.items[0].pointer, "/sources/unused");
    assert_string_equal(graph->problems.items[0].message, "\"unused\" leads to no output");
    assert_string_equal(graph->problems.items[1].pointer, "/operators/idle");
    assert_string_equal(graph->problems.items[1].message, "nothing reads \"idle\"");
    assert_true(graph->problems.items[1].is_at_key);
    assert_false(unused->is_used);
}

static void edges_may_point_forward(void **state)
{
    struct graph *graph = ((struct fixture *)*state)->graph;
    struct node_spec spec = {.kind = OPERATOR_OUTPUT, .name = "screen"};
    struct node *screen = graph_add(graph, &spec);
    struct node *upper = graph_add(
        graph,
        &(struct node_spec){.kind = OPERATOR_MAP, .name = "m", .function = weir_builtin("lower")});
    struct node *apart = source(graph, "apart");
    struct node *lines = source(graph, "lines");

    graph_connect(graph, screen, upper);
    graph_connect(graph, upper, lines);
    output(graph, "files", apart);
    assert_errors(graph, "");
    assert_ptr_equal(graph->nodes[0], lines);
    assert_ptr_equal(graph->nodes[1], upper);
    assert_ptr_equal(graph->nodes[2], screen);
    assert_ptr_equal(graph->nodes[3], apart);
    for (uint32_t i = 0; i < graph->nodes_count; i++) {
        assert_int_equal(graph->nodes[i]->id, i);
    }
    assert_int_equal(lines->source_index, 1); /* as they were made, not as they were ordered */
    assert_int_equal(apart->source_index, 0);
}

static void cycles_are_told_with_their_way(void **state)
{
    struct graph *graph = ((struct fixture *)*state)->graph;
    struct node *lines = source(graph, "lines");
    struct node *first = over(graph, OPERATOR_UNION, "first", NULL, NULL);
    struct node *second = over(graph, OPERATOR_MAP, "second", first, "lower");
    struct node *third = window(graph, "third", second, 5000, 0);
    struct node *itself = over(graph, OPERATOR_MAP, "itself", NULL, "lower");

    graph_connect(graph, first, third);
    graph_connect(graph, first, lines);
    graph_connect(graph, itself, itself);
    output(graph, "screen", window(graph, "after", first, 3000, 0));
    assert_errors(graph,
                  "E033 /operators/second/from: \"second\" reads from itself: first reads third "
                  "reads second reads first\n"
                  "E033 /operators/itself/from: \"itself\" reads from itself: itself reads "
                  "itself\n"
                  "E031 /operators/after/window: window 3s of \"after\" is not a multiple of the "
                  "batch interval 2s; use \"2s\" or \"4s\", or change /job/batch\n");
}

static void a_long_cycle_is_told_in_short(void **state)
{
    struct graph *graph = ((struct fixture *)*state)->graph;
    struct node *first = over(graph, OPERATOR_MAP, "n0", NULL, "lower");
    struct node *last = first;
    char name[16];

    for (int i = 1; i < LONG_CHAIN; i++) {
        snprintf(name, sizeof(name), "n%d", i);
        last = over(graph, OPERATOR_MAP, name, last, "lower");
    }
    graph_connect(graph, first, last);
    output(graph, "screen", last);
    assert_errors(graph,
                  "E033 /operators/n1/from: \"n1\" reads from itself: n0 reads n19999 reads n19998 "
                  "reads n19997 reads n19996 reads n19995 reads n19994 reads n19993 reads ... "
                  "reads n0\n");
}

static void each_operator_reads_as_many_streams_as_it_takes(void **state)
{
    struct graph *graph = ((struct fixture *)*state)->graph;
    struct node *lines = source(graph, "lines");
    struct node *mapped = over(graph, OPERATOR_MAP, "mapped", lines, "lower");
    struct node *screen = output(graph, "screen", mapped);

    graph_connect(graph, mapped, lines);
    graph_connect(graph, lines, source(graph, "other"));
    over(graph, OPERATOR_UNION, "empty", NULL, NULL);
    output(graph, "again", screen);
    assert_errors(graph, "E034 /sources/lines/from: \"lines\" is a source and reads no stream\n"
                         "E034 /operators/mapped/from: \"mapped\" reads from 2 streams, map reads "
                         "from 1; unite them first, with the operator union\n"
                         "E034 /operators/empty/from: \"empty\" reads from no stream\n"
                         "E039 /sinks/again/from: \"again\" reads from \"screen\", which is an "
                         "output and gives no stream\n");
}

static void a_place_that_was_complained_about_is_left_alone(void **state)
{
    struct graph *graph = ((struct fixture *)*state)->graph;
    struct node *all = over(graph, OPERATOR_REDUCE_BY_KEY_AND_WINDOW, "all", NULL, NULL);

    output(graph, "screen", all);
    problems_add(&graph->problems, PROBLEM_ERROR, "E030", "/operators/all/from/0", NULL, "told");
    problems_add(&graph->problems, PROBLEM_ERROR, "E021", "/operators/all/window", NULL, "told");
    problems_add(&graph->problems, PROBLEM_WARNING, "W000", "/operators/all/fn", NULL, "warned");
    assert_errors(graph, "E030 /operators/all/from/0: told\n"
                         "E021 /operators/all/window: told\n"
                         "E041 /operators/all/fn: \"all\" has no function: reduceByKeyAndWindow "
                         "needs a reduce function\n");
}

static void pairs_and_plain_rows_are_kept_apart(void **state)
{
    struct graph *graph = ((struct fixture *)*state)->graph;
    struct node *lines = source(graph, "lines");
    struct node *pairs = over(graph, OPERATOR_COUNT_BY_VALUE, "pairs", lines, NULL);
    struct node *kept = over(graph, OPERATOR_FILTER, "kept", pairs, "above");
    struct node *plain = over(graph, OPERATOR_MAP, "plain", kept, "lower");
    struct node *summed = over(graph, OPERATOR_REDUCE_BY_KEY, "summed", plain, "sum");
    struct node *both = over(graph, OPERATOR_UNION, "both", lines, NULL);

    kept->argument = weir_int(1);
    graph_connect(graph, both, pairs);
    output(graph, "a", summed);
    output(graph, "b", window(graph, "w", kept, 2000, 0));
    output(graph, "c", both);
    assert_errors(graph,
                  "E036 /operators/summed/from: \"summed\" is a reduceByKey and takes pairs, but "
                  "\"plain\" gives plain rows; put a mapToPair before it\n"
                  "E038 /operators/both/from: \"both\" unites pairs and plain rows: \"lines\" "
                  "gives plain rows, \"pairs\" pairs\n");
    assert_true(pairs->is_pairs);
    assert_true(kept->is_pairs);
    assert_true(graph_find(graph, "w")->is_pairs);
    assert_false(plain->is_pairs);
}

static void united_streams_have_one_interval(void **state)
{
    struct graph *graph = ((struct fixture *)*state)->graph;
    struct node *lines = source(graph, "lines");
    struct node *slow = window(graph, "slow", lines, 4000, 4000);
    struct node *twice = over(graph, OPERATOR_UNION, "twice", slow, NULL);
    struct node *both = over(graph, OPERATOR_UNION, "both", lines, NULL);

    graph_connect(graph, twice, slow);
    graph_connect(graph, both, twice);
    output(graph, "screen", both);
    assert_errors(graph, "E037 /operators/both/from: \"both\" reads streams of different "
                         "slide durations: \"lines\" comes every 2s, \"twice\" every 4s\n");
    assert_int_equal(slow->readers_count, 2); /* a stream may be united with itself */
    assert_int_equal(twice->interval_ms, 4000);
}

static void functions_are_there_and_fit(void **state)
{
    struct graph *graph = ((struct fixture *)*state)->graph;
    struct node *lines = source(graph, "lines");

    output(graph, "a", over(graph, OPERATOR_MAP, "misspelt", lines, "loewr"));
    output(graph, "b", over(graph, OPERATOR_MAP, "unknown", lines, "something"));
    output(graph, "c", over(graph, OPERATOR_MAP, "missing", lines, NULL));
    output(graph, "d", over(graph, OPERATOR_MAP, "unfit", lines, "sum"));
    output(graph, "e", over(graph, OPERATOR_FILTER, "refused", lines, "above"));
    output(graph, "f", over(graph, OPERATOR_COUNT_BY_VALUE, "needless", lines, "sum"));
    over(graph, OPERATOR_OUTPUT, "foreach", lines, NULL)->type = "foreach";
    assert_errors(
        graph,
        "E040 /operators/misspelt/fn: there is no function \"loewr\"; did you mean \"lower\"?\n"
        "E040 /operators/unknown/fn: there is no function \"something\"; there are \"lower\", "
        "\"with_one\"\n"
        "E041 /operators/missing/fn: \"missing\" has no function: map needs a function of rows\n"
        "E042 /operators/unfit/fn: \"sum\" is a reduce function, but map needs a function of "
        "rows\n"
        "E043 /operators/refused/fn: the function \"above\" refuses its argument: it must be an "
        "int; the bound, an int\n"
        "E020 /operators/needless/fn: countByValue takes no function\n"
        "E041 /sinks/foreach/fn: \"foreach\" has no function: output needs a foreach function\n");
}

static void the_programs_functions_are_registered_by_the_check(void **state)
{
    struct fixture *fixture = *state;
    struct graph *graph = fixture->graph;
    struct node *lines = source(graph, "lines");
    struct node *mapped = over(graph, OPERATOR_MAP, "mapped", lines, NULL);
    struct node *again = over(graph, OPERATOR_MAP, "again", mapped, NULL);
    struct node *other = over(graph, OPERATOR_MAP, "other", again, NULL);

    mapped->call = WEIR_FUNCTION(own_map);
    again->call = WEIR_FUNCTION(own_map);
    other->call = weir_function_of_row("own_map", other_map);
    output(graph, "screen", other);
    assert_errors(graph, "E044 /operators/other/fn: the name \"own_map\" stands for another "
                         "function already\n");
    assert_ptr_equal(mapped->function, function_find(fixture->functions, "own_map"));
    assert_ptr_equal(mapped->function->call.row, own_map);
    assert_ptr_equal(again->function, mapped->function);
    assert_null(other->function);
}

static void windows_and_partitions_are_refused_where_they_mean_nothing(void **state)
{
    struct graph *graph = ((struct fixture *)*state)->graph;
    struct node *mapped = over(graph, OPERATOR_MAP, "mapped", source(graph, "lines"), "lower");

    mapped->window_ms = 2000;
    mapped->slide_ms = 2000;
    mapped->partitions = 3;
    output(graph, "screen", mapped);
    assert_errors(graph, "E020 /operators/mapped/partitions: map takes no partitions\n"
                         "E020 /operators/mapped/window: map takes no window\n"
                         "E020 /operators/mapped/slide: map takes no slide\n");
}

static void the_error_tells_how_many_and_the_first(void **state)
{
    struct graph *graph = ((struct fixture *)*state)->graph;
    weir_error error = {0};

    window(graph, "w", source(graph, "lines"), 2000, 3000);
    assert_int_equal(graph_check(graph, &error), WEIR_E_CONFIG);
    assert_string_equal(error.msg,
                        "2 errors in the job, first E031 /operators/w/slide: slide 3s of \"w\" is "
                        "not a multiple of the batch interval 2s");
    memset(&error, 0, sizeof(error));
    assert_int_equal(graph_check(graph, &error), WEIR_E_CONFIG);
    assert_int_equal(graph->problems.count, 2);
    assert_non_null(strstr(error.msg, "2 errors"));
}

/* A job with a mistake of every sort, checked with every step failing in turn. */
static void want_of_memory_is_told_whatever_is_found(void **state)
{
    int failures = 0;

    (void)state;
    for (;; failures++) {
        struct fixture *fixture = fixture_make(2000);
        struct graph *graph = fixture->graph;
        struct node *lines = source(graph, "lines");
        struct node *itself = over(graph, OPERATOR_MAP, "itself", NULL, "loewr");
        struct node *own = over(graph, OPERATOR_MAP, "own", lines, NULL);
        own->call = WEIR_FUNCTION(own_map);
        graph_connect(graph, itself, itself);
        output(graph, "screen", window(graph, "w", own, 5000, 3000));
        over(graph, OPERATOR_REDUCE_BY_KEY, "plain", lines, "any");
        fault_arm(failures);
        weir_status status = graph_check(graph, NULL);
        bool was_reached = fault_disarm();
        assert_int_equal(status, was_reached ? WEIR_E_NOMEM : WEIR_E_CONFIG);
        assert_int_equal(graph->problems.is_cut, was_reached);
        assert_true(was_reached || graph->problems.errors_count == 6);
        destroy((void **)&fixture);
        if (!was_reached) {
            break;
        }
    }
    assert_true(failures > 15);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, create, destroy)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(word_count_is_right_and_knows_its_intervals),
        CASE(windows_over_windows_add_up_what_is_remembered),
        CASE(what_is_remembered_does_not_overflow),
        CASE(windows_and_slides_are_multiples_of_the_batch_interval),
        CASE(windows_over_windows_are_multiples_of_the_parents_slide),
        CASE(a_slide_longer_than_the_window_is_allowed),
        cmocka_unit_test(a_batch_interval_is_above_zero),
        CASE(a_job_without_outputs_is_refused),
        CASE(an_empty_job_is_refused),
        CASE(streams_nobody_reads_are_warned_of),
        CASE(edges_may_point_forward),
        CASE(cycles_are_told_with_their_way),
        CASE(a_long_cycle_is_told_in_short),
        CASE(each_operator_reads_as_many_streams_as_it_takes),
        CASE(a_place_that_was_complained_about_is_left_alone),
        CASE(pairs_and_plain_rows_are_kept_apart),
        CASE(united_streams_have_one_interval),
        CASE(functions_are_there_and_fit),
        CASE(the_programs_functions_are_registered_by_the_check),
        CASE(windows_and_partitions_are_refused_where_they_mean_nothing),
        CASE(the_error_tells_how_many_and_the_first),
        cmocka_unit_test(want_of_memory_is_told_whatever_is_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
