/*
 * life_listeners - cases of what listeners are told, and of a receiver's life as they see it.
 */
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <weir/listener.h>

#include "life.h"

#define BATCHES_MAX 16

/* What was told of each batch; read once the context has stopped. */
struct told {
    int64_t scheduling_us[3][BATCHES_MAX]; /* of the batch submitted, started, completed */
    int64_t processing_us[3][BATCHES_MAX];
    int64_t total_us[3][BATCHES_MAX];
    uint64_t records[3][BATCHES_MAX];
    uint64_t of_first_input[3][BATCHES_MAX];
    int64_t times_ms[3][3][BATCHES_MAX]; /* submitted, started, ended, at each */
    uint32_t counts[3];
    char failures[2][256];
    uint32_t outputs_completed;
    char receivers[512];
};

static void tell(struct told *told, int event, const struct weir_batch_info *batch)
{
    uint32_t place = told->counts[event]++;

    if (place >= BATCHES_MAX) {
        return;
    }
    told->scheduling_us[event][place] = batch->scheduling_delay_us;
    told->processing_us[event][place] = batch->processing_us;
    told->total_us[event][place] = batch->total_delay_us;
    told->records[event][place] = batch->records;
    told->of_first_input[event][place] =
        batch->inputs_count > 0 && batch->inputs[0].stream_id == 0 ? batch->inputs[0].records : 0;
    told->times_ms[event][0][place] = batch->submitted_ms;
    told->times_ms[event][1][place] = batch->started_ms;
    told->times_ms[event][2][place] = batch->ended_ms;
}

static void submitted(void *owner, const struct weir_batch_info *batch)
{
    tell(owner, 0, batch);
}

static void started(void *owner, const struct weir_batch_info *batch)
{
    tell(owner, 1, batch);
}

static void completed(void *owner, const struct weir_batch_info *batch)
{
    struct told *told = owner;

    tell(told, 2, batch);
    for (uint32_t i = 0; i < batch->outputs_count && i < 2; i++) {
        snprintf(told->failures[i], sizeof(told->failures[i]), "%s",
                 batch->outputs[i].failure == NULL ? "" : batch->outputs[i].failure);
    }
}

static void output_completed(void *owner, int64_t batch_time_ms,
                             const struct weir_output_info *output)
{
    struct told *told = owner;

    (void)batch_time_ms;
    told->outputs_completed += output->failure != NULL && output->ended_ms >= output->started_ms;
}

static bool is_due(int64_t value, const cJSON *wanted)
{
    return cJSON_IsNull(wanted) ? value == WEIR_UNKNOWN : value >= 0;
}

static enum outcome compare_event(struct life *life, const struct told *told, int event,
                                  const cJSON *wanted)
{
    uint32_t count = (uint32_t)life_number(wanted, "count", 0);
    uint64_t records = (uint64_t)life_number(wanted, "numRecords", 0);

    LIFE_CHECK(life, told->counts[event] == count);
    for (uint32_t i = 0; i < count; i++) {
        LIFE_CHECK(life, told->records[event][i] == records);
        LIFE_CHECK(life, told->of_first_input[event][i] == records);
        LIFE_CHECK(life, is_due(told->scheduling_us[event][i],
                                cJSON_GetObjectItem(wanted, "schedulingDelay")));
        LIFE_CHECK(life, is_due(told->processing_us[event][i],
                                cJSON_GetObjectItem(wanted, "processingDelay")));
        LIFE_CHECK(life,
                   is_due(told->total_us[event][i], cJSON_GetObjectItem(wanted, "totalDelay")));
        for (int time = 0; time < 3 && i > 0; time++) {
            LIFE_CHECK(life, told->times_ms[event][time][i] >= told->times_ms[event][time][i - 1]);
        }
    }
    return PASSED;
}

static enum outcome batch_info(struct life *life)
{
    static struct told told;
    struct weir_listener listener = {.owner = &told,
                                     .batch_submitted = submitted,
                                     .batch_started = started,
                                     .batch_completed = completed};
    int64_t batch_ms = life_number(life->params, "batch_ms", 100);
    uint64_t batches = (uint64_t)life_number(life->expected->child, "count", 1);
    struct weir_context *context = weir_test_context(batch_ms);
    struct weir_queue *queue = weir_queue_create(context, "numbers", true);
    struct weir_value one = weir_int(1);
    enum outcome outcome = PASSED;

    memset(&told, 0, sizeof(told));
    weir_capture(weir_queue_stream(queue));
    LIFE_CHECK(life, weir_add_listener(context, &listener) == WEIR_OK);
    for (uint64_t i = 0; i < batches; i++) {
        weir_queue_push(queue, &one, 1);
    }
    LIFE_CHECK(life, weir_start(context) == WEIR_OK);
    LIFE_CHECK(life, weir_test_advance(context, batches) == WEIR_OK);
    LIFE_CHECK(life, weir_stop(context, true) == WEIR_OK);
    for (int event = 0; event < 3 && outcome == PASSED; event++) {
        outcome = compare_event(life, &told, event, cJSON_GetArrayItem(life->expected, event));
    }
    weir_context_destroy(context);
    return outcome;
}

/* Fails with the text that is its argument. */
static int32_t fail_saying(struct weir_rdd *rdd, int64_t time_ms, struct weir_value argument)
{
    uint64_t count;

    (void)time_ms;
    /* A function tells a story by the failure of what it calls. */
    return weir_rdd_count(weir_rdd_map(rdd, weir_builtin(weir_bytes_of(&argument)), weir_null()),
                          &count);
}

static enum outcome several_failures(struct life *life)
{
    static struct told told;
    struct weir_listener listener = {
        .owner = &told, .batch_completed = completed, .output_completed = output_completed};
    const cJSON *wanted = life->expected->child;
    struct weir_context *context = weir_test_context(1000);
    struct weir_stream *stream = weir_queue_stream(weir_queue_create(context, "numbers", true));
    int outputs = cJSON_GetArraySize(wanted);

    memset(&told, 0, sizeof(told));
    for (const cJSON *story = wanted->child; story != NULL; story = story->next) {
        weir_foreach_rdd(stream, WEIR_FUNCTION(fail_saying), weir_text(story->valuestring));
    }
    LIFE_CHECK(life, weir_add_listener(context, &listener) == WEIR_OK);
    LIFE_CHECK(life, weir_start(context) == WEIR_OK);
    LIFE_CHECK(life, weir_test_advance(context, 1) == WEIR_OK);
    LIFE_CHECK(life, weir_await_termination_or_timeout(context, 1000) < 0);
    LIFE_CHECK(life, weir_stop(context, true) == WEIR_OK);
    LIFE_CHECK(life, told.counts[2] == 1 && told.outputs_completed == (uint32_t)outputs);
    for (int i = 0; i < outputs && i < 2; i++) {
        if (strstr(told.failures[i], cJSON_GetArrayItem(wanted, i)->valuestring) == NULL) {
            return life_say(life, FAILED, "output %d: %s", i, told.failures[i]);
        }
    }
    weir_context_destroy(context);
    return PASSED;
}

enum outcome life_run_listener(struct life *life)
{
    const char *name = life_text(life->item, "name");

    if (cJSON_GetObjectItem(life->expected->child, "numRecords") != NULL) {
        return batch_info(life);
    }
    if (strstr(name, "failed") != NULL && cJSON_IsObject(life->expected->child)) {
        return several_failures(life);
    }
    return life_say(life, LEFT_OUT, "a case of listeners that is not known");
}

static void add_word(struct told *told, const char *word, const struct weir_receiver_info *receiver)
{
    size_t used = strlen(told->receivers);

    snprintf(told->receivers + used, sizeof(told->receivers) - used, "%s%s%s ", word,
             receiver->is_active ? "+" : "-", receiver->last_error_ms >= 0 ? "!" : "");
}

static void receiver_started(void *owner, const struct weir_receiver_info *receiver)
{
    add_word(owner, "started", receiver);
}

static void receiver_error(void *owner, const struct weir_receiver_info *receiver)
{
    add_word(owner, "error", receiver);
}

static void receiver_stopped(void *owner, const struct weir_receiver_info *receiver)
{
    add_word(owner, "stopped", receiver);
}

static _Atomic uint64_t received;

static int32_t receive(struct weir_rdd *rdd, int64_t time_ms, struct weir_value argument)
{
    uint64_t count = 0;
    weir_status status = weir_rdd_count(rdd, &count);

    (void)time_ms;
    (void)argument;
    atomic_fetch_add(&received, count);
    return status;
}

/* It delivers one record, two in lent memory, is started again, delivers once more, and ends. */
enum outcome life_run_receiver(struct life *life)
{
    static struct told told;
    struct weir_listener listener = {.owner = &told,
                                     .receiver_started = receiver_started,
                                     .receiver_error = receiver_error,
                                     .receiver_stopped = receiver_stopped};
    struct weir_context *context = weir_context_create(&(struct weir_options){
        .batch_ms = 20, .workers = 2, .plugin_path = life->fixtures, .stop_at_end = true});
    struct weir_stream *numbers =
        weir_source(context, "numbers", "scripted",
                    "{\"script\": \"store 1;block 2,3;restart restarting;wait|store 4;end;wait\"}");
    memset(&told, 0, sizeof(told));
    received = 0;
    weir_foreach_rdd(numbers, WEIR_FUNCTION(receive), weir_null());
    LIFE_CHECK(life, weir_add_listener(context, &listener) == WEIR_OK);
    if (weir_start(context) != WEIR_OK) {
        return life_say(life, FAILED, "start: %s", weir_context_error(context));
    }
    LIFE_CHECK(life, weir_await_termination_or_timeout(context, 30000) == WEIR_OK);
    LIFE_CHECK(life, weir_context_state(context) == WEIR_STOPPED);
    LIFE_CHECK(life, received == 4);
    weir_context_destroy(context);
    /* Between two ticks it may have been started again before its error was seen. */
    if (strcmp(told.receivers, "started+ stopped-! started+! stopped-! ") != 0 &&
        strcmp(told.receivers, "started+ error+ stopped-! started+! stopped-! ") != 0) {
        return life_say(life, FAILED, "it was told %s", told.receivers);
    }
    return PASSED;
}
