/*
 * api_function - the functions that a program hands to RDDs while a job runs.
 *
 * The registry is read-only by then, so the program's own functions are kept in a list of the
 * process's: each once, for good, as functions are.
 */
#include <string.h>

#include "app/api.h"
#include "base/mem.h"

struct known {
    struct function function;
    struct known *next;
};

static struct lock known_lock = {PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP};
static struct known *known_first; /* the lock; what it leads to never changes */

/* The kinds that RDDs are derived with. */
static const char *kind_name(enum weir_function_kind kind)
{
    switch ((int)kind) {
    case WEIR_FUNCTION_ROW:
        return "function of rows";
    case WEIR_FUNCTION_TEST:
        return "test of rows";
    case WEIR_FUNCTION_REDUCE:
        return "reduce function";
    default:
        return "function of another kind";
    }
}

/* All members of the union are pointers to functions: one shows whether they are the same. */
static bool is_same(const struct weir_function *left, const struct weir_function *right)
{
    return left->kind == right->kind && left->row == right->row &&
           strcmp(left->name, right->name) == 0;
}

static const struct function *keep(const struct weir_function *given)
{
    struct known *known;

    lock_take(&known_lock);
    for (known = known_first; known != NULL; known = known->next) {
        if (is_same(&known->function.call, given)) {
            goto done;
        }
    }
    known = mem_zalloc(sizeof(*known));
    if (known == NULL) {
        goto done;
    }
    known->function.call = *given;
    known->function.kind = given->kind;
    known->function.call.name = mem_text_copy(given->name);
    if (known->function.call.name == NULL) {
        mem_free(known);
        known = NULL;
        goto done;
    }
    known->next = known_first;
    known_first = known;

done:
    lock_release(&known_lock);
    return known == NULL ? NULL : &known->function;
}

weir_status api_function(const struct function_registry *registry, struct weir_function given,
                         enum weir_function_kind wanted, struct weir_value argument,
                         const struct function **out, weir_error *error)
{
    const struct function *function;

    if (given.name == NULL || (given.kind != WEIR_FUNCTION_NAMED && given.row == NULL)) {
        return error_set(error, WEIR_E_INVAL, "there is no function");
    }
    if (given.kind != WEIR_FUNCTION_NAMED && given.kind != wanted) {
        return error_set(error, WEIR_E_INVAL, "\"%s\" is a %s, a %s is wanted", given.name,
                         kind_name(given.kind), kind_name(wanted));
    }
    if (given.kind != WEIR_FUNCTION_NAMED) {
        *out = keep(&given);
        return *out != NULL ? WEIR_OK : error_set(error, WEIR_E_NOMEM, "keep \"%s\"", given.name);
    }
    function = function_find(registry, given.name);
    if (function == NULL) {
        return error_set(error, WEIR_E_INVAL, "there is no function \"%s\"", given.name);
    }
    if (function->kind != wanted) {
        return error_set(error, WEIR_E_INVAL, "\"%s\" is a %s, a %s is wanted", given.name,
                         kind_name(function->kind), kind_name(wanted));
    }
    if (function->check_argument != NULL) {
        weir_status status = function->check_argument(argument, error);
        if (status != WEIR_OK) {
            return error_wrap(error, status, "the function \"%s\" refuses its argument",
                              given.name);
        }
    }
    *out = function;
    return WEIR_OK;
}
