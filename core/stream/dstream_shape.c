/*
 * dstream_shape - the operators that look at the partitions of one batch, or at all of it as one:
 * mapPartitions, glom, repartition, count, reduce.
 */
#include "base/mem.h"
#include "exec/lineage.h"
#include "exec/lineage_rdd.h"
#include "exec/lineage_whole.h"
#include "stream/dstream_compute.h"

weir_status compute_map_partitions(struct dstreams *streams, struct dstream *stream,
                                   int64_t time_ms, struct rdd **out, weir_error *error)
{
    const struct node *node = stream->node;
    bool gives_pairs = node->class->gives == SHAPE_PAIRS;
    struct rdd *parent;

    WEIR_TRY(dstream_input(streams, stream, 0, time_ms, &parent, error));
    return parent == NULL ? WEIR_OK
                          : rdd_create_map_partitions(parent, node->function, node->argument,
                                                      gives_pairs, false, out, error);
}

weir_status compute_glom(struct dstreams *streams, struct dstream *stream, int64_t time_ms,
                         struct rdd **out, weir_error *error)
{
    struct rdd *parent;

    WEIR_TRY(dstream_input(streams, stream, 0, time_ms, &parent, error));
    return parent == NULL ? WEIR_OK : rdd_create_glom(parent, out, error);
}

/* So many partitions without rows. */
static weir_status create_blank(uint32_t partitions_count, bool is_pairs, struct rdd **out,
                                weir_error *error)
{
    uint32_t *starts = mem_zalloc((partitions_count + 1) * sizeof(*starts));

    if (starts == NULL) {
        return error_set(error, WEIR_E_NOMEM, "repartition to %u partitions", partitions_count);
    }
    weir_status status = rdd_create_blocks(NULL, starts, partitions_count, is_pairs, out, error);
    mem_free(starts);
    return status;
}

weir_status compute_repartition(struct dstreams *streams, struct dstream *stream, int64_t time_ms,
                                struct rdd **out, weir_error *error)
{
    const struct node *node = stream->node;
    struct rdd *parent;

    WEIR_TRY(dstream_input(streams, stream, 0, time_ms, &parent, error));
    if (parent == NULL) {
        return WEIR_OK;
    }
    if (parent->partitions_count > 0) {
        return rdd_create_repartition(parent, node->partitions, out, error);
    }
    if (node->is_shape_known) {
        return create_blank(node->partitions, node->is_pairs, out, error);
    }
    /* Nothing tells yet whether these are pairs: only what has no partition may be both. */
    *out = rdd_hold(parent);
    return WEIR_OK;
}

weir_status compute_count(struct dstreams *streams, struct dstream *stream, int64_t time_ms,
                          struct rdd **out, weir_error *error)
{
    struct rdd *parent;

    WEIR_TRY(dstream_input(streams, stream, 0, time_ms, &parent, error));
    return parent == NULL ? WEIR_OK : rdd_create_count(parent, out, error);
}

weir_status compute_reduce(struct dstreams *streams, struct dstream *stream, int64_t time_ms,
                           struct rdd **out, weir_error *error)
{
    const struct node *node = stream->node;
    struct rdd *parent;

    WEIR_TRY(dstream_input(streams, stream, 0, time_ms, &parent, error));
    return parent == NULL ? WEIR_OK
                          : rdd_create_reduce(parent, node->function, node->argument, out, error);
}
