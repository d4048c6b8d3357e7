/* test_explain - a graph as text, for Graphviz and for Mermaid. */
#include "plan/explain.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/fault.h"

struct fixture {
    struct function_registry *functions;
    struct graph *graph;
    struct bytes out;
};

static int create(void **state)
{
    static struct fixture fixture;

    bytes_init(&fixture.out);
    if (function_registry_create(&fixture.functions, NULL) != WEIR_OK ||
        graph_create(fixture.functions, 2000, &fixture.graph, NULL) != WEIR_OK) {
        return -1;
    }
    *state = &fixture;
    return 0;
}

static int destroy(void **state)
{
    struct fixture *fixture = *state;

    bytes_fini(&fixture->out);
    graph_destroy(fixture->graph);
    function_registry_destroy(fixture->functions);
    return 0;
}

static struct node *add(struct graph *graph, enum operator_kind kind, const char *name,
                        const char *type, struct node *input)
{
    return graph_add(
        graph, &(struct node_spec){
                   .kind = kind, .name = name, .type = type, .inputs = &input, .inputs_count = 1});
}

static struct node *operator(struct graph *graph, enum operator_kind kind, const char *name,
                             struct node *input)
{
    return add(graph, kind, name, NULL, input);
}

static struct node *source(struct graph *graph, const char *name, const char *type)
{
    return add(graph, OPERATOR_SOURCE, name, type, NULL);
}

static void output(struct graph *graph, const char *name, const char *type, struct node *input)
{
    assert_non_null(add(graph, OPERATOR_OUTPUT, name, type, input));
}

static void a_chain_is_a_line(void **state)
{
    struct fixture *fixture = *state;
    struct graph *graph = fixture->graph;
    struct node *lines = source(graph, "lines", "socket");
    struct node *words = operator(graph, OPERATOR_FLAT_MAP, "words", lines);
    struct node *counts = operator(graph, OPERATOR_REDUCE_BY_KEY_AND_WINDOW, "counts", words);

    counts->window_ms = 30000;
    counts->slide_ms = 10000;
    output(graph, "screen", "console", counts);
    explain_text(graph, &fixture->out);
    assert_string_equal(fixture->out.data,
                        "lines (socket) -> words (flatMap) -> counts (reduceByKeyAndWindow "
                        "30s/10s) -> screen (console)\n");
}

static void branches_are_drawn_under_their_fork(void **state)
{
    struct fixture *fixture = *state;
    struct graph *graph = fixture->graph;
    struct node *lines = source(graph, "lines", "mqtt");
    struct node *words = operator(graph, OPERATOR_FLAT_MAP, "words", lines);
    struct node *real = operator(graph, OPERATOR_FILTER, "real", words);
    struct node *counts = operator(graph, OPERATOR_WINDOW, "counts", real);
    struct node *top = operator(graph, OPERATOR_TRANSFORM, "top10", counts);

    counts->window_ms = 30000;
    counts->slide_ms = 10000;
    output(graph, "screen", "console", top);
    output(graph, "files", "files", counts);
    output(graph, "stats", "mqtt", top);
    explain_text(graph, &fixture->out);
    assert_string_equal(
        fixture->out.data,
        "lines (mqtt) -> words (flatMap) -> real (filter) -> counts (window 30s/10s) -+-> top10 "
        "(transform) -+-> screen (console)\n"
        "                                                                             |          "
        "            `-> stats  (mqtt)\n"
        "                                                                             `-> files "
        "(files)\n");
}

static void three_branches_have_a_middle_one(void **state)
{
    struct fixture *fixture = *state;
    struct graph *graph = fixture->graph;
    struct node *a = source(graph, "a", "queue");
    struct node *middle;

    output(graph, "x", "console", a);
    middle = operator(graph, OPERATOR_MAP, "middle", a);
    output(graph, "y", "console", middle);
    output(graph, "z", "console", middle);
    output(graph, "last", "console", a);
    explain_text(graph, &fixture->out);
    assert_string_equal(fixture->out.data, "a (queue) -+-> x      (console)\n"
                                           "           +-> middle (map) -+-> y (console)\n"
                                           "           |                 `-> z (console)\n"
                                           "           `-> last   (console)\n");
}

static void where_streams_meet_the_rest_is_drawn_once(void **state)
{
    struct fixture *fixture = *state;
    struct graph *graph = fixture->graph;
    struct node *a = source(graph, "a", "queue");
    struct node *b = source(graph, "b", "queue");
    struct node *all = operator(graph, OPERATOR_UNION, "all", a);

    graph_connect(graph, all, b);
    graph_connect(graph, all, b);
    output(graph, "screen", "console", all);
    explain_text(graph, &fixture->out);
    assert_string_equal(fixture->out.data, "a (queue) -> all (union) -> screen (console)\n"
                                           "b (queue) -> all (union, as above)\n");
}

static void a_default_slide_is_shown_once_it_is_known(void **state)
{
    struct fixture *fixture = *state;
    struct graph *graph = fixture->graph;
    struct node *a = source(graph, "a", "queue");
    struct node *w = operator(graph, OPERATOR_WINDOW, "w", a);

    w->window_ms = 4000;
    output(graph, "screen", "console", w);
    explain_text(graph, &fixture->out);
    assert_string_equal(fixture->out.data, "a (queue) -> w (window 4s) -> screen (console)\n");
    assert_int_equal(graph_check(graph, NULL), WEIR_OK);
    bytes_clear(&fixture->out);
    explain_text(graph, &fixture->out);
    assert_string_equal(fixture->out.data, "a (queue) -> w (window 4s/2s) -> screen (console)\n");
}

static void a_cycle_is_drawn_and_comes_to_an_end(void **state)
{
    struct fixture *fixture = *state;
    struct graph *graph = fixture->graph;
    struct node *a = operator(graph, OPERATOR_MAP, "a", NULL);
    struct node *b = operator(graph, OPERATOR_MAP, "b", a);

    graph_connect(graph, a, b);
    explain_text(graph, &fixture->out);
    assert_string_equal(fixture->out.data, "a (map) -> b (map) -> a (map, as above)\n");
}

static void text_follows_what_is_there(void **state)
{
    struct fixture *fixture = *state;
    struct node *a = source(fixture->graph, "a", "queue");

    output(fixture->graph, "x", "console", a);
    output(fixture->graph, "y", "con\nsole", a);
    bytes_append_text(&fixture->out, "the job:\n");
    explain_text(fixture->graph, &fixture->out);
    assert_string_equal(fixture->out.data, "the job:\n"
                                           "a (queue) -+-> x (console)\n"
                                           "           `-> y (con?sole)\n");
}

static void columns_are_characters_not_bytes(void **state)
{
    struct fixture *fixture = *state;
    struct node *a = source(fixture->graph, "a", "gr\xc3\xbc\xc3\x9f");

    output(fixture->graph, "x", "console", a);
    output(fixture->graph, "y", "console", a);
    explain_text(fixture->graph, &fixture->out);
    assert_string_equal(fixture->out.data, "a (gr\xc3\xbc\xc3\x9f) -+-> x (console)\n"
                                           "          `-> y (console)\n");
}

static void dot_escapes_names(void **state)
{
    struct fixture *fixture = *state;
    struct graph *graph = fixture->graph;
    struct node *lines = source(graph, "li\"n\\es", "socket");
    struct node *w = operator(graph, OPERATOR_WINDOW, "w", lines);

    w->window_ms = 4000;
    w->slide_ms = 2000;
    output(graph, "screen", "con\nsole", w);
    explain_dot(graph, &fixture->out);
    assert_string_equal(fixture->out.data, "digraph job {\n"
                                           "    rankdir=LR;\n"
                                           "    node [shape=box];\n"
                                           "    n0 [label=\"li\\\"n\\\\es\\nsocket\"];\n"
                                           "    n1 [label=\"w\\nwindow 4s/2s\"];\n"
                                           "    n2 [label=\"screen\\ncon?sole\"];\n"
                                           "    n0 -> n1;\n"
                                           "    n1 -> n2;\n"
                                           "}\n");
}

static void mermaid_escapes_names(void **state)
{
    struct fixture *fixture = *state;
    struct graph *graph = fixture->graph;
    struct node *lines = source(graph, "a\"<b>&#", "socket");

    output(graph, "screen", "console", lines);
    explain_mermaid(graph, &fixture->out);
    assert_string_equal(fixture->out.data, "flowchart LR\n"
                                           "    n0[\"a#34;#60;b#62;#38;#35;<br/>socket\"]\n"
                                           "    n1[\"screen<br/>console\"]\n"
                                           "    n0 --> n1\n");
}

static void want_of_memory_marks_the_text_failed(void **state)
{
    struct fixture *fixture = *state;
    struct graph *graph = fixture->graph;
    void (*const explains[])(const struct graph *, struct bytes *) = {explain_text, explain_dot,
                                                                      explain_mermaid};
    struct node *a = source(graph, "a", "queue");

    for (int i = 0; i < 10; i++) {
        output(graph, NULL, "console", operator(graph, OPERATOR_MAP, NULL, a));
    }
    for (size_t i = 0; i < sizeof(explains) / sizeof(explains[0]); i++) {
        bool was_reached = true;
        for (int failures = 0; was_reached; failures++) {
            struct bytes out;
            bytes_init(&out);
            fault_arm(failures);
            explains[i](graph, &out);
            was_reached = fault_disarm();
            assert_int_equal(out.failed, was_reached);
            bytes_fini(&out);
        }
    }
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, create, destroy)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_chain_is_a_line),
        CASE(branches_are_drawn_under_their_fork),
        CASE(three_branches_have_a_middle_one),
        CASE(where_streams_meet_the_rest_is_drawn_once),
        CASE(a_default_slide_is_shown_once_it_is_known),
        CASE(a_cycle_is_drawn_and_comes_to_an_end),
        CASE(text_follows_what_is_there),
        CASE(columns_are_characters_not_bytes),
        CASE(dot_escapes_names),
        CASE(mermaid_escapes_names),
        CASE(want_of_memory_marks_the_text_failed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
