/*
 * check - the parts of graph_check, which finds all that is wrong with a graph as a whole.
 *
 * Each part walks the graph in its order, inputs before readers, and leaves out what an earlier
 * mistake has made unknown (a shape, an interval): one mistake is told once, where it was made.
 *
 * Life:     within one call of graph_check.
 */
#ifndef WEIR_PLAN_CHECK_H
#define WEIR_PLAN_CHECK_H

#include "plan/graph.h"

struct check {
    struct graph *graph;
    size_t built_count;          /* problems that were there before */
    enum operator_shape *shapes; /* what each node gives, by its id; SHAPE_ANY: unknown */
};

/* An error at node->pointer + part ("/slide"), unless one was told there while building. */
void check_error(struct check *check, const struct node *node, const char *part, const char *code,
                 const char *help, const char *format, ...) PRINTF_LIKE(6, 7);

/* Puts inputs before readers, and otherwise leaves the order as it was made; tells cycles. */
CHECKED weir_status check_order(struct check *check, weir_error *error);

/* Resolves the node's function: missing, unknown, of a wrong kind, with a refused argument. */
void check_function(struct check *check, struct node *node);

/* State to begin with, timeouts, filters of windows, and whose snapshots are shown. */
void check_state(struct check *check, const struct node *node);

/* Window, slide and partitions of the node; sets its interval, 0 when that is unknown. */
void check_window(struct check *check, struct node *node);

#endif
