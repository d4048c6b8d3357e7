/* queue_record - what a JSON value is as a record. */
#include "queue_record.h"

#include <stdlib.h>
#include <string.h>

#include <weir/plugin_helpers.h>

#define NS_PER_MS 1000000

static bool is_text(weir_slice slice, const char *text)
{
    return slice.len == strlen(text) && memcmp(slice.ptr, text, slice.len) == 0;
}

/* A string's bytes, or the text of any other value. */
static bool parse_bytes(struct json_scan *scan, weir_slice *out)
{
    return json_peek(scan) == '"' ? json_string(scan, out) : json_value(scan, out);
}

static bool parse_time(struct json_scan *scan, weir_record *out)
{
    int64_t ms;

    if (!json_integer(scan, &ms)) {
        return false;
    }
    if (ms > INT64_MAX / NS_PER_MS || ms < INT64_MIN / NS_PER_MS) {
        scan->problem = "the time is out of range";
        return false;
    }
    out->event_time_ns = ms * NS_PER_MS;
    return true;
}

static bool parse_member(struct json_scan *scan, weir_slice name, weir_record *out, bool *is_known)
{
    *is_known = true;
    if (is_text(name, "value")) {
        return parse_bytes(scan, &out->value);
    }
    if (is_text(name, "key")) {
        return json_null(scan) || parse_bytes(scan, &out->key);
    }
    if (is_text(name, "time")) {
        char first = json_peek(scan);
        *is_known = first == '-' || (first >= '0' && first <= '9');
        return !*is_known || parse_time(scan, out);
    }
    *is_known = false;
    return true;
}

/* Reads an object as a record; *is_record is false when it has other members, or no value. */
static bool parse_object(struct json_scan *scan, weir_record *out, bool *is_record)
{
    weir_slice name;

    *is_record = false;
    if (!json_take(scan, '{')) {
        return false;
    }
    if (json_peek(scan) == '}') {
        return json_take(scan, '}');
    }
    for (;;) {
        bool is_known;

        if (!json_string(scan, &name) || !json_take(scan, ':') ||
            !parse_member(scan, name, out, &is_known)) {
            return false;
        }
        if (!is_known) {
            return true;
        }
        if (json_peek(scan) != ',') {
            break;
        }
        scan->at++;
    }
    *is_record = out->value.ptr != NULL;
    return json_take(scan, '}');
}

bool queue_record_parse(struct json_scan *scan, weir_record *out)
{
    *out = weir_record_of(NULL, 0);
    if (json_peek(scan) == '{') {
        struct json_scan start = *scan;
        bool is_record;

        if (!parse_object(scan, out, &is_record)) {
            return false;
        }
        if (is_record) {
            return true;
        }
        *scan = start;
        *out = weir_record_of(NULL, 0);
    }
    return parse_bytes(scan, &out->value);
}

/* The array with room for one more element, or NULL. */
static void *with_room(void *array, size_t count, size_t *room, size_t element)
{
    size_t wanted = *room == 0 ? 64 : *room * 2;

    if (count < *room) {
        return array;
    }
    void *grown = realloc(array, wanted * element);
    if (grown != NULL) {
        *room = wanted;
    }
    return grown;
}

static bool parse_batch(struct queue_batches *batches, struct json_scan *scan)
{
    if (!json_take(scan, '[')) {
        scan->problem = "a batch is a list of records";
        return false;
    }
    if (json_peek(scan) == ']') {
        return json_take(scan, ']');
    }
    for (;;) {
        weir_record *records = with_room(batches->records, batches->records_count,
                                         &batches->records_room, sizeof(*records));
        if (records == NULL) {
            scan->problem = "no memory for the records";
            return false;
        }
        batches->records = records;
        if (!queue_record_parse(scan, &batches->records[batches->records_count])) {
            return false;
        }
        batches->records_count++;
        if (json_peek(scan) != ',') {
            return json_take(scan, ']');
        }
        scan->at++;
    }
}

static bool parse_batches(struct queue_batches *batches, struct json_scan *scan)
{
    if (!json_take(scan, '[')) {
        scan->problem = "the batches are a list of lists";
        return false;
    }
    if (json_peek(scan) == ']') {
        return json_take(scan, ']');
    }
    for (;;) {
        if (!parse_batch(batches, scan)) {
            return false;
        }
        size_t *ends =
            with_room(batches->ends, batches->ends_count, &batches->ends_room, sizeof(*ends));
        if (ends == NULL) {
            scan->problem = "no memory for the batches";
            return false;
        }
        batches->ends = ends;
        batches->ends[batches->ends_count++] = batches->records_count;
        if (json_peek(scan) != ',') {
            return json_take(scan, ']');
        }
        scan->at++;
    }
}

weir_status queue_batches_parse(struct queue_batches *batches, weir_slice input, weir_error *error)
{
    struct json_scan scan;

    memset(batches, 0, sizeof(*batches));
    batches->text = malloc(input.len + 1);
    if (batches->text == NULL) {
        return weir_error_set(error, WEIR_E_NOMEM, "no memory for the batches");
    }
    json_scan_init(&scan, input.ptr, input.len, batches->text);
    if (parse_batches(batches, &scan)) {
        if (json_is_done(&scan)) {
            return WEIR_OK;
        }
        scan.problem = "not expected here";
    }
    size_t batch = batches->ends_count;
    queue_batches_fini(batches);
    return weir_error_set(error, WEIR_E_CONFIG, "batches: batch %zu, at byte %zu of the list: %s",
                          batch + 1, (size_t)(scan.at - scan.begin), scan.problem);
}

void queue_batches_fini(struct queue_batches *batches)
{
    free(batches->records);
    free(batches->ends);
    free(batches->text);
    memset(batches, 0, sizeof(*batches));
}
