/*
 * rdd_control - the cases of what is asked of one RDD, step by step: persist and checkpoint.
 *
 * A step is a line of the case's inputs; what it gives is told as text and compared with what the
 * case expects: a word, a truth, null, or a failure with its message.
 */
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rdd_case.h"

struct control {
    struct rdd_case *run;
    struct weir_rdd *rdd;
    char folder[64];
    uint32_t partitions;
};

static void add_four(const struct weir_row *row, struct weir_emitter *out,
                     struct weir_value argument)
{
    weir_emit(out, weir_int(weir_int_of(row->value) + weir_int_of(argument)));
}

static bool refuse(struct control *control, const char *step, const char *what)
{
    snprintf(control->run->why, sizeof(control->run->why), "%s: %s", step, what);
    return false;
}

static bool collects_the_same(struct control *control)
{
    struct weir_rows rows;
    bool is_same = weir_rdd_collect(control->rdd, &rows) == WEIR_OK && rows.count == 4;

    for (int64_t i = 0; is_same && i < 4; i++) {
        is_same = weir_int_of(rows.values[i]) == i + 5;
    }
    weir_rows_free(&rows);
    return is_same;
}

static bool has_checkpoint_files(struct control *control)
{
    const char *folder = weir_rdd_checkpoint_file(control->rdd);
    char part[512];
    char wanted[64];
    struct stat known;

    if (folder == NULL || strncmp(folder, control->folder, strlen(control->folder)) != 0) {
        return false;
    }
    snprintf(wanted, sizeof(wanted), "/rdd-%llu", (unsigned long long)weir_rdd_id(control->rdd));
    snprintf(part, sizeof(part), "%s/part-00001", folder);
    return strstr(folder, wanted) != NULL && stat(part, &known) == 0;
}

static bool depends_on_checkpoint_alone(struct control *control)
{
    bool is_shuffle = true;
    struct weir_rdd *parent = weir_rdd_dependency(control->rdd, 0, &is_shuffle);

    return weir_rdd_dependencies_count(control->rdd) == 1 && !is_shuffle && parent != NULL &&
           weir_rdd_dependencies_count(parent) == 0 &&
           weir_rdd_partitions_count(parent) == control->partitions;
}

/* A step that gives a status. */
static weir_status perform(struct control *control, const char *step, bool *is_known)
{
    char level[32] = "";

    if (strcmp(step, "cache()") == 0) {
        return weir_rdd_cache(control->rdd);
    }
    if (strcmp(step, "unpersist()") == 0) {
        return weir_rdd_unpersist(control->rdd);
    }
    if (sscanf(step, "persist(%31[A-Z_])", level) == 1) {
        return weir_rdd_persist(control->rdd, level);
    }
    if (strncmp(step, "setCheckpointDir", 16) == 0) {
        weir_status status = weir_set_checkpoint_dir(control->run->context, control->folder);
        return status == WEIR_OK ? weir_rdd_checkpoint(control->rdd) : status;
    }
    if (strncmp(step, "checkpoint()", 12) == 0) {
        return weir_rdd_checkpoint(control->rdd);
    }
    *is_known = false;
    return WEIR_OK;
}

/* A step that asks, compared with what is expected. */
static bool ask(struct control *control, const char *step, const cJSON *expected)
{
    bool is_true = cJSON_IsTrue(expected);

    if (strcmp(step, "getStorageLevel") == 0) {
        return strcmp(weir_rdd_storage_level(control->rdd), expected->valuestring) == 0;
    }
    if (strcmp(step, "isCheckpointed") == 0) {
        return weir_rdd_is_checkpointed(control->rdd) == is_true;
    }
    if (strcmp(step, "getCheckpointFile") == 0) {
        return cJSON_IsNull(expected) ? weir_rdd_checkpoint_file(control->rdd) == NULL
                                      : has_checkpoint_files(control);
    }
    if (strcmp(step, "dependencies") == 0) {
        return depends_on_checkpoint_alone(control);
    }
    if (strcmp(step, "getNumPartitions") == 0) {
        return weir_rdd_partitions_count(control->rdd) == control->partitions;
    }
    if (strncmp(step, "first action", 12) == 0 || strcmp(step, "collect") == 0) {
        return collects_the_same(control);
    }
    return false;
}

static bool take_step(struct control *control, const char *step, const cJSON *expected)
{
    const cJSON *error = cJSON_GetObjectItem(expected, "error");
    const char *part = cJSON_GetStringValue(cJSON_GetObjectItem(expected, "message"));
    bool is_known = true;
    weir_status status = perform(control, step, &is_known);

    if (!is_known) {
        return ask(control, step, expected) || refuse(control, step, "is otherwise");
    }
    if ((error != NULL) != (status != WEIR_OK)) {
        return refuse(control, step,
                      error != NULL ? "is to fail" : weir_context_error(control->run->context));
    }
    /* "in the SparkContext" is of Spark alone. */
    if (error != NULL && part != NULL) {
        const char *story = weir_context_error(control->run->context);
        size_t size = strcspn(part, "\n");
        const char *spark = strstr(part, " in the SparkContext");
        char wanted[256];

        snprintf(wanted, sizeof(wanted), "%.*s",
                 (int)(spark == NULL ? size : (size_t)(spark - part)), part);
        return strcasestr(story, wanted) != NULL || refuse(control, step, story);
    }
    return true;
}

static int remove_entry(const char *path, const struct stat *known, int type, struct FTW *walk)
{
    (void)known;
    (void)type;
    (void)walk;
    return remove(path);
}

bool rdd_control_run(struct rdd_case *run)
{
    const cJSON *expected = cJSON_GetObjectItem(run->item, "expected")->child;
    struct control control = {.run = run, .folder = "/tmp/weir-control-XXXXXX"};
    bool is_fine = mkdtemp(control.folder) != NULL;
    struct weir_rdd *numbers = weir_rdd_range(run->context, 1, 5, 1, 2);

    control.rdd = weir_rdd_map(numbers, WEIR_FUNCTION(add_four), weir_int(4));
    control.partitions = weir_rdd_partitions_count(control.rdd);
    for (const cJSON *step = cJSON_GetObjectItem(run->item, "inputs")->child;
         is_fine && step != NULL && expected != NULL;
         step = step->next, expected = expected->next) {
        is_fine = take_step(&control, step->child->valuestring, expected);
    }
    nftw(control.folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
    return is_fine;
}
