/*
 * fault - makes the nth step fail, so that every error path is run by a test.
 */
#include "base/fault.h"

#include <assert.h>
#include <errno.h>
#include <stdatomic.h>

/* Steps until the last one that fails is over; 0 and below: not armed, or over. */
static atomic_int steps_left;
static atomic_int steps_last; /* so many of them fail */
static atomic_bool was_reached;

void fault_arm_span(int steps_before, int steps_failing)
{
    assert(steps_before >= 0);
    assert(steps_failing > 0);
    atomic_store(&was_reached, false);
    atomic_store(&steps_last, steps_failing);
    atomic_store(&steps_left, steps_before + steps_failing);
}

void fault_arm(int steps_before)
{
    fault_arm_span(steps_before, 1);
}

bool fault_disarm(void)
{
    atomic_store(&steps_left, 0);
    return atomic_exchange(&was_reached, false);
}

bool fault_step(void)
{
    if (atomic_load_explicit(&steps_left, memory_order_relaxed) <= 0) {
        return false;
    }
    /* Threads that come here at once take a number each. */
    int left = atomic_fetch_sub(&steps_left, 1);
    if (left <= 0 || left > atomic_load(&steps_last)) {
        return false;
    }
    atomic_store(&was_reached, true);
    errno = EIO;
    return true;
}
