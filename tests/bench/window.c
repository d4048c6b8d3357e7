/*
 * window - what a slide of reduceByKeyAndWindow costs, with 30 and with 3000 batches in the window.
 *
 *     window_bench [KEYS] [SLIDES]
 *
 * Every batch has one row for each key. A window without an inverse ("max", which cannot be undone)
 * and one with ("sum"): the time of a slide, and of the longer window relative to the shorter.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <weir/test.h>

static struct weir_value subtract(struct weir_value left, struct weir_value right,
                                  struct weir_emitter *memory, struct weir_value argument)
{
    (void)memory;
    (void)argument;
    return weir_int(left.integer - right.integer);
}

static int32_t count_rows(struct weir_rdd *rdd, int64_t time_ms, struct weir_value argument)
{
    uint64_t count;

    (void)time_ms;
    (void)argument;
    return weir_rdd_count(rdd, &count);
}

static double now_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static int compare_doubles(const void *left, const void *right)
{
    double a = *(const double *)left;
    double b = *(const double *)right;

    return (a > b) - (a < b);
}

/* The median of a slide's time once the window is full; the longest in *worst. */
static double slide_us(uint32_t window, uint32_t slides, bool has_inverse, uint32_t keys_count,
                       struct weir_value *keys, struct weir_value *values, double *worst)
{
    struct weir_context *context = weir_test_context(1);
    struct weir_queue *queue = weir_queue_create(context, "rows", true);
    struct weir_stream *rows = weir_queue_stream(queue);
    struct weir_function none = {.name = NULL};
    double *times = calloc(slides, sizeof(*times));
    double median;
    char text[32];

    snprintf(text, sizeof(text), "%" PRIu32 "ms", window);
    weir_foreach_rdd(
        has_inverse ? weir_reduce_by_key_and_window_inverse(rows, WEIR_SUM, WEIR_FUNCTION(subtract),
                                                            none, weir_null(), text, NULL)
                    : weir_reduce_by_key_and_window(rows, WEIR_MAX, weir_null(), text, NULL),
        WEIR_FUNCTION(count_rows), weir_null());
    if (times == NULL || weir_start(context) != WEIR_OK) {
        fprintf(stderr, "%s\n", weir_context_error(context));
        exit(1);
    }
    for (uint32_t i = 0; i < window + slides; i++) {
        if (weir_queue_push_pairs(queue, keys, values, keys_count) != WEIR_OK) {
            exit(1);
        }
        double before = now_us();
        if (weir_test_advance(context, 1) != WEIR_OK) {
            exit(1);
        }
        if (i >= window) {
            times[i - window] = now_us() - before;
        }
    }
    weir_context_destroy(context);
    qsort(times, slides, sizeof(*times), compare_doubles);
    median = times[slides / 2];
    *worst = times[slides - 1];
    free(times);
    return median;
}

int main(int argc, char **argv)
{
    uint32_t keys_count = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 1000;
    uint32_t slides = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : 300;
    struct weir_value *keys = calloc(keys_count + 1, sizeof(*keys));
    struct weir_value *values = calloc(keys_count + 1, sizeof(*values));

    if (keys == NULL || values == NULL || keys_count == 0 || slides == 0) {
        free(keys);
        free(values);
        return 2;
    }
    for (uint32_t i = 0; i < keys_count; i++) {
        keys[i] = weir_int(i);
        values[i] = weir_int(i % 10);
    }
    for (int has_inverse = 0; has_inverse < 2; has_inverse++) {
        double worst[2];
        double few = slide_us(30, slides, has_inverse, keys_count, keys, values, &worst[0]);
        double many = slide_us(3000, slides, has_inverse, keys_count, keys, values, &worst[1]);
        printf("%s inverse, %" PRIu32 " keys: 30 batches %.0f us (worst %.0f), "
               "3000 batches %.0f us (worst %.0f), ratio %.2f\n",
               has_inverse ? "with" : "without", keys_count, few, worst[0], many, worst[1],
               many / few);
    }
    free(keys);
    free(values);
    return 0;
}
