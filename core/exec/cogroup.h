/*
 * cogroup - rows of several pair RDDs brought together by key.
 *
 * Values are kept in a log per side, in the order in which they came; when all are there a counting
 * sort puts each key's values next to each other. So a key's values keep their order, nothing is
 * allocated per row, and the keys come out in the order in which they first came.
 *
 * Life:     cogroup_init, cogroup_push side by side in any order, cogroup_seal, reads, cogroup_fini.
 * Threads:  one task's.
 */
#ifndef WEIR_EXEC_COGROUP_H
#define WEIR_EXEC_COGROUP_H

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
    struct table table;
    struct cogroup_side *sides;
    uint32_t sides_count;
    uint32_t entries[CHUNK_ROWS_MAX];
};

CHECKED weir_status cogroup_init(struct cogroup *cogroup, uint32_t sides_count, weir_error *error);

/* Adds the living rows of a chunk of pairs to one side. */
CHECKED weir_status cogroup_push(struct cogroup *cogroup, uint32_t side, const struct chunk *chunk,
                                 weir_error *error);

/* No more rows: values can be read. */
CHECKED weir_status cogroup_seal(struct cogroup *cogroup, weir_error *error);

static inline uint32_t cogroup_keys_count(const struct cogroup *cogroup)
{
    return cogroup->table.entries_count;
}

static inline struct weir_value cogroup_key(const struct cogroup *cogroup, uint32_t entry)
{
    return cogroup->table.keys[entry];
}

/* A key's values on one side, as a list that borrows from the cogroup. */
static inline struct weir_value cogroup_list(const struct cogroup *cogroup, uint32_t side,
                                             uint32_t entry)
{
    const struct cogroup_side *one = &cogroup->sides[side];

    return weir_list(one->values + one->starts[entry], one->starts[entry + 1] - one->starts[entry]);
}

void cogroup_fini(struct cogroup *cogroup);

#endif
