/*
 * function - the registry: names to functions.
 */
#include "plan/function.h"

#include <string.h>

#include "base/mem.h"

weir_status function_registry_create(struct function_registry **out, weir_error *error)
{
    struct function_registry *registry = mem_zalloc(sizeof(*registry));

    if (registry == NULL) {
        return error_set(error, WEIR_E_NOMEM, "create function registry");
    }
    map_init(&registry->program);
    map_init(&registry->builtins);
    arena_init(&registry->arena);
    *out = registry;
    return WEIR_OK;
}

weir_status function_register_builtin(struct function_registry *registry,
                                      const struct function *builtin, weir_error *error)
{
    const struct function *known = map_get(&registry->builtins, builtin->call.name);

    if (known == builtin) {
        return WEIR_OK;
    }
    if (known != NULL) {
        return error_set(error, WEIR_E_INVAL, "there are two built-in functions \"%s\"",
                         builtin->call.name);
    }
    /* The map is of mutable things; these come out of it as const again. */
    return map_put(&registry->builtins, builtin->call.name, (void *)(uintptr_t)builtin, error);
}

static bool is_same_call(struct weir_function left, struct weir_function right)
{
    return left.kind == right.kind && left.any == right.any;
}

static bool is_missing(struct weir_function function)
{
    return function.kind == WEIR_FUNCTION_NAMED || function.any == NULL;
}

weir_status function_register(struct function_registry *registry, struct weir_function function,
                              weir_error *error)
{
    const struct function *known;
    struct function *added;

    if (function.name == NULL || function.name[0] == '\0') {
        return error_set(error, WEIR_E_INVAL, "a function has no name");
    }
    if (is_missing(function)) {
        return error_set(error, WEIR_E_INVAL, "there is no function behind the name \"%s\"",
                         function.name);
    }
    known = map_get(&registry->program, function.name);
    if (known != NULL) {
        if (is_same_call(known->call, function)) {
            return WEIR_OK;
        }
        return error_set(error, WEIR_E_INVAL, "the name \"%s\" stands for another function already",
                         function.name);
    }
    added = arena_zalloc(&registry->arena, sizeof(*added));
    if (added == NULL) {
        return error_set(error, WEIR_E_NOMEM, "register function \"%s\"", function.name);
    }
    added->call = function;
    added->kind = function.kind;
    added->call.name = arena_copy(&registry->arena, function.name, strlen(function.name) + 1);
    if (added->call.name == NULL) {
        return error_set(error, WEIR_E_NOMEM, "register function \"%s\"", function.name);
    }
    return map_put(&registry->program, added->call.name, added, error);
}

const struct function *function_find(const struct function_registry *registry, const char *name)
{
    const struct function *function = map_get(&registry->program, name);

    return function != NULL ? function : map_get(&registry->builtins, name);
}

/* The function of that kind whose name is the next after `last`; an earlier find is kept when it
 * has the same name. */
static const struct function *next_by_name(const struct map *map, enum weir_function_kind kind,
                                           const char *last, const struct function *found)
{
    for (uint32_t i = 0; i < map->slots_count; i++) {
        const struct function *function = map->slots[i].value;
        if (map->slots[i].name == NULL || function->kind != kind) {
            continue;
        }
        if (last != NULL && strcmp(function->call.name, last) <= 0) {
            continue;
        }
        if (found == NULL || strcmp(function->call.name, found->call.name) < 0) {
            found = function;
        }
    }
    return found;
}

/* In the order of names, so that lists are the same on every run. There are tens of functions, so
 * finding each next one by a walk costs less than memory to sort them in. */
void function_each(const struct function_registry *registry, enum weir_function_kind kind,
                   void (*visit)(const struct function *function, void *owner), void *owner)
{
    const char *last = NULL;

    for (;;) {
        const struct function *next = next_by_name(&registry->program, kind, last, NULL);
        next = next_by_name(&registry->builtins, kind, last, next);
        if (next == NULL) {
            return;
        }
        last = next->call.name;
        if (function_find(registry, last) == next) {
            visit(next, owner); /* else it stands behind one of the program's, of another kind */
        }
    }
}

void function_registry_destroy(struct function_registry *registry)
{
    if (registry == NULL) {
        return;
    }
    map_fini(&registry->program);
    map_fini(&registry->builtins);
    arena_fini(&registry->arena);
    mem_free(registry);
}
