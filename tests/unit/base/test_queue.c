/* test_queue - bounds, timeouts and closing, with threads. */
#include "base/queue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/fault.h"

static int items[10];

static void gives_items_in_the_order_they_were_put(void **state)
{
    struct queue queue;
    void *item = NULL;

    (void)state;
    assert_int_equal(queue_init(&queue, 3, NULL), WEIR_OK);
    for (int round = 0; round < 7; round++) {
        assert_int_equal(queue_put(&queue, &items[round], 0), WEIR_OK);
        assert_int_equal(queue_put(&queue, &items[round + 1], 0), WEIR_OK);
        assert_int_equal(queue_count(&queue), 2);
        assert_int_equal(queue_take(&queue, &item, 0), WEIR_OK);
        assert_ptr_equal(item, &items[round]);
        assert_int_equal(queue_take(&queue, &item, 0), WEIR_OK);
        assert_ptr_equal(item, &items[round + 1]);
    }
    assert_int_equal(queue_count(&queue), 0);
    queue_fini(&queue);
}

static void is_full_at_its_bound_and_empty_at_none(void **state)
{
    struct queue queue;
    void *item = &items[9];

    (void)state;
    assert_int_equal(queue_init(&queue, 2, NULL), WEIR_OK);
    assert_int_equal(queue_take(&queue, &item, 0), WEIR_AGAIN);
    assert_ptr_equal(item, &items[9]);
    assert_int_equal(queue_put(&queue, &items[0], 0), WEIR_OK);
    assert_int_equal(queue_put(&queue, &items[1], 0), WEIR_OK);
    assert_int_equal(queue_put(&queue, &items[2], 0), WEIR_AGAIN);
    assert_int_equal(queue_count(&queue), 2);
    queue_fini(&queue);
}

static void waits_as_long_as_it_was_told(void **state)
{
    struct queue queue;
    void *item = NULL;
    int64_t begin_ns = clock_stopwatch_ns();

    (void)state;
    assert_int_equal(queue_init(&queue, 1, NULL), WEIR_OK);
    assert_int_equal(queue_take(&queue, &item, 5000000), WEIR_AGAIN);
    assert_true(clock_stopwatch_ns() - begin_ns >= 5000000);
    assert_int_equal(queue_put(&queue, &items[0], 5000000), WEIR_OK);
    begin_ns = clock_stopwatch_ns();
    assert_int_equal(queue_put(&queue, &items[1], 5000000), WEIR_AGAIN);
    assert_true(clock_stopwatch_ns() - begin_ns >= 5000000);
    queue_fini(&queue);
}

static void gives_what_is_left_after_it_was_closed(void **state)
{
    struct queue queue;
    void *item = NULL;

    (void)state;
    assert_int_equal(queue_init(&queue, 2, NULL), WEIR_OK);
    assert_int_equal(queue_put(&queue, &items[0], -1), WEIR_OK);
    queue_close(&queue);
    assert_int_equal(queue_put(&queue, &items[1], -1), WEIR_STOPPING);
    assert_int_equal(queue_take(&queue, &item, -1), WEIR_OK);
    assert_ptr_equal(item, &items[0]);
    assert_int_equal(queue_take(&queue, &item, -1), WEIR_STOPPING);
    queue_fini(&queue);
}

struct user {
    struct thread thread;
    struct queue *queue;
    weir_status status;
    int64_t sum;
    int count;
    int first; /* the numbers that a putter puts */
};

enum { NUMBERS = 6000 };
static int numbers[NUMBERS];

static void put_numbers(void *argument)
{
    struct user *user = argument;

    for (int i = user->first; i < NUMBERS && user->status == WEIR_OK; i += 3) {
        user->status = queue_put(user->queue, &numbers[i], i % 2 == 0 ? -1 : INT64_MAX);
    }
}

static void take_numbers(void *argument)
{
    struct user *user = argument;
    void *item = NULL;

    while ((user->status = queue_take(user->queue, &item, -1)) == WEIR_OK) {
        user->sum += *(const int *)item;
        user->count++;
    }
}

static void run_all(uint32_t bound)
{
    struct queue queue;
    struct user putters[3] = {0};
    struct user takers[3] = {0};
    int64_t sum = 0;
    int count = 0;

    assert_int_equal(queue_init(&queue, bound, NULL), WEIR_OK);
    for (int i = 0; i < 3; i++) {
        putters[i] = (struct user){.queue = &queue, .first = i};
        takers[i] = (struct user){.queue = &queue};
        assert_int_equal(thread_start(&takers[i].thread, "take", take_numbers, &takers[i], NULL),
                         WEIR_OK);
        assert_int_equal(thread_start(&putters[i].thread, "put", put_numbers, &putters[i], NULL),
                         WEIR_OK);
    }
    for (int i = 0; i < 3; i++) {
        thread_join(&putters[i].thread);
        assert_int_equal(putters[i].status, WEIR_OK);
    }
    queue_close(&queue);
    for (int i = 0; i < 3; i++) {
        thread_join(&takers[i].thread);
        assert_int_equal(takers[i].status, WEIR_STOPPING);
        sum += takers[i].sum;
        count += takers[i].count;
    }
    assert_int_equal(count, NUMBERS);
    assert_int_equal(sum, (int64_t)NUMBERS * (NUMBERS - 1) / 2);
    queue_fini(&queue);
}

static void loses_and_doubles_nothing_between_many_threads(void **state)
{
    (void)state;
    for (int i = 0; i < NUMBERS; i++) {
        numbers[i] = i;
    }
    run_all(1);
    run_all(2);
    run_all(64);
}

static void take_one(void *argument)
{
    struct user *user = argument;
    void *item = NULL;

    user->status = queue_take(user->queue, &item, -1);
}

static void lets_a_putter_go_on_as_soon_as_there_is_room(void **state)
{
    struct queue queue;
    struct user taker = {.queue = &queue};

    (void)state;
    assert_int_equal(queue_init(&queue, 2, NULL), WEIR_OK);
    assert_int_equal(queue_put(&queue, &items[0], 0), WEIR_OK);
    for (int round = 0; round < 50; round++) {
        assert_int_equal(queue_put(&queue, &items[1], 0), WEIR_OK);
        assert_int_equal(thread_start(&taker.thread, "take", take_one, &taker, NULL), WEIR_OK);
        assert_int_equal(queue_put(&queue, &items[2], -1), WEIR_OK);
        thread_join(&taker.thread);
        assert_int_equal(taker.status, WEIR_OK);
        assert_int_equal(queue_count(&queue), 2);
        assert_int_equal(queue_take(&queue, &(void *){NULL}, 0), WEIR_OK);
    }
    queue_fini(&queue);
}

static void ends_every_wait_when_it_is_closed(void **state)
{
    struct queue queue;
    struct user takers[3] = {0};

    (void)state;
    assert_int_equal(queue_init(&queue, 1, NULL), WEIR_OK);
    for (int i = 0; i < 3; i++) {
        takers[i].queue = &queue;
        assert_int_equal(thread_start(&takers[i].thread, "take", take_numbers, &takers[i], NULL),
                         WEIR_OK);
    }
    queue_close(&queue);
    for (int i = 0; i < 3; i++) {
        thread_join(&takers[i].thread);
        assert_int_equal(takers[i].status, WEIR_STOPPING);
    }
    queue_fini(&queue);
}

static void can_be_ended_whichever_step_of_its_making_failed(void **state)
{
    int failures = 0;

    (void)state;
    for (;; failures++) {
        struct queue queue;
        weir_error error = {0};
        weir_status status;

        fault_arm(failures);
        status = queue_init(&queue, 4, &error);
        assert_int_equal(fault_disarm(), status != WEIR_OK);
        queue_fini(&queue);
        if (status == WEIR_OK) {
            break;
        }
        assert_int_equal(status, WEIR_E_NOMEM);
        assert_string_equal(error.msg, "create queue of 4 items");
    }
    assert_int_equal(failures, 1);
}

static void refuses_to_hold_nothing(void **state)
{
    struct queue queue;
    weir_error error = {0};

    (void)state;
    assert_int_equal(queue_init(&queue, 0, &error), WEIR_E_INVAL);
    queue_fini(&queue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_items_in_the_order_they_were_put),
        cmocka_unit_test(is_full_at_its_bound_and_empty_at_none),
        cmocka_unit_test(waits_as_long_as_it_was_told),
        cmocka_unit_test(gives_what_is_left_after_it_was_closed),
        cmocka_unit_test(loses_and_doubles_nothing_between_many_threads),
        cmocka_unit_test(lets_a_putter_go_on_as_soon_as_there_is_room),
        cmocka_unit_test(ends_every_wait_when_it_is_closed),
        cmocka_unit_test(can_be_ended_whichever_step_of_its_making_failed),
        cmocka_unit_test(refuses_to_hold_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
