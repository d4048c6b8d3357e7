/*
 * tally - a value that tasks add to, and that only successful tasks change.
 */
#include "exec/tally.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "base/thread.h"
#include "data/value.h"

#define SHARES_MAX      4096u              /* tallies that one task adds to */
#define SLACK_BYTES_MIN ((size_t)64 << 10) /* of values gone by, before the living are moved */

struct tally {
    const struct function *merge;
    struct weir_value zero;
    struct arena zero_arena;
    struct lock lock; /* of all below */
    struct weir_value value;
    struct arena arena; /* what value points to */
    size_t arena_bytes_max;
};

/* What a task has added to one tally. */
struct share {
    struct tally *tally;
    struct weir_value value;
};

/* A task's shares, on its thread. */
struct held {
    bool is_open;
    struct share *shares;
    uint32_t count;
    uint32_t capacity;
    struct arena arena;
    size_t arena_bytes_max;
};

static _Thread_local struct held held;

/* Memory that a merge function may ask for; it may emit nothing. */
struct scratch {
    struct weir_emitter out; /* first: functions get a pointer to it */
    struct arena arena;
    const char *reason;
    struct weir_value nowhere[2];
};

static void scratch_error(struct weir_emitter *out, const char *reason)
{
    struct scratch *scratch = (struct scratch *)out;

    out->is_failed = true;
    if (scratch->reason == NULL) {
        scratch->reason = reason; /* literals, as a rule; it is used before the call is over */
    }
}

static void scratch_flush(struct weir_emitter *out)
{
    out->count = 0;
    scratch_error(out, "it emits rows");
}

static void *scratch_memory(struct weir_emitter *out, size_t size)
{
    static _Thread_local struct weir_value last_resort[4096]; /* 64 KiB */
    void *memory = arena_alloc(&((struct scratch *)out)->arena, size == 0 ? 1 : size);

    if (memory == NULL) {
        scratch_error(out, "there is no memory");
        memory = size <= sizeof(last_resort) ? last_resort : NULL;
    }
    return memory;
}

/* *into: a value that points into arena, or nowhere; then the same of what came out. */
static weir_status merge(const struct tally *tally, struct weir_value *into, struct arena *arena,
                         struct weir_value added, weir_error *error)
{
    struct scratch scratch = {
        .out = {.capacity = 1,
                .flush = scratch_flush,
                .memory = scratch_memory,
                .on_error = scratch_error},
    };
    struct weir_value copy;
    weir_status status = WEIR_OK;

    scratch.out.keys = &scratch.nowhere[0];
    scratch.out.values = &scratch.nowhere[1];
    arena_init(&scratch.arena);
    struct weir_value made = tally->merge->call.reduce(*into, added, &scratch.out, weir_null());
    if (scratch.out.is_failed || scratch.out.count > 0) {
        status = error_set(error, WEIR_E_INVAL, "accumulate: %s",
                           scratch.reason == NULL ? "it emits rows" : scratch.reason);
    } else if (value_copy(made, arena, &copy) != WEIR_OK) {
        status = error_set(error, WEIR_E_NOMEM, "accumulate: no memory");
    } else {
        *into = copy;
    }
    arena_fini(&scratch.arena);
    return status;
}

/* True when most of an arena is values gone by. */
static bool is_slack(const struct arena *arena, size_t bytes_max)
{
    return arena->allocated_bytes > bytes_max && arena->allocated_bytes > SLACK_BYTES_MIN;
}

/* Moves a tally's value to an arena of its size. That it cannot be moved is no failure. */
static void compact(struct tally *tally)
{
    struct arena fresh;
    struct weir_value copy;

    arena_init(&fresh);
    if (value_copy(tally->value, &fresh, &copy) == WEIR_OK) {
        arena_fini(&tally->arena);
        tally->arena = fresh;
        tally->value = copy;
    } else {
        arena_fini(&fresh);
    }
    tally->arena_bytes_max = 2 * tally->arena.allocated_bytes;
}

static void compact_held(void)
{
    struct arena fresh;
    bool is_whole = true;

    arena_init(&fresh);
    for (uint32_t i = 0; i < held.count && is_whole; i++) {
        struct weir_value copy;
        is_whole = value_copy(held.shares[i].value, &fresh, &copy) == WEIR_OK;
        if (is_whole) {
            held.shares[i].value = copy;
        }
    }
    if (is_whole) {
        arena_fini(&held.arena);
        held.arena = fresh;
    } else {
        arena_move(&fresh, &held.arena); /* some have moved already */
    }
    held.arena_bytes_max = 2 * held.arena.allocated_bytes;
}

weir_status tally_create(const struct function *function, struct weir_value zero,
                         struct tally **out, weir_error *error)
{
    assert(function->kind == WEIR_FUNCTION_REDUCE && function->call.reduce != NULL);
    struct tally *tally = mem_zalloc(sizeof(*tally));

    if (tally == NULL) {
        return error_set(error, WEIR_E_NOMEM, "no memory for an accumulator");
    }
    tally->merge = function;
    arena_init(&tally->zero_arena);
    arena_init(&tally->arena);
    lock_init(&tally->lock);
    if (value_copy(zero, &tally->zero_arena, &tally->zero) != WEIR_OK) {
        tally_destroy(tally);
        return error_set(error, WEIR_E_NOMEM, "no memory for an accumulator");
    }
    tally->value = tally->zero;
    *out = tally;
    return WEIR_OK;
}

/* Under the lock. */
static weir_status add_now(struct tally *tally, struct weir_value value, weir_error *error)
{
    WEIR_TRY(merge(tally, &tally->value, &tally->arena, value, error));
    if (is_slack(&tally->arena, tally->arena_bytes_max)) {
        compact(tally);
    }
    return WEIR_OK;
}

static weir_status find_share(struct tally *tally, struct share **out, weir_error *error)
{
    for (uint32_t i = 0; i < held.count; i++) {
        if (held.shares[i].tally == tally) {
            *out = &held.shares[i];
            return WEIR_OK;
        }
    }
    if (held.count == held.capacity) {
        uint32_t capacity = held.capacity == 0 ? 8 : 2 * held.capacity;
        struct share *shares =
            capacity > SHARES_MAX ? NULL : mem_realloc(held.shares, capacity * sizeof(*shares));
        if (shares == NULL) {
            return error_set(error, WEIR_E_NOMEM, "accumulate: no memory for %u of them", capacity);
        }
        held.shares = shares;
        held.capacity = capacity;
    }
    held.shares[held.count] = (struct share){.tally = tally, .value = tally->zero};
    *out = &held.shares[held.count++];
    return WEIR_OK;
}

weir_status tally_add(struct tally *tally, struct weir_value value, weir_error *error)
{
    struct share *share = NULL;

    if (held.is_open) {
        WEIR_TRY(find_share(tally, &share, error));
        WEIR_TRY(merge(tally, &share->value, &held.arena, value, error));
        if (is_slack(&held.arena, held.arena_bytes_max)) {
            compact_held();
        }
        return WEIR_OK;
    }
    lock_take(&tally->lock);
    weir_status status = add_now(tally, value, error);
    lock_release(&tally->lock);
    return status;
}

weir_status tally_read(struct tally *tally, struct arena *arena, struct weir_value *out,
                       weir_error *error)
{
    lock_take(&tally->lock);
    weir_status status = value_copy(tally->value, arena, out);
    lock_release(&tally->lock);
    return status == WEIR_OK ? WEIR_OK : error_set(error, status, "read an accumulator: no memory");
}

void tally_reset(struct tally *tally)
{
    lock_take(&tally->lock);
    arena_reset(&tally->arena);
    tally->value = tally->zero;
    lock_release(&tally->lock);
}

void tally_destroy(struct tally *tally)
{
    if (tally == NULL) {
        return;
    }
    arena_fini(&tally->zero_arena);
    arena_fini(&tally->arena);
    lock_fini(&tally->lock);
    mem_free(tally);
}

void tally_task_begin(void)
{
    assert(!held.is_open);
    held.is_open = true;
}

weir_status tally_task_end(bool has_succeeded, weir_error *error)
{
    weir_status status = WEIR_OK;

    assert(held.is_open);
    held.is_open = false;
    if (held.count == 0) {
        return WEIR_OK;
    }
    for (uint32_t i = 0; i < held.count && has_succeeded && status == WEIR_OK; i++) {
        status = tally_add(held.shares[i].tally, held.shares[i].value, error);
    }
    mem_free(held.shares);
    arena_fini(&held.arena);
    memset(&held, 0, sizeof(held));
    return status;
}
