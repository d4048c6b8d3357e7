/* A job with little memory writes rows to disk, and gives what one with all of it gives. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <weir/test.h>

#include "app/api.h"
#include "app/job.h"
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"

enum { ROWS = 20000, KEYS = 7000, BATCHES = 3 };

static weir_error error;

/* A key of its own size for each number below KEYS. */
static void by_key(const struct weir_row *row, struct weir_emitter *out, struct weir_value argument)
{
    char text[64];
    int64_t number = weir_int_of(row->value);
    int size = snprintf(text, sizeof(text), "key %lld that is too long to be inline",
                        (long long)(number % KEYS));

    (void)argument;
    char *copy = weir_emitter_memory(out, (size_t)size);
    if (copy != NULL) {
        memcpy(copy, text, (size_t)size);
        weir_emit_pair(out, weir_text_bytes(copy, (uint32_t)size), weir_int(number));
    }
}

static void push_numbers(struct weir_queue *queue)
{
    struct weir_value *numbers = calloc(ROWS, sizeof(*numbers));

    assert_non_null(numbers);
    for (int64_t i = 0; i < ROWS; i++) {
        numbers[i] = weir_int(i);
    }
    for (int i = 0; i < BATCHES; i++) {
        assert_int_equal(weir_queue_push(queue, numbers, ROWS), WEIR_OK);
    }
    free(numbers);
}

/* Sums over a window, sorted in each batch; the text of all batches, for the caller to free. */
static char *sums(size_t limit_bytes, const char *spill_dir, struct executor_counters *counters)
{
    struct weir_context *context =
        weir_context_create(&(struct weir_options){.batch_ms = 1000,
                                                   .is_manual_clock = true,
                                                   .workers = 2,
                                                   .memory_limit_bytes = limit_bytes,
                                                   .spill_dir = spill_dir});
    struct weir_queue *queue = weir_queue_create(context, "numbers", true);
    struct weir_stream *pairs =
        weir_map_to_pair(weir_queue_stream(queue), WEIR_FUNCTION(by_key), weir_null());
    struct weir_capture *capture =
        weir_capture(weir_reduce_by_key_and_window(pairs, WEIR_SUM, weir_null(), "2s", "1s"));
    struct bytes text = {0};
    struct executor *executor;

    push_numbers(queue);
    assert_int_equal(weir_start(context), WEIR_OK);
    assert_int_equal(weir_test_advance(context, BATCHES), WEIR_OK);
    assert_int_equal(weir_await_termination_or_timeout(context, 0), WEIR_AGAIN);
    for (int i = 1; i <= BATCHES; i++) {
        const char *batch = weir_capture_text(capture, i * 1000);
        assert_non_null(batch);
        bytes_append_text(&text, batch);
    }
    assert_int_equal(engine_executor(context->engine, &executor, NULL), WEIR_OK);
    executor_counters(executor, counters);
    weir_context_destroy(context);
    assert_false(text.failed);
    return text.data;
}

/* The lines of a text, as a sum that does not depend on their order. */
static uint64_t sum_lines(const char *text, size_t *count)
{
    uint64_t sum = 0;

    *count = 0;
    while (*text != '\0') {
        uint64_t line = UINT64_C(14695981039346656037);
        for (; *text != '\n' && *text != '\0'; text++) {
            line = (line ^ (unsigned char)*text) * UINT64_C(1099511628211);
        }
        sum += line;
        text += *text == '\n';
        (*count)++;
    }
    return sum;
}

static void a_job_with_little_memory_spills_and_gives_the_same(void **state)
{
    struct executor_counters with_all;
    struct executor_counters with_little;
    size_t count;
    size_t count_little;
    char *expected = sums(0, NULL, &with_all);
    char *spilled = sums(100000, "/tmp", &with_little);

    (void)state;
    assert_int_equal(with_all.spill_written_bytes, 0);
    assert_true(with_little.spill_written_bytes > 0);
    assert_int_equal(sum_lines(expected, &count), sum_lines(spilled, &count_little));
    assert_int_equal(count, (size_t)KEYS * BATCHES);
    assert_int_equal(count_little, count);
    mem_free(expected);
    mem_free(spilled);
}

static void a_spill_folder_that_is_not_there_is_told_at_the_start(void **state)
{
    struct weir_context *context = weir_context_create(
        &(struct weir_options){.memory_limit_bytes = 1000, .spill_dir = "/nowhere/at/all"});
    struct weir_queue *queue = weir_queue_create(context, "numbers", true);

    (void)state;
    weir_capture(weir_queue_stream(queue));
    assert_true(weir_start(context) < 0);
    assert_non_null(strstr(weir_context_error(context), "/nowhere/at/all"));
    weir_context_destroy(context);
}

/* A job whose "memory" is this. */
static struct job *job_with(const char *memory)
{
    static char path[] = "/tmp/weir-job-XXXXXX";
    const struct job_request request = {.path = path};
    char text[512];
    struct job *job;
    int fd = mkstemp(path);

    assert_true(fd >= 0);
    close(fd);
    snprintf(text, sizeof(text),
             "{ \"version\": 1, \"job\": { \"memory\": %s },\n"
             "  \"sources\": { \"a\": { \"type\": \"none\" } },\n"
             "  \"sinks\": { \"b\": { \"type\": \"console\", \"from\": \"a\" } } }\n",
             memory);
    assert_int_equal(file_write_aside(path, text, strlen(text), &error), WEIR_OK);
    assert_int_equal(job_open(&request, &job, &error), WEIR_OK);
    assert_int_equal(unlink(path), 0);
    memcpy(path + strlen(path) - 6, "XXXXXX", 6);
    return job;
}

static void a_job_file_says_how_much_memory_and_where_to_spill(void **state)
{
    struct job *job = job_with("{ \"limit\": \"512MB\", \"spill\": \"/var/tmp\" }");

    (void)state;
    assert_int_equal(job->graph->problems.errors_count, 0);
    assert_int_equal(job->engine.memory_limit_bytes, 512000000);
    assert_string_equal(job->engine.spill_dir, "/var/tmp");
    job_close(job);
    job = job_with("{ \"limit\": \"64KiB\", \"spill\": \"beside\" }");
    assert_int_equal(job->engine.memory_limit_bytes, 65536);
    assert_string_equal(job->engine.spill_dir, "/tmp/beside"); /* from the job file's folder */
    job_close(job);
}

static void wrong_memory_is_told_at_its_place(void **state)
{
    static const struct {
        const char *memory;
        const char *code;
        const char *pointer;
    } mistakes[] = {
        {"{ \"limit\": \"much\" }", "E021", "/job/memory/limit"},
        {"{ \"limit\": \"512\" }", "E021", "/job/memory/limit"},
        {"{ \"limit\": 512 }", "E021", "/job/memory/limit"},
        {"{ \"limit\": \"0B\" }", "E022", "/job/memory/limit"},
        {"{ \"spill\": \"\" }", "E022", "/job/memory/spill"},
        {"{ \"spill\": true }", "E021", "/job/memory/spill"},
        {"{ \"limits\": \"1GB\" }", "E020", "/job/memory/limits"},
        {"\"1GB\"", "E021", "/job/memory"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
        struct job *job = job_with(mistakes[i].memory);
        const struct problems *problems = &job->graph->problems;
        assert_int_equal(problems->count, 1);
        assert_string_equal(problems->items[0].code, mistakes[i].code);
        assert_string_equal(problems->items[0].pointer, mistakes[i].pointer);
        job_close(job);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_job_with_little_memory_spills_and_gives_the_same),
        cmocka_unit_test(a_spill_folder_that_is_not_there_is_told_at_the_start),
        cmocka_unit_test(a_job_file_says_how_much_memory_and_where_to_spill),
        cmocka_unit_test(wrong_memory_is_told_at_its_place),
    };

    log_set_level(LOG_OFF);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
