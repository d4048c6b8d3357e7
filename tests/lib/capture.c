/*
 * capture - a sink that writes down what it is given, for tests.
 */
#include "lib/capture.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/mem.h"
#include "exec/action.h"
#include "lib/rows.h"

static void wait_open(struct capture *capture)
{
    lock_take(&capture->lock);
    while (capture->is_shut) {
        capture->is_writing = true;
        condition_broadcast(&capture->changed);
        condition_wait(&capture->changed, &capture->lock);
    }
    capture->is_writing = false;
    lock_release(&capture->lock);
}

static weir_status write_batch(void *self, struct executor *executor, struct rdd *rdd,
                               int64_t time_ms, uint64_t *records, weir_error *error)
{
    struct capture *capture = self;
    struct block **blocks;
    uint32_t count;

    wait_open(capture);
    if (capture->fail_time_ms == time_ms) {
        return error_set(error, WEIR_E_IO, "the disk is full");
    }
    WEIR_TRY(action_collect(executor, rdd, &blocks, &count, error));
    lock_take(&capture->lock);
    capture->partitions = rdd->partitions_count;
    bytes_printf(&capture->text, "%" PRId64 ": ", time_ms);
    rows_write(&capture->text, blocks, count, capture->is_sorted);
    bytes_append_text(&capture->text, "\n");
    capture->rows_max = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (capture->rows_max < blocks[i]->rows_count) {
            capture->rows_max = blocks[i]->rows_count;
        }
    }
    lock_release(&capture->lock);
    for (uint32_t i = 0; i < count; i++) {
        *records += blocks[i]->rows_count;
        block_drop(blocks[i]);
    }
    mem_free(blocks);
    return WEIR_OK;
}

static void destroy(void *self)
{
    struct capture *capture = self;

    bytes_fini(&capture->text);
    condition_fini(&capture->changed);
    lock_fini(&capture->lock);
    mem_free(capture);
}

static const struct sink_class capture_class = {
    .name = "capture",
    .write = write_batch,
    .destroy = destroy,
};

struct capture *capture_create(bool is_sorted, struct sink *sink)
{
    struct capture *capture = mem_zalloc(sizeof(*capture));

    assert_non_null(capture);
    lock_init(&capture->lock);
    condition_init(&capture->changed);
    bytes_init(&capture->text);
    capture->is_sorted = is_sorted;
    *sink = (struct sink){.class = &capture_class, .self = capture};
    return capture;
}

char *capture_take(struct capture *capture)
{
    lock_take(&capture->lock);
    bytes_append_text(&capture->text, "");
    char *text = bytes_take(&capture->text);
    lock_release(&capture->lock);
    assert_non_null(text);
    return text;
}

void capture_expect(struct capture *capture, const char *lines)
{
    char *text = capture_take(capture);

    assert_string_equal(text, lines);
    mem_free(text);
}

void capture_shut(struct capture *capture)
{
    lock_take(&capture->lock);
    capture->is_shut = true;
    lock_release(&capture->lock);
}

void capture_open(struct capture *capture)
{
    lock_take(&capture->lock);
    capture->is_shut = false;
    condition_broadcast(&capture->changed);
    lock_release(&capture->lock);
}

void capture_await_write(struct capture *capture)
{
    lock_take(&capture->lock);
    while (!capture->is_writing) {
        condition_wait(&capture->changed, &capture->lock);
    }
    lock_release(&capture->lock);
}
