/*
 * summary - what a job has done, in one line at its end.
 *
 *     word-count: 20 batches in 20.0 s, 0 failed; 40,000 records in (2,000/s), 200 rows out, worst
 *     delay 0.01 s; files in out/counts-*
 */
#ifndef WEIR_APP_SUMMARY_H
#define WEIR_APP_SUMMARY_H

#include "base/bytes.h"
#include "plan/graph.h"
#include "stream/context.h"

#define COUNT_TEXT_BYTES 32

/* 40000 as "40,000"; text has room for COUNT_TEXT_BYTES. Returns text. */
const char *count_text(uint64_t count, char *text);

struct summary {
    const char *name;
    const struct graph *graph;
    struct context_counters counters;
    int64_t elapsed_us;
    bool is_manual_clock;
};

void summary_write(const struct summary *summary, struct bytes *out);

#endif
