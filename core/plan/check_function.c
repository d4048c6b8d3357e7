/*
 * check_function - which function stands behind a node's name for it, and whether it fits there.
 */
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

static void add_unknown(struct check *check, const struct node *node, enum weir_function_kind kind)
{
    struct suggestions suggestions = {.count = 0};
    struct bytes help = {0};
    const char *near;

    function_each(check->graph->functions, kind, suggestions_add, &suggestions);
    near = problem_suggestion(node->call.name, suggestions.names, suggestions.count);
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
    check_error(check, node, "/fn", "E040", help.failed ? NULL : help.data,
                "there is no function \"%.64s\"", node->call.name);
    bytes_fini(&help);
}

/* NULL after it was told why. */
static const struct function *resolve(struct check *check, struct node *node,
                                      enum weir_function_kind kind)
{
    const struct function *function;
    weir_error error = {0};
    weir_status status;

    if (node->call.kind != WEIR_FUNCTION_NAMED) {
        status = function_register(check->graph->functions, node->call, &error);
        if (status == WEIR_E_NOMEM) {
            check->graph->problems.is_cut = true;
            return NULL;
        }
        if (status != WEIR_OK) {
            check_error(check, node, "/fn", "E044", NULL, "%s", error.msg);
            return NULL;
        }
    }
    function = function_find(check->graph->functions, node->call.name);
    if (function == NULL) {
        add_unknown(check, node, kind);
    }
    return function;
}

void check_function(struct check *check, struct node *node)
{
    enum weir_function_kind kind = wanted_kind(node);
    const struct function *function;
    weir_error error = {0};

    if (kind == WEIR_FUNCTION_NAMED) {
        if (node->call.name != NULL) {
            check_error(check, node, "/fn", "E020", NULL, "%s takes no function",
                        node->class->name);
        }
        return;
    }
    if (node->call.name == NULL) {
        check_error(check, node, "/fn", "E041", NULL, "\"%.64s\" has no function: %s needs a %s",
                    node->name, node->class->name, kind_name(kind));
        return;
    }
    function = resolve(check, node, kind);
    if (function == NULL) {
        return;
    }
    if (function->kind != kind) {
        check_error(check, node, "/fn", "E042", NULL, "\"%.64s\" is a %s, but %s needs a %s",
                    node->call.name, kind_name(function->kind), node->class->name, kind_name(kind));
        return;
    }
    if (function->check_argument != NULL &&
        function->check_argument(node->argument, &error) != WEIR_OK) {
        check_error(check, node, "/fn", "E043", function->argument_help,
                    "the function \"%.64s\" refuses its argument: %.300s", node->call.name,
                    error.msg);
        return;
    }
    node->function = function;
}
