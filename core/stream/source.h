/*
 * source - what feeds a context: a table that io fills for receivers.
 *
 * A source delivers blocks into its block_maker, at its own pace and on its own threads; the batch
 * clock seals what is there at each tick.
 *
 * Life:     attached to a context by name before the start; start once, stop once, destroy once.
 * Threads:  all calls come from the context's threads, one at a time per source; but stop may come
 *           while settle waits, and status at any time.
 */
#ifndef WEIR_STREAM_SOURCE_H
#define WEIR_STREAM_SOURCE_H

#include "stream/block_maker.h"

enum source_state {
    SOURCE_WAITING,
    SOURCE_RUNNING,
    SOURCE_RESTARTING,
    SOURCE_ENDED,
    SOURCE_FAILED
};

struct source_status {
    enum source_state state;
    uint64_t records; /* delivered in all */
    uint64_t bytes;
    uint64_t dropped; /* with a reason in the log */
    uint64_t restarts;
    char note[160]; /* the last thing said of it: "connect to localhost:9999: refused" */
};

struct batch_clock;

struct source_class {
    const char *name;

    /* Begins to deliver into `maker`, which outlives the source. `rhythm` tells which batch is
     * being filled. */
    weir_status (*start)(void *self, struct block_maker *maker, struct batch_clock *rhythm,
                         weir_error *error);

    /* On a manual clock, before batch `number` is sealed: waits until the source has delivered what
     * belongs to it, or cannot know. Returns soon once `stop` was called. */
    void (*settle)(void *self, uint64_t number);

    /* On any clock, right before batch `number` is sealed: delivers what it wants to be in just
     * this batch. NULL for receivers, which deliver at their own pace. */
    void (*fill)(void *self, uint64_t number);

    /* True when the source has nothing to say of batch `number`, not even that it is empty: its
     * stream has no RDD then. Asked once the batch is sealed and has no block. NULL: never. */
    bool (*is_absent)(void *self, uint64_t number);

    /* True once it will never deliver again. */
    bool (*is_ended)(void *self);

    /* Ends deliveries; returns when none can come any more. */
    void (*stop)(void *self);

    void (*status)(void *self, struct source_status *out);
    void (*destroy)(void *self);
};

struct source {
    const struct source_class *class;
    void *self;
};

#endif
