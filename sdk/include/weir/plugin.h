/*
 * weir/plugin.h - the plugin ABI, major 1. C11 and C++17; no other header of weir is needed.
 *
 * A plugin is a shared object with one exported function, weir_plugin(), and no undefined symbol of
 * the host's: all services come in a table of functions. Structs and tables grow at their end only.
 *
 * Threads:  [I] the instance thread: one OS thread per instance, the same from create() to
 *               destroy(); its calls never overlap
 *           [A] any thread, also concurrently, between start() and the return of stop(); must not
 *               re-enter the plugin
 *           [P] probe: perhaps in a throw-away process; no I/O, no threads, under 100 ms
 * Life:     create, start, run until it returns, stop, destroy. If create fails nothing follows, if
 *           start fails only destroy.
 * Memory:   nothing changes owner: the host copies what it is handed, or lends memory.
 */
#ifndef WEIR_PLUGIN_H
#define WEIR_PLUGIN_H
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif
/* clang-format off */
#define WEIR_ABI_MAJOR 1u
#define WEIR_ABI_MINOR 0u
#define WEIR_ABI_VERSION ((WEIR_ABI_MAJOR << 16) | WEIR_ABI_MINOR)
#define WEIR_MAGIC 0x31505257u           /* "WRP1": the same value in every major, for ever */
#define WEIR_EXPORT __attribute__((visibility("default")))
/* True when the table or struct `p`, perhaps of an older peer, has the member `m` and it is set. */
#define WEIR_HAS(p, type, m) ((p)->struct_size >= offsetof(type, m) + sizeof((p)->m) && (p)->m)

typedef int32_t weir_status;             /* 0 ok, > 0 flow control, < 0 error; never renumbered */
#define WEIR_OK 0
#define WEIR_AGAIN 1                     /* no room before the timeout: nothing was taken */
#define WEIR_STOPPING 2                  /* stop was asked: nothing was taken; see store */
#define WEIR_E_INVAL (-1)
#define WEIR_E_NOMEM (-2)
#define WEIR_E_NOTSUP (-3)
#define WEIR_E_CONFIG (-4)               /* the operator must mend it: do not retry */
#define WEIR_E_AUTH (-5)
#define WEIR_E_IO (-6)                   /* transient: the host retries with back-off */
#define WEIR_E_TOOBIG (-7)
#define WEIR_E_BUG (-8)                  /* contract broken: the instance is quarantined */

/* Frozen for ever: passed by value or in plain arrays, so these two can never grow. */
typedef struct weir_slice { const void *ptr; uint64_t len; } weir_slice;
typedef struct weir_header { weir_slice name, value; } weir_header;

/* The caller's fixed buffer: nothing to free, nothing that outlives the plugin. */
typedef struct weir_error {
    uint32_t struct_size; weir_status code; int32_t os_errno; uint32_t retry_after_ms;
    char msg[496];                       /* UTF-8, ends with NUL */
} weir_error;

#define WEIR_TIME_UNSET INT64_MIN
typedef struct weir_record {             /* array element: its stride travels in weir_delivery */
    weir_slice key;                      /* ptr NULL = no key, len 0 = empty key */
    weir_slice value;
    int64_t event_time_ns;               /* since the Unix epoch; WEIR_TIME_UNSET: host stamps it */
    const weir_header *headers; uint32_t n_headers; uint32_t flags;
} weir_record;

typedef struct weir_delivery {           /* the unit of acceptance: all of it, or nothing */
    uint32_t struct_size, record_stride; /* record_stride = sizeof(weir_record) as compiled */
    const weir_record *records; uint32_t n_records;
    uint32_t lane;                       /* partition, shard, or 0; order is kept per lane */
    weir_slice position;                 /* "resume after this": <= 1 KiB, ordered by memcmp */
    uint64_t ack_id;                     /* 0 = none; else comes back in on_ack once durable */
    uint64_t reserved0;
} weir_delivery;

typedef struct weir_block {              /* memory that is lent to be filled: base[0 .. cap) */
    uint32_t struct_size, reserved0; uint8_t *base; uint64_t cap; uint64_t cookie;
} weir_block;
typedef struct weir_ack {                /* result not OK: not stored, let it come again */
    uint32_t struct_size, lane; uint64_t ack_id; weir_status result; uint32_t reserved0;
} weir_ack;

#define WEIR_T_STRING 1u                 /* after each: the member of weir_setting that has it */
#define WEIR_T_INT 2u                    /* i */
#define WEIR_T_FLOAT 3u                  /* f */
#define WEIR_T_BOOL 4u                   /* i: 0 or 1 */
#define WEIR_T_DURATION_NS 5u            /* i; "500ms" in the job file, nanoseconds here */
#define WEIR_T_BYTES 6u                  /* s */
#define WEIR_T_ENUM 7u                   /* s: one of the option's enum_values */
#define WEIR_T_STRING_LIST 8u            /* s: canonical JSON text, as the next one's */
#define WEIR_T_STRING_MAP 9u             /* passed through, such as librdkafka's properties */
#define WEIR_T_SIZE 10u                  /* i; "64KiB" in the job file, bytes here */
#define WEIR_T_JSON 11u                  /* s: an object or list as canonical JSON text */
#define WEIR_OPT_REQUIRED 1u
#define WEIR_OPT_SECRET 2u               /* masked in logs, `weir config` and core dumps */
#define WEIR_OPT_DEPRECATED 4u
typedef struct weir_option {             /* the source of truth: JSON Schema is made from it */
    const char *key;                     /* dotted for nested ones: "tls.ca" */
    const char *summary;
    const char *default_json;            /* as it would stand in the job file; NULL = none */
    const char *enum_values;             /* "a|b|c" */
    const char *unit;
    double min, max;                     /* ignored when min > max */
    uint32_t type, flags;
} weir_option;
/* Strings are not terminated and stay valid until destroy(). Not set and no default: type 0. */
typedef struct weir_setting {
    uint32_t struct_size, type; int64_t i; double f; weir_slice s;
} weir_setting;

#define WEIR_LOG_DEBUG 0u
#define WEIR_LOG_INFO 1u
#define WEIR_LOG_WARN 2u
#define WEIR_LOG_ERROR 3u
#define WEIR_METRIC_COUNTER 0u
#define WEIR_METRIC_GAUGE 1u
#define WEIR_CLOCK_WALL 0u               /* since the Unix epoch */
#define WEIR_CLOCK_MONOTONIC 1u
#define WEIR_FROM 0u                     /* resume after this position: the last accepted */
#define WEIR_UNTIL 1u                    /* a batch is repeated: end a delivery here, then go on */

typedef struct weir_host weir_host;      /* opaque, one per instance */
typedef struct weir_host_api {           /* test later members with WEIR_HAS */
    uint32_t struct_size, abi_version;
    /* Data, [A]. timeout_ns: 0 = try, < 0 = wait until taken or stopping. store copies. A reserved
     * block is committed (the delivery's slices point into it) or aborted; one open block per
     * thread at most. A commit ends the block, whatever it returns.
     * Once stop was asked nothing waits any more: a call with another timeout than 0 is STOPPING.
     * A try is still taken until stop() returns, as far as there is room (else AGAIN): deliver so
     * what was read already and cannot be read again, then return. */
    weir_status (*store)(weir_host *, const weir_delivery *, int64_t timeout_ns);
    weir_status (*block_reserve)(weir_host *, uint64_t min_bytes, int64_t timeout_ns, weir_block *);
    weir_status (*block_commit)(weir_host *, weir_block *, const weir_delivery *);
    void (*block_abort)(weir_host *, weir_block *);
    /* Life. wake_fd: poll it for POLLIN (stop, acks, or room again after an AGAIN), never read it.
     * poll runs on_ack and is the heartbeat for the watchdog; STOPPING when stop was asked. */
    uint32_t (*should_stop)(weir_host *);                                          /* [A] cheap */
    int32_t (*wake_fd)(weir_host *);                                               /* [A] */
    weir_status (*poll)(weir_host *, int64_t timeout_ns);                          /* [I] */
    void (*report_error)(weir_host *, weir_status, weir_slice msg); /* [A] still running */
    /* [A] restart this instance; delay_ns < 0: the host's back-off */
    void (*request_restart)(weir_host *, weir_status, weir_slice msg, int64_t delay_ns);
    void (*request_stop)(weir_host *, weir_status, weir_slice msg);  /* [A] give up, end of input */
    /* Diagnostics, [A]. log_level: the lowest level that is kept. */
    uint32_t (*log_level)(weir_host *);
    void (*log)(weir_host *, uint32_t level, weir_slice msg, const weir_header *kv, uint32_t n_kv);
    weir_status (*metric_open)(weir_host *, uint32_t kind, weir_slice name, weir_slice unit,
                               uint32_t *id);
    void (*metric_add)(weir_host *, uint32_t id, int64_t delta);
    void (*metric_set)(weir_host *, uint32_t id, double value);
    /* [P] [I] An option's value, validated, defaults applied. INVAL: no such option in the table.
     * An option that is not set and has no default: OK, type 0, s.ptr NULL. */
    weir_status (*config_get)(weir_host *, const char *key, weir_setting *);
    /* Lanes and small durable state, [I]. The same name gives the same lane, for ever; lane_next
     * tells those known from before; lane_retire: its end is stored, forget it later. *len in:
     * room, out: size; too small a room: TOOBIG. kv_put: <= 64 KiB, durable on return. */
    weir_status (*lane_open)(weir_host *, weir_slice name, uint32_t *lane);
    weir_status (*lane_next)(weir_host *, uint32_t *cursor, weir_slice *name, uint32_t *lane);
    void (*lane_retire)(weir_host *, uint32_t lane);
    weir_status (*position_get)(weir_host *, uint32_t lane, uint32_t which, void *, uint64_t *len);
    weir_status (*kv_get)(weir_host *, weir_slice key, void *, uint64_t *len);
    weir_status (*kv_put)(weir_host *, weir_slice key, weir_slice value);
    int64_t (*now_ns)(weir_host *, uint32_t clock);        /* [A] the host's: tests own the time */
    const void *(*extension)(weir_host *, const char *id); /* "weir.io/1", "acme.x/2"; or NULL */
} weir_host_api;

#define WEIR_CAP_ACKS (1ull << 0)        /* upstream is told only after on_ack: at-least-once */
#define WEIR_CAP_REPLAY (1ull << 1)      /* keeps to FROM and UNTIL to the record: exactly once */
#define WEIR_CAP_MULTI (1ull << 2)       /* several instances in a process are safe */
#define WEIR_CAP_RESTARTABLE (1ull << 3) /* create() again after destroy() is safe */
#define WEIR_CAP_NEEDS_PROC (1ull << 4)  /* a runtime that owns signals or threads (Go, JVM) */

typedef struct weir_receiver {
    uint32_t struct_size, reserved0;
    const char *name, *summary;
    uint64_t caps;
    const weir_option *options; uint32_t n_options, option_stride;
    weir_status (*create)(weir_host *, const weir_host_api *, void **inst, weir_error *);  /* [I] */
    weir_status (*start)(void *inst, weir_error *); /* [I] <= 100 ms; own threads from now on */
    weir_status (*run)(void *inst, weir_error *);   /* [I] until stop or failure; NULL = events */
    void (*interrupt)(void *inst);       /* [A] NULL ok; only unblocks run(): no locks, no frees */
    void (*on_ack)(void *inst, const weir_ack *);   /* [I] from poll(), or the host's loop */
    weir_status (*stop)(void *inst, weir_error *);  /* [I] join own threads; no data call later */
    void (*destroy)(void *inst);                    /* [I] */
    /* [P] rules across options, NULL ok; only config_get and log of the table may be called */
    weir_status (*check_config)(weir_host *, const weir_host_api *, weir_error *);
    const void *(*extension)(const char *id);       /* [P] NULL ok */
} weir_receiver;

typedef struct weir_module {
    uint32_t magic, struct_size, abi_version, reserved0;      /* these 16 bytes: in every major */
    const char *name, *version, *license;
    const weir_receiver *const *receivers; uint32_t n_receivers, reserved1;
    const struct weir_sink *const *sinks; uint32_t n_sinks, reserved2;             /* not yet */
    const struct weir_function *const *functions; uint32_t n_functions, reserved3; /* not yet */
} weir_module;

/* The only exported symbol. NULL: "I do not speak the major of host_abi". [P] */
WEIR_EXPORT const weir_module *weir_plugin(uint32_t host_abi);
typedef const weir_module *(*weir_plugin_fn)(uint32_t host_abi);

#if defined(__cplusplus) && __cplusplus >= 201103L
#define WEIR_ASSERT_(what) static_assert(what, "the layout is the ABI")
#else
#define WEIR_ASSERT_(what) _Static_assert(what, "the layout is the ABI")
#endif
#if UINTPTR_MAX == UINT64_MAX
WEIR_ASSERT_(sizeof(weir_slice) == 16 && sizeof(weir_header) == 32 && sizeof(weir_error) == 512);
WEIR_ASSERT_(sizeof(weir_record) == 56 && sizeof(weir_delivery) == 56 && sizeof(weir_block) == 32);
WEIR_ASSERT_(sizeof(weir_ack) == 24 && sizeof(weir_option) == 64 && sizeof(weir_setting) == 40);
WEIR_ASSERT_(sizeof(weir_host_api) == 200 && sizeof(weir_receiver) == 120);
WEIR_ASSERT_(sizeof(weir_module) == 88);
#endif
/* clang-format on */
#ifdef __cplusplus
}
#endif
#endif
