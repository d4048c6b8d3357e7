/*
 * api_test - programs under test: contexts on a manual clock, moved by hand.
 */
#include "app/api.h"

struct weir_context *weir_test_context(int64_t batch_ms)
{
    const struct weir_options options = {.name = "test",
                                         .batch_ms = batch_ms,
                                         .workers = 2,
                                         .is_manual_clock = true,
                                         .is_per_block = true};

    return weir_context_create(&options);
}

/* WEIR_OK: the context runs, on a manual clock. */
static weir_status check(struct weir_context *context, const char *call)
{
    if (context == NULL) {
        return WEIR_E_INVAL;
    }
    if (api_state(context) != API_STARTED) {
        return api_refuse(context, WEIR_E_INVAL, "%s: the context has not been started", call);
    }
    if (!clock_is_manual(engine_clock(context->engine))) {
        return api_refuse(context, WEIR_E_INVAL, "%s: the context is not on a manual clock", call);
    }
    return WEIR_OK;
}

weir_status weir_test_advance(struct weir_context *context, uint64_t batches)
{
    weir_error error = {.struct_size = sizeof(error)};

    WEIR_TRY(check(context, "weir_test_advance"));
    return api_told(context, engine_advance(context->engine, batches, &error), &error);
}

weir_status weir_test_advance_ms(struct weir_context *context, int64_t duration_ms)
{
    weir_error error = {.struct_size = sizeof(error)};

    WEIR_TRY(check(context, "weir_test_advance_ms"));
    return api_told(context, engine_advance_ms(context->engine, duration_ms, &error), &error);
}

bool weir_test_remembers(struct weir_stream *stream, int64_t time_ms)
{
    return stream != NULL && stream->node != NULL &&
           check(stream->context, "weir_test_remembers") == WEIR_OK &&
           context_remembers(engine_context(stream->context->engine), stream->node, time_ms);
}
