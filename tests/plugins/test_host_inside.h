/*
 * test_host_inside - what the two halves of the test host share: test_host_api.c is what the plugin
 * sees of it, test_host.c what the test does.
 */
#ifndef TEST_HOST_INSIDE_H
#define TEST_HOST_INSIDE_H

#include <pthread.h>
#include <time.h>

#include <weir/plugin_ext_tick.h>

#include "test_host.h"

#define OPTIONS_MAX 32
#define METRICS_MAX 16
#define LOG_MAX     256

struct setting {
    char *text;
    int64_t number;
    bool is_set;
};

struct test_host {
    const weir_receiver *receiver;
    weir_host_api api;
    weir_tick_api tick;
    pthread_t thread;
    pthread_t instance_thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int wake_fd;

    struct setting settings[OPTIONS_MAX]; /* in the order of the receiver's options */
    bool has_ticks, has_tight_blocks, is_counting_only, is_manual, is_started, is_nobody;

    /* under the lock */
    bool is_full, is_stopping, has_begun, is_over;
    int64_t now_ns;
    uint64_t batch, batch_done;
    int64_t batch_first_ms, batch_interval_ms;
    struct test_record *records;
    size_t records_count, records_room;
    uint64_t deliveries_count, bytes_count, refusals_count;
    char *log[LOG_MAX];
    size_t log_count;
    char *metric_names[METRICS_MAX];
    int64_t metrics[METRICS_MAX];
    uint32_t metrics_count;
    uint8_t *open_block;
    uint64_t open_cap;
    char fault[256];
    char stop_reason[128];
    weir_status status;
    weir_error error;
};

/* weir_host is opaque to plugins: here it is the test host. */
static inline weir_host *handle(struct test_host *host)
{
    return (weir_host *)(void *)host;
}

void fill_tables(struct test_host *host);

/* What the plugin did wrong; the first such thing fails the test in the end. */
void fault(struct test_host *host, const char *what);

/* The place of an option in the receiver's table, or -1. */
int find_option(struct test_host *host, const char *key);

struct timespec deadline_in(int64_t ns);

/* Waits under the lock. False: the time is over. NULL: no limit. */
bool wait_change(struct test_host *host, const struct timespec *deadline);

int64_t batch_time_ms(const struct test_host *host, uint64_t number);

#endif
