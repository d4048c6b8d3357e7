/*
 * transforms - the built-in functions of the operator transform, from RDD to RDD.
 */
#include "app/transforms.h"

#include <string.h>

#include "exec/lineage.h"
#include "stream/handle.h"

enum { TOP_COUNT_MAX = 1000000 };

/* 10, or {"count": 10}; -1 when it is neither. */
static int64_t top_count(struct weir_value argument)
{
    if (weir_kind_of(argument) == WEIR_MAP && weir_size_of(argument) == 1) {
        struct weir_value key = argument.items[0];
        if (weir_kind_of(key) != WEIR_BYTES || weir_size_of(key) != 5 ||
            memcmp(weir_bytes_of(&key), "count", 5) != 0) {
            return -1;
        }
        argument = argument.items[1];
    }
    return weir_kind_of(argument) == WEIR_INT ? argument.integer : -1;
}

static weir_status top_check_argument(struct weir_value argument, weir_error *error)
{
    int64_t count = top_count(argument);

    if (count < 1 || count > TOP_COUNT_MAX) {
        return error_set(error, WEIR_E_INVAL, "how many rows? \"count\" is from 1 to %d",
                         TOP_COUNT_MAX);
    }
    return WEIR_OK;
}

static struct weir_rdd *top_transform(struct weir_rdd *rdd, int64_t time_ms,
                                      struct weir_value argument)
{
    struct rdd *top;

    (void)time_ms;
    if (rdd_create_top(rdd->rdd, (uint32_t)top_count(argument), &top, &rdd->pool->error) !=
        WEIR_OK) {
        return NULL;
    }
    return handle_create(rdd->pool, top);
}

static const struct function top_function = {
    .call = {.name = "top", .kind = WEIR_FUNCTION_TRANSFORM, .transform = top_transform},
    .kind = WEIR_FUNCTION_TRANSFORM,
    .summary = "the greatest rows of each batch, greatest first: pairs by value",
    .argument_help = "{\"count\": 10}: how many rows",
    .check_argument = top_check_argument,
};

weir_status transforms_register(struct function_registry *registry, weir_error *error)
{
    return function_register_builtin(registry, &top_function, error);
}
