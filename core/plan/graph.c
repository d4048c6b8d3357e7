/*
 * graph - a job as data: sources, operators and outputs, with names and edges.
 */
#include "plan/graph.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "data/value.h"

enum { WINDOWS_MAX = 1000 };  /* one over the other */
enum { SHOWN_NAME_MAX = 64 }; /* bytes of a wrong name that a message repeats */

weir_status graph_create(struct function_registry *functions, int64_t batch_ms, struct graph **out,
                         weir_error *error)
{
    struct graph *graph = mem_zalloc(sizeof(*graph));

    if (graph == NULL) {
        return error_set(error, WEIR_E_NOMEM, "create graph");
    }
    arena_init(&graph->arena);
    map_init(&graph->by_name);
    problems_init(&graph->problems);
    graph->functions = functions;
    graph->batch_ms = batch_ms;
    *out = graph;
    return WEIR_OK;
}

/* [A-Za-z_][A-Za-z0-9_.-]* */
static bool is_name(const char *text)
{
    static const char first[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";
    static const char further[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_"
                                  "0123456789.-";

    return text[0] != '\0' && strchr(first, text[0]) != NULL && text[strspn(text, further)] == '\0';
}

/* False when there is no memory. NULL stays NULL. */
static bool copy_text(struct graph *graph, const char *text, const char **out)
{
    *out = text == NULL ? NULL : arena_copy(&graph->arena, text, strlen(text) + 1);
    return text == NULL || *out != NULL;
}

/* "flatMap2", "socket1": the operator's name, or what kind of source or output it is. */
static const char *make_name(struct graph *graph, const struct node_spec *spec)
{
    const char *stem = operator_class_of(spec->kind)->name;
    size_t size;
    char *name;

    if (spec->type != NULL && is_name(spec->type)) {
        stem = spec->type;
    }
    size = strlen(stem) + sizeof("4294967295");
    name = arena_alloc(&graph->arena, size);
    if (name == NULL) {
        return NULL;
    }
    do {
        snprintf(name, size, "%s%u", stem, ++graph->unnamed_counts[spec->kind]);
    } while (graph_find(graph, name) != NULL);
    return name;
}

/* "/operators/counts", escaped as JSON pointers are. */
static const char *make_pointer(struct graph *graph, enum operator_kind kind, const char *name)
{
    const char *folder = kind == OPERATOR_SOURCE   ? "/sources/"
                         : kind == OPERATOR_OUTPUT ? "/sinks/"
                                                   : "/operators/";
    assert(name != NULL);
    char *pointer = arena_alloc(&graph->arena, strlen(folder) + 2 * strlen(name) + 1);
    char *end = pointer;

    if (pointer == NULL) {
        return NULL;
    }
    end = stpcpy(end, folder);
    for (const char *next = name; *next != '\0'; next++) {
        if (*next == '~' || *next == '/') {
            *end++ = '~';
            *end++ = *next == '~' ? '0' : '1';
        } else {
            *end++ = *next;
        }
    }
    *end = '\0';
    return pointer;
}

static void add_name_problem(struct graph *graph, const struct node *node)
{
    struct problem *problem;

    if (!is_name(node->name)) {
        problems_add(&graph->problems, PROBLEM_ERROR, "E007", node->pointer,
                     "use letters, digits, \"_\", \".\" and \"-\", a letter or \"_\" first",
                     "\"%.*s\" is not a name", SHOWN_NAME_MAX, node->name);
    } else {
        const struct node *other = graph_find(graph, node->name);
        problems_add(&graph->problems, PROBLEM_ERROR, "E006", node->pointer, NULL,
                     "there are two of the name \"%.*s\": the other is %s", SHOWN_NAME_MAX,
                     node->name, other->pointer);
    }
    problem = problems_last(&graph->problems);
    if (problem != NULL) {
        problem->is_at_key = true;
    }
}

/* Room for one edge more. There is room up to the next power of two. */
static bool inputs_grow(struct graph *graph, struct node *node)
{
    uint32_t count = node->inputs_count;
    struct node **inputs;

    if ((count & (count - 1)) != 0) {
        return true;
    }
    inputs =
        arena_alloc(&graph->arena, (count > 0 ? (size_t)count * 2 : 1) * sizeof(struct node *));
    if (inputs == NULL) {
        return false;
    }
    if (count > 0) {
        memcpy(inputs, node->inputs, count * sizeof(struct node *));
    }
    node->inputs = inputs;
    return true;
}

/* The node whose rows are kept when this one's are to be; NULL: a window over nothing yet. Cycles
 * are told later, and end here. */
static struct node *kept_node(struct node *node)
{
    for (uint32_t steps = 0; node != NULL && node->class->kind == OPERATOR_WINDOW; steps++) {
        node = node->inputs_count == 0 || steps > WINDOWS_MAX ? NULL : node->inputs[0];
    }
    return node;
}

void graph_persist(struct node *node, enum storage_level level)
{
    struct node *kept = kept_node(node);

    if (kept != NULL) {
        kept->storage = level;
    } else {
        node->storage = level; /* until it is connected */
    }
}

void graph_set_checkpoint(struct node *node, int64_t interval_ms)
{
    node->checkpoint_ms = interval_ms;
    if (node->storage == STORAGE_NONE) {
        graph_persist(node, STORAGE_MEMORY_ONLY_SER);
    }
}

/* A window hands its level on to what it is over. */
static void keep_for_window(struct node *window, struct node *input)
{
    struct node *kept = kept_node(input);

    if (kept == NULL) {
        return;
    }
    if (window->storage != STORAGE_NONE) {
        kept->storage = window->storage;
    } else if (kept->storage == STORAGE_NONE) {
        kept->storage = STORAGE_MEMORY_ONLY_SER;
    }
    window->storage = STORAGE_NONE;
}

void graph_connect(struct graph *graph, struct node *reader, struct node *input)
{
    assert(!graph->is_checked);
    if (reader == NULL || input == NULL) {
        return;
    }
    if (!inputs_grow(graph, reader)) {
        graph->problems.is_cut = true;
        return;
    }
    reader->inputs[reader->inputs_count++] = input;
    if (reader->class->kind == OPERATOR_WINDOW) {
        keep_for_window(reader, input);
    }
}

static bool fill_functions(struct graph *graph, struct node *node, const struct node_spec *spec)
{
    for (size_t i = 0; i < OPERATOR_FUNCTIONS_MAX; i++) {
        node->functions[i].call = spec->functions[i];
        if (!copy_text(graph, spec->functions[i].name, &node->functions[i].call.name)) {
            return false;
        }
    }
    return true;
}

/* False when there is no memory. */
static bool copy_values(struct graph *graph, const struct weir_value *values, uint32_t count,
                        const struct weir_value **out)
{
    struct weir_value *copies = arena_alloc(&graph->arena, ((size_t)count + 1) * sizeof(*copies));

    for (uint32_t i = 0; copies != NULL && i < count; i++) {
        if (value_copy(values[i], &graph->arena, &copies[i]) != WEIR_OK) {
            return false;
        }
    }
    *out = copies;
    return copies != NULL;
}

/* What operators with state are told besides. */
static bool fill_state(struct graph *graph, struct node *node, const struct node_spec *spec)
{
    node->timeout_ms = spec->timeout_ms;
    node->initial_count = spec->initial_count;
    return spec->initial_count == 0 ||
           (copy_values(graph, spec->initial_keys, spec->initial_count, &node->initial_keys) &&
            copy_values(graph, spec->initial_values, spec->initial_count, &node->initial_values));
}

/* All that the node is told, but for its name and its edges. False when there is no memory. */
static bool node_fill(struct graph *graph, struct node *node, const struct node_spec *spec)
{
    node->class = operator_class_of(spec->kind);
    node->call = spec->function;
    node->window_ms = spec->window_ms;
    node->slide_ms = spec->slide_ms;
    node->partitions = spec->partitions;
    node->is_open = spec->is_open;
    return copy_text(graph, spec->function.name, &node->call.name) &&
           value_copy(spec->argument, &graph->arena, &node->argument) == WEIR_OK &&
           value_copy(spec->zero, &graph->arena, &node->zero) == WEIR_OK &&
           fill_functions(graph, node, spec) && fill_state(graph, node, spec) &&
           copy_text(graph, spec->type, &node->type) &&
           copy_text(graph, spec->with == NULL ? "{}" : spec->with, &node->with) &&
           copy_text(graph, spec->decode == NULL ? "text" : spec->decode, &node->decode);
}

/* Puts it into the graph; nothing is changed when there is no memory. */
static bool node_enter(struct graph *graph, struct node *node)
{
    if (mem_grow((void **)&graph->nodes, &graph->nodes_capacity, graph->nodes_count + 1,
                 sizeof(struct node *), NULL) != WEIR_OK) {
        return false;
    }
    if (!is_name(node->name) || graph_find(graph, node->name) != NULL) {
        add_name_problem(graph, node);
    } else if (map_put(&graph->by_name, node->name, node, NULL) != WEIR_OK) {
        return false;
    }
    node->id = (uint32_t)graph->nodes_count;
    graph->nodes[graph->nodes_count++] = node;
    if (node->class->kind == OPERATOR_SOURCE) {
        node->source_index = graph->sources_count++;
    } else if (node->class->kind == OPERATOR_OUTPUT) {
        node->output_index = graph->outputs_count++;
    }
    return true;
}

struct node *graph_add(struct graph *graph, const struct node_spec *spec)
{
    struct node *node;

    assert(!graph->is_checked);
    node = arena_zalloc(&graph->arena, sizeof(*node));
    if (node == NULL || !node_fill(graph, node, spec)) {
        goto fail;
    }
    if (spec->name == NULL) {
        node->name = make_name(graph, spec);
    } else if (!copy_text(graph, spec->name, &node->name)) {
        goto fail;
    }
    if (node->name == NULL) {
        goto fail;
    }
    if (spec->pointer == NULL) {
        node->pointer = make_pointer(graph, spec->kind, node->name);
    } else if (!copy_text(graph, spec->pointer, &node->pointer)) {
        goto fail;
    }
    if (node->pointer == NULL || !node_enter(graph, node)) {
        goto fail;
    }
    for (uint32_t i = 0; i < spec->inputs_count; i++) {
        graph_connect(graph, node, spec->inputs[i]);
    }
    return node;

fail:
    graph->problems.is_cut = true;
    return NULL;
}

void graph_set_partitioner(struct graph *graph, struct node *node, struct weir_function function,
                           struct weir_value argument)
{
    assert(!graph->is_checked);
    node->partitioner.call = function;
    if (!copy_text(graph, function.name, &node->partitioner.call.name) ||
        value_copy(argument, &graph->arena, &node->partitioner_argument) != WEIR_OK) {
        graph->problems.is_cut = true;
    }
}

/* What was wrong at the old place, or below it, is wrong at the new one. */
static void move_problems(struct graph *graph, const char *old, const char *pointer)
{
    size_t size = strlen(old);

    for (size_t i = 0; i < graph->problems.count; i++) {
        struct problem *problem = &graph->problems.items[i];
        const char *part = problem->pointer + size;
        char *moved;
        if (strncmp(problem->pointer, old, size) != 0 || (*part != '\0' && *part != '/')) {
            continue;
        }
        moved = arena_alloc(&graph->arena, strlen(pointer) + strlen(part) + 1);
        if (moved == NULL) {
            graph->problems.is_cut = true;
            return;
        }
        stpcpy(stpcpy(moved, pointer), part);
        problem->pointer = moved;
    }
}

void graph_rename(struct graph *graph, struct node *node, const char *name)
{
    const struct node *other = graph_find(graph, name);
    const char *pointer;

    assert(!graph->is_checked);
    if (other == node) {
        return;
    }
    if (!copy_text(graph, name, &name)) {
        graph->problems.is_cut = true;
        return;
    }
    pointer = make_pointer(graph, node->class->kind, name);
    if (pointer == NULL) {
        graph->problems.is_cut = true;
        return;
    }
    move_problems(graph, node->pointer, pointer);
    node->name = name;
    node->pointer = pointer;
    if (!is_name(name) || other != NULL) {
        add_name_problem(graph, node);
    } else if (map_put(&graph->by_name, name, node, NULL) != WEIR_OK) {
        graph->problems.is_cut = true;
    }
}

/* A node that was given another name still stands under the old one, which is free again. */
struct node *graph_find(const struct graph *graph, const char *name)
{
    struct node *node = map_get(&graph->by_name, name);

    return node != NULL && strcmp(node->name, name) == 0 ? node : NULL;
}

void graph_destroy(struct graph *graph)
{
    if (graph == NULL) {
        return;
    }
    problems_fini(&graph->problems);
    map_fini(&graph->by_name);
    mem_free(graph->nodes);
    arena_fini(&graph->arena);
    mem_free(graph);
}
