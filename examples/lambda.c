/*
 * lambda - one word count for what is there already, and for what arrives.
 *
 *     lambda PATH OUTPUT [HOST PORT SECONDS]
 *
 * First the words of the files at PATH are counted, into the folder OUTPUT. Then, if there is a
 * HOST, those of the lines that its socket sends, second by second, into folders OUTPUT-TIME.
 * count_words serves both.
 */
#include <stdio.h>
#include <stdlib.h>

#include <weir/weir.h>

/* Lines to pairs (word, count): of all files, or of one batch. */
static struct weir_rdd *count_words(struct weir_rdd *lines, int64_t time_ms,
                                    struct weir_value argument)
{
    struct weir_rdd *words = weir_rdd_flat_map(lines, WEIR_SPLIT, weir_null());
    struct weir_rdd *ones = weir_rdd_map_to_pair(words, WEIR_WITH_ONE, weir_null());

    (void)time_ms;
    (void)argument;
    return weir_rdd_reduce_by_key(ones, WEIR_SUM, weir_null(), 0);
}

static weir_status count_stream(struct weir_context *context, const char *output, char **socket)
{
    char with[256];

    snprintf(with, sizeof(with), "{\"host\": \"%s\", \"port\": %d}", socket[0], atoi(socket[1]));
    struct weir_stream *lines = weir_source(context, "lines", "socket", with);
    weir_save_as_text_files(weir_transform(lines, WEIR_FUNCTION(count_words), weir_null()), output,
                            NULL);
    weir_status status = weir_start(context);
    if (status == WEIR_OK) {
        status = weir_await_termination_or_timeout(context, atoll(socket[2]) * 1000);
        weir_stop(context, true);
    }
    return status;
}

int main(int argc, char **argv)
{
    if (argc != 3 && argc != 6) {
        fprintf(stderr, "usage: lambda PATH OUTPUT [HOST PORT SECONDS]\n");
        return 2;
    }
    struct weir_context *context =
        weir_context_create(&(struct weir_options){.name = "lambda", .batch_ms = 1000});
    if (context == NULL) {
        return 75; /* no memory */
    }
    struct weir_rdd *counts = count_words(weir_text_file(context, argv[1]), 0, weir_null());
    weir_status status = weir_rdd_save_as_text_file(counts, argv[2]);
    if (status == WEIR_OK && argc == 6) {
        status = count_stream(context, argv[2], argv + 3);
    }
    if (status < 0) {
        fprintf(stderr, "lambda: %s\n", weir_context_error(context));
    }
    weir_context_destroy(context);
    return status < 0 ? 1 : 0;
}
