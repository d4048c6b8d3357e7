/*
 * api_text_file - batch programs: RDDs of files, outside of any batch.
 */
#include "app/api.h"
#include "exec/lineage.h"

/* The first RDD brings the executor, and with it the worker threads. */
static weir_status open_files(struct weir_context *context, weir_error *error)
{
    struct executor *executor;

    if (context->files.executor != NULL) {
        return WEIR_OK;
    }
    WEIR_TRY(engine_executor(context->engine, &executor, error));
    handle_pool_init(&context->files, executor, context->functions);
    return WEIR_OK;
}

struct weir_rdd *weir_text_file(struct weir_context *context, const char *path)
{
    weir_error error = {.struct_size = sizeof(error)};
    struct weir_rdd *made = NULL;
    struct rdd *rdd;
    weir_status status;

    if (context == NULL) {
        return NULL;
    }
    if (path == NULL) {
        api_refuse(context, WEIR_E_INVAL, "weir_text_file: the path is NULL");
        return NULL;
    }
    status = open_files(context, &error);
    if (status == WEIR_OK) {
        status = rdd_create_text_files(path, 0, &rdd, &error);
    }
    if (status == WEIR_OK) {
        made = handle_create(&context->files, rdd);
        return made; /* NULL: the pool has the error */
    }
    error_wrap(&error, status, "weir_text_file");
    api_told(context, status, &error);
    return NULL;
}
