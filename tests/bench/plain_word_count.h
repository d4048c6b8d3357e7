/*
 * plain_word_count - counts the words of a folder the way one would without an engine.
 *
 * The yardstick of the word count benchmark: one thread, no abstraction, everything that makes this
 * one job fast. A word is a longest run of bytes above ' ' (0x20): all bytes up to and including
 * 0x20 separate words, and so does the end of a file.
 *
 * Life:     one call does it all and leaves nothing behind.
 * Threads:  the call runs in the caller's thread; calls do not disturb each other.
 * Limits:   files together of at most 8 GB (counts have 32 bits), words of at most 64 KiB.
 */
#ifndef WEIR_TESTS_BENCH_PLAIN_WORD_COUNT_H
#define WEIR_TESTS_BENCH_PLAIN_WORD_COUNT_H

#include <stdbool.h>
#include <stdint.h>

struct plain_word_count_result {
    uint64_t bytes;
    uint64_t words_total;
    uint64_t words_distinct;
    uint64_t checksum; /* sum over the distinct words of FNV-1a (64 bit) times count, wrapping */
    double seconds;    /* reading and counting, without the checksum */
    const char *tokeniser;
};

/* Counts all regular files directly in `folder`. On failure says on stderr what failed, and
 * returns false. */
bool plain_word_count_run(const char *folder, struct plain_word_count_result *out);

/* FNV-1a over a word, for others that want to compare checksums. */
uint64_t plain_word_count_hash(const void *bytes, uint64_t size);

#endif
