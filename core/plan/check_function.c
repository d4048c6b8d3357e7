/*
 * check_function - which function stands behind a node's name for it, and whether it fits there.
 */
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "plan/check.h"

enum { SUGGESTIONS_MAX = 256 }; /* functions of one kind that are compared */

static const char *kind_name(enum weir_function_kind kind)
{
    static const char *const names[] = {
        [WEIR_FUNCTION_NAMED] = "function of no known kind",
        [WEIR_FUNCTION_ROW] = "function of rows",
        [WEIR_FUNCTION_TEST] = "test of rows",
        [WEIR_FUNCTION_REDUCE] = "reduce function",
        [WEIR_FUNCTION_TRANSFORM] = "transform function",
        [WEIR_FUNCTION_FOREACH] = "foreach function",
        [WEIR_FUNCTION_CREATE] = "create function",
        [WEIR_FUNCTION_PARTITION] = "function of partitions",
        [WEIR_FUNCTION_PARTITIONER] = "partitioner",
        [WEIR_FUNCTION_UPDATE] = "update function",
        [WEIR_FUNCTION_STATE] = "state function",
        [WEIR_FUNCTION_TRANSFORM_ALL] = "transform function of several streams",
        [WEIR_FUNCTION_ZIP] = "function of several partitions",
    };

    return names[kind];
}

/* The kind that the node wants; NAMED when it takes none. */
static enum weir_function_kind wanted_kind(const struct node *node)
{
    if (node->class->has_function) {
        return node->class->function_kind;
    }
    if (node->class->kind == OPERATOR_OUTPUT && node->type != NULL &&
        strcmp(node->type, "foreach") == 0) {
        return WEIR_FUNCTION_FOREACH;
    }
    return WEIR_FUNCTION_NAMED;
}

struct suggestions {
    const char *names[SUGGESTIONS_MAX];
    size_t count;
};

static void suggestions_add(const struct function *function, void *owner)
{
    struct suggestions *suggestions = owner;

    if (suggestions->count < SUGGESTIONS_MAX) {
        suggestions->names[suggestions->count++] = function->call.name;
    }
}

/* A place of a node where a function may stand. */
struct place {
    const char *part; /* "/fn" */
    enum weir_function_kind kind;
    bool is_optional;
    struct weir_value argument;
};

static void add_unknown(struct check *check, const struct node *node, const struct place *place,
                        const char *name)
{
    struct suggestions suggestions = {.count = 0};
    struct bytes help = {0};
    const char *near;

    function_each(check->graph->functions, place->kind, suggestions_add, &suggestions);
    near = problem_suggestion(name, suggestions.names, suggestions.count);
    if (near != NULL) {
        bytes_printf(&help, "did you mean \"%s\"?", near);
    } else {
        for (size_t i = 0; i < suggestions.count && i < 12; i++) {
            bytes_printf(&help, "%s\"%s\"", i == 0 ? "there are " : ", ", suggestions.names[i]);
        }
    }
    if (help.failed) {
        check->graph->problems.is_cut = true;
    }
    check_error(check, node, place->part, "E040", help.failed ? NULL : help.data,
                "there is no function \"%.64s\"", name);
    bytes_fini(&help);
}

/* NULL after it was told why. */
static const struct function *find(struct check *check, const struct node *node,
                                   const struct place *place, const struct weir_function *call)
{
    const struct function *function;
    weir_error error = {0};
    weir_status status;

    if (call->kind != WEIR_FUNCTION_NAMED) {
        status = function_register(check->graph->functions, *call, &error);
        if (status == WEIR_E_NOMEM) {
            check->graph->problems.is_cut = true;
            return NULL;
        }
        if (status != WEIR_OK) {
            check_error(check, node, place->part, "E044", NULL, "%s", error.msg);
            return NULL;
        }
    }
    function = function_find(check->graph->functions, call->name);
    if (function == NULL) {
        add_unknown(check, node, place, call->name);
    }
    return function;
}

/* NULL after it was told why, and where nothing stands in a place that may be empty. */
static const struct function *resolve(struct check *check, const struct node *node,
                                      const struct place *place, const struct weir_function *call)
{
    const struct function *function;
    weir_error error = {0};

    if (call->name == NULL && place->is_optional) {
        return NULL;
    }
    if (call->name == NULL) {
        check_error(check, node, place->part, "E041", NULL,
                    "\"%.64s\" has no function: %s needs a %s", node->name, node->class->name,
                    kind_name(place->kind));
        return NULL;
    }
    function = find(check, node, place, call);
    if (function == NULL) {
        return NULL;
    }
    if (function->kind != place->kind) {
        check_error(check, node, place->part, "E042", NULL, "\"%.64s\" is a %s, but %s needs a %s",
                    call->name, kind_name(function->kind), node->class->name,
                    kind_name(place->kind));
        return NULL;
    }
    if (function->check_argument != NULL &&
        function->check_argument(place->argument, &error) != WEIR_OK) {
        check_error(check, node, place->part, "E043", function->argument_help,
                    "the function \"%.64s\" refuses its argument: %.300s", call->name, error.msg);
        return NULL;
    }
    return function;
}

/* "hash" and "range" are ways of their own and no functions. */
static void check_partitioner(struct check *check, struct node *node)
{
    const struct place place = {.part = "/partitioner",
                                .kind = WEIR_FUNCTION_PARTITIONER,
                                .is_optional = true,
                                .argument = node->partitioner_argument};
    const struct weir_function *call = &node->partitioner.call;
    bool is_named = call->name != NULL && call->kind == WEIR_FUNCTION_NAMED;

    if (call->name != NULL && !node->class->has_partitioner) {
        check_error(check, node, place.part, "E020", NULL, "%s takes no partitioner",
                    node->class->name);
    } else if (is_named && strcmp(call->name, "range") == 0) {
        node->is_ranged = true;
        if (node->class->kind != OPERATOR_PARTITION_BY) {
            check_error(check, node, place.part, "E020", NULL,
                        "%s cannot partition by range: put a partitionBy before it",
                        node->class->name);
        }
    } else if (!is_named || strcmp(call->name, "hash") != 0) {
        node->partitioner.function = resolve(check, node, &place, call);
    }
}

/* The functions beside "fn". */
static void check_others(struct check *check, struct node *node)
{
    for (size_t i = 0; i < OPERATOR_FUNCTIONS_MAX; i++) {
        const struct operator_function *wanted = &node->class->functions[i];
        struct place place = {
            .kind = wanted->kind, .is_optional = wanted->is_optional, .argument = node->argument};
        char part[32];
        if (wanted->name != NULL) {
            snprintf(part, sizeof(part), "/%s", wanted->name);
            place.part = part;
            node->functions[i].function = resolve(check, node, &place, &node->functions[i].call);
        }
    }
}

void check_function(struct check *check, struct node *node)
{
    struct place place = {.part = "/fn", .kind = wanted_kind(node), .argument = node->argument};

    check_others(check, node);
    check_partitioner(check, node);
    if (place.kind != WEIR_FUNCTION_NAMED) {
        node->function = resolve(check, node, &place, &node->call);
    } else if (node->call.name != NULL) {
        check_error(check, node, "/fn", "E020", NULL, "%s takes no function", node->class->name);
    }
}
