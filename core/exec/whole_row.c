/*
 * whole_row - rows as the keys or values of pairs, and back.
 */
#include "exec/whole_row.h"

#include "exec/lineage.h"

/* Row functions of the engine's own, run by the rows operator. */
#define ROW_FUNCTION(function_name, function)                                        \
    {                                                                                \
        .kind = WEIR_FUNCTION_ROW,                                                   \
        .call = {.name = function_name, .kind = WEIR_FUNCTION_ROW, .row = function}, \
    }

static void plain_as_key(const struct weir_row *row, struct weir_emitter *out,
                         struct weir_value argument)
{
    weir_emit_pair(out, row->value, argument);
}

static void pair_as_key(const struct weir_row *row, struct weir_emitter *out,
                        struct weir_value argument)
{
    weir_emit_pair(out, whole_row(row, true, out), argument);
}

static void plain_of_key(const struct weir_row *row, struct weir_emitter *out,
                         struct weir_value argument)
{
    (void)argument;
    weir_emit(out, row->key);
}

static void plain_of_value(const struct weir_row *row, struct weir_emitter *out,
                           struct weir_value argument)
{
    (void)argument;
    weir_emit(out, row->value);
}

static void pair_of_key(const struct weir_row *row, struct weir_emitter *out,
                        struct weir_value argument)
{
    (void)argument;
    weir_emit_pair(out, row->key.items[0], row->key.items[1]);
}

static void pair_of_value(const struct weir_row *row, struct weir_emitter *out,
                          struct weir_value argument)
{
    (void)argument;
    weir_emit_pair(out, row->value.items[0], row->value.items[1]);
}

static const struct function as_key[] = {
    ROW_FUNCTION("row as key", plain_as_key),
    ROW_FUNCTION("row as key", pair_as_key),
};

static const struct function of_key[] = {
    ROW_FUNCTION("row of key", plain_of_key),
    ROW_FUNCTION("row of key", pair_of_key),
};

static const struct function of_value[] = {
    ROW_FUNCTION("row of value", plain_of_value),
    ROW_FUNCTION("row of value", pair_of_value),
};

weir_status rdd_create_rows_as_keys(struct rdd *parent, struct rdd **out, weir_error *error)
{
    return rdd_create_rows(parent, ROWS_MAP_TO_PAIR, &as_key[parent->is_pairs], weir_null(), out,
                           error);
}

weir_status rdd_create_rows_with_one(struct rdd *parent, struct rdd **out, weir_error *error)
{
    return rdd_create_rows(parent, ROWS_MAP_TO_PAIR, &as_key[parent->is_pairs], weir_int(1), out,
                           error);
}

weir_status rdd_create_rows_of_keys(struct rdd *parent, bool is_pairs, struct rdd **out,
                                    weir_error *error)
{
    return rdd_create_rows(parent, is_pairs ? ROWS_MAP_TO_PAIR : ROWS_MAP, &of_key[is_pairs],
                           weir_null(), out, error);
}

weir_status rdd_create_rows_of_values(struct rdd *parent, bool is_pairs, struct rdd **out,
                                      weir_error *error)
{
    return rdd_create_rows(parent, is_pairs ? ROWS_MAP_TO_PAIR : ROWS_MAP, &of_value[is_pairs],
                           weir_null(), out, error);
}
