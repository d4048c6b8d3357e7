/*
 * engine - what a graph needs to run: plugins, options, executor, clock and context.
 */
#include "app/engine.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/component.h"
#include "base/bytes.h"
#include "base/mem.h"
#include "io/receiver.h"

enum { NAMES_MAX = 128 };

/* A source's or an output's own part, by its index among them. */
struct slot {
    struct source source; /* given by the program; class NULL: none */
    struct sink sink;
    struct component component;
    struct options *options;
};

struct slots {
    struct slot *items;
    size_t count;
    size_t capacity;
};

struct engine {
    struct engine_options options;
    char *name;
    char *spill_dir; /* NULL: the default */
    struct graph *graph;
    const struct plugin_folders *folders;
    struct slots sources;
    struct slots outputs;
    struct executor *executor;
    struct clock *clock;
    struct context *context;
    bool has_options;
};

weir_status engine_create(const struct engine_options *options, struct graph *graph,
                          const struct plugin_folders *folders, struct engine **out,
                          weir_error *error)
{
    struct engine *engine = mem_zalloc(sizeof(*engine));

    if (engine == NULL) {
        return error_set(error, WEIR_E_NOMEM, "no memory for the engine");
    }
    engine->options = *options;
    engine->name = mem_text_copy(options->name == NULL ? "weir" : options->name);
    if (engine->name == NULL) {
        mem_free(engine);
        return error_set(error, WEIR_E_NOMEM, "no memory for the engine");
    }
    engine->options.name = engine->name;
    if (options->spill_dir != NULL) {
        engine->spill_dir = mem_text_copy(options->spill_dir);
        if (engine->spill_dir == NULL) {
            engine_destroy(engine);
            return error_set(error, WEIR_E_NOMEM, "no memory for the engine");
        }
    }
    engine->options.spill_dir = engine->spill_dir;
    engine->graph = graph;
    engine->folders = folders;
    *out = engine;
    return WEIR_OK;
}

/* The slot of that index, made when it is missing; NULL: no memory. */
static struct slot *slot_at(struct slots *slots, uint32_t index, weir_error *error)
{
    if (mem_grow((void **)&slots->items, &slots->capacity, (size_t)index + 1, sizeof(struct slot),
                 error) != WEIR_OK) {
        return NULL;
    }
    while (slots->count <= index) {
        memset(&slots->items[slots->count++], 0, sizeof(struct slot));
    }
    return &slots->items[index];
}

weir_status engine_use_source(struct engine *engine, const struct node *node, struct source source,
                              weir_error *error)
{
    struct slot *slot = slot_at(&engine->sources, node->source_index, error);

    if (slot == NULL) {
        return WEIR_E_NOMEM;
    }
    slot->source = source;
    return WEIR_OK;
}

weir_status engine_use_sink(struct engine *engine, const struct node *node, struct sink sink,
                            weir_error *error)
{
    struct slot *slot = slot_at(&engine->outputs, node->output_index, error);

    if (slot == NULL) {
        return WEIR_E_NOMEM;
    }
    slot->sink = sink;
    return WEIR_OK;
}

static void add_problem(struct graph *graph, const struct node *node, const char *part,
                        const char *code, const char *help, const char *message)
{
    struct bytes pointer = {0};

    bytes_printf(&pointer, "%s%s", node->pointer, part);
    if (pointer.failed) {
        graph->problems.is_cut = true;
    } else {
        problems_add(&graph->problems, PROBLEM_ERROR, code, pointer.data, help, "%s", message);
    }
    bytes_fini(&pointer);
}

static void tell_source(struct engine *engine, const struct node *node, const char *why)
{
    char *names[NAMES_MAX];
    size_t count = component_source_names(engine->folders, names, NAMES_MAX);
    const char *near = problem_suggestion(node->type, (const char *const *)names, count);
    bool is_there = near != NULL && strcmp(near, node->type) == 0;
    char message[600];
    char help[128];

    snprintf(message, sizeof(message), "cannot load the plugin \"%.64s\": %s", node->type, why);
    snprintf(help, sizeof(help), "%s%.64s%s", near == NULL ? "" : "did you mean \"",
             near == NULL ? "see `weir plugins list`, and --plugin-path" : near,
             near == NULL ? "" : "\"?");
    add_problem(engine->graph, node, "/type", "E210", is_there ? NULL : help, message);
    for (size_t i = 0; i < count; i++) {
        mem_free(names[i]);
    }
}

static void tell_sink(struct engine *engine, const struct node *node)
{
    const char *names[NAMES_MAX];
    size_t count = component_sink_names(names, NAMES_MAX);
    const char *near = problem_suggestion(node->type, names, count);
    char message[128];
    char help[256];
    size_t size = 0;

    snprintf(message, sizeof(message), "there is no sink of type \"%.64s\"", node->type);
    for (size_t i = 0; i < count && near == NULL && size < sizeof(help); i++) {
        size += (size_t)snprintf(help + size, sizeof(help) - size, "%s\"%s\"",
                                 i == 0 ? "there are " : ", ", names[i]);
    }
    if (near != NULL) {
        snprintf(help, sizeof(help), "did you mean \"%s\"?", near);
    }
    add_problem(engine->graph, node, "/type", "E211", help, message);
}

static weir_status parse_options(struct engine *engine, const struct node *node, const char *what,
                                 struct slot *slot, weir_error *error)
{
    const struct component *component = &slot->component;
    struct bytes pointer = {0};
    char owner[96];
    weir_status status;

    snprintf(owner, sizeof(owner), "%s type %.64s", what, node->type);
    bytes_printf(&pointer, "%s/with", node->pointer);
    status = bytes_status(&pointer, error);
    if (status == WEIR_OK) {
        status = options_parse(component->options, component->options_count,
                               component->options_stride, node->with, owner, pointer.data,
                               &engine->graph->problems, &slot->options, error);
    }
    bytes_fini(&pointer);
    return status;
}

/* What spans several options, which only the receiver itself can tell. */
static weir_status check_receiver(struct engine *engine, const struct node *node,
                                  const struct slot *slot)
{
    weir_error error = {0};
    weir_status status = receiver_check(slot->component.receiver, slot->options, &error);

    if (status != WEIR_OK) {
        add_problem(engine->graph, node, "/with", "E024", NULL, error.msg);
    }
    return status == WEIR_E_NOMEM ? status : WEIR_OK;
}

static weir_status check_source(struct engine *engine, const struct node *node, weir_error *error)
{
    struct slot *slot = slot_at(&engine->sources, node->source_index, error);
    size_t errors_before = engine->graph->problems.errors_count;
    weir_error why = {0};
    weir_status status;

    if (slot == NULL) {
        return WEIR_E_NOMEM;
    }
    if (slot->source.class != NULL || node->type == NULL) {
        return WEIR_OK;
    }
    status = component_find_source(engine->folders, node->type, &slot->component, &why);
    if (status == WEIR_E_NOMEM) {
        return error_set(error, status, "%s", why.msg);
    }
    if (status != WEIR_OK) {
        tell_source(engine, node, why.msg);
        return WEIR_OK;
    }
    WEIR_TRY(parse_options(engine, node, "source", slot, error));
    if (engine->graph->problems.errors_count == errors_before) {
        return check_receiver(engine, node, slot);
    }
    return WEIR_OK;
}

static weir_status check_output(struct engine *engine, const struct node *node, weir_error *error)
{
    struct slot *slot = slot_at(&engine->outputs, node->output_index, error);

    if (slot == NULL) {
        return WEIR_E_NOMEM;
    }
    /* "foreach" is a function of the program, which a job file does not have. */
    if (slot->sink.class != NULL || node->type == NULL ||
        (strcmp(node->type, "foreach") == 0 && node->call.name != NULL)) {
        return WEIR_OK;
    }
    if (!component_find_sink(node->type, &slot->component)) {
        tell_sink(engine, node);
        return WEIR_OK;
    }
    return parse_options(engine, node, "sink", slot, error);
}

weir_status engine_check_options(struct engine *engine, weir_error *error)
{
    struct graph *graph = engine->graph;

    for (size_t i = 0; i < graph->nodes_count && !engine->has_options; i++) {
        const struct node *node = graph->nodes[i];
        if (node->class->kind == OPERATOR_SOURCE) {
            WEIR_TRY(check_source(engine, node, error));
        } else if (node->class->kind == OPERATOR_OUTPUT) {
            WEIR_TRY(check_output(engine, node, error));
        }
    }
    engine->has_options = true;
    return WEIR_OK;
}

weir_status engine_check(struct engine *engine, weir_error *error)
{
    WEIR_TRY(engine_check_options(engine, error));
    return graph_check(engine->graph, error);
}

/* Told at the start, and not hours later when memory is short. */
static weir_status check_spill_dir(const char *folder, weir_error *error)
{
    if (folder != NULL && access(folder, R_OK | W_OK | X_OK) != 0) {
        return error_system(error, "the spill folder %s", folder);
    }
    return WEIR_OK;
}

weir_status engine_executor(struct engine *engine, struct executor **out, weir_error *error)
{
    struct executor_options options = {.workers = engine->options.workers,
                                       .partitions = engine->options.partitions,
                                       .chunk_rows = engine->options.chunk_rows,
                                       .memory_limit_bytes = engine->options.memory_limit_bytes,
                                       .spill_dir = engine->spill_dir};

    if (engine->executor == NULL) {
        WEIR_TRY(check_spill_dir(engine->spill_dir, error));
        WEIR_TRY(executor_create(&options, &engine->executor, error));
    }
    *out = engine->executor;
    return WEIR_OK;
}

static weir_status attach_source(struct engine *engine, const struct node *node, weir_error *error)
{
    struct slot *slot = &engine->sources.items[node->source_index];
    struct receiver_options options = {.source_name = node->name,
                                       .plugin = slot->component.plugin,
                                       .receiver = slot->component.receiver,
                                       .options = slot->options,
                                       .clock = engine->clock,
                                       .is_text = strcmp(node->decode, "text") == 0};

    if (slot->source.class == NULL) {
        WEIR_TRY(receiver_create(&options, &slot->source, error));
        slot->options = NULL;
    }
    WEIR_TRY(context_attach_source(engine->context, node, slot->source, error));
    slot->source.class = NULL;
    return WEIR_OK;
}

static weir_status attach_sink(struct engine *engine, const struct node *node, weir_error *error)
{
    struct slot *slot = &engine->outputs.items[node->output_index];

    if (slot->sink.class == NULL && slot->component.sink == NULL) {
        return WEIR_OK; /* a function of the program */
    }
    if (slot->sink.class == NULL) {
        WEIR_TRY(slot->component.sink->create(node->name, slot->options, &slot->sink, error));
        slot->options = NULL;
    }
    WEIR_TRY(context_attach_sink(engine->context, node, slot->sink, error));
    slot->sink.class = NULL;
    return WEIR_OK;
}

static weir_status attach_all(struct engine *engine, weir_error *error)
{
    for (size_t i = 0; i < engine->graph->nodes_count; i++) {
        const struct node *node = engine->graph->nodes[i];
        if (node->class->kind == OPERATOR_SOURCE) {
            WEIR_TRY(attach_source(engine, node, error));
        } else if (node->class->kind == OPERATOR_OUTPUT) {
            WEIR_TRY(attach_sink(engine, node, error));
        }
    }
    return WEIR_OK;
}

weir_status engine_prepare(struct engine *engine, weir_error *error)
{
    struct context_options options = {.name = engine->name,
                                      .batches_max = engine->options.batches_max,
                                      .stop_timeout_ms = engine->options.stop_timeout_ms,
                                      .jobs_at_once = engine->options.jobs_at_once,
                                      .partitions_per_block = engine->options.is_per_block,
                                      .stop_at_end = engine->options.stop_at_end};
    struct executor *executor;
    weir_status status;

    if (engine->context != NULL) {
        return WEIR_OK;
    }
    WEIR_TRY(engine_check(engine, error));
    WEIR_TRY(engine_executor(engine, &executor, error));
    if (engine->clock == NULL) {
        WEIR_TRY(engine->options.is_manual_clock
                     ? clock_create_manual(engine->options.manual_clock_ms, &engine->clock, error)
                     : clock_create_real(&engine->clock, error));
    }
    WEIR_TRY(
        context_create(&options, engine->graph, executor, engine->clock, &engine->context, error));
    status = attach_all(engine, error);
    if (status != WEIR_OK) {
        context_destroy(engine->context);
        engine->context = NULL;
    }
    return status;
}

weir_status engine_start(struct engine *engine, weir_error *error)
{
    WEIR_TRY(engine_prepare(engine, error));
    return context_start(engine->context, error);
}

weir_status engine_stop(struct engine *engine, bool graceful, weir_error *error)
{
    return engine->context == NULL ? WEIR_OK : context_stop(engine->context, graceful, error);
}

weir_status engine_advance_ms(struct engine *engine, int64_t duration_ms, weir_error *error)
{
    int64_t now_ms;
    int64_t target_ms;

    if (engine->context == NULL || !clock_is_manual(engine->clock) || duration_ms < 0) {
        return error_set(error, WEIR_E_INVAL, "only a started job on a manual clock is advanced");
    }
    now_ms = clock_now_ms(engine->clock);
    if (__builtin_add_overflow(now_ms, duration_ms, &target_ms) || target_ms > CLOCK_MS_MAX) {
        return error_set(error, WEIR_E_INVAL, "the clock cannot show a time so far ahead");
    }
    while (now_ms < target_ms && context_get_state(engine->context) == CONTEXT_ACTIVE) {
        int64_t step_ms = target_ms - now_ms;
        now_ms += step_ms < engine->graph->batch_ms ? step_ms : engine->graph->batch_ms;
        clock_advance_to(engine->clock, now_ms);
        WEIR_TRY(context_settle(engine->context, error));
    }
    return WEIR_OK;
}

weir_status engine_advance(struct engine *engine, uint64_t batches, weir_error *error)
{
    int64_t duration_ms;

    if (__builtin_mul_overflow(batches, engine->graph->batch_ms, &duration_ms)) {
        return error_set(error, WEIR_E_INVAL, "the clock cannot show a time so far ahead");
    }
    return engine_advance_ms(engine, duration_ms, error);
}

struct context *engine_context(struct engine *engine)
{
    return engine->context;
}

struct clock *engine_clock(struct engine *engine)
{
    return engine->clock;
}

static void slots_fini(struct slots *slots)
{
    for (size_t i = 0; i < slots->count; i++) {
        struct slot *slot = &slots->items[i];
        if (slot->source.class != NULL) {
            slot->source.class->destroy(slot->source.self);
        }
        if (slot->sink.class != NULL) {
            slot->sink.class->destroy(slot->sink.self);
        }
        options_destroy(slot->options);
    }
    mem_free(slots->items);
}

void engine_destroy(struct engine *engine)
{
    if (engine == NULL) {
        return;
    }
    context_destroy(engine->context);
    slots_fini(&engine->sources);
    slots_fini(&engine->outputs);
    executor_destroy(engine->executor);
    clock_destroy(engine->clock);
    mem_free(engine->name);
    mem_free(engine->spill_dir);
    mem_free(engine);
}
