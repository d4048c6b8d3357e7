/*
 * rdd_pipe - rows through a command: a process for each partition, lines in and lines out.
 */
#include <string.h>
#include <unistd.h>

#include "base/arena.h"

#include "base/mem.h"
#include "data/text.h"
#include "data/utf8.h"
#include "exec/child_process.h"
#include "exec/emitter.h"
#include "exec/lineage_rdd.h"
#include "exec/partition_rows.h"
#include <assert.h>

#define INPUT_BYTES    (64u * 1024u)
#define LINE_BYTES_MAX WEIR_SIZE_MAX

struct pipe_rdd {
    struct rdd rdd;
    const char **arguments; /* NULL-terminated, as all of it in the arena */
    const char **environment;
    const char *command; /* for messages */
    struct arena arena;
};

struct pipe_op {
    struct op op;
    const struct pipe_rdd *plan;
    struct child_process process;
    struct bytes input;
    struct bytes output; /* a line that is not whole yet */
    struct emitter emitter;
};

/* A line of the process's output, without its end. */
static weir_status line_emit(struct pipe_op *pipe, const char *line, size_t size, weir_error *error)
{
    if (size > 0 && line[size - 1] == '\r') {
        size--;
    }
    if (size > LINE_BYTES_MAX) {
        return error_set(error, WEIR_E_TOOBIG, "a line of %zu bytes", size);
    }
    weir_emit(&pipe->emitter.out, text_is_utf8(line, size) ? weir_text_bytes(line, (uint32_t)size)
                                                           : weir_bytes(line, (uint32_t)size));
    return emitter_row_done(&pipe->emitter, error);
}

static weir_status take_output(void *owner, const char *data, size_t size, weir_error *error)
{
    struct pipe_op *pipe = owner;
    const char *end = data + size;

    if (pipe->output.size > 0) { /* the line that has begun */
        const char *newline = memchr(data, '\n', size);
        bytes_append(&pipe->output, data, newline == NULL ? size : (size_t)(newline - data));
        WEIR_TRY(bytes_status(&pipe->output, error));
        if (newline == NULL) {
            return pipe->output.size <= LINE_BYTES_MAX
                       ? WEIR_OK
                       : error_set(error, WEIR_E_TOOBIG, "a line of more than %u bytes",
                                   LINE_BYTES_MAX);
        }
        WEIR_TRY(line_emit(pipe, pipe->output.data, pipe->output.size, error));
        WEIR_TRY(emitter_finish(&pipe->emitter, error)); /* it points there */
        bytes_clear(&pipe->output);
        data = newline + 1;
    }
    for (;;) {
        const char *newline = memchr(data, '\n', (size_t)(end - data));
        if (newline == NULL) {
            break;
        }
        WEIR_TRY(line_emit(pipe, data, (size_t)(newline - data), error));
        data = newline + 1;
    }
    bytes_append(&pipe->output, data, (size_t)(end - data));
    WEIR_TRY(bytes_status(&pipe->output, error));
    return emitter_finish(&pipe->emitter, error); /* the rows point into data */
}

static weir_status input_flush(struct pipe_op *pipe, weir_error *error)
{
    WEIR_TRY(bytes_status(&pipe->input, error));
    WEIR_TRY(child_process_write(&pipe->process, pipe->input.data, pipe->input.size, error));
    bytes_clear(&pipe->input);
    return WEIR_OK;
}

static weir_status pipe_push(struct op *op, struct chunk *chunk, weir_error *error)
{
    struct pipe_op *pipe = (struct pipe_op *)op;
    bool is_pairs = chunk_is_pairs(chunk);

    for (uint32_t i = 0; i < chunk->rows_count; i++) {
        struct weir_row row = chunk_row_shown(chunk, i);

        if (is_pairs) {
            bytes_append_byte(&pipe->input, '(');
            text_write_value_raw(&pipe->input, row.key);
            bytes_append_byte(&pipe->input, ',');
        }
        text_write_value_raw(&pipe->input, row.value);
        bytes_append_text(&pipe->input, is_pairs ? ")\n" : "\n");
    }
    return pipe->input.size < INPUT_BYTES && !pipe->input.failed ? WEIR_OK
                                                                 : input_flush(pipe, error);
}

static weir_status pipe_finish(struct op *op, weir_error *error)
{
    struct pipe_op *pipe = (struct pipe_op *)op;
    int exit_status;

    WEIR_TRY(input_flush(pipe, error));
    WEIR_TRY(child_process_finish(&pipe->process, &exit_status, error));
    if (pipe->output.size > 0) {
        WEIR_TRY(line_emit(pipe, pipe->output.data, pipe->output.size, error));
    }
    WEIR_TRY(emitter_finish(&pipe->emitter, error));
    if (exit_status != 0) {
        return error_set(error, WEIR_E_INVAL, "subprocess exited with status %d. Command ran: %s",
                         exit_status, pipe->plan->command);
    }
    return WEIR_OK;
}

static void pipe_close(struct op *op)
{
    struct pipe_op *pipe = (struct pipe_op *)op;

    child_process_fini(&pipe->process);
    bytes_fini(&pipe->input);
    bytes_fini(&pipe->output);
    emitter_fini(&pipe->emitter);
}

static const struct op_class pipe_op_class = {
    .name = "pipe",
    .push = pipe_push,
    .finish = pipe_finish,
    .close = pipe_close,
};

static weir_status pipe_compute(struct task *task, const struct rdd *rdd, uint32_t partition,
                                struct op *to, weir_error *error)
{
    const struct pipe_rdd *plan = (const struct pipe_rdd *)rdd;
    struct op *op;

    WEIR_TRY(op_create(task, &pipe_op_class, sizeof(struct pipe_op), to, &op, error));
    struct pipe_op *pipe = (struct pipe_op *)op;
    pipe->plan = plan;
    pipe->process = (struct child_process){
        .name = plan->arguments[0],
        .ends = {-1, -1, -1},
        .is_cancelled = task->is_cancelled,
        .on_output = take_output,
        .owner = pipe,
    };
    weir_status status = emitter_init(&pipe->emitter, task, to, false, error);
    if (status == WEIR_OK) {
        status = child_process_start(&pipe->process, plan->arguments, plan->environment, error);
    }
    if (status == WEIR_OK) {
        status = rdd_push(task, rdd->parents[0], partition, op, error);
    }
    if (status == WEIR_OK) {
        status = op_finish(op, error);
    }
    op_close(op);
    return status;
}

static void pipe_fini(struct rdd *rdd)
{
    arena_fini(&((struct pipe_rdd *)rdd)->arena);
}

static const struct rdd_class pipe_class = {
    .name = "pipe",
    .compute = pipe_compute,
    .fini = pipe_fini,
};

static size_t texts_count(const char *const *texts)
{
    size_t count = 0;

    while (texts != NULL && texts[count] != NULL) {
        count++;
    }
    return count;
}

static const char *text_keep(struct pipe_rdd *pipe, const char *text)
{
    assert(text != NULL);
    return arena_copy(&pipe->arena, text, strlen(text) + 1);
}

/* The arguments, and the command that they make: "grep -c a". */
static bool arguments_keep(struct pipe_rdd *pipe, const char *const *arguments)
{
    size_t count = texts_count(arguments);
    struct bytes command = {0};

    pipe->arguments = arena_zalloc(&pipe->arena, (count + 1) * sizeof(char *));
    for (size_t i = 0; pipe->arguments != NULL && i < count; i++) {
        pipe->arguments[i] = text_keep(pipe, arguments[i]);
        if (pipe->arguments[i] == NULL) {
            bytes_fini(&command);
            return false;
        }
        bytes_append_text(&command, i == 0 ? "" : " ");
        bytes_append_text(&command, arguments[i]);
    }
    if (pipe->arguments != NULL && !command.failed) {
        pipe->command = text_keep(pipe, command.data);
    }
    bytes_fini(&command);
    return pipe->command != NULL;
}

static bool is_overridden(const char *entry, const char *const *added)
{
    size_t name_size = strcspn(entry, "=");

    for (; added != NULL && *added != NULL; added++) {
        if (strcspn(*added, "=") == name_size && strncmp(*added, entry, name_size) == 0) {
            return true;
        }
    }
    return false;
}

/* What was added, and then what this process has. */
static bool environment_keep(struct pipe_rdd *pipe, const char *const *added)
{
    const char *const *own = (const char *const *)(uintptr_t)environ;
    size_t added_count = texts_count(added);
    size_t count = added_count + texts_count(own);
    size_t kept = 0;

    pipe->environment = arena_zalloc(&pipe->arena, (count + 1) * sizeof(char *));
    for (size_t i = 0; pipe->environment != NULL && i < count; i++) {
        const char *entry = i < added_count ? added[i] : own[i - added_count];

        if (i >= added_count && is_overridden(entry, added)) {
            continue;
        }
        pipe->environment[kept] = text_keep(pipe, entry);
        if (pipe->environment[kept++] == NULL) {
            return false;
        }
    }
    return pipe->environment != NULL;
}

weir_status rdd_create_pipe(struct rdd *parent, const char *const *arguments,
                            const char *const *environment, struct rdd **out, weir_error *error)
{
    struct rdd *rdd;

    if (texts_count(arguments) == 0) {
        return error_set(error, WEIR_E_INVAL, "pipe: no command");
    }
    WEIR_TRY(rdd_create(&pipe_class, sizeof(struct pipe_rdd), parent->partitions_count, &parent, 1,
                        &rdd, error));
    struct pipe_rdd *pipe = (struct pipe_rdd *)rdd;
    arena_init(&pipe->arena);
    if (!arguments_keep(pipe, arguments) || !environment_keep(pipe, environment)) {
        rdd_drop(rdd);
        return error_set(error, WEIR_E_NOMEM, "pipe: no memory");
    }
    *out = rdd;
    return WEIR_OK;
}
