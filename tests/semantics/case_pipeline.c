/*
 * case_pipeline - the program that a case's pipeline asks for: a table of operators by name.
 */
#include <stdio.h>

#include "case_functions.h"
#include "case_run.h"
#include "case_values.h"

enum { STATES_MAX = 64 };

/* One step of a pipeline. */
struct step {
    const cJSON *json;
    struct weir_stream *from;
    struct weir_stream *with;             /* of joins and their kin */
    const struct case_function *function; /* its "fn"; NULL: none */
    char window[32];
    char slide[32];
};

static struct weir_function call_of(const struct step *step, const char *key)
{
    const char *name = case_text_of(step->json, key);
    const struct case_function *function = name == NULL ? NULL : case_function_find(name);
    const struct weir_function none = {.name = NULL};

    return function == NULL ? none : function->call;
}

static struct weir_stream *step_map(const struct step *step)
{
    return step->function->gives_pairs
               ? weir_map_to_pair(step->from, step->function->call, weir_null())
               : weir_map(step->from, step->function->call, weir_null());
}

static struct weir_stream *step_flat_map(const struct step *step)
{
    return step->function->gives_pairs
               ? weir_flat_map_to_pair(step->from, step->function->call, weir_null())
               : weir_flat_map(step->from, step->function->call, weir_null());
}

static struct weir_stream *step_filter(const struct step *step)
{
    return weir_filter(step->from, step->function->call, weir_null());
}

static struct weir_stream *step_map_partitions(const struct step *step)
{
    return weir_map_partitions(step->from, step->function->call, weir_null());
}

static struct weir_stream *step_glom(const struct step *step)
{
    return weir_glom(step->from);
}

static struct weir_stream *step_repartition(const struct step *step)
{
    return weir_repartition(step->from, (uint32_t)case_number_of(step->json, "numPartitions", 0));
}

static struct weir_stream *step_count(const struct step *step)
{
    return weir_count(step->from);
}

static struct weir_stream *step_reduce(const struct step *step)
{
    return weir_reduce(step->from, step->function->call, weir_null());
}

static struct weir_stream *step_count_by_value(const struct step *step)
{
    return weir_count_by_value(step->from);
}

static struct weir_stream *step_union(const struct step *step)
{
    return weir_union((struct weir_stream *[]){step->from, step->with}, 2);
}

static struct weir_stream *step_transform(const struct step *step)
{
    return weir_transform(step->from, step->function->call, weir_null());
}

static struct weir_stream *step_transform_with(const struct step *step)
{
    return weir_transform_with(step->from, step->with, step->function->call, weir_null());
}

static struct weir_stream *step_map_values(const struct step *step)
{
    return weir_map_values(step->from, step->function->call, weir_null());
}

static struct weir_stream *step_flat_map_values(const struct step *step)
{
    return weir_flat_map_values(step->from, step->function->call, weir_null());
}

static struct weir_stream *step_reduce_by_key(const struct step *step)
{
    return weir_reduce_by_key(step->from, step->function->call, weir_null());
}

static struct weir_stream *step_group_by_key(const struct step *step)
{
    return weir_group_by_key(step->from);
}

static struct weir_stream *step_combine_by_key(const struct step *step)
{
    return weir_combine_by_key(step->from, call_of(step, "create"), call_of(step, "mergeValue"),
                               call_of(step, "mergeCombiners"), weir_null());
}

static struct weir_stream *step_cogroup(const struct step *step)
{
    return weir_cogroup((struct weir_stream *[]){step->from, step->with}, 2);
}

static struct weir_stream *step_join(const struct step *step)
{
    return weir_join(step->from, step->with);
}

static struct weir_stream *step_left_outer_join(const struct step *step)
{
    return weir_left_outer_join(step->from, step->with);
}

static struct weir_stream *step_right_outer_join(const struct step *step)
{
    return weir_right_outer_join(step->from, step->with);
}

static struct weir_stream *step_full_outer_join(const struct step *step)
{
    return weir_full_outer_join(step->from, step->with);
}

static struct weir_stream *step_window(const struct step *step)
{
    return weir_window(step->from, step->window, step->slide);
}

static struct weir_stream *step_reduce_by_key_and_window(const struct step *step)
{
    if (case_text_of(step->json, "inv") == NULL) {
        return weir_reduce_by_key_and_window(step->from, step->function->call, weir_null(),
                                             step->window, step->slide);
    }
    return weir_reduce_by_key_and_window_inverse(step->from, step->function->call,
                                                 call_of(step, "inv"), call_of(step, "filter"),
                                                 weir_null(), step->window, step->slide);
}

static struct weir_stream *step_reduce_by_window(const struct step *step)
{
    if (case_text_of(step->json, "inv") == NULL) {
        return weir_reduce_by_window(step->from, step->function->call, weir_null(), step->window,
                                     step->slide);
    }
    return weir_reduce_by_window_inverse(step->from, step->function->call, call_of(step, "inv"),
                                         weir_null(), step->window, step->slide);
}

static struct weir_stream *step_count_by_window(const struct step *step)
{
    return weir_count_by_window(step->from, step->window, step->slide);
}

static struct weir_stream *step_count_by_value_and_window(const struct step *step)
{
    return weir_count_by_value_and_window(step->from, step->window, step->slide);
}

static struct weir_stream *step_group_by_key_and_window(const struct step *step)
{
    return weir_group_by_key_and_window(step->from, step->window, step->slide);
}

static struct weir_stream *step_update_state_by_key(const struct step *step)
{
    const cJSON *initial = cJSON_GetObjectItem(step->json, "initial");
    struct weir_state_options options = {.initial_count = 0};
    struct weir_value keys[STATES_MAX];
    struct weir_value values[STATES_MAX];

    for (const cJSON *pair = initial == NULL ? NULL : initial->child;
         pair != NULL && options.initial_count < STATES_MAX; pair = pair->next) {
        keys[options.initial_count] = case_value(cJSON_GetArrayItem(pair, 0));
        values[options.initial_count++] = case_value(cJSON_GetArrayItem(pair, 1));
    }
    options.initial_keys = keys;
    options.initial_values = values;
    options.partitions = (uint32_t)case_number_of(step->json, "numPartitions", 0);
    return weir_update_state_by_key(step->from, step->function->call, weir_null(), &options);
}

static const struct {
    const char *name;
    struct weir_stream *(*build)(const struct step *step); /* NULL: it cannot be said */
} operators[] = {
    {"map", step_map},
    {"flatMap", step_flat_map},
    {"filter", step_filter},
    {"mapPartitions", step_map_partitions},
    {"glom", step_glom},
    {"repartition", step_repartition},
    {"count", step_count},
    {"reduce", step_reduce},
    {"countByValue", step_count_by_value},
    {"union", step_union},
    {"transform", step_transform},
    {"transformWith", step_transform_with},
    {"mapValues", step_map_values},
    {"flatMapValues", step_flat_map_values},
    {"reduceByKey", step_reduce_by_key},
    {"groupByKey", step_group_by_key},
    {"combineByKey", step_combine_by_key},
    {"cogroup", step_cogroup},
    {"join", step_join},
    {"leftOuterJoin", step_left_outer_join},
    {"rightOuterJoin", step_right_outer_join},
    {"fullOuterJoin", step_full_outer_join},
    {"window", step_window},
    {"reduceByKeyAndWindow", step_reduce_by_key_and_window},
    {"reduceByWindow", step_reduce_by_window},
    {"countByWindow", step_count_by_window},
    {"countByValueAndWindow", step_count_by_value_and_window},
    {"groupByKeyAndWindow", step_group_by_key_and_window},
    {"updateStateByKey", step_update_state_by_key},
};

/* transformAll names its streams. */
static struct weir_stream *transform_all(const struct case_run *run, const struct step *step)
{
    const cJSON *names = cJSON_GetObjectItem(step->json, "streams");
    struct weir_stream *streams[CASE_STREAMS_MAX];
    uint32_t count = 0;

    for (const cJSON *name = names->child; name != NULL && count < CASE_STREAMS_MAX;
         name = name->next) {
        streams[count++] = case_find_stream(run, name->valuestring);
    }
    return weir_transform_all(streams, count, step->function->call, weir_null());
}

static struct weir_stream *build_step(const struct case_run *run, const struct step *step,
                                      const char *op)
{
    if (strcmp(op, "transformAll") == 0) {
        return transform_all(run, step);
    }
    for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++) {
        if (strcmp(operators[i].name, op) == 0) {
            return operators[i].build(step);
        }
    }
    return NULL;
}

/* A function that the step names and that there is not; NULL: all are there. */
static const char *missing_function(const cJSON *step)
{
    static const char *const keys[] = {"fn",     "inv",        "filter",
                                       "create", "mergeValue", "mergeCombiners"};

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        const char *name = case_text_of(step, keys[i]);
        if (name != NULL && case_function_find(name) == NULL) {
            return name;
        }
    }
    return NULL;
}

/* NULL: it cannot be said. */
static struct weir_stream *apply(struct case_run *run, const cJSON *json)
{
    const char *op = case_text_of(json, "op");
    const char *fn = case_text_of(json, "fn");
    const char *missing = missing_function(json);
    int64_t partitions = case_number_of(json, "numPartitions", 0);
    struct step step = {
        .json = json,
        .from = case_find_stream(run, case_text_of(json, "from")),
        .with = case_find_stream(run, case_text_of(json, "with")),
        .function = fn == NULL ? NULL : case_function_find(fn),
    };
    struct weir_stream *made;

    case_batches_text(run, case_number_of(json, "window", 0), step.window);
    case_batches_text(run, case_number_of(json, "slide", 1), step.slide);
    if (missing != NULL) {
        case_say(run, NOT_EXPRESSIBLE, "the function %s of %s", missing, op);
        return NULL;
    }
    made = build_step(run, &step, op);
    if (made == NULL) {
        case_say(run, NOT_EXPRESSIBLE, "the operator %s", op);
        return NULL;
    }
    return partitions == 0 || strcmp(op, "repartition") == 0
               ? made
               : weir_partitions(made, (uint32_t)partitions);
}

/* A case without a pipeline says what it does in its parameters only. */
static enum outcome build_by_name(struct case_run *run)
{
    const char *op = case_text_of(run->item, "op");
    char window[32];
    char slide[32];

    case_batches_text(run, case_number_of(run->params, "window", 2), window);
    case_batches_text(run, case_number_of(run->params, "slide", 1), slide);
    if (strcmp(op, "window.window") == 0) {
        run->last = weir_window(run->last, window, window);
        case_batches_text(run, 4, window);
        run->last = weir_window(run->last, window, window);
    } else if (strcmp(op, "countByWindow") == 0) {
        run->last = weir_count_by_window(run->last, window, slide);
    } else if (strcmp(op, "reduceByKeyAndWindow(inverse)") == 0) {
        run->last = weir_reduce_by_key_and_window_inverse(
            run->last, case_function_find("sum")->call, case_function_find("sub")->call,
            (struct weir_function){.name = NULL}, weir_null(), window, slide);
    } else {
        return case_say(run, NOT_EXPRESSIBLE, "the operator %s", op);
    }
    return PASSED;
}

enum outcome case_build(struct case_run *run)
{
    const cJSON *pipeline = cJSON_GetObjectItem(run->item, "pipeline");

    if (!cJSON_IsArray(pipeline)) {
        return build_by_name(run);
    }
    for (const cJSON *step = pipeline->child; step != NULL; step = step->next) {
        const char *name = case_text_of(step, "as");
        struct weir_stream *made = apply(run, step);
        if (made == NULL) {
            return NOT_EXPRESSIBLE;
        }
        case_add_stream(run, name == NULL ? "" : name, made);
    }
    return PASSED;
}
