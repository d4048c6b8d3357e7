/* plain_word_count DIR - counts the words of a folder and says how fast. */
#include "plain_word_count.h"

#include <inttypes.h>
#include <stdio.h>

int main(int argument_count, char **arguments)
{
    struct plain_word_count_result result;

    if (argument_count != 2) {
        fprintf(stderr, "usage: plain_word_count DIR\n");
        return 64;
    }
    if (!plain_word_count_run(arguments[1], &result)) {
        return 1;
    }
    printf("words %" PRIu64 ", distinct %" PRIu64 ", checksum %016" PRIx64 "\n", result.words_total,
           result.words_distinct, result.checksum);
    printf("%.3f GB in %.3f s: %.3f GB/s (%s)\n", (double)result.bytes * 1e-9, result.seconds,
           (double)result.bytes * 1e-9 / result.seconds, result.tokeniser);
    return 0;
}
