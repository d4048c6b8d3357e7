/*
 * case_run - one of Spark's cases being run.
 */
#include "case_run.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "case_values.h"

enum outcome case_say(struct case_run *run, enum outcome outcome, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(run->why, sizeof(run->why), format, arguments);
    va_end(arguments);
    return outcome;
}

const char *case_text_of(const cJSON *object, const char *key)
{
    return cJSON_GetStringValue(cJSON_GetObjectItem(object, key));
}

int64_t case_number_of(const cJSON *object, const char *key, int64_t missing)
{
    const cJSON *number = cJSON_GetObjectItem(object, key);

    return cJSON_IsNumber(number) ? (int64_t)number->valuedouble : missing;
}

void case_add_stream(struct case_run *run, const char *name, struct weir_stream *stream)
{
    if (run->streams_count < CASE_STREAMS_MAX) {
        run->streams[run->streams_count++] = (struct case_stream){name, stream};
    }
    run->last = stream;
}

struct weir_stream *case_find_stream(const struct case_run *run, const char *name)
{
    for (uint32_t i = 0; name != NULL && i < run->streams_count; i++) {
        if (strcmp(run->streams[i].name, name) == 0) {
            return run->streams[i].stream;
        }
    }
    return run->last;
}

const char *case_batches_text(const struct case_run *run, int64_t batches, char out[32])
{
    snprintf(out, 32, "%" PRId64 "ms", batches * run->batch_ms);
    return out;
}

void case_push(struct weir_queue *queue, const cJSON *batch, int first, int end, bool is_pairs)
{
    uint32_t count = (uint32_t)(end - first);
    struct weir_value *keys = calloc(count + 1, sizeof(*keys));
    struct weir_value *values = calloc(count + 1, sizeof(*values));
    weir_status status;

    if (keys == NULL || values == NULL) {
        abort();
    }
    for (uint32_t i = 0; i < count; i++) {
        const cJSON *record = cJSON_GetArrayItem(batch, first + (int)i);
        keys[i] = is_pairs ? case_value(cJSON_GetArrayItem(record, 0)) : weir_null();
        values[i] = case_value(is_pairs ? cJSON_GetArrayItem(record, 1) : record);
    }
    status = is_pairs ? weir_queue_push_pairs(queue, keys, values, count)
                      : weir_queue_push(queue, values, count);
    if (status != WEIR_OK) {
        abort();
    }
    free(keys);
    free(values);
}

enum outcome case_compare(struct case_run *run, struct weir_capture *capture, int64_t number,
                          const cJSON *expected)
{
    const struct case_order order = {
        .is_ordered = cJSON_IsTrue(cJSON_GetObjectItem(run->item, "ordered")),
        .are_lists_unordered =
            cJSON_IsTrue(cJSON_GetObjectItem(run->item, "grouped_values_unordered")),
    };
    const struct weir_rows *rows = weir_capture_rows(capture, number * run->batch_ms);
    enum outcome outcome = PASSED;
    char *wanted;
    char *got;

    if (expected == NULL) {
        return rows == NULL ? PASSED
                            : case_say(run, FAILED, "batch %" PRId64 " is to have no RDD", number);
    }
    if (rows == NULL) {
        return case_say(run, FAILED, "batch %" PRId64 " has no RDD", number);
    }
    wanted = case_text_of_json(expected, order);
    got = case_text_of_rows(rows, order);
    if (strcmp(wanted, got) != 0) {
        outcome =
            case_say(run, FAILED, "batch %" PRId64 ": wanted\n%sgot\n%s", number, wanted, got);
    }
    free(wanted);
    free(got);
    return outcome;
}

const cJSON *case_expected(const struct case_run *run, int64_t number)
{
    const cJSON *right = cJSON_GetObjectItem(run->item, "correct_expected"); /* Spark is wrong */
    const cJSON *expected = right != NULL ? right : cJSON_GetObjectItem(run->item, "expected");
    const cJSON *at = cJSON_GetObjectItem(run->item, "expected_at");
    int place = 0;

    if (at == NULL) {
        return cJSON_GetArrayItem(expected, (int)number - 1);
    }
    for (const cJSON *entry = at->child; entry != NULL; entry = entry->next, place++) {
        if ((int64_t)entry->valuedouble == number) {
            return cJSON_GetArrayItem(expected, place);
        }
    }
    return NULL;
}
