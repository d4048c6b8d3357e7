/* socket_client - connects, and reads until the connection is over. */
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <weir/plugin_helpers.h>

#include "socket.h"

#define NS_PER_MS 1000000

/* Waits for the socket or the host. AGAIN: the time is over. timeout_ns < 0: without a limit. */
static weir_status wait_for(struct socket_receiver *receiver, int fd, short events,
                            int64_t timeout_ns)
{
    struct pollfd fds[2] = {{.fd = fd, .events = events},
                            {.fd = receiver->api->wake_fd(receiver->host), .events = POLLIN}};
    int64_t end_ns = receiver->api->now_ns(receiver->host, WEIR_CLOCK_MONOTONIC) + timeout_ns;

    for (;;) {
        int64_t left_ms = 1000; /* now and then the host gets its heartbeat */
        if (timeout_ns >= 0) {
            int64_t now_ns = receiver->api->now_ns(receiver->host, WEIR_CLOCK_MONOTONIC);
            if (now_ns >= end_ns) {
                return WEIR_AGAIN;
            }
            int64_t ms = (end_ns - now_ns) / NS_PER_MS + 1;
            left_ms = ms < left_ms ? ms : left_ms;
        }
        int ready = poll(fds, 2, (int)left_ms);
        if (ready <= 0 || fds[1].revents != 0) {
            weir_status status = socket_host_events(receiver);
            if (status != WEIR_OK) {
                return status;
            }
        }
        if (ready > 0 && fds[0].revents != 0) {
            return WEIR_OK;
        }
    }
}

/* Tries one address. OK: *out is connected. STOPPING: the host stops. E_IO: errno says why. */
static weir_status connect_address(struct socket_receiver *receiver, const struct addrinfo *address,
                                   int *out)
{
    socklen_t length = sizeof(int);
    int failure = 0;
    int fd = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0) {
        return WEIR_E_IO;
    }
    if (connect(fd, address->ai_addr, address->ai_addrlen) != 0) {
        failure = errno;
    }
    if (failure == EINPROGRESS || failure == EINTR) {
        weir_status status = wait_for(receiver, fd, POLLOUT, receiver->connect_timeout_ns);
        if (status == WEIR_STOPPING) {
            close(fd);
            return status;
        }
        if (status == WEIR_AGAIN) {
            failure = ETIMEDOUT;
        } else if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &failure, &length) != 0) {
            failure = errno;
        }
    }
    if (failure != 0) {
        close(fd);
        errno = failure;
        return WEIR_E_IO;
    }
    *out = fd;
    return WEIR_OK;
}

static weir_status connect_peer(struct socket_receiver *receiver, int *out, weir_error *error)
{
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct addrinfo *addresses = NULL;
    weir_status status = WEIR_E_IO;
    int failure = getaddrinfo(receiver->host_name, receiver->port, &hints, &addresses);

    if (failure != 0) {
        return weir_error_set(error, WEIR_E_IO, "find %s: %s", receiver->host_name,
                              failure == EAI_SYSTEM ? strerror(errno) : gai_strerror(failure));
    }
    for (struct addrinfo *address = addresses; address != NULL; address = address->ai_next) {
        status = connect_address(receiver, address, out);
        if (status != WEIR_E_IO) {
            break;
        }
        failure = errno;
    }
    freeaddrinfo(addresses);
    if (status == WEIR_E_IO) {
        weir_error_set(error, status, "connect to %s: %s", receiver->peer, strerror(failure));
    }
    return status;
}

static weir_status receive(struct socket_receiver *receiver, int fd, struct line_stream *stream,
                           weir_error *error)
{
    int64_t patience_ns = receiver->idle_timeout_ns > 0 ? receiver->idle_timeout_ns : -1;
    enum line_read step = LINE_READ_DRY;

    for (;;) {
        weir_status status =
            step == LINE_READ_DRY ? wait_for(receiver, fd, POLLIN, patience_ns) : WEIR_OK;
        if (status == WEIR_AGAIN) {
            return weir_error_set(error, WEIR_E_IO, "%s sent nothing for the idle_timeout",
                                  receiver->peer);
        }
        if (status != WEIR_OK) {
            return status;
        }
        status = line_reader_read(&receiver->reader, stream, fd, &step, error);
        if (status == WEIR_AGAIN || step == LINE_READ_MORE) {
            weir_status asked = socket_host_events(receiver);
            status = status == WEIR_AGAIN || status == WEIR_OK ? asked : status;
        }
        if (status != WEIR_OK) {
            return status;
        }
        if (step == LINE_READ_END) {
            return weir_error_set(error, WEIR_E_IO, "%s closed the connection", receiver->peer);
        }
    }
}

weir_status socket_client_run(struct socket_receiver *receiver, weir_error *error)
{
    struct line_stream stream;
    int fd = -1;
    weir_status status = connect_peer(receiver, &fd, error);

    if (status != WEIR_OK) {
        return status;
    }
    socket_prepare(receiver, fd);
    weir_metric_add(receiver->host, receiver->api, receiver->metric_connections, 1);
    weir_logf(receiver->host, receiver->api, WEIR_LOG_INFO, "connected to %s", receiver->peer);
    line_stream_init(&stream, receiver->peer, receiver->line_max, receiver->is_truncating);
    status = receive(receiver, fd, &stream, error);
    line_stream_fini(&stream);
    close(fd);
    return status;
}
