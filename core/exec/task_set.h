/*
 * task_set - the tasks of one stage: what is left to do, tries, and how it ended.
 *
 * Life:     task_set_init, workers take tasks and report them, the job waits for the end.
 * Threads:  any number of workers, one waiting job; the set's lock.
 */
#ifndef WEIR_EXEC_TASK_SET_H
#define WEIR_EXEC_TASK_SET_H

#include "base/list.h"
#include "base/thread.h"
#include "exec/executor.h"
#include "exec/task.h"

struct task_set {
    struct list link;         /* in the executor's ring while tasks are left to take */
    struct list running_link; /* in the executor's ring of stages that have not ended */
    struct rdd *rdd;
    const struct action *action;
    uint32_t *left; /* partitions to run, a stack: the lowest on top at first */
    uint32_t left_count;
    uint32_t running_count;
    uint32_t first;         /* partition of attempts[0] */
    uint8_t *attempts;      /* by partition - first: failed tries */
    struct condition ended; /* with the executor's lock */
    _Atomic bool is_cancelled;
    weir_status status;
    weir_error error;
};

/* partitions: in the order in which they shall run; copied. */
CHECKED weir_status task_set_init(struct task_set *set, struct rdd *rdd,
                                  const struct action *action, const uint32_t *partitions,
                                  uint32_t count, weir_error *error);
void task_set_fini(struct task_set *set);

/* The calls below are made under the executor's lock. */

bool task_set_has_left(const struct task_set *set);
bool task_set_is_ended(const struct task_set *set);

/* The next partition to run and which try it is. */
uint32_t task_set_take(struct task_set *set, uint32_t *attempt);

/* Tells how a task ended; a failed one is left to do again, until it has failed too often. */
void task_set_report(struct task_set *set, uint32_t partition, weir_status status,
                     const weir_error *error);

/* No task is begun any more; those that run are told. */
void task_set_cancel(struct task_set *set, weir_status status, const weir_error *error);

#endif
