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
    bytes_printf(out, "(%u) %s [%llu]%s\n", rdd->partitions_count, rdd->class->name,
                 (unsigned long long)rdd->id, rdd->shuffle != NULL ? " shuffled" : "");
    for (uint32_t i = 0; depth < DEPTH_MAX && i < rdd->parents_count; i++) {
        explain(rdd->parents[i], depth + 1, lines_left, out);
    }
}

void lineage_explain(const struct rdd *rdd, struct bytes *out)
{
    uint32_t lines_left = LINES_MAX;

    explain(rdd, 0, &lines_left, out);
}
