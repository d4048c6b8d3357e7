/*
 * dstream - the nodes of a graph at work.
 */
#include "stream/dstream.h"

#include <assert.h>
#include <inttypes.h>

#include "base/mem.h"
#include "stream/dstream_compute.h"

static const dstream_compute computes[OPERATORS_COUNT] = {
    [OPERATOR_SOURCE] = compute_source,
    [OPERATOR_MAP] = compute_rows,
    [OPERATOR_FLAT_MAP] = compute_rows,
    [OPERATOR_FILTER] = compute_filter,
    [OPERATOR_MAP_TO_PAIR] = compute_rows,
    [OPERATOR_REDUCE_BY_KEY] = compute_reduce_by_key,
    [OPERATOR_COUNT_BY_VALUE] = compute_count_by_value,
    [OPERATOR_WINDOW] = compute_window,
    [OPERATOR_REDUCE_BY_KEY_AND_WINDOW] = compute_reduce_window,
    [OPERATOR_UNION] = compute_union,
    [OPERATOR_TRANSFORM] = compute_transform,
};

/* What a reader asks of its input: for how long, and how often. Readers stand behind inputs. */
static void ask_input(struct dstream *input, const struct dstream *reader)
{
    enum operator_kind kind = reader->node->class->kind;
    int64_t keep_ms = reader->keep_ms;

    if (kind == OPERATOR_WINDOW) {
        keep_ms += reader->node->window_ms - input->node->interval_ms;
        input->is_kept = true;
    }
    if (kind == OPERATOR_REDUCE_BY_KEY_AND_WINDOW) {
        keep_ms = 0; /* it keeps each batch's share itself */
    }
    if (kind == OPERATOR_UNION && reader->is_kept) {
        input->is_kept = true;
    }
    if (input->keep_ms < keep_ms) {
        input->keep_ms = keep_ms;
    }
}

static void ask_all(struct dstreams *streams)
{
    for (size_t i = streams->graph->nodes_count; i > 0; i--) {
        struct dstream *reader = &streams->items[i - 1];

        if (!reader->node->is_used) {
            continue;
        }
        reader->is_kept = reader->is_kept || reader->node->readers_count > 1;
        for (uint32_t k = 0; k < reader->node->inputs_count; k++) {
            assert(reader->node->inputs[k]->id < reader->node->id);
            ask_input(&streams->items[reader->node->inputs[k]->id], reader);
        }
    }
}

weir_status dstreams_create(const struct dstreams_options *options, const struct graph *graph,
                            struct executor *executor, struct dstreams **out, weir_error *error)
{
    assert(graph->is_checked);
    struct dstreams *streams = mem_zalloc(sizeof(*streams));
    if (streams == NULL) {
        return error_set(error, WEIR_E_NOMEM, "create streams");
    }
    streams->items = mem_zalloc(graph->nodes_count * sizeof(*streams->items));
    if (streams->items == NULL) {
        mem_free(streams);
        return error_set(error, WEIR_E_NOMEM, "create streams");
    }
    streams->graph = graph;
    streams->executor = executor;
    streams->zero_ms = options->zero_ms;
    streams->partitions_per_block = options->partitions_per_block;
    for (size_t i = 0; i < graph->nodes_count; i++) {
        assert(graph->nodes[i]->id == i);
        streams->items[i].node = graph->nodes[i];
    }
    ask_all(streams);
    *out = streams;
    return WEIR_OK;
}

bool dstreams_is_due(const struct dstreams *streams, const struct node *node, int64_t time_ms)
{
    assert(node->interval_ms > 0);
    return time_ms > streams->zero_ms && (time_ms - streams->zero_ms) % node->interval_ms == 0;
}

/* A union, a window and a source have their rows from streams that are stored, or in blocks. */
static bool wants_storage(const struct dstream *stream)
{
    enum operator_kind kind = stream->node->class->kind;

    return stream->is_kept && kind != OPERATOR_SOURCE && kind != OPERATOR_WINDOW &&
           kind != OPERATOR_UNION;
}

static weir_status make(struct dstreams *streams, struct dstream *stream, int64_t time_ms,
                        struct rdd **out, weir_error *error)
{
    dstream_compute compute = computes[stream->node->class->kind];
    struct rdd *rdd = NULL;

    assert(compute != NULL);
    weir_status status = compute(streams, stream, time_ms, &rdd, error);
    if (status == WEIR_OK && rdd != NULL) {
        /* One that others hold is an input's own, handed on. */
        if (wants_storage(stream) && atomic_load(&rdd->holders) == 1) {
            atomic_store(&rdd->storage, STORAGE_MEMORY);
        }
        status = rdd_memo_put(&stream->made, time_ms, rdd, error);
        if (status != WEIR_OK) {
            rdd_drop(rdd);
        }
    }
    if (status != WEIR_OK) {
        if (!streams->is_blamed) {
            streams->is_blamed = true;
            error_wrap(error, status, "stream %s at %" PRId64 " ms", stream->node->name, time_ms);
        }
        return status;
    }
    *out = rdd;
    return WEIR_OK;
}

static weir_status get(struct dstreams *streams, const struct node *node, int64_t time_ms,
                       struct rdd **out, weir_error *error)
{
    struct dstream *stream = &streams->items[node->id];

    *out = NULL;
    if (!dstreams_is_due(streams, node, time_ms)) {
        return WEIR_OK;
    }
    *out = rdd_memo_get(&stream->made, time_ms);
    return *out != NULL ? WEIR_OK : make(streams, stream, time_ms, out, error);
}

weir_status dstreams_rdd(struct dstreams *streams, const struct node *node, int64_t time_ms,
                         struct rdd **out, weir_error *error)
{
    streams->is_blamed = false;
    return get(streams, node, time_ms, out, error);
}

weir_status dstream_input(struct dstreams *streams, const struct dstream *stream, uint32_t place,
                          int64_t time_ms, struct rdd **out, weir_error *error)
{
    assert(place < stream->node->inputs_count);
    return get(streams, stream->node->inputs[place], time_ms, out, error);
}

void dstreams_keep(struct dstreams *streams, int64_t time_ms)
{
    for (size_t i = 0; i < streams->graph->nodes_count; i++) {
        struct dstream *stream = &streams->items[i];

        if (stream->node->is_used &&
            stream->node->class->kind == OPERATOR_REDUCE_BY_KEY_AND_WINDOW &&
            dstreams_is_due(streams, stream->node->inputs[0], time_ms)) {
            dstream_keep_partial(streams, stream, time_ms);
        }
    }
}

void dstreams_forget(struct dstreams *streams, int64_t time_ms)
{
    for (size_t i = 0; i < streams->graph->nodes_count; i++) {
        struct dstream *stream = &streams->items[i];
        int64_t until_ms = time_ms - stream->keep_ms;

        rdd_memo_forget(&stream->made, until_ms);
        if (stream->node->class->kind == OPERATOR_REDUCE_BY_KEY_AND_WINDOW) {
            int64_t reach_ms = stream->node->window_ms - stream->node->inputs[0]->interval_ms;
            rdd_memo_forget(&stream->partials, until_ms - reach_ms);
        }
    }
}

void dstreams_destroy(struct dstreams *streams)
{
    if (streams == NULL) {
        return;
    }
    for (size_t i = 0; i < streams->graph->nodes_count; i++) {
        rdd_memo_fini(&streams->items[i].made);
        rdd_memo_fini(&streams->items[i].partials);
    }
    mem_free(streams->items);
    mem_free(streams);
}
