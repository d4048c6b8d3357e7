/* test_host - the side of the test: options, the thread of the instance, and waits. */
#include "test_host.h"

#include <dlfcn.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/fsuid.h>
#include <unistd.h>

#include <cmocka.h>

#include <weir/plugin_helpers.h>

#include "test_host_inside.h"

#define PATIENCE_S 20

/* --- the instance's thread -------------------------------------------------------------------- */

static void run_life(struct test_host *host)
{
    const weir_receiver *receiver = host->receiver;
    weir_error *error = &host->error;
    void *instance = NULL;
    weir_status status = receiver->create(handle(host), &host->api, &instance, error);

    if (status != WEIR_OK) {
        host->status = status;
        return;
    }
    status = receiver->start(instance, error);
    pthread_mutex_lock(&host->lock);
    host->has_begun = true;
    pthread_cond_broadcast(&host->changed);
    pthread_mutex_unlock(&host->lock);
    if (status == WEIR_OK) {
        status = receiver->run(instance, error);
        weir_error ignored = {.struct_size = sizeof(ignored)};
        receiver->stop(instance, &ignored);
    }
    receiver->destroy(instance);
    host->status = status;
}

static void *instance_main(void *argument)
{
    struct test_host *host = argument;

    host->instance_thread = pthread_self();
    if (host->is_nobody) {
        setfsuid(65534); /* of this thread alone */
    }
    run_life(host);
    pthread_mutex_lock(&host->lock);
    if (host->open_block != NULL) {
        fault(host, "a block is left open");
    }
    host->is_over = true;
    pthread_cond_broadcast(&host->changed);
    pthread_mutex_unlock(&host->lock);
    return NULL;
}

static int64_t unit_of(const char *unit)
{
    static const struct {
        const char *name;
        int64_t factor;
    } units[] = {{"ms", 1000000}, {"s", 1000000000},    {"m", 60000000000},
                 {"KiB", 1024},   {"MiB", 1024 * 1024}, {"", 1}};

    for (size_t i = 0; i < WEIR_COUNT(units); i++) {
        if (strcmp(unit, units[i].name) == 0) {
            return units[i].factor;
        }
    }
    fail_msg("a default with the unit \"%s\"", unit);
    return 0;
}

/* A default of the option table, which is JSON as it would stand in a job file. */
static void read_default(struct setting *setting, const weir_option *option)
{
    char text[64];
    char *end;

    if (option->default_json == NULL) {
        return;
    }
    snprintf(text, sizeof(text), "%s", option->default_json + (option->default_json[0] == '"'));
    text[strcspn(text, "\"")] = '\0';
    setting->is_set = true;
    setting->text = strdup(text);
    if (option->type == WEIR_T_BOOL) {
        setting->number = strcmp(text, "true") == 0;
    } else if (option->type != WEIR_T_STRING && option->type != WEIR_T_ENUM) {
        setting->number = strtoll(text, &end, 10);
        setting->number *= unit_of(end);
    }
}

/* --- for the test ----------------------------------------------------------------------------- */

struct test_host *test_host_create(const char *plugin)
{
    char path[512];
    weir_plugin_fn entry;
    pthread_condattr_t attributes;
    struct test_host *host = calloc(1, sizeof(*host));

    snprintf(path, sizeof(path), "%s/%s.so", WEIR_TEST_PLUGIN_DIR, plugin);
    void *object = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (object == NULL) {
        fail_msg("%s", dlerror());
    }
    *(void **)&entry = dlsym(object, "weir_plugin");
    assert_non_null(entry);
    assert_null(entry(2u << 16));
    const weir_module *module = entry(WEIR_ABI_VERSION);
    assert_non_null(module);
    assert_int_equal(module->magic, WEIR_MAGIC);
    assert_int_equal(module->n_receivers, 1);
    host->receiver = module->receivers[0];
    assert_string_equal(host->receiver->name, plugin);
    assert_int_equal(host->receiver->option_stride, sizeof(weir_option));
    assert_true(host->receiver->n_options <= OPTIONS_MAX);
    for (uint32_t i = 0; i < host->receiver->n_options; i++) {
        read_default(&host->settings[i], &host->receiver->options[i]);
    }
    fill_tables(host);
    host->error.struct_size = sizeof(host->error);
    host->batch = 1;
    host->wake_fd = eventfd(0, EFD_CLOEXEC);
    pthread_mutex_init(&host->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&host->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    return host;
}

void test_host_text(struct test_host *host, const char *key, const char *text)
{
    int index = find_option(host, key);

    assert_true(index >= 0);
    free(host->settings[index].text);
    host->settings[index].text = strdup(text);
    host->settings[index].is_set = true;
}

void test_host_number(struct test_host *host, const char *key, int64_t number)
{
    int index = find_option(host, key);

    assert_true(index >= 0);
    host->settings[index].number = number;
    host->settings[index].is_set = true;
}

void test_host_set_clock(struct test_host *host, int64_t now_ns)
{
    host->is_manual = true;
    host->now_ns = now_ns;
}

void test_host_use_ticks(struct test_host *host, int64_t first_ms, int64_t interval_ms)
{
    host->has_ticks = true;
    host->batch_first_ms = first_ms;
    host->batch_interval_ms = interval_ms;
}

void test_host_use_old_ticks(struct test_host *host, int64_t first_ms, int64_t interval_ms)
{
    test_host_use_ticks(host, first_ms, interval_ms);
    host->tick.struct_size = offsetof(weir_tick_api, wait_batch_end);
}

void test_host_use_tight_blocks(struct test_host *host)
{
    host->has_tight_blocks = true;
}

void test_host_as_nobody(struct test_host *host)
{
    host->is_nobody = geteuid() == 0;
}

void test_host_count_only(struct test_host *host)
{
    host->is_counting_only = true;
}

weir_status test_host_check(struct test_host *host, weir_error *error)
{
    error->struct_size = sizeof(*error);
    host->instance_thread = pthread_self();
    return host->receiver->check_config(handle(host), &host->api, error);
}

void test_host_set_full(struct test_host *host, bool is_full)
{
    pthread_mutex_lock(&host->lock);
    host->is_full = is_full;
    host->refusals_count = 0;
    pthread_cond_broadcast(&host->changed);
    pthread_mutex_unlock(&host->lock);
}

void test_host_advance(struct test_host *host, int64_t by_ns)
{
    pthread_mutex_lock(&host->lock);
    host->now_ns += by_ns;
    pthread_cond_broadcast(&host->changed);
    pthread_mutex_unlock(&host->lock);
}

/* What a test waits for. */
typedef bool (*condition)(struct test_host *host, const void *argument);

static void await(struct test_host *host, condition holds, const void *argument, const char *what)
{
    struct timespec deadline = deadline_in((int64_t)PATIENCE_S * 1000000000);
    bool is_in_time = true;

    pthread_mutex_lock(&host->lock);
    while (!holds(host, argument) && is_in_time) {
        is_in_time = wait_change(host, &deadline);
    }
    bool is_met = holds(host, argument);
    if (!is_met) {
        print_error("records %zu, log:\n", host->records_count);
        for (size_t i = 0; i < host->log_count; i++) {
            print_error("  %s\n", host->log[i]);
        }
    }
    pthread_mutex_unlock(&host->lock);
    if (!is_met) {
        fail_msg("waited in vain for %s", what);
    }
}

static bool has_begun(struct test_host *host, const void *argument)
{
    (void)argument;
    return host->has_begun || host->is_over;
}

void test_host_start(struct test_host *host)
{
    host->is_started = true;
    assert_int_equal(pthread_create(&host->thread, NULL, instance_main, host), 0);
    await(host, has_begun, NULL, "the receiver to start");
}

static bool is_done_with_batch(struct test_host *host, const void *argument)
{
    (void)argument;
    return host->is_over || host->batch_done >= host->batch;
}

void test_host_tick(struct test_host *host)
{
    pthread_mutex_lock(&host->lock);
    if (host->is_manual) {
        host->now_ns = batch_time_ms(host, host->batch) * 1000000;
    }
    pthread_cond_broadcast(&host->changed);
    pthread_mutex_unlock(&host->lock);
    await(host, is_done_with_batch, NULL, "the receiver to be done with the batch");
    pthread_mutex_lock(&host->lock);
    host->batch++;
    pthread_cond_broadcast(&host->changed);
    pthread_mutex_unlock(&host->lock);
}

static bool has_records(struct test_host *host, const void *count)
{
    return host->records_count >= *(const size_t *)count;
}

void test_host_wait_records(struct test_host *host, size_t count)
{
    await(host, has_records, &count, "records");
}

static bool has_value(struct test_host *host, const void *value)
{
    for (size_t i = 0; i < host->records_count; i++) {
        if (strcmp(host->records[i].value, value) == 0) {
            return true;
        }
    }
    return false;
}

void test_host_wait_value(struct test_host *host, const char *value)
{
    await(host, has_value, value, value);
}

static bool has_refusals(struct test_host *host, const void *count)
{
    return host->refusals_count >= *(const uint64_t *)count;
}

void test_host_wait_refusals(struct test_host *host, uint64_t count)
{
    await(host, has_refusals, &count, "the receiver to ask for room");
}

static const char *find_log(struct test_host *host, const void *part)
{
    for (size_t i = 0; i < host->log_count; i++) {
        if (strstr(host->log[i], part) != NULL) {
            return host->log[i];
        }
    }
    return NULL;
}

static bool has_log(struct test_host *host, const void *part)
{
    return find_log(host, part) != NULL;
}

const char *test_host_wait_log(struct test_host *host, const char *part)
{
    await(host, has_log, part, part);
    pthread_mutex_lock(&host->lock);
    const char *line = find_log(host, part);
    pthread_mutex_unlock(&host->lock);
    return line;
}

size_t test_host_count_log(struct test_host *host, const char *part)
{
    size_t count = 0;

    pthread_mutex_lock(&host->lock);
    for (size_t i = 0; i < host->log_count; i++) {
        count += strstr(host->log[i], part) != NULL;
    }
    pthread_mutex_unlock(&host->lock);
    return count;
}

static bool is_over(struct test_host *host, const void *argument)
{
    (void)argument;
    return host->is_over;
}

weir_status test_host_wait_return(struct test_host *host)
{
    await(host, is_over, NULL, "the receiver to end");
    return host->status;
}

const char *test_host_story(struct test_host *host)
{
    return host->error.msg;
}

weir_status test_host_end(struct test_host *host)
{
    struct timespec before, after;
    uint64_t one = 1;

    clock_gettime(CLOCK_MONOTONIC, &before);
    pthread_mutex_lock(&host->lock);
    host->is_stopping = true;
    pthread_cond_broadcast(&host->changed);
    pthread_mutex_unlock(&host->lock);
    assert_int_equal(write(host->wake_fd, &one, sizeof(one)), sizeof(one));
    test_host_wait_return(host);
    clock_gettime(CLOCK_MONOTONIC, &after);
    assert_true(after.tv_sec - before.tv_sec < 5);
    return host->status;
}

const char *test_host_stop_reason(struct test_host *host)
{
    return host->stop_reason[0] != '\0' ? host->stop_reason : NULL;
}

size_t test_host_records_count(struct test_host *host)
{
    pthread_mutex_lock(&host->lock);
    size_t count = host->records_count;
    pthread_mutex_unlock(&host->lock);
    return count;
}

uint64_t test_host_bytes_count(struct test_host *host)
{
    pthread_mutex_lock(&host->lock);
    uint64_t count = host->bytes_count;
    pthread_mutex_unlock(&host->lock);
    return count;
}

int64_t test_host_metric(struct test_host *host, const char *name)
{
    int64_t value = INT64_MIN;

    pthread_mutex_lock(&host->lock);
    for (uint32_t i = 0; i < host->metrics_count; i++) {
        if (strcmp(host->metric_names[i], name) == 0) {
            value = host->metrics[i];
        }
    }
    pthread_mutex_unlock(&host->lock);
    return value;
}

const struct test_record *test_host_record(struct test_host *host, size_t index)
{
    assert_true(index < host->records_count);
    return &host->records[index];
}

char *test_host_values(struct test_host *host)
{
    size_t size = 1;
    char *values, *at;

    pthread_mutex_lock(&host->lock);
    for (size_t i = 0; i < host->records_count; i++) {
        size += host->records[i].length + 1;
    }
    values = malloc(size);
    at = values;
    for (size_t i = 0; i < host->records_count; i++) {
        at = stpcpy(at, i > 0 ? "|" : "");
        memcpy(at, host->records[i].value, host->records[i].length);
        at += host->records[i].length;
    }
    *at = '\0';
    pthread_mutex_unlock(&host->lock);
    return values;
}

void test_host_expect_values(struct test_host *host, const char *expected)
{
    char *values = test_host_values(host);

    assert_string_equal(values, expected);
    free(values);
}

void test_host_destroy(struct test_host *host)
{
    char what[256];

    if (host->is_started) {
        test_host_end(host);
        pthread_join(host->thread, NULL);
    }
    snprintf(what, sizeof(what), "%s", host->fault);
    for (size_t i = 0; i < host->records_count && !host->is_counting_only; i++) {
        free(host->records[i].value);
        free(host->records[i].key);
    }
    for (size_t i = 0; i < host->log_count; i++) {
        free(host->log[i]);
    }
    for (size_t i = 0; i < host->metrics_count; i++) {
        free(host->metric_names[i]);
    }
    for (size_t i = 0; i < OPTIONS_MAX; i++) {
        free(host->settings[i].text);
    }
    free(host->records);
    close(host->wake_fd);
    pthread_mutex_destroy(&host->lock);
    pthread_cond_destroy(&host->changed);
    free(host);
    if (what[0] != '\0') {
        fail_msg("the receiver broke the contract: %s", what);
    }
}
