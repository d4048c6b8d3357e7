/* test_graph - building a graph. */
#include "plan/graph.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/fault.h"

struct fixture {
    struct function_registry *functions;
    struct graph *graph;
};

static int create(void **state)
{
    static struct fixture fixture;

    if (function_registry_create(&fixture.functions, NULL) != WEIR_OK ||
        graph_create(fixture.functions, 1000, &fixture.graph, NULL) != WEIR_OK) {
        return -1;
    }
    *state = &fixture;
    return 0;
}

static int destroy(void **state)
{
    struct fixture *fixture = *state;

    graph_destroy(fixture->graph);
    function_registry_destroy(fixture->functions);
    return 0;
}

static struct node *add(struct graph *graph, enum operator_kind kind, const char *name)
{
    return graph_add(graph, &(struct node_spec){.kind = kind, .name = name});
}

static void a_node_keeps_copies_of_what_it_is_told(void **state)
{
    struct graph *graph = ((struct fixture *)*state)->graph;
    static char text[] = "a text that is longer than a value";
    char name[] = "lines";
    char type[] = "socket";
    struct node_spec spec = {.kind = OPERATOR_SOURCE,
                             .name = name,
                             .type = type,
                             .with = "{\"port\": 1}",
                             .function = weir_builtin(name),
                             .argument = weir_text(text)};
    struct node *node = graph_add(graph, &spec);

    memset(name, 'x', sizeof(name) - 1);
    memset(type, 'x', sizeof(type) - 1);
    memset(text, 'x', sizeof(text) - 1);
    assert_string_equal(node->name, "lines");
    assert_string_equal(node->type, "socket");
    assert_string_equal(node->call.name, "lines");
    assert_string_equal(node->with, "{\"port\": 1}");
    assert_string_equal(node->decode, "text");
    assert_memory_equal(weir_bytes_of(&node->argument), "a text that is longer than a value", 34);
    assert_ptr_equal(graph_find(graph, "lines"), node);
    assert_null(graph_find(graph, "xxxxx"));
    assert_int_equal(graph->problems.count, 0);
}

static void pointers_tell_the_place_in_the_job(void **state)
{
    struct graph *graph = ((struct fixture *)*state)->graph;
    struct node_spec spec = {.kind = OPERATOR_MAP, .name = "here", .pointer = "/x/y"};

    assert_string_equal(add(graph, OPERATOR_SOURCE, "lines")->pointer, "/sources/lines");
    assert_string_equal(add(graph, OPERATOR_WINDOW, "w")->pointer, "/operators/w");
    assert_string_equal(add(graph, OPERATOR_OUTPUT, "screen")->pointer, "/sinks/screen");
    assert_string_equal(add(graph, OPERATOR_MAP, "a/b~c")->pointer, "/operators/a~1b~0c");
    assert_string_equal(graph_add(graph, &spec)->pointer, "/x/y");
}

static void a_node_without_a_name_is_given_a_free_one(void **state)
{
    struct graph *graph = ((struct fixture *)*state)->graph;
    struct node_spec console = {.kind = OPERATOR_OUTPUT, .type = "console"};

    assert_string_equal(add(graph, OPERATOR_FLAT_MAP, NULL)->name, "flatMap1");
    assert_non_null(add(graph, OPERATOR_FLAT_MAP, "flatMap2"));
    assert_string_equal(add(graph, OPERATOR_FLAT_MAP, NULL)->name, "flatMap3");
    assert_string_equal(add(graph, OPERATOR_MAP, NULL)->name, "map1");
    assert_string_equal(add(graph, OPERATOR_SOURCE, NULL)->name, "source1");
    assert_string_equal(graph_add(graph, &console)->name, "console1");
    assert_string_equal(graph_add(graph, &console)->name, "console2");
    assert_int_equal(graph->problems.count, 0);
}

static void names_that_are_none_are_told(void **state)
{
    struct graph *graph = ((struct fixture *)*state)->graph;
    static const char *const wrong[] = {"", "1a", "-a", ".a", "a b", "a/b", "\xc3\xa4", "a\n"};
    static const char *const right[] = {"a", "_", "Z9", "a.b-c_d", "_1"};

    for (size_t i = 0; i < sizeof(right) / sizeof(right[0]); i++) {
        assert_non_null(add(graph, OPERATOR_MAP, right[i]));
        assert_int_equal(graph->problems.count, 0);
    }
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        assert_non_null(add(graph, OPERATOR_MAP, wrong[i]));
        assert_int_equal(graph->problems.count, i + 1);
        assert_string_equal(problems_last(&graph->problems)->code, "E007");
        assert_true(problems_last(&graph->problems)->is_at_key);
        assert_null(graph_find(graph, wrong[i]));
    }
}

static void two_nodes_of_one_name_are_told(void **state)
{
    struct graph *graph = ((struct fixture *)*state)->graph;
    struct node *first = add(graph, OPERATOR_SOURCE, "lines");
    struct node *second = add(graph, OPERATOR_OUTPUT, "lines");

    assert_ptr_not_equal(first, second);
    assert_ptr_equal(graph_find(graph, "lines"), first);
    assert_int_equal(graph->problems.errors_count, 1);
    assert_string_equal(graph->problems.items[0].code, "E006");
    assert_string_equal(graph->problems.items[0].pointer, "/sinks/lines");
    assert_string_equal(graph->problems.items[0].message,
                        "there are two of the name \"lines\": the other is /sources/lines");
}

static void edges_are_kept_in_the_order_in_which_they_came(void **state)
{
    struct graph *graph = ((struct fixture *)*state)->graph;
    struct node *sources[20];
    struct node_spec spec = {.kind = OPERATOR_UNION, .inputs = sources, .inputs_count = 5};
    struct node *all;

    for (int i = 0; i < 20; i++) {
        sources[i] = add(graph, OPERATOR_SOURCE, NULL);
        assert_int_equal(sources[i]->source_index, i);
    }
    all = graph_add(graph, &spec);
    for (int i = 5; i < 20; i++) {
        graph_connect(graph, all, sources[i]);
    }
    assert_int_equal(all->inputs_count, 20);
    for (int i = 0; i < 20; i++) {
        assert_ptr_equal(all->inputs[i], sources[i]);
    }
    assert_int_equal(graph->sources_count, 20);
}

static void edges_to_nothing_are_left_out(void **state)
{
    struct graph *graph = ((struct fixture *)*state)->graph;
    struct node *source = add(graph, OPERATOR_SOURCE, NULL);
    struct node *inputs[2] = {NULL, source};
    struct node_spec spec = {.kind = OPERATOR_UNION, .inputs = inputs, .inputs_count = 2};
    struct node *all = graph_add(graph, &spec);

    graph_connect(graph, NULL, source);
    graph_connect(graph, all, NULL);
    assert_int_equal(all->inputs_count, 1);
    assert_ptr_equal(all->inputs[0], source);
}

/* Every step fails in turn: the graph then says itself that it is not whole. */
static void want_of_memory_while_building_is_told_by_the_check(void **state)
{
    struct fixture *fixture = *state;
    int failures = 0;

    for (;; failures++) {
        struct graph *graph = NULL;
        weir_error error = {0};
        struct node *previous = NULL;
        fault_arm(failures);
        weir_status status = graph_create(fixture->functions, 1000, &graph, &error);
        if (status == WEIR_OK) {
            previous = add(graph, OPERATOR_SOURCE, NULL);
            for (int i = 0; i < 40; i++) {
                struct node_spec spec = {.kind = i < 39 ? OPERATOR_UNION : OPERATOR_OUTPUT,
                                         .inputs = &previous,
                                         .inputs_count = 1};
                previous = graph_add(graph, &spec);
            }
            status = graph_check(graph, &error);
        }
        bool was_reached = fault_disarm();
        assert_int_equal(status, was_reached ? WEIR_E_NOMEM : WEIR_OK);
        graph_destroy(graph);
        if (!was_reached) {
            break;
        }
        assert_int_not_equal(error.msg[0], '\0');
    }
    assert_true(failures >= 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_node_keeps_copies_of_what_it_is_told, create, destroy),
        cmocka_unit_test_setup_teardown(pointers_tell_the_place_in_the_job, create, destroy),
        cmocka_unit_test_setup_teardown(a_node_without_a_name_is_given_a_free_one, create, destroy),
        cmocka_unit_test_setup_teardown(names_that_are_none_are_told, create, destroy),
        cmocka_unit_test_setup_teardown(two_nodes_of_one_name_are_told, create, destroy),
        cmocka_unit_test_setup_teardown(edges_are_kept_in_the_order_in_which_they_came, create,
                                        destroy),
        cmocka_unit_test_setup_teardown(edges_to_nothing_are_left_out, create, destroy),
        cmocka_unit_test_setup_teardown(want_of_memory_while_building_is_told_by_the_check, create,
                                        destroy),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
