/*
 * weir/time.h - times of batches: milliseconds since 1970, and how they are shown.
 *
 * For functions that get a batch's time (foreach, transform, listeners) and name folders, look
 * back, or print by it.
 */
#ifndef WEIR_TIME_H
#define WEIR_TIME_H

#include <weir/weir.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The last time not after time_ms that is a whole number of durations (above 0) from zero_ms. */
static inline int64_t weir_time_floor(int64_t time_ms, int64_t duration_ms, int64_t zero_ms)
{
    int64_t rest = (time_ms - zero_ms) % duration_ms;

    return time_ms - (rest < 0 ? rest + duration_ms : rest);
}

static inline bool weir_time_is_multiple_of(int64_t time_ms, int64_t duration_ms)
{
    return time_ms % duration_ms == 0;
}

enum { WEIR_TIME_TEXT_BYTES = 40 };

/* "2015/05/14 14:04:40", by the process's time zone (TZ); with ".452" behind it when the batch
 * interval is below a second, and without the date when that is not asked for. Returns `text`. */
WEIR_API char *weir_batch_time_text(int64_t time_ms, int64_t batch_ms, bool has_date,
                                    char text[WEIR_TIME_TEXT_BYTES]);

#ifdef __cplusplus
}
#endif
#endif
