/*
 * fault - makes the nth step fail, so that every error path is run by a test.
 */
#include "base/fault.h"

#include <assert.h>
#include <errno.h>
#include <stdatomic.h>

/* Steps that still go well; negative: not armed, or it has failed already. */
static atomic_int steps_left = -1;
static atomic_bool was_reached;

void fault_arm(int steps_before)
{
    assert(steps_before >= 0);
    atomic_store(&was_reached, false);
    atomic_store(&steps_left, steps_before);
}

bool fault_disarm(void)
{
    atomic_store(&steps_left, -1);
    return atomic_exchange(&was_reached, false);
}

bool fault_step(void)
{
    if (atomic_load_explicit(&steps_left, memory_order_relaxed) < 0) {
        return false;
    }
    /* Of threads that come here at once only one takes the 0. */
    if (atomic_fetch_sub(&steps_left, 1) != 0) {
        return false;
    }
    atomic_store(&was_reached, true);
    errno = EIO;
    return true;
}
