/*
 * fake_source - a source that delivers what a test tells it to, when it tells it to.
 *
 * Life:     fake_source_create makes it and its source; it goes with the source.
 * Threads:  any.
 */
#ifndef WEIR_TESTS_FAKE_SOURCE_H
#define WEIR_TESTS_FAKE_SOURCE_H

#include <stdatomic.h>

#include "stream/source.h"

struct fake_source {
    struct block_maker *maker; /* from the start on */
    bool fails_to_start;
    const char *last_rows; /* delivered as it is stopped, as a receiver that empties itself */
    _Atomic bool is_started;
    _Atomic bool is_stopped;
    _Atomic bool is_ended;
    _Atomic uint32_t state; /* enum source_state, as it shows itself */
    _Atomic uint64_t restarts;
};

struct fake_source *fake_source_create(struct source *source);

/* Plain rows, as JSON. Waits for room. */
weir_status fake_source_deliver(struct fake_source *fake, const char *json);

#endif
