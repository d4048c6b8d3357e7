/*
 * case_program - cases that look at a program's streams from outside: what they keep, and what of
 * their past can be had.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "case_run.h"
#include "case_values.h"

static void same(const struct weir_row *row, struct weir_emitter *out, struct weir_value argument)
{
    (void)argument;
    weir_emit(out, row->value);
}

/* Batch i holds record i. */
static enum outcome run_counting(struct case_run *run, struct weir_queue *queue, int64_t batches)
{
    if (weir_start(run->context) != WEIR_OK) {
        return case_say(run, FAILED, "start: %s", weir_context_error(run->context));
    }
    for (int64_t number = 1; number <= batches; number++) {
        struct weir_value value = weir_int(number);
        if (weir_queue_push(queue, &value, 1) != WEIR_OK ||
            weir_test_advance(run->context, 1) != WEIR_OK) {
            return case_say(run, FAILED, "batch %" PRId64 ": %s", number,
                            weir_context_error(run->context));
        }
    }
    return PASSED;
}

/* The records of a slice's RDDs, one after the other, as case_text_of_rows has them. */
static char *text_of(const struct weir_rdds *rdds)
{
    const struct case_order order = {.is_ordered = true};
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    if (out == NULL) {
        abort();
    }
    for (uint32_t i = 0; i < weir_rdds_count(rdds); i++) {
        struct weir_rows rows;
        if (weir_rdd_collect(weir_rdds_at(rdds, i), &rows) != WEIR_OK) {
            fputs("cannot be collected\n", out);
            continue;
        }
        char *some = case_text_of_rows(&rows, order);
        fputs(some, out);
        free(some);
        weir_rows_free(&rows);
    }
    fclose(out);
    return text;
}

static enum outcome compare_slice(struct case_run *run, const cJSON *range, const cJSON *expected)
{
    const struct case_order order = {.is_ordered = true};
    int64_t from_ms = (int64_t)cJSON_GetArrayItem(range, 0)->valuedouble;
    int64_t to_ms = (int64_t)cJSON_GetArrayItem(range, 1)->valuedouble;
    struct weir_rdds *rdds = weir_stream_slice(run->last, from_ms, to_ms);
    enum outcome outcome = PASSED;

    if (rdds == NULL) {
        return case_say(run, FAILED, "slice: %s", weir_context_error(run->context));
    }
    char *wanted = case_text_of_json(expected, order);
    char *got = text_of(rdds);
    if (strcmp(wanted, got) != 0) {
        outcome = case_say(run, FAILED, "slice [%" PRId64 ", %" PRId64 "]: wanted\n%sgot\n%s",
                           from_ms, to_ms, wanted, got);
    }
    free(wanted);
    free(got);
    weir_rdds_free(rdds);
    return outcome;
}

enum outcome case_run_slice(struct case_run *run)
{
    const cJSON *ranges = cJSON_GetObjectItem(run->item, "inputs");
    const cJSON *expected = cJSON_GetObjectItem(run->item, "expected");

    run->context = weir_test_context(run->batch_ms);
    struct weir_queue *queue = weir_queue_create(run->context, "numbers", false);
    run->last = weir_map(weir_queue_stream(queue), WEIR_FUNCTION(same), weir_null());
    weir_capture(run->last);
    enum outcome outcome = weir_remember(run->context, "1h") == WEIR_OK
                               ? run_counting(run, queue, 5)
                               : case_say(run, FAILED, "%s", weir_context_error(run->context));
    for (int i = 0; i < cJSON_GetArraySize(ranges) && outcome == PASSED; i++) {
        outcome =
            compare_slice(run, cJSON_GetArrayItem(ranges, i), cJSON_GetArrayItem(expected, i));
    }
    weir_context_destroy(run->context);
    return outcome;
}

/* "has RDD at 10000,8000,6000" */
static bool has_rdds(struct weir_stream *stream, const char *question, const cJSON *expected)
{
    const char *next = strstr(question, "at ");

    for (const cJSON *is_there = expected->child; is_there != NULL; is_there = is_there->next) {
        next += strcspn(next, "0123456789");
        char *end;
        int64_t time_ms = strtoll(next, &end, 10);
        if (weir_test_remembers(stream, time_ms) != cJSON_IsTrue(is_there)) {
            return false;
        }
        next = end;
    }
    return true;
}

enum outcome case_run_remember(struct case_run *run)
{
    const cJSON *questions = cJSON_GetObjectItem(run->item, "inputs");
    const cJSON *expected = cJSON_GetObjectItem(run->item, "expected");
    int64_t remember_ms = case_number_of(run->params, "ssc.remember_ms", 0);
    char duration[32];

    snprintf(duration, sizeof(duration), "%" PRId64 "ms", remember_ms);
    run->context = weir_test_context(run->batch_ms);
    struct weir_queue *queue = weir_queue_create(run->context, "numbers", false);
    case_add_stream(run, "map",
                    weir_map(weir_queue_stream(queue), WEIR_FUNCTION(same), weir_null()));
    case_add_stream(run, "window1", weir_window(run->last, "2s", "1s"));
    case_add_stream(run, "window2", weir_window(run->last, "4s", "2s"));
    weir_capture(run->last);
    enum outcome outcome = weir_remember(run->context, duration) == WEIR_OK
                               ? run_counting(run, queue, case_number_of(run->params, "batches", 1))
                               : case_say(run, FAILED, "%s", weir_context_error(run->context));
    for (int i = 0; i < cJSON_GetArraySize(questions) && outcome == PASSED; i++) {
        const cJSON *question = cJSON_GetArrayItem(questions, i);
        const cJSON *answer = cJSON_GetArrayItem(expected, i);
        const char *name = cJSON_GetArrayItem(question, 0)->valuestring;
        const char *asked = cJSON_GetArrayItem(question, 1)->valuestring;
        struct weir_stream *stream = case_find_stream(run, name);
        bool is_right = strcmp(asked, "rememberDuration") == 0
                            ? weir_remembered_ms(stream) == (int64_t)answer->valuedouble
                            : has_rdds(stream, asked, answer);
        if (!is_right) {
            outcome = case_say(run, FAILED, "%s: %s is something else", name, asked);
        }
    }
    weir_context_destroy(run->context);
    return outcome;
}

enum outcome case_run_storage(struct case_run *run)
{
    const cJSON *expected = cJSON_GetObjectItem(run->item, "expected");
    enum outcome outcome = PASSED;
    int place = 0;

    run->context = weir_test_context(run->batch_ms);
    for (const cJSON *one = expected->child; one != NULL; one = one->next, place++) {
        struct weir_queue *queue = weir_queue_create(run->context, NULL, false);
        struct weir_stream *input =
            weir_map(weir_queue_stream(queue), WEIR_FUNCTION(same), weir_null());
        struct weir_stream *window = weir_window(input, "2s", NULL);
        if (place == 1) {
            weir_persist(window, "MEMORY_ONLY");
        }
        if (strcmp(weir_storage_level(window), case_text_of(one, "window")) != 0 ||
            strcmp(weir_storage_level(input), case_text_of(one, "input")) != 0) {
            outcome = case_say(run, FAILED, "window %s, input %s", weir_storage_level(window),
                               weir_storage_level(input));
        }
    }
    weir_context_destroy(run->context);
    return outcome;
}

enum outcome case_run_context(struct case_run *run)
{
    const cJSON *kinds = cJSON_GetObjectItem(run->params, "created_in_order");
    const cJSON *ids = cJSON_GetArrayItem(cJSON_GetObjectItem(run->item, "expected"), 0);
    enum outcome outcome = PASSED;
    int place = 0;

    if (kinds == NULL) {
        return case_say(run, NOT_EXPRESSIBLE, "%s", case_text_of(run->item, "op"));
    }
    run->context = weir_test_context(run->batch_ms);
    for (const cJSON *kind = kinds->child; kind != NULL; kind = kind->next, place++) {
        struct weir_stream *stream =
            strcmp(kind->valuestring, "receiver") == 0
                ? weir_source(run->context, NULL, "socket", "{\"port\": 9999}")
                : weir_queue_stream(weir_queue_create(run->context, NULL, true));
        int wanted = (int)cJSON_GetArrayItem(ids, place)->valuedouble;
        if (weir_source_id(stream) != wanted) {
            outcome =
                case_say(run, FAILED, "input stream %d has id %d", wanted, weir_source_id(stream));
        }
    }
    weir_context_destroy(run->context);
    return outcome;
}
