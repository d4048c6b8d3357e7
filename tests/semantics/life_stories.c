/*
 * life_stories - cases of contexts that are told in words: each is known by its name.
 */
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <weir/listener.h>

#include "life.h"

enum outcome life_run_story(struct life *life);

static void fail_row(const struct weir_row *row, struct weir_emitter *out,
                     struct weir_value argument)
{
    if (weir_is_null(argument) || weir_int_of(row->value) == weir_int_of(argument)) {
        weir_emit_error(out, "error in map task: this is a special error");
        return;
    }
    weir_emit(out, row->value);
}

static int32_t count_rows(struct weir_rdd *rdd, int64_t time_ms, struct weir_value argument)
{
    uint64_t count;

    (void)time_ms;
    (void)argument;
    return weir_rdd_count(rdd, &count);
}

/* Two sources, and an output for the second only. */
static enum outcome unused_input(struct life *life)
{
    struct weir_context *context = weir_test_context(1000);
    struct weir_queue *second;
    struct weir_capture *capture;

    weir_queue_create(context, "first", true);
    second = weir_queue_create(context, "second", true);
    capture = weir_capture(weir_queue_stream(second));
    LIFE_CHECK(life, weir_start(context) == WEIR_OK);
    LIFE_CHECK(life, weir_test_advance(context, 2) == WEIR_OK);
    LIFE_CHECK(life, weir_capture_count(capture) == 2);
    LIFE_CHECK(life, weir_stop(context, true) == WEIR_OK);
    weir_context_destroy(context);
    return PASSED;
}

static enum outcome error_in_task(struct life *life)
{
    struct weir_context *context = weir_test_context(1000);
    struct weir_queue *queue = weir_queue_create(context, "numbers", true);
    struct weir_value one = weir_int(1);

    weir_foreach_rdd(weir_map(weir_queue_stream(queue), WEIR_FUNCTION(fail_row), weir_null()),
                     WEIR_FUNCTION(count_rows), weir_null());
    weir_queue_push(queue, &one, 1);
    LIFE_CHECK(life, weir_start(context) == WEIR_OK);
    LIFE_CHECK(life, weir_context_state(context) == WEIR_ACTIVE);
    LIFE_CHECK(life, weir_test_advance(context, 1) == WEIR_OK);
    LIFE_CHECK(life, weir_await_termination_or_timeout(context, 5000) < 0);
    LIFE_CHECK(life, strstr(weir_context_error(context), "map task") != NULL);
    weir_context_destroy(context);
    return PASSED;
}

/* A batch that fails in the middle: the others have their rows, and waiting tells the error. */
static enum outcome failure_in_the_middle(struct life *life)
{
    struct weir_context *context = weir_test_context(1000);
    struct weir_queue *queue = weir_queue_create(context, "numbers", true);
    struct weir_capture *capture =
        weir_capture(weir_map(weir_queue_stream(queue), WEIR_FUNCTION(fail_row), weir_int(1)));

    for (int64_t number = 0; number < 4; number++) {
        struct weir_value value = weir_int(number);
        weir_queue_push(queue, &value, 1);
    }
    LIFE_CHECK(life, weir_start(context) == WEIR_OK);
    LIFE_CHECK(life, weir_test_advance(context, 4) == WEIR_OK);
    for (int64_t number = 0; number < 4; number++) {
        const struct weir_rows *rows = weir_capture_rows(capture, (number + 1) * 1000);
        LIFE_CHECK(life, (rows == NULL) == (number == 1));
        LIFE_CHECK(life,
                   rows == NULL || (rows->count == 1 && weir_int_of(rows->values[0]) == number));
    }
    LIFE_CHECK(life, weir_await_termination_or_timeout(context, 10) < 0);
    LIFE_CHECK(life, strstr(weir_context_error(context), "special error") != NULL);
    weir_context_destroy(context);
    return PASSED;
}

/* A listener that stops its own context. */
struct stopper {
    struct weir_context *context;
    _Atomic weir_status hard; /* what weir_stop answered */
    char story[256];
    _Atomic weir_status soft; /* what weir_stop_soon answered */
};

static void stop_inside(void *owner, const struct weir_batch_info *batch)
{
    struct stopper *stopper = owner;

    (void)batch;
    stopper->hard = weir_stop(stopper->context, true);
    snprintf(stopper->story, sizeof(stopper->story), "%s", weir_context_error(stopper->context));
    stopper->soft = weir_stop_soon(stopper->context, true);
}

static enum outcome stop_in_listener(struct life *life)
{
    struct stopper stopper = {.soft = WEIR_E_BUG};
    struct weir_listener listener = {.owner = &stopper, .batch_completed = stop_inside};
    struct weir_context *context = weir_test_context(1000);

    stopper.context = context;
    weir_capture(weir_queue_stream(weir_queue_create(context, "numbers", true)));
    LIFE_CHECK(life, weir_add_listener(context, &listener) == WEIR_OK);
    LIFE_CHECK(life, weir_start(context) == WEIR_OK);
    LIFE_CHECK(life, weir_test_advance(context, 1) == WEIR_OK);
    LIFE_CHECK(life, weir_await_termination(context) == WEIR_OK);
    LIFE_CHECK(life, stopper.hard == WEIR_E_INVAL && stopper.soft == WEIR_OK);
    LIFE_CHECK(life, strstr(stopper.story, "cannot stop a context within its listener") != NULL);
    LIFE_CHECK(life, weir_context_state(context) == WEIR_STOPPED);
    weir_context_destroy(context);
    return PASSED;
}

static _Atomic uint64_t processed;

static int32_t add_rows(struct weir_rdd *rdd, int64_t time_ms, struct weir_value argument)
{
    uint64_t count = 0;
    weir_status status = weir_rdd_count(rdd, &count);

    (void)time_ms;
    (void)argument;
    atomic_fetch_add(&processed, count);
    return status;
}

/* The number in the file that the receiver wrote as its last act. */
static int64_t told(const char *path)
{
    FILE *file = fopen(path, "r");
    int64_t number = -1;

    if (file != NULL && fscanf(file, "%" SCNd64, &number) != 1) {
        number = -1;
    }
    if (file != NULL) {
        fclose(file);
    }
    return number;
}

/* What was received by a graceful stop is processed: count 0 is a receiver without end. */
static enum outcome stop_gracefully(struct life *life, int64_t count, const char *pause)
{
    struct weir_context *context = weir_context_create(&(struct weir_options){
        .batch_ms = 100, .workers = 2, .stop_timeout_ms = 60000, .plugin_path = life->fixtures});
    char path[256];
    char with[512];

    snprintf(path, sizeof(path), "%s/told%" PRId64, life_folder(), count);
    snprintf(with, sizeof(with), "{\"count\": %" PRId64 ", \"pause\": \"%s\", \"told\": \"%s\"}",
             count, pause, path);
    processed = 0;
    weir_foreach_rdd(weir_source(context, "numbers", "paced", with), WEIR_FUNCTION(add_rows),
                     weir_null());
    if (weir_start(context) != WEIR_OK) {
        return life_say(life, FAILED, "start: %s", weir_context_error(context));
    }
    LIFE_CHECK(life, weir_await_termination_or_timeout(context, 350) == WEIR_AGAIN);
    LIFE_CHECK(life, weir_stop(context, true) == WEIR_OK);
    LIFE_CHECK(life, told(path) > 0);
    if (processed != (uint64_t)told(path) || (count > 0 && told(path) != count)) {
        return life_say(life, FAILED, "received %" PRId64 ", processed %" PRIu64, told(path),
                        processed);
    }
    weir_context_destroy(context);
    return PASSED;
}

/* The interval of a stream's checkpoints, slide 2 s: what the start says of it. */
static enum outcome checkpoint_intervals(struct life *life)
{
    static const char *const intervals[] = {"1s", "3s"};
    static const char *const words[] = {"lower", "multiple"};

    for (size_t i = 0; i < 2; i++) {
        struct weir_context *context = weir_test_context(2000);
        struct weir_stream *counts =
            weir_count_by_value(weir_queue_stream(weir_queue_create(context, "numbers", true)));
        weir_checkpoint(weir_name(counts, "counts"), intervals[i]);
        weir_capture(counts);
        LIFE_CHECK(life, weir_start(context) == WEIR_E_CONFIG);
        if (strstr(weir_context_error(context), "counts") == NULL) {
            return life_say(life, FAILED, "%s: it does not name the stream: %s", words[i],
                            weir_context_error(context));
        }
        weir_context_destroy(context);
    }
    return PASSED;
}

enum outcome life_run_story(struct life *life)
{
    const char *name = life_text(life->item, "name");

    if (strstr(name, "not using it should not crash") != NULL) {
        return unused_input(life);
    }
    if (strstr(name, "checkpoint interval validation") != NULL) {
        return checkpoint_intervals(life);
    }
    if (strstr(name, "with error in task") != NULL) {
        return error_in_task(life);
    }
    if (strstr(name, "stop in listener") != NULL) {
        return stop_in_listener(life);
    }
    if (strstr(name, "failed batch in the middle") != NULL) {
        return failure_in_the_middle(life);
    }
    if (strcmp(name, "stop gracefully") == 0) {
        return stop_gracefully(life, 0, "0s");
    }
    if (strcmp(name, "stop slow receiver gracefully") == 0) {
        return stop_gracefully(life, 15, "60ms");
    }
    if (strcmp(name, "getOrCreate") == 0) {
        return life_say(life, LEFT_OUT, "contexts are not restored from checkpoints yet");
    }
    return life_say(life, LEFT_OUT, "a story that is not known");
}
