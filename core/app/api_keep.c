/*
 * api_keep - what of a stream is kept: storage levels, checkpoint intervals, slices of the past.
 */
#include <inttypes.h>

#include "app/api.h"
#include "base/log.h"
#include "base/mem.h"
#include "plan/duration.h"

/* As api_may_change, with the reason that fits. */
static bool may_change(struct weir_stream *stream, const char *call, const char *what)
{
    if (stream == NULL || stream->context == NULL || api_state(stream->context) == API_BUILDING) {
        return api_may_change(stream, call);
    }
    log_write(LOG_ERROR, NULL, "%s: cannot change the %s of a stream after the start", call, what);
    api_refuse(stream->context, WEIR_E_INVAL,
               "%s: cannot change the %s of a stream after the start", call, what);
    return false;
}

struct weir_stream *weir_persist(struct weir_stream *stream, const char *level)
{
    weir_error error = {.struct_size = sizeof(error)};
    enum storage_level parsed;

    if (!may_change(stream, "weir_persist", "storage level")) {
        return stream == NULL ? api_nowhere() : stream;
    }
    if (storage_level_parse(level == NULL ? "" : level, &parsed, &error) != WEIR_OK) {
        api_problem(stream, "/persist", "E048", "%.200s", error.msg);
    } else {
        graph_persist(stream->node, parsed);
    }
    return stream;
}

struct weir_stream *weir_cache(struct weir_stream *stream)
{
    return weir_persist(stream, "MEMORY_ONLY_SER");
}

const char *weir_storage_level(struct weir_stream *stream)
{
    return stream == NULL || stream->node == NULL
               ? ""
               : storage_level_name((enum storage_level)stream->node->storage);
}

struct weir_stream *weir_checkpoint(struct weir_stream *stream, const char *interval)
{
    int64_t interval_ms = interval == NULL ? -1 : duration_parse(interval);

    if (!may_change(stream, "weir_checkpoint", "checkpoint interval")) {
        return stream == NULL ? api_nowhere() : stream;
    }
    if (interval_ms <= 0) {
        api_problem(stream, "/checkpoint", "E021",
                    "\"%.32s\" is no duration above zero, such as \"10s\"",
                    interval == NULL ? "" : interval);
        return stream;
    }
    graph_set_checkpoint(stream->node, interval_ms);
    return stream;
}

int64_t weir_remembered_ms(struct weir_stream *stream)
{
    bool is_known =
        stream != NULL && stream->node != NULL &&
        (api_state(stream->context) == API_STARTED || api_state(stream->context) == API_STOPPED);

    return is_known ? stream->node->remember_ms : 0;
}

struct weir_rdds {
    struct handle_pool pool;
    uint32_t count;
    struct weir_rdd *rdds[];
};

/* The RDDs as handles, which hold them from then on. */
static weir_status slice_of(struct weir_context *context, struct slice *slice,
                            struct weir_rdds **out, weir_error *error)
{
    struct weir_rdds *made =
        mem_zalloc(sizeof(*made) + (size_t)slice->count * sizeof(struct weir_rdd *));
    struct executor *executor;

    if (made == NULL) {
        return error_set(error, WEIR_E_NOMEM, "a slice of %" PRIu32 " batches", slice->count);
    }
    weir_status status = engine_executor(context->engine, &executor, error);
    if (status != WEIR_OK) {
        mem_free(made);
        return status;
    }
    handle_pool_init(&made->pool, executor, context->functions);
    for (uint32_t i = 0; i < slice->count; i++) {
        made->rdds[i] = handle_create(&made->pool, rdd_hold(slice->rdds[i]));
        if (made->rdds[i] == NULL) {
            weir_rdds_free(made);
            return error_set(error, WEIR_E_NOMEM, "a slice of %" PRIu32 " batches", slice->count);
        }
        made->count++;
    }
    *out = made;
    return WEIR_OK;
}

struct weir_rdds *weir_stream_slice(struct weir_stream *stream, int64_t from_ms, int64_t to_ms)
{
    weir_error error = {.struct_size = sizeof(error)};
    struct weir_rdds *made = NULL;
    struct slice slice = {.rdds = NULL};
    enum api_state state;

    if (stream == NULL || stream->node == NULL) {
        log_write(LOG_ERROR, NULL, "weir_stream_slice: there is no stream");
        return NULL;
    }
    state = api_state(stream->context);
    if (state != API_STARTED && state != API_STOPPED) {
        api_refuse(stream->context, WEIR_E_INVAL,
                   "weir_stream_slice: stream %s has not been initialized", stream->node->name);
        return NULL;
    }
    weir_status status = context_slice(engine_context(stream->context->engine), stream->node,
                                       from_ms, to_ms, &slice, &error);
    if (status == WEIR_OK) {
        status = slice_of(stream->context, &slice, &made, &error);
        slice_fini(&slice);
    }
    if (status != WEIR_OK) {
        error_wrap(&error, status, "weir_stream_slice");
        api_told(stream->context, status, &error);
    }
    return made;
}

uint32_t weir_rdds_count(const struct weir_rdds *rdds)
{
    return rdds == NULL ? 0 : rdds->count;
}

struct weir_rdd *weir_rdds_at(const struct weir_rdds *rdds, uint32_t place)
{
    return rdds == NULL || place >= rdds->count ? NULL : rdds->rdds[place];
}

void weir_rdds_free(struct weir_rdds *rdds)
{
    if (rdds != NULL) {
        handle_pool_fini(&rdds->pool);
        mem_free(rdds);
    }
}
