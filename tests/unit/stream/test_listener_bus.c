/*
 * test_listener_bus - listeners hear every event, in order, until the bus stops.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "stream/listener_bus.h"

struct ear {
    struct listener_bus *bus;
    char heard[256];
    char tag;
};

/* Only the bus's thread writes; a test reads after the stop. */
static void listen(void *owner, const struct event *event)
{
    struct ear *ear = owner;
    size_t used = strlen(ear->heard);

    snprintf(ear->heard + used, sizeof(ear->heard) - used, "%c%d%s%s%s ", ear->tag,
             (int)event->batch.number, event->name == NULL ? "" : event->name,
             event->message == NULL ? "" : event->message,
             event->batch.failure == NULL ? "" : event->batch.failure);
}

static void listen_once(void *owner, const struct event *event)
{
    struct ear *ear = owner;

    listen(owner, event);
    listener_bus_remove(ear->bus, listen_once, owner);
}

static void post(struct listener_bus *bus, uint64_t number, const char *name, const char *message)
{
    char name_copy[32];
    char message_copy[32];
    struct event event = {.kind = EVENT_OUTPUT_COMPLETED, .batch.number = number};

    if (name != NULL) {
        event.name = strcpy(name_copy, name);
    }
    if (message != NULL) {
        event.message = strcpy(message_copy, message);
        event.batch.failure = message_copy;
    }
    listener_bus_post(bus, &event);
    memset(name_copy, '?', sizeof(name_copy)); /* the event was copied */
    memset(message_copy, '?', sizeof(message_copy));
}

static void events_come_in_order_to_listeners_in_the_order_they_were_added(void **state)
{
    struct listener_bus bus;
    struct ear ear = {.bus = &bus, .tag = 'a'};

    (void)state;
    assert_int_equal(listener_bus_init(&bus, NULL), WEIR_OK);
    assert_int_equal(listener_bus_add(&bus, listen, &ear, NULL), WEIR_OK);
    assert_int_equal(listener_bus_add(&bus, listen, &ear, NULL), WEIR_OK);
    post(&bus, 1, NULL, NULL); /* before the start: heard after it */
    assert_int_equal(listener_bus_start(&bus, NULL), WEIR_OK);
    post(&bus, 2, "out", NULL);
    post(&bus, 3, "out", "broken");
    listener_bus_stop(&bus);
    assert_string_equal(ear.heard, "a1 a1 a2out a2out a3outbrokenbroken a3outbrokenbroken ");
    listener_bus_fini(&bus);
}

static void nothing_is_heard_after_the_stop(void **state)
{
    struct listener_bus bus;
    struct ear ear = {.bus = &bus, .tag = 'a'};

    (void)state;
    assert_int_equal(listener_bus_init(&bus, NULL), WEIR_OK);
    assert_int_equal(listener_bus_add(&bus, listen, &ear, NULL), WEIR_OK);
    assert_int_equal(listener_bus_start(&bus, NULL), WEIR_OK);
    listener_bus_stop(&bus);
    post(&bus, 1, NULL, NULL);
    assert_string_equal(ear.heard, "");
    listener_bus_fini(&bus);
}

static void a_removed_listener_hears_no_more(void **state)
{
    struct listener_bus bus;
    struct ear ear = {.bus = &bus, .tag = 'a'};
    struct ear other = {.bus = &bus, .tag = 'b'};

    (void)state;
    assert_int_equal(listener_bus_init(&bus, NULL), WEIR_OK);
    assert_int_equal(listener_bus_add(&bus, listen, &ear, NULL), WEIR_OK);
    assert_int_equal(listener_bus_add(&bus, listen, &other, NULL), WEIR_OK);
    listener_bus_remove(&bus, listen, &ear);
    listener_bus_remove(&bus, listen, &ear); /* a second time: nothing */
    assert_int_equal(listener_bus_start(&bus, NULL), WEIR_OK);
    post(&bus, 1, NULL, NULL);
    listener_bus_stop(&bus);
    assert_string_equal(ear.heard, "");
    assert_string_equal(other.heard, "b1 ");
    listener_bus_fini(&bus);
}

static void a_listener_may_remove_itself_and_the_next_is_still_called(void **state)
{
    struct listener_bus bus;
    struct ear ear = {.bus = &bus, .tag = 'a'};
    struct ear other = {.bus = &bus, .tag = 'b'};

    (void)state;
    assert_int_equal(listener_bus_init(&bus, NULL), WEIR_OK);
    assert_int_equal(listener_bus_add(&bus, listen_once, &ear, NULL), WEIR_OK);
    assert_int_equal(listener_bus_add(&bus, listen, &other, NULL), WEIR_OK);
    assert_int_equal(listener_bus_start(&bus, NULL), WEIR_OK);
    post(&bus, 1, NULL, NULL);
    post(&bus, 2, NULL, NULL);
    listener_bus_stop(&bus);
    assert_string_equal(ear.heard, "a1 ");
    assert_string_equal(other.heard, "b1 b2 ");
    listener_bus_fini(&bus);
}

static void counting(void *owner, const struct event *event)
{
    uint64_t *count = owner;

    assert_int_equal(event->batch.number, *count);
    (*count)++;
}

static void more_events_than_may_wait_are_all_heard(void **state)
{
    struct listener_bus bus;
    uint64_t count = 0;

    (void)state;
    assert_int_equal(listener_bus_init(&bus, NULL), WEIR_OK);
    assert_int_equal(listener_bus_add(&bus, counting, &count, NULL), WEIR_OK);
    assert_int_equal(listener_bus_start(&bus, NULL), WEIR_OK);
    for (uint64_t i = 0; i < 3 * LISTENER_EVENTS_MAX; i++) {
        post(&bus, i, NULL, NULL);
    }
    listener_bus_stop(&bus);
    assert_int_equal(count, 3 * LISTENER_EVENTS_MAX);
    listener_bus_fini(&bus);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_come_in_order_to_listeners_in_the_order_they_were_added),
        cmocka_unit_test(nothing_is_heard_after_the_stop),
        cmocka_unit_test(a_removed_listener_hears_no_more),
        cmocka_unit_test(a_listener_may_remove_itself_and_the_next_is_still_called),
        cmocka_unit_test(more_events_than_may_wait_are_all_heard),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
