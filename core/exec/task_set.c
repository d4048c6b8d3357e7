/*
 * task_set - the tasks of one stage: what is left to do, tries, and how it ended.
 */
#include "exec/task_set.h"

#include <assert.h>

#include "base/mem.h"

weir_status task_set_init(struct task_set *set, struct rdd *rdd, const struct action *action,
                          const uint32_t *partitions, uint32_t count, weir_error *error)
{
    assert(count > 0);
    *set = (struct task_set){.rdd = rdd, .action = action, .status = WEIR_OK};
    list_init(&set->link);
    list_init(&set->running_link);

    uint32_t lowest = partitions[0];
    uint32_t highest = partitions[0];
    for (uint32_t i = 1; i < count; i++) {
        lowest = partitions[i] < lowest ? partitions[i] : lowest;
        highest = partitions[i] > highest ? partitions[i] : highest;
    }
    set->first = lowest;
    set->left = mem_alloc(count * sizeof(*set->left));
    set->attempts = mem_zalloc((size_t)(highest - lowest) + 1);
    if (set->left == NULL || set->attempts == NULL) {
        mem_free(set->left);
        mem_free(set->attempts);
        return error_set(error, WEIR_E_NOMEM, "no memory for %u tasks", count);
    }
    for (uint32_t i = 0; i < count; i++) {
        set->left[i] = partitions[count - 1 - i];
    }
    set->left_count = count;
    condition_init(&set->ended);
    return WEIR_OK;
}

void task_set_fini(struct task_set *set)
{
    assert(set->running_count == 0);
    mem_free(set->left);
    mem_free(set->attempts);
    condition_fini(&set->ended);
}

bool task_set_has_left(const struct task_set *set)
{
    return set->left_count > 0;
}

bool task_set_is_ended(const struct task_set *set)
{
    return set->left_count == 0 && set->running_count == 0;
}

uint32_t task_set_take(struct task_set *set, uint32_t *attempt)
{
    assert(set->left_count > 0);
    uint32_t partition = set->left[--set->left_count];

    *attempt = set->attempts[partition - set->first];
    set->running_count++;
    return partition;
}

void task_set_cancel(struct task_set *set, weir_status status, const weir_error *error)
{
    if (set->status == WEIR_OK) {
        set->status = status;
        set->error = *error;
    }
    set->left_count = 0;
    atomic_store(&set->is_cancelled, true);
}

void task_set_report(struct task_set *set, uint32_t partition, weir_status status,
                     const weir_error *error)
{
    assert(set->running_count > 0);
    set->running_count--;
    if (status != WEIR_OK && !atomic_load(&set->is_cancelled)) {
        uint8_t *attempts = &set->attempts[partition - set->first];

        (*attempts)++;
        if (*attempts < EXECUTOR_ATTEMPTS && status != WEIR_STOPPING) {
            /* There is room: the task came from here. */
            set->left[set->left_count++] = partition;
        } else {
            task_set_cancel(set, status, error);
        }
    }
    if (task_set_is_ended(set)) {
        condition_broadcast(&set->ended);
    }
}
