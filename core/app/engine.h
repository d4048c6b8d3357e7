/*
 * engine - what a graph needs to run: plugins, options, executor, clock and context, made and
 * undone in order. The command and the C API both run their graphs with it.
 *
 * Each source is a receiver found by its type, and each output a built-in sink, but for those that
 * a program feeds or takes by itself: it gives the engine its own (engine_use_source, _sink).
 *
 * Life:     engine_create, the graph is built, engine_use_*, engine_check (engine_prepare does it
 *           otherwise), engine_prepare (start does it otherwise), engine_start, engine_stop,
 *           engine_destroy.
 * Threads:  one builder; engine_stop and the context's calls from any thread after the start.
 */
#ifndef WEIR_APP_ENGINE_H
#define WEIR_APP_ENGINE_H

#include "io/plugin.h"
#include "plan/graph.h"
#include "stream/context.h"

struct engine;

/* A zero or NULL member asks for the default. */
struct engine_options {
    const char *name;    /* for log lines; copied */
    uint32_t workers;    /* one per core */
    uint32_t partitions; /* of a shuffle: as many as workers */
    uint32_t chunk_rows;
    bool is_per_block;       /* one partition per block, as Spark has it */
    bool is_manual_clock;    /* time moves by engine_advance only */
    int64_t manual_clock_ms; /* where it starts */
    uint64_t batches_max;    /* the job ends after so many */
    bool stop_at_end;        /* the job ends when every source has ended */
    int64_t stop_timeout_ms;
    uint32_t jobs_at_once;     /* outputs that run side by side; 0: one */
    size_t memory_limit_bytes; /* rows above it go to disk; 0: no limit */
    const char *spill_dir;     /* where to; copied */
};

/* Makes the engine and no thread. graph and folders are borrowed and outlive it; the graph may be
 * built on until the check. */
CHECKED weir_status engine_create(const struct engine_options *options, struct graph *graph,
                                  const struct plugin_folders *folders, struct engine **out,
                                  weir_error *error);

/* Gives this source node what feeds it, or this output node what takes its rows, in place of a
 * plugin or a built-in. Taken over on success. Before the check. */
CHECKED weir_status engine_use_source(struct engine *engine, const struct node *node,
                                      struct source source, weir_error *error);
CHECKED weir_status engine_use_sink(struct engine *engine, const struct node *node,
                                    struct sink sink, weir_error *error);

/* Opens the plugins and reads the options of sources and outputs: what is wrong goes to the
 * graph's problems, at /sources/NAME/type or below /sources/NAME/with. WEIR_OK also when there are
 * problems: only want of memory fails. Once. */
CHECKED weir_status engine_check_options(struct engine *engine, weir_error *error);

/* engine_check_options, then graph_check. WEIR_E_CONFIG: graph->problems has all that is wrong. */
CHECKED weir_status engine_check(struct engine *engine, weir_error *error);

/* Checks, and makes the context with its sources and sinks, so that listeners can be added. */
CHECKED weir_status engine_prepare(struct engine *engine, weir_error *error);

/* Prepares, and starts. WEIR_E_INVAL when it was started before. */
CHECKED weir_status engine_start(struct engine *engine, weir_error *error);

/* As context_stop; fine before the start. */
CHECKED weir_status engine_stop(struct engine *engine, bool graceful, weir_error *error);

/* Manual clock: moves the time on by so many batch intervals, one after the other, each when the
 * batch before is done; by milliseconds. Ends early, with WEIR_OK, when the job has ended. */
CHECKED weir_status engine_advance(struct engine *engine, uint64_t batches, weir_error *error);
CHECKED weir_status engine_advance_ms(struct engine *engine, int64_t duration_ms,
                                      weir_error *error);

/* The executor, made on first need: batch programs run on it without a start. */
CHECKED weir_status engine_executor(struct engine *engine, struct executor **out,
                                    weir_error *error);

/* NULL before engine_prepare. */
struct context *engine_context(struct engine *engine);
struct clock *engine_clock(struct engine *engine);

/* Stops at once if need be. NULL is fine. */
void engine_destroy(struct engine *engine);

#endif
