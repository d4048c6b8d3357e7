/*
 * listener_bus - hands events to listeners, in order, on a thread of its own.
 *
 * Life:     listener_bus_init, listener_bus_start, posts, listener_bus_stop (what was posted is
 *           still handed out), listener_bus_fini. Listeners come and go at any time.
 * Threads:  any; stop and fini not from a listener.
 * Memory:   an event is copied when it is posted. At most LISTENER_EVENTS_MAX of them wait: then
 *           posting waits for the listeners.
 */
#ifndef WEIR_STREAM_LISTENER_BUS_H
#define WEIR_STREAM_LISTENER_BUS_H

#include "base/queue.h"
#include "base/thread.h"
#include "stream/listener.h"

#define LISTENER_EVENTS_MAX 4096u

struct listener_entry {
    listener_function call;
    void *owner;
};

struct listener_bus {
    struct queue events;
    struct thread thread;
    struct lock lock; /* of all below */
    struct condition changed;
    struct listener_entry *entries;
    size_t count;
    size_t capacity;
    bool is_calling; /* a listener runs now */
};

CHECKED weir_status listener_bus_init(struct listener_bus *bus, weir_error *error);
CHECKED weir_status listener_bus_start(struct listener_bus *bus, weir_error *error);

CHECKED weir_status listener_bus_add(struct listener_bus *bus, listener_function call, void *owner,
                                     weir_error *error);

/* Once it is back, the listener is not running (unless it removed itself) and is not called again.
 */
void listener_bus_remove(struct listener_bus *bus, listener_function call, void *owner);

/* Never from a listener. An event for which there is no memory is lost, with a line in the log. */
void listener_bus_post(struct listener_bus *bus, const struct event *event);

/* True in a listener. */
bool listener_bus_is_current(const struct listener_bus *bus);

void listener_bus_stop(struct listener_bus *bus);
void listener_bus_fini(struct listener_bus *bus);

#endif
