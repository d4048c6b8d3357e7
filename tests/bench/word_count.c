/*
 * word_count FOLDER [ROUNDS] - weir's word count beside the plain C program, over the same folder.
 *
 * Plain C, weir on one worker and weir on two take turns, ROUNDS times (default 5); medians are
 * printed. What weir counted must have the plain program's checksum, or nothing is.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <weir/weir.h>

#include "plain_word_count.h"

#define ROUNDS_MAX 99

static double now_seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static uint64_t checksum_of(const struct weir_rows *rows)
{
    uint64_t checksum = 0;

    for (uint64_t i = 0; i < rows->count; i++) {
        const struct weir_value *word = &rows->keys[i];
        checksum += plain_word_count_hash(weir_bytes_of(word), weir_size_of(*word)) *
                    (uint64_t)rows->values[i].integer;
    }
    return checksum;
}

/* Seconds that weir takes; negative: it failed, or counted otherwise. */
static double weir_word_count(const char *folder, uint32_t workers,
                              const struct plain_word_count_result *expected)
{
    struct weir_rows rows = {0};
    struct weir_context *context =
        weir_context_create(&(struct weir_options){.name = "word-count", .workers = workers});
    double begin = now_seconds();
    struct weir_rdd *lines = weir_text_file(context, folder);
    struct weir_rdd *words = weir_rdd_flat_map(lines, WEIR_SPLIT, weir_null());
    struct weir_rdd *pairs = weir_rdd_map_to_pair(words, WEIR_WITH_ONE, weir_null());
    struct weir_rdd *counts = weir_rdd_reduce_by_key(pairs, WEIR_SUM, weir_null(), 0);
    weir_status status = weir_rdd_collect(counts, &rows);
    double seconds = now_seconds() - begin;

    if (status != WEIR_OK) {
        fprintf(stderr, "weir: %s\n", weir_context_error(context));
        seconds = -1;
    } else if (rows.count != expected->words_distinct || checksum_of(&rows) != expected->checksum) {
        fprintf(stderr, "weir counted %" PRIu64 " distinct words, and not what plain C counted\n",
                rows.count);
        seconds = -1;
    }
    weir_rows_free(&rows);
    weir_context_destroy(context);
    return seconds;
}

static int by_size(const void *left, const void *right)
{
    double difference = *(const double *)left - *(const double *)right;

    return difference < 0 ? -1 : difference > 0;
}

static double median(double *values, int count)
{
    qsort(values, (size_t)count, sizeof(*values), by_size);
    return values[count / 2];
}

int main(int argument_count, char **arguments)
{
    double plain[ROUNDS_MAX];
    double one[ROUNDS_MAX];
    double two[ROUNDS_MAX];
    int rounds = argument_count == 3 ? atoi(arguments[2]) : 5;
    struct plain_word_count_result result;

    if (argument_count < 2 || argument_count > 3 || rounds < 1 || rounds > ROUNDS_MAX) {
        fprintf(stderr, "usage: word_count FOLDER [ROUNDS, 1 to %d]\n", ROUNDS_MAX);
        return 64;
    }
    for (int round = 0; round < rounds; round++) {
        if (!plain_word_count_run(arguments[1], &result)) {
            return 1;
        }
        plain[round] = result.seconds;
        one[round] = weir_word_count(arguments[1], 1, &result);
        two[round] = weir_word_count(arguments[1], 2, &result);
        if (one[round] < 0 || two[round] < 0) {
            return 1;
        }
        printf("round %d: plain C %.3f s, weir with one worker %.3f s, with two %.3f s\n",
               round + 1, plain[round], one[round], two[round]);
    }
    double gigabytes = (double)result.bytes * 1e-9;
    double plain_rate = gigabytes / median(plain, rounds);
    double one_rate = gigabytes / median(one, rounds);
    double two_rate = gigabytes / median(two, rounds);
    printf("%.2f GB, %" PRIu64 " words, %" PRIu64 " distinct; plain C tokenises with %s\n",
           gigabytes, result.words_total, result.words_distinct, result.tokeniser);
    printf("two workers: %.3f GB/s, %.2f times one\n", two_rate, two_rate / one_rate);
    printf("word count: %.3f GB/s, plain C: %.3f GB/s, ratio %.2f\n", one_rate, plain_rate,
           one_rate / plain_rate);
    return 0;
}
