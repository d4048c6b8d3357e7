/*
 * check - what only the whole graph can tell: graph_check.
 */
#include "plan/check.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"

/* True when `pointer` is `place`, or below it. */
static bool is_within(const char *pointer, const char *place)
{
    size_t size = strlen(place);

    return strncmp(pointer, place, size) == 0 && (pointer[size] == '\0' || pointer[size] == '/');
}

static bool is_told(const struct check *check, const char *place)
{
    const struct problems *problems = &check->graph->problems;

    for (size_t i = 0; i < check->built_count; i++) {
        if (problems->items[i].severity == PROBLEM_ERROR &&
            is_within(problems->items[i].pointer, place)) {
            return true;
        }
    }
    return false;
}

void check_error(struct check *check, const struct node *node, const char *part, const char *code,
                 const char *help, const char *format, ...)
{
    struct problems *problems = &check->graph->problems;
    struct bytes place = {0};
    char message[512];
    va_list arguments;

    bytes_printf(&place, "%s%s", node->pointer, part);
    if (place.failed) {
        problems->is_cut = true;
    } else if (part[0] == '\0' || !is_told(check, place.data)) {
        va_start(arguments, format);
        vsnprintf(message, sizeof(message), format, arguments);
        va_end(arguments);
        problems_add(problems, PROBLEM_ERROR, code, place.data, help, "%s", message);
    }
    bytes_fini(&place);
}

static void check_batch(struct check *check)
{
    struct graph *graph = check->graph;
    char text[32];

    if (graph->batch_ms <= 0 && !is_told(check, "/job/batch")) {
        problems_add(&graph->problems, PROBLEM_ERROR, "E008", "/job/batch",
                     "give one such as \"1s\"", "the batch interval must be above zero, it is %s",
                     duration_text(graph->batch_ms, text));
    }
}

static void check_inputs(struct check *check, const struct node *node)
{
    const struct operator_class *class = node->class;

    if (node->inputs_count < class->inputs_min) {
        check_error(check, node, "/from", "E034", NULL, "\"%.64s\" reads from no stream",
                    node->name);
    } else if (class->inputs_max == 0 && node->inputs_count > 0) {
        check_error(check, node, "/from", "E034", NULL, "\"%.64s\" is a source and reads no stream",
                    node->name);
    } else if (node->inputs_count > class->inputs_max) {
        check_error(check, node, "/from", "E034", "unite them first, with the operator union",
                    "\"%.64s\" reads from %u streams, %s reads from %u", node->name,
                    node->inputs_count, class->name, class->inputs_max);
    }
    for (uint32_t i = 0; i < node->inputs_count; i++) {
        const struct node *input = node->inputs[i];
        if (input->class->kind == OPERATOR_OUTPUT) {
            check_error(check, node, "/from", "E039", NULL,
                        "\"%.64s\" reads from \"%.64s\", which is an output and gives no stream",
                        node->name, input->name);
            return;
        }
    }
}

static const char *shape_name(enum operator_shape shape)
{
    return shape == SHAPE_PAIRS ? "pairs" : "plain rows";
}

/* The shape of what flows in; SHAPE_ANY when it is unknown. */
static enum operator_shape input_shape(struct check *check, const struct node *node)
{
    const struct node *first = NULL;

    for (uint32_t i = 0; i < node->inputs_count; i++) {
        const struct node *input = node->inputs[i];
        enum operator_shape shape = check->shapes[input->id];
        if (shape == SHAPE_ANY) {
            continue;
        }
        if (first != NULL && shape != check->shapes[first->id]) {
            check_error(check, node, "/from", "E038", NULL,
                        "\"%.64s\" unites pairs and plain rows: \"%.64s\" gives %s, \"%.64s\" %s",
                        node->name, first->name, shape_name(check->shapes[first->id]), input->name,
                        shape_name(shape));
            return SHAPE_ANY;
        }
        first = first == NULL ? input : first;
    }
    return first == NULL ? SHAPE_ANY : check->shapes[first->id];
}

/* Every input whose shape is known is of the shape that the operator takes. */
static void check_taken(struct check *check, const struct node *node)
{
    const struct operator_class *class = node->class;

    for (uint32_t i = 0; i < node->inputs_count; i++) {
        const struct node *input = node->inputs[i];
        enum operator_shape shape = check->shapes[input->id];
        if (shape != SHAPE_ANY && shape != class->takes) {
            check_error(check, node, "/from", "E036",
                        class->takes == SHAPE_PAIRS ? "put a mapToPair before it" : NULL,
                        "\"%.64s\" is a %s and takes %s, but \"%.64s\" gives %s", node->name,
                        class->name, shape_name(class->takes), input->name, shape_name(shape));
        }
    }
}

static void check_shape(struct check *check, struct node *node)
{
    const struct operator_class *class = node->class;
    enum operator_shape shape = SHAPE_ANY;

    if (class->takes != SHAPE_ANY) {
        check_taken(check, node);
    } else if (!class->is_mixed) {
        shape = input_shape(check, node);
    }
    if (node->is_open) {
        shape = SHAPE_ANY;
    } else if (class->gives != SHAPE_ANY) {
        shape = class->gives;
    }
    check->shapes[node->id] = shape;
    node->is_pairs = shape == SHAPE_PAIRS;
    node->is_shape_known = shape != SHAPE_ANY;
}

static int64_t add_bounded(int64_t left, int64_t right)
{
    int64_t sum;

    return __builtin_add_overflow(left, right, &sum) ? INT64_MAX : sum;
}

/* From the outputs up: who is used, by how many, and for how long what it gives is wanted. */
static void find_readers(struct graph *graph)
{
    for (size_t i = 0; i < graph->nodes_count; i++) {
        struct node *node = graph->nodes[i];
        node->remember_ms =
            node->interval_ms > graph->remember_ms ? node->interval_ms : graph->remember_ms;
        if (node->checkpoint_ms >= node->interval_ms) {
            int64_t twice_ms = add_bounded(node->checkpoint_ms, node->checkpoint_ms);
            node->remember_ms = node->remember_ms > twice_ms ? node->remember_ms : twice_ms;
        }
    }
    for (size_t i = graph->nodes_count; i > 0; i--) {
        struct node *node = graph->nodes[i - 1];
        int64_t wanted_ms = node->remember_ms;
        if (node->class->kind == OPERATOR_OUTPUT) {
            node->is_used = true;
        }
        if (node->class->has_window) {
            wanted_ms = add_bounded(wanted_ms, node->window_ms);
        }
        for (uint32_t j = 0; j < node->inputs_count; j++) {
            struct node *input = node->inputs[j];
            input->readers_count++;
            input->is_used = input->is_used || node->is_used;
            if (input->remember_ms < wanted_ms) {
                input->remember_ms = wanted_ms;
            }
        }
    }
}

static void warn_unused(struct graph *graph)
{
    for (size_t i = 0; i < graph->nodes_count; i++) {
        const struct node *node = graph->nodes[i];
        struct problem *problem;
        if (node->is_used) {
            continue;
        }
        problems_add(&graph->problems, PROBLEM_WARNING, "W101", node->pointer,
                     "remove it, or let an output read it",
                     node->readers_count == 0 ? "nothing reads \"%.64s\""
                                              : "\"%.64s\" leads to no output",
                     node->name);
        problem = problems_last(&graph->problems);
        if (problem != NULL) {
            problem->is_at_key = true;
        }
    }
}

static weir_status check_all(struct check *check, weir_error *error)
{
    struct graph *graph = check->graph;

    check_batch(check);
    WEIR_TRY(check_order(check, error));
    for (size_t i = 0; i < graph->nodes_count; i++) {
        struct node *node = graph->nodes[i];
        check_inputs(check, node);
        check_shape(check, node);
        check_window(check, node);
        check_function(check, node);
        check_state(check, node);
    }
    if (graph->outputs_count == 0 && !is_told(check, "/sinks")) {
        problems_add(&graph->problems, PROBLEM_ERROR, "E032", "", NULL,
                     "no output: nothing would be executed");
    }
    find_readers(graph);
    /* A job with errors is not warned: a misspelt "from" makes others look unused. */
    if (!problems_have_errors(&graph->problems)) {
        warn_unused(graph);
    }
    return WEIR_OK;
}

/* What the list of problems amounts to. */
static weir_status answer(const struct problems *problems, weir_error *error)
{
    if (problems->is_cut) {
        return error_set(error, WEIR_E_NOMEM, "check the job");
    }
    for (size_t i = 0; i < problems->count; i++) {
        const struct problem *problem = &problems->items[i];
        if (problem->severity == PROBLEM_ERROR) {
            return error_set(error, WEIR_E_CONFIG, "%zu error%s in the job, first %s %s: %s",
                             problems->errors_count, problems->errors_count == 1 ? "" : "s",
                             problem->code, problem->pointer, problem->message);
        }
    }
    return WEIR_OK;
}

weir_status graph_check(struct graph *graph, weir_error *error)
{
    struct check check = {.graph = graph, .built_count = graph->problems.count};
    weir_status status;

    if (graph->is_checked) {
        return answer(&graph->problems, error);
    }
    graph->is_checked = true;
    check.shapes = mem_zalloc(graph->nodes_count * sizeof(*check.shapes));
    if (check.shapes == NULL) {
        graph->problems.is_cut = true;
    } else {
        status = check_all(&check, error);
        if (status != WEIR_OK) {
            graph->problems.is_cut = true;
        }
    }
    mem_free(check.shapes);
    return answer(&graph->problems, error);
}
