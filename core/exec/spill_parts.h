/*
 * spill_parts - rows set aside on disk in parts by their keys' hashes, each with its place: so that
 * what is too large for memory is worked on part by part, and comes out in the order in which it
 * would have come out of memory.
 *
 * A part is written in any order of places and replayed as it was written; parts whose places
 * ascend can be merged by place.
 *
 * Life:     spill_parts_create, adds or puts, one spill_parts_seal, replays or a merge,
 *           spill_parts_destroy.
 * Threads:  one task's.
 */
#ifndef WEIR_EXEC_SPILL_PARTS_H
#define WEIR_EXEC_SPILL_PARTS_H

#include "data/chunk.h"
#include "exec/task.h"

#define SPILL_PARTS_COUNT 16u
#define SPILL_DEPTH_MAX   6u /* parts in parts: past it, memory has to do */

struct spill_parts;

/* task: of an executor with a memory limit. */
CHECKED weir_status spill_parts_create(struct task *task, struct spill_parts **out,
                                       weir_error *error);

/* Each row to the part of its hash, which differs from depth to depth. hashes, places: by living
 * row. */
CHECKED weir_status spill_parts_add(struct spill_parts *parts, uint32_t depth,
                                    const struct chunk *chunk, const uint64_t *hashes,
                                    const int64_t *places, weir_error *error);

/* All rows to one part. */
CHECKED weir_status spill_parts_put(struct spill_parts *parts, uint32_t part,
                                    const struct chunk *chunk, const int64_t *places,
                                    weir_error *error);

/* No more rows; all of them are on disk now. */
CHECKED weir_status spill_parts_seal(struct spill_parts *parts, weir_error *error);

/* Takes a chunk, and the places of its rows (which has no selection). */
struct spill_sink {
    weir_status (*take)(void *owner, struct chunk *chunk, const int64_t *places, weir_error *error);
    void *owner;
};

bool spill_parts_is_empty(const struct spill_parts *parts, uint32_t part);

/* A part's rows as they were written; its room on disk is given back then. */
CHECKED weir_status spill_parts_replay(struct spill_parts *parts, uint32_t part,
                                       const struct spill_sink *sink, weir_error *error);

/* The rows of all parts by ascending place. */
CHECKED weir_status spill_parts_merge(struct spill_parts *parts, const struct spill_sink *sink,
                                      weir_error *error);

/* NULL is fine. */
void spill_parts_destroy(struct spill_parts *parts);

#endif
