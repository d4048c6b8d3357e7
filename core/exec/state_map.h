/*
 * state_map - keys to states in versions: one partition's state after each batch.
 *
 * A version never changes. An edit makes the next one, which shares with it all that the edit does
 * not touch: states stand in pages of STATE_PAGE_ROWS, pages in nodes of STATE_NODE_PAGES, and only
 * the pages and nodes on the way to a change are copied. So a batch costs what it touches, an older
 * version may be read or edited again after a failure, and what two versions do not share is what
 * an incremental checkpoint has to write.
 *
 * The hash table that finds keys only grows, and is shared by all versions: a key that is not in a
 * version has no mark in its page. Once most of its keys are dead an edit begins a new one.
 *
 * Life:     state_map_edit_begin, puts and removes, state_map_edit_finish or state_map_edit_fini;
 *           state_map_hold and state_map_drop.
 * Threads:  versions are read by any; edits of versions that share a table wait for each other.
 * Memory:   a page owns what its states point to; the shared table owns the keys.
 */
#ifndef WEIR_EXEC_STATE_MAP_H
#define WEIR_EXEC_STATE_MAP_H

#include <stdatomic.h>

#include "base/arena.h"
#include "exec/op.h"
#include "exec/table.h"

#define STATE_PAGE_ROWS  64u
#define STATE_NODE_PAGES 64u

struct state_index;

struct state_page {
    _Atomic uint32_t holders;
    uint64_t present; /* a bit for each row that is there */
    struct weir_value keys[STATE_PAGE_ROWS];
    struct weir_value values[STATE_PAGE_ROWS];
    int64_t times_ms[STATE_PAGE_ROWS]; /* of the last put */
    struct arena arena;                /* what values point to */
    size_t arena_bytes_max;            /* compacted past it */
};

struct state_node {
    _Atomic uint32_t holders;
    struct state_page *pages[STATE_NODE_PAGES]; /* held; NULL: nothing there */
};

/* A version. */
struct state_map {
    _Atomic uint32_t holders;
    uint32_t rows_end;   /* entries of the table that may be there */
    uint32_t rows_count; /* that are */
    uint32_t nodes_count;
    struct state_node **nodes; /* held; NULL: nothing there */
    struct state_index *index; /* held */
};

struct state_map *state_map_hold(struct state_map *map);

/* NULL is fine. */
void state_map_drop(struct state_map *map);

/* Pushes all keys and states as pairs, in the order in which the keys first came. */
CHECKED weir_status state_map_push(const struct state_map *map, struct task *task, struct op *to,
                                   weir_error *error);

/* The next version being made. */
struct state_edit {
    struct state_map *map;  /* its own until it is finished */
    struct state_map *base; /* held; NULL: from nothing */
    struct arena outgrown;  /* of compacted pages: see state_edit_settle */
    uint64_t pages_count;   /* that it has copied or made */
};

/* base NULL: an empty one. */
CHECKED weir_status state_edit_begin(struct state_edit *edit, struct state_map *base,
                                     weir_error *error);

/* The entries of the rows' keys; those that are not there get one, with no state yet. */
CHECKED weir_status state_edit_find(struct state_edit *edit, const struct column *keys,
                                    const uint16_t *rows, uint32_t rows_count, uint32_t *entries,
                                    weir_error *error);

/* The entries that the edit's table has. */
uint32_t state_edit_entries(const struct state_edit *edit);

struct weir_value state_edit_key(const struct state_edit *edit, uint32_t entry);

/* False when there is no state. The value is good until state_edit_settle. */
bool state_edit_get(const struct state_edit *edit, uint32_t entry, struct weir_value *value,
                    int64_t *time_ms);

/* Copies the value. */
CHECKED weir_status state_edit_put(struct state_edit *edit, uint32_t entry, struct weir_value value,
                                   int64_t time_ms, weir_error *error);

/* It need not be there. */
CHECKED weir_status state_edit_remove(struct state_edit *edit, uint32_t entry, weir_error *error);

/* What state_edit_get gave is no longer used: lets go of states that were replaced. */
void state_edit_settle(struct state_edit *edit);

/* The new version, and the end of the edit. */
void state_edit_finish(struct state_edit *edit, struct state_map **out);

/* Ends an edit that was not finished; one that was, or that is all zeroes, is fine too. */
void state_edit_fini(struct state_edit *edit);

#endif
