/*
 * rate - how many records a second a source may deliver.
 */
#include "stream/rate.h"

#include <math.h>

void rate_limit_init(struct rate_limit *limit, int64_t max, int64_t initial)
{
    limit->max = max > 0 ? max : 0;
    limit->current = limit->max;
    rate_limit_update(limit, initial);
}

void rate_limit_update(struct rate_limit *limit, int64_t estimate)
{
    if (estimate <= 0) {
        return;
    }
    limit->current = limit->max > 0 && estimate > limit->max ? limit->max : estimate;
}

struct rate_options rate_options_default(int64_t batch_ms)
{
    return (struct rate_options){.batch_ms = batch_ms,
                                 .proportional = 1.0,
                                 .integral = 0.2,
                                 .derivative = 0.0,
                                 .min_rate = 100.0};
}

static bool is_weight(double weight)
{
    return isfinite(weight) && weight >= 0;
}

weir_status rate_estimator_init(struct rate_estimator *estimator,
                                const struct rate_options *options, weir_error *error)
{
    if (options->batch_ms <= 0) {
        return error_set(error, WEIR_E_INVAL, "the batch interval of %lld ms is not above zero",
                         (long long)options->batch_ms);
    }
    if (!is_weight(options->proportional) || !is_weight(options->integral) ||
        !is_weight(options->derivative)) {
        return error_set(error, WEIR_E_INVAL, "a weight of the rate's estimate is below zero");
    }
    if (!isfinite(options->min_rate) || options->min_rate <= 0) {
        return error_set(error, WEIR_E_INVAL, "the least rate of %g is not above zero",
                         options->min_rate);
    }
    *estimator = (struct rate_estimator){
        .options = *options, .last_ms = -1, .last_rate = -1, .last_error = -1};
    return WEIR_OK;
}

bool rate_estimator_add(struct rate_estimator *estimator, int64_t time_ms, int64_t records,
                        int64_t processing_ms, int64_t scheduling_ms, double *rate)
{
    const struct rate_options *options = &estimator->options;

    if (time_ms <= estimator->last_ms || records <= 0 || processing_ms <= 0) {
        return false;
    }
    double passed_s = (double)(time_ms - estimator->last_ms) / 1000;
    double processing_rate = (double)records / (double)processing_ms * 1000;
    double error = estimator->last_rate - processing_rate;
    double past_error = (double)scheduling_ms * processing_rate / (double)options->batch_ms;
    double error_change = (error - estimator->last_error) / passed_s;
    double estimate = estimator->last_rate - options->proportional * error -
                      options->integral * past_error - options->derivative * error_change;
    bool is_seeded = estimator->is_seeded;

    estimate = estimate > options->min_rate ? estimate : options->min_rate;
    estimator->last_ms = time_ms;
    estimator->last_rate = is_seeded ? estimate : processing_rate;
    estimator->last_error = is_seeded ? error : 0;
    estimator->is_seeded = true;
    *rate = estimate;
    return is_seeded;
}
