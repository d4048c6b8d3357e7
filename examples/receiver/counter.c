/*
 * counter - a receiver that counts: a number a record, at a steady rate.
 *
 * It shows what every receiver has: options, a run that ends when it is told to, deliveries that
 * wait for room, a clock that is the host's, a metric, and an end of its own.
 */
#include <inttypes.h>
#include <stdlib.h>

#include <weir/plugin_helpers.h>

#define SECOND_NS        INT64_C(1000000000)
#define DELIVERY_MAX     256 /* records handed over at once */
#define DIGITS_MAX       24
#define TICKS_PER_SECOND 20

static const weir_option counter_options[] = {
    {.key = "from",
     .summary = "The first number",
     .default_json = "0",
     .min = -1e15,
     .max = 1e15,
     .type = WEIR_T_INT},
    {.key = "count",
     .summary = "How many numbers; 0: without end",
     .default_json = "0",
     .min = 0,
     .max = 1e15,
     .type = WEIR_T_INT},
    {.key = "rate",
     .summary = "How many a second; 0: as fast as they are taken",
     .default_json = "10",
     .unit = "records/s",
     .min = 0,
     .max = 1e9,
     .type = WEIR_T_INT},
    {.key = "prefix",
     .summary = "A text in front of each number",
     .default_json = "\"\"",
     .type = WEIR_T_STRING},
};

struct counter {
    weir_host *host;
    const weir_host_api *api;
    int64_t next;
    int64_t left; /* -1: without end */
    int64_t rate;
    weir_slice prefix;
    uint32_t metric;
    char *text; /* a delivery's records, one behind the other */
};

static void counter_destroy(void *instance)
{
    struct counter *counter = instance;

    if (counter != NULL) {
        free(counter->text);
        free(counter);
    }
}

static weir_status counter_create(weir_host *host, const weir_host_api *api, void **out,
                                  weir_error *error)
{
    struct counter *counter = calloc(1, sizeof(*counter));
    int64_t count = weir_config_int(host, api, "count", 0);

    if (counter == NULL) {
        return weir_error_set(error, WEIR_E_NOMEM, "no memory");
    }
    counter->host = host;
    counter->api = api;
    counter->next = weir_config_int(host, api, "from", 0);
    counter->left = count > 0 ? count : -1;
    counter->rate = weir_config_int(host, api, "rate", 10);
    counter->prefix = weir_config_string(host, api, "prefix");
    counter->metric = weir_metric(host, api, WEIR_METRIC_COUNTER, "numbers", "records");
    counter->text = malloc((size_t)DELIVERY_MAX * (DIGITS_MAX + counter->prefix.len));
    if (counter->text == NULL) {
        counter_destroy(counter);
        return weir_error_set(error, WEIR_E_NOMEM, "no memory");
    }
    *out = counter;
    return WEIR_OK;
}

static weir_status counter_start(void *instance, weir_error *error)
{
    (void)instance;
    (void)error;
    return WEIR_OK;
}

/* Hands over so many numbers; waits until they are taken. */
static weir_status deliver(struct counter *counter, uint32_t count)
{
    weir_record records[DELIVERY_MAX];
    weir_delivery delivery;
    weir_status status;
    char *at = counter->text;

    for (uint32_t i = 0; i < count; i++) {
        char *first = at;
        if (counter->prefix.len > 0) {
            memcpy(at, counter->prefix.ptr, counter->prefix.len);
        }
        at += counter->prefix.len;
        at += snprintf(at, DIGITS_MAX, "%" PRId64, counter->next + i);
        records[i] = weir_record_of(first, (uint64_t)(at - first));
    }
    delivery = weir_delivery_of(records, count);
    status = counter->api->store(counter->host, &delivery, -1);
    if (status == WEIR_OK) {
        counter->next += count;
        counter->left -= counter->left > 0 ? count : 0;
        weir_metric_add(counter->host, counter->api, counter->metric, count);
    }
    return status;
}

static int64_t at_most(int64_t wanted, int64_t bound)
{
    return wanted < bound ? wanted : bound;
}

/* How many are due: what the rate owes since the last time, in *owed_ns. */
static int64_t due(const struct counter *counter, int64_t *owed_ns)
{
    int64_t count = DELIVERY_MAX;

    if (counter->rate > 0) {
        count = at_most(*owed_ns / (SECOND_NS / counter->rate), DELIVERY_MAX);
        *owed_ns -= count * (SECOND_NS / counter->rate);
    }
    return counter->left < 0 ? count : at_most(count, counter->left);
}

static weir_status counter_run(void *instance, weir_error *error)
{
    struct counter *counter = instance;
    const weir_host_api *api = counter->api;
    int64_t before_ns = api->now_ns(counter->host, WEIR_CLOCK_MONOTONIC);
    int64_t owed_ns = 0;

    (void)error;
    while (!api->should_stop(counter->host) && counter->left != 0) {
        int64_t now_ns = api->now_ns(counter->host, WEIR_CLOCK_MONOTONIC);
        owed_ns = at_most(owed_ns + now_ns - before_ns, SECOND_NS); /* no flood after a pause */
        before_ns = now_ns;
        int64_t count = due(counter, &owed_ns);
        if (count > 0) {
            weir_status status = deliver(counter, (uint32_t)count);
            if (status != WEIR_OK) {
                return status;
            }
        }
        /* The heartbeat, and the wait for the next tick; stop ends it early. */
        api->poll(counter->host, count == DELIVERY_MAX ? 0 : SECOND_NS / TICKS_PER_SECOND);
    }
    if (counter->left == 0) {
        api->request_stop(counter->host, WEIR_OK, weir_slice_text("all numbers were counted"));
    }
    return WEIR_OK;
}

static weir_status counter_stop(void *instance, weir_error *error)
{
    (void)instance;
    (void)error;
    return WEIR_OK;
}

static const weir_receiver counter_receiver = {
    .struct_size = sizeof(weir_receiver),
    .name = "counter",
    .summary = "Numbers, one after the other, at a steady rate",
    .caps = WEIR_CAP_MULTI | WEIR_CAP_RESTARTABLE,
    .options = counter_options,
    .n_options = WEIR_COUNT(counter_options),
    .option_stride = sizeof(weir_option),
    .create = counter_create,
    .start = counter_start,
    .run = counter_run,
    .stop = counter_stop,
    .destroy = counter_destroy,
};

WEIR_PLUGIN_DEFINE("counter", "1.0.0", "Apache-2.0", &counter_receiver)
