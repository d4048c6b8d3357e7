/*
 * repeats - keeps a log readable when the same is said over and over.
 *
 * The first time a line is let through; then at most once in REPEATS_QUIET_NS, with how many times
 * it was said in between. Only the log is shortened: what happened is counted elsewhere.
 *
 * Threads:  the owner's lock.
 */
#ifndef WEIR_IO_REPEATS_H
#define WEIR_IO_REPEATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REPEATS_QUIET_NS INT64_C(10000000000)
#define REPEATS_KEPT     8u /* different lines that are remembered */

struct repeat {
    uint64_t hash; /* 0: free */
    int64_t said_ns;
    uint64_t held_back;
};

struct repeats {
    struct repeat items[REPEATS_KEPT];
};

void repeats_init(struct repeats *repeats);

/* True when the line is to be written now; *held_back: how many times it was not since. */
bool repeats_allow(struct repeats *repeats, const char *line, size_t size, int64_t now_ns,
                   uint64_t *held_back);

#endif
