/*
 * run_rdd - runs Spark's cases of RDDs through the public C API.
 *
 *     run_rdd CASES.json AT_LEAST
 *
 * It fails when a case gives something else than Spark does, or when fewer than AT_LEAST cases
 * could be run; those that cannot be said are listed.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "case_values.h"
#include "rdd_case.h"

enum outcome { PASSED, FAILED, NOT_EXPRESSIBLE };

int64_t rdd_case_number(const struct rdd_case *run, int i, int64_t missing)
{
    const cJSON *number = cJSON_GetArrayItem(cJSON_GetObjectItem(run->params, "args"), i);

    return cJSON_IsNumber(number) ? (int64_t)number->valuedouble : missing;
}

struct weir_value rdd_case_value(const cJSON *json)
{
    const char *text = cJSON_GetStringValue(json);

    if (text != NULL && strcmp(text, "NaN") == 0) {
        return weir_float(NAN);
    }
    if (text != NULL && strcmp(text, "Infinity") == 0) {
        return weir_float(INFINITY);
    }
    if (text != NULL && strcmp(text, "-Infinity") == 0) {
        return weir_float(-INFINITY);
    }
    return case_value(json);
}

void rdd_case_add(struct rdd_case *run, struct weir_value value)
{
    run->has_values = true;
    if (run->values_count < RDD_VALUES_MAX) {
        run->values[run->values_count++] = value;
    }
}

static bool is_pair(const cJSON *record)
{
    return cJSON_IsArray(record) && cJSON_GetArraySize(record) == 2;
}

/* NULL: it was refused. */
static struct weir_rdd *create_input(struct rdd_case *run, const cJSON *records, int64_t partitions)
{
    uint32_t count = (uint32_t)cJSON_GetArraySize(records);
    bool is_pairs = count > 0 && is_pair(records->child);
    struct weir_value *keys = calloc(count + 1, sizeof(*keys));
    struct weir_value *values = calloc(count + 1, sizeof(*values));
    struct weir_rdd *made;
    uint32_t at = 0;

    if (keys == NULL || values == NULL) {
        abort();
    }
    for (const cJSON *record = records->child; record != NULL; record = record->next, at++) {
        keys[at] = is_pairs ? rdd_case_value(cJSON_GetArrayItem(record, 0)) : weir_null();
        values[at] = rdd_case_value(is_pairs ? cJSON_GetArrayItem(record, 1) : record);
    }
    if (partitions == 0) {
        made = weir_rdd_empty(run->context);
    } else if (is_pairs) {
        made = weir_rdd_pairs(run->context, keys, values, count, (int32_t)partitions);
    } else {
        made = weir_rdd_values(run->context, values, count, (int32_t)partitions);
    }
    free(keys);
    free(values);
    return made;
}

static void create_inputs(struct rdd_case *run)
{
    static const char *const names[RDD_INPUTS_MAX] = {"inputs", "inputs2", "inputs3", "inputs4"};
    const cJSON *first = cJSON_GetObjectItem(run->params, "numPartitions");
    const cJSON *second = cJSON_GetObjectItem(run->params, "np2");

    for (int i = 0; i < RDD_INPUTS_MAX; i++) {
        const cJSON *inputs = cJSON_GetObjectItem(run->item, names[i]);
        const cJSON *partitions = i == 1 && second != NULL ? second : first;
        if (inputs == NULL) {
            break;
        }
        run->inputs[run->inputs_count++] =
            create_input(run, cJSON_GetArrayItem(inputs, 0),
                         partitions == NULL ? 2 : (int64_t)partitions->valuedouble);
    }
}

static enum outcome say(struct rdd_case *run, enum outcome outcome, const char *text)
{
    snprintf(run->why, sizeof(run->why), "%s", text);
    return outcome;
}

/* The case is to fail, and to say why. */
static enum outcome compare_failure(struct rdd_case *run, const cJSON *error)
{
    const char *part = cJSON_GetStringValue(cJSON_GetObjectItem(error, "contains"));
    const char *story = weir_context_error(run->context);
    char why[sizeof(run->why)];

    if (run->status == WEIR_OK) {
        return say(run, FAILED, "it is to fail");
    }
    if (part != NULL && strcasestr(story, part) == NULL) {
        snprintf(why, sizeof(why), "\"%s\" is not in: %s", part, story);
        return say(run, FAILED, why);
    }
    return PASSED;
}

static enum outcome compare_rows(struct rdd_case *run)
{
    const cJSON *item = run->item;
    const cJSON *expected = cJSON_GetArrayItem(cJSON_GetObjectItem(item, "expected"), 0);
    struct case_order order = {cJSON_IsTrue(cJSON_GetObjectItem(item, "ordered")),
                               cJSON_IsTrue(cJSON_GetObjectItem(item, "grouped_values_unordered"))};
    struct weir_rows given = {.values = run->values, .count = run->values_count};
    enum outcome outcome = PASSED;

    if (cJSON_IsObject(cJSON_GetArrayItem(expected, 0))) {
        return run->why[0] == '\0' ? PASSED : FAILED; /* was compared with names */
    }
    char *wanted = case_text_of_json(expected, order);
    char *got = case_text_of_rows(run->has_values ? &given : &run->rows, order);
    if (strcmp(wanted, got) != 0) {
        snprintf(run->why, sizeof(run->why), "wanted\n%.300s\ngot\n%.300s", wanted, got);
        outcome = FAILED;
    }
    free(wanted);
    free(got);
    return outcome;
}

/* What the notes of the cases say of where rows are: none of the partitions empty or too full. */
static bool is_balanced(struct rdd_case *run, uint64_t least, uint64_t most)
{
    for (uint32_t i = 0; i < weir_rdd_partitions_count(run->made); i++) {
        struct weir_rows rows;
        bool is_fine = weir_rdd_collect_partition(run->made, i, &rows) == WEIR_OK &&
                       rows.count >= least && rows.count <= most;
        weir_rows_free(&rows);
        if (!is_fine) {
            snprintf(run->why, sizeof(run->why), "partition %u has %" PRIu64 " rows", i,
                     rows.count);
            return false;
        }
    }
    return true;
}

static enum outcome compare_partitions(struct rdd_case *run)
{
    const cJSON *count = cJSON_GetObjectItem(run->item, "expected_num_partitions");
    const char *name = cJSON_GetStringValue(cJSON_GetObjectItem(run->item, "name"));

    if (run->made == NULL) {
        return PASSED;
    }
    if (count != NULL && weir_rdd_partitions_count(run->made) != (uint32_t)count->valuedouble) {
        snprintf(run->why, sizeof(run->why), "it has %u partitions",
                 weir_rdd_partitions_count(run->made));
        return FAILED;
    }
    if (strcmp(name, "sortByKey partition balancing") == 0) {
        return weir_rdd_partitions_count(run->made) == 4 && is_balanced(run, 101, 399) ? PASSED
                                                                                       : FAILED;
    }
    if (strncmp(name, "repartition load balancing", 26) == 0) {
        uint64_t rows = 0;
        uint64_t parents = weir_rdd_partitions_count(run->inputs[0]);
        uint32_t made = weir_rdd_partitions_count(run->made);
        return weir_rdd_count(run->made, &rows) == WEIR_OK &&
                       is_balanced(run, 1, rows / made + parents)
                   ? PASSED
                   : FAILED;
    }
    return PASSED;
}

static enum outcome run_case(struct rdd_case *run)
{
    const cJSON *error = cJSON_GetObjectItem(run->item, "error");
    enum outcome outcome;

    create_inputs(run);
    bool is_transformed = rdd_transform(run);
    if (!is_transformed && !rdd_act(run)) {
        return say(run, NOT_EXPRESSIBLE,
                   cJSON_GetStringValue(cJSON_GetObjectItem(run->item, "op")));
    }
    if (is_transformed) {
        run->status = weir_rdd_collect(run->made, &run->rows);
    }
    if (error != NULL) {
        return compare_failure(run, error);
    }
    if (run->status != WEIR_OK) {
        return say(run, FAILED, weir_context_error(run->context));
    }
    outcome = compare_rows(run);
    return outcome == PASSED ? compare_partitions(run) : outcome;
}

static enum outcome run_item(struct rdd_case *run, const char *kind)
{
    const char *fn;
    enum outcome outcome;

    run->params = cJSON_GetObjectItem(run->item, "params");
    fn = cJSON_GetStringValue(cJSON_GetObjectItem(run->params, "fn"));
    run->fn = fn == NULL ? "" : fn;
    run->context = weir_context_create(&(struct weir_options){.workers = 2});
    if (run->context == NULL) {
        return say(run, FAILED, "there is no context");
    }
    if (strcmp(kind, "rdd_control") == 0) {
        outcome = rdd_control_run(run) ? PASSED : FAILED;
    } else {
        outcome = run_case(run);
    }
    weir_rows_free(&run->rows);
    weir_context_destroy(run->context);
    return outcome;
}

static cJSON *read_cases(const char *path)
{
    FILE *file = fopen(path, "rb");
    char *text = NULL;
    cJSON *cases = NULL;
    long size;

    if (file == NULL) {
        return NULL;
    }
    if (fseek(file, 0, SEEK_END) == 0 && (size = ftell(file)) > 0) {
        rewind(file);
        text = calloc((size_t)size + 1, 1);
        if (text != NULL && fread(text, 1, (size_t)size, file) == (size_t)size) {
            cases = cJSON_Parse(text);
        }
    }
    free(text);
    fclose(file);
    return cases;
}

int main(int argc, char **argv)
{
    cJSON *cases = argc == 3 ? read_cases(argv[1]) : NULL;
    int counts[] = {0, 0, 0};

    if (cases == NULL) {
        fprintf(stderr, "usage: run_rdd CASES.json AT_LEAST\n");
        return 2;
    }
    for (const cJSON *item = cases->child; item != NULL; item = item->next) {
        const char *kind = cJSON_GetStringValue(cJSON_GetObjectItem(item, "kind"));
        struct rdd_case run = {.item = item};
        if (kind == NULL || (strcmp(kind, "rdd") != 0 && strcmp(kind, "rdd_control") != 0)) {
            continue;
        }
        enum outcome outcome = run_item(&run, kind);
        counts[outcome]++;
        if (outcome != PASSED) {
            printf("%s: %s: %s\n", outcome == FAILED ? "FAILED" : "left out",
                   cJSON_GetStringValue(cJSON_GetObjectItem(item, "name")), run.why);
        }
    }
    case_values_fini();
    cJSON_Delete(cases);
    printf("%d cases passed, %d left out, %d failed\n", counts[PASSED], counts[NOT_EXPRESSIBLE],
           counts[FAILED]);
    return counts[FAILED] > 0 || counts[PASSED] < atoi(argv[2]) ? 1 : 0;
}
