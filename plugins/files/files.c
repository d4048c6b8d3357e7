/* files - the options, and the life of an instance. */
#include "files.h"

#include <stdlib.h>
#include <string.h>

#include <weir/plugin_helpers.h>

static const weir_option files_options[] = {
    {.key = "path",
     .summary = "The folder whose new files are read; a pattern such as in/* names several",
     .type = WEIR_T_STRING,
     .flags = WEIR_OPT_REQUIRED},
    {.key = "mode",
     .summary = "settled: a file counts when it is whole. spark: by its time of modification, as "
                "Spark's file stream",
     .default_json = "\"settled\"",
     .enum_values = "settled|spark",
     .type = WEIR_T_ENUM},
    {.key = "new_files_only",
     .summary = "Leave out the files that are there before the start",
     .default_json = "true",
     .type = WEIR_T_BOOL},
    {.key = "once",
     .summary = "Read all that is there now, and end; new_files_only is then off",
     .default_json = "false",
     .type = WEIR_T_BOOL},
    {.key = "filter",
     .summary =
         "The names that count, as a shell pattern: *.log. If not set, all that do not begin "
         "with a dot",
     .type = WEIR_T_STRING},
    {.key = "settle",
     .summary = "A file is whole when it has not changed for so long (settled mode)",
     .default_json = "\"500ms\"",
     .min = 0,
     .max = 3.6e12,
     .type = WEIR_T_DURATION_NS},
    {.key = "remember",
     .summary = "How long a file is remembered: one that is older when it appears is left out in "
                "spark mode",
     .default_json = "\"60s\"",
     .min = 1e6,
     .max = 6.048e14,
     .type = WEIR_T_DURATION_NS},
    {.key = "poll",
     .summary = "How often the folders are listed",
     .default_json = "\"200ms\"",
     .min = 1e6,
     .max = 3.6e12,
     .type = WEIR_T_DURATION_NS},
    {.key = "framing",
     .summary = "What a record is: a line, which ends at \\n, \\r or \\r\\n",
     .default_json = "\"lines\"",
     .enum_values = "lines",
     .type = WEIR_T_ENUM},
    {.key = "max_line",
     .summary = "The longest line that is taken whole",
     .default_json = "\"1MiB\"",
     .unit = "bytes",
     .min = 1,
     .max = 67108864,
     .type = WEIR_T_SIZE},
    {.key = "on_long_line",
     .summary = "A longer line is dropped, or truncated; it is counted either way",
     .default_json = "\"drop\"",
     .enum_values = "drop|truncate",
     .type = WEIR_T_ENUM},
    {.key = "block",
     .summary = "How much is read at a time",
     .default_json = "\"1MiB\"",
     .unit = "bytes",
     .min = 65536,
     .max = 67108864,
     .type = WEIR_T_SIZE},
};

weir_status files_host_events(struct files *files)
{
    files->api->poll(files->host, 0);
    return files->api->should_stop(files->host) ? WEIR_STOPPING : WEIR_OK;
}

static weir_status files_check_config(weir_host *host, const weir_host_api *api, weir_error *error)
{
    weir_slice path = weir_config_string(host, api, "path");

    if (path.len == 0 || memchr(path.ptr, '\0', path.len) != NULL) {
        return weir_error_set(error, WEIR_E_CONFIG, "path: the path of a folder is needed");
    }
    if (weir_config_is_set(host, api, "filter") &&
        weir_config_string(host, api, "filter").len == 0) {
        return weir_error_set(error, WEIR_E_CONFIG, "filter: an empty pattern matches no name");
    }
    if (weir_config_bool(host, api, "once", false) && weir_config_is(host, api, "mode", "spark")) {
        return weir_error_set(error, WEIR_E_CONFIG, "once: not in spark mode, which has no end");
    }
    return WEIR_OK;
}

static void files_destroy(void *instance)
{
    struct files *files = instance;

    if (files == NULL) {
        return;
    }
    line_reader_fini(&files->reader);
    file_table_fini(&files->table);
    file_list_fini(&files->list);
    folder_watch_fini(&files->watch);
    free(files->path);
    free(files->pattern);
    free(files);
}

static weir_status files_load(struct files *files, weir_error *error)
{
    weir_host *host = files->host;
    const weir_host_api *api = files->api;
    weir_slice path = weir_config_string(host, api, "path");
    weir_slice pattern = weir_config_string(host, api, "filter");

    files->watch.fd = -1;
    files->path = weir_slice_copy(path);
    files->pattern = pattern.len > 0 ? weir_slice_copy(pattern) : NULL;
    if (files->path == NULL || (pattern.len > 0 && files->pattern == NULL)) {
        return weir_error_set(error, WEIR_E_NOMEM, "no memory");
    }
    files->created_ms = api->now_ns(host, WEIR_CLOCK_WALL) / NS_PER_MS;
    files->is_spark = weir_config_is(host, api, "mode", "spark");
    files->is_once = weir_config_bool(host, api, "once", false);
    files->has_new_only = !files->is_once && weir_config_bool(host, api, "new_files_only", true);
    files->is_truncating = weir_config_is(host, api, "on_long_line", "truncate");
    files->line_max = weir_config_bytes(host, api, "max_line", 1 << 20);
    files->block_bytes = weir_config_bytes(host, api, "block", 1 << 20);
    files->remember_ns = weir_config_duration_ns(host, api, "remember", 60000000000);
    files->settle_ns = weir_config_duration_ns(host, api, "settle", 500000000);
    files->poll_ns = weir_config_duration_ns(host, api, "poll", 200000000);
    files->filter =
        (struct file_filter){.pattern = files->pattern, .skips_temporary = !files->is_spark};
    if (files->is_spark || files->is_once) {
        files->tick = api->extension(host, WEIR_EXT_TICK);
    }
    files->metric_read = weir_metric(host, api, WEIR_METRIC_COUNTER, "files_read", "files");
    files->metric_failed = weir_metric(host, api, WEIR_METRIC_COUNTER, "files_failed", "files");
    return line_reader_init(&files->reader, host, api, error);
}

static weir_status files_create(weir_host *host, const weir_host_api *api, void **instance,
                                weir_error *error)
{
    struct files *files;
    weir_status status = files_check_config(host, api, error);

    if (status != WEIR_OK) {
        return status;
    }
    files = calloc(1, sizeof(*files));
    if (files == NULL) {
        return weir_error_set(error, WEIR_E_NOMEM, "no memory for a folder's receiver");
    }
    files->host = host;
    files->api = api;
    status = files_load(files, error);
    if (status != WEIR_OK) {
        files_destroy(files);
        return status;
    }
    *instance = files;
    return WEIR_OK;
}

static weir_status files_start(void *instance, weir_error *error)
{
    struct files *files = instance;

    return files->api->lane_open(files->host, weir_slice_text("files"), &files->reader.lane) < 0
               ? weir_error_set(error, WEIR_E_IO, "the host opens no lane")
               : WEIR_OK;
}

static weir_status files_run(void *instance, weir_error *error)
{
    struct files *files = instance;
    weir_status status =
        files->is_spark ? files_spark_run(files, error) : files_settled_run(files, error);

    if (status == WEIR_STOPPING) {
        return WEIR_OK;
    }
    if (status == WEIR_OK) {
        if (files->tick != NULL) {
            files->tick->batch_done(files->host, UINT64_MAX);
        }
        files->api->request_stop(files->host, WEIR_OK, weir_slice_text("end of input"));
    }
    return status;
}

static weir_status files_stop(void *instance, weir_error *error)
{
    (void)instance;
    (void)error;
    return WEIR_OK;
}

static const weir_receiver files_receiver = {
    .struct_size = sizeof(weir_receiver),
    .name = "files",
    .summary = "Lines of the files that appear in a folder",
    .caps = WEIR_CAP_MULTI | WEIR_CAP_RESTARTABLE,
    .options = files_options,
    .n_options = WEIR_COUNT(files_options),
    .option_stride = sizeof(weir_option),
    .create = files_create,
    .start = files_start,
    .run = files_run,
    .stop = files_stop,
    .destroy = files_destroy,
    .check_config = files_check_config,
};

WEIR_PLUGIN_DEFINE("files", "0.1.0", "Apache-2.0", &files_receiver)
