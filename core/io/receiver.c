/*
 * receiver - one receiver's life: an instance of a plugin on a thread of its own.
 */
#include "io/receiver.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "io/host.h"
#include "io/receiver_life.h"

#define NS_PER_MS        INT64_C(1000000)
#define STOP_TIMEOUT_MS  5000
#define BEGIN_TIMEOUT_MS 1000

/* On a manual clock the time stands still until the receiver has begun, which by its contract is
 * soon: what it takes for the time of its start must not depend on who is faster. */
static void wait_begun(struct receiver *receiver)
{
    struct weir_host *host = receiver->host;
    int64_t end_ns = clock_stopwatch_ns() + BEGIN_TIMEOUT_MS * NS_PER_MS;

    lock_take(&host->lock);
    while (receiver->state == RECEIVER_CREATED || receiver->state == RECEIVER_STARTING) {
        int64_t left_ns = end_ns - clock_stopwatch_ns();
        if (left_ns <= 0) {
            break;
        }
        condition_wait_for(&host->changed, &host->lock, left_ns);
    }
    lock_release(&host->lock);
}

static weir_status source_start(void *self, struct block_maker *maker, struct batch_clock *rhythm,
                                weir_error *error)
{
    struct receiver *receiver = self;
    weir_status status = host_attach(receiver->host, maker, rhythm, error);

    if (status == WEIR_OK) {
        atomic_fetch_add(&receiver->holders, 1);
        status =
            thread_start(&receiver->thread, receiver->thread_name, receiver_run, receiver, error);
        if (status != WEIR_OK) {
            receiver_drop(receiver);
        } else if (clock_is_manual(receiver->host->clock)) {
            wait_begun(receiver);
        }
    }
    return status == WEIR_OK ? WEIR_OK
                             : error_wrap(error, status, "start %s", receiver->host->component);
}

static bool may_say_done(void *owner)
{
    const struct receiver *receiver = owner;

    switch ((enum receiver_state)receiver->state) {
    case RECEIVER_CREATED:
    case RECEIVER_STARTING:
        return true; /* it is about to say whether it follows the rhythm */
    case RECEIVER_RUNNING:
        return atomic_load(&receiver->host->uses_tick);
    default:
        return false;
    }
}

static void source_settle(void *self, uint64_t number)
{
    struct receiver *receiver = self;

    host_tick_settle(receiver->host, number, may_say_done, receiver);
}

static bool source_is_ended(void *self)
{
    struct receiver *receiver = self;
    bool is_ended;

    lock_take(&receiver->host->lock);
    is_ended = receiver->state == RECEIVER_ENDED || receiver->state == RECEIVER_FAILED;
    lock_release(&receiver->host->lock);
    return is_ended;
}

static void interrupt(struct receiver *receiver)
{
    lock_take(&receiver->instance_lock);
    if (receiver->instance != NULL && receiver->class->interrupt != NULL) {
        receiver->class->interrupt(receiver->instance);
    }
    lock_release(&receiver->instance_lock);
}

/* True when the thread came to its end in time. */
static bool wait_thread(struct receiver *receiver)
{
    struct weir_host *host = receiver->host;
    int64_t end_ns = clock_stopwatch_ns() + receiver->stop_timeout_ms * NS_PER_MS;
    bool is_over;

    lock_take(&host->lock);
    while (!receiver->is_thread_over) {
        int64_t left_ns = end_ns - clock_stopwatch_ns();

        if (left_ns <= 0) {
            break;
        }
        condition_wait_for(&host->changed, &host->lock, left_ns);
    }
    is_over = receiver->is_thread_over;
    receiver->is_left_behind = !is_over;
    lock_release(&host->lock);
    return is_over;
}

static void source_stop(void *self)
{
    struct receiver *receiver = self;

    if (!receiver->thread.is_started || receiver->is_left_behind) {
        return;
    }
    host_stop(receiver->host);
    interrupt(receiver);
    if (wait_thread(receiver)) {
        thread_join(&receiver->thread);
        receiver->thread.is_started = false;
        return;
    }
    /* A thread cannot be ended from outside. It keeps what it needs, and finds the gate closed. */
    host_gate_close(receiver->host);
    host_blocks_abandon(receiver->host);
    pthread_detach(receiver->thread.handle);
    host_say(receiver->host, LOG_ERROR, NULL,
             "did not stop within %" PRId64 " ms and is left behind", receiver->stop_timeout_ms);
}

static void source_status(void *self, struct source_status *out)
{
    static const enum source_state shown[RECEIVER_STATES] = {
        [RECEIVER_CREATED] = SOURCE_WAITING,       [RECEIVER_STARTING] = SOURCE_WAITING,
        [RECEIVER_RUNNING] = SOURCE_RUNNING,       [RECEIVER_STOPPING] = SOURCE_RUNNING,
        [RECEIVER_RESTARTING] = SOURCE_RESTARTING, [RECEIVER_ENDED] = SOURCE_ENDED,
        [RECEIVER_FAILED] = SOURCE_FAILED,
    };
    struct receiver *receiver = self;
    struct weir_host *host = receiver->host;

    memset(out, 0, sizeof(*out));
    out->records = atomic_load_explicit(&host->records, memory_order_relaxed);
    out->bytes = atomic_load_explicit(&host->bytes, memory_order_relaxed);
    lock_take(&host->lock);
    out->state = shown[receiver->state];
    out->restarts = receiver->restarts;
    memcpy(out->note, host->note, sizeof(out->note));
    lock_release(&host->lock);
}

static void source_destroy(void *self)
{
    struct receiver *receiver = self;

    if (receiver != NULL) {
        source_stop(receiver);
        receiver_drop(receiver);
    }
}

static const struct source_class receiver_class = {
    .name = "receiver",
    .start = source_start,
    .settle = source_settle,
    .is_ended = source_is_ended,
    .stop = source_stop,
    .status = source_status,
    .destroy = source_destroy,
};

static weir_status check_across(const weir_receiver *class, struct weir_host *host,
                                weir_error *error)
{
    weir_error story;
    weir_status status;

    if (class->check_config == NULL) {
        return WEIR_OK;
    }
    receiver_story_clear(&story);
    status =
        receiver_life_status(class->check_config(host, &host_api, &story), &story, "check_config");
    return status == WEIR_OK ? WEIR_OK : error_set(error, status, "%s", story.msg);
}

weir_status receiver_check(const weir_receiver *receiver, const struct options *options,
                           weir_error *error)
{
    struct weir_host *host;
    weir_status status;

    WEIR_TRY(host_create(receiver->name, options, NULL, false, &host, error));
    status = check_across(receiver, host, error);
    host_drop(host);
    return status;
}

static weir_status fill(struct receiver *receiver, const struct receiver_options *options,
                        weir_error *error)
{
    WEIR_TRY(host_create(options->source_name, options->options, options->clock, options->is_text,
                         &receiver->host, error));
    receiver->class = options->receiver;
    receiver->stop_timeout_ms =
        options->stop_timeout_ms > 0 ? options->stop_timeout_ms : STOP_TIMEOUT_MS;
    restart_init(&receiver->restart, options->restart_first_ms, options->restart_max_ms,
                 (uint64_t)clock_stopwatch_ns());
    snprintf(receiver->thread_name, sizeof(receiver->thread_name), "in-%s", options->source_name);
    return check_across(options->receiver, receiver->host, error);
}

weir_status receiver_create(const struct receiver_options *options, struct source *out,
                            weir_error *error)
{
    struct receiver *receiver;
    weir_status status;

    assert(options->receiver != NULL);
    assert(options->clock != NULL);
    if ((options->receiver->caps & WEIR_CAP_NEEDS_PROC) != 0) {
        return error_set(error, WEIR_E_NOTSUP,
                         "source %s: \"%s\" needs a process of its own, which this weir cannot "
                         "give it",
                         options->source_name, options->receiver->name);
    }
    receiver = mem_zalloc(sizeof(*receiver));
    if (receiver == NULL) {
        return error_set(error, WEIR_E_NOMEM, "no memory for source %s", options->source_name);
    }
    atomic_init(&receiver->holders, 1);
    lock_init(&receiver->instance_lock);
    status = fill(receiver, options, error);
    if (status != WEIR_OK) {
        receiver_drop(receiver);
        return error_wrap(error, status, "source %s", options->source_name);
    }
    receiver->options = options->options;
    out->class = &receiver_class;
    out->self = receiver;
    return WEIR_OK;
}
