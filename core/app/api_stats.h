/*
 * api_stats - listeners that log how delays are spread.
 */
#ifndef WEIR_APP_API_STATS_H
#define WEIR_APP_API_STATS_H

#include "app/api.h"
#include "base/bytes.h"

/* How values are spread: the smallest, 25th, 50th, 75th percentile, greatest. Sorts them. */
void stats_spread(int64_t *values, size_t count, int64_t spread[5]);

/* After the engine is gone. */
void api_stats_fini(struct weir_context *context);

#endif
