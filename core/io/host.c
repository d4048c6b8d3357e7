/*
 * host - what a receiver's instance is given: its life, its gate, and how it is woken.
 */
#include "io/host.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/fault.h"
#include "base/mem.h"

#define NS_PER_S INT64_C(1000000000)

static void host_destroy(struct weir_host *host)
{
    if (host->signal_fd >= 0) {
        close(host->signal_fd);
    }
    if (host->wake_fd >= 0) {
        close(host->wake_fd);
    }
    host_lanes_destroy(host->lanes);
    condition_fini(&host->changed);
    lock_fini(&host->lock);
    mem_free(host->component);
    mem_free(host);
}

static weir_status make_component(struct weir_host *host, const char *source_name,
                                  weir_error *error)
{
    struct bytes text;

    bytes_init(&text);
    bytes_printf(&text, "source %s", source_name);
    host->component = bytes_take(&text);
    bytes_fini(&text);
    return host->component != NULL ? WEIR_OK : error_set(error, WEIR_E_NOMEM, "no memory");
}

static weir_status watch_fd(struct weir_host *host, int fd, uint32_t events, weir_error *error)
{
    struct epoll_event event = {.events = events, .data = {.fd = fd}};

    if (step_failed(epoll_ctl(host->wake_fd, EPOLL_CTL_ADD, fd, &event))) {
        return error_system(error, "epoll_ctl");
    }
    return WEIR_OK;
}

static weir_status open_fds(struct weir_host *host, weir_error *error)
{
    host->wake_fd = fault_step() ? -1 : epoll_create1(EPOLL_CLOEXEC);
    if (host->wake_fd < 0) {
        return error_system(error, "epoll_create1");
    }
    host->signal_fd = fault_step() ? -1 : eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (host->signal_fd < 0) {
        return error_system(error, "eventfd");
    }
    return watch_fd(host, host->signal_fd, EPOLLIN, error);
}

weir_status host_create(const char *source_name, const struct options *options, struct clock *clock,
                        bool is_text, struct weir_host **out, weir_error *error)
{
    struct weir_host *host = mem_zalloc(sizeof(*host));
    weir_status status;

    *out = NULL;
    if (host == NULL) {
        return error_set(error, WEIR_E_NOMEM, "no memory for source %s", source_name);
    }
    atomic_init(&host->holders, 1);
    host->options = options;
    host->clock = clock;
    host->is_text = is_text;
    host->wake_fd = -1;
    host->signal_fd = -1;
    lock_init(&host->lock);
    condition_init(&host->changed);
    list_init(&host->open_blocks);
    repeats_init(&host->repeats);
    status = make_component(host, source_name, error);
    if (status != WEIR_OK) {
        goto fail;
    }
    status = open_fds(host, error);
    if (status != WEIR_OK) {
        goto fail;
    }
    status = host_lanes_create(&host->lanes, error);
    if (status != WEIR_OK) {
        goto fail;
    }
    *out = host;
    return WEIR_OK;

fail:
    host_destroy(host);
    return error_wrap(error, status, "source %s", source_name);
}

/* The maker's descriptor stays readable from the first room after a refusal on, so only the change
 * is taken from it: each further signal is one more change. */
weir_status host_attach(struct weir_host *host, struct block_maker *maker,
                        struct batch_clock *rhythm, weir_error *error)
{
    assert(host->maker == NULL);
    WEIR_TRY(watch_fd(host, block_maker_room_fd(maker), EPOLLIN | EPOLLET, error));
    host->maker = maker;
    host->rhythm = rhythm;
    return WEIR_OK;
}

struct weir_host *host_hold(struct weir_host *host)
{
    atomic_fetch_add_explicit(&host->holders, 1, memory_order_relaxed);
    return host;
}

void host_drop(struct weir_host *host)
{
    if (host != NULL && atomic_fetch_sub_explicit(&host->holders, 1, memory_order_acq_rel) == 1) {
        host_destroy(host);
    }
}

void host_begin(struct weir_host *host)
{
    uint64_t count;
    ssize_t taken;

    lock_take(&host->lock);
    host->wish = WISH_NONE;
    host->batch_done = 0;
    atomic_store(&host->uses_tick, false);
    if (!host->is_stopping) {
        taken = read(host->signal_fd, &count, sizeof(count));
        (void)taken; /* nothing there is fine */
        atomic_store(&host->is_asked_to_end, false);
    }
    lock_release(&host->lock);
}

void host_ask_to_end(struct weir_host *host)
{
    uint64_t one = 1;
    ssize_t written;

    atomic_store(&host->is_asked_to_end, true);
    written = write(host->signal_fd, &one, sizeof(one));
    (void)written; /* fails only when it is readable already, a great many times over */
    lock_take(&host->lock);
    condition_broadcast(&host->changed);
    lock_release(&host->lock);
    if (host_enter(host)) { /* the clock lasts as long as the gate is open */
        clock_wake(host->clock);
        host_leave(host);
    }
}

void host_stop(struct weir_host *host)
{
    lock_take(&host->lock);
    host->is_stopping = true;
    lock_release(&host->lock);
    host_ask_to_end(host);
}

void host_wish_set(struct weir_host *host, enum host_wish wish, weir_status status,
                   const char *message, size_t size, int64_t delay_ns)
{
    lock_take(&host->lock);
    if (host->wish == WISH_NONE) {
        host->wish = wish;
        host->wish_status = status;
        host->wish_delay_ns = delay_ns;
    }
    lock_release(&host->lock);
    host_note(host, message, size);
    host_ask_to_end(host);
}

bool host_enter(struct weir_host *host)
{
    bool is_open;

    lock_take(&host->lock);
    is_open = host->is_gate_open;
    if (is_open) {
        host->inside_count++;
    }
    lock_release(&host->lock);
    return is_open;
}

void host_leave(struct weir_host *host)
{
    lock_take(&host->lock);
    assert(host->inside_count > 0);
    host->inside_count--;
    if (host->inside_count == 0 && !host->is_gate_open) {
        condition_broadcast(&host->changed);
    }
    lock_release(&host->lock);
}

void host_gate_open(struct weir_host *host)
{
    lock_take(&host->lock);
    host->is_gate_open = true;
    lock_release(&host->lock);
}

void host_gate_close(struct weir_host *host)
{
    lock_take(&host->lock);
    host->is_gate_open = false;
    while (host->inside_count > 0) {
        condition_wait(&host->changed, &host->lock);
    }
    lock_release(&host->lock);
}

void host_room_seen(struct weir_host *host)
{
    struct epoll_event events[2];
    int count = epoll_wait(host->wake_fd, events, 2, 0);

    (void)count; /* being asked to end stays readable, and room's change is taken by the call */
}

weir_status host_poll(struct weir_host *host, int64_t timeout_ns)
{
    struct pollfd fd = {.fd = host->wake_fd, .events = POLLIN};
    struct timespec timeout = {.tv_sec = timeout_ns / NS_PER_S, .tv_nsec = timeout_ns % NS_PER_S};

    atomic_store_explicit(&host->heartbeat_ns, clock_stopwatch_ns(), memory_order_relaxed);
    if (timeout_ns != 0 && !atomic_load(&host->is_asked_to_end)) {
        /* A signal ends the wait early, which is no harm. */
        (void)ppoll(&fd, 1, timeout_ns < 0 ? NULL : &timeout, NULL);
    }
    host_room_seen(host);
    return atomic_load(&host->is_asked_to_end) ? WEIR_STOPPING : WEIR_OK;
}
