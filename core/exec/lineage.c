/*
 * lineage - makes RDDs: what the stream floor and programs derive one from another.
 */
#include "exec/lineage.h"

#include "base/bytes.h"

/* Lineage is shown down to a depth, and up to a number of lines: a long-running stream's is long,
 * and what has two ways to it is shown twice. */
#define DEPTH_MAX 32u
#define LINES_MAX 1000u

static void explain(const struct rdd *rdd, uint32_t depth, uint32_t *lines_left, struct bytes *out)
{
    if (*lines_left == 0) {
        return;
    }
    --*lines_left;
    for (uint32_t i = 0; i < depth; i++) {
        bytes_append_text(out, i + 1 == depth ? "+-" : "| ");
    }
    enum storage_level level = atomic_load(&rdd->storage);
    bool is_shuffled = atomic_load(&rdd->checkpoint) == NULL && rdd->shuffle != NULL;
    bytes_printf(out, "(%u) %s [%llu]%s", rdd->partitions_count, rdd->class->name,
                 (unsigned long long)rdd->id, is_shuffled ? " shuffled" : "");
    if (level != STORAGE_NONE) {
        bytes_append_text(out, " [");
        storage_level_description(level, out);
        bytes_append_text(out, "]");
    }
    bytes_append_text(out, atomic_load(&rdd->checkpoint) != NULL ? " checkpointed\n" : "\n");
    for (uint32_t i = 0; depth < DEPTH_MAX && i < rdd_parents_count(rdd); i++) {
        explain(rdd_parent(rdd, i), depth + 1, lines_left, out);
    }
}

void lineage_explain(const struct rdd *rdd, struct bytes *out)
{
    uint32_t lines_left = LINES_MAX;

    explain(rdd, 0, &lines_left, out);
}
