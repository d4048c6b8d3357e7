/*
 * fault - makes the nth step fail, so that every error path is run by a test.
 *
 * A step is whatever can fail in the world: each allocation of `mem`, and each call wrapped in
 * step_failed(). Unarmed (always, outside tests) a step costs one relaxed atomic load.
 *
 * Threads:  any; the counter is one for the process.
 */
#ifndef WEIR_BASE_FAULT_H
#define WEIR_BASE_FAULT_H

#include <stdbool.h>

/* The step after `steps_before` others fails, once. */
void fault_arm(int steps_before);

/* That step and those behind it fail, `steps_failing` in all. */
void fault_arm_span(int steps_before, int steps_failing);

/* Ends it; true when the armed step was reached, so that the sweep goes on. */
bool fault_disarm(void);

/* True when this step must fail; errno is then EIO. */
bool fault_step(void);

/* True when the system call failed or this step must. */
#define step_failed(call) (fault_step() || (call) < 0)

#endif
