/*
 * socket - a receiver of lines over TCP: it connects to a peer, or lets peers connect to it.
 *
 * Threads:  the instance thread alone, waiting in one poll for sockets and host.
 * Memory:   a connection keeps at most a line of max_line; connections are bounded.
 */
#ifndef SOCKET_H
#define SOCKET_H

#include "lines/line_reader.h"

#define SOCKET_LISTENERS_MAX 8

struct socket_receiver {
    weir_host *host;
    const weir_host_api *api;
    char *host_name;
    char port[8];
    char peer[300]; /* "HOST:PORT", for messages */
    bool is_listening;
    bool is_truncating;
    bool has_keepalive;
    size_t line_max;
    int64_t connect_timeout_ns;
    int64_t idle_timeout_ns; /* 0: none */
    uint32_t connections_max;
    uint32_t metric_connections;
    struct line_reader reader;
};

/* Run until the host stops (OK) or the connection is over (an error). */
weir_status socket_client_run(struct socket_receiver *receiver, weir_error *error);
weir_status socket_listen_run(struct socket_receiver *receiver, weir_error *error);

/* Called when the host's wake_fd is readable: runs what the host has to run. STOPPING: return. */
weir_status socket_host_events(struct socket_receiver *receiver);

/* Sets what is to be set on every connection. */
void socket_prepare(const struct socket_receiver *receiver, int fd);

#endif
