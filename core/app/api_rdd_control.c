/*
 * api_rdd_control - what an RDD is, and where it is kept.
 */
#include <stdlib.h>
#include <string.h>

#include "app/api_call.h"
#include "base/bytes.h"
#include "base/mem.h"
#include "exec/lineage.h"
#include "exec/rdd_checkpoint.h"
#include "exec/rdd_persist.h"

uint64_t weir_rdd_id(const struct weir_rdd *rdd)
{
    return rdd == NULL ? 0 : rdd->rdd->id;
}

weir_status weir_rdd_set_name(struct weir_rdd *rdd, const char *name)
{
    if (rdd == NULL || name == NULL) {
        return WEIR_E_INVAL;
    }
    char *copy = mem_text_copy(name);
    if (copy == NULL) {
        return WEIR_E_NOMEM;
    }
    mem_free(rdd->name);
    rdd->name = copy;
    return WEIR_OK;
}

const char *weir_rdd_name(const struct weir_rdd *rdd)
{
    return rdd == NULL || rdd->name == NULL ? "" : rdd->name;
}

uint32_t weir_rdd_partitions_count(const struct weir_rdd *rdd)
{
    return rdd == NULL ? 0 : rdd->rdd->partitions_count;
}

bool weir_rdd_is_pairs(const struct weir_rdd *rdd)
{
    return rdd != NULL && rdd->rdd->is_pairs;
}

const char *weir_rdd_partitioner(const struct weir_rdd *rdd)
{
    if (rdd == NULL) {
        return "none";
    }
    switch (rdd->rdd->partitioner.kind) {
    case PARTITIONER_HASH:
        return "hash";
    case PARTITIONER_RANGE:
        return "range";
    case PARTITIONER_FUNCTION:
        return rdd->rdd->partitioner.function->call.name;
    case PARTITIONER_NONE:
    case PARTITIONER_SPREAD:
        break;
    }
    return "none";
}

uint32_t weir_rdd_dependencies_count(const struct weir_rdd *rdd)
{
    return rdd == NULL ? 0 : rdd_parents_count(rdd->rdd);
}

struct weir_rdd *weir_rdd_dependency(struct weir_rdd *rdd, uint32_t i, bool *is_shuffle)
{
    struct api_call call;
    struct rdd *parent = NULL;
    weir_status status = WEIR_OK;

    if (!api_call_open(&call, "weir_rdd_dependency", rdd)) {
        return NULL;
    }
    if (i < rdd_parents_count(call.parents[0])) {
        parent = rdd_hold(rdd_parent(call.parents[0], i));
    } else {
        status = error_set(&call.error, WEIR_E_INVAL, "there is no dependency %u of %u", i,
                           rdd_parents_count(call.parents[0]));
    }
    if (is_shuffle != NULL) {
        *is_shuffle = call.parents[0]->shuffle != NULL && !rdd_is_checkpointed(call.parents[0]);
    }
    return api_call_close(&call, status, parent);
}

char *weir_rdd_to_debug_string(const struct weir_rdd *rdd)
{
    struct bytes text = {0};
    char *copy = NULL;

    if (rdd == NULL) {
        return NULL;
    }
    if (rdd->name != NULL) {
        bytes_printf(&text, "%s: ", rdd->name);
    }
    lineage_explain(rdd->rdd, &text);
    if (!text.failed) {
        copy = malloc(text.size + 1); /* the program frees it with free() */
    }
    if (copy != NULL) {
        memcpy(copy, text.data, text.size + 1);
    }
    bytes_fini(&text);
    return copy;
}

weir_status weir_rdd_persist(struct weir_rdd *rdd, const char *level)
{
    enum storage_level parsed = STORAGE_NONE;
    struct api_call call;

    if (level == NULL || !api_call_open(&call, "weir_rdd_persist", rdd)) {
        return WEIR_E_INVAL;
    }
    weir_status status = storage_level_parse(level, &parsed, &call.error);
    if (status == WEIR_OK) {
        status = rdd_persist(call.parents[0], parsed, &call.error);
    }
    return api_call_end(&call, status);
}

weir_status weir_rdd_cache(struct weir_rdd *rdd)
{
    return weir_rdd_persist(rdd, "MEMORY_ONLY");
}

weir_status weir_rdd_unpersist(struct weir_rdd *rdd)
{
    struct api_call call;

    if (!api_call_open(&call, "weir_rdd_unpersist", rdd)) {
        return WEIR_E_INVAL;
    }
    rdd_unpersist(call.pool->executor, call.parents[0]);
    return api_call_end(&call, WEIR_OK);
}

const char *weir_rdd_storage_level(const struct weir_rdd *rdd)
{
    return rdd == NULL ? "" : storage_level_name(rdd_storage_level(rdd->rdd));
}

weir_status weir_rdd_checkpoint(struct weir_rdd *rdd)
{
    struct api_call call;

    if (!api_call_open(&call, "weir_rdd_checkpoint", rdd)) {
        return WEIR_E_INVAL;
    }
    weir_status status = rdd_checkpoint(call.pool->executor, call.parents[0], &call.error);
    return api_call_end(&call, status);
}

bool weir_rdd_is_checkpointed(const struct weir_rdd *rdd)
{
    return rdd != NULL && rdd_is_checkpointed(rdd->rdd);
}

const char *weir_rdd_checkpoint_file(const struct weir_rdd *rdd)
{
    return rdd == NULL ? NULL : rdd_checkpoint_file(rdd->rdd);
}
