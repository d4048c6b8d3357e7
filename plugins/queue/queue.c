/* queue - the options, the life of an instance, and the batches of the job file. */
#include "queue.h"

#include <stdlib.h>
#include <string.h>

#include <weir/plugin_helpers.h>

static const weir_option queue_options[] = {
    {.key = "batches",
     .summary = "The batches, each a list of records: strings, {\"key\", \"value\", \"time\"}, "
                "or any JSON, which stands for its text",
     .type = WEIR_T_JSON},
    {.key = "file",
     .summary = "A file of lines to feed instead of batches; \"-\" is the standard input",
     .type = WEIR_T_STRING},
    {.key = "format",
     .summary = "What a line of the file is: text, or a record in JSON",
     .default_json = "\"text\"",
     .enum_values = "text|ndjson",
     .type = WEIR_T_ENUM},
    {.key = "one_at_a_time",
     .summary = "Each batch interval takes one batch; if false, the first takes all",
     .default_json = "true",
     .type = WEIR_T_BOOL},
    {.key = "per_batch",
     .summary = "How many lines of the file make a batch; 0: all of them",
     .default_json = "0",
     .unit = "records",
     .min = 0,
     .max = 1e9,
     .type = WEIR_T_INT},
    {.key = "repeat",
     .summary = "How many times the batches are fed; 0: without end",
     .default_json = "1",
     .min = 0,
     .max = 1e15,
     .type = WEIR_T_INT},
    {.key = "max_line",
     .summary = "A longer line of the file is dropped and counted",
     .default_json = "\"1MiB\"",
     .unit = "bytes",
     .min = 1,
     .max = 67108864,
     .type = WEIR_T_SIZE},
};

weir_status queue_batch_begin(struct queue *queue)
{
    if (queue->tick == NULL || !queue->is_one_at_a_time) {
        return WEIR_OK;
    }
    return queue->tick->wait_batch(queue->host, queue->batch_next, -1);
}

weir_status queue_flush(struct queue *queue, weir_error *error)
{
    weir_delivery delivery = weir_delivery_of(queue->pending, queue->pending_count);
    weir_status status = WEIR_OK;

    if (queue->pending_count > 0) {
        status = queue->api->store(queue->host, &delivery, -1);
    }
    queue->pending_count = 0;
    queue->pending_bytes = 0;
    if (status < 0) {
        weir_error_set(error, status, "the host does not take %u records", delivery.n_records);
    }
    return status;
}

weir_status queue_put(struct queue *queue, const weir_record *record, weir_error *error)
{
    queue->pending[queue->pending_count++] = *record;
    queue->pending_bytes += record->key.len + record->value.len;
    if (queue->pending_count < QUEUE_RECORDS_MAX && queue->pending_bytes < QUEUE_BYTES_MAX) {
        return WEIR_OK;
    }
    return queue_flush(queue, error);
}

/* A tick of a real clock may have come in between, so what was stored may belong to any batch up to
 * the one that is being filled now: only the one after it is certain to be another. */
weir_status queue_batch_end(struct queue *queue, weir_error *error)
{
    weir_status status = queue_flush(queue, error);

    if (status == WEIR_OK && queue->tick != NULL && queue->is_one_at_a_time) {
        uint64_t number = queue->tick->batch_number(queue->host);
        queue->batch_next = number + 1;
        status = queue->tick->batch_done(queue->host, number);
    }
    return status;
}

static weir_status feed_batch(struct queue *queue, size_t batch, weir_error *error)
{
    const struct queue_batches *batches = &queue->batches;
    size_t first = batch == 0 ? 0 : batches->ends[batch - 1];
    weir_status status = queue_batch_begin(queue);

    for (size_t i = first; i < batches->ends[batch] && status == WEIR_OK; i++) {
        status = queue_put(queue, &batches->records[i], error);
    }
    return status == WEIR_OK ? queue_batch_end(queue, error) : status;
}

static weir_status feed_batches(struct queue *queue, weir_error *error)
{
    weir_status status = WEIR_OK;

    if (queue->batches.ends_count == 0) {
        return WEIR_OK;
    }
    for (int64_t round = 0; queue->repeat == 0 || round < queue->repeat; round++) {
        for (size_t batch = 0; batch < queue->batches.ends_count && status == WEIR_OK; batch++) {
            status = feed_batch(queue, batch, error);
        }
        if (status == WEIR_OK && queue->repeat == 0) {
            status = queue->api->poll(queue->host, 0);
            status = status == WEIR_AGAIN ? WEIR_OK : status;
        }
        if (status != WEIR_OK) {
            break;
        }
    }
    return status;
}

static weir_status queue_run(void *instance, weir_error *error)
{
    struct queue *queue = instance;
    weir_status status;

    queue->batch_next = queue->tick != NULL ? queue->tick->batch_number(queue->host) : 0;
    status = queue->path != NULL ? queue_file_run(queue, error) : feed_batches(queue, error);
    if (status == WEIR_STOPPING) {
        return WEIR_OK;
    }
    if (status != WEIR_OK) {
        return status;
    }
    if (queue->tick != NULL) {
        queue->tick->batch_done(queue->host, UINT64_MAX);
    }
    queue->api->request_stop(queue->host, WEIR_OK, weir_slice_text("end of input"));
    return WEIR_OK;
}

static weir_status queue_check_config(weir_host *host, const weir_host_api *api, weir_error *error)
{
    bool has_batches = weir_config_is_set(host, api, "batches");
    bool has_file = weir_config_is_set(host, api, "file");
    struct queue_batches batches;
    weir_status status;

    if (has_batches == has_file) {
        return weir_error_set(error, WEIR_E_CONFIG,
                              has_batches ? "batches and file exclude each other"
                                          : "one of batches and file is needed");
    }
    if (has_file) {
        return weir_config_string(host, api, "file").len > 0
                   ? WEIR_OK
                   : weir_error_set(error, WEIR_E_CONFIG, "file: a path is needed");
    }
    status = queue_batches_parse(&batches, weir_config_string(host, api, "batches"), error);
    if (status == WEIR_OK) {
        queue_batches_fini(&batches);
    }
    return status;
}

static void queue_destroy(void *instance)
{
    struct queue *queue = instance;

    if (queue == NULL) {
        return;
    }
    queue_batches_fini(&queue->batches);
    free(queue->pending);
    free(queue->path);
    free(queue);
}

static weir_status queue_load(struct queue *queue, weir_error *error)
{
    weir_host *host = queue->host;
    const weir_host_api *api = queue->api;
    weir_slice path = weir_config_string(host, api, "file");

    queue->pending = calloc(QUEUE_RECORDS_MAX, sizeof(*queue->pending));
    if (queue->pending == NULL) {
        return weir_error_set(error, WEIR_E_NOMEM, "no memory for records");
    }
    queue->tick = api->extension(host, WEIR_EXT_TICK);
    queue->is_one_at_a_time = weir_config_bool(host, api, "one_at_a_time", true);
    queue->repeat = weir_config_int(host, api, "repeat", 1);
    queue->per_batch = (uint64_t)weir_config_int(host, api, "per_batch", 0);
    queue->line_max = weir_config_bytes(host, api, "max_line", 1 << 20);
    queue->is_ndjson = weir_config_is(host, api, "format", "ndjson");
    if (path.len == 0) {
        return queue_batches_parse(&queue->batches, weir_config_string(host, api, "batches"),
                                   error);
    }
    queue->path = weir_slice_copy(path);
    return queue->path != NULL ? WEIR_OK : weir_error_set(error, WEIR_E_NOMEM, "no memory");
}

static weir_status queue_create(weir_host *host, const weir_host_api *api, void **instance,
                                weir_error *error)
{
    struct queue *queue;
    weir_status status = queue_check_config(host, api, error);

    if (status != WEIR_OK) {
        return status;
    }
    queue = calloc(1, sizeof(*queue));
    if (queue == NULL) {
        return weir_error_set(error, WEIR_E_NOMEM, "no memory for a queue");
    }
    queue->host = host;
    queue->api = api;
    status = queue_load(queue, error);
    if (status != WEIR_OK) {
        queue_destroy(queue);
        return status;
    }
    *instance = queue;
    return WEIR_OK;
}

static weir_status queue_start(void *instance, weir_error *error)
{
    (void)instance;
    (void)error;
    return WEIR_OK;
}

static weir_status queue_stop(void *instance, weir_error *error)
{
    (void)instance;
    (void)error;
    return WEIR_OK;
}

static const weir_receiver queue_receiver = {
    .struct_size = sizeof(weir_receiver),
    .name = "queue",
    .summary = "Batches given in the job file, or lines of a file or the standard input",
    .caps = WEIR_CAP_MULTI | WEIR_CAP_RESTARTABLE,
    .options = queue_options,
    .n_options = WEIR_COUNT(queue_options),
    .option_stride = sizeof(weir_option),
    .create = queue_create,
    .start = queue_start,
    .run = queue_run,
    .stop = queue_stop,
    .destroy = queue_destroy,
    .check_config = queue_check_config,
};

WEIR_PLUGIN_DEFINE("queue", "0.1.0", "Apache-2.0", &queue_receiver)
