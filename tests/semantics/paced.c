/*
 * paced - a receiver that counts upwards, and does not end before it has delivered all of its
 * numbers. As its last act it writes how many it has delivered to a file.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <weir/plugin_helpers.h>

#define POLL_NS INT64_C(1000000)

struct paced {
    weir_host *host;
    const weir_host_api *api;
    int64_t count; /* 0: until it is asked to end */
    int64_t pause_ns;
    char path[256];
};

static const weir_option options[] = {
    {.key = "count",
     .summary = "How many; 0: until the end",
     .default_json = "0",
     .type = WEIR_T_INT,
     .min = 0,
     .max = 1e9},
    {.key = "pause",
     .summary = "Between two of them",
     .default_json = "\"0s\"",
     .type = WEIR_T_DURATION_NS,
     .min = 1,
     .max = 0},
    {.key = "told",
     .summary = "The file to tell in",
     .type = WEIR_T_STRING,
     .flags = WEIR_OPT_REQUIRED},
};

static weir_status paced_create(weir_host *host, const weir_host_api *api, void **out,
                                weir_error *error)
{
    weir_slice path = weir_config_string(host, api, "told");
    struct paced *paced = calloc(1, sizeof(*paced));

    if (paced == NULL || path.len >= sizeof(paced->path)) {
        free(paced);
        return weir_error_set(error, WEIR_E_NOMEM, "no memory");
    }
    paced->host = host;
    paced->api = api;
    paced->count = weir_config_int(host, api, "count", 0);
    paced->pause_ns = weir_config_int(host, api, "pause", 0);
    memcpy(paced->path, path.ptr, path.len);
    *out = paced;
    return WEIR_OK;
}

static weir_status paced_start(void *instance, weir_error *error)
{
    (void)instance;
    (void)error;
    return WEIR_OK;
}

/* Waits so long, also when it was asked to end meanwhile. */
static void rest(const struct paced *paced)
{
    int64_t end_ns = paced->api->now_ns(paced->host, WEIR_CLOCK_MONOTONIC) + paced->pause_ns;

    while (paced->api->now_ns(paced->host, WEIR_CLOCK_MONOTONIC) < end_ns) {
        paced->api->poll(paced->host, POLL_NS);
    }
}

/* Tries until it is taken: a try is taken while the receiver is being stopped, too. */
static weir_status deliver(const struct paced *paced, const char *text, size_t size)
{
    weir_record record = weir_record_of(text, size);
    weir_delivery delivery = weir_delivery_of(&record, 1);
    weir_status status;

    while ((status = paced->api->store(paced->host, &delivery, 0)) == WEIR_AGAIN) {
        paced->api->poll(paced->host, POLL_NS);
    }
    return status;
}

static weir_status paced_run(void *instance, weir_error *error)
{
    struct paced *paced = instance;
    int64_t done = 0;
    char text[24];
    FILE *file;

    while (paced->count > 0 ? done < paced->count : !paced->api->should_stop(paced->host)) {
        int size = snprintf(text, sizeof(text), "%" PRId64, done + 1);
        if (deliver(paced, text, (size_t)size) != WEIR_OK) {
            break;
        }
        done++;
        rest(paced);
    }
    file = fopen(paced->path, "w");
    if (file == NULL || fprintf(file, "%" PRId64 "\n", done) < 0 || fclose(file) != 0) {
        return weir_error_set(error, WEIR_E_IO, "cannot tell how many");
    }
    return WEIR_OK;
}

static weir_status paced_stop(void *instance, weir_error *error)
{
    (void)instance;
    (void)error;
    return WEIR_OK;
}

static void paced_destroy(void *instance)
{
    free(instance);
}

static const weir_receiver receiver = {
    .struct_size = sizeof(receiver),
    .name = "paced",
    .summary = "Numbers, all of them",
    .caps = WEIR_CAP_MULTI | WEIR_CAP_RESTARTABLE,
    .options = options,
    .n_options = WEIR_COUNT(options),
    .option_stride = sizeof(weir_option),
    .create = paced_create,
    .start = paced_start,
    .run = paced_run,
    .stop = paced_stop,
    .destroy = paced_destroy,
};

WEIR_PLUGIN_DEFINE("paced", "1.0.0", "Apache-2.0", &receiver)
