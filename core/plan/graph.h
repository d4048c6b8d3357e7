/*
 * graph - a job as data: sources, operators and outputs, with names and edges.
 *
 * The C API and the job file write the same graph, and all that follows reads only the graph.
 * Building calls do not fail one by one: what is wrong is collected in `problems`, and
 * graph_check adds what only the whole graph can tell.
 *
 * Life:     graph_create, building calls, graph_check, then read-only; graph_destroy. Building
 *           after a check, one that found errors included, is a bug and asserts.
 * Threads:  the builder's until checked; any afterwards.
 * Memory:   nodes and texts live in the graph's arena.
 */
#ifndef WEIR_PLAN_GRAPH_H
#define WEIR_PLAN_GRAPH_H

#include "plan/duration.h"
#include "plan/function.h"
#include "plan/operator.h"
#include "plan/problem.h"
#include "plan/storage_level.h"

/* A function beside "fn": one of the class's `functions`. */
struct node_function {
    struct weir_function call;       /* as written; name NULL: none */
    const struct function *function; /* resolved by graph_check; NULL: none */
};

struct node {
    uint32_t id;         /* its place in graph->nodes */
    const char *name;    /* unique in the graph: "counts" */
    const char *pointer; /* where it stands: "/operators/counts" */
    const struct operator_class *class;
    struct node **inputs;
    uint32_t inputs_count;
    struct weir_function call;       /* as written; name NULL: none */
    const struct function *function; /* resolved by graph_check; NULL: none */
    struct weir_value argument;
    int64_t window_ms;   /* 0: none given */
    int64_t slide_ms;    /* 0: none given */
    uint32_t partitions; /* 0: the default */

    struct node_function functions[OPERATOR_FUNCTIONS_MAX]; /* in the order of the class's */
    struct node_function partitioner;                       /* none: keys go by their hash */
    struct weir_value partitioner_argument;
    struct weir_value zero;                /* aggregateByKey, foldByKey */
    const struct weir_value *initial_keys; /* states to begin with */
    const struct weir_value *initial_values;
    uint32_t initial_count;
    int64_t timeout_ms;    /* mapWithState: idle keys go; 0: never */
    uint32_t storage;      /* enum storage_level that the program wants; 0: none */
    int64_t checkpoint_ms; /* how often its RDD is kept without its lineage; 0: never */

    /* Of sources and outputs. */
    const char *type;      /* "socket", "console"; "foreach" is a function of the program */
    const char *with;      /* options as JSON text, "{}" when there are none */
    const char *decode;    /* sources: "text" (default) or "bytes" */
    bool is_open;          /* of rows or of pairs: known at run time only */
    uint32_t source_index; /* sources: 0, 1, 2 ... in the order made */
    uint32_t output_index; /* outputs: 0, 1, 2 ... in the order made */

    /* Found by graph_check. */
    bool is_pairs;          /* what it gives */
    bool is_ranged;         /* partitionBy: keys go by their order */
    bool is_shape_known;    /* false: pairs or plain rows, the program alone knows */
    int64_t interval_ms;    /* how often it makes an RDD */
    int64_t remember_ms;    /* how long its RDDs are wanted */
    bool is_used;           /* an output depends on it */
    uint32_t readers_count; /* edges to its readers: a union of it with itself counts twice */
};

struct graph {
    struct arena arena;
    struct node **nodes; /* inputs stand before their readers, once checked */
    size_t nodes_count;
    size_t nodes_capacity;
    uint32_t sources_count;
    uint32_t outputs_count;
    uint32_t unnamed_counts[OPERATORS_COUNT]; /* names made so far, of each kind */
    struct map by_name;
    struct problems problems;
    struct function_registry *functions; /* borrowed */
    int64_t batch_ms;
    int64_t remember_ms; /* the least time that every stream's RDDs are kept; 0: not asked for */
    bool is_checked;
};

/* functions: outlives the graph. */
CHECKED weir_status graph_create(struct function_registry *functions, int64_t batch_ms,
                                 struct graph **out, weir_error *error);

/* What a building call is told. Texts are copied. name NULL: one is made ("flatMap2"). */
struct node_spec {
    enum operator_kind kind;
    const char *name;
    const char *pointer; /* NULL: "/KINDS/NAME" is made */
    struct node *const *inputs;
    uint32_t inputs_count;
    struct weir_function function; /* .name NULL: none */
    struct weir_value argument;
    int64_t window_ms;
    int64_t slide_ms;
    uint32_t partitions;
    struct weir_function functions[OPERATOR_FUNCTIONS_MAX];
    struct weir_value zero;
    bool is_ranged;
    const struct weir_value *initial_keys; /* copied, as are the values */
    const struct weir_value *initial_values;
    uint32_t initial_count;
    int64_t timeout_ms;
    const char *type;
    const char *with;
    const char *decode;
    bool is_open; /* a program's own source or transform: it alone knows what it gives */
};

/* Adds a node. Never NULL but for want of memory (a problem is noted then too). Inputs may be set
 * later by graph_connect, for job files whose edges point forward; NULLs among them are left
 * out. */
struct node *graph_add(struct graph *graph, const struct node_spec *spec);

/* Adds an edge: `reader` reads `input`, after the inputs it has already. Does nothing when one is
 * NULL: a call for want of which it is so has noted a problem. */
void graph_connect(struct graph *graph, struct node *reader, struct node *input);

/* Gives the node a function that says which partition a key goes to: one of the program's, "hash"
 * (the default), or for partitionBy "range". */
void graph_set_partitioner(struct graph *graph, struct node *node, struct weir_function function,
                           struct weir_value argument);

/* Where the node's rows are kept once they are computed. Of a window, those that it is over: it has
 * none of its own. A window sets MEMORY_ONLY_SER for its input, unless a level is set there. */
void graph_persist(struct node *node, enum storage_level level);

/* How often the node's rows are kept in place of what they were made of. They are stored then, as a
 * window's input is, unless a level is set. */
void graph_set_checkpoint(struct node *node, int64_t interval_ms);

/* Gives the node another name and the place that belongs to it. */
void graph_rename(struct graph *graph, struct node *node, const char *name);

/* NULL when there is none of that name. */
struct node *graph_find(const struct graph *graph, const char *name);

/* Adds every error that the whole graph shows: cycles, wrong numbers of inputs, windows that are
 * not multiples, functions missing or of a wrong kind, pairs where plain rows are wanted, no
 * output, streams nobody reads (a warning). Orders the nodes, sets what is "found by graph_check".
 * A place (JSON pointer) that a building call or a reader has complained about is not complained
 * about again, and streams nobody reads are told only when there is no error.
 * WEIR_E_CONFIG when there are errors, those of building included; `error` then tells the first.
 * WEIR_E_NOMEM when there was no memory, then or while building. A second call answers as the
 * first. */
CHECKED weir_status graph_check(struct graph *graph, weir_error *error);

void graph_destroy(struct graph *graph);

#endif
