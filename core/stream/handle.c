/*
 * handle - an RDD as a program's function sees it.
 */
#include "stream/handle.h"

#include <string.h>

#include "base/mem.h"

void handle_pool_init(struct handle_pool *pool, struct executor *executor,
                      const struct function_registry *functions)
{
    memset(pool, 0, sizeof(*pool));
    pool->executor = executor;
    pool->functions = functions;
    pool->error.struct_size = sizeof(pool->error);
}

struct weir_rdd *handle_create(struct handle_pool *pool, struct rdd *rdd)
{
    struct weir_rdd *handle = mem_zalloc(sizeof(*handle));

    if (handle == NULL) {
        rdd_drop(rdd);
        if (pool->error.code == WEIR_OK) {
            error_set(&pool->error, WEIR_E_NOMEM, "derive an RDD");
        }
        return NULL;
    }
    handle->rdd = rdd;
    handle->pool = pool;
    handle->next = pool->first;
    if (pool->first != NULL) {
        pool->first->previous = handle;
    }
    pool->first = handle;
    return handle;
}

void handle_drop(struct weir_rdd *handle)
{
    if (handle->previous != NULL) {
        handle->previous->next = handle->next;
    } else {
        handle->pool->first = handle->next;
    }
    if (handle->next != NULL) {
        handle->next->previous = handle->previous;
    }
    rdd_drop(handle->rdd);
    mem_free(handle->name);
    mem_free(handle);
}

void handle_pool_fini(struct handle_pool *pool)
{
    while (pool->first != NULL) {
        handle_drop(pool->first);
    }
}
