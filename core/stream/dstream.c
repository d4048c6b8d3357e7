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
    [OPERATOR_FLAT_MAP_TO_PAIR] = compute_rows,
    [OPERATOR_KEY_BY] = compute_key_by,
    [OPERATOR_MAP_PARTITIONS] = compute_map_partitions,
    [OPERATOR_MAP_PARTITIONS_TO_PAIR] = compute_map_partitions,
    [OPERATOR_GLOM] = compute_glom,
    [OPERATOR_REPARTITION] = compute_repartition,
    [OPERATOR_COUNT] = compute_count,
    [OPERATOR_REDUCE] = compute_reduce,
    [OPERATOR_MAP_VALUES] = compute_values,
    [OPERATOR_FLAT_MAP_VALUES] = compute_values,
    [OPERATOR_REDUCE_BY_KEY] = compute_combine,
    [OPERATOR_GROUP_BY_KEY] = compute_cogroup,
    [OPERATOR_COMBINE_BY_KEY] = compute_combine,
    [OPERATOR_AGGREGATE_BY_KEY] = compute_combine,
    [OPERATOR_FOLD_BY_KEY] = compute_combine,
    [OPERATOR_PARTITION_BY] = compute_partition_by,
    [OPERATOR_COGROUP] = compute_cogroup,
    [OPERATOR_JOIN] = compute_cogroup,
    [OPERATOR_LEFT_OUTER_JOIN] = compute_cogroup,
    [OPERATOR_RIGHT_OUTER_JOIN] = compute_cogroup,
    [OPERATOR_FULL_OUTER_JOIN] = compute_cogroup,
    [OPERATOR_COUNT_BY_VALUE] = compute_count_by_value,
    [OPERATOR_WINDOW] = compute_window,
    [OPERATOR_REDUCE_BY_KEY_AND_WINDOW] = compute_reduce_window,
    [OPERATOR_REDUCE_BY_WINDOW] = compute_reduce_window,
    [OPERATOR_COUNT_BY_WINDOW] = compute_inverse,
    [OPERATOR_COUNT_BY_VALUE_AND_WINDOW] = compute_inverse,
    [OPERATOR_GROUP_BY_KEY_AND_WINDOW] = compute_group_window,
    [OPERATOR_UPDATE_STATE_BY_KEY] = compute_update_state,
    [OPERATOR_MAP_WITH_STATE] = compute_map_with_state,
    [OPERATOR_STATE_SNAPSHOTS] = compute_state_snapshots,
    [OPERATOR_UNION] = compute_union,
    [OPERATOR_TRANSFORM] = compute_transform,
    [OPERATOR_TRANSFORM_WITH] = compute_transform_all,
    [OPERATOR_TRANSFORM_ALL] = compute_transform_all,
};

/* Windows that keep a share of each batch. */
static bool keeps_shares(const struct node *node)
{
    return node->class->has_window && node->class->kind != OPERATOR_WINDOW;
}

/* True for those that take each batch as it comes, and need no older input. */
static bool keeps(const struct node *node)
{
    return keeps_shares(node) || node->class->has_state;
}

/* What a reader asks of its input: for how long, and how often. Readers stand behind inputs. */
static void ask_input(struct dstream *input, const struct dstream *reader)
{
    enum operator_kind kind = reader->node->class->kind;
    int64_t keep_ms = reader->keep_ms;

    if (kind == OPERATOR_WINDOW) {
        keep_ms += reader->node->window_ms - input->node->interval_ms;
        input->is_kept = true;
    }
    if (keeps(reader->node)) {
        keep_ms = 0;
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
        if (streams->graph->remember_ms > 0 && reader->keep_ms < reader->node->remember_ms) {
            reader->keep_ms = reader->node->remember_ms;
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

    return stream->is_kept && !stream->node->class->has_state && kind != OPERATOR_SOURCE &&
           kind != OPERATOR_WINDOW && kind != OPERATOR_UNION;
}

/* The program's own level, or what streams that are read more than once get. */
static void set_storage(const struct dstream *stream, struct rdd *rdd)
{
    if (stream->node->storage != STORAGE_NONE && stream->node->class->kind != OPERATOR_SOURCE) {
        uint32_t none = STORAGE_NONE;
        /* One that others hold is an input's own, handed on: the input's level comes first. */
        atomic_compare_exchange_strong(&rdd->storage, &none, stream->node->storage);
    } else if (wants_storage(stream) && atomic_load(&rdd->holders) == 1) {
        atomic_store(&rdd->storage, STORAGE_MEMORY_ONLY);
    }
}

static weir_status make(struct dstreams *streams, struct dstream *stream, int64_t time_ms,
                        struct rdd **out, weir_error *error)
{
    dstream_compute compute = computes[stream->node->class->kind];
    struct rdd *rdd = NULL;

    assert(compute != NULL);
    weir_status status = compute(streams, stream, time_ms, &rdd, error);
    if (status == WEIR_OK && rdd != NULL) {
        set_storage(stream, rdd);
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
    if (*out == NULL && stream->failed_ms == time_ms && stream->failure.code != WEIR_OK) {
        streams->is_blamed = true;
        if (error != NULL) {
            *error = stream->failure;
        }
        return stream->failure.code;
    }
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

/* The batch's share, which does not wait for those of batches that failed, and what is due. */
static void keep(struct dstreams *streams, struct dstream *stream, int64_t time_ms)
{
    weir_error error = {.struct_size = sizeof(error)};
    struct rdd *rdd;

    if (keeps_shares(stream->node)) {
        dstream_keep_share(streams, stream, time_ms);
    }
    if (!dstreams_is_due(streams, stream->node, time_ms)) {
        return;
    }
    streams->is_blamed = false;
    if (get(streams, stream->node, time_ms, &rdd, &error) != WEIR_OK) {
        stream->failed_ms = time_ms;
        stream->failure = error;
    }
}

void dstreams_keep(struct dstreams *streams, int64_t time_ms)
{
    for (size_t i = 0; i < streams->graph->nodes_count; i++) {
        struct dstream *stream = &streams->items[i];

        if (stream->node->is_used && keeps(stream->node) &&
            dstreams_is_due(streams, stream->node->inputs[0], time_ms)) {
            keep(streams, stream, time_ms);
        }
    }
}

void dstreams_forget(struct dstreams *streams, int64_t time_ms)
{
    for (size_t i = 0; i < streams->graph->nodes_count; i++) {
        struct dstream *stream = &streams->items[i];
        int64_t until_ms = time_ms - stream->keep_ms;

        rdd_memo_forget(&stream->made, until_ms);
        if (stream->node->class->has_state || stream->node->class->kind == OPERATOR_SOURCE) {
            rdd_memo_forget(&stream->partials, until_ms);
        } else if (stream->node->class->kind == OPERATOR_GROUP_BY_KEY_AND_WINDOW) {
            int64_t reach_ms = stream->node->window_ms - stream->node->inputs[0]->interval_ms;
            rdd_memo_forget(&stream->partials, until_ms - reach_ms);
            rdd_memo_forget(&stream->waiting, until_ms - reach_ms);
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
        rdd_memo_fini(&streams->items[i].waiting);
        dstream_stacks_destroy(streams->items[i].stacks);
        rdd_drop(streams->items[i].state);
    }
    mem_free(streams->items);
    mem_free(streams);
}
