/*
 * cogroup - rows of several pair RDDs brought together by key.
 *
 * Values are kept in a log per side, in the order in which they came; when all are there a counting
 * sort puts each key's values next to each other. So a key's values keep their order, nothing is
 * allocated per row, and the keys come out in the order in which they first came.
 *
 * Life:     cogroup_init, cogroup_push for sides in any order, cogroup_seal, reads, cogroup_fini.
 * Threads:  one task's.
 */
#ifndef WEIR_EXEC_COGROUP_H
#define WEIR_EXEC_COGROUP_H

#include "exec/memory.h"
#include "exec/spill_parts.h"
#include "exec/table.h"

#define COGROUP_SIDES_MAX 64u

struct cogroup_side {
    struct weir_value *values; /* the log; after the seal, sorted by entry */
    uint32_t *entries;         /* the log's entries; freed by the seal */
    uint32_t *starts;          /* by entry, and the end: into values; made by the seal */
    size_t count;
    size_t capacity;
    struct arena arena; /* what values point to */
};

struct cogroup {
    struct task *task; /* NULL: no limit */
    uint32_t depth;    /* 0: the task's own; else of a part */
    bool is_let_go;
    struct table table;
    struct cogroup_side *sides;
    uint32_t sides_count;
    struct memory_account account;
    struct spill_parts *parts; /* NULL: all is in memory */
    int64_t *places;           /* under a limit: by entry, where its key first stood */
    size_t places_count;
    size_t places_capacity;
    int64_t rows_seen;
    uint32_t entries[CHUNK_ROWS_MAX];
    uint64_t hashes[CHUNK_ROWS_MAX];
    int64_t row_places[CHUNK_ROWS_MAX];
};

CHECKED weir_status cogroup_init(struct cogroup *cogroup, struct task *task, uint32_t sides_count,
                                 weir_error *error);

/* Adds the living rows of a chunk of pairs to one side. */
CHECKED weir_status cogroup_push(struct cogroup *cogroup, uint32_t side, const struct chunk *chunk,
                                 weir_error *error);

/* A key with its values on each side, borrowed until the sink's flush; the struct for one call. */
struct cogroup_group {
    struct weir_value key;
    uint32_t sides_count;
    const struct weir_value *lists; /* by side */
};

struct cogroup_sink {
    weir_status (*take)(void *owner, const struct cogroup_group *group, weir_error *error);
    /* What the groups so far point to goes now. */
    weir_status (*flush)(void *owner, weir_error *error);
    void *owner;
};

/* No more rows: gives each key's group, in the order in which the keys first came. */
CHECKED weir_status cogroup_each(struct cogroup *cogroup, const struct cogroup_sink *sink,
                                 weir_error *error);

void cogroup_fini(struct cogroup *cogroup);

#endif
