/*
 * memory - the budget of an executor.
 */
#include "exec/memory.h"

#include <assert.h>

#define SHARE_MIN (64u * 1024u)
#define PIECE_MIN (16u * 1024u)
#define PIECE_MAX (4u * 1024u * 1024u)
#define STEP_MIN  (64u * 1024u) /* an account is not moved for less */

/* A chain has an aggregation and a shuffle's writer at work at once, and each may be merging what
 * it has spilled; a table that grows has its old and its new half for a moment. */
#define SHARES_PER_TASK 6u

void memory_init(struct memory *memory, size_t limit_bytes, uint32_t tasks_max)
{
    *memory =
        (struct memory){.limit_bytes = limit_bytes, .tasks_max = tasks_max == 0 ? 1 : tasks_max};
    atomic_init(&memory->used_bytes, 0);
    atomic_init(&memory->peak_bytes, 0);
}

static void note_peak(struct memory *memory, size_t used_bytes)
{
    size_t peak = atomic_load_explicit(&memory->peak_bytes, memory_order_relaxed);

    while (used_bytes > peak &&
           !atomic_compare_exchange_weak(&memory->peak_bytes, &peak, used_bytes)) {
    }
}

static bool try_below(struct memory *memory, size_t bytes, size_t ceiling)
{
    size_t used = atomic_load(&memory->used_bytes);

    do {
        if (memory->limit_bytes != 0 && (used > ceiling || bytes > ceiling - used)) {
            return false;
        }
    } while (!atomic_compare_exchange_weak(&memory->used_bytes, &used, used + bytes));
    note_peak(memory, used + bytes);
    return true;
}

bool memory_try(struct memory *memory, size_t bytes)
{
    return try_below(memory, bytes, memory->limit_bytes);
}

static void reclaim_over(struct memory *memory, size_t bytes, size_t ceiling)
{
    size_t used = atomic_load(&memory->used_bytes);

    if (memory->limit_bytes == 0 || memory->reclaim == NULL) {
        return;
    }
    if (used + bytes > ceiling) {
        memory->reclaim(memory->reclaim_owner, used + bytes - ceiling);
    }
}

bool memory_try_fixed(struct memory *memory, size_t bytes)
{
    size_t ceiling = memory->limit_bytes / 2;

    if (try_below(memory, bytes, ceiling)) {
        return true;
    }
    if (bytes > ceiling) {
        return false; /* evicting all would not help */
    }
    reclaim_over(memory, bytes, ceiling);
    return try_below(memory, bytes, ceiling);
}

void memory_take(struct memory *memory, size_t bytes)
{
    reclaim_over(memory, bytes, memory->limit_bytes);
    note_peak(memory, atomic_fetch_add(&memory->used_bytes, bytes) + bytes);
}

void memory_give(struct memory *memory, size_t bytes)
{
    size_t used = atomic_fetch_sub(&memory->used_bytes, bytes);

    assert(used >= bytes);
    (void)used;
}

size_t memory_share(const struct memory *memory)
{
    if (memory == NULL || memory->limit_bytes == 0) {
        return SIZE_MAX;
    }
    size_t share = memory->limit_bytes / (SHARES_PER_TASK * memory->tasks_max);
    return share < SHARE_MIN ? SHARE_MIN : share;
}

size_t memory_piece(const struct memory *memory)
{
    size_t piece = memory_share(memory) / 8;

    if (piece > PIECE_MAX) {
        return PIECE_MAX;
    }
    return piece < PIECE_MIN ? PIECE_MIN : piece;
}

void memory_account_init(struct memory_account *account, struct memory *memory)
{
    *account = (struct memory_account){.memory = memory, .share_bytes = memory_share(memory)};
}

bool memory_account_set(struct memory_account *account, size_t bytes)
{
    if (account->memory == NULL || account->memory->limit_bytes == 0) {
        return false;
    }
    if (bytes >= account->held_bytes + STEP_MIN) {
        memory_take(account->memory, bytes - account->held_bytes);
        account->held_bytes = bytes;
    } else if (bytes + STEP_MIN <= account->held_bytes) {
        memory_give(account->memory, account->held_bytes - bytes);
        account->held_bytes = bytes;
    }
    return bytes > account->share_bytes;
}

void memory_account_fini(struct memory_account *account)
{
    if (account->held_bytes > 0) {
        memory_give(account->memory, account->held_bytes);
        account->held_bytes = 0;
    }
}
