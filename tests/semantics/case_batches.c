/*
 * case_batches - cases that are fed batch by batch: streams, and queues of RDDs.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "case_run.h"
#include "case_values.h"

static enum outcome open_inputs(struct case_run *run)
{
    static const char *const keys[CASE_INPUTS_MAX] = {"inputs", "inputs2", "inputs3"};
    static const char *const names[CASE_INPUTS_MAX] = {"s", "s2", "s3"};

    for (uint32_t i = 0; i < CASE_INPUTS_MAX; i++) {
        const cJSON *inputs = cJSON_GetObjectItem(run->item, keys[i]);
        if (inputs == NULL) {
            break;
        }
        run->inputs[i] = inputs;
        run->is_pairs[i] = case_is_pairs(inputs);
        run->queues[i] = weir_queue_create(run->context, names[i], false);
        case_add_stream(run, names[i], weir_queue_stream(run->queues[i]));
        run->inputs_count++;
    }
    run->last = case_find_stream(run, "s");
    return PASSED;
}

/* A batch in the partitions that Spark's parallelize would make of it. */
static void push_batch(struct case_run *run, int64_t number)
{
    int partitions = (int)case_number_of(run->params, "inputPartitions", 1);

    for (uint32_t i = 0; i < run->inputs_count; i++) {
        const cJSON *batch = cJSON_GetArrayItem(run->inputs[i], (int)number - 1);
        int records = cJSON_GetArraySize(batch);
        if (cJSON_IsNull(batch) && weir_test_push_none(run->queues[i]) != WEIR_OK) {
            abort();
        }
        for (int part = 0; part < partitions && records > 0; part++) {
            case_push(run->queues[i], batch, part * records / partitions,
                      (part + 1) * records / partitions, run->is_pairs[i]);
        }
    }
}

/* Runs batch after batch, and compares each. */
static enum outcome execute(struct case_run *run, struct weir_capture *capture)
{
    int64_t error_at = case_number_of(cJSON_GetObjectItem(run->item, "error"), "at_batch", 0);
    weir_status status = weir_start(run->context);

    if (status != WEIR_OK) {
        return case_say(run, FAILED, "start: %s", weir_context_error(run->context));
    }
    for (int64_t number = 1; number <= run->batches; number++) {
        push_batch(run, number);
        if (weir_test_advance(run->context, 1) != WEIR_OK) {
            return case_say(run, FAILED, "advance: %s", weir_context_error(run->context));
        }
        status = weir_await_termination_or_timeout(run->context, 0);
        if ((status < 0) != (number == error_at)) {
            return case_say(run, FAILED, "batch %" PRId64 ": %s", number,
                            status < 0 ? weir_context_error(run->context) : "is to fail");
        }
        if (number != error_at) {
            enum outcome outcome = case_compare(run, capture, number, case_expected(run, number));
            if (outcome != PASSED) {
                return outcome;
            }
        }
    }
    return PASSED;
}

enum outcome case_run_stream(struct case_run *run)
{
    enum outcome outcome;

    run->context = weir_test_context(run->batch_ms);
    outcome = open_inputs(run);
    if (outcome == PASSED) {
        outcome = case_build(run);
    }
    if (outcome == PASSED) {
        outcome = execute(run, weir_capture(run->last));
    }
    weir_context_destroy(run->context);
    return outcome;
}

/* inputs[i]: the RDDs that are pushed before batch i + 1. */
enum outcome case_run_queue(struct case_run *run)
{
    const cJSON *inputs = cJSON_GetObjectItem(run->item, "inputs");
    bool one_at_a_time = cJSON_IsTrue(cJSON_GetObjectItem(run->params, "oneAtATime"));
    enum outcome outcome = PASSED;
    int64_t number = 0;

    run->context = weir_test_context(run->batch_ms);
    struct weir_queue *queue = weir_queue_create(run->context, "queue", one_at_a_time);
    struct weir_capture *capture = weir_capture(weir_queue_stream(queue));
    if (weir_start(run->context) != WEIR_OK) {
        outcome = case_say(run, FAILED, "start: %s", weir_context_error(run->context));
    }
    for (const cJSON *rdds = inputs->child; rdds != NULL && outcome == PASSED; rdds = rdds->next) {
        for (const cJSON *rdd = rdds->child; rdd != NULL; rdd = rdd->next) {
            case_push(queue, rdd, 0, cJSON_GetArraySize(rdd), false);
        }
        number++;
        outcome = weir_test_advance(run->context, 1) == WEIR_OK
                      ? case_compare(run, capture, number, case_expected(run, number))
                      : case_say(run, FAILED, "advance: %s", weir_context_error(run->context));
    }
    weir_context_destroy(run->context);
    return outcome;
}
