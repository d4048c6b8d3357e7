/* socket_listen - lets peers connect, and serves them in turn, a block each. */
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <weir/plugin_helpers.h>

#include "socket.h"

#define NS_PER_MS       1000000
#define HEARTBEAT_MS    1000
#define ACCEPT_PAUSE_MS 100

struct connection {
    int fd;
    bool is_pending; /* more is there that poll does not tell of */
    int64_t heard_ns;
    char name[NI_MAXHOST + NI_MAXSERV + 4];
    struct line_stream stream;
};

struct server {
    struct socket_receiver *receiver;
    int listeners[SOCKET_LISTENERS_MAX];
    uint32_t listeners_count;
    struct connection **connections;
    uint32_t connections_count;
    struct pollfd *fds; /* the host, the listeners, the connections */
    bool is_pausing;    /* the system has no room for another connection at the moment */
};

static uint16_t port_of(int fd)
{
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } address = {.v6 = {.sin6_port = 0}};
    socklen_t length = sizeof(address);

    if (getsockname(fd, &address.any, &length) != 0) {
        return 0;
    }
    return ntohs(address.any.sa_family == AF_INET6 ? address.v6.sin6_port : address.v4.sin_port);
}

static void set_port(struct sockaddr *address, uint16_t port)
{
    if (address->sa_family == AF_INET6) {
        ((struct sockaddr_in6 *)(void *)address)->sin6_port = htons(port);
    } else if (address->sa_family == AF_INET) {
        ((struct sockaddr_in *)(void *)address)->sin_port = htons(port);
    }
}

/* A listening socket at this address, or -1 with errno set. */
static int listen_at(const struct addrinfo *address)
{
    int on = 1;
    int fd = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0) {
        return -1;
    }
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (address->ai_family == AF_INET6) {
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
    }
    if (bind(fd, address->ai_addr, address->ai_addrlen) != 0 || listen(fd, SOMAXCONN) != 0) {
        int failure = errno;
        close(fd);
        errno = failure;
        return -1;
    }
    return fd;
}

/* Listens at every address of the name: at the same port, which the first chooses if it is 0. An
 * address that cannot be had is passed over when another can: a machine may know ::1 by name and
 * have no IPv6. But one that somebody else listens at is a failure. */
static weir_status open_listeners(struct server *server, struct addrinfo *addresses,
                                  weir_error *error)
{
    struct socket_receiver *receiver = server->receiver;
    uint16_t port = 0;
    int failure = 0;

    for (struct addrinfo *address = addresses;
         address != NULL && server->listeners_count < SOCKET_LISTENERS_MAX;
         address = address->ai_next) {
        if (port != 0) {
            set_port(address->ai_addr, port);
        }
        int fd = listen_at(address);
        if (fd >= 0) {
            server->listeners[server->listeners_count++] = fd;
            port = port_of(fd);
            continue;
        }
        failure = errno;
        if (failure == EADDRINUSE || failure == EACCES) {
            break;
        }
    }
    if (server->listeners_count == 0 || failure == EADDRINUSE || failure == EACCES) {
        return weir_error_set(error, failure == EACCES ? WEIR_E_CONFIG : WEIR_E_IO,
                              "listen at %s: %s", receiver->peer, strerror(failure));
    }
    weir_logf(receiver->host, receiver->api, WEIR_LOG_INFO, "listening at %s:%u",
              receiver->host_name, (unsigned)port);
    return WEIR_OK;
}

static weir_status server_listen(struct server *server, weir_error *error)
{
    struct socket_receiver *receiver = server->receiver;
    bool is_everywhere = strcmp(receiver->host_name, "*") == 0;
    struct addrinfo hints = {
        .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE};
    struct addrinfo *addresses = NULL;
    int failure =
        getaddrinfo(is_everywhere ? NULL : receiver->host_name, receiver->port, &hints, &addresses);

    if (failure != 0) {
        return weir_error_set(error, WEIR_E_IO, "find %s: %s", receiver->host_name,
                              failure == EAI_SYSTEM ? strerror(errno) : gai_strerror(failure));
    }
    weir_status status = open_listeners(server, addresses, error);
    freeaddrinfo(addresses);
    return status;
}

static void connection_close(struct connection *connection)
{
    line_stream_fini(&connection->stream);
    close(connection->fd);
    free(connection);
}

static void name_connection(struct connection *connection, const struct sockaddr_storage *address,
                            socklen_t length)
{
    char host[NI_MAXHOST];
    char port[NI_MAXSERV];

    if (getnameinfo((const struct sockaddr *)address, length, host, sizeof(host), port,
                    sizeof(port), NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
        snprintf(connection->name, sizeof(connection->name), "a peer");
        return;
    }
    snprintf(connection->name, sizeof(connection->name), "%s:%s", host, port);
}

/* Takes one connection, if there is one. */
static void server_accept(struct server *server, int listener)
{
    struct socket_receiver *receiver = server->receiver;
    struct sockaddr_storage address;
    socklen_t length = sizeof(address);
    int fd = accept4(listener, (struct sockaddr *)&address, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);

    if (fd < 0) {
        if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
            server->is_pausing = true;
            weir_report_errorf(receiver->host, receiver->api, WEIR_E_IO, "accept at %s: %s",
                               receiver->peer, strerror(errno));
        }
        return;
    }
    struct connection *connection = calloc(1, sizeof(*connection));
    if (connection == NULL) {
        close(fd);
        weir_report_errorf(receiver->host, receiver->api, WEIR_E_NOMEM,
                           "no memory for a connection to %s", receiver->peer);
        return;
    }
    connection->fd = fd;
    connection->heard_ns = receiver->api->now_ns(receiver->host, WEIR_CLOCK_MONOTONIC);
    name_connection(connection, &address, length);
    line_stream_init(&connection->stream, connection->name, receiver->line_max,
                     receiver->is_truncating);
    socket_prepare(receiver, fd);
    server->connections[server->connections_count++] = connection;
    weir_metric_add(receiver->host, receiver->api, receiver->metric_connections, 1);
    weir_logf(receiver->host, receiver->api, WEIR_LOG_DEBUG, "%s connected", connection->name);
}

/* Reads a block's worth, and says whether the connection is over. Only what concerns all of them is
 * returned; what happens to one is its own affair. */
static weir_status serve(struct server *server, struct connection *connection, bool *is_over)
{
    struct socket_receiver *receiver = server->receiver;
    weir_error error = {.struct_size = sizeof(error)};
    enum line_read step = LINE_READ_DRY;
    weir_status status =
        line_reader_read(&receiver->reader, &connection->stream, connection->fd, &step, &error);

    *is_over = false;
    if (status == WEIR_AGAIN) {
        connection->is_pending = true;
        return WEIR_OK;
    }
    if (status == WEIR_STOPPING) {
        return status;
    }
    connection->heard_ns = receiver->api->now_ns(receiver->host, WEIR_CLOCK_MONOTONIC);
    connection->is_pending = status == WEIR_OK && step == LINE_READ_MORE;
    *is_over = status != WEIR_OK || step == LINE_READ_END;
    if (status != WEIR_OK) {
        weir_report_errorf(receiver->host, receiver->api, status, "%s", error.msg);
    } else if (*is_over) {
        weir_logf(receiver->host, receiver->api, WEIR_LOG_DEBUG, "%s closed the connection",
                  connection->name);
    }
    return WEIR_OK;
}

static bool is_idle(struct server *server, const struct connection *connection)
{
    struct socket_receiver *receiver = server->receiver;

    if (receiver->idle_timeout_ns == 0) {
        return false;
    }
    int64_t now_ns = receiver->api->now_ns(receiver->host, WEIR_CLOCK_MONOTONIC);
    if (now_ns - connection->heard_ns < receiver->idle_timeout_ns) {
        return false;
    }
    weir_logf(receiver->host, receiver->api, WEIR_LOG_INFO,
              "%s sent nothing for the idle_timeout and is closed", connection->name);
    return true;
}

/* Serves those that have something, each a block at most, so that none waits for another's flood.
 * `fds` are those of the connections, in their order. */
static weir_status serve_all(struct server *server, const struct pollfd *fds)
{
    uint32_t kept = 0;
    weir_status status = WEIR_OK;

    for (uint32_t i = 0; i < server->connections_count; i++) {
        struct connection *connection = server->connections[i];
        bool is_over = false;

        if (status == WEIR_OK && (fds[i].revents != 0 || connection->is_pending)) {
            status = serve(server, connection, &is_over);
        } else if (status == WEIR_OK) {
            is_over = is_idle(server, connection);
        }
        if (is_over) {
            connection_close(connection);
        } else {
            server->connections[kept++] = connection;
        }
    }
    server->connections_count = kept;
    return status;
}

/* Fills the poll set and says how long to wait. A server that is full lets peers wait in the
 * system's queue. */
static int prepare_poll(struct server *server)
{
    struct socket_receiver *receiver = server->receiver;
    bool is_full = server->connections_count == receiver->connections_max || server->is_pausing;
    int wait_ms = server->is_pausing ? ACCEPT_PAUSE_MS : HEARTBEAT_MS;
    struct pollfd *fds = server->fds;

    if (receiver->idle_timeout_ns > 0 && receiver->idle_timeout_ns / NS_PER_MS < wait_ms) {
        wait_ms = (int)(receiver->idle_timeout_ns / NS_PER_MS) + 1;
    }
    *fds++ = (struct pollfd){.fd = receiver->api->wake_fd(receiver->host), .events = POLLIN};
    for (uint32_t i = 0; i < server->listeners_count; i++) {
        int fd = is_full ? -1 : server->listeners[i];
        *fds++ = (struct pollfd){.fd = fd, .events = POLLIN};
    }
    for (uint32_t i = 0; i < server->connections_count; i++) {
        *fds++ = (struct pollfd){.fd = server->connections[i]->fd, .events = POLLIN};
        if (server->connections[i]->is_pending) {
            wait_ms = 0;
        }
    }
    server->is_pausing = false;
    return wait_ms;
}

static weir_status server_loop(struct server *server)
{
    struct socket_receiver *receiver = server->receiver;

    for (;;) {
        int wait_ms = prepare_poll(server);
        nfds_t count = 1 + server->listeners_count + server->connections_count;
        int ready = poll(server->fds, count, wait_ms);
        if (ready < 0) {
            for (nfds_t i = 0; i < count; i++) {
                server->fds[i].revents = 0;
            }
        }
        weir_status status = socket_host_events(receiver);
        if (status == WEIR_OK) {
            status = serve_all(server, server->fds + 1 + server->listeners_count);
        }
        if (status != WEIR_OK) {
            return status;
        }
        for (uint32_t i = 0; i < server->listeners_count; i++) {
            if (server->fds[1 + i].revents != 0 &&
                server->connections_count < receiver->connections_max) {
                server_accept(server, server->listeners[i]);
            }
        }
    }
}

weir_status socket_listen_run(struct socket_receiver *receiver, weir_error *error)
{
    uint32_t connections_max = receiver->connections_max;
    struct connection **connections = calloc(connections_max, sizeof(struct connection *));
    struct pollfd *fds = calloc(1 + SOCKET_LISTENERS_MAX + connections_max, sizeof(*fds));
    struct server server = {.receiver = receiver, .connections = connections, .fds = fds};
    weir_status status = WEIR_E_NOMEM;

    if (connections == NULL || fds == NULL) {
        weir_error_set(error, status, "no memory for %u connections", connections_max);
    } else {
        status = server_listen(&server, error);
    }
    if (status == WEIR_OK) {
        status = server_loop(&server);
    }

    for (uint32_t i = 0; i < server.connections_count; i++) {
        connection_close(server.connections[i]);
    }
    for (uint32_t i = 0; i < server.listeners_count; i++) {
        close(server.listeners[i]);
    }
    free(connections);
    free(fds);
    return status;
}
