/*
 * dstream_share - what a window operator keeps of each batch.
 */
#include "stream/dstream_share.h"

#include <assert.h>

#include "base/mem.h"
#include "exec/action.h"
#include "exec/lineage.h"

/* A row under the key null, so that all rows meet. */
static void under_null(const struct weir_row *row, struct weir_emitter *out,
                       struct weir_value argument)
{
    (void)argument;
    weir_emit_pair(out, weir_null(), row->value);
}

static void one_under_null(const struct weir_row *row, struct weir_emitter *out,
                           struct weir_value argument)
{
    (void)row;
    (void)argument;
    weir_emit_pair(out, weir_null(), weir_int(1));
}

static void value_alone(const struct weir_row *row, struct weir_emitter *out,
                        struct weir_value argument)
{
    (void)argument;
    weir_emit(out, row->value);
}

static struct weir_value difference(struct weir_value left, struct weir_value right,
                                    struct weir_emitter *memory, struct weir_value argument)
{
    (void)memory;
    (void)argument;
    return weir_int(left.integer - right.integer);
}

static bool is_not_zero(const struct weir_row *row, struct weir_value argument)
{
    (void)argument;
    return row->value.integer != 0;
}

#define ROW_FUNCTION(function)                                                   \
    {                                                                            \
        .call = {.name = #function, .kind = WEIR_FUNCTION_ROW, .row = function}, \
        .kind = WEIR_FUNCTION_ROW                                                \
    }

static const struct function under_null_function = ROW_FUNCTION(under_null);
static const struct function one_under_null_function = ROW_FUNCTION(one_under_null);
static const struct function value_alone_function = ROW_FUNCTION(value_alone);
static const struct function difference_function = {
    .call = {.name = "difference", .kind = WEIR_FUNCTION_REDUCE, .reduce = difference},
    .kind = WEIR_FUNCTION_REDUCE,
};
static const struct function not_zero_function = {
    .call = {.name = "not zero", .kind = WEIR_FUNCTION_TEST, .test = is_not_zero},
    .kind = WEIR_FUNCTION_TEST,
};

weir_status dstream_window_functions(const struct dstreams *streams, const struct node *node,
                                     struct window_functions *out, weir_error *error)
{
    enum operator_kind kind = node->class->kind;

    *out = (struct window_functions){
        .reduce = node->function,
        .inverse = node->functions[0].function,
        .filter = node->functions[1].function,
        .argument = node->argument,
        .partitioner = dstream_partitioner(streams, node),
    };
    if (kind == OPERATOR_COUNT_BY_WINDOW || kind == OPERATOR_COUNT_BY_VALUE_AND_WINDOW) {
        out->reduce = function_find(streams->graph->functions, "sum");
        out->inverse = &difference_function;
        out->filter = kind == OPERATOR_COUNT_BY_WINDOW ? NULL : &not_zero_function;
        if (out->reduce == NULL) {
            return error_set(error, WEIR_E_BUG, "the built-in functions are missing");
        }
    }
    if (kind == OPERATOR_COUNT_BY_WINDOW || kind == OPERATOR_REDUCE_BY_WINDOW) {
        out->partitioner = partitioner_hash(1);
    }
    return WEIR_OK;
}

/* The batch's rows as pairs by the key that the operator wants. *out is held. */
static weir_status keyed(const struct dstreams *streams, const struct dstream *stream,
                         struct rdd *parent, struct rdd **out, weir_error *error)
{
    const struct function *function = NULL;

    switch ((int)stream->node->class->kind) {
    case OPERATOR_REDUCE_BY_WINDOW:
        function = &under_null_function;
        break;
    case OPERATOR_COUNT_BY_WINDOW:
        function = &one_under_null_function;
        break;
    case OPERATOR_COUNT_BY_VALUE_AND_WINDOW:
        function = function_find(streams->graph->functions, "with_one");
        if (function == NULL) {
            return error_set(error, WEIR_E_BUG, "the built-in functions are missing");
        }
        break;
    default:
        return dstream_as_pairs(stream, parent, out, error);
    }
    return rdd_create_rows(parent, ROWS_MAP_TO_PAIR, function, weir_null(), out, error);
}

/* Pairs where they belong, reduced where there is a function. */
static weir_status gather(const struct window_functions *functions, struct rdd *pairs,
                          struct rdd **out, weir_error *error)
{
    const struct combiner combiner = combiner_reduce(functions->reduce, functions->argument);

    if (functions->reduce == NULL) {
        return rdd_create_partition_by(pairs, functions->partitioner, out, error);
    }
    return rdd_create_combine(pairs, &combiner, functions->partitioner, true, out, error);
}

/* Block i holds the rows of partition i. */
static weir_status leaf_of(struct block *const *blocks, const struct rdd *rdd, struct rdd **out,
                           weir_error *error)
{
    uint32_t count = rdd->partitions_count;
    struct block **full = mem_alloc(((size_t)count + 1) * sizeof(struct block *));
    uint32_t *starts = mem_alloc(((size_t)count + 1) * sizeof(*starts));
    uint32_t full_count = 0;
    weir_status status;

    if (full == NULL || starts == NULL) {
        status = error_set(error, WEIR_E_NOMEM, "keep a batch's share");
        goto fail;
    }
    for (uint32_t i = 0; i < count; i++) {
        starts[i] = full_count;
        if (blocks[i]->rows_count > 0) {
            full[full_count++] = blocks[i];
        }
    }
    starts[count] = full_count;
    status = rdd_create_blocks(full, starts, count, true, out, error);
    if (status == WEIR_OK) {
        rdd_set_partitioner(*out, rdd->partitioner);
    }

fail:
    mem_free(full);
    mem_free(starts);
    return status;
}

weir_status dstream_leaf(struct dstreams *streams, struct rdd *rdd, struct rdd **out,
                         weir_error *error)
{
    struct block **blocks;
    uint32_t count;

    WEIR_TRY(action_collect(streams->executor, rdd, &blocks, &count, error));
    weir_status status = leaf_of(blocks, rdd, out, error);
    for (uint32_t i = 0; i < count; i++) {
        block_drop(blocks[i]);
    }
    mem_free(blocks);
    return status;
}

/* Lazily. *out is held. */
static weir_status share_create(struct dstreams *streams, struct dstream *stream,
                                struct rdd *parent, struct rdd **out, weir_error *error)
{
    struct window_functions functions;
    struct rdd *pairs;

    WEIR_TRY(dstream_window_functions(streams, stream->node, &functions, error));
    WEIR_TRY(keyed(streams, stream, parent, &pairs, error));
    weir_status status = gather(&functions, pairs, out, error);
    rdd_drop(pairs);
    return status;
}

/* The batch cannot be had again: whoever asks for its share is told why. */
static void lose(struct dstream *stream, int64_t time_ms, const weir_error *failure)
{
    /* Those that were lost long ago are in no window any more. */
    if (stream->lost.code == WEIR_OK ||
        stream->lost_until_ms < time_ms - stream->node->window_ms - stream->node->interval_ms) {
        stream->lost_from_ms = time_ms;
        stream->lost = *failure;
    }
    stream->lost_until_ms = time_ms;
}

/* The batch's RDD, borrowed; once it has passed it cannot be asked for again. */
static weir_status share_input(struct dstreams *streams, struct dstream *stream, int64_t time_ms,
                               struct rdd **out, weir_error *error)
{
    /* What a failure has left waiting is taken up again. */
    *out = rdd_memo_get(&stream->waiting, time_ms);
    if (*out != NULL) {
        return WEIR_OK;
    }
    if (stream->lost.code != WEIR_OK && time_ms >= stream->lost_from_ms &&
        time_ms <= stream->lost_until_ms) {
        *error = stream->lost;
        return stream->lost.code;
    }
    if (time_ms <= stream->shared_ms) {
        return WEIR_OK;
    }
    stream->shared_ms = time_ms;
    weir_status status = dstream_input(streams, stream, 0, time_ms, out, error);
    if (status != WEIR_OK) {
        error->code = status;
        lose(stream, time_ms, error);
    }
    return status;
}

/* Keeps the share among the partials, which own it then; *out is borrowed. */
static weir_status share_keep(struct dstreams *streams, struct dstream *stream, int64_t time_ms,
                              struct rdd *parent, struct rdd **out, weir_error *error)
{
    struct rdd *lazy = NULL;
    struct rdd *leaf = NULL;

    WEIR_TRY(share_create(streams, stream, parent, &lazy, error));
    weir_status status = dstream_leaf(streams, lazy, &leaf, error);
    rdd_drop(lazy);
    WEIR_TRY(status);
    status = rdd_memo_put(&stream->partials, time_ms, leaf, error);
    if (status != WEIR_OK) {
        rdd_drop(leaf);
        return status;
    }
    *out = leaf;
    return WEIR_OK;
}

weir_status dstream_share(struct dstreams *streams, struct dstream *stream, int64_t time_ms,
                          struct rdd **out, weir_error *error)
{
    weir_error failure = {.struct_size = sizeof(failure)};
    struct rdd *parent = NULL;

    *out = rdd_memo_get(&stream->partials, time_ms);
    if (*out != NULL) {
        return WEIR_OK;
    }
    weir_status status = share_input(streams, stream, time_ms, &parent, &failure);
    if (status == WEIR_OK && parent == NULL) {
        return WEIR_OK;
    }
    if (status == WEIR_OK) {
        status = share_keep(streams, stream, time_ms, parent, out, &failure);
        if (status == WEIR_OK) {
            return WEIR_OK;
        }
        failure.code = status;
        if (rdd_memo_put(&stream->waiting, time_ms, rdd_hold(parent), NULL) != WEIR_OK) {
            rdd_drop(parent);
            lose(stream, time_ms, &failure);
        }
    }
    if (error != NULL) {
        *error = failure;
    }
    return status;
}

weir_status dstream_shares(struct dstreams *streams, struct dstream *stream, int64_t after_ms,
                           int64_t until_ms, struct rdd **out, weir_error *error)
{
    int64_t step_ms = stream->node->inputs[0]->interval_ms;
    struct window_functions functions;
    struct rdd **shares;
    struct rdd *united = NULL;
    uint32_t count = 0;

    *out = NULL;
    WEIR_TRY(dstream_window_functions(streams, stream->node, &functions, error));
    after_ms = after_ms < streams->zero_ms ? streams->zero_ms : after_ms;
    if (until_ms <= after_ms) {
        return WEIR_OK;
    }
    shares = mem_alloc((size_t)((until_ms - after_ms) / step_ms + 1) * sizeof(struct rdd *));
    if (shares == NULL) {
        return error_set(error, WEIR_E_NOMEM, "gather the shares of a window");
    }
    weir_status status = WEIR_OK;
    for (int64_t time_ms = after_ms + step_ms; time_ms <= until_ms && status == WEIR_OK;
         time_ms += step_ms) {
        status = dstream_share(streams, stream, time_ms, &shares[count], error);
        count += status == WEIR_OK && shares[count] != NULL;
    }
    if (status == WEIR_OK && count == 1) {
        *out = rdd_hold(shares[0]);
    } else if (status == WEIR_OK && count > 1) {
        status = rdd_create_union(shares, count, &united, error);
        if (status == WEIR_OK) {
            status = gather(&functions, united, out, error);
        }
    }
    rdd_drop(united);
    mem_free(shares);
    return status;
}

int64_t dstream_next_due(const struct dstreams *streams, const struct node *node, int64_t time_ms)
{
    int64_t past_ms = (time_ms - streams->zero_ms) % node->interval_ms;

    return past_ms == 0 ? time_ms : time_ms - past_ms + node->interval_ms;
}

bool dstream_is_in_gap(const struct dstreams *streams, const struct dstream *stream,
                       int64_t time_ms)
{
    int64_t due_ms = dstream_next_due(streams, stream->node, time_ms);

    return time_ms <= due_ms - stream->node->window_ms;
}

weir_status dstream_without_key(struct rdd *rdd, struct rdd **out, weir_error *error)
{
    return rdd_create_rows(rdd, ROWS_MAP, &value_alone_function, weir_null(), out, error);
}
