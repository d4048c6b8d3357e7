/*
 * api - what stands behind the structs of the public headers.
 *
 * A building call adds to the context's graph and notes what is wrong there; weir_start tells all
 * of it. After the start building is refused: the graph is read by other threads then.
 *
 * Threads:  building and weir_start are the builder's; `lock` guards what other threads may ask.
 * Memory:   streams, queues and captures live in the context's arena.
 */
#ifndef WEIR_APP_API_H
#define WEIR_APP_API_H

#include <weir/test.h>

#include "app/engine.h"
#include "base/list.h"
#include "base/thread.h"
#include "stream/handle.h"

enum api_state {
    API_BUILDING,
    API_STARTING,
    API_STARTED,
    API_REFUSED, /* the start found mistakes */
    API_FAILED,  /* the start failed otherwise */
    API_STOPPED
};

struct weir_stream {
    struct weir_context *context; /* NULL: what came of a call without a context */
    struct node *node;            /* NULL: the call was refused, or found no memory */
};

struct weir_context {
    struct function_registry *functions;
    struct graph *graph;
    struct plugin_folders *folders;
    struct engine *engine;
    struct handle_pool files; /* RDDs outside of batches; executor NULL until the first */
    struct shared *shared;    /* broadcasts and accumulators */
    struct arena arena;
    struct weir_stream broken; /* stands for streams that could not be made */
    struct weir_capture *captures;
    struct stats *stats;              /* listeners of statistics */
    struct weir_context *next_active; /* the list of those that were started */
    bool is_batch_given;
    struct lock lock; /* of all below */
    enum api_state state;
    struct list listeners; /* api_listener's */
    bool is_heard;         /* there is a context that they are attached to */
    char *problems;        /* what the start has found wrong, a line each; NULL: nothing */
    bool is_refusal;       /* the last failed call was a start that found it */
    weir_error error;      /* what another last failed call had to say */
};

/* Makes `status`, unless it is none, what weir_context_error tells; returns it. */
weir_status api_told(struct weir_context *context, weir_status status, const weir_error *error);

/* The same from a text. */
weir_status api_refuse(struct weir_context *context, weir_status status, const char *format, ...)
    PRINTF_LIKE(3, 4);

enum api_state api_state(struct weir_context *context);

/* False, after it was logged, when the context is NULL or no longer being built. */
bool api_may_build(struct weir_context *context, const char *call);

/* What comes of calls that were given no stream and no context: nothing can be built on it. */
struct weir_stream *api_nowhere(void);

/* A stream around a new node. Never NULL. `call` is the public function's name. */
struct weir_stream *api_add(struct weir_context *context, const char *call,
                            const struct node_spec *spec);

/* The same with the stream as the only input, which may be NULL. */
struct weir_stream *api_derive(struct weir_stream *stream, const char *call,
                               struct node_spec *spec);

/* The same with several inputs; what is wrong with one of them becomes the new stream's mistake. */
struct weir_stream *api_derive_all(struct weir_stream *const *streams, uint32_t count,
                                   const char *call, const struct node_spec *spec);

/* An output; NULL when there is none. */
struct node *api_output(struct weir_stream *stream, const char *call, struct node_spec *spec);

/* True when the stream's node may be changed; false after it was told, or logged, why not. */
bool api_may_change(struct weir_stream *stream, const char *call);

/* A mistake in the stream's node at "/part". */
void api_problem(struct weir_stream *stream, const char *part, const char *code, const char *format,
                 ...) PRINTF_LIKE(4, 5);

/* {"key": value, ...} as JSON text on the heap (mem_free); values that are null are left out.
 * NULL: no memory. */
char *api_options_json(const char *const *keys, const struct weir_value *values, uint32_t count);

/* The function by its name, or the program's own, which then lives as long as the process. Refuses
 * what does not exist, is of another kind, or does not take this argument. */
CHECKED weir_status api_function(const struct function_registry *registry,
                                 struct weir_function given, enum weir_function_kind wanted,
                                 struct weir_value argument, const struct function **out,
                                 weir_error *error);

/* An RDD of the parent's rows that keeps a copy of the argument as long as it lives. *out is held
 * by the caller; *copy is what to hand to an RDD derived from it. */
CHECKED weir_status api_hold_argument(struct rdd *parent, struct weir_value argument,
                                      struct rdd **out, struct weir_value *copy, weir_error *error);

/* The rows of blocks, in their order. Takes over the blocks and their array (from mem), also when
 * it fails. */
CHECKED weir_status api_rows(struct block **blocks, uint32_t blocks_count, bool is_pairs,
                             struct weir_rows *out, weir_error *error);

/* Drops the blocks and frees their array. */
void api_drop_blocks(struct block **blocks, uint32_t blocks_count);

/* The contexts of this process that weir_get_active looks among. */
void api_active_add(struct weir_context *context);
void api_active_remove(struct weir_context *context);

/* Frees what the captures have kept. */
void api_captures_fini(struct weir_context *context);

#endif
