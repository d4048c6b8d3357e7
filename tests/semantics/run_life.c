/*
 * run_life - runs Spark's cases of contexts, listeners, receivers, clocks and files.
 *
 *     run_life CASES.json FIXTURES PLUGINS AT_LEAST
 *
 * A case that is left out is listed with the reason. It fails when a case gives something else than
 * Spark does, or when fewer than AT_LEAST have passed.
 */
#include <ftw.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "life.h"

static const struct {
    const char *kind;
    enum outcome (*run)(struct life *life);
} kinds[] = {
    {"lifecycle", life_run_lifecycle},
    {"listener", life_run_listener},
    {"table", life_run_table},
    {"pid", life_run_pid},
    {"timer", life_run_timer},
    {"block_generator", life_run_block_generator},
    {"block_tracker", life_run_block_tracker},
    {"receiver_lifecycle", life_run_receiver},
    {"filestream", life_run_files},
};

static char folder[] = "/tmp/weir-life-XXXXXX";
static bool has_folder;

enum outcome life_say(struct life *life, enum outcome outcome, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(life->why, sizeof(life->why), format, arguments);
    va_end(arguments);
    return outcome;
}

int64_t life_number(const cJSON *object, const char *key, int64_t missing)
{
    const cJSON *number = cJSON_GetObjectItem(object, key);

    return cJSON_IsNumber(number) ? (int64_t)number->valuedouble : missing;
}

const char *life_text(const cJSON *object, const char *key)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItem(object, key));

    return text == NULL ? "" : text;
}

const char *life_folder(void)
{
    if (!has_folder && mkdtemp(folder) == NULL) {
        abort();
    }
    has_folder = true;
    return folder;
}

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *place)
{
    (void)about;
    (void)kind;
    (void)place;
    return remove(path);
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

static void run_case(struct life *life, int counts[3])
{
    static const char *const words[] = {"passed", "FAILED", "left out"};
    const char *kind = life_text(life->item, "kind");

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strcmp(kinds[i].kind, kind) == 0) {
            enum outcome outcome = kinds[i].run(life);
            counts[outcome]++;
            if (outcome != PASSED) {
                printf("%s: %s: %s\n", words[outcome], life_text(life->item, "name"), life->why);
                fflush(stdout);
            }
        }
    }
}

int main(int argc, char **argv)
{
    cJSON *cases = argc == 5 ? read_cases(argv[1]) : NULL;
    int counts[] = {0, 0, 0};

    if (cases == NULL) {
        fprintf(stderr, "usage: run_life CASES.json FIXTURES PLUGINS AT_LEAST\n");
        return 2;
    }
    log_set_level(LOG_OFF); /* much of it goes wrong as it should */
    for (const cJSON *item = cases->child; item != NULL; item = item->next) {
        struct life life = {.item = item,
                            .params = cJSON_GetObjectItem(item, "params"),
                            .inputs = cJSON_GetObjectItem(item, "inputs"),
                            .expected = cJSON_GetObjectItem(item, "expected"),
                            .fixtures = argv[2],
                            .plugins = argv[3]};
        run_case(&life, counts);
    }
    cJSON_Delete(cases);
    if (has_folder) {
        nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    }
    printf("%d cases passed, %d left out, %d failed\n", counts[PASSED], counts[LEFT_OUT],
           counts[FAILED]);
    return counts[FAILED] > 0 || counts[PASSED] < atoi(argv[4]) ? 1 : 0;
}
