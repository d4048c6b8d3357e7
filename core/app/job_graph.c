/*
 * job_graph - sources, operators and sinks of a job file, into the graph.
 */
#include <stdio.h>
#include <string.h>

#include "app/component.h"
#include "app/document_value.h"
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
    {"partitioner", KIND_TEXT | KIND_OBJECT, false},
    {"create", KIND_OBJECT, false},
    {"merge", KIND_OBJECT, false},
    {"combine", KIND_OBJECT, false},
    {"inverse", KIND_OBJECT, false},
    {"filter", KIND_OBJECT, false},
    {"zero", KIND_ANY, false},
    {"initial", KIND_LIST, false},
    {"timeout", KIND_DURATION, false},
    {"persist", KIND_TEXT, false},
    {"checkpoint", KIND_DURATION, false},
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

/* {"builtin": "split", ...}: all but the name is the argument, which the functions of an operator
 * share. */
static struct weir_function read_function(struct job_reader *reader,
                                          const struct document_node *node, const char *key,
                                          struct weir_value *argument)
{
    const struct document_node *function = job_get(node, key, KIND_OBJECT);
    const struct weir_function none = {.name = NULL};
    const char *name;

    if (function == NULL) {
        return none;
    }
    name = job_get_text(reader, function, "builtin");
    if (name == NULL) {
        job_tell(reader, function, "E023", "write {\"builtin\": \"NAME\", ...}",
                 "\"%s\" must name a function by \"builtin\"", key);
        return none;
    }
    if (function->children_count > 1 && !weir_is_null(*argument)) {
        job_tell(reader, function, "E021", NULL,
                 "another function of this operator has arguments already: it has room for one's");
    } else if (function->children_count > 1 &&
               document_to_value(function, "builtin", &reader->job->graph->arena, argument) !=
                   WEIR_OK) {
        reader->problems->is_cut = true;
    }
    return weir_builtin(name);
}

static void read_functions(struct job_reader *reader, const struct document_node *node,
                           const struct operator_class *class, struct node_spec *spec)
{
    const struct document_node *zero = document_member(node, "zero");

    spec->function = read_function(reader, node, "fn", &spec->argument);
    for (size_t i = 0; i < OPERATOR_FUNCTIONS_MAX && class->functions[i].name != NULL; i++) {
        spec->functions[i] = read_function(reader, node, class->functions[i].name, &spec->argument);
    }
    if (zero != NULL && class->has_zero &&
        document_to_value(zero, NULL, &reader->job->graph->arena, &spec->zero) != WEIR_OK) {
        reader->problems->is_cut = true;
    }
}

/* Members that say how, which an operator has beside those that say what. */
static void read_manner(struct job_reader *reader, const struct document_node *document,
                        struct node *node)
{
    const struct document_node *partitioner =
        job_get(document, "partitioner", KIND_TEXT | KIND_OBJECT);
    const char *level = job_get_text(reader, document, "persist");
    int64_t checkpoint_ms = job_get_duration(reader, document, "checkpoint", 0);
    struct weir_value argument = weir_null();
    enum storage_level storage;
    weir_error error = {0};

    if (partitioner != NULL && partitioner->kind == DOCUMENT_TEXT) {
        graph_set_partitioner(reader->job->graph, node, weir_builtin(partitioner->text), argument);
    } else if (partitioner != NULL) {
        struct weir_function function = read_function(reader, document, "partitioner", &argument);
        graph_set_partitioner(reader->job->graph, node, function, argument);
    }
    if (level != NULL && storage_level_parse(level, &storage, &error) != WEIR_OK) {
        job_tell(reader, document_member(document, "persist"), "E048",
                 "there are MEMORY_ONLY, MEMORY_AND_DISK, DISK_ONLY, those with _SER, OFF_HEAP",
                 "%.200s", error.msg);
    } else if (level != NULL) {
        graph_persist(node, storage);
    }
    if (checkpoint_ms > 0) {
        graph_set_checkpoint(node, checkpoint_ms);
    }
}

/* What an operator of another kind takes is no member of this one. */
static void check_members(struct job_reader *reader, const struct document_node *node,
                          const struct operator_class *class)
{
    static const char *const names[] = {"create", "merge", "combine", "inverse", "filter"};
    const struct document_node *zero = document_member(node, "zero");

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        const struct document_node *member = document_member(node, names[i]);
        bool is_taken = false;
        for (size_t k = 0; k < OPERATOR_FUNCTIONS_MAX; k++) {
            const char *name = class->functions[k].name;
            is_taken = is_taken || (name != NULL && strcmp(name, names[i]) == 0);
        }
        if (member != NULL && !is_taken) {
            job_tell(reader, member, "E020", NULL, "%s takes no \"%s\"", class->name, names[i]);
        }
    }
    if (zero != NULL && !class->has_zero) {
        job_tell(reader, zero, "E020", NULL, "%s takes no \"zero\"", class->name);
    }
}

/* The operator of this name, or else the one that was most likely meant, so that the rest of its
 * mistakes can be told in the same run; NULL: nothing comes near. */
static const struct operator_class *operator_meant(const char *name)
{
    const struct operator_class *class = operator_find(name);
    size_t count;
    const char *const *names = operator_names(&count);
    const char *near = class == NULL ? problem_suggestion(name, names, count) : NULL;

    return near == NULL ? class : operator_find(near);
}

/* Tells of an operator that there is not. One that comes near nothing is held by a union without
 * inputs, so that those that read from it find something of unknown shape. */
static const struct operator_class *read_class(struct job_reader *reader,
                                               const struct document_node *node)
{
    const char *name = job_get_text(reader, node, "op");
    const struct operator_class *class = name == NULL ? NULL : operator_meant(name);
    const char *const *names;
    size_t count;
    char help[512];
    size_t size = 0;

    if (name == NULL || operator_find(name) != NULL) {
        return class;
    }
    names = operator_names(&count);
    for (size_t i = 0; i < count && class == NULL && size < sizeof(help); i++) {
        size += (size_t)snprintf(help + size, sizeof(help) - size, "%s%s",
                                 i == 0 ? "there are " : ", ", names[i]);
    }
    if (class != NULL) {
        snprintf(help, sizeof(help), "did you mean \"%s\"?", class->name);
    }
    job_tell(reader, document_member(node, "op"), "E045", help, "there is no operator \"%.64s\"",
             name);
    return class;
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
        check_members(reader, node, class);
        read_functions(reader, node, class, &spec);
        spec.window_ms = job_get_duration(reader, node, "window", 0);
        spec.slide_ms = job_get_duration(reader, node, "slide", 0);
        job_read_state(reader, node, class, &spec);
        /* What was told is left out, and not told again as missing. */
        spec.window_ms = spec.window_ms < 0 ? 0 : spec.window_ms;
        spec.slide_ms = spec.slide_ms < 0 ? 0 : spec.slide_ms;
        spec.partitions = job_get_count(reader, node, "partitions", 1, WINDOW_PARTITIONS_MAX);
        struct node *made = graph_add(reader->job->graph, &spec);
        if (made != NULL) {
            read_manner(reader, node, made);
        }
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
        if (from == NULL || (op != NULL && operator_meant(op) == NULL)) {
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
