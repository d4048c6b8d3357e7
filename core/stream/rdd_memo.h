/*
 * rdd_memo - the RDDs that a stream has made, by batch time: each is made once.
 *
 * Threads:  one owner.
 * Memory:   a memo holds its RDDs until it forgets them.
 */
#ifndef WEIR_STREAM_RDD_MEMO_H
#define WEIR_STREAM_RDD_MEMO_H

#include <stddef.h>

#include "plan/rdd.h"

struct rdd_memo_entry {
    int64_t time_ms;
    struct rdd *rdd;
};

struct rdd_memo {
    struct rdd_memo_entry *entries; /* oldest first */
    size_t count;
    size_t capacity;
};

void rdd_memo_init(struct rdd_memo *memo);

/* Borrowed; NULL when there is none of that time. */
struct rdd *rdd_memo_get(const struct rdd_memo *memo, int64_t time_ms);

/* Takes over the caller's hold, on success; what was there of that time is let go. */
CHECKED weir_status rdd_memo_put(struct rdd_memo *memo, int64_t time_ms, struct rdd *rdd,
                                 weir_error *error);

/* Lets go of all RDDs of until_ms and earlier. */
void rdd_memo_forget(struct rdd_memo *memo, int64_t until_ms);

void rdd_memo_fini(struct rdd_memo *memo);

#endif
