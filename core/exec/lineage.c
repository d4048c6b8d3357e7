#include "exec/lineage.h"

#include "base/bytes.h"

/* Lineage is shown down to a depth: a long-running stream's is long. */
#define DEPTH_MAX 32u

static void explain(const struct rdd *rdd, uint32_t depth, struct bytes *out)
{
    for (uint32_t i = 0; i < depth; i++) {
        bytes_append_text(out, i + 1 == depth ? "+-" : "| ");
    }
    bytes_printf(out, "(%u) %s [%llu]%s\n", rdd->partitions_count, rdd->class->name,
                 (unsigned long long)rdd->id, rdd->shuffle != NULL ? " shuffled" : "");
    if (depth == DEPTH_MAX) {
        return;
    }
    for (uint32_t i = 0; i < rdd->parents_count; i++) {
        explain(rdd->parents[i], depth + 1, out);
    }
}

void lineage_explain(const struct rdd *rdd, struct bytes *out)
{
    explain(rdd, 0, out);
}
