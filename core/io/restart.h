/*
 * restart - when an instance that failed is tried again.
 *
 * The first failure after a run that lasted is tried again at once; the next after restart_first,
 * then twice that, up to restart_max. Delays vary by a tenth either way, so that many sources that
 * lost one server do not come back in step.
 *
 * Threads:  one owner.
 */
#ifndef WEIR_IO_RESTART_H
#define WEIR_IO_RESTART_H

#include <stdbool.h>

#include "base/error.h"

#define RESTART_FIRST_MS  100
#define RESTART_MAX_MS    30000
#define RESTART_AUTH_MS   300000
#define RESTART_LASTED_MS 1000 /* a run of so long has worked */

struct restart {
    int64_t first_ms;
    int64_t max_ms;
    uint32_t failures; /* in a row */
    uint64_t random;   /* state of the jitter */
};

/* first_ms and max_ms of 0 are the defaults above; seed is any number. */
void restart_init(struct restart *restart, int64_t first_ms, int64_t max_ms, uint64_t seed);

/* After a failure with this status and a run of so long: false when it is not to be tried again,
 * else how long to wait. */
bool restart_next(struct restart *restart, weir_status status, int64_t ran_ms, int64_t *delay_ms);

#endif
