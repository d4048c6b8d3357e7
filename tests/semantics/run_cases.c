/*
 * run_cases - runs Spark's cases through the public C API.
 *
 *     run_cases CASES.json AT_LEAST
 *
 * A case that asks for what weir cannot say yet is listed with the reason. It fails when a case
 * gives something else than Spark does, or when fewer than AT_LEAST cases could be run.
 */
#include <stdio.h>
#include <stdlib.h>

#include "case_run.h"
#include "case_values.h"

static const struct {
    const char *name;
    enum outcome (*run)(struct case_run *run);
} kinds[] = {
    {"dstream", case_run_stream},    {"queue", case_run_queue},     {"slice", case_run_slice},
    {"remember", case_run_remember}, {"storage", case_run_storage}, {"context", case_run_context},
};

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

static void run_one(const cJSON *item, enum outcome (*run)(struct case_run *run), int counts[3])
{
    static const char *const words[] = {"passed", "FAILED", "not yet"};
    struct case_run one = {.item = item, .params = cJSON_GetObjectItem(item, "params")};

    one.batch_ms = case_number_of(one.params, "batch_ms", 1000);
    one.batches = case_number_of(one.params, "numBatches", 1);
    enum outcome outcome = run(&one);
    counts[outcome]++;
    if (outcome != PASSED) {
        printf("%s: %s: %s\n", words[outcome], case_text_of(item, "name"), one.why);
    }
}

int main(int argc, char **argv)
{
    cJSON *cases = argc == 3 ? read_cases(argv[1]) : NULL;
    int counts[] = {0, 0, 0};

    if (cases == NULL) {
        fprintf(stderr, "usage: run_cases CASES.json AT_LEAST\n");
        return 2;
    }
    for (const cJSON *item = cases->child; item != NULL; item = item->next) {
        const char *kind = case_text_of(item, "kind");
        for (size_t i = 0; kind != NULL && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
            if (strcmp(kind, kinds[i].name) == 0) {
                run_one(item, kinds[i].run, counts);
            }
        }
    }
    case_values_fini();
    cJSON_Delete(cases);
    printf("%d cases passed, %d not yet expressible, %d failed\n", counts[PASSED],
           counts[NOT_EXPRESSIBLE], counts[FAILED]);
    return counts[FAILED] > 0 || counts[PASSED] < atoi(argv[2]) ? 1 : 0;
}
