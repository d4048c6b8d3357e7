/*
 * api_rdd - RDDs from RDDs, inside of transform and foreach functions and of batch programs.
 */
#include "app/api.h"
#include "exec/lineage.h"

/* Keeps why a call failed with the handles that it belongs to. */
static struct weir_rdd *failed(struct weir_rdd *from, const char *call, weir_status status,
                               const weir_error *error)
{
    struct handle_pool *pool = from->pool;

    pool->error = *error;
    error_wrap(&pool->error, status, "%s", call);
    return NULL;
}

/* What derive needs to know of a call. */
struct derivation {
    const char *call;
    enum weir_function_kind kind;
    bool takes_pairs;
    weir_status (*create)(struct weir_rdd *from, struct rdd *parent,
                          const struct function *function, struct weir_value argument,
                          struct rdd **out, weir_error *error);
};

static struct weir_rdd *derive(struct weir_rdd *from, const struct derivation *how,
                               struct weir_function given, struct weir_value argument)
{
    weir_error error = {.struct_size = sizeof(error)};
    const struct function *function;
    struct weir_value copy;
    struct rdd *parent;
    struct rdd *made;
    weir_status status;

    if (from == NULL) {
        return NULL;
    }
    if (how->takes_pairs && !from->rdd->is_pairs && from->rdd->partitions_count > 0) {
        status = error_set(&error, WEIR_E_INVAL, "it takes pairs, and was given plain rows");
        return failed(from, how->call, status, &error);
    }
    status = api_function(from->pool->functions, given, how->kind, argument, &function, &error);
    if (status != WEIR_OK) {
        return failed(from, how->call, status, &error);
    }
    status = api_hold_argument(from->rdd, argument, &parent, &copy, &error);
    if (status != WEIR_OK) {
        return failed(from, how->call, status, &error);
    }
    status = how->create(from, parent, function, copy, &made, &error);
    rdd_drop(parent);
    return status == WEIR_OK ? handle_create(from->pool, made)
                             : failed(from, how->call, status, &error);
}

static weir_status create_map(struct weir_rdd *from, struct rdd *parent,
                              const struct function *function, struct weir_value argument,
                              struct rdd **out, weir_error *error)
{
    (void)from;
    return rdd_create_rows(parent, ROWS_MAP, function, argument, out, error);
}

static weir_status create_flat_map(struct weir_rdd *from, struct rdd *parent,
                                   const struct function *function, struct weir_value argument,
                                   struct rdd **out, weir_error *error)
{
    (void)from;
    return rdd_create_rows(parent, ROWS_FLAT_MAP, function, argument, out, error);
}

static weir_status create_map_to_pair(struct weir_rdd *from, struct rdd *parent,
                                      const struct function *function, struct weir_value argument,
                                      struct rdd **out, weir_error *error)
{
    (void)from;
    return rdd_create_rows(parent, ROWS_MAP_TO_PAIR, function, argument, out, error);
}

static weir_status create_filter(struct weir_rdd *from, struct rdd *parent,
                                 const struct function *function, struct weir_value argument,
                                 struct rdd **out, weir_error *error)
{
    (void)from;
    return rdd_create_filter(parent, function, argument, out, error);
}

static weir_status create_reduce(struct weir_rdd *from, struct rdd *parent,
                                 const struct function *function, struct weir_value argument,
                                 struct rdd **out, weir_error *error)
{
    if (!parent->is_pairs) { /* of no partitions, so of either shape */
        return rdd_create_empty(true, out, error);
    }
    return rdd_create_reduce_by_key(parent, function, argument,
                                    executor_partitions(from->pool->executor), out, error);
}

struct weir_rdd *weir_rdd_map(struct weir_rdd *rdd, struct weir_function function,
                              struct weir_value argument)
{
    static const struct derivation map = {
        .call = "weir_rdd_map", .kind = WEIR_FUNCTION_ROW, .create = create_map};

    return derive(rdd, &map, function, argument);
}

struct weir_rdd *weir_rdd_flat_map(struct weir_rdd *rdd, struct weir_function function,
                                   struct weir_value argument)
{
    static const struct derivation flat_map = {
        .call = "weir_rdd_flat_map", .kind = WEIR_FUNCTION_ROW, .create = create_flat_map};

    return derive(rdd, &flat_map, function, argument);
}

struct weir_rdd *weir_rdd_filter(struct weir_rdd *rdd, struct weir_function function,
                                 struct weir_value argument)
{
    static const struct derivation filter = {
        .call = "weir_rdd_filter", .kind = WEIR_FUNCTION_TEST, .create = create_filter};

    return derive(rdd, &filter, function, argument);
}

struct weir_rdd *weir_rdd_map_to_pair(struct weir_rdd *rdd, struct weir_function function,
                                      struct weir_value argument)
{
    static const struct derivation map_to_pair = {
        .call = "weir_rdd_map_to_pair", .kind = WEIR_FUNCTION_ROW, .create = create_map_to_pair};

    return derive(rdd, &map_to_pair, function, argument);
}

struct weir_rdd *weir_rdd_reduce_by_key(struct weir_rdd *rdd, struct weir_function function,
                                        struct weir_value argument)
{
    static const struct derivation reduce = {.call = "weir_rdd_reduce_by_key",
                                             .kind = WEIR_FUNCTION_REDUCE,
                                             .takes_pairs = true,
                                             .create = create_reduce};

    return derive(rdd, &reduce, function, argument);
}

/* Those of no partitions are of either shape, and add nothing. */
static weir_status unite(struct rdd *left, struct rdd *right, struct rdd **out, weir_error *error)
{
    struct rdd *const parents[] = {left, right};

    if (right->partitions_count == 0) {
        *out = rdd_hold(left);
        return WEIR_OK;
    }
    if (left->partitions_count == 0) {
        *out = rdd_hold(right);
        return WEIR_OK;
    }
    if (left->is_pairs != right->is_pairs) {
        return error_set(error, WEIR_E_INVAL, "one has pairs, the other plain rows");
    }
    return rdd_create_union(parents, 2, out, error);
}

struct weir_rdd *weir_rdd_union(struct weir_rdd *left, struct weir_rdd *right)
{
    weir_error error = {.struct_size = sizeof(error)};
    struct rdd *made;
    weir_status status;

    if (left == NULL || right == NULL) {
        return NULL;
    }
    status = left->pool->executor == right->pool->executor
                 ? unite(left->rdd, right->rdd, &made, &error)
                 : error_set(&error, WEIR_E_INVAL, "they belong to different contexts");
    return status == WEIR_OK ? handle_create(left->pool, made)
                             : failed(left, "weir_rdd_union", status, &error);
}

struct weir_rdd *weir_rdd_top(struct weir_rdd *rdd, uint32_t count)
{
    weir_error error = {.struct_size = sizeof(error)};
    struct rdd *made;
    weir_status status;

    if (rdd == NULL) {
        return NULL;
    }
    status = rdd_create_top(rdd->rdd, count, &made, &error);
    return status == WEIR_OK ? handle_create(rdd->pool, made)
                             : failed(rdd, "weir_rdd_top", status, &error);
}
