/*
 * function - the registry: names to functions.
 *
 * A name resolves in this order: the job's own functions, modules named by the job, the program's
 * table, built-ins. Each is a table of its own here; a registry looks through them in order.
 * A built-in may bring a kernel, a form that works on whole chunks; exec knows what that is.
 *
 * Life:     filled while a program is built; read-only once a context has started.
 * Threads:  the builder's until then, any afterwards.
 */
#ifndef WEIR_PLAN_FUNCTION_H
#define WEIR_PLAN_FUNCTION_H

#include <weir/function.h>

#include "base/arena.h"
#include "base/map.h"

/* A chunk-wise form of a function, declared and made by exec. */
struct kernel_class;

struct function {
    struct weir_function call;         /* kind NAMED: there is a kernel only */
    enum weir_function_kind kind;      /* what it serves as */
    const struct kernel_class *kernel; /* NULL: row by row */
    const char *summary;               /* for `weir check`'s lists; may be NULL */
    const char *argument_help;         /* which arguments it takes; NULL: none */
    /* Refuses a wrong argument when the plan is checked; NULL: any. */
    weir_status (*check_argument)(struct weir_value argument, weir_error *error);
};

struct function_registry {
    struct map program;  /* name -> struct function */
    struct map builtins; /* name -> const struct function */
    struct arena arena;
};

CHECKED weir_status function_registry_create(struct function_registry **out, weir_error *error);

/* builtin: lives as long as the process. */
CHECKED weir_status function_register_builtin(struct function_registry *registry,
                                              const struct function *builtin, weir_error *error);

/* The program's own. The same name with another function behind it is refused. */
CHECKED weir_status function_register(struct function_registry *registry,
                                      struct weir_function function, weir_error *error);

/* NULL when no table knows the name. */
const struct function *function_find(const struct function_registry *registry, const char *name);

/* Calls visit with each known function of this kind, for suggestions and lists. */
void function_each(const struct function_registry *registry, enum weir_function_kind kind,
                   void (*visit)(const struct function *function, void *owner), void *owner);

void function_registry_destroy(struct function_registry *registry);

#endif
