/*
 * test_queue_source - what the program pushes comes batch by batch, or all at once.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "lib/rows.h"
#include "stream/queue_source.h"

struct fixture {
    struct clock *clock;
    struct block_maker *maker;
    struct queue_source *queue;
    struct source source;
};

static void open_queue(struct fixture *fixture, bool one_at_a_time)
{
    struct block_maker_options options = {.bytes_in_flight_max = 100};

    assert_int_equal(clock_create_manual(0, &fixture->clock, NULL), WEIR_OK);
    assert_int_equal(block_maker_create(&options, fixture->clock, &fixture->maker, NULL), WEIR_OK);
    assert_int_equal(queue_source_create(one_at_a_time, &fixture->queue, &fixture->source, NULL),
                     WEIR_OK);
}

static void start(struct fixture *fixture)
{
    assert_int_equal(fixture->source.class->start(fixture->source.self, fixture->maker, NULL, NULL),
                     WEIR_OK);
}

static void close_queue(struct fixture *fixture)
{
    fixture->source.class->stop(fixture->source.self);
    fixture->source.class->destroy(fixture->source.self);
    block_maker_destroy(fixture->maker);
    clock_destroy(fixture->clock);
}

static weir_status push(struct queue_source *queue, const char *json)
{
    struct rows rows;
    weir_status status;

    rows_plain(&rows, json);
    status = queue_source_push(queue, NULL, rows.values, rows.count, NULL);
    rows_fini(&rows);
    return status;
}

static void expect_batch(struct fixture *fixture, uint64_t number, const char *rows)
{
    struct bytes text = {0};
    struct block **blocks;
    uint32_t count;

    fixture->source.class->settle(fixture->source.self, number);
    fixture->source.class->fill(fixture->source.self, number);
    assert_int_equal(block_maker_seal(fixture->maker, &blocks, &count, NULL), WEIR_OK);
    bytes_printf(&text, "%u: ", count);
    rows_write(&text, blocks, count, false);
    assert_string_equal(text.data, rows);
    bytes_fini(&text);
    for (uint32_t i = 0; i < count; i++) {
        block_drop(blocks[i]);
    }
    mem_free(blocks);
}

static void each_interval_takes_one_batch_however_much_waits(void **state)
{
    struct fixture fixture;

    (void)state;
    open_queue(&fixture, true);
    assert_int_equal(push(fixture.queue, "[1, 2]"), WEIR_OK);
    start(&fixture);
    assert_int_equal(push(fixture.queue, "[]"), WEIR_OK);
    assert_int_equal(push(fixture.queue, "[3]"), WEIR_OK);
    expect_batch(&fixture, 1, "1: 1 2");
    expect_batch(&fixture, 2, "0: ");
    expect_batch(&fixture, 3, "1: 3");
    expect_batch(&fixture, 4, "0: ");
    close_queue(&fixture);
}

static void an_interval_takes_all_that_waits_a_block_for_each_push(void **state)
{
    struct fixture fixture;

    (void)state;
    open_queue(&fixture, false);
    start(&fixture);
    assert_int_equal(push(fixture.queue, "[1, 2]"), WEIR_OK);
    assert_int_equal(push(fixture.queue, "[3]"), WEIR_OK);
    expect_batch(&fixture, 1, "2: 1 2 3");
    expect_batch(&fixture, 2, "0: ");
    close_queue(&fixture);
}

static void it_has_ended_when_the_last_batch_was_taken(void **state)
{
    struct source_status status;
    struct fixture fixture;

    (void)state;
    open_queue(&fixture, true);
    start(&fixture);
    assert_int_equal(push(fixture.queue, "[1, 2, 3]"), WEIR_OK);
    queue_source_end(fixture.queue);
    assert_int_equal(push(fixture.queue, "[4]"), WEIR_STOPPING);
    assert_false(fixture.source.class->is_ended(fixture.source.self));
    expect_batch(&fixture, 1, "1: 1 2 3");
    assert_true(fixture.source.class->is_ended(fixture.source.self));
    fixture.source.class->status(fixture.source.self, &status);
    assert_int_equal(status.state, SOURCE_ENDED);
    assert_int_equal(status.records, 3);
    assert_int_equal(status.dropped, 0);
    close_queue(&fixture);
}

static void a_stop_drops_and_counts_what_was_not_taken(void **state)
{
    struct source_status status;
    struct fixture fixture;

    (void)state;
    open_queue(&fixture, true);
    start(&fixture);
    assert_int_equal(push(fixture.queue, "[1]"), WEIR_OK);
    assert_int_equal(push(fixture.queue, "[2, 3]"), WEIR_OK);
    expect_batch(&fixture, 1, "1: 1");
    fixture.source.class->stop(fixture.source.self);
    expect_batch(&fixture, 2, "0: ");
    fixture.source.class->status(fixture.source.self, &status);
    assert_int_equal(status.records, 1);
    assert_int_equal(status.dropped, 2);
    assert_int_equal(push(fixture.queue, "[4]"), WEIR_STOPPING);
    close_queue(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_interval_takes_one_batch_however_much_waits),
        cmocka_unit_test(an_interval_takes_all_that_waits_a_block_for_each_push),
        cmocka_unit_test(it_has_ended_when_the_last_batch_was_taken),
        cmocka_unit_test(a_stop_drops_and_counts_what_was_not_taken),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
