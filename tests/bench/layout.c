/*
 * layout - see layout.h.
 *
 *     layout DIR [table|chunk|column|sql ...]
 *
 * DIR holds text as generate_text writes it; its first file's first 64 MiB are read.
 */
#include "layout.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define ROUNDS         9u
#define VARIANTS_MAX   16u
#define TEXT_BYTES_MAX (64u << 20)
#define TEXT_PADDING   64u

void *layout_alloc(size_t size)
{
    void *memory = aligned_alloc(64, (size + 63) & ~(size_t)63);

    if (memory == NULL) {
        fprintf(stderr, "layout: out of memory, wanted %zu bytes\n", size);
        exit(1);
    }
    memset(memory, 0, size); /* touches every page before anything is timed */
    return memory;
}

uint64_t layout_random(uint64_t *state)
{
    uint64_t value = (*state += UINT64_C(0x9e3779b97f4a7c15));

    value = (value ^ (value >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    value = (value ^ (value >> 27)) * UINT64_C(0x94d049bb133111eb);
    return value ^ (value >> 31);
}

static double seconds_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static int double_compare(const void *left, const void *right)
{
    double a = *(const double *)left;
    double b = *(const double *)right;

    return (a > b) - (a < b);
}

void layout_compare(const char *title, const struct layout_variant *variants,
                    uint32_t variants_count, uint64_t rows, const char *unit)
{
    double seconds[VARIANTS_MAX][ROUNDS];
    double first = 0;

    if (variants_count > VARIANTS_MAX) {
        abort();
    }
    for (uint32_t round = 0; round <= ROUNDS; round++) {
        uint64_t expected = 0;

        for (uint32_t i = 0; i < variants_count; i++) {
            double start = seconds_now();
            uint64_t result = variants[i].run(variants[i].state);

            if (round > 0) { /* round 0 warms up */
                seconds[i][round - 1] = seconds_now() - start;
            }
            if (i > 0 && result != expected) {
                fprintf(stderr, "layout: %s: %s gives %" PRIu64 ", not %" PRIu64 "\n", title,
                        variants[i].name, result, expected);
                exit(1);
            }
            expected = result;
        }
    }
    printf("%s\n", title);
    for (uint32_t i = 0; i < variants_count; i++) {
        qsort(seconds[i], ROUNDS, sizeof(double), double_compare);
        double median = seconds[i][ROUNDS / 2];

        first = i == 0 ? median : first;
        printf("  %-44s %8.2f ns/%s  best %6.2f  speed x%.2f\n", variants[i].name,
               median / (double)rows * 1e9, unit, seconds[i][0] / (double)rows * 1e9,
               first / median);
    }
    fflush(stdout);
}

static bool text_read(const char *folder, struct layout_input *input)
{
    char path[4096];
    int size = snprintf(path, sizeof(path), "%s/text-0001.txt", folder);
    FILE *file = size > 0 && (size_t)size < sizeof(path) ? fopen(path, "rb") : NULL;

    if (file == NULL) {
        fprintf(stderr, "layout: open %s: %s\n", path, strerror(errno));
        return false;
    }
    input->text = layout_alloc(TEXT_BYTES_MAX + TEXT_PADDING);
    input->text_size = fread(input->text, 1, TEXT_BYTES_MAX, file);
    fclose(file);
    memset(input->text + input->text_size, ' ', TEXT_PADDING);
    return true;
}

static void words_find(struct layout_input *input)
{
    size_t start = 0;

    input->words = layout_alloc((input->text_size / 2 + 1) * sizeof(*input->words));
    for (size_t i = 0; i <= input->text_size; i++) {
        if ((unsigned char)input->text[i] > ' ') {
            continue;
        }
        if (i > start && i - start <= sizeof(struct layout_key)) {
            memcpy(&input->words[input->words_count++], input->text + start, i - start);
        }
        start = i + 1;
    }
}

int main(int argument_count, char **arguments)
{
    struct layout_input input = {0};

    if (argument_count < 2) {
        fprintf(stderr, "usage: layout DIR [table|chunk|column|sql ...]\n");
        return 64;
    }
    if (!text_read(arguments[1], &input)) {
        return 1;
    }
    words_find(&input);
    for (int i = 2; i < argument_count || i == 2; i++) {
        const char *part = i < argument_count ? arguments[i] : "all";
        bool all = strcmp(part, "all") == 0;

        if (all || strcmp(part, "table") == 0) {
            layout_table_run(&input);
        }
        if (all || strcmp(part, "chunk") == 0) {
            layout_chunk_run(&input);
        }
        if (all || strcmp(part, "column") == 0) {
            layout_column_run(&input);
        }
        if (all || strcmp(part, "sql") == 0) {
            layout_sql_run();
        }
    }
    return 0;
}
