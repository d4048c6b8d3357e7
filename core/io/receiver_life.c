/*
 * receiver_life - the instances of one receiver, one after the other, on their thread.
 */
#include "io/receiver_life.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/states.h"
#include "io/plugin.h"

#define NS_PER_MS INT64_C(1000000)

static const char *const state_names[RECEIVER_STATES] = {
    "created", "starting", "running", "stopping", "restarting", "ended", "failed",
};

static const uint32_t state_steps[RECEIVER_STATES] = {
    [RECEIVER_CREATED] = STATE_BIT(RECEIVER_STARTING) | STATE_BIT(RECEIVER_ENDED),
    [RECEIVER_STARTING] = STATE_BIT(RECEIVER_RUNNING) | STATE_BIT(RECEIVER_RESTARTING) |
                          STATE_BIT(RECEIVER_ENDED) | STATE_BIT(RECEIVER_FAILED),
    [RECEIVER_RUNNING] = STATE_BIT(RECEIVER_STOPPING),
    [RECEIVER_STOPPING] =
        STATE_BIT(RECEIVER_RESTARTING) | STATE_BIT(RECEIVER_ENDED) | STATE_BIT(RECEIVER_FAILED),
    [RECEIVER_RESTARTING] = STATE_BIT(RECEIVER_STARTING) | STATE_BIT(RECEIVER_ENDED),
};

static const struct states receiver_states = {"receiver", state_names, state_steps,
                                              RECEIVER_STATES};

void receiver_drop(struct receiver *receiver)
{
    if (atomic_fetch_sub_explicit(&receiver->holders, 1, memory_order_acq_rel) != 1) {
        return;
    }
    host_drop(receiver->host);
    options_destroy(receiver->options);
    lock_fini(&receiver->instance_lock);
    mem_free(receiver);
}

static void move(struct receiver *receiver, enum receiver_state to)
{
    lock_take(&receiver->host->lock);
    sm_move(&receiver_states, &receiver->state, to);
    condition_broadcast(&receiver->host->changed);
    lock_release(&receiver->host->lock);
}

static void set_instance(struct receiver *receiver, void *instance)
{
    lock_take(&receiver->instance_lock);
    receiver->instance = instance;
    lock_release(&receiver->instance_lock);
}

/* A plugin's story may lack its end, or be missing. */
static void finish_story(weir_error *error, weir_status status, const char *what)
{
    error->msg[sizeof(error->msg) - 1] = '\0';
    if (error->msg[0] == '\0') {
        snprintf(error->msg, sizeof(error->msg), "%s: %s", what, status_name(status));
    }
}

void receiver_story_clear(weir_error *error)
{
    memset(error, 0, sizeof(*error));
    error->struct_size = (uint32_t)sizeof(*error);
}

/* WEIR_OK, or a failure: what flows back from a plugin's life calls is no flow control. */
weir_status receiver_life_status(weir_status status, weir_error *error, const char *what)
{
    if (status == WEIR_OK) {
        return WEIR_OK;
    }
    if (status > 0) {
        status = WEIR_E_BUG;
        receiver_story_clear(error);
        snprintf(error->msg, sizeof(error->msg), "%s answered with a status for data calls", what);
    }
    finish_story(error, status, what);
    return status;
}

static weir_status create_instance(struct receiver *receiver, weir_error *error)
{
    void *instance = NULL;
    weir_status status;

    plugin_lock();
    status = receiver->class->create(receiver->host, &host_api, &instance, error);
    plugin_unlock();
    WEIR_TRY(receiver_life_status(status, error, "create"));
    set_instance(receiver, instance);
    return WEIR_OK;
}

/* Without a run of its own the plugin works on its own threads until it is asked to end. */
static weir_status run_instance(struct receiver *receiver, weir_error *error)
{
    const weir_receiver *class = receiver->class;
    weir_status status;

    if (class->run == NULL) {
        while (host_poll(receiver->host, -1) == WEIR_OK) {
        }
        return WEIR_OK;
    }
    status = class->run(receiver->instance, error);
    if (status >= 0) {
        return WEIR_OK; /* STOPPING and AGAIN handed through are an end like any other */
    }
    finish_story(error, status, "run");
    return status;
}

static weir_status run_started(struct receiver *receiver, int64_t *ran_ms, weir_error *error)
{
    int64_t begin_ns = clock_stopwatch_ns();
    weir_error stop_error;
    weir_status status;
    weir_status stop_status;

    move(receiver, RECEIVER_RUNNING);
    status = run_instance(receiver, error);
    *ran_ms = (clock_stopwatch_ns() - begin_ns) / NS_PER_MS;
    move(receiver, RECEIVER_STOPPING);
    receiver_story_clear(&stop_error);
    stop_status = receiver_life_status(receiver->class->stop(receiver->instance, &stop_error),
                                       &stop_error, "stop");
    if (stop_status != WEIR_OK) {
        host_say(receiver->host, LOG_WARN, NULL, "stop: %s", stop_error.msg);
    }
    return status;
}

/* One instance from create to destroy. */
static weir_status run_once(struct receiver *receiver, int64_t *ran_ms, weir_error *error)
{
    struct weir_host *host = receiver->host;
    void *instance;
    weir_status status;

    *ran_ms = 0;
    receiver_story_clear(error);
    host_begin(host);
    move(receiver, RECEIVER_STARTING);
    host_gate_open(host);
    status = create_instance(receiver, error);
    if (status == WEIR_OK) {
        status =
            receiver_life_status(receiver->class->start(receiver->instance, error), error, "start");
        if (status == WEIR_OK) {
            status = run_started(receiver, ran_ms, error);
        }
        host_gate_close(host);
        host_blocks_forget(host);
        instance = receiver->instance;
        set_instance(receiver, NULL);
        receiver->class->destroy(instance);
    } else {
        host_gate_close(host);
    }
    return status;
}

/* What the instance asked for takes the place of what its run returned. */
static weir_status apply_wish(struct receiver *receiver, weir_status status, weir_error *error,
                              bool *is_restart, int64_t *delay_ns)
{
    struct weir_host *host = receiver->host;

    *is_restart = false;
    *delay_ns = -1;
    lock_take(&host->lock);
    if (host->wish != WISH_NONE && status == WEIR_OK) {
        *is_restart = host->wish == WISH_RESTART;
        *delay_ns = host->wish_delay_ns;
        status = host->wish_status > 0 ? WEIR_OK : host->wish_status;
        if (host->wish == WISH_RESTART && status == WEIR_OK) {
            status = WEIR_E_IO;
        }
        receiver_story_clear(error);
        snprintf(error->msg, sizeof(error->msg), "%s", host->note);
        finish_story(error, status, "asked for");
    }
    lock_release(&host->lock);
    return status;
}

static void say_retry(struct weir_host *host, const weir_error *error, int64_t delay_ms)
{
    if (delay_ms == 0) {
        host_say(host, LOG_WARN, error->msg, "%s; trying again", error->msg);
    } else {
        host_say(host, LOG_WARN, error->msg, "%s; trying again in %" PRId64 ".%" PRId64 " s",
                 error->msg, delay_ms / 1000, delay_ms % 1000 / 100);
    }
}

/* True when the time is over, false when the source is to stop. */
static bool wait_delay(struct weir_host *host, int64_t delay_ms)
{
    int64_t end_ns = clock_stopwatch_ns() + delay_ms * NS_PER_MS;
    bool goes_on;

    lock_take(&host->lock);
    while (!host->is_stopping) {
        int64_t left_ns = end_ns - clock_stopwatch_ns();

        if (left_ns <= 0) {
            break;
        }
        condition_wait_for(&host->changed, &host->lock, left_ns);
    }
    goes_on = !host->is_stopping;
    lock_release(&host->lock);
    return goes_on;
}

static bool is_stopping(struct weir_host *host)
{
    bool stopping;

    lock_take(&host->lock);
    stopping = host->is_stopping;
    lock_release(&host->lock);
    return stopping;
}

/* After a failure: true when there shall be another instance. */
static bool recover(struct receiver *receiver, weir_status status, int64_t ran_ms,
                    int64_t wish_delay_ns, const weir_error *error)
{
    struct weir_host *host = receiver->host;
    bool may_retry = (receiver->class->caps & WEIR_CAP_RESTARTABLE) != 0;
    int64_t delay_ms;

    host_note(host, error->msg, strlen(error->msg));
    if (is_stopping(host)) {
        move(receiver, RECEIVER_ENDED);
        return false;
    }
    if (!may_retry || !restart_next(&receiver->restart, status, ran_ms, &delay_ms)) {
        host_say(host, LOG_ERROR, NULL, "%s; it is not started again", error->msg);
        move(receiver, RECEIVER_FAILED);
        return false;
    }
    if (wish_delay_ns >= 0) {
        delay_ms = wish_delay_ns / NS_PER_MS;
    }
    if (delay_ms < (int64_t)error->retry_after_ms) {
        delay_ms = error->retry_after_ms;
    }
    say_retry(host, error, delay_ms);
    move(receiver, RECEIVER_RESTARTING);
    if (!wait_delay(host, delay_ms)) {
        move(receiver, RECEIVER_ENDED);
        return false;
    }
    lock_take(&host->lock);
    receiver->restarts++;
    lock_release(&host->lock);
    return true;
}

static void run_instances(struct receiver *receiver)
{
    bool goes_on = true;

    while (goes_on) {
        weir_error error;
        int64_t ran_ms;
        int64_t delay_ns;
        bool is_restart;
        weir_status status = run_once(receiver, &ran_ms, &error);

        status = apply_wish(receiver, status, &error, &is_restart, &delay_ns);
        if (status == WEIR_OK) {
            move(receiver, RECEIVER_ENDED);
            goes_on = false;
        } else {
            goes_on = recover(receiver, status, ran_ms, is_restart ? delay_ns : -1, &error);
        }
    }
}

void receiver_run(void *argument)
{
    struct receiver *receiver = argument;

    run_instances(receiver);
    lock_take(&receiver->host->lock);
    receiver->is_thread_over = true;
    condition_broadcast(&receiver->host->changed);
    lock_release(&receiver->host->lock);
    receiver_drop(receiver);
}
