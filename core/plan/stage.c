/*
 * stage - lineage, cut at its shuffles, in the order in which the pieces must run.
 *
 * A walk with a stack of its own, not by recursion: the lineage of a stream that has run for days
 * may be thousands of RDDs deep.
 */
#include "plan/stage.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/mem.h"

enum { SEEN_FIRST = 64 };

/* An RDD under way: first its shuffle's feeder, then its parents, then its shuffle is done. */
struct step {
    struct rdd *rdd;
    uint32_t next; /* 0: the feeder; i + 1: parent i */
};

/* Pointers met, by open addressing. */
struct seen {
    const void **slots;
    size_t slots_count; /* a power of two, or 0 */
    size_t count;
};

struct walk {
    struct stages *stages;
    struct step *steps;
    size_t steps_count;
    size_t steps_capacity;
    struct seen seen;
    struct rdd *(*shuffle_parent)(const struct shuffle *shuffle);
    bool (*skip)(void *owner, const struct rdd *rdd);
    void *owner;
};

/* One that is checkpointed reads its files, and asks no shuffle. */
static bool is_behind_shuffle(const struct rdd *rdd)
{
    return atomic_load(&rdd->checkpoint) == NULL && rdd->shuffle != NULL;
}

static const void **seen_slot(const struct seen *seen, const void *pointer)
{
    uint64_t hash = (uint64_t)(uintptr_t)pointer * UINT64_C(0x9E3779B97F4A7C15);
    size_t place = (size_t)(hash >> 32) & (seen->slots_count - 1);

    while (seen->slots[place] != NULL && seen->slots[place] != pointer) {
        place = (place + 1) & (seen->slots_count - 1);
    }
    return &seen->slots[place];
}

static weir_status seen_grow(struct seen *seen, weir_error *error)
{
    struct seen grown = {.count = seen->count};

    grown.slots_count = seen->slots_count > 0 ? seen->slots_count * 2 : SEEN_FIRST;
    grown.slots = mem_zalloc(grown.slots_count * sizeof(*grown.slots));
    if (grown.slots == NULL) {
        return error_set(error, WEIR_E_NOMEM, "collect stages");
    }
    for (size_t i = 0; i < seen->slots_count; i++) {
        if (seen->slots[i] != NULL) {
            *seen_slot(&grown, seen->slots[i]) = seen->slots[i];
        }
    }
    mem_free(seen->slots);
    *seen = grown;
    return WEIR_OK;
}

/* *is_new: it was not met before. */
static weir_status seen_add(struct seen *seen, const void *pointer, bool *is_new, weir_error *error)
{
    const void **slot;

    if (seen->count >= seen->slots_count / 2) {
        WEIR_TRY(seen_grow(seen, error));
    }
    assert(seen->slots != NULL);
    slot = seen_slot(seen, pointer);
    *is_new = *slot == NULL;
    if (*is_new) {
        *slot = pointer;
        seen->count++;
    }
    return WEIR_OK;
}

static weir_status walk_enter(struct walk *walk, struct rdd *rdd, weir_error *error)
{
    bool is_new;

    WEIR_TRY(seen_add(&walk->seen, rdd, &is_new, error));
    if (!is_new || (walk->skip != NULL && walk->skip(walk->owner, rdd))) {
        return WEIR_OK;
    }
    WEIR_TRY(mem_grow((void **)&walk->steps, &walk->steps_capacity, walk->steps_count + 1,
                      sizeof(*walk->steps), error));
    walk->steps[walk->steps_count++] = (struct step){.rdd = rdd, .next = 0};
    return WEIR_OK;
}

/* All that the RDD reads has been walked: its shuffle can run now. */
static weir_status walk_leave(struct walk *walk, const struct rdd *rdd, weir_error *error)
{
    struct stages *stages = walk->stages;
    bool is_new;

    if (!is_behind_shuffle(rdd)) {
        return WEIR_OK;
    }
    WEIR_TRY(seen_add(&walk->seen, rdd->shuffle, &is_new, error));
    if (!is_new) {
        return WEIR_OK;
    }
    WEIR_TRY(mem_grow((void **)&stages->shuffles, &stages->capacity, stages->count + 1,
                      sizeof(struct shuffle *), error));
    stages->shuffles[stages->count++] = rdd->shuffle;
    return WEIR_OK;
}

static weir_status walk_all(struct walk *walk, struct rdd *rdd, weir_error *error)
{
    WEIR_TRY(walk_enter(walk, rdd, error));
    while (walk->steps_count > 0) {
        struct step *step = &walk->steps[walk->steps_count - 1];
        struct rdd *here = step->rdd;
        uint32_t next = step->next++; /* before walk_enter, which may move the steps */
        if (next == 0) {
            if (is_behind_shuffle(here)) {
                WEIR_TRY(walk_enter(walk, walk->shuffle_parent(here->shuffle), error));
            }
        } else if (next <= rdd_parents_count(here)) {
            WEIR_TRY(walk_enter(walk, rdd_parent(here, next - 1), error));
        } else {
            walk->steps_count--;
            WEIR_TRY(walk_leave(walk, here, error));
        }
    }
    return WEIR_OK;
}

weir_status stages_collect(struct stages *stages, struct rdd *rdd,
                           struct rdd *(*shuffle_parent)(const struct shuffle *shuffle),
                           bool (*skip)(void *owner, const struct rdd *rdd), void *owner,
                           weir_error *error)
{
    struct walk walk = {
        .stages = stages, .shuffle_parent = shuffle_parent, .skip = skip, .owner = owner};
    weir_status status;

    assert(rdd != NULL);
    memset(stages, 0, sizeof(*stages));
    status = walk_all(&walk, rdd, error);
    mem_free(walk.steps);
    mem_free(walk.seen.slots);
    if (status != WEIR_OK) {
        stages_fini(stages);
    }
    return status;
}

void stages_fini(struct stages *stages)
{
    mem_free(stages->shuffles);
    memset(stages, 0, sizeof(*stages));
}
