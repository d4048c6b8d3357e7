/*
 * job_graph - sources, operators and sinks of a job file, into the graph.
 */
#include <stdio.h>
#include <string.h>

#include "app/component.h"
#include "app/job_reader.h"
#include "base/mem.h"

enum { NAMES_MAX = 256, WINDOW_PARTITIONS_MAX = 65536, KEY_BYTES_MAX = 512 };

static const struct job_key source_keys[] = {
    {"type", KIND_TEXT, true},
    {"with", KIND_OBJECT, false},
    {"decode", KIND_TEXT, false},
};

static const struct job_key operator_keys[] = {
    {"from", KIND_TEXT | KIND_LIST, false},
    {"op", KIND_TEXT, true},
    {"fn", KIND_OBJECT, false},
    {"window", KIND_DURATION, false},
    {"slide", KIND_DURATION, false},
    {"partitions", KIND_NUMBER, false},
};

static const struct job_key sink_keys[] = {
    {"from", KIND_TEXT | KIND_LIST, true},
    {"type", KIND_TEXT, true},
    {"with", KIND_OBJECT, false},
};

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* True when a text that was filled in reads as a value of the option's type by itself: 9999 where
 * a number is wanted. */
static bool is_coerced(const struct document_node *node, const weir_option *option)
{
    const char *text = node->text;

    if (!node->is_placeholder || option == NULL) {
        return false;
    }
    if (option->type == WEIR_T_BOOL) {
        return strcmp(text, "true") == 0 || strcmp(text, "false") == 0;
    }
    if (option->type == WEIR_T_INT || option->type == WEIR_T_FLOAT) {
        size_t digits = strspn(text + (text[0] == '-'), "0123456789.");
        return digits > 0 && digits + (text[0] == '-') == node->text_size;
    }
    return false;
}

/* The options as JSON text: strings with their placeholders filled in. */
static void write_options(const struct document_node *node, const char *key,
                          const struct component *component, struct bytes *out)
{
    char below[KEY_BYTES_MAX];

    switch (node->kind) {
    case DOCUMENT_NULL:
        bytes_append_text(out, "null");
        break;
    case DOCUMENT_BOOL:
        bytes_append_text(out, node->truth ? "true" : "false");
        break;
    case DOCUMENT_NUMBER:
        if (node->is_integer) {
            bytes_printf(out, "%lld", (long long)node->integer);
        } else {
            bytes_printf(out, "%.17g", node->number);
        }
        break;
    case DOCUMENT_TEXT:
        if (is_coerced(node, component_option(component, key))) {
            bytes_append(out, node->text, node->text_size);
        } else {
            document_write_text(node->text, node->text_size, out);
        }
        break;
    case DOCUMENT_LIST:
    case DOCUMENT_OBJECT:
        bytes_append_byte(out, node->kind == DOCUMENT_LIST ? '[' : '{');
        for (const struct document_node *child = node->first; child != NULL; child = child->next) {
            snprintf(below, sizeof(below), "%s%s%s", key, key[0] == '\0' ? "" : ".",
                     child->key == NULL ? "" : child->key);
            if (child->key != NULL) {
                document_write_text(child->key, strlen(child->key), out);
                bytes_append_byte(out, ':');
            }
            write_options(child, child->key == NULL ? key : below, component, out);
            if (child->next != NULL) {
                bytes_append_byte(out, ',');
            }
        }
        bytes_append_byte(out, node->kind == DOCUMENT_LIST ? ']' : '}');
        break;
    }
}

/* Adds a source or a sink. */
static void add_component(struct job_reader *reader, const struct document_node *node,
                          struct node_spec *spec)
{
    const struct document_node *with = job_get(node, "with", KIND_OBJECT);
    struct component component = {0};
    struct bytes text = {0};
    weir_error error = {0};

    spec->name = node->key;
    spec->type = job_get_text(reader, node, "type");
    if (spec->type != NULL && with != NULL) {
        /* Why it is not found is told when the options are checked. */
        if (spec->kind == OPERATOR_OUTPUT) {
            component_find_sink(spec->type, &component);
        } else if (component_find_source(reader->job->folders, spec->type, &component, &error) !=
                   WEIR_OK) {
            component.options_count = 0;
        }
        write_options(with, "", &component, &text);
        spec->with = text.data;
    }
    if (text.failed) {
        reader->problems->is_cut = true;
    } else {
        graph_add(reader->job->graph, spec);
    }
    bytes_fini(&text);
}

static bool is_object(struct job_reader *reader, const struct document_node *node, const char *what)
{
    if (node->kind == DOCUMENT_OBJECT) {
        return true;
    }
    job_tell(reader, node, "E021", NULL, "%s must be an object, found %s", what,
             document_kind_name(node->kind));
    return false;
}

static void read_sources(struct job_reader *reader, const struct document_node *sources)
{
    for (const struct document_node *node = sources->first; node != NULL; node = node->next) {
        struct node_spec spec = {.kind = OPERATOR_SOURCE};
        if (!is_object(reader, node, "a source")) {
            continue;
        }
        job_check_keys(reader, node, "a source", source_keys, COUNT_OF(source_keys));
        spec.decode = job_get_text(reader, node, "decode");
        if (spec.decode != NULL && strcmp(spec.decode, "text") != 0 &&
            strcmp(spec.decode, "bytes") != 0) {
            job_tell(reader, document_member(node, "decode"), "E021",
                     "there are \"text\" and \"bytes\"", "there is no decoder \"%.64s\"",
                     spec.decode);
            spec.decode = NULL;
        }
        add_component(reader, node, &spec);
    }
}

static void read_sinks(struct job_reader *reader, const struct document_node *sinks)
{
    for (const struct document_node *node = sinks->first; node != NULL; node = node->next) {
        struct node_spec spec = {.kind = OPERATOR_OUTPUT};
        if (!is_object(reader, node, "a sink")) {
            continue;
        }
        job_check_keys(reader, node, "a sink", sink_keys, COUNT_OF(sink_keys));
        add_component(reader, node, &spec);
    }
}

/* A JSON value as a value; `skipped` is left out of the top object. */
static weir_status to_value(const struct document_node *node, const char *skipped,
                            struct arena *arena, struct weir_value *out)
{
    struct weir_value *items;
    uint32_t count = 0;

    switch (node->kind) {
    case DOCUMENT_NULL:
        *out = weir_null();
        return WEIR_OK;
    case DOCUMENT_BOOL:
        *out = weir_bool(node->truth);
        return WEIR_OK;
    case DOCUMENT_NUMBER:
        *out = node->is_integer ? weir_int(node->integer) : weir_float(node->number);
        return WEIR_OK;
    case DOCUMENT_TEXT:
        *out = weir_text_bytes(node->text, (uint32_t)node->text_size);
        return WEIR_OK;
    case DOCUMENT_LIST:
    case DOCUMENT_OBJECT:
        break;
    }
    items = arena_zalloc(arena, (2 * (size_t)node->children_count + 1) * sizeof(*items));
    if (items == NULL) {
        return WEIR_E_NOMEM;
    }
    for (const struct document_node *child = node->first; child != NULL; child = child->next) {
        if (skipped != NULL && strcmp(child->key, skipped) == 0) {
            continue;
        }
        if (child->key != NULL) {
            items[count++] = weir_text(child->key);
        }
        WEIR_TRY(to_value(child, NULL, arena, &items[count++]));
    }
    *out = node->kind == DOCUMENT_LIST ? weir_list(items, count) : weir_map_value(items, count / 2);
    return WEIR_OK;
}

/* "fn": {"builtin": "split", ...}: all but the name is the function's argument. */
static void read_function(struct job_reader *reader, const struct document_node *node,
                          struct node_spec *spec)
{
    const struct document_node *function = job_get(node, "fn", KIND_OBJECT);
    const char *name;

    if (function == NULL) {
        return;
    }
    name = job_get_text(reader, function, "builtin");
    if (name == NULL) {
        job_tell(reader, function, "E023", "write {\"builtin\": \"NAME\", ...}",
                 "\"fn\" must name a function by \"builtin\"");
        return;
    }
    spec->function = weir_builtin(name);
    if (function->children_count > 1 &&
        to_value(function, "builtin", &reader->job->graph->arena, &spec->argument) != WEIR_OK) {
        reader->problems->is_cut = true;
    }
}

/* An operator that there is not is held by a union without inputs, so that those that read from it
 * find something of unknown shape. */
static const struct operator_class *read_class(struct job_reader *reader,
                                               const struct document_node *node)
{
    const char *name = job_get_text(reader, node, "op");
    const struct operator_class *class = name == NULL ? NULL : operator_find(name);
    const char *const *names;
    const char *near;
    size_t count;
    char help[512];
    size_t size = 0;

    if (name == NULL || class != NULL) {
        return class;
    }
    names = operator_names(&count);
    near = problem_suggestion(name, names, count);
    for (size_t i = 0; i < count && near == NULL && size < sizeof(help); i++) {
        size += (size_t)snprintf(help + size, sizeof(help) - size, "%s%s",
                                 i == 0 ? "there are " : ", ", names[i]);
    }
    if (near != NULL) {
        snprintf(help, sizeof(help), "did you mean \"%s\"?", near);
    }
    job_tell(reader, document_member(node, "op"), "E045", help, "there is no operator \"%.64s\"",
             name);
    return NULL;
}

static void read_operators(struct job_reader *reader, const struct document_node *operators)
{
    for (const struct document_node *node = operators->first; node != NULL; node = node->next) {
        struct node_spec spec = {.name = node->key, .argument = weir_null()};
        const struct operator_class *class;
        if (!is_object(reader, node, "an operator")) {
            continue;
        }
        job_check_keys(reader, node, "an operator", operator_keys, COUNT_OF(operator_keys));
        class = read_class(reader, node);
        if (class == NULL) {
            spec.kind = OPERATOR_UNION;
            graph_add(reader->job->graph, &spec);
            continue;
        }
        spec.kind = class->kind;
        read_function(reader, node, &spec);
        spec.window_ms = job_get_duration(reader, node, "window", 0);
        spec.slide_ms = job_get_duration(reader, node, "slide", 0);
        /* What was told is left out, and not told again as missing. */
        spec.window_ms = spec.window_ms < 0 ? 0 : spec.window_ms;
        spec.slide_ms = spec.slide_ms < 0 ? 0 : spec.slide_ms;
        spec.partitions = job_get_count(reader, node, "partitions", 1, WINDOW_PARTITIONS_MAX);
        graph_add(reader->job->graph, &spec);
    }
}

static void tell_unknown_input(struct job_reader *reader, const struct document_node *node,
                               const struct document_node *from)
{
    const struct graph *graph = reader->job->graph;
    const char *names[NAMES_MAX];
    const char *near;
    size_t count = 0;
    char help[96];

    for (size_t i = 0; i < graph->nodes_count && count < NAMES_MAX; i++) {
        if (graph->nodes[i]->class->kind != OPERATOR_OUTPUT &&
            strcmp(graph->nodes[i]->name, node->key) != 0) {
            names[count++] = graph->nodes[i]->name;
        }
    }
    near = problem_suggestion(from->text, names, count);
    snprintf(help, sizeof(help), "did you mean \"%.64s\"?", near == NULL ? "" : near);
    job_tell(reader, from, "E030", near == NULL ? NULL : help,
             "\"%.64s\" reads from \"%.64s\", which does not exist", node->key, from->text);
}

static void connect(struct job_reader *reader, const struct document_node *node,
                    const struct document_node *from)
{
    struct node *input;
    struct node *self = graph_find(reader->job->graph, node->key);

    if (from->kind != DOCUMENT_TEXT) {
        job_tell(reader, from, "E021", NULL, "\"from\" names streams, found %s",
                 document_kind_name(from->kind));
        return;
    }
    if (from->is_bad || self == NULL) {
        return;
    }
    input = graph_find(reader->job->graph, from->text);
    if (input == NULL) {
        tell_unknown_input(reader, node, from);
    } else {
        graph_connect(reader->job->graph, self, input);
    }
}

static void connect_all(struct job_reader *reader, const struct document_node *nodes)
{
    for (const struct document_node *node = nodes->first; node != NULL; node = node->next) {
        const struct document_node *from = job_get(node, "from", KIND_TEXT | KIND_LIST);
        const char *op = node->kind == DOCUMENT_OBJECT && job_get(node, "op", KIND_TEXT) != NULL
                             ? job_get(node, "op", KIND_TEXT)->text
                             : NULL;
        if (from == NULL || (op != NULL && operator_find(op) == NULL)) {
            continue;
        }
        if (from->kind == DOCUMENT_TEXT) {
            connect(reader, node, from);
            continue;
        }
        for (const struct document_node *item = from->first; item != NULL; item = item->next) {
            connect(reader, node, item);
        }
    }
}

weir_status job_read_graph(struct job_reader *reader, const struct document_node *root,
                           weir_error *error)
{
    const struct document_node *sources = job_get(root, "sources", KIND_OBJECT);
    const struct document_node *operators = job_get(root, "operators", KIND_OBJECT);
    const struct document_node *sinks = job_get(root, "sinks", KIND_OBJECT);

    if (sources != NULL) {
        read_sources(reader, sources);
    }
    if (operators != NULL) {
        read_operators(reader, operators);
    }
    if (sinks != NULL) {
        read_sinks(reader, sinks);
    }
    if (operators != NULL) {
        connect_all(reader, operators);
    }
    if (sinks != NULL) {
        connect_all(reader, sinks);
    }
    return reader->problems->is_cut ? error_set(error, WEIR_E_NOMEM, "no memory for the job")
                                    : WEIR_OK;
}
