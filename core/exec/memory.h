/*
 * memory - the budget of an executor: what its tasks, shuffles and kept partitions take of the
 * limit, counted by those who take it.
 *
 * Who can do with less asks (memory_try) and gives way when refused: it spills, or keeps nothing.
 * Who cannot takes (memory_take): kept partitions are evicted to make room, and the count may go
 * over the limit by the little that a task needs to spill. Half of the limit is the tasks', divided
 * evenly (memory_share); what outlives a task and cannot be evicted has the other half.
 *
 * Threads:  any; `reclaim` is set before the first task.
 */
#ifndef WEIR_EXEC_MEMORY_H
#define WEIR_EXEC_MEMORY_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct memory {
    size_t limit_bytes; /* 0: none */
    uint32_t tasks_max; /* tasks that run at once */
    _Atomic size_t used_bytes;
    _Atomic size_t peak_bytes;
    /* Frees about so many bytes and gives them back; NULL: nobody can. */
    void (*reclaim)(void *owner, size_t bytes);
    void *reclaim_owner;
};

void memory_init(struct memory *memory, size_t limit_bytes, uint32_t tasks_max);

/* True and counted when it fits the limit. Evicts nothing. */
bool memory_try(struct memory *memory, size_t bytes);

/* The same for what cannot be evicted afterwards: it must fit half of the limit, and kept
 * partitions are evicted for it. */
bool memory_try_fixed(struct memory *memory, size_t bytes);

/* Counted in any case; kept partitions are evicted for it. */
void memory_take(struct memory *memory, size_t bytes);

void memory_give(struct memory *memory, size_t bytes);

/* What one operator of a task should hold at most before it spills; SIZE_MAX without a limit. */
size_t memory_share(const struct memory *memory);

/* Bytes in which rows are best written and read back: a part of the share. */
size_t memory_piece(const struct memory *memory);

/*
 * What one operator holds, told as it grows and shrinks. memory NULL: nobody counts.
 *
 * Life:     memory_account_init, memory_account_set, memory_account_fini.
 * Threads:  one task's.
 */
struct memory_account {
    struct memory *memory;
    size_t held_bytes;
    size_t share_bytes;
};

void memory_account_init(struct memory_account *account, struct memory *memory);

/* The operator holds so many bytes now. True: more than its share, it should spill. */
bool memory_account_set(struct memory_account *account, size_t bytes);

void memory_account_fini(struct memory_account *account);

#endif
