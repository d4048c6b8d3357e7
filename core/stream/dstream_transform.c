/*
 * dstream_transform - the operators whose RDD a function of the program makes: transform, over one
 * stream or several.
 */
#include <inttypes.h>

#include "base/mem.h"
#include "stream/dstream_compute.h"
#include "stream/handle.h"

weir_status dstream_wanted_input(struct dstreams *streams, const struct dstream *stream,
                                 uint32_t place, int64_t time_ms, struct rdd **out,
                                 weir_error *error)
{
    WEIR_TRY(dstream_input(streams, stream, place, time_ms, out, error));
    if (*out == NULL) {
        return error_set(error, WEIR_E_INVAL,
                         "couldn't generate RDD from parent %s at time %" PRId64 " ms",
                         stream->node->inputs[place]->name, time_ms);
    }
    return WEIR_OK;
}

static weir_status no_rdd(const struct node *node, struct handle_pool *pool, weir_error *error)
{
    if (pool->error.code != WEIR_OK) {
        return error_set(error, pool->error.code, "transform function %s: %s",
                         node->function->call.name, pool->error.msg);
    }
    return error_set(error, WEIR_E_INVAL,
                     "transform of stream %s returned no RDD; return an empty one to give no rows",
                     node->name);
}

/* What the function made, unless that is nothing; the pool goes in either case. */
static weir_status take_made(const struct node *node, struct handle_pool *pool,
                             const struct weir_rdd *made, struct rdd **out, weir_error *error)
{
    weir_status status = WEIR_OK;

    if (made == NULL) {
        status = no_rdd(node, pool, error);
    } else {
        *out = rdd_hold(made->rdd);
    }
    handle_pool_fini(pool);
    return status;
}

static weir_status check_kind(const struct node *node, enum weir_function_kind kind,
                              weir_error *error)
{
    return node->function->call.kind == kind
               ? WEIR_OK
               : error_set(error, WEIR_E_CONFIG, "function %s is no transform function",
                           node->function->call.name);
}

weir_status compute_transform(struct dstreams *streams, struct dstream *stream, int64_t time_ms,
                              struct rdd **out, weir_error *error)
{
    const struct node *node = stream->node;
    struct handle_pool pool;
    struct weir_rdd *made = NULL;
    struct rdd *parent;

    WEIR_TRY(check_kind(node, WEIR_FUNCTION_TRANSFORM, error));
    WEIR_TRY(dstream_wanted_input(streams, stream, 0, time_ms, &parent, error));
    handle_pool_init(&pool, streams->executor, streams->graph->functions);
    struct weir_rdd *given = handle_create(&pool, rdd_hold(parent));
    if (given != NULL) {
        made = node->function->call.transform(given, time_ms, node->argument);
    }
    return take_made(node, &pool, made, out, error);
}

weir_status compute_transform_all(struct dstreams *streams, struct dstream *stream, int64_t time_ms,
                                  struct rdd **out, weir_error *error)
{
    const struct node *node = stream->node;
    struct handle_pool pool;
    struct weir_rdd *made = NULL;
    bool is_given = true;
    weir_status status = WEIR_OK;

    WEIR_TRY(check_kind(node, WEIR_FUNCTION_TRANSFORM_ALL, error));
    struct weir_rdd **given = mem_alloc(node->inputs_count * sizeof(struct weir_rdd *));
    if (given == NULL) {
        return error_set(error, WEIR_E_NOMEM, "transform %u streams", node->inputs_count);
    }
    handle_pool_init(&pool, streams->executor, streams->graph->functions);
    for (uint32_t i = 0; i < node->inputs_count && status == WEIR_OK && is_given; i++) {
        struct rdd *parent;
        status = dstream_wanted_input(streams, stream, i, time_ms, &parent, error);
        if (status == WEIR_OK) {
            given[i] = handle_create(&pool, rdd_hold(parent));
            is_given = given[i] != NULL;
        }
    }
    if (status == WEIR_OK && is_given) {
        made =
            node->function->call.transform_all(given, node->inputs_count, time_ms, node->argument);
    }
    mem_free(given);
    if (status != WEIR_OK) {
        handle_pool_fini(&pool);
        return status;
    }
    return take_made(node, &pool, made, out, error);
}
