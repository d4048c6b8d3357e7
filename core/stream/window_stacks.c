/*
 * window_stacks - a queue of batches whose combination is at hand at any time.
 */
#include "stream/window_stacks.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"

#define CAPACITY_FIRST 8u

void window_stacks_init(struct window_stacks *stacks, window_combine combine, void *owner)
{
    memset(stacks, 0, sizeof(*stacks));
    stacks->combine = combine;
    stacks->owner = owner;
}

static struct window_item *item(const struct window_stacks *stacks, uint64_t place)
{
    return &stacks->items[place & (stacks->capacity - 1)];
}

/* NULL is nothing. *out is held. */
static weir_status combine(const struct window_stacks *stacks, struct rdd *older, struct rdd *newer,
                           struct rdd **out, weir_error *error)
{
    if (older == NULL || newer == NULL) {
        struct rdd *only = older == NULL ? newer : older;
        *out = only == NULL ? NULL : rdd_hold(only);
        return WEIR_OK;
    }
    return stacks->combine(stacks->owner, older, newer, out, error);
}

static void replace(struct rdd **place, struct rdd *rdd)
{
    rdd_drop(*place);
    *place = rdd;
}

/* The back becomes part of the front, which is to be turned towards it. */
static void flip(struct window_stacks *stacks)
{
    stacks->left = stacks->first;
    stacks->right = stacks->back;
    stacks->accumulated = stacks->end;
    stacks->back = stacks->end;
    replace(&stacks->middle, stacks->young);
    stacks->young = NULL;
}

/* Turns one place at the left, and one more at the right. */
static weir_status shrink(struct window_stacks *stacks, weir_error *error)
{
    struct window_item *left = item(stacks, stacks->left);
    struct window_item *right = item(stacks, stacks->accumulated - 1);
    bool is_last = stacks->accumulated == stacks->back;
    struct rdd *behind = is_last ? NULL : item(stacks, stacks->accumulated)->rdd;
    struct rdd *turned;
    struct rdd *joined;

    WEIR_TRY(combine(stacks, left->rdd, stacks->middle, &turned, error));
    weir_status status = combine(stacks, right->rdd, behind, &joined, error);
    if (status != WEIR_OK) {
        rdd_drop(turned);
        return status;
    }
    replace(&left->rdd, turned);
    replace(&right->rdd, joined);
    stacks->left++;
    stacks->accumulated--;
    return WEIR_OK;
}

/* What each push and each eviction is followed by. */
static weir_status step(struct window_stacks *stacks, weir_error *error)
{
    stacks->owes_step = true;
    if (stacks->first == stacks->back) {
        assert(stacks->end - stacks->back <= 1);
        stacks->left = stacks->right = stacks->accumulated = stacks->back = stacks->end;
        replace(&stacks->middle, NULL);
        replace(&stacks->young, NULL);
    } else {
        if (stacks->left == stacks->back) {
            flip(stacks);
        }
        if (stacks->left == stacks->right) {
            stacks->left++;
            stacks->right++;
            stacks->accumulated++;
        } else {
            WEIR_TRY(shrink(stacks, error));
        }
    }
    stacks->owes_step = false;
    return WEIR_OK;
}

/* A step that failed is taken again before anything else is done. */
static weir_status catch_up(struct window_stacks *stacks, weir_error *error)
{
    return stacks->owes_step ? step(stacks, error) : WEIR_OK;
}

static weir_status make_room(struct window_stacks *stacks, weir_error *error)
{
    uint64_t count = stacks->end - stacks->first;
    size_t capacity = stacks->capacity == 0 ? CAPACITY_FIRST : stacks->capacity * 2;

    if (count < stacks->capacity) {
        return WEIR_OK;
    }
    struct window_item *items = mem_alloc(capacity * sizeof(*items));
    if (items == NULL) {
        return error_set(error, WEIR_E_NOMEM, "window over %zu batches", capacity);
    }
    for (uint64_t place = stacks->first; place < stacks->end; place++) {
        items[place & (capacity - 1)] = *item(stacks, place);
    }
    mem_free(stacks->items);
    stacks->items = items;
    stacks->capacity = capacity;
    return WEIR_OK;
}

weir_status window_stacks_push(struct window_stacks *stacks, int64_t time_ms, struct rdd *rdd,
                               weir_error *error)
{
    struct rdd *young;

    assert(time_ms > window_stacks_newest(stacks));
    WEIR_TRY(catch_up(stacks, error));
    WEIR_TRY(make_room(stacks, error));
    WEIR_TRY(combine(stacks, stacks->young, rdd, &young, error));
    replace(&stacks->young, young);
    *item(stacks, stacks->end) = (struct window_item){time_ms, rdd_hold(rdd)};
    stacks->end++;
    return step(stacks, error);
}

weir_status window_stacks_evict(struct window_stacks *stacks, int64_t until_ms, weir_error *error)
{
    WEIR_TRY(catch_up(stacks, error));
    while (stacks->first < stacks->end && item(stacks, stacks->first)->time_ms <= until_ms) {
        rdd_drop(item(stacks, stacks->first)->rdd);
        stacks->first++;
        WEIR_TRY(step(stacks, error));
    }
    return WEIR_OK;
}

int64_t window_stacks_newest(const struct window_stacks *stacks)
{
    return stacks->first == stacks->end ? INT64_MIN : item(stacks, stacks->end - 1)->time_ms;
}

void window_stacks_view(const struct window_stacks *stacks, struct rdd **older, struct rdd **newer)
{
    assert(!stacks->owes_step);
    *older = stacks->first == stacks->back ? NULL : item(stacks, stacks->first)->rdd;
    *newer = stacks->young;
}

void window_stacks_fini(struct window_stacks *stacks)
{
    for (uint64_t place = stacks->first; place < stacks->end; place++) {
        rdd_drop(item(stacks, place)->rdd);
    }
    rdd_drop(stacks->middle);
    rdd_drop(stacks->young);
    mem_free(stacks->items);
    window_stacks_init(stacks, NULL, NULL);
}
