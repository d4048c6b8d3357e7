/*
 * weir/plugin_ext_tick.h - the host's batch rhythm, an optional service of the host.
 *
 * For receivers whose records belong to a batch by rule and not by arrival: those that feed tests,
 * and those that choose what to read by the batch's time. Such a receiver asks which batch is being
 * filled, delivers what belongs to it, and says when that is all. On a manual clock the host seals
 * a batch only when every receiver that uses this table has said so; on a real clock it does not
 * wait, and what comes later belongs to the next batch.
 *
 *     const weir_tick_api *tick = (const weir_tick_api *)api->extension(host, WEIR_EXT_TICK);
 *
 * Threads:  tags as in weir/plugin.h.
 * Memory:   the table is the host's and lives as long as the instance.
 */
#ifndef WEIR_PLUGIN_EXT_TICK_H
#define WEIR_PLUGIN_EXT_TICK_H
#include <weir/plugin.h>

#define WEIR_EXT_TICK "weir.tick/1"

/* clang-format off */
typedef struct weir_tick_api {           /* grows at the end only */
    uint32_t struct_size, reserved0;

    /* [A] Number of the batch that is being filled now: 1, 2, 3 ... */
    uint64_t (*batch_number)(weir_host *);

    /* [I] Waits until batch_number() >= number. OK, AGAIN (timeout) or STOPPING. It is a heartbeat
     * and runs on_ack, as the host's poll does. timeout_ns < 0: as long as it takes. */
    weir_status (*wait_batch)(weir_host *, uint64_t number, int64_t timeout_ns);

    /* [A] The receiver has delivered all it will for the batches up to this one. UINT64_MAX: for
     * all that will ever come. */
    weir_status (*batch_done)(weir_host *, uint64_t number);

    /* [A] The end of that batch's interval, which is the batch's time: ms since the Unix epoch. */
    int64_t (*batch_time_ms)(weir_host *, uint64_t number);

    /* [I] Waits until the clock has reached the end of that batch's interval (or the batch is over
     * already). Returns as wait_batch does. May be missing: test it with WEIR_HAS. */
    weir_status (*wait_batch_end)(weir_host *, uint64_t number, int64_t timeout_ns);
} weir_tick_api;
/* clang-format on */

#endif
