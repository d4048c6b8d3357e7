/*
 * api_shared - values that functions share: broadcasts and accumulators.
 *
 * A function is handed an int, which says a place in a table of the process and which of those that
 * stood there one after the other is meant: so a stale one is told from a living one.
 */
#include "app/api_shared.h"

#include <stdatomic.h>
#include <string.h>

#include "app/api.h"
#include "base/mem.h"
#include "data/value.h"
#include "exec/tally.h"

enum shared_kind { SHARED_BROADCAST, SHARED_ACCUMULATOR };

/* The head of either. */
struct shared {
    enum shared_kind kind;
    uint64_t id;
    struct weir_context *context;
    struct shared *next; /* the context's */
};

struct weir_broadcast {
    struct shared shared;
    struct arena arena;
    struct weir_value value;
};

struct weir_accumulator {
    struct shared shared;
    char *name;
    struct tally *tally;
};

#define ID_PLACES WEIR_SHARED_MAX /* an id's remainder is its place */

static _Atomic(struct shared *) places[WEIR_SHARED_MAX];
static struct lock places_lock = {PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP};
static uint64_t rounds; /* the lock; ids begin with the second, so that 0 is none */

static weir_status enter(struct weir_context *context, struct shared *shared, enum shared_kind kind,
                         weir_error *error)
{
    weir_status status = WEIR_E_TOOBIG;

    shared->kind = kind;
    shared->context = context;
    lock_take(&places_lock);
    for (uint64_t i = 0; i < WEIR_SHARED_MAX; i++) {
        if (atomic_load(&places[i]) == NULL) {
            shared->id = ++rounds * ID_PLACES + i;
            atomic_store(&places[i], shared);
            status = WEIR_OK;
            break;
        }
    }
    lock_release(&places_lock);
    if (status != WEIR_OK) {
        return error_set(error, status, "%u shared values, and there can be no more",
                         WEIR_SHARED_MAX);
    }
    shared->next = context->shared;
    context->shared = shared;
    return WEIR_OK;
}

static void leave(struct shared *shared)
{
    struct shared **link = &shared->context->shared;

    while (*link != NULL && *link != shared) {
        link = &(*link)->next;
    }
    if (*link != NULL) {
        *link = shared->next;
    }
    atomic_store(&places[shared->id % ID_PLACES], NULL);
}

/* NULL: the argument stands for none of this kind. */
static struct shared *find(struct weir_value argument, enum shared_kind kind)
{
    struct shared *shared;

    if (weir_kind_of(argument) != WEIR_INT || argument.integer < (int64_t)ID_PLACES) {
        return NULL;
    }
    shared = atomic_load(&places[(uint64_t)argument.integer % ID_PLACES]);
    return shared != NULL && shared->kind == kind && shared->id == (uint64_t)argument.integer
               ? shared
               : NULL;
}

struct weir_broadcast *weir_broadcast_create(struct weir_context *context, struct weir_value value)
{
    weir_error error = {.struct_size = sizeof(error)};
    struct weir_broadcast *broadcast;
    weir_status status;

    if (context == NULL) {
        return NULL;
    }
    broadcast = mem_zalloc(sizeof(*broadcast));
    if (broadcast == NULL) {
        api_refuse(context, WEIR_E_NOMEM, "weir_broadcast_create: no memory");
        return NULL;
    }
    arena_init(&broadcast->arena);
    status = value_copy(value, &broadcast->arena, &broadcast->value) == WEIR_OK
                 ? enter(context, &broadcast->shared, SHARED_BROADCAST, &error)
                 : error_set(&error, WEIR_E_NOMEM, "no memory");
    if (status == WEIR_OK) {
        return broadcast;
    }
    arena_fini(&broadcast->arena);
    mem_free(broadcast);
    error_wrap(&error, status, "weir_broadcast_create");
    api_told(context, status, &error);
    return NULL;
}

struct weir_value weir_broadcast_argument(const struct weir_broadcast *broadcast)
{
    return broadcast == NULL ? weir_null() : weir_int((int64_t)broadcast->shared.id);
}

struct weir_value weir_broadcast_of(struct weir_value argument)
{
    const struct weir_broadcast *broadcast =
        (const struct weir_broadcast *)find(argument, SHARED_BROADCAST);

    return broadcast == NULL ? weir_null() : broadcast->value;
}

void weir_broadcast_destroy(struct weir_broadcast *broadcast)
{
    if (broadcast != NULL) {
        leave(&broadcast->shared);
        arena_fini(&broadcast->arena);
        mem_free(broadcast);
    }
}

static weir_status fill_accumulator(struct weir_context *context,
                                    struct weir_accumulator *accumulator, const char *name,
                                    struct weir_function given, struct weir_value zero,
                                    weir_error *error)
{
    const struct function *function;

    WEIR_TRY(api_function(context->functions, given, WEIR_FUNCTION_REDUCE, weir_null(), &function,
                          error));
    accumulator->name = mem_text_copy(name == NULL ? "" : name);
    if (accumulator->name == NULL) {
        return error_set(error, WEIR_E_NOMEM, "no memory");
    }
    WEIR_TRY(tally_create(function, zero, &accumulator->tally, error));
    return enter(context, &accumulator->shared, SHARED_ACCUMULATOR, error);
}

struct weir_accumulator *weir_accumulator_create(struct weir_context *context, const char *name,
                                                 struct weir_function function,
                                                 struct weir_value zero)
{
    weir_error error = {.struct_size = sizeof(error)};
    struct weir_accumulator *accumulator;
    weir_status status;

    if (context == NULL) {
        return NULL;
    }
    accumulator = mem_zalloc(sizeof(*accumulator));
    status = accumulator == NULL
                 ? error_set(&error, WEIR_E_NOMEM, "no memory")
                 : fill_accumulator(context, accumulator, name, function, zero, &error);
    if (status == WEIR_OK) {
        return accumulator;
    }
    if (accumulator != NULL) {
        tally_destroy(accumulator->tally);
        mem_free(accumulator->name);
        mem_free(accumulator);
    }
    error_wrap(&error, status, "weir_accumulator_create");
    api_told(context, status, &error);
    return NULL;
}

struct weir_value weir_accumulator_argument(const struct weir_accumulator *accumulator)
{
    return accumulator == NULL ? weir_null() : weir_int((int64_t)accumulator->shared.id);
}

struct weir_accumulator *weir_accumulator_of(struct weir_value argument)
{
    return (struct weir_accumulator *)find(argument, SHARED_ACCUMULATOR);
}

weir_status weir_accumulator_add(struct weir_accumulator *accumulator, struct weir_value value)
{
    weir_error error = {.struct_size = sizeof(error)};

    return accumulator == NULL ? WEIR_E_INVAL : tally_add(accumulator->tally, value, &error);
}

const char *weir_accumulator_name(const struct weir_accumulator *accumulator)
{
    return accumulator == NULL ? "" : accumulator->name;
}

weir_status weir_accumulator_value(struct weir_accumulator *accumulator, struct weir_rows *out)
{
    weir_error error = {.struct_size = sizeof(error)};
    struct block **blocks = NULL;
    struct weir_value value;
    struct arena arena;
    weir_status status;

    if (out == NULL) {
        return WEIR_E_INVAL;
    }
    memset(out, 0, sizeof(*out));
    if (accumulator == NULL) {
        return WEIR_E_INVAL;
    }
    arena_init(&arena);
    status = tally_read(accumulator->tally, &arena, &value, &error);
    if (status == WEIR_OK) {
        blocks = mem_zalloc(sizeof(struct block *));
        status = blocks == NULL ? error_set(&error, WEIR_E_NOMEM, "no memory")
                                : block_create_values(NULL, &value, 1, &blocks[0], &error);
    }
    if (status == WEIR_OK) {
        status = api_rows(blocks, 1, false, out, &error);
    } else {
        mem_free(blocks);
    }
    arena_fini(&arena);
    return status;
}

void weir_accumulator_reset(struct weir_accumulator *accumulator)
{
    if (accumulator != NULL) {
        tally_reset(accumulator->tally);
    }
}

void weir_accumulator_destroy(struct weir_accumulator *accumulator)
{
    if (accumulator != NULL) {
        leave(&accumulator->shared);
        tally_destroy(accumulator->tally);
        mem_free(accumulator->name);
        mem_free(accumulator);
    }
}

void api_accumulators_each(struct weir_context *context,
                           void (*visit)(struct weir_accumulator *accumulator, void *owner),
                           void *owner)
{
    for (struct shared *one = context->shared; one != NULL; one = one->next) {
        if (one->kind == SHARED_ACCUMULATOR) {
            visit((struct weir_accumulator *)one, owner);
        }
    }
}

void api_shared_fini(struct weir_context *context)
{
    while (context->shared != NULL) {
        if (context->shared->kind == SHARED_BROADCAST) {
            weir_broadcast_destroy((struct weir_broadcast *)context->shared);
        } else {
            weir_accumulator_destroy((struct weir_accumulator *)context->shared);
        }
    }
}
