/*
 * batch_word_count - counts the words of text files: a batch program, without a stream.
 *
 *     batch_word_count PATH OUTPUT
 *
 * PATH is a file, a folder or a glob. OUTPUT becomes a folder of part-NNNNN files, lines of
 * "(word,count)", with an empty _SUCCESS when all of them are there.
 */
#include <stdio.h>

#include <weir/weir.h>

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: batch_word_count PATH OUTPUT\n");
        return 2;
    }
    struct weir_context *context =
        weir_context_create(&(struct weir_options){.name = "batch-word-count"});
    if (context == NULL) {
        return 75; /* no memory */
    }
    struct weir_rdd *lines = weir_text_file(context, argv[1]);
    struct weir_rdd *words = weir_rdd_flat_map(lines, WEIR_SPLIT, weir_null());
    struct weir_rdd *ones = weir_rdd_map_to_pair(words, WEIR_WITH_ONE, weir_null());
    struct weir_rdd *counts = weir_rdd_reduce_by_key(ones, WEIR_SUM, weir_null(), 0);
    weir_status status = weir_rdd_save_as_text_file(counts, argv[2]);

    if (status != WEIR_OK) {
        fprintf(stderr, "batch_word_count: %s\n", weir_context_error(context));
    }
    weir_context_destroy(context);
    return status == WEIR_OK ? 0 : 1;
}
