/*
 * test_block_maker - deliveries become blocks in order, and their bytes are bounded.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <poll.h>

#include "base/fault.h"
#include "base/mem.h"
#include "base/thread.h"
#include "lib/rows.h"
#include "stream/block_maker.h"

struct fixture {
    struct clock *clock;
    struct block_maker *maker;
};

static int begin(void **state)
{
    static struct fixture fixture;
    struct block_maker_options options = {.bytes_in_flight_max = 1u << 20};

    assert_int_equal(clock_create_manual(1000, &fixture.clock, NULL), WEIR_OK);
    assert_int_equal(block_maker_create(&options, fixture.clock, &fixture.maker, NULL), WEIR_OK);
    *state = &fixture;
    return 0;
}

static int end(void **state)
{
    struct fixture *fixture = *state;

    block_maker_destroy(fixture->maker);
    clock_destroy(fixture->clock);
    return 0;
}

static void store(struct block_maker *maker, const char *json, bool is_pairs)
{
    struct rows rows;

    if (is_pairs) {
        rows_pairs(&rows, json);
    } else {
        rows_plain(&rows, json);
    }
    assert_int_equal(block_maker_store(maker, rows.keys, rows.values, rows.count, 0, NULL),
                     WEIR_OK);
    rows_fini(&rows);
}

/* Seals, compares the rows and how many blocks they are in, and lets go of them. */
static void expect_blocks(struct block_maker *maker, uint32_t expected_count, const char *rows)
{
    struct bytes text = {0};
    struct block **blocks;
    uint32_t count;

    assert_int_equal(block_maker_seal(maker, &blocks, &count, NULL), WEIR_OK);
    assert_int_equal(count, expected_count);
    rows_write(&text, blocks, count, false);
    bytes_append(&text, "", 0);
    assert_string_equal(text.data, rows);
    bytes_fini(&text);
    for (uint32_t i = 0; i < count; i++) {
        block_drop(blocks[i]);
    }
    mem_free(blocks);
}

static bool has_room_signal(struct block_maker *maker)
{
    struct pollfd poll_fd = {.fd = block_maker_room_fd(maker), .events = POLLIN};

    return poll(&poll_fd, 1, 0) == 1;
}

static void small_deliveries_share_a_block(void **state)
{
    struct fixture *fixture = *state;

    assert_true(block_maker_is_empty(fixture->maker));
    store(fixture->maker, "[\"a\", \"bb\"]", false);
    store(fixture->maker, "[\"a text that does not fit into a value\"]", false);
    assert_false(block_maker_is_empty(fixture->maker));
    expect_blocks(fixture->maker, 1, "a bb a text that does not fit into a value");
    assert_true(block_maker_is_empty(fixture->maker));
    expect_blocks(fixture->maker, 0, "");
}

static void numbers_and_texts_keep_their_order_in_one_block(void **state)
{
    struct fixture *fixture = *state;

    store(fixture->maker, "[1, 2]", false);
    store(fixture->maker, "[\"x\", null]", false);
    store(fixture->maker, "[2.5]", false);
    expect_blocks(fixture->maker, 1, "1 2 x null 2.5");
}

static void pairs_and_plain_rows_do_not_share_a_block(void **state)
{
    struct fixture *fixture = *state;

    store(fixture->maker, "[[\"k\", 1]]", true);
    store(fixture->maker, "[2]", false);
    expect_blocks(fixture->maker, 2, "(k,1) 2");
}

static void a_block_is_sealed_at_the_block_interval(void **state)
{
    struct fixture *fixture = *state;

    store(fixture->maker, "[1]", false);
    clock_advance_to(fixture->clock, 1200);
    store(fixture->maker, "[2]", false);
    store(fixture->maker, "[3]", false);
    expect_blocks(fixture->maker, 2, "1 2 3");
}

static void a_whole_block_stands_behind_what_came_before_it(void **state)
{
    struct fixture *fixture = *state;
    struct block *block = rows_block("[7, 8]", false);
    uint64_t size = block->memory_bytes;

    store(fixture->maker, "[1]", false);
    assert_int_equal(block_maker_reserve(fixture->maker, size, 0), WEIR_OK);
    assert_int_equal(block_maker_add(fixture->maker, block, size), WEIR_OK);
    store(fixture->maker, "[9]", false);
    expect_blocks(fixture->maker, 3, "1 7 8 9");
}

static void a_large_delivery_is_a_block_of_its_own(void **state)
{
    struct fixture *fixture = *state;
    static char bytes[400000];
    struct weir_value value;

    memset(bytes, 'x', sizeof(bytes));
    value = weir_text_bytes(bytes, sizeof(bytes));
    store(fixture->maker, "[1]", false);
    assert_int_equal(block_maker_store(fixture->maker, NULL, &value, 1, 0, NULL), WEIR_OK);
    store(fixture->maker, "[2]", false);

    struct block **blocks;
    uint32_t count;
    assert_int_equal(block_maker_seal(fixture->maker, &blocks, &count, NULL), WEIR_OK);
    assert_int_equal(count, 3);
    for (uint32_t i = 0; i < count; i++) {
        assert_int_equal(blocks[i]->rows_count, 1);
        block_drop(blocks[i]);
    }
    mem_free(blocks);
}

static void room_is_bounded_and_comes_back(void **state)
{
    struct block_maker *maker = ((struct fixture *)*state)->maker;

    assert_int_equal(block_maker_reserve(maker, 1u << 20, 0), WEIR_OK);
    assert_int_equal(block_maker_reserve(maker, 1, 0), WEIR_AGAIN);
    assert_int_equal(block_maker_reserve(maker, 1, 1000000), WEIR_AGAIN);
    block_maker_release(maker, 10);
    assert_int_equal(block_maker_reserve(maker, 10, 0), WEIR_OK);
    block_maker_release(maker, 1u << 20);
}

static void a_request_above_the_bound_is_let_through_alone(void **state)
{
    struct block_maker *maker = ((struct fixture *)*state)->maker;

    assert_int_equal(block_maker_reserve(maker, 5u << 20, 0), WEIR_OK);
    assert_int_equal(block_maker_reserve(maker, 1, 0), WEIR_AGAIN);
    block_maker_release(maker, 5u << 20);
    assert_int_equal(block_maker_reserve(maker, 1, 0), WEIR_OK);
    assert_int_equal(block_maker_reserve(maker, 5u << 20, 0), WEIR_AGAIN);
    block_maker_release(maker, 1);
}

static void the_room_descriptor_is_readable_after_a_refusal_once_there_is_room(void **state)
{
    struct block_maker *maker = ((struct fixture *)*state)->maker;

    assert_int_equal(block_maker_reserve(maker, 1u << 20, 0), WEIR_OK);
    assert_false(has_room_signal(maker));
    assert_int_equal(block_maker_reserve(maker, 1000, 0), WEIR_AGAIN);
    block_maker_release(maker, 10); /* too little for who was refused */
    assert_false(has_room_signal(maker));
    block_maker_release(maker, 990);
    assert_true(has_room_signal(maker));
    assert_true(has_room_signal(maker)); /* level-triggered */
    assert_int_equal(block_maker_reserve(maker, 5000, 0), WEIR_AGAIN);
    assert_false(has_room_signal(maker));
    block_maker_release(maker, (1u << 20) - 1000);
    assert_true(has_room_signal(maker));
}

static void a_block_gives_its_room_back_when_its_last_holder_drops_it(void **state)
{
    struct block_maker *maker = ((struct fixture *)*state)->maker;
    struct block **blocks;
    uint32_t count;

    store(maker, "[1, 2, 3]", false);
    assert_int_equal(block_maker_seal(maker, &blocks, &count, NULL), WEIR_OK);
    assert_int_equal(count, 1);
    block_hold(blocks[0]);
    block_drop(blocks[0]);
    assert_int_equal(block_maker_reserve(maker, 1u << 20, 0), WEIR_AGAIN);
    block_drop(blocks[0]);
    assert_int_equal(block_maker_reserve(maker, 1u << 20, 0), WEIR_OK);
    block_maker_release(maker, 1u << 20);
    mem_free(blocks);
}

static void a_block_may_outlive_its_maker(void **state)
{
    struct fixture *fixture = *state;
    struct block_maker_options options = {.bytes_in_flight_max = 0};
    struct block_maker *maker;
    struct block **blocks;
    uint32_t count;

    assert_int_equal(block_maker_create(&options, fixture->clock, &maker, NULL), WEIR_OK);
    store(maker, "[\"left alone\"]", false);
    assert_int_equal(block_maker_seal(maker, &blocks, &count, NULL), WEIR_OK);
    store(maker, "[\"never sealed\"]", false);
    block_maker_destroy(maker);
    assert_int_equal(count, 1);
    assert_int_equal(blocks[0]->rows_count, 1);
    block_drop(blocks[0]);
    mem_free(blocks);
}

struct waiter {
    struct block_maker *maker;
    uint64_t bytes;
    weir_status status;
};

static void wait_for_room(void *argument)
{
    struct waiter *waiter = argument;

    waiter->status = block_maker_reserve(waiter->maker, waiter->bytes, -1);
}

static void a_delivery_that_waits_is_let_through_when_a_block_goes(void **state)
{
    struct block_maker *maker = ((struct fixture *)*state)->maker;
    struct waiter waiter = {maker, 100, WEIR_E_BUG};
    struct thread thread;

    assert_int_equal(block_maker_reserve(maker, 1u << 20, 0), WEIR_OK);
    assert_int_equal(thread_start(&thread, "waiter", wait_for_room, &waiter, NULL), WEIR_OK);
    block_maker_release(maker, 1u << 20);
    thread_join(&thread);
    assert_int_equal(waiter.status, WEIR_OK);
    block_maker_release(maker, 100);
}

static void closing_refuses_deliveries_and_wakes_those_that_wait(void **state)
{
    struct block_maker *maker = ((struct fixture *)*state)->maker;
    struct waiter waiter = {maker, 8192, WEIR_E_BUG};
    struct weir_value value = weir_int(1);
    struct block *block = rows_block("[1]", false);
    struct thread thread;
    uint64_t reserved = 0;

    store(maker, "[1]", false);
    while (block_maker_reserve(maker, 4096, 0) == WEIR_OK) {
        reserved += 4096;
    }
    assert_int_equal(thread_start(&thread, "waiter", wait_for_room, &waiter, NULL), WEIR_OK);
    block_maker_close(maker);
    thread_join(&thread);
    assert_int_equal(waiter.status, WEIR_STOPPING);
    assert_int_equal(block_maker_store(maker, NULL, &value, 1, -1, NULL), WEIR_STOPPING);
    assert_int_equal(block_maker_add(maker, block, reserved), WEIR_STOPPING);
    block_drop(block);
    assert_true(has_room_signal(maker));
    expect_blocks(maker, 1, "1"); /* what was taken before is there */
}

static void a_delivery_is_taken_whole_or_not_at_all_whichever_step_fails(void **state)
{
    struct fixture *fixture = *state;
    struct block_maker *maker = fixture->maker;
    struct rows rows;
    int failures = 0;

    rows_pairs(&rows, "[[\"a key that is long enough\", 1], [\"b\", \"two\"], [\"c\", 3.5]]");
    for (;; failures++) {
        fault_arm(failures);
        weir_status status = block_maker_store(maker, rows.keys, rows.values, rows.count, 0, NULL);
        if (!fault_disarm()) {
            assert_int_equal(status, WEIR_OK);
            break;
        }
        if (status == WEIR_OK) {
            expect_blocks(maker, 1, "(a key that is long enough,1) (b,two) (c,3.5)");
        } else {
            assert_int_equal(status, WEIR_E_NOMEM);
            expect_blocks(maker, 0, "");
        }
        assert_int_equal(block_maker_reserve(maker, 1u << 20, 0), WEIR_OK);
        block_maker_release(maker, 1u << 20);
    }
    assert_true(failures > 0);
    expect_blocks(maker, 1, "(a key that is long enough,1) (b,two) (c,3.5)");
    rows_fini(&rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(small_deliveries_share_a_block, begin, end),
        cmocka_unit_test_setup_teardown(numbers_and_texts_keep_their_order_in_one_block, begin,
                                        end),
        cmocka_unit_test_setup_teardown(pairs_and_plain_rows_do_not_share_a_block, begin, end),
        cmocka_unit_test_setup_teardown(a_block_is_sealed_at_the_block_interval, begin, end),
        cmocka_unit_test_setup_teardown(a_whole_block_stands_behind_what_came_before_it, begin,
                                        end),
        cmocka_unit_test_setup_teardown(a_large_delivery_is_a_block_of_its_own, begin, end),
        cmocka_unit_test_setup_teardown(room_is_bounded_and_comes_back, begin, end),
        cmocka_unit_test_setup_teardown(a_request_above_the_bound_is_let_through_alone, begin, end),
        cmocka_unit_test_setup_teardown(
            the_room_descriptor_is_readable_after_a_refusal_once_there_is_room, begin, end),
        cmocka_unit_test_setup_teardown(a_block_gives_its_room_back_when_its_last_holder_drops_it,
                                        begin, end),
        cmocka_unit_test_setup_teardown(a_block_may_outlive_its_maker, begin, end),
        cmocka_unit_test_setup_teardown(a_delivery_that_waits_is_let_through_when_a_block_goes,
                                        begin, end),
        cmocka_unit_test_setup_teardown(closing_refuses_deliveries_and_wakes_those_that_wait, begin,
                                        end),
        cmocka_unit_test_setup_teardown(
            a_delivery_is_taken_whole_or_not_at_all_whichever_step_fails, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
