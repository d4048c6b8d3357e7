/*
 * test_receiver - instances run on their thread, deliver, fail, come back and stop.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <sched.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/fault.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/thread.h"
#include "data/text.h"
#include "io/receiver.h"
#include "stream/batch_clock.h"

enum { START_MS = 100000, INTERVAL_MS = 1000, PATIENCE_S = 20, STOP_MS = 200 };

struct fixture {
    struct clock *clock;
    struct block_maker *maker;
    struct batch_clock *rhythm;
    struct source source;
    struct problems problems;
    struct lock lock;
    struct bytes log; /* lines of the source, each with its newline */
    char *rows;       /* what expect_rows has seen so far */
};

static const struct plugin *plugin;

static void keep_line(void *owner, enum log_level level, const char *line)
{
    struct fixture *fixture = owner;

    (void)level;
    lock_take(&fixture->lock);
    bytes_append_text(&fixture->log, line);
    bytes_append_byte(&fixture->log, '\n');
    lock_release(&fixture->lock);
}

static bool has_logged(struct fixture *fixture, const char *text)
{
    bool found;

    lock_take(&fixture->lock);
    found = fixture->log.data != NULL && strstr(fixture->log.data, text) != NULL;
    lock_release(&fixture->lock);
    return found;
}

static bool on_tick(void *owner, uint64_t number, int64_t time_ms)
{
    struct fixture *fixture = owner;

    (void)time_ms;
    fixture->source.class->settle(fixture->source.self, number);
    return true;
}

static int begin(void **state)
{
    static struct fixture fixture;
    struct block_maker_options options = {.bytes_in_flight_max = 1u << 20};

    memset(&fixture, 0, sizeof(fixture));
    if (clock_create_manual(START_MS, &fixture.clock, NULL) != WEIR_OK ||
        block_maker_create(&options, fixture.clock, &fixture.maker, NULL) != WEIR_OK ||
        batch_clock_create(fixture.clock, INTERVAL_MS, on_tick, &fixture, &fixture.rhythm, NULL) !=
            WEIR_OK) {
        return -1;
    }
    problems_init(&fixture.problems);
    lock_init(&fixture.lock);
    bytes_init(&fixture.log);
    log_set_sink(keep_line, &fixture);
    *state = &fixture;
    return plugin_open_file(FIXTURES "/scripted.so", &plugin, NULL) == WEIR_OK ? 0 : -1;
}

static int end(void **state)
{
    struct fixture *fixture = *state;

    if (fixture->source.class != NULL) {
        fixture->source.class->stop(fixture->source.self);
    }
    batch_clock_stop(fixture->rhythm, false, -1);
    if (fixture->source.class != NULL) {
        fixture->source.class->destroy(fixture->source.self);
    }
    batch_clock_destroy(fixture->rhythm);
    block_maker_close(fixture->maker);
    block_maker_destroy(fixture->maker);
    clock_destroy(fixture->clock);
    log_set_sink(NULL, NULL);
    bytes_fini(&fixture->log);
    lock_fini(&fixture->lock);
    problems_fini(&fixture->problems);
    return 0;
}

static weir_status create(struct fixture *fixture, const char *name, const char *with,
                          weir_error *error)
{
    const weir_receiver *receiver = plugin_receiver(plugin, name);
    struct receiver_options options = {.source_name = "lines",
                                       .plugin = plugin,
                                       .receiver = receiver,
                                       .clock = fixture->clock,
                                       .is_text = true,
                                       .restart_first_ms = 1,
                                       .restart_max_ms = 2,
                                       .stop_timeout_ms = STOP_MS};
    weir_status status =
        options_parse(receiver->options, receiver->n_options, receiver->option_stride, with,
                      "source type scripted", "", &fixture->problems, &options.options, error);

    assert_int_equal(status, WEIR_OK);
    assert_int_equal(fixture->problems.count, 0);
    status = receiver_create(&options, &fixture->source, error);
    if (status != WEIR_OK) {
        options_destroy(options.options);
        fixture->source.class = NULL;
    }
    return status;
}

static void start_with(struct fixture *fixture, const char *name, const char *with)
{
    weir_error error = {0};

    assert_int_equal(create(fixture, name, with, &error), WEIR_OK);
    assert_int_equal(
        fixture->source.class->start(fixture->source.self, fixture->maker, fixture->rhythm, &error),
        WEIR_OK);
}

static void start(struct fixture *fixture, const char *script)
{
    char with[512];

    snprintf(with, sizeof(with), "{\"script\": \"%s\"}", script);
    start_with(fixture, "scripted", with);
}

static struct source_status status_of(struct fixture *fixture)
{
    struct source_status status;

    fixture->source.class->status(fixture->source.self, &status);
    return status;
}

/* Waits for a condition that another thread brings about; fails the test when it never comes. */
#define AWAIT(condition)                                                           \
    do {                                                                           \
        int64_t end_ns_ = clock_stopwatch_ns() + PATIENCE_S * INT64_C(1000000000); \
        while (!(condition)) {                                                     \
            if (clock_stopwatch_ns() > end_ns_) {                                  \
                print_error("log:\n%s\n", fixture->log.data);                      \
                fail_msg("never: %s", #condition);                                 \
            }                                                                      \
            sched_yield();                                                         \
        }                                                                          \
    } while (0)

static void write_rows(struct bytes *out, const struct block *block)
{
    for (uint32_t row = 0; row < block->rows_count; row++) {
        struct weir_value value = column_value(&block->columns[CHUNK_VALUE], row);

        bytes_append_text(out, out->size > 0 ? " " : "");
        text_write_value_raw(out, value);
        bytes_append_text(out, weir_is_text(value) ? "" : "*");
    }
}

/* Takes what was delivered: rows with blanks between, "*" behind those that are not text. */
static void expect_rows(struct fixture *fixture, const char *expected)
{
    struct block **blocks;
    uint32_t count;
    struct bytes rows;

    assert_int_equal(block_maker_seal(fixture->maker, &blocks, &count, NULL), WEIR_OK);
    bytes_init(&rows);
    bytes_append(&rows, "", 0);
    for (uint32_t i = 0; i < count; i++) {
        write_rows(&rows, blocks[i]);
        block_drop(blocks[i]);
    }
    mem_free(blocks);
    assert_string_equal(rows.size > 0 ? rows.data : "", expected);
    bytes_fini(&rows);
}

static void deliveries_arrive_and_the_end_of_input_ends_the_source(void **state)
{
    struct fixture *fixture = *state;

    start(fixture, "store a,bb;block ccc,dddd;store the end of it all;end");
    AWAIT(fixture->source.class->is_ended(fixture->source.self));
    assert_int_equal(status_of(fixture).state, SOURCE_ENDED);
    assert_int_equal(status_of(fixture).records, 5);
    assert_int_equal(status_of(fixture).bytes, 1 + 2 + 3 + 4 + 17);
    assert_int_equal(status_of(fixture).restarts, 0);
    assert_string_equal(status_of(fixture).note, "end of script");
    expect_rows(fixture, "a bb ccc dddd the end of it all");
}

static void what_is_not_utf8_has_no_text_mark(void **state)
{
    struct fixture *fixture = *state;

    start(fixture, "store \xC3\xA9t\xC3\xA9,ok;block \xC3\xA9,\xE2\x82\xAC;bytes;end");
    AWAIT(fixture->source.class->is_ended(fixture->source.self));
    expect_rows(fixture, "\xC3\xA9t\xC3\xA9 ok \xC3\xA9 \xE2\x82\xAC"
                         " ab \xC3* \xA9* ab \xE9* z \xE9*");
}

static void deliveries_that_break_the_rules_are_refused(void **state)
{
    struct fixture *fixture = *state;

    start(fixture, "bad;end");
    AWAIT(fixture->source.class->is_ended(fixture->source.self));
    assert_int_equal(status_of(fixture).state, SOURCE_ENDED);
    expect_rows(fixture, "refused");
    /* All that was reserved for what was refused has been given back. */
    assert_int_equal(block_maker_reserve(fixture->maker, 1u << 20, 0), WEIR_OK);
    block_maker_release(fixture->maker, 1u << 20);
}

static void a_lent_block_becomes_a_block_without_a_copy(void **state)
{
    struct fixture *fixture = *state;
    struct block **blocks;
    uint32_t count;

    start(fixture, "many 2000;end");
    AWAIT(fixture->source.class->is_ended(fixture->source.self));
    assert_int_equal(block_maker_seal(fixture->maker, &blocks, &count, NULL), WEIR_OK);
    assert_int_equal(count, 1);
    assert_int_equal(blocks[0]->rows_count, 2000);
    assert_non_null(blocks[0]->received);
    block_drop(blocks[0]);
    mem_free(blocks);
}

static void a_full_buffer_holds_the_receiver_until_there_is_room(void **state)
{
    struct fixture *fixture = *state;
    struct block **blocks;
    uint32_t count;
    uint64_t rows = 0;

    start(fixture, "many 4000;many 4000;many 4000;many 4000;end");
    AWAIT(status_of(fixture).records >= 4000);
    assert_false(fixture->source.class->is_ended(fixture->source.self));
    while (rows < 16000) {
        assert_int_equal(block_maker_seal(fixture->maker, &blocks, &count, NULL), WEIR_OK);
        for (uint32_t i = 0; i < count; i++) {
            rows += blocks[i]->rows_count;
            block_drop(blocks[i]);
        }
        mem_free(blocks);
    }
    AWAIT(fixture->source.class->is_ended(fixture->source.self));
    assert_int_equal(rows, 16000);
}

static void a_receiver_that_waits_for_room_stops_soon(void **state)
{
    struct fixture *fixture = *state;
    int64_t begin_ns;

    start(fixture, "many 9000;many 9000");
    AWAIT(status_of(fixture).records >= 9000);
    begin_ns = clock_stopwatch_ns();
    fixture->source.class->stop(fixture->source.self);
    assert_true(clock_stopwatch_ns() - begin_ns < STOP_MS * INT64_C(1000000));
    assert_int_equal(status_of(fixture).state, SOURCE_ENDED);
    assert_int_equal(status_of(fixture).records, 9000);
}

static void io_failures_are_said_and_tried_again(void **state)
{
    struct fixture *fixture = *state;

    start(fixture, "store one;io connect to localhost:9999: Connection refused"
                   "|io connect to localhost:9998: Connection refused"
                   "|log connected to localhost:9999;store two;wait");
    AWAIT(status_of(fixture).records == 2);
    assert_int_equal(status_of(fixture).state, SOURCE_RUNNING);
    assert_int_equal(status_of(fixture).restarts, 2);
    assert_true(has_logged(fixture, "source lines: connect to localhost:9999: Connection refused; "
                                    "trying again\n"));
    assert_true(has_logged(fixture, "source lines: connect to localhost:9998: Connection refused; "
                                    "trying again in 0.0 s\n"));
    assert_true(has_logged(fixture, "source lines: connected to localhost:9999\n"));
    expect_rows(fixture, "one two");
}

static void a_failure_that_repeats_is_said_once(void **state)
{
    struct fixture *fixture = *state;
    const char *first;

    start(fixture, "io gone");
    AWAIT(status_of(fixture).restarts >= 5);
    fixture->source.class->stop(fixture->source.self);
    first = strstr(fixture->log.data, "source lines: gone;");
    assert_non_null(first);
    assert_null(strstr(first + 1, "source lines: gone;"));
}

static void a_wait_for_the_next_try_ends_with_the_source(void **state)
{
    struct fixture *fixture = *state;

    start(fixture, "auth who are you");
    AWAIT(status_of(fixture).state == SOURCE_RESTARTING);
    assert_true(has_logged(fixture, "who are you; trying again in 300.0 s"));
    fixture->source.class->stop(fixture->source.self);
    assert_int_equal(status_of(fixture).state, SOURCE_ENDED);
}

static void what_the_operator_must_mend_ends_the_source(void **state)
{
    struct fixture *fixture = *state;

    start(fixture, "config no such topic");
    AWAIT(fixture->source.class->is_ended(fixture->source.self));
    assert_int_equal(status_of(fixture).state, SOURCE_FAILED);
    assert_string_equal(status_of(fixture).note, "no such topic");
    assert_true(has_logged(fixture, "source lines: no such topic; it is not started again"));
}

static void failures_of_create_and_start_end_the_source(void **state)
{
    struct fixture *fixture = *state;

    start_with(fixture, "scripted", "{\"script\": \"end\", \"fail_in\": \"create\"}");
    AWAIT(fixture->source.class->is_ended(fixture->source.self));
    assert_int_equal(status_of(fixture).state, SOURCE_FAILED);
    assert_string_equal(status_of(fixture).note, "create was told to fail");
}

static void a_failing_start_is_followed_by_destroy_alone(void **state)
{
    struct fixture *fixture = *state;

    start_with(fixture, "scripted", "{\"script\": \"end\", \"fail_in\": \"start\"}");
    AWAIT(fixture->source.class->is_ended(fixture->source.self));
    assert_string_equal(status_of(fixture).note, "start was told to fail");
}

static void options_that_do_not_go_together_are_refused_before_the_start(void **state)
{
    struct fixture *fixture = *state;
    weir_error error = {0};

    assert_int_equal(
        create(fixture, "scripted", "{\"script\": \"end\", \"fail_in\": \"check\"}", &error),
        WEIR_E_CONFIG);
    assert_string_equal(error.msg, "source lines: the options do not go together");
}

static void a_restart_can_be_asked_for(void **state)
{
    struct fixture *fixture = *state;

    start(fixture, "store one;restart once more|store two;end");
    AWAIT(fixture->source.class->is_ended(fixture->source.self));
    assert_int_equal(status_of(fixture).restarts, 1);
    assert_true(has_logged(fixture, "source lines: once more; trying again"));
    expect_rows(fixture, "one two");
}

static void positions_are_known_to_the_next_instance(void **state)
{
    struct fixture *fixture = *state;

    start(fixture, "from x;lane x 0007 first;lane y 0001 other;io gone|from x;from y;from z;end");
    AWAIT(fixture->source.class->is_ended(fixture->source.self));
    expect_rows(fixture, "[] first other [0007] [0001] []");
}

static void a_receiver_without_run_waits_for_the_end(void **state)
{
    struct fixture *fixture = *state;

    start_with(fixture, "silent", "{\"script\": \"store from start\"}");
    AWAIT(status_of(fixture).state == SOURCE_RUNNING);
    assert_int_equal(status_of(fixture).records, 1);
    fixture->source.class->stop(fixture->source.self);
    assert_int_equal(status_of(fixture).state, SOURCE_ENDED);
    expect_rows(fixture, "from start");
}

static void a_batch_waits_for_a_receiver_that_follows_the_rhythm(void **state)
{
    struct fixture *fixture = *state;

    start_with(fixture, "scripted",
               "{\"follows_ticks\": true, \"script\":"
               " \"store one;done 1;tick 2;store two;done 2;tick 3;store three;done 3;wait\"}");
    assert_int_equal(batch_clock_start(fixture->rhythm, NULL), WEIR_OK);
    clock_advance_to(fixture->clock, START_MS + INTERVAL_MS);
    assert_int_equal(batch_clock_wait(fixture->rhythm, 2, -1), WEIR_OK);
    assert_true(status_of(fixture).records >= 1);
    clock_advance_to(fixture->clock, START_MS + 3 * INTERVAL_MS);
    assert_int_equal(batch_clock_wait(fixture->rhythm, 4, -1), WEIR_OK);
    assert_int_equal(status_of(fixture).records, 3);
    expect_rows(fixture, "one two three");
}

static void a_batch_does_not_wait_for_one_that_does_not(void **state)
{
    struct fixture *fixture = *state;

    start(fixture, "wait");
    assert_int_equal(batch_clock_start(fixture->rhythm, NULL), WEIR_OK);
    clock_advance_to(fixture->clock, START_MS + 5 * INTERVAL_MS);
    assert_int_equal(batch_clock_wait(fixture->rhythm, 6, -1), WEIR_OK);
}

static void one_that_waits_for_a_batch_stops_soon(void **state)
{
    struct fixture *fixture = *state;

    start_with(fixture, "scripted",
               "{\"follows_ticks\": true, \"script\": \"store one;tick 99;store two\"}");
    AWAIT(status_of(fixture).records == 1);
    fixture->source.class->stop(fixture->source.self);
    assert_int_equal(status_of(fixture).state, SOURCE_ENDED);
    assert_int_equal(status_of(fixture).records, 1);
}

static void a_plugin_that_does_not_stop_is_left_behind(void **state)
{
    struct fixture *fixture = *state;
    char with[128];
    int pipe_fds[2];

    assert_int_equal(pipe(pipe_fds), 0);
    snprintf(with, sizeof(with), "{\"script\": \"store one;hang;store two\", \"fd\": %d}",
             pipe_fds[0]);
    start_with(fixture, "scripted", with);
    AWAIT(status_of(fixture).records == 1);
    fixture->source.class->stop(fixture->source.self);
    assert_true(has_logged(fixture, "did not stop within 200 ms and is left behind"));
    assert_int_equal(close(pipe_fds[1]), 0);
    AWAIT(fixture->source.class->is_ended(fixture->source.self));
    assert_int_equal(status_of(fixture).records, 1); /* it found the gate closed */
    close(pipe_fds[0]);
}

static void every_failing_step_of_creation_is_reported(void **state)
{
    struct fixture *fixture = *state;
    const weir_receiver *receiver = plugin_receiver(plugin, "scripted");
    struct receiver_options options = {
        .source_name = "lines", .plugin = plugin, .receiver = receiver, .clock = fixture->clock};
    struct options *settings;
    weir_error error = {0};
    int failures = 0;

    assert_int_equal(options_parse(receiver->options, receiver->n_options, receiver->option_stride,
                                   "{\"script\": \"end\"}", "x", "", &fixture->problems, &settings,
                                   &error),
                     WEIR_OK);
    options.options = settings;
    for (;; failures++) {
        weir_status status;

        fault_arm(failures);
        status = receiver_create(&options, &fixture->source, &error);
        if (!fault_disarm()) {
            assert_int_equal(status, WEIR_OK);
            break;
        }
        assert_int_not_equal(status, WEIR_OK);
        fixture->source.class = NULL;
    }
    assert_true(failures >= 6);
}

#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FIXTURE(deliveries_arrive_and_the_end_of_input_ends_the_source),
        WITH_FIXTURE(what_is_not_utf8_has_no_text_mark),
        WITH_FIXTURE(deliveries_that_break_the_rules_are_refused),
        WITH_FIXTURE(a_lent_block_becomes_a_block_without_a_copy),
        WITH_FIXTURE(a_full_buffer_holds_the_receiver_until_there_is_room),
        WITH_FIXTURE(a_receiver_that_waits_for_room_stops_soon),
        WITH_FIXTURE(io_failures_are_said_and_tried_again),
        WITH_FIXTURE(a_failure_that_repeats_is_said_once),
        WITH_FIXTURE(a_wait_for_the_next_try_ends_with_the_source),
        WITH_FIXTURE(what_the_operator_must_mend_ends_the_source),
        WITH_FIXTURE(failures_of_create_and_start_end_the_source),
        WITH_FIXTURE(a_failing_start_is_followed_by_destroy_alone),
        WITH_FIXTURE(options_that_do_not_go_together_are_refused_before_the_start),
        WITH_FIXTURE(a_restart_can_be_asked_for),
        WITH_FIXTURE(positions_are_known_to_the_next_instance),
        WITH_FIXTURE(a_receiver_without_run_waits_for_the_end),
        WITH_FIXTURE(a_batch_waits_for_a_receiver_that_follows_the_rhythm),
        WITH_FIXTURE(a_batch_does_not_wait_for_one_that_does_not),
        WITH_FIXTURE(one_that_waits_for_a_batch_stops_soon),
        WITH_FIXTURE(a_plugin_that_does_not_stop_is_left_behind),
        WITH_FIXTURE(every_failing_step_of_creation_is_reported),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
