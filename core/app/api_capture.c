/*
 * api_capture - an output that keeps what it is given, for tests of programs.
 */
#include <stdlib.h>
#include <string.h>

#include "app/api.h"
#include "base/mem.h"
#include "data/text.h"
#include "exec/action.h"

/* One batch. */
struct captured {
    int64_t time_ms;
    struct weir_rows rows;
    char *text;   /* made when asked for */
    char *sorted; /* made when asked for */
};

struct weir_capture {
    struct weir_capture *next; /* of the same context */
    struct lock lock;          /* of all below */
    struct captured **batches; /* by time, which is the order of writing */
    size_t batches_count;
    size_t batches_capacity;
};

static weir_status capture_write(void *self, struct executor *executor, struct rdd *rdd,
                                 int64_t time_ms, uint64_t *records, weir_error *error)
{
    struct weir_capture *capture = self;
    struct captured *captured;
    struct block **blocks;
    uint32_t blocks_count;
    weir_status status;

    WEIR_TRY(action_collect(executor, rdd, &blocks, &blocks_count, error));
    captured = mem_zalloc(sizeof(*captured));
    if (captured == NULL) {
        api_drop_blocks(blocks, blocks_count);
        return error_set(error, WEIR_E_NOMEM, "capture a batch");
    }
    captured->time_ms = time_ms;
    status = api_rows(blocks, blocks_count, rdd->is_pairs, &captured->rows, error);
    if (status != WEIR_OK) {
        mem_free(captured);
        return status;
    }
    *records = captured->rows.count;
    lock_take(&capture->lock);
    status = mem_grow((void **)&capture->batches, &capture->batches_capacity,
                      capture->batches_count + 1, sizeof(struct captured *), error);
    if (status == WEIR_OK) {
        capture->batches[capture->batches_count++] = captured;
    }
    lock_release(&capture->lock);
    if (status != WEIR_OK) {
        weir_rows_free(&captured->rows);
        mem_free(captured);
    }
    return status;
}

/* What was captured is wanted longer than the engine: the context frees it. */
static void capture_destroy(void *self)
{
    (void)self;
}

static const struct sink_class capture_class = {
    .name = "capture",
    .write = capture_write,
    .destroy = capture_destroy,
};

struct weir_capture *weir_capture(struct weir_stream *stream)
{
    static struct weir_capture nowhere = {
        .lock = {PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP}}; /* stays empty */
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
    lock_init(&capture->lock);
    capture->next = context->captures;
    context->captures = capture;
    struct sink sink = {.class = &capture_class, .self = capture};
    if (engine_use_sink(context->engine, node, sink, &error) != WEIR_OK) {
        context->graph->problems.is_cut = true; /* only memory can be missing */
    }
    return capture;
}

uint64_t weir_capture_count(struct weir_capture *capture)
{
    uint64_t count;

    if (capture == NULL) {
        return 0;
    }
    lock_take(&capture->lock);
    count = capture->batches_count;
    lock_release(&capture->lock);
    return count;
}

/* What is found stays where it is until the context goes. NULL: no such batch. */
static struct captured *find(struct weir_capture *capture, int64_t time_ms)
{
    struct captured *found = NULL;
    size_t low = 0;

    if (capture == NULL) {
        return NULL;
    }
    lock_take(&capture->lock);
    for (size_t high = capture->batches_count; low < high;) {
        size_t middle = low + (high - low) / 2;
        if (capture->batches[middle]->time_ms < time_ms) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low < capture->batches_count && capture->batches[low]->time_ms == time_ms) {
        found = capture->batches[low];
    }
    lock_release(&capture->lock);
    return found;
}

const struct weir_rows *weir_capture_rows(struct weir_capture *capture, int64_t time_ms)
{
    const struct captured *captured = find(capture, time_ms);

    return captured == NULL ? NULL : &captured->rows;
}

/* One row as a line, on the heap; NULL: no memory. */
static char *row_text(const struct weir_rows *rows, uint64_t row)
{
    struct bytes text = {0};

    if (rows->keys != NULL) {
        text_write_pair(&text, rows->keys[row], rows->values[row]);
    } else {
        text_write_value(&text, rows->values[row]);
    }
    bytes_append_byte(&text, '\n');
    return bytes_take(&text);
}

static int compare_texts(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

/* All rows, a line each, on the heap; NULL: no memory. */
static char *rows_text(const struct weir_rows *rows, bool is_sorted)
{
    char **lines = mem_zalloc((rows->count + 1) * sizeof(*lines));
    struct bytes text = {0};
    uint64_t count = 0;

    if (lines == NULL) {
        return NULL;
    }
    for (; count < rows->count; count++) {
        lines[count] = row_text(rows, count);
        if (lines[count] == NULL) {
            text.failed = true;
            break;
        }
    }
    if (is_sorted) {
        qsort(lines, count, sizeof(*lines), compare_texts);
    }
    bytes_append_text(&text, "");
    for (uint64_t i = 0; i < count; i++) {
        bytes_append_text(&text, lines[i]);
        mem_free(lines[i]);
    }
    mem_free(lines);
    return bytes_take(&text);
}

static const char *captured_text(struct weir_capture *capture, int64_t time_ms, bool is_sorted)
{
    struct captured *captured = find(capture, time_ms);
    char **place;

    if (captured == NULL) {
        return NULL;
    }
    lock_take(&capture->lock);
    place = is_sorted ? &captured->sorted : &captured->text;
    if (*place == NULL) {
        *place = rows_text(&captured->rows, is_sorted);
    }
    lock_release(&capture->lock);
    return *place;
}

const char *weir_capture_text(struct weir_capture *capture, int64_t time_ms)
{
    return captured_text(capture, time_ms, false);
}

const char *weir_capture_sorted_text(struct weir_capture *capture, int64_t time_ms)
{
    return captured_text(capture, time_ms, true);
}

void api_captures_fini(struct weir_context *context)
{
    for (struct weir_capture *capture = context->captures; capture != NULL;
         capture = capture->next) {
        for (size_t i = 0; i < capture->batches_count; i++) {
            struct captured *captured = capture->batches[i];
            weir_rows_free(&captured->rows);
            mem_free(captured->text);
            mem_free(captured->sorted);
            mem_free(captured);
        }
        mem_free(capture->batches);
        lock_fini(&capture->lock);
    }
    context->captures = NULL;
}
