/*
 * listener_bus - hands events to listeners, in order, on a thread of its own.
 */
#include "stream/listener_bus.h"

#include <assert.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"

/* An event; the lists and texts that it points to stand behind it, in the same piece. */
struct posted {
    struct event event;
};

static size_t text_size(const char *text)
{
    return text == NULL ? 0 : strlen(text) + 1;
}

/* Copies a text to *room, which moves on behind it. */
static const char *text_put(char **room, const char *text)
{
    size_t size = text_size(text);
    char *copy = *room;

    if (size == 0) {
        return NULL;
    }
    memcpy(copy, text, size);
    *room += size;
    return copy;
}

static size_t texts_size(const struct event *event)
{
    size_t size = text_size(event->name) + text_size(event->message) +
                  text_size(event->batch.failure) + text_size(event->receiver.last_error);

    for (uint32_t i = 0; i < event->batch.inputs_count; i++) {
        const struct batch_input_info *input = &event->batch.inputs[i];
        size += text_size(input->name) + text_size(input->description);
    }
    for (uint32_t i = 0; i < event->batch.outputs_count; i++) {
        const struct batch_output_info *output = &event->batch.outputs[i];
        size +=
            text_size(output->name) + text_size(output->description) + text_size(output->failure);
    }
    return size;
}

static struct batch_input_info *put_inputs(const struct batch_info *batch,
                                           struct batch_input_info *inputs, char **room)
{
    for (uint32_t i = 0; i < batch->inputs_count; i++) {
        inputs[i] = batch->inputs[i];
        inputs[i].name = text_put(room, batch->inputs[i].name);
        inputs[i].description = text_put(room, batch->inputs[i].description);
    }
    return inputs;
}

static struct batch_output_info *put_outputs(const struct batch_info *batch,
                                             struct batch_output_info *outputs, char **room)
{
    for (uint32_t i = 0; i < batch->outputs_count; i++) {
        outputs[i] = batch->outputs[i];
        outputs[i].name = text_put(room, batch->outputs[i].name);
        outputs[i].description = text_put(room, batch->outputs[i].description);
        outputs[i].failure = text_put(room, batch->outputs[i].failure);
    }
    return outputs;
}

static struct posted *posted_create(const struct event *event)
{
    size_t inputs_size = event->batch.inputs_count * sizeof(struct batch_input_info);
    size_t outputs_size = event->batch.outputs_count * sizeof(struct batch_output_info);
    struct posted *posted =
        mem_alloc(sizeof(*posted) + inputs_size + outputs_size + texts_size(event));

    if (posted == NULL) {
        return NULL;
    }
    char *parts = (char *)(posted + 1);
    char *room = parts + inputs_size + outputs_size;
    posted->event = *event;
    posted->event.name = text_put(&room, event->name);
    posted->event.message = text_put(&room, event->message);
    posted->event.batch.failure = text_put(&room, event->batch.failure);
    posted->event.receiver.last_error = text_put(&room, event->receiver.last_error);
    posted->event.batch.inputs = put_inputs(&event->batch, (void *)parts, &room);
    posted->event.batch.outputs = put_outputs(&event->batch, (void *)(parts + inputs_size), &room);
    return posted;
}

weir_status listener_bus_init(struct listener_bus *bus, weir_error *error)
{
    memset(bus, 0, sizeof(*bus));
    WEIR_TRY(queue_init(&bus->events, LISTENER_EVENTS_MAX, error));
    lock_init(&bus->lock);
    condition_init(&bus->changed);
    return WEIR_OK;
}

weir_status listener_bus_add(struct listener_bus *bus, listener_function call, void *owner,
                             weir_error *error)
{
    lock_take(&bus->lock);
    weir_status status = mem_grow((void **)&bus->entries, &bus->capacity, bus->count + 1,
                                  sizeof(*bus->entries), error);
    if (status == WEIR_OK) {
        bus->entries[bus->count++] = (struct listener_entry){call, owner};
    }
    lock_release(&bus->lock);
    return status;
}

void listener_bus_remove(struct listener_bus *bus, listener_function call, void *owner)
{
    lock_take(&bus->lock);
    while (bus->is_calling && !listener_bus_is_current(bus)) {
        condition_wait(&bus->changed, &bus->lock);
    }
    for (size_t i = 0; i < bus->count; i++) {
        if (bus->entries[i].call == call && bus->entries[i].owner == owner) {
            memmove(&bus->entries[i], &bus->entries[i + 1],
                    (bus->count - i - 1) * sizeof(*bus->entries));
            bus->count--;
            break;
        }
    }
    lock_release(&bus->lock);
}

bool listener_bus_is_current(const struct listener_bus *bus)
{
    return thread_is_current(&bus->thread);
}

void listener_bus_post(struct listener_bus *bus, const struct event *event)
{
    lock_take(&bus->lock);
    bool is_heard = bus->count > 0;
    lock_release(&bus->lock);
    if (!is_heard) {
        return;
    }
    struct posted *posted = posted_create(event);
    if (posted == NULL) {
        log_write(LOG_WARN, "listeners", "an event is lost: out of memory");
        return;
    }
    if (queue_put(&bus->events, posted, -1) != WEIR_OK) {
        mem_free(posted); /* stopped: nobody listens any more */
    }
}

/* Calls each listener with the lock released: it may add and remove listeners. */
static void hand_out(struct listener_bus *bus, const struct event *event)
{
    lock_take(&bus->lock);
    for (size_t i = 0; i < bus->count; i++) {
        struct listener_entry entry = bus->entries[i];
        bus->is_calling = true;
        lock_release(&bus->lock);
        entry.call(entry.owner, event);
        lock_take(&bus->lock);
        bus->is_calling = false;
        condition_broadcast(&bus->changed);
        /* A listener that removed itself has moved the next one to its place. */
        if (i < bus->count &&
            (bus->entries[i].call != entry.call || bus->entries[i].owner != entry.owner)) {
            i--;
        }
    }
    lock_release(&bus->lock);
}

static void run(void *argument)
{
    struct listener_bus *bus = argument;
    void *item;

    while (queue_take(&bus->events, &item, -1) == WEIR_OK) {
        struct posted *posted = item;
        hand_out(bus, &posted->event);
        mem_free(posted);
    }
}

weir_status listener_bus_start(struct listener_bus *bus, weir_error *error)
{
    return thread_start(&bus->thread, "listeners", run, bus, error);
}

void listener_bus_stop(struct listener_bus *bus)
{
    assert(!listener_bus_is_current(bus));
    queue_close(&bus->events);
    thread_join(&bus->thread);
}

void listener_bus_fini(struct listener_bus *bus)
{
    void *item;

    listener_bus_stop(bus);
    while (queue_take(&bus->events, &item, 0) == WEIR_OK) {
        mem_free(item); /* posted to a bus that was never started */
    }
    queue_fini(&bus->events);
    mem_free(bus->entries);
    condition_fini(&bus->changed);
    lock_fini(&bus->lock);
}
