/*
 * state_object - a key's state as mapWithState's function sees it.
 *
 * A wrong use (a state that is not set, one that was removed or times out) fails the row.
 *
 * Life:     made for one call of the function.
 * Memory:   values are borrowed until the call is over.
 */
#ifndef WEIR_EXEC_STATE_OBJECT_H
#define WEIR_EXEC_STATE_OBJECT_H

#include <weir/function.h>

struct weir_state {
    struct weir_value value;
    bool exists;
    bool is_updated;
    bool is_removed;
    bool is_timing_out;
    struct weir_emitter *out; /* told of wrong uses */
};

static inline struct weir_value state_object_get(const struct weir_state *state)
{
    if (!state->exists) {
        weir_emit_error(state->out, "the state is not set");
        return weir_null();
    }
    return state->value;
}

static inline void state_object_update(struct weir_state *state, struct weir_value value)
{
    if (state->is_removed) {
        weir_emit_error(state->out, "the state was removed: it cannot be updated any more");
    } else if (state->is_timing_out) {
        weir_emit_error(state->out, "the state is timing out: it cannot be updated");
    } else {
        state->value = value;
        state->exists = true;
        state->is_updated = true;
    }
}

/* A state that is not set may be removed. */
static inline void state_object_remove(struct weir_state *state)
{
    if (state->is_removed) {
        weir_emit_error(state->out, "the state was removed already");
    } else if (state->is_timing_out) {
        weir_emit_error(state->out, "the state is timing out: it cannot be removed");
    } else {
        state->value = weir_null();
        state->exists = false;
        state->is_updated = false;
        state->is_removed = true;
    }
}

#endif
