/*
 * host - what a receiver's instance is given: the services behind `weir_host_api`, and what they
 * share. One for each source; it outlives the instances that follow one another in it.
 *
 * Life:     host_create; host_attach before the first instance; the gate is opened before an
 *           instance is created and closed after its stop; host_drop by the source and by the
 *           instance thread (one that cannot be stopped keeps it).
 * Threads:  `lock` guards what stands under it. Data calls pass the gate: once it is closed and
 *           empty, nobody is inside the block maker or the batch clock for this host.
 */
#ifndef WEIR_IO_HOST_H
#define WEIR_IO_HOST_H

#include <stdatomic.h>
#include <stdbool.h>

#include <weir/plugin_ext_tick.h>
#include <weir/value.h>

#include "base/list.h"
#include "base/log.h"
#include "base/thread.h"
#include "io/options.h"
#include "io/repeats.h"
#include "stream/batch_clock.h"
#include "stream/block_maker.h"
#include "stream/source.h"

/* What an instance asked of us beyond its return value. */
enum host_wish { WISH_NONE, WISH_RESTART, WISH_END };

struct host_lanes; /* names, positions, small values: host_lanes.c */

struct host_metric {
    char name[48];
    char unit[16];
    uint32_t kind;
    _Atomic int64_t count;
    _Atomic double gauge;
};

#define HOST_METRICS_MAX 64u

struct weir_host {
    _Atomic uint32_t holders;
    char *component; /* "source lines", for log lines */
    const struct options *options;
    struct clock *clock;
    struct block_maker *maker;
    struct batch_clock *rhythm;
    bool is_text;

    int wake_fd;                  /* an epoll set of the two below */
    int signal_fd;                /* an eventfd, readable from the moment the end is asked for */
    _Atomic bool is_asked_to_end; /* should_stop's answer */
    _Atomic bool uses_tick;
    _Atomic uint64_t records;
    _Atomic uint64_t bytes;
    _Atomic uint64_t block_bytes; /* how large the next lent block is */
    _Atomic int64_t heartbeat_ns;

    struct lock lock;
    struct condition changed;
    bool is_gate_open;
    uint32_t inside_count;
    bool is_stopping; /* the source's end, not only this instance's */
    enum host_wish wish;
    weir_status wish_status;
    int64_t wish_delay_ns;
    uint64_t batch_done;
    uint64_t errors; /* reported while running */
    struct list open_blocks;
    uint32_t open_blocks_count;
    struct repeats repeats;
    struct host_lanes *lanes;
    uint32_t metrics_count;
    struct host_metric metrics[HOST_METRICS_MAX];
    char note[sizeof(((struct source_status *)NULL)->note)];
};

/* The table. Outside the gate (and so in check_config) config_get and log work, and data calls
 * answer WEIR_STOPPING. */
extern const weir_host_api host_api;

CHECKED weir_status host_create(const char *source_name, const struct options *options,
                                struct clock *clock, bool is_text, struct weir_host **out,
                                weir_error *error);
CHECKED weir_status host_attach(struct weir_host *host, struct block_maker *maker,
                                struct batch_clock *rhythm, weir_error *error);
struct weir_host *host_hold(struct weir_host *host);
void host_drop(struct weir_host *host);

/* Makes ready for a new instance; nothing is changed when the source is stopping. */
void host_begin(struct weir_host *host);

/* should_stop says yes and wake_fd is readable from now on. */
void host_ask_to_end(struct weir_host *host);

/* The same, for good. */
void host_stop(struct weir_host *host);

/* Keeps what the instance wants, the first time, and asks it to end. */
void host_wish_set(struct weir_host *host, enum host_wish wish, weir_status status,
                   const char *message, size_t size, int64_t delay_ns);

/* True when the call may go in; then host_leave follows. */
CHECKED bool host_enter(struct weir_host *host);
void host_leave(struct weir_host *host);

void host_gate_open(struct weir_host *host);

/* Waits until nobody is inside. */
void host_gate_close(struct weir_host *host);

/* Waits for the wake_fd, as the table's poll does. */
weir_status host_poll(struct weir_host *host, int64_t timeout_ns);

/* Before a call that may be refused for want of room: an old signal of room is none of it. */
void host_room_seen(struct weir_host *host);

/* Writes a line unless it repeats itself. subject: what decides whether it does, when the line
 * tells more than that; NULL: the line. */
void host_say(struct weir_host *host, enum log_level level, const char *subject, const char *format,
              ...) PRINTF_LIKE(4, 5);

/* Keeps the last thing that was said of the source. */
void host_note(struct weir_host *host, const char *text, size_t size);

/* The table's members, by file. */
weir_status host_store(struct weir_host *host, const weir_delivery *delivery, int64_t timeout_ns);
weir_status host_block_reserve(struct weir_host *host, uint64_t bytes_min, int64_t timeout_ns,
                               weir_block *out);
weir_status host_block_commit(struct weir_host *host, weir_block *block,
                              const weir_delivery *delivery);
void host_block_abort(struct weir_host *host, weir_block *block);

/* The gate is closed. Takes back the blocks that were left open; or, when the plugin may still
 * write into them, only the room that they hold. */
void host_blocks_forget(struct weir_host *host);
void host_blocks_abandon(struct weir_host *host);

/* Checks a delivery and its records. base NULL: the slices may be anywhere; else they must lie in
 * the `size` bytes from there, and *used tells how far the last one reaches. *bytes: all values. */
CHECKED weir_status host_rows_check(const weir_delivery *delivery, const uint8_t *base,
                                    uint64_t size, uint64_t *bytes, uint64_t *used);

/* Makes values of checked records. piece_end: the end of the memory that all of them point into and
 * that is valid UTF-8 as a whole, so that only the cuts are looked at; NULL: each is looked at. */
void host_rows_read(const weir_delivery *delivery, bool is_text, const uint8_t *piece_end,
                    struct weir_value *values);

void host_log(struct weir_host *host, uint32_t level, weir_slice message, const weir_header *pairs,
              uint32_t pairs_count);
void host_report_error(struct weir_host *host, weir_status status, weir_slice message);
weir_status host_metric_open(struct weir_host *host, uint32_t kind, weir_slice name,
                             weir_slice unit, uint32_t *id);
void host_metric_add(struct weir_host *host, uint32_t id, int64_t delta);
void host_metric_set(struct weir_host *host, uint32_t id, double value);

CHECKED weir_status host_lanes_create(struct host_lanes **out, weir_error *error);
void host_lanes_destroy(struct host_lanes *lanes);
bool host_lane_is_known(struct weir_host *host, uint32_t lane);
weir_status host_lane_open(struct weir_host *host, weir_slice name, uint32_t *lane);
weir_status host_lane_next(struct weir_host *host, uint32_t *cursor, weir_slice *name,
                           uint32_t *lane);
void host_lane_retire(struct weir_host *host, uint32_t lane);

/* Makes room for the position before its delivery is taken, so that keeping it cannot fail. */
CHECKED weir_status host_position_prepare(struct weir_host *host, uint32_t lane, uint64_t size);
void host_position_keep(struct weir_host *host, uint32_t lane, weir_slice position);
weir_status host_position_get(struct weir_host *host, uint32_t lane, uint32_t which, void *buffer,
                              uint64_t *size);
weir_status host_kv_get(struct weir_host *host, weir_slice key, void *buffer, uint64_t *size);
weir_status host_kv_put(struct weir_host *host, weir_slice key, weir_slice value);

extern const weir_tick_api host_tick;

/* Waits until the instance has said that it is done with batch `number`, while it may still do
 * so. */
void host_tick_settle(struct weir_host *host, uint64_t number, bool (*may_come)(void *owner),
                      void *owner);

#endif
