/*
 * explain - a graph as people look at it.
 */
#ifndef WEIR_PLAN_EXPLAIN_H
#define WEIR_PLAN_EXPLAIN_H

#include "base/bytes.h"
#include "plan/graph.h"

/* Text: "lines (socket) -> words (flatMap) -> counts (reduceByKeyAndWindow 30s/10s) -+-> ..." */
void explain_text(const struct graph *graph, struct bytes *out);

/* For Graphviz and for Mermaid. Names are escaped. */
void explain_dot(const struct graph *graph, struct bytes *out);
void explain_mermaid(const struct graph *graph, struct bytes *out);

#endif
