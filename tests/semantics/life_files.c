/*
 * life_files - cases of the file stream, by Spark's rules, on a manual clock.
 *
 * Files are made with the times of modification that the case says, right before the batch by whose
 * time they are to be seen.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "life.h"

struct files {
    struct life *life;
    char folder[512];
    struct weir_context *context;
    struct weir_capture *capture;
    int64_t batch_ms;
    int64_t now_ms;
};

/* "tmp1/3" in the folder: the sub-folder is made when it is missing; the file holds its own name's
 * last part. */
static bool make_file(const struct files *files, const char *name, int64_t modified_ms)
{
    char path[1024];
    const char *slash = strchr(name, '/');
    const char *line = slash == NULL ? name : slash + 1;
    struct timespec times[2];
    FILE *file;

    if (slash != NULL) {
        snprintf(path, sizeof(path), "%s/%.*s", files->folder, (int)(slash - name), name);
        if (mkdir(path, 0700) != 0 && errno != EEXIST) {
            return false;
        }
    }
    snprintf(path, sizeof(path), "%s/%s", files->folder, name);
    file = fopen(path, "w");
    if (file == NULL || fprintf(file, "%s\n", line) < 0 || fclose(file) != 0) {
        return false;
    }
    times[0].tv_sec = times[1].tv_sec = modified_ms / 1000;
    times[0].tv_nsec = times[1].tv_nsec = modified_ms % 1000 * 1000000;
    return utimensat(AT_FDCWD, path, times, 0) == 0;
}

static enum outcome open_files(struct files *files, const char *pattern)
{
    struct life *life = files->life;
    bool new_files_only = !cJSON_IsFalse(cJSON_GetObjectItem(life->params, "newFilesOnly"));
    char with[1024];

    files->batch_ms = life_number(life->params, "batch_ms", 1000);
    files->now_ms = life_number(life->params, "context_created_at_ms", 0);
    files->context = weir_context_create(&(struct weir_options){.batch_ms = files->batch_ms,
                                                                .workers = 2,
                                                                .plugin_path = life->plugins,
                                                                .is_manual_clock = true,
                                                                .manual_clock_ms = files->now_ms});
    snprintf(with, sizeof(with),
             "{\"path\": \"%s%s\", \"mode\": \"spark\", \"new_files_only\": %s, \"remember\": "
             "\"%" PRId64 "ms\"}",
             files->folder, pattern, new_files_only ? "true" : "false",
             life_number(life->params, "minRememberDuration_ms", 60000));
    files->capture = weir_capture(weir_source(files->context, "files", "files", with));
    if (weir_start(files->context) != WEIR_OK) {
        return life_say(life, FAILED, "start: %s", weir_context_error(files->context));
    }
    return PASSED;
}

static bool step(struct files *files)
{
    files->now_ms += files->batch_ms;
    return weir_test_advance(files->context, 1) == WEIR_OK;
}

/* The batch of now has these lines, in any order. */
static enum outcome compare(struct files *files, const cJSON *wanted)
{
    const char *text = weir_capture_sorted_text(files->capture, files->now_ms);
    char expected[1024] = "";

    for (const cJSON *line = wanted->child; line != NULL; line = line->next) {
        size_t used = strlen(expected);
        snprintf(expected + used, sizeof(expected) - used, "%s\n", line->valuestring);
    }
    if (text == NULL || strcmp(text, expected) != 0) {
        return life_say(files->life, FAILED, "batch %" PRId64 " ms: wanted %s got %s",
                        files->now_ms, expected, text == NULL ? "no RDD" : text);
    }
    return PASSED;
}

/* inputs[i]: the files there by batch i + 1; expected[i]: its lines. */
static enum outcome run_batches(struct files *files, const char *pattern)
{
    struct life *life = files->life;
    int64_t created_ms = life_number(life->params, "context_created_at_ms", 0);
    enum outcome outcome = PASSED;
    bool is_open = false;
    int place = 0;

    for (const cJSON *batch = life->inputs->child; batch != NULL && outcome == PASSED;
         batch = batch->next, place++) {
        /* Files older than the stream are there before it is. */
        for (const cJSON *file = batch->child; file != NULL; file = file->next) {
            int64_t modified_ms = (int64_t)cJSON_GetArrayItem(file, 1)->valuedouble;
            if (!is_open && modified_ms <= created_ms) {
                LIFE_CHECK(life,
                           make_file(files, cJSON_GetArrayItem(file, 0)->valuestring, modified_ms));
            }
        }
        /* A pattern of folders finds those that there are. */
        if (!is_open && *pattern == '\0') {
            outcome = open_files(files, pattern);
            is_open = true;
        }
        for (const cJSON *file = batch->child; file != NULL; file = file->next) {
            int64_t modified_ms = (int64_t)cJSON_GetArrayItem(file, 1)->valuedouble;
            if (place > 0 || modified_ms > created_ms) {
                LIFE_CHECK(life,
                           make_file(files, cJSON_GetArrayItem(file, 0)->valuestring, modified_ms));
            }
        }
        if (!is_open) {
            outcome = open_files(files, pattern);
            is_open = true;
        }
        if (outcome == PASSED) {
            LIFE_CHECK(life, step(files));
            outcome = compare(files, cJSON_GetArrayItem(life->expected, place));
        }
    }
    return outcome;
}

/* The time of the batch that took the file; 0: none did. */
static int64_t taken_at(const struct files *files, const char *name, int64_t first_ms)
{
    char line[256];

    snprintf(line, sizeof(line), "%s\n", name);
    for (int64_t time_ms = first_ms; time_ms <= files->now_ms; time_ms += files->batch_ms) {
        const char *text = weir_capture_text(files->capture, time_ms);
        const char *found = text == NULL ? NULL : strstr(text, line);
        if (found != NULL && (found == text || found[-1] == '\n')) {
            return time_ms;
        }
    }
    return 0;
}

/* inputs[0]: [name, time of modification, when it becomes visible]; expected: [name, the batch that
 * takes it]; the others are never taken. */
static enum outcome run_rules(struct files *files)
{
    struct life *life = files->life;
    const cJSON *given = life->inputs->child;
    int64_t end_ms = 0;
    int64_t first_ms;
    enum outcome outcome = open_files(files, "");

    if (outcome != PASSED) {
        return outcome;
    }
    first_ms = files->now_ms + files->batch_ms;
    for (const cJSON *file = given->child; file != NULL; file = file->next) {
        for (int i = 1; i < 3; i++) {
            int64_t time_ms = (int64_t)cJSON_GetArrayItem(file, i)->valuedouble;
            end_ms = time_ms > end_ms ? time_ms : end_ms;
        }
    }
    while (files->now_ms < end_ms + 2 * files->batch_ms) {
        for (const cJSON *file = given->child; file != NULL; file = file->next) {
            int64_t seen_ms = (int64_t)cJSON_GetArrayItem(file, 2)->valuedouble;
            if (seen_ms > files->now_ms && seen_ms <= files->now_ms + files->batch_ms) {
                LIFE_CHECK(life, make_file(files, cJSON_GetArrayItem(file, 0)->valuestring,
                                           (int64_t)cJSON_GetArrayItem(file, 1)->valuedouble));
            }
        }
        LIFE_CHECK(life, step(files));
    }
    for (const cJSON *file = given->child; file != NULL; file = file->next) {
        const char *name = cJSON_GetArrayItem(file, 0)->valuestring;
        int64_t wanted_ms = 0;
        for (const cJSON *entry = life->expected->child; entry != NULL; entry = entry->next) {
            if (strcmp(cJSON_GetArrayItem(entry, 0)->valuestring, name) == 0) {
                wanted_ms = (int64_t)cJSON_GetArrayItem(entry, 1)->valuedouble;
            }
        }
        if (taken_at(files, name, first_ms) != wanted_ms) {
            return life_say(life, FAILED, "%s was taken at %" PRId64 ", not %" PRId64, name,
                            taken_at(files, name, first_ms), wanted_ms);
        }
    }
    return PASSED;
}

enum outcome life_run_files(struct life *life)
{
    static int number;
    struct files files = {.life = life};
    const char *path = life_text(life->params, "path");
    const char *pattern = strncmp(path, "DIR", 3) == 0 ? path + 3 : "";
    const cJSON *of_expected = life->expected->child == NULL ? NULL : life->expected->child->child;
    enum outcome outcome;

    snprintf(files.folder, sizeof(files.folder), "%s/files%d", life_folder(), number++);
    LIFE_CHECK(life, mkdir(files.folder, 0700) == 0);
    bool are_times = of_expected != NULL && cJSON_IsNumber(of_expected->next);
    outcome = are_times ? run_rules(&files) : run_batches(&files, pattern);
    weir_context_destroy(files.context);
    return outcome;
}
