/*
 * states - the steps that a living thing may take, as a table.
 *
 * Whatever lives (a receiver, a batch, a context) has one enum and one table of allowed steps, and
 * changes in sm_move alone, which asserts that the step is in the table. A step asked for from
 * outside is tried with sm_can_move first and refused with an error.
 *
 * Threads:  the owner's lock.
 */
#ifndef WEIR_BASE_STATES_H
#define WEIR_BASE_STATES_H

#include <stdbool.h>
#include <stdint.h>

struct states {
    const char *thing;         /* "context" */
    const char *const *names;  /* by state */
    const uint32_t *next_bits; /* by state: bit s set = a step to s is allowed */
    uint32_t count;            /* at most 32 */
};

#define STATE_BIT(state) (UINT32_C(1) << (state))

bool sm_can_move(const struct states *states, uint32_t from, uint32_t to);

/* Moves *state on; asserts that the table allows it. Traces at debug level. */
void sm_move(const struct states *states, uint32_t *state, uint32_t to);

const char *sm_name(const struct states *states, uint32_t state);

#endif
