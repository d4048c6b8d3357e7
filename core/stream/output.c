/*
 * output - one output of a job at work.
 */
#include "stream/output.h"

#include <assert.h>
#include <string.h>

#include "stream/handle.h"

bool output_is_foreach(const struct node *node)
{
    return node->type != NULL && strcmp(node->type, "foreach") == 0;
}

void output_init(struct output *output, const struct node *node)
{
    output->node = node;
    output->sink = (struct sink){.class = NULL, .self = NULL};
    lock_init(&output->lock);
}

static weir_status run_function(const struct output *output, struct executor *executor,
                                const struct function_registry *functions, struct rdd *rdd,
                                int64_t time_ms, weir_error *error)
{
    const struct function *function = output->node->function;
    struct handle_pool pool;
    int32_t answer = WEIR_E_NOMEM;

    if (function->call.kind != WEIR_FUNCTION_FOREACH) {
        return error_set(error, WEIR_E_CONFIG, "function %s is no foreach function",
                         function->call.name);
    }
    handle_pool_init(&pool, executor, functions);
    struct weir_rdd *given = handle_create(&pool, rdd_hold(rdd));
    if (given != NULL) {
        answer = function->call.foreach(given, time_ms, output->node->argument);
    }
    if (answer != WEIR_OK && pool.error.code != WEIR_OK) {
        error_set(error, answer, "function %s: %s", function->call.name, pool.error.msg);
    } else if (answer != WEIR_OK) {
        error_set(error, answer, "function %s failed: %s", function->call.name,
                  status_name(answer));
    }
    handle_pool_fini(&pool);
    return answer;
}

weir_status output_run(struct output *output, struct executor *executor,
                       const struct function_registry *functions, struct rdd *rdd, int64_t time_ms,
                       uint64_t *records, weir_error *error)
{
    weir_status status;

    *records = 0;
    if (output_is_foreach(output->node)) {
        status = run_function(output, executor, functions, rdd, time_ms, error);
    } else {
        const struct sink *sink = &output->sink;
        assert(sink->class != NULL);
        lock_take(&output->lock);
        status = sink->class->write(sink->self, executor, rdd, time_ms, records, error);
        lock_release(&output->lock);
    }
    if (status != WEIR_OK) {
        return error_wrap(error, status, "output %s", output->node->name);
    }
    return WEIR_OK;
}

void output_fini(struct output *output)
{
    if (output->sink.class != NULL && output->sink.class->destroy != NULL) {
        output->sink.class->destroy(output->sink.self);
    }
    output->sink = (struct sink){.class = NULL, .self = NULL};
    lock_fini(&output->lock);
}
