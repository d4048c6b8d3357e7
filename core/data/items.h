/*
 * items - the values that a reader has read of lists it has not yet seen the end of.
 *
 * One stack serves all levels of nesting. Small ones need no heap.
 *
 * Life:     items_init, pushes and takes, items_fini.
 * Threads:  one owner.
 */
#ifndef WEIR_DATA_ITEMS_H
#define WEIR_DATA_ITEMS_H

#include <weir/value.h>

#include "base/arena.h"

#define ITEMS_LOCAL_MAX 32u

struct items {
    struct weir_value *values; /* `local`, or from mem */
    size_t count;
    size_t capacity;
    struct weir_value local[ITEMS_LOCAL_MAX];
};

void items_init(struct items *items);

CHECKED weir_status items_push(struct items *items, struct weir_value value, weir_error *error);

/* Takes the values from place `first` on off the stack, into `arena`. None gives NULL. */
CHECKED weir_status items_take(struct items *items, size_t first, struct arena *arena,
                               const struct weir_value **out, weir_error *error);

void items_fini(struct items *items);

#endif
