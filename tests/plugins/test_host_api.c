/* test_host_api - the side of the plugin: the table of services, and the checks of its use. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <weir/plugin_helpers.h>

#include "test_host_inside.h"

#define BLOCK_BYTES (1u << 20)

static struct test_host *of(weir_host *host)
{
    return (struct test_host *)(void *)host;
}

void fault(struct test_host *host, const char *what)
{
    if (host->fault[0] == '\0') {
        snprintf(host->fault, sizeof(host->fault), "%s", what);
    }
}

static void expect_instance_thread(struct test_host *host, const char *call)
{
    if (!pthread_equal(pthread_self(), host->instance_thread)) {
        fault(host, call);
    }
}

struct timespec deadline_in(int64_t ns)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    int64_t at_ns = time.tv_nsec + ns % 1000000000;
    time.tv_sec += (time_t)(ns / 1000000000 + at_ns / 1000000000);
    time.tv_nsec = (long)(at_ns % 1000000000);
    return time;
}

bool wait_change(struct test_host *host, const struct timespec *deadline)
{
    if (deadline == NULL) {
        pthread_cond_wait(&host->changed, &host->lock);
        return true;
    }
    return pthread_cond_timedwait(&host->changed, &host->lock, deadline) != ETIMEDOUT;
}

int find_option(struct test_host *host, const char *key)
{
    for (uint32_t i = 0; i < host->receiver->n_options; i++) {
        if (strcmp(host->receiver->options[i].key, key) == 0) {
            return (int)i;
        }
    }
    return -1;
}

int64_t batch_time_ms(const struct test_host *host, uint64_t number)
{
    return host->batch_first_ms + (int64_t)(number - 1) * host->batch_interval_ms;
}

/* --- data ------------------------------------------------------------------------------------- */

static weir_status wait_room(struct test_host *host, int64_t timeout_ns)
{
    struct timespec deadline = deadline_in(timeout_ns < 0 ? 0 : timeout_ns);
    bool is_in_time = true;

    while (host->is_full && !host->is_stopping && is_in_time) {
        host->refusals_count++;
        pthread_cond_broadcast(&host->changed);
        is_in_time = timeout_ns != 0 && wait_change(host, timeout_ns < 0 ? NULL : &deadline);
    }
    if (host->is_stopping) {
        return WEIR_STOPPING;
    }
    return host->is_full ? WEIR_AGAIN : WEIR_OK;
}

static char *copy_slice(weir_slice slice)
{
    char *copy = malloc(slice.len + 1);

    if (slice.len > 0) {
        memcpy(copy, slice.ptr, slice.len);
    }
    copy[slice.len] = '\0';
    return copy;
}

static bool is_inside(weir_slice slice, const uint8_t *base, uint64_t cap)
{
    const uint8_t *begin = slice.ptr;

    return base == NULL || slice.len == 0 ||
           (begin >= base && begin <= base + cap && slice.len <= (uint64_t)(base + cap - begin));
}

static void take(struct test_host *host, const weir_delivery *delivery, const uint8_t *base,
                 uint64_t cap)
{
    if (delivery->struct_size != sizeof(*delivery) ||
        delivery->record_stride != sizeof(weir_record)) {
        fault(host, "a delivery of the wrong size");
        return;
    }
    if (delivery->n_records == 0 || delivery->reserved0 != 0) {
        fault(host, "an empty delivery, or a reserved field that is not 0");
    }
    host->deliveries_count++;
    for (uint32_t i = 0; i < delivery->n_records; i++) {
        const weir_record *record = &delivery->records[i];

        host->bytes_count += record->value.len;
        if (!is_inside(record->value, base, cap) || !is_inside(record->key, base, cap)) {
            fault(host, "a slice outside of the block");
            return;
        }
        if (host->is_counting_only) {
            continue;
        }
        if (host->records_count == host->records_room) {
            host->records_room = host->records_room * 2 + 1024;
            host->records = realloc(host->records, host->records_room * sizeof(*host->records));
        }
        host->records[host->records_count++] = (struct test_record){
            .value = copy_slice(record->value),
            .length = record->value.len,
            .key = record->key.ptr != NULL ? copy_slice(record->key) : NULL,
            .event_time_ns = record->event_time_ns,
            .batch = host->batch,
            .delivery = host->deliveries_count,
        };
    }
    if (host->is_counting_only) {
        host->records_count += delivery->n_records;
    }
    pthread_cond_broadcast(&host->changed);
}

static weir_status host_store(weir_host *handle_, const weir_delivery *delivery, int64_t timeout_ns)
{
    struct test_host *host = of(handle_);

    pthread_mutex_lock(&host->lock);
    weir_status status = wait_room(host, timeout_ns);
    if (status == WEIR_OK) {
        take(host, delivery, NULL, 0);
    }
    pthread_mutex_unlock(&host->lock);
    return status;
}

static weir_status host_block_reserve(weir_host *handle_, uint64_t min_bytes, int64_t timeout_ns,
                                      weir_block *out)
{
    struct test_host *host = of(handle_);

    pthread_mutex_lock(&host->lock);
    if (host->open_block != NULL) {
        fault(host, "a second block is reserved while one is open");
    }
    if (out->struct_size != sizeof(*out)) {
        fault(host, "a block of the wrong size");
    }
    weir_status status = wait_room(host, timeout_ns);
    if (status == WEIR_OK) {
        uint64_t cap = host->has_tight_blocks || min_bytes > BLOCK_BYTES ? min_bytes : BLOCK_BYTES;
        host->open_block = malloc(cap);
        host->open_cap = cap;
        out->base = host->open_block;
        out->cap = cap;
        out->cookie = 7;
    }
    pthread_mutex_unlock(&host->lock);
    return status;
}

static void close_block(struct test_host *host, weir_block *block)
{
    if (host->open_block == NULL || block->base != host->open_block || block->cookie != 7) {
        fault(host, "a block ends that is not open");
    }
    free(host->open_block);
    host->open_block = NULL;
}

static weir_status host_block_commit(weir_host *handle_, weir_block *block,
                                     const weir_delivery *delivery)
{
    struct test_host *host = of(handle_);

    pthread_mutex_lock(&host->lock);
    take(host, delivery, host->open_block, host->open_cap);
    close_block(host, block);
    pthread_mutex_unlock(&host->lock);
    return WEIR_OK;
}

static void host_block_abort(weir_host *handle_, weir_block *block)
{
    struct test_host *host = of(handle_);

    pthread_mutex_lock(&host->lock);
    close_block(host, block);
    pthread_mutex_unlock(&host->lock);
}

/* --- life ------------------------------------------------------------------------------------- */

static uint32_t host_should_stop(weir_host *handle_)
{
    struct test_host *host = of(handle_);

    pthread_mutex_lock(&host->lock);
    bool is_stopping = host->is_stopping;
    pthread_mutex_unlock(&host->lock);
    return is_stopping;
}

static int32_t host_wake_fd(weir_host *handle_)
{
    return of(handle_)->wake_fd;
}

static weir_status host_poll(weir_host *handle_, int64_t timeout_ns)
{
    struct test_host *host = of(handle_);
    struct timespec deadline = deadline_in(timeout_ns < 0 ? 0 : timeout_ns);

    pthread_mutex_lock(&host->lock);
    expect_instance_thread(host, "poll is called from another thread");
    while (!host->is_stopping && timeout_ns != 0 &&
           wait_change(host, timeout_ns < 0 ? NULL : &deadline)) {
    }
    weir_status status = host->is_stopping ? WEIR_STOPPING : WEIR_OK;
    pthread_mutex_unlock(&host->lock);
    return status;
}

static void add_log(struct test_host *host, const char *prefix, weir_slice text)
{
    char line[1200];

    snprintf(line, sizeof(line), "%s%.*s", prefix, (int)text.len, (const char *)text.ptr);
    pthread_mutex_lock(&host->lock);
    if (host->log_count < LOG_MAX) {
        host->log[host->log_count++] = strdup(line);
    }
    pthread_cond_broadcast(&host->changed);
    pthread_mutex_unlock(&host->lock);
}

static void host_report_error(weir_host *handle_, weir_status status, weir_slice text)
{
    if (status >= 0) {
        fault(of(handle_), "an error without an error's status");
    }
    add_log(of(handle_), "reported: ", text);
}

static void host_request_restart(weir_host *handle_, weir_status status, weir_slice text,
                                 int64_t delay_ns)
{
    (void)status;
    (void)delay_ns;
    add_log(of(handle_), "restart: ", text);
}

static void host_request_stop(weir_host *handle_, weir_status status, weir_slice text)
{
    struct test_host *host = of(handle_);

    (void)status;
    pthread_mutex_lock(&host->lock);
    snprintf(host->stop_reason, sizeof(host->stop_reason), "%.*s", (int)text.len,
             (const char *)text.ptr);
    pthread_mutex_unlock(&host->lock);
}

static uint32_t host_log_level(weir_host *handle_)
{
    (void)handle_;
    return WEIR_LOG_DEBUG;
}

static void host_log(weir_host *handle_, uint32_t level, weir_slice text, const weir_header *kv,
                     uint32_t n_kv)
{
    static const char *const names[] = {"debug: ", "info: ", "warn: ", "error: "};

    (void)kv;
    (void)n_kv;
    add_log(of(handle_), level < 4 ? names[level] : "?: ", text);
}

static weir_status host_metric_open(weir_host *handle_, uint32_t kind, weir_slice name,
                                    weir_slice unit, uint32_t *id)
{
    struct test_host *host = of(handle_);
    weir_status status = WEIR_E_TOOBIG;

    (void)kind;
    (void)unit;
    pthread_mutex_lock(&host->lock);
    if (host->metrics_count < METRICS_MAX) {
        *id = host->metrics_count;
        host->metric_names[host->metrics_count++] = copy_slice(name);
        status = WEIR_OK;
    }
    pthread_mutex_unlock(&host->lock);
    return status;
}

static void host_metric_add(weir_host *handle_, uint32_t id, int64_t delta)
{
    struct test_host *host = of(handle_);

    pthread_mutex_lock(&host->lock);
    if (id < host->metrics_count) {
        host->metrics[id] += delta;
    } else {
        fault(host, "a metric that was not opened");
    }
    pthread_mutex_unlock(&host->lock);
}

static void host_metric_set(weir_host *handle_, uint32_t id, double value)
{
    (void)handle_;
    (void)id;
    (void)value;
}

/* --- configuration ---------------------------------------------------------------------------- */

static weir_status host_config_get(weir_host *handle_, const char *key, weir_setting *out)
{
    struct test_host *host = of(handle_);
    int index = find_option(host, key);

    if (index < 0 || out->struct_size != sizeof(*out)) {
        fault(host, "a setting that is no option");
        return WEIR_E_INVAL;
    }
    struct setting *setting = &host->settings[index];
    memset(out, 0, sizeof(*out));
    out->struct_size = sizeof(*out);
    if (setting->is_set) {
        out->type = host->receiver->options[index].type;
        out->i = setting->number;
        if (setting->text != NULL) {
            out->s = weir_slice_text(setting->text);
        }
    }
    return WEIR_OK;
}

static weir_status host_lane_open(weir_host *handle_, weir_slice name, uint32_t *lane)
{
    (void)handle_;
    (void)name;
    *lane = 0;
    return WEIR_OK;
}

static int64_t host_now_ns(weir_host *handle_, uint32_t clock)
{
    struct test_host *host = of(handle_);
    struct timespec time;

    if (host->is_manual) {
        pthread_mutex_lock(&host->lock);
        int64_t now_ns = host->now_ns;
        pthread_mutex_unlock(&host->lock);
        return now_ns;
    }
    clock_gettime(clock == WEIR_CLOCK_WALL ? CLOCK_REALTIME : CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static const void *host_extension(weir_host *handle_, const char *id)
{
    struct test_host *host = of(handle_);

    return host->has_ticks && strcmp(id, WEIR_EXT_TICK) == 0 ? &host->tick : NULL;
}

/* --- ticks ------------------------------------------------------------------------------------ */

static uint64_t tick_batch_number(weir_host *handle_)
{
    struct test_host *host = of(handle_);

    pthread_mutex_lock(&host->lock);
    uint64_t number = host->batch;
    pthread_mutex_unlock(&host->lock);
    return number;
}

static weir_status tick_wait_batch(weir_host *handle_, uint64_t number, int64_t timeout_ns)
{
    struct test_host *host = of(handle_);
    struct timespec deadline = deadline_in(timeout_ns < 0 ? 0 : timeout_ns);
    weir_status status = WEIR_OK;

    pthread_mutex_lock(&host->lock);
    expect_instance_thread(host, "wait_batch is called from another thread");
    while (host->batch < number && !host->is_stopping && status == WEIR_OK) {
        if (timeout_ns == 0 || !wait_change(host, timeout_ns < 0 ? NULL : &deadline)) {
            status = WEIR_AGAIN;
        }
    }
    status = host->is_stopping ? WEIR_STOPPING : host->batch >= number ? WEIR_OK : status;
    pthread_mutex_unlock(&host->lock);
    return status;
}

/* The clock of a test stands still, so only what changes it can end the wait. */
static weir_status tick_wait_batch_end(weir_host *handle_, uint64_t number, int64_t timeout_ns)
{
    struct test_host *host = of(handle_);
    int64_t end_ns = batch_time_ms(host, number) * 1000000;

    pthread_mutex_lock(&host->lock);
    expect_instance_thread(host, "wait_batch_end is called from another thread");
    while (host->now_ns < end_ns && host->batch <= number && !host->is_stopping) {
        if (timeout_ns >= 0) {
            fault(host, "the test host knows no wait_batch_end with a limit");
        }
        wait_change(host, NULL);
    }
    weir_status status = host->is_stopping ? WEIR_STOPPING : WEIR_OK;
    pthread_mutex_unlock(&host->lock);
    return status;
}

static weir_status tick_batch_done(weir_host *handle_, uint64_t number)
{
    struct test_host *host = of(handle_);

    pthread_mutex_lock(&host->lock);
    host->batch_done = number > host->batch_done ? number : host->batch_done;
    pthread_cond_broadcast(&host->changed);
    pthread_mutex_unlock(&host->lock);
    return WEIR_OK;
}

static int64_t tick_batch_time_ms(weir_host *handle_, uint64_t number)
{
    return batch_time_ms(of(handle_), number);
}

void fill_tables(struct test_host *host)
{
    host->api = (weir_host_api){
        .struct_size = sizeof(weir_host_api),
        .abi_version = WEIR_ABI_VERSION,
        .store = host_store,
        .block_reserve = host_block_reserve,
        .block_commit = host_block_commit,
        .block_abort = host_block_abort,
        .should_stop = host_should_stop,
        .wake_fd = host_wake_fd,
        .poll = host_poll,
        .report_error = host_report_error,
        .request_restart = host_request_restart,
        .request_stop = host_request_stop,
        .log_level = host_log_level,
        .log = host_log,
        .metric_open = host_metric_open,
        .metric_add = host_metric_add,
        .metric_set = host_metric_set,
        .config_get = host_config_get,
        .lane_open = host_lane_open,
        .now_ns = host_now_ns,
        .extension = host_extension,
    };
    host->tick = (weir_tick_api){
        .struct_size = sizeof(weir_tick_api),
        .batch_number = tick_batch_number,
        .wait_batch = tick_wait_batch,
        .batch_done = tick_batch_done,
        .batch_time_ms = tick_batch_time_ms,
        .wait_batch_end = tick_wait_batch_end,
    };
}
