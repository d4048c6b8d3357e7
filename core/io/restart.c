/*
 * restart - when an instance that failed is tried again.
 */
#include "io/restart.h"

#include <assert.h>

void restart_init(struct restart *restart, int64_t first_ms, int64_t max_ms, uint64_t seed)
{
    restart->first_ms = first_ms > 0 ? first_ms : RESTART_FIRST_MS;
    restart->max_ms = max_ms > 0 ? max_ms : RESTART_MAX_MS;
    restart->failures = 0;
    restart->random = seed;
}

/* A number from 0 to count - 1; its quality does not matter. */
static int64_t random_below(struct restart *restart, int64_t count)
{
    restart->random =
        restart->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (int64_t)((restart->random >> 33) % (uint64_t)count);
}

static int64_t with_jitter(struct restart *restart, int64_t delay_ms)
{
    int64_t tenth = delay_ms / 10;

    return tenth == 0 ? delay_ms : delay_ms - tenth + random_below(restart, 2 * tenth + 1);
}

bool restart_next(struct restart *restart, weir_status status, int64_t ran_ms, int64_t *delay_ms)
{
    int64_t delay = restart->first_ms;

    assert(status != WEIR_OK);
    switch (status) {
    case WEIR_E_CONFIG:
    case WEIR_E_BUG:
    case WEIR_E_INVAL:
    case WEIR_E_NOTSUP:
        return false; /* the same again would fail the same way */
    case WEIR_E_AUTH:
        *delay_ms = RESTART_AUTH_MS;
        return true;
    default:
        break; /* IO, want of memory, and what later minors may add */
    }
    if (ran_ms >= RESTART_LASTED_MS) {
        restart->failures = 0;
    }
    if (restart->failures++ == 0) {
        *delay_ms = 0;
        return true;
    }
    for (uint32_t i = 2; i < restart->failures && delay < restart->max_ms; i++) {
        delay *= 2;
    }
    *delay_ms = with_jitter(restart, delay < restart->max_ms ? delay : restart->max_ms);
    return true;
}
