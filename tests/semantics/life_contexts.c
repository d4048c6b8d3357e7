/*
 * life_contexts - cases of what a context does when it is started, stopped and asked, as calls.
 *
 * A case is a list of calls and of what each shall give: the state of the context afterwards, an
 * error, or a value.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <weir/rdd.h>

#include "life.h"

#define CONTEXTS_MAX 8

/* The contexts of a case, in the order in which they were made: S1, S2 ... */
struct calls {
    struct life *life;
    struct weir_context *made[CONTEXTS_MAX];
    struct weir_queue *queue; /* of the last one */
    uint32_t count;
};

static struct weir_context *last(const struct calls *calls)
{
    return calls->count == 0 ? NULL : calls->made[calls->count - 1];
}

static struct weir_context *create(void *owner)
{
    struct calls *calls = owner;

    if (calls->count == CONTEXTS_MAX) {
        return NULL;
    }
    calls->made[calls->count++] = weir_test_context(1000);
    calls->queue = weir_queue_create(last(calls), "numbers", true);
    weir_capture(weir_queue_stream(calls->queue));
    return last(calls);
}

/* What a call gave. */
struct answer {
    weir_status status;         /* below zero: an error, which the context tells */
    struct weir_context *given; /* by the calls that look for one */
    bool is_created;
    bool is_search;
    int64_t number; /* -1: none */
};

static int64_t count_hundred(struct weir_context *context)
{
    struct weir_value values[100];
    struct weir_rows rows;
    int64_t count = -2;

    for (int i = 0; i < 100; i++) {
        values[i] = weir_int(i + 1);
    }
    if (weir_rdd_collect(weir_rdd_values(context, values, 100, 4), &rows) == WEIR_OK) {
        count = (int64_t)rows.count;
        weir_rows_free(&rows);
    }
    return count;
}

/* A building call that is refused tells so by the context's error, and nothing else. */
static weir_status build(struct calls *calls, const char *call)
{
    struct weir_stream *stream = weir_queue_stream(calls->queue);
    char before[512];

    snprintf(before, sizeof(before), "%s", weir_context_error(last(calls)));
    if (strstr(call, "input") != NULL) {
        weir_queue_create(last(calls), NULL, true);
    } else if (strstr(call, "transformation") != NULL) {
        weir_count_by_value(stream);
    } else {
        weir_print(stream, 10);
    }
    const char *after = weir_context_error(last(calls));
    return *after == '\0' || strstr(after, "is not supported") == NULL ? WEIR_OK : WEIR_E_INVAL;
}

/* False: the call is unknown. */
static bool make_call(struct calls *calls, const char *call, struct answer *answer)
{
    *answer = (struct answer){.number = -1};
    if (strncmp(call, "create", 6) == 0) {
        create(calls);
    } else if (strcmp(call, "start") == 0) {
        answer->status = weir_start(last(calls));
    } else if (strcmp(call, "stop") == 0) {
        answer->status = weir_stop(last(calls), false);
    } else if (strncmp(call, "add ", 4) == 0) {
        answer->status = build(calls, call);
    } else if (strcmp(call, "getActive") == 0) {
        answer->is_search = true;
        answer->given = weir_get_active();
    } else if (strcmp(call, "getActiveOrCreate(f)") == 0) {
        uint32_t before = calls->count;
        answer->is_search = true;
        answer->given = weir_get_active_or_create(create, calls);
        answer->is_created = calls->count > before;
    } else if (strncmp(call, "sc.makeRDD(1..100)", 18) == 0) {
        answer->number = count_hundred(last(calls));
    } else {
        return false;
    }
    return true;
}

static bool is_known(const char *call)
{
    static const char *const calls[] = {"create", "start",     "stop",
                                        "add ",   "getActive", "sc.makeRDD(1..100)"};

    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        if (strncmp(call, calls[i], strlen(calls[i])) == 0) {
            return true;
        }
    }
    return false;
}

/* "S1": the first context that the case has made. */
static bool is_context(const struct calls *calls, const char *name,
                       const struct weir_context *given)
{
    int number = name[0] == 'S' ? atoi(name + 1) : 0;

    return number > 0 && (uint32_t)number <= calls->count && calls->made[number - 1] == given;
}

static bool is_answer(const struct calls *calls, const cJSON *wanted, const struct answer *answer)
{
    static const char *const states[] = {"INITIALIZED", "ACTIVE", "STOPPED"};
    const char *text = cJSON_GetStringValue(wanted);

    if (cJSON_IsObject(wanted)) {
        /* The words are weir's own; an error without any would help nobody. */
        return answer->status < 0 && *weir_context_error(last(calls)) != '\0';
    }
    if (answer->is_search) {
        return text == NULL ? answer->given == NULL
               : strncmp(text, "created ", 8) == 0
                   ? answer->is_created && is_context(calls, text + 8, answer->given)
                   : !answer->is_created && is_context(calls, text, answer->given);
    }
    if (cJSON_IsNumber(wanted)) {
        return answer->number == (int64_t)wanted->valuedouble;
    }
    return text != NULL && answer->status == WEIR_OK &&
           strcmp(states[weir_context_state(last(calls))], text) == 0;
}

static enum outcome make_calls(struct calls *calls)
{
    struct life *life = calls->life;
    int place = 0;

    for (const cJSON *step = life->inputs->child; step != NULL; step = step->next, place++) {
        const char *call = cJSON_GetStringValue(cJSON_GetArrayItem(step, 0));
        struct answer answer;

        if (!make_call(calls, call, &answer)) {
            return life_say(life, LEFT_OUT, "there is no call \"%s\"", call);
        }
        if (!is_answer(calls, cJSON_GetArrayItem(life->expected, place), &answer)) {
            return life_say(life, FAILED, "call %d, %s: status %d, state %d, %s", place, call,
                            answer.status, (int)weir_context_state(last(calls)),
                            weir_context_error(last(calls)));
        }
    }
    return PASSED;
}

/* True when every step of the case is a call. */
static bool are_calls(const struct life *life)
{
    for (const cJSON *step = life->inputs->child; step != NULL; step = step->next) {
        const char *call = cJSON_GetStringValue(cJSON_GetArrayItem(step, 0));
        if (call == NULL || !is_known(call)) {
            return false;
        }
    }
    return true;
}

enum outcome life_run_story(struct life *life);

enum outcome life_run_lifecycle(struct life *life)
{
    struct calls calls = {.life = life};
    enum outcome outcome;

    if (!are_calls(life)) {
        return life_run_story(life);
    }
    outcome = make_calls(&calls);
    for (uint32_t i = 0; i < calls.count; i++) {
        weir_context_destroy(calls.made[i]);
    }
    return outcome;
}
