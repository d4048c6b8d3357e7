/*
 * states - the steps that a living thing may take, as a table.
 */
#include "base/states.h"

#include <assert.h>

#include "base/log.h"

enum { STATES_MAX = 32 };

bool sm_can_move(const struct states *states, uint32_t from, uint32_t to)
{
    assert(states->count <= STATES_MAX);
    assert(from < states->count);
    return to < states->count && (states->next_bits[from] & STATE_BIT(to)) != 0;
}

void sm_move(const struct states *states, uint32_t *state, uint32_t to)
{
    uint32_t from = *state;

    assert(sm_can_move(states, from, to));
    *state = to;
    log_write(LOG_DEBUG, states->thing, "%s -> %s", states->names[from], states->names[to]);
}

const char *sm_name(const struct states *states, uint32_t state)
{
    assert(state < states->count);
    return states->names[state];
}
