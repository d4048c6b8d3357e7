/*
 * rate - how many records a second a source may deliver: a limit, and an estimate of what the job
 * can take.
 *
 * The estimate is a PID controller's: after each batch it compares the rate that was asked for with
 * the rate at which the batch was processed, and takes the wait of the batch as the error of the
 * past.
 *
 * Threads:  one owner each.
 */
#ifndef WEIR_STREAM_RATE_H
#define WEIR_STREAM_RATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/* 0 stands for no limit. */
struct rate_limit {
    int64_t max;     /* what the job file allows */
    int64_t current; /* records a second */
};

/* initial 0: the same as max. Below 0 is no limit. */
void rate_limit_init(struct rate_limit *limit, int64_t max, int64_t initial);

/* Takes an estimate, as far as max lets it; one that is not above 0 changes nothing. */
void rate_limit_update(struct rate_limit *limit, int64_t estimate);

struct rate_options {
    int64_t batch_ms;
    double proportional; /* weight of the error now, usually 1 */
    double integral;     /* of the past: of what waits, usually 0.2 */
    double derivative;   /* of the error's change, usually 0 */
    double min_rate;     /* records a second, usually 100 */
};

struct rate_estimator {
    struct rate_options options;
    bool is_seeded;
    int64_t last_ms;
    double last_rate;
    double last_error;
};

/* 1, 0.2, 0, 100. */
struct rate_options rate_options_default(int64_t batch_ms);

/* WEIR_E_INVAL: a weight below 0, or an interval or a least rate that is not above it. */
CHECKED weir_status rate_estimator_init(struct rate_estimator *estimator,
                                        const struct rate_options *options, weir_error *error);

/* A batch of so many records ended at time_ms, after so long a processing and a wait before it.
 * True when *rate, in records a second, is a new estimate: not for the first batch, nor for one
 * without records, without processing time, or that did not end after the one before. */
CHECKED bool rate_estimator_add(struct rate_estimator *estimator, int64_t time_ms, int64_t records,
                                int64_t processing_ms, int64_t scheduling_ms, double *rate);

#endif
