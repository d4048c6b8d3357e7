/* socket - the options, and the life of an instance. */
#include "socket.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <weir/plugin_helpers.h>

/* How long to wait for room in one go. While it waits nothing is read, and the peer feels it. */
#define BLOCK_TIMEOUT_NS 200000000

static const weir_option socket_options[] = {
    {.key = "host",
     .summary = "The host to connect to; when listening, the address to listen at, \"*\" for all",
     .default_json = "\"localhost\"",
     .type = WEIR_T_STRING},
    {.key = "port",
     .summary = "Its port; when listening, 0 lets the system choose one, which is logged",
     .min = 0,
     .max = 65535,
     .type = WEIR_T_INT,
     .flags = WEIR_OPT_REQUIRED},
    {.key = "mode",
     .summary = "Connect to a peer, or listen for peers",
     .default_json = "\"client\"",
     .enum_values = "client|listen",
     .type = WEIR_T_ENUM},
    {.key = "framing",
     .summary = "What a record is: a line, which ends at \\n, \\r or \\r\\n",
     .default_json = "\"lines\"",
     .enum_values = "lines",
     .type = WEIR_T_ENUM},
    {.key = "max_line",
     .summary = "The longest line that is taken whole",
     .default_json = "\"1MiB\"",
     .unit = "bytes",
     .min = 1,
     .max = 67108864,
     .type = WEIR_T_SIZE},
    {.key = "on_long_line",
     .summary = "A longer line is dropped, or truncated; it is counted either way",
     .default_json = "\"drop\"",
     .enum_values = "drop|truncate",
     .type = WEIR_T_ENUM},
    {.key = "connect_timeout",
     .summary = "How long to try to connect to one address",
     .default_json = "\"10s\"",
     .min = 1e6,
     .max = 3.6e12,
     .type = WEIR_T_DURATION_NS},
    {.key = "idle_timeout",
     .summary = "A connection without a byte for so long is closed; 0s: never",
     .default_json = "\"0s\"",
     .min = 0,
     .max = 8.64e13,
     .type = WEIR_T_DURATION_NS},
    {.key = "keepalive",
     .summary = "Let TCP probe an idle connection, so that a peer that is gone is noticed",
     .default_json = "true",
     .type = WEIR_T_BOOL},
    {.key = "max_connections",
     .summary = "How many peers may be connected at a time, when listening; others wait",
     .default_json = "64",
     .unit = "connections",
     .min = 1,
     .max = 4096,
     .type = WEIR_T_INT},
};

weir_status socket_host_events(struct socket_receiver *receiver)
{
    receiver->api->poll(receiver->host, 0);
    return receiver->api->should_stop(receiver->host) ? WEIR_STOPPING : WEIR_OK;
}

/* A peer that is gone is noticed after two minutes. A system that refuses to probe does without. */
void socket_prepare(const struct socket_receiver *receiver, int fd)
{
    int on = 1;
    int idle_s = 60, interval_s = 15, probes = 4;

    if (receiver->has_keepalive) {
        setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
        setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle_s, sizeof(idle_s));
        setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval_s, sizeof(interval_s));
        setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof(probes));
    }
}

static weir_status socket_check_config(weir_host *host, const weir_host_api *api, weir_error *error)
{
    bool is_listening = weir_config_is(host, api, "mode", "listen");
    weir_slice name = weir_config_string(host, api, "host");

    if (!is_listening && weir_config_int(host, api, "port", 0) == 0) {
        return weir_error_set(error, WEIR_E_CONFIG, "port: a client needs a port from 1 to 65535");
    }
    if (name.len == 0 || name.len > 255) {
        return weir_error_set(error, WEIR_E_CONFIG, "host: a name or an address is needed");
    }
    if (memchr(name.ptr, '\0', name.len) != NULL) {
        return weir_error_set(error, WEIR_E_CONFIG, "host: a name has no NUL byte");
    }
    return WEIR_OK;
}

static void socket_destroy(void *instance)
{
    struct socket_receiver *receiver = instance;

    if (receiver == NULL) {
        return;
    }
    line_reader_fini(&receiver->reader);
    free(receiver->host_name);
    free(receiver);
}

static weir_status socket_load(struct socket_receiver *receiver, weir_error *error)
{
    weir_host *host = receiver->host;
    const weir_host_api *api = receiver->api;
    weir_slice name = weir_config_string(host, api, "host");
    int port = (int)weir_config_int(host, api, "port", 0);

    receiver->host_name = weir_slice_copy(name);
    if (receiver->host_name == NULL) {
        return weir_error_set(error, WEIR_E_NOMEM, "no memory for a socket");
    }
    snprintf(receiver->port, sizeof(receiver->port), "%d", port);
    snprintf(receiver->peer, sizeof(receiver->peer), "%s:%d", receiver->host_name, port);
    receiver->is_listening = weir_config_is(host, api, "mode", "listen");
    receiver->is_truncating = weir_config_is(host, api, "on_long_line", "truncate");
    receiver->has_keepalive = weir_config_bool(host, api, "keepalive", true);
    receiver->line_max = weir_config_bytes(host, api, "max_line", 1 << 20);
    receiver->connect_timeout_ns =
        weir_config_duration_ns(host, api, "connect_timeout", 10000000000);
    receiver->idle_timeout_ns = weir_config_duration_ns(host, api, "idle_timeout", 0);
    receiver->connections_max = (uint32_t)weir_config_int(host, api, "max_connections", 64);
    receiver->metric_connections =
        weir_metric(host, api, WEIR_METRIC_COUNTER, "connections", "connections");
    weir_status status = line_reader_init(&receiver->reader, host, api, error);
    receiver->reader.block_timeout_ns = BLOCK_TIMEOUT_NS;
    return status;
}

static weir_status socket_create(weir_host *host, const weir_host_api *api, void **instance,
                                 weir_error *error)
{
    struct socket_receiver *receiver;
    weir_status status = socket_check_config(host, api, error);

    if (status != WEIR_OK) {
        return status;
    }
    receiver = calloc(1, sizeof(*receiver));
    if (receiver == NULL) {
        return weir_error_set(error, WEIR_E_NOMEM, "no memory for a socket");
    }
    receiver->host = host;
    receiver->api = api;
    status = socket_load(receiver, error);
    if (status != WEIR_OK) {
        socket_destroy(receiver);
        return status;
    }
    *instance = receiver;
    return WEIR_OK;
}

static weir_status socket_start(void *instance, weir_error *error)
{
    (void)instance;
    (void)error;
    return WEIR_OK;
}

static weir_status socket_run(void *instance, weir_error *error)
{
    struct socket_receiver *receiver = instance;
    weir_status status = receiver->is_listening ? socket_listen_run(receiver, error)
                                                : socket_client_run(receiver, error);

    return status == WEIR_STOPPING ? WEIR_OK : status;
}

static weir_status socket_stop(void *instance, weir_error *error)
{
    (void)instance;
    (void)error;
    return WEIR_OK;
}

static const weir_receiver socket_receiver_table = {
    .struct_size = sizeof(weir_receiver),
    .name = "socket",
    .summary = "Lines of text over TCP, as client or as server",
    .caps = WEIR_CAP_MULTI | WEIR_CAP_RESTARTABLE,
    .options = socket_options,
    .n_options = WEIR_COUNT(socket_options),
    .option_stride = sizeof(weir_option),
    .create = socket_create,
    .start = socket_start,
    .run = socket_run,
    .stop = socket_stop,
    .destroy = socket_destroy,
    .check_config = socket_check_config,
};

WEIR_PLUGIN_DEFINE("socket", "0.1.0", "Apache-2.0", &socket_receiver_table)
