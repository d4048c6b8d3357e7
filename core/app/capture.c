/*
 * capture - a sink that keeps every batch's rows, for tests.
 */
#include "app/capture.h"

#include <assert.h>
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

static weir_status capture_write(void *self, struct executor *executor, struct rdd *rdd,
                                 int64_t time_ms, uint64_t *records, weir_error *error)
{
    struct capture *capture = self;
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

/* What was captured is wanted longer than the engine: capture_fini frees it. */
static void capture_destroy(void *self)
{
    (void)self;
}

static const struct sink_class capture_class = {
    .name = "capture",
    .write = capture_write,
    .destroy = capture_destroy,
};

void capture_init(struct capture *capture)
{
    memset(capture, 0, sizeof(*capture));
    lock_init(&capture->lock);
}

struct sink capture_sink(struct capture *capture)
{
    return (struct sink){.class = &capture_class, .self = capture};
}

uint64_t capture_count(struct capture *capture)
{
    lock_take(&capture->lock);
    uint64_t count = capture->batches_count;
    lock_release(&capture->lock);
    return count;
}

int64_t capture_time_ms(struct capture *capture, uint64_t index)
{
    lock_take(&capture->lock);
    assert(index < capture->batches_count);
    int64_t time_ms = capture->batches[index]->time_ms;
    lock_release(&capture->lock);
    return time_ms;
}

/* What is found stays where it is until the capture goes. NULL: no such batch. */
static struct captured *find(struct capture *capture, int64_t time_ms)
{
    struct captured *found = NULL;
    size_t low = 0;

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

const struct weir_rows *capture_rows(struct capture *capture, int64_t time_ms)
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

const char *capture_text(struct capture *capture, int64_t time_ms, bool is_sorted)
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

void capture_fini(struct capture *capture)
{
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
