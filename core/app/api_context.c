/*
 * api_context - contexts: made, started, stopped, waited for.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "app/api_listener.h"
#include "app/api_shared.h"
#include "app/api_stats.h"
#include "app/transforms.h"
#include "base/log.h"
#include "base/mem.h"
#include "exec/lineage.h"

#define BATCH_MS_DEFAULT 1000

weir_status api_told(struct weir_context *context, weir_status status, const weir_error *error)
{
    if (status < 0) {
        lock_take(&context->lock);
        context->error = *error;
        context->is_refusal = false;
        context->files.error.code = WEIR_OK;
        lock_release(&context->lock);
    }
    return status;
}

weir_status api_refuse(struct weir_context *context, weir_status status, const char *format, ...)
{
    weir_error error = {.struct_size = sizeof(error)};
    char text[sizeof(error.msg)];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    error_set(&error, status, "%s", text);
    return api_told(context, status, &error);
}

enum api_state api_state(struct weir_context *context)
{
    enum api_state state;

    lock_take(&context->lock);
    state = context->state;
    lock_release(&context->lock);
    return state;
}

static void set_state(struct weir_context *context, enum api_state state)
{
    lock_take(&context->lock);
    context->state = state;
    lock_release(&context->lock);
}

static weir_status add_folders(struct weir_context *context, const char *path, weir_error *error)
{
    WEIR_TRY(plugin_folders_create(&context->folders, error));
    while (path != NULL && *path != '\0') {
        size_t size = strcspn(path, ":");
        if (size > 0) {
            char *folder = mem_bytes_copy(path, size);
            if (folder == NULL) {
                return error_set(error, WEIR_E_NOMEM, "read the plugin path");
            }
            weir_status status = plugin_folders_add(context->folders, folder, error);
            mem_free(folder);
            WEIR_TRY(status);
        }
        path += size + (path[size] == ':' ? 1 : 0);
    }
    return plugin_folders_add_defaults(context->folders, error);
}

static weir_status build(struct weir_context *context, const struct weir_options *options,
                         weir_error *error)
{
    const struct engine_options engine_options = {
        .name = options->name,
        .workers = options->workers,
        .partitions = options->partitions,
        .chunk_rows = options->chunk_rows,
        .is_per_block = options->is_per_block,
        .stop_at_end = options->stop_at_end,
        .jobs_at_once = options->concurrent_jobs,
        .stop_timeout_ms = options->stop_timeout_ms,
        .is_manual_clock = options->is_manual_clock,
        .manual_clock_ms = options->manual_clock_ms,
        .memory_limit_bytes = options->memory_limit_bytes,
        .spill_dir = options->spill_dir,
    };
    int64_t batch_ms = options->batch_ms == 0 ? BATCH_MS_DEFAULT : options->batch_ms;

    WEIR_TRY(function_registry_create(&context->functions, error));
    WEIR_TRY(builtins_register(context->functions, error));
    WEIR_TRY(transforms_register(context->functions, error));
    WEIR_TRY(graph_create(context->functions, batch_ms, &context->graph, error));
    WEIR_TRY(add_folders(context, options->plugin_path, error));
    return engine_create(&engine_options, context->graph, context->folders, &context->engine,
                         error);
}

struct weir_context *weir_context_create(const struct weir_options *options)
{
    static const struct weir_options defaults = {.name = NULL};
    struct weir_context *context = mem_zalloc(sizeof(*context));
    weir_error error = {.struct_size = sizeof(error)};

    if (context == NULL) {
        return NULL;
    }
    lock_init(&context->lock);
    arena_init(&context->arena);
    list_init(&context->listeners);
    context->is_batch_given = options != NULL && options->batch_ms != 0;
    context->broken.context = context;
    context->error.struct_size = sizeof(context->error);
    if (build(context, options == NULL ? &defaults : options, &error) != WEIR_OK) {
        log_write(LOG_ERROR, NULL, "create context: %s", error.msg);
        weir_context_destroy(context);
        return NULL;
    }
    return context;
}

static void log_problems(const struct problems *problems)
{
    for (size_t i = 0; i < problems->count; i++) {
        const struct problem *problem = &problems->items[i];
        const char *help = problem->help == NULL ? "" : problem->help;
        log_write(problem->severity == PROBLEM_ERROR ? LOG_ERROR : LOG_WARN, NULL, "%s %s: %s%s%s",
                  problem->code, problem->pointer, problem->message, *help == '\0' ? "" : "; ",
                  help);
    }
}

/* Keeps the story of a start that did not come about. */
static weir_status start_failed(struct weir_context *context, weir_status status,
                                const weir_error *error)
{
    char *problems = status == WEIR_E_CONFIG && problems_have_errors(&context->graph->problems)
                         ? problems_text(&context->graph->problems)
                         : NULL;

    if (problems == NULL) {
        log_write(LOG_ERROR, NULL, "start: %s", error->msg);
    }
    api_told(context, status, error);
    lock_take(&context->lock);
    context->problems = problems;
    context->is_refusal = problems != NULL;
    context->state = problems != NULL ? API_REFUSED : API_FAILED;
    lock_release(&context->lock);
    return status;
}

/* WEIR_OK: the caller is the one to start it; WEIR_AGAIN: it was started before, and runs. */
static weir_status begin_start(struct weir_context *context, weir_error *error)
{
    weir_status status = WEIR_OK;

    lock_take(&context->lock);
    switch (context->state) {
    case API_BUILDING:
        context->state = API_STARTING;
        break;
    case API_STARTING:
        status = WEIR_AGAIN;
        break;
    case API_STARTED:
        status = context_get_state(engine_context(context->engine)) == CONTEXT_ACTIVE
                     ? WEIR_AGAIN
                     : error_set(error, WEIR_E_INVAL, "the context has been stopped already");
        break;
    case API_REFUSED:
        context->is_refusal = true;
        status = WEIR_E_CONFIG;
        break;
    case API_FAILED:
        status = error_set(error, WEIR_E_INVAL, "the context has failed to start before");
        break;
    case API_STOPPED:
        status = error_set(error, WEIR_E_INVAL, "the context has been stopped already");
        break;
    }
    lock_release(&context->lock);
    return status;
}

weir_status weir_start(struct weir_context *context)
{
    weir_error error = {.struct_size = sizeof(error)};
    weir_status status;

    if (context == NULL) {
        return WEIR_E_INVAL;
    }
    status = begin_start(context, &error);
    if (status == WEIR_AGAIN) {
        log_write(LOG_WARN, NULL, "start: the context has been started already");
        return WEIR_OK;
    }
    if (status == WEIR_E_CONFIG) {
        return status; /* what is wrong with it was told, and is told again */
    }
    if (status != WEIR_OK) {
        log_write(LOG_ERROR, NULL, "start: %s", error.msg);
        return api_told(context, status, &error);
    }
    status = engine_prepare(context->engine, &error);
    if (status == WEIR_OK) {
        status = api_listeners_attach(context, &error);
    }
    if (status == WEIR_OK) {
        /* Functions and listeners of its first batches find it started. */
        set_state(context, API_STARTED);
        api_active_add(context);
        status = engine_start(context->engine, &error);
    }
    log_problems(&context->graph->problems);
    return status == WEIR_OK ? WEIR_OK : start_failed(context, status, &error);
}

weir_status weir_stop(struct weir_context *context, bool graceful)
{
    weir_error error = {.struct_size = sizeof(error)};
    enum api_state before;
    weir_status status = WEIR_OK;

    if (context == NULL) {
        return WEIR_E_INVAL;
    }
    before = api_state(context);
    if (before == API_STARTED) {
        status = engine_stop(context->engine, graceful, &error);
    }
    if (status == WEIR_OK && (before == API_STARTED || before == API_BUILDING)) {
        set_state(context, API_STOPPED);
    }
    if (before == API_STOPPED) {
        log_write(LOG_WARN, NULL, "stop: the context has been stopped already");
    }
    return api_told(context, status, &error);
}

weir_status weir_stop_soon(struct weir_context *context, bool graceful)
{
    enum api_state before;

    if (context == NULL) {
        return WEIR_E_INVAL;
    }
    before = api_state(context);
    if (before == API_STARTED) {
        context_stop_soon(engine_context(context->engine), graceful);
    } else if (before == API_BUILDING) {
        set_state(context, API_STOPPED);
    }
    return WEIR_OK;
}

enum weir_context_state weir_context_state(struct weir_context *context)
{
    enum api_state state = context == NULL ? API_FAILED : api_state(context);

    if (state == API_BUILDING || state == API_STARTING) {
        return WEIR_INITIALIZED;
    }
    if (state != API_STARTED) {
        return WEIR_STOPPED;
    }
    switch (context_get_state(engine_context(context->engine))) {
    case CONTEXT_INITIALIZED:
        return WEIR_INITIALIZED;
    case CONTEXT_ACTIVE:
    case CONTEXT_STOPPING:
        return WEIR_ACTIVE;
    case CONTEXT_STOPPED:
        break;
    }
    return WEIR_STOPPED;
}

weir_status weir_await_termination_or_timeout(struct weir_context *context, int64_t timeout_ms)
{
    weir_error error = {.struct_size = sizeof(error)};
    enum api_state state;
    weir_status status;

    if (context == NULL) {
        return WEIR_E_INVAL;
    }
    state = api_state(context);
    if (state == API_STOPPED && engine_context(context->engine) == NULL) {
        return WEIR_OK; /* it never ran */
    }
    if (state != API_STARTED && state != API_STOPPED) {
        return api_refuse(context, WEIR_E_INVAL, "the context has not been started");
    }
    status = context_await(engine_context(context->engine), timeout_ms, &error);
    return api_told(context, status, &error);
}

weir_status weir_await_termination(struct weir_context *context)
{
    return weir_await_termination_or_timeout(context, -1);
}

const char *weir_context_error(struct weir_context *context)
{
    static _Thread_local char told[sizeof(((weir_error *)NULL)->msg)];
    const char *story = told;

    if (context == NULL) {
        return "the context is NULL";
    }
    lock_take(&context->lock);
    if (context->files.error.code != WEIR_OK) {
        context->error = context->files.error;
        context->is_refusal = false;
        context->files.error.code = WEIR_OK;
    }
    if (context->is_refusal) {
        story = context->problems;
    } else {
        memcpy(told, context->error.msg, sizeof(told));
    }
    lock_release(&context->lock);
    return story;
}

void weir_context_destroy(struct weir_context *context)
{
    if (context == NULL) {
        return;
    }
    api_active_remove(context);
    handle_pool_fini(&context->files); /* while there is an executor behind its RDDs */
    engine_destroy(context->engine);
    api_shared_fini(context);
    api_captures_fini(context);
    api_listeners_fini(context);
    api_stats_fini(context);
    graph_destroy(context->graph);
    plugin_folders_destroy(context->folders);
    function_registry_destroy(context->functions);
    mem_free(context->problems);
    arena_fini(&context->arena);
    lock_fini(&context->lock);
    mem_free(context);
}
