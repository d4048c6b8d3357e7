/*
 * api_capture - an output that keeps what it is given, for tests of programs.
 */
#include "app/api.h"
#include "app/capture.h"

struct weir_capture {
    struct weir_capture *next; /* of the same context */
    struct capture kept;
};

struct weir_capture *weir_capture(struct weir_stream *stream)
{
    static struct weir_capture nowhere = {
        .kept = {.lock = {PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP}}}; /* stays empty */
    struct node_spec spec = {.type = "capture"};
    struct node *node = api_output(stream, "weir_capture", &spec);
    weir_error error = {.struct_size = sizeof(error)};
    struct weir_capture *capture;
    struct weir_context *context;

    if (node == NULL) {
        return &nowhere;
    }
    context = stream->context;
    capture = arena_zalloc(&context->arena, sizeof(*capture));
    if (capture == NULL) {
        context->graph->problems.is_cut = true;
        return &nowhere;
    }
    capture_init(&capture->kept);
    capture->next = context->captures;
    context->captures = capture;
    if (engine_use_sink(context->engine, node, capture_sink(&capture->kept), &error) != WEIR_OK) {
        context->graph->problems.is_cut = true; /* only memory can be missing */
    }
    return capture;
}

uint64_t weir_capture_count(struct weir_capture *capture)
{
    return capture == NULL ? 0 : capture_count(&capture->kept);
}

const struct weir_rows *weir_capture_rows(struct weir_capture *capture, int64_t time_ms)
{
    return capture == NULL ? NULL : capture_rows(&capture->kept, time_ms);
}

const char *weir_capture_text(struct weir_capture *capture, int64_t time_ms)
{
    return capture == NULL ? NULL : capture_text(&capture->kept, time_ms, false);
}

const char *weir_capture_sorted_text(struct weir_capture *capture, int64_t time_ms)
{
    return capture == NULL ? NULL : capture_text(&capture->kept, time_ms, true);
}

void api_captures_fini(struct weir_context *context)
{
    for (struct weir_capture *capture = context->captures; capture != NULL;
         capture = capture->next) {
        capture_fini(&capture->kept);
    }
    context->captures = NULL;
}
