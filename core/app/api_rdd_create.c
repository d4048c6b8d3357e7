/*
 * api_rdd_create - RDDs of a context, outside of any batch: of values, and of files.
 */
#include "app/api.h"
#include "exec/lineage.h"
#include "exec/lineage_rdd.h"
#include "exec/rdd_checkpoint.h"

/* The first RDD brings the executor, and with it the worker threads. */
static weir_status open_pool(struct weir_context *context, weir_error *error)
{
    struct executor *executor;

    if (context->files.executor != NULL) {
        return WEIR_OK;
    }
    WEIR_TRY(engine_executor(context->engine, &executor, error));
    handle_pool_init(&context->files, executor, context->functions);
    return WEIR_OK;
}

/* False: the context is NULL, or has been told why not. */
static bool begin(struct weir_context *context, const char *call, weir_error *error)
{
    if (context == NULL) {
        return false;
    }
    *error = (weir_error){.struct_size = sizeof(*error)};
    weir_status status = open_pool(context, error);
    if (status != WEIR_OK) {
        error_wrap(error, status, "%s", call);
        api_told(context, status, error);
    }
    return status == WEIR_OK;
}

static struct weir_rdd *end(struct weir_context *context, const char *call, weir_status status,
                            struct rdd *made, weir_error *error)
{
    if (status == WEIR_OK) {
        return handle_create(&context->files, made);
    }
    error_wrap(error, status, "%s", call);
    api_told(context, status, error);
    return NULL;
}

static int64_t partitions_of(const struct weir_context *context, int32_t partitions)
{
    return partitions == 0 ? (int64_t)executor_partitions(context->files.executor) : partitions;
}

static struct weir_rdd *create_values(struct weir_context *context, const char *call,
                                      bool is_complete, const struct weir_value *keys,
                                      const struct weir_value *values, uint32_t count,
                                      int32_t partitions)
{
    static const struct weir_value none = {.head = WEIR_NULL};
    struct rdd *made = NULL;
    weir_error error;

    if (!begin(context, call, &error)) {
        return NULL;
    }
    weir_status status = is_complete || count == 0
                             ? rdd_create_values(keys, values == NULL ? &none : values, count,
                                                 partitions_of(context, partitions), &made, &error)
                             : error_set(&error, WEIR_E_INVAL, "there are no values");
    return end(context, call, status, made, &error);
}

struct weir_rdd *weir_rdd_values(struct weir_context *context, const struct weir_value *values,
                                 uint32_t count, int32_t partitions)
{
    return create_values(context, "weir_rdd_values", values != NULL, NULL, values, count,
                         partitions);
}

struct weir_rdd *weir_rdd_pairs(struct weir_context *context, const struct weir_value *keys,
                                const struct weir_value *values, uint32_t count, int32_t partitions)
{
    static const struct weir_value none = {.head = WEIR_NULL};

    return create_values(context, "weir_rdd_pairs", keys != NULL && values != NULL,
                         keys == NULL ? &none : keys, values, count, partitions);
}

struct weir_rdd *weir_rdd_range(struct weir_context *context, int64_t start, int64_t stop,
                                int64_t step, int32_t partitions)
{
    struct rdd *made = NULL;
    weir_error error;

    if (!begin(context, "weir_rdd_range", &error)) {
        return NULL;
    }
    weir_status status =
        rdd_create_range(start, stop, step, partitions_of(context, partitions), &made, &error);
    return end(context, "weir_rdd_range", status, made, &error);
}

struct weir_rdd *weir_rdd_empty(struct weir_context *context)
{
    struct rdd *made = NULL;
    weir_error error;

    if (!begin(context, "weir_rdd_empty", &error)) {
        return NULL;
    }
    weir_status status = rdd_create_empty(false, &made, &error);
    return end(context, "weir_rdd_empty", status, made, &error);
}

/* What distinguishes the calls that read files. */
struct file_call {
    const char *name;
    weir_status (*create)(const struct file_call *call, const char *path, struct rdd **out,
                          weir_error *error);
    uint32_t record_bytes;
    bool is_pairs;
};

static struct weir_rdd *read_files(struct weir_context *context, const struct file_call *call,
                                   const char *path)
{
    struct rdd *made = NULL;
    weir_error error;

    if (context != NULL && path == NULL) {
        api_refuse(context, WEIR_E_INVAL, "%s: the path is NULL", call->name);
        return NULL;
    }
    if (!begin(context, call->name, &error)) {
        return NULL;
    }
    weir_status status = call->create(call, path, &made, &error);
    return end(context, call->name, status, made, &error);
}

static weir_status create_lines(const struct file_call *call, const char *path, struct rdd **out,
                                weir_error *error)
{
    (void)call;
    return rdd_create_text_files(path, 0, out, error);
}

static weir_status create_whole(const struct file_call *call, const char *path, struct rdd **out,
                                weir_error *error)
{
    (void)call;
    return rdd_create_whole_text_files(path, out, error);
}

static weir_status create_records(const struct file_call *call, const char *path, struct rdd **out,
                                  weir_error *error)
{
    return call->record_bytes > 0 ? rdd_create_binary_records(path, call->record_bytes, out, error)
                                  : error_set(error, WEIR_E_INVAL, "records of 0 bytes");
}

static weir_status create_objects(const struct file_call *call, const char *path, struct rdd **out,
                                  weir_error *error)
{
    return rdd_create_object_files(path, call->is_pairs, out, error);
}

struct weir_rdd *weir_text_file(struct weir_context *context, const char *path)
{
    static const struct file_call call = {.name = "weir_text_file", .create = create_lines};

    return read_files(context, &call, path);
}

struct weir_rdd *weir_whole_text_files(struct weir_context *context, const char *path)
{
    static const struct file_call call = {.name = "weir_whole_text_files", .create = create_whole};

    return read_files(context, &call, path);
}

struct weir_rdd *weir_binary_records(struct weir_context *context, const char *path,
                                     uint32_t record_bytes)
{
    const struct file_call call = {
        .name = "weir_binary_records", .create = create_records, .record_bytes = record_bytes};

    return read_files(context, &call, path);
}

struct weir_rdd *weir_object_file(struct weir_context *context, const char *path, bool is_pairs)
{
    const struct file_call call = {
        .name = "weir_object_file", .create = create_objects, .is_pairs = is_pairs};

    return read_files(context, &call, path);
}

static weir_status open_checkpoint(const struct file_call *call, const char *path, struct rdd **out,
                                   weir_error *error)
{
    (void)call;
    return rdd_open_checkpoint(path, out, error);
}

struct weir_rdd *weir_checkpoint_file(struct weir_context *context, const char *path)
{
    static const struct file_call call = {.name = "weir_checkpoint_file",
                                          .create = open_checkpoint};

    return read_files(context, &call, path);
}

weir_status weir_set_checkpoint_dir(struct weir_context *context, const char *folder)
{
    weir_error error;
    weir_status status;

    if (context == NULL || folder == NULL) {
        return WEIR_E_INVAL;
    }
    if (!begin(context, "weir_set_checkpoint_dir", &error)) {
        return WEIR_E_NOMEM;
    }
    status = executor_set_checkpoint_dir(context->files.executor, folder, &error);
    if (status != WEIR_OK) {
        error_wrap(&error, status, "weir_set_checkpoint_dir");
    }
    return api_told(context, status, &error);
}

void weir_rdd_drop(struct weir_rdd *rdd)
{
    if (rdd != NULL) {
        handle_drop(rdd);
    }
}
