/*
 * host_api - the table of services that a receiver's instance is handed.
 */
#include <string.h>

#include "base/clock.h"
#include "io/host.h"

static uint32_t api_should_stop(weir_host *host)
{
    return atomic_load_explicit(&host->is_asked_to_end, memory_order_relaxed) ? 1 : 0;
}

static int32_t api_wake_fd(weir_host *host)
{
    return host->wake_fd;
}

static weir_status api_poll(weir_host *host, int64_t timeout_ns)
{
    return host_poll(host, timeout_ns);
}

static void api_request_restart(weir_host *host, weir_status status, weir_slice message,
                                int64_t delay_ns)
{
    host_wish_set(host, WISH_RESTART, status, message.ptr, (size_t)message.len, delay_ns);
}

static void api_request_stop(weir_host *host, weir_status status, weir_slice message)
{
    host_wish_set(host, WISH_END, status, message.ptr, (size_t)message.len, 0);
}

static uint32_t api_log_level(weir_host *host)
{
    (void)host;
    return (uint32_t)log_get_level();
}

/* Never writes more of the plugin's struct than it has. */
static weir_status api_config_get(weir_host *host, const char *key, weir_setting *out)
{
    weir_setting setting;
    uint32_t size;

    if (key == NULL || out == NULL || out->struct_size < offsetof(weir_setting, i)) {
        return WEIR_E_INVAL;
    }
    size = out->struct_size;
    if (options_get(host->options, key, &setting) != WEIR_OK) {
        return WEIR_E_INVAL;
    }
    memcpy(out, &setting, size < sizeof(setting) ? size : sizeof(setting));
    out->struct_size = size;
    return WEIR_OK;
}

/* The clock may be gone when the gate is closed; a late asker gets the system's. */
static int64_t api_now_ns(weir_host *host, uint32_t which)
{
    int64_t now_ns =
        which == WEIR_CLOCK_WALL ? clock_wall_ms() * INT64_C(1000000) : clock_stopwatch_ns();

    if (host_enter(host)) {
        if (which == WEIR_CLOCK_WALL || clock_is_manual(host->clock)) {
            now_ns = clock_now_ns(host->clock);
        }
        host_leave(host);
    }
    return now_ns;
}

static const void *api_extension(weir_host *host, const char *id)
{
    if (id == NULL || strcmp(id, WEIR_EXT_TICK) != 0) {
        return NULL;
    }
    atomic_store(&host->uses_tick, true);
    return &host_tick;
}

const weir_host_api host_api = {
    .struct_size = (uint32_t)sizeof(weir_host_api),
    .abi_version = WEIR_ABI_VERSION,
    .store = host_store,
    .block_reserve = host_block_reserve,
    .block_commit = host_block_commit,
    .block_abort = host_block_abort,
    .should_stop = api_should_stop,
    .wake_fd = api_wake_fd,
    .poll = api_poll,
    .report_error = host_report_error,
    .request_restart = api_request_restart,
    .request_stop = api_request_stop,
    .log_level = api_log_level,
    .log = host_log,
    .metric_open = host_metric_open,
    .metric_add = host_metric_add,
    .metric_set = host_metric_set,
    .config_get = api_config_get,
    .lane_open = host_lane_open,
    .lane_next = host_lane_next,
    .lane_retire = host_lane_retire,
    .position_get = host_position_get,
    .kv_get = host_kv_get,
    .kv_put = host_kv_put,
    .now_ns = api_now_ns,
    .extension = api_extension,
};
