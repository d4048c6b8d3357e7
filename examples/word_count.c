/*
 * word_count - counts the words of the lines that a socket sends, over a sliding window.
 *
 *     word_count HOST PORT [SECONDS [ROWS]]
 *
 * Every 2 seconds it prints the ROWS (10) words that were most frequent in the last 10 seconds, and
 * it ends after SECONDS, or never.
 */
#include <stdio.h>
#include <stdlib.h>

#include <weir/weir.h>

/* The rows with the greatest counts. */
static struct weir_rdd *top(struct weir_rdd *counts, int64_t time_ms, struct weir_value rows)
{
    (void)time_ms;
    return weir_rdd_top(counts, (uint32_t)weir_int_of(rows));
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: word_count HOST PORT [SECONDS [ROWS]]\n");
        return 2;
    }
    char with[256];
    snprintf(with, sizeof(with), "{\"host\": \"%s\", \"port\": %d}", argv[1], atoi(argv[2]));
    int64_t run_ms = argc > 3 && atoll(argv[3]) > 0 ? atoll(argv[3]) * 1000 : -1;
    uint32_t rows = argc > 4 ? (uint32_t)atoi(argv[4]) : 10;

    struct weir_context *context =
        weir_context_create(&(struct weir_options){.name = "word-count", .batch_ms = 1000});
    if (context == NULL) {
        return 75; /* no memory */
    }
    struct weir_stream *lines = weir_source(context, "lines", "socket", with);
    struct weir_stream *words = weir_flat_map(lines, WEIR_SPLIT, weir_null());
    struct weir_stream *counts = weir_reduce_by_key_and_window(
        weir_map_to_pair(words, WEIR_WITH_ONE, weir_null()), WEIR_SUM, weir_null(), "10s", "2s");
    weir_print(weir_transform(counts, WEIR_FUNCTION(top), weir_int(rows)), rows);

    weir_status status = weir_start(context); /* says what is wrong */
    if (status == WEIR_OK) {
        status = weir_await_termination_or_timeout(context, run_ms);
        weir_stop(context, true);
    }
    weir_context_destroy(context);
    return status < 0 ? 1 : 0;
}
