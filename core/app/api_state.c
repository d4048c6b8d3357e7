/*
 * api_state - streams that keep a state for each key, and the state as a function sees it.
 */
#include "app/api.h"
#include "exec/state_object.h"

/* What the options say, for either operator. */
static void set_options(struct node_spec *spec, const struct weir_state_options *options)
{
    if (options != NULL) {
        spec->initial_keys = options->initial_keys;
        spec->initial_values = options->initial_values;
        spec->initial_count = options->initial_count;
        spec->partitions = options->partitions;
    }
}

struct weir_stream *weir_update_state_by_key(struct weir_stream *stream,
                                             struct weir_function function,
                                             struct weir_value argument,
                                             const struct weir_state_options *options)
{
    struct node_spec spec = {
        .kind = OPERATOR_UPDATE_STATE_BY_KEY, .function = function, .argument = argument};
    struct weir_stream *made;

    set_options(&spec, options);
    made = api_derive(stream, "weir_update_state_by_key", &spec);
    if (made->node != NULL && options != NULL && options->timeout != NULL) {
        api_problem(made, "/timeout", "E020", "updateStateByKey takes no timeout");
    }
    return made;
}

struct weir_stream *weir_map_with_state(struct weir_stream *stream, struct weir_function function,
                                        struct weir_value argument,
                                        const struct weir_state_options *options)
{
    const char *timeout = options == NULL ? NULL : options->timeout;
    int64_t timeout_ms = timeout == NULL ? 0 : duration_parse(timeout);
    struct node_spec spec = {.kind = OPERATOR_MAP_WITH_STATE,
                             .function = function,
                             .argument = argument,
                             .timeout_ms = timeout_ms < 0 ? 0 : timeout_ms};
    struct weir_stream *made;

    set_options(&spec, options);
    made = api_derive(stream, "weir_map_with_state", &spec);
    if (made->node != NULL && timeout != NULL && timeout_ms <= 0) {
        api_problem(made, "/timeout", "E021",
                    "\"%.32s\" is no duration above zero, such as \"10m\"", timeout);
    }
    return made;
}

struct weir_stream *weir_state_snapshots(struct weir_stream *stream)
{
    struct node_spec spec = {.kind = OPERATOR_STATE_SNAPSHOTS};

    return api_derive(stream, "weir_state_snapshots", &spec);
}

bool weir_state_exists(const struct weir_state *state)
{
    return state->exists;
}

struct weir_value weir_state_get(const struct weir_state *state)
{
    return state_object_get(state);
}

void weir_state_update(struct weir_state *state, struct weir_value value)
{
    state_object_update(state, value);
}

void weir_state_remove(struct weir_state *state)
{
    state_object_remove(state);
}

bool weir_state_is_timing_out(const struct weir_state *state)
{
    return state->is_timing_out;
}
