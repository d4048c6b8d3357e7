/*
 * exec_rows - small jobs for tests: RDDs from JSON, functions by name, results as text.
 */
#include "lib/exec_rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/log.h"
#include "base/mem.h"
#include "data/block.h"
#include "data/json.h"
#include "exec/action.h"
#include "lib/rows.h"

static struct function_registry *registry;

const struct function *exec_builtin(const char *name)
{
    if (registry == NULL) {
        assert_int_equal(function_registry_create(&registry, NULL), WEIR_OK);
        assert_int_equal(builtins_register(registry, NULL), WEIR_OK);
    }
    const struct function *function = function_find(registry, name);
    assert_non_null(function);
    return function;
}

void exec_forget(void)
{
    function_registry_destroy(registry);
    registry = NULL;
}

struct executor *exec_start(uint32_t workers, uint32_t chunk_rows)
{
    const struct executor_options options = {.workers = workers, .chunk_rows = chunk_rows};
    struct executor *executor;
    weir_error error = {.struct_size = sizeof(error)};

    log_set_level(LOG_OFF); /* tasks that fail are part of tests */
    if (executor_create(&options, &executor, &error) != WEIR_OK) {
        fail_msg("%s", error.msg);
    }
    return executor;
}

struct rdd *exec_leaf_of(struct block **blocks, uint32_t count, bool is_pairs)
{
    struct block **present = calloc(count + 1, sizeof(*present));
    uint32_t *starts = calloc(count + 1, sizeof(*starts));
    struct rdd *rdd;

    assert_non_null(present);
    assert_non_null(starts);
    for (uint32_t i = 0; i < count; i++) {
        starts[i + 1] = starts[i];
        if (blocks[i] != NULL) {
            present[starts[i + 1]++] = blocks[i];
        }
    }
    assert_int_equal(rdd_create_blocks(present, starts, count, is_pairs, &rdd, NULL), WEIR_OK);
    for (uint32_t i = 0; i < starts[count]; i++) {
        block_drop(present[i]);
    }
    free(present);
    free(starts);
    return rdd;
}

struct rdd *exec_leaf(const char *const *partitions, uint32_t count, bool is_pairs)
{
    struct block **blocks = calloc(count + 1, sizeof(*blocks));

    assert_non_null(blocks);
    for (uint32_t i = 0; i < count; i++) {
        blocks[i] = partitions[i] == NULL ? NULL : rows_block(partitions[i], is_pairs);
    }
    struct rdd *rdd = exec_leaf_of(blocks, count, is_pairs);
    free(blocks);
    return rdd;
}

struct rdd *exec_rows(struct rdd *parent, enum rows_form form, const struct function *function,
                      struct weir_value argument)
{
    struct rdd *rdd;

    assert_int_equal(rdd_create_rows(parent, form, function, argument, &rdd, NULL), WEIR_OK);
    rdd_drop(parent);
    return rdd;
}

struct rdd *exec_filter(struct rdd *parent, const struct function *function,
                        struct weir_value argument)
{
    struct rdd *rdd;

    assert_int_equal(rdd_create_filter(parent, function, argument, &rdd, NULL), WEIR_OK);
    rdd_drop(parent);
    return rdd;
}

struct rdd *exec_reduce(struct rdd *parent, const struct function *function, uint32_t partitions)
{
    struct rdd *rdd;

    assert_int_equal(
        rdd_create_reduce_by_key(parent, function, weir_null(), partitions, &rdd, NULL), WEIR_OK);
    rdd_drop(parent);
    return rdd;
}

weir_status exec_try_text(struct executor *executor, struct rdd *rdd, char **text,
                          weir_error *error)
{
    struct block **blocks;
    struct bytes out = {0};
    uint32_t count;

    *text = NULL;
    weir_status status = action_collect(executor, rdd, &blocks, &count, error);
    if (status != WEIR_OK) {
        return status;
    }
    bytes_append_text(&out, "");
    for (uint32_t i = 0; i < count; i++) {
        bytes_append_text(&out, i == 0 ? "" : " | ");
        rows_write(&out, &blocks[i], 1, false);
        block_drop(blocks[i]);
    }
    mem_free(blocks);
    *text = bytes_take(&out);
    return *text == NULL ? WEIR_E_NOMEM : WEIR_OK;
}

char *exec_text(struct executor *executor, struct rdd *rdd)
{
    weir_error error = {.struct_size = sizeof(error)};
    char *text;

    if (exec_try_text(executor, rdd, &text, &error) != WEIR_OK) {
        fail_msg("job failed: %s", error.msg);
    }
    return text;
}

void exec_expect(struct executor *executor, struct rdd *rdd, const char *expected)
{
    char *text = exec_text(executor, rdd);

    assert_string_equal(text, expected);
    mem_free(text);
}

void exec_append_exact(struct bytes *out, struct weir_value value)
{
    bytes_printf(out, "%u/%u:", value.head & 15u, weir_size_of(value));
    if (weir_kind_of(value) == WEIR_BYTES) {
        bytes_append(out, weir_bytes_of(&value), weir_size_of(value));
    } else {
        json_write(out, value);
    }
    bytes_append_text(out, "\n");
}

void exec_task_init(struct exec_task *task, uint32_t chunk_rows)
{
    memset(task, 0, sizeof(*task));
    arena_init(&task->task.arena);
    task->task.chunk_rows = chunk_rows;
    task->task.is_cancelled = &task->is_cancelled;
}

void exec_task_fini(struct exec_task *task)
{
    arena_fini(&task->task.arena);
}

static weir_status capture_push(struct op *op, struct chunk *chunk, weir_error *error)
{
    struct capture_op *capture = (struct capture_op *)op;

    (void)error;
    capture->pushes_count++;
    if (chunk->rows_count > capture->rows_max) {
        capture->rows_max = chunk->rows_count;
    }
    for (uint32_t i = 0; i < chunk->rows_count; i++) {
        if (capture->rows_count++ == capture->rows_wanted && capture->rows_wanted > 0) {
            return WEIR_STOPPING;
        }
        for (uint32_t column = 0; column < chunk->columns_count; column++) {
            exec_append_exact(capture->out,
                              column_value(&chunk->columns[column], chunk_row(chunk, i)));
        }
    }
    return WEIR_OK;
}

static const struct op_class capture_class = {
    .name = "capture",
    .push = capture_push,
};

struct capture_op *exec_capture(struct task *task, struct bytes *out)
{
    struct op *op;

    assert_int_equal(op_create(task, &capture_class, sizeof(struct capture_op), NULL, &op, NULL),
                     WEIR_OK);
    ((struct capture_op *)op)->out = out;
    return (struct capture_op *)op;
}

void exec_again_portable(void)
{
    int status;

    if (getenv("WEIR_CPU") != NULL) {
        skip();
    }
    pid_t child = fork();
    if (child == 0) {
        setenv("WEIR_CPU", "portable", 1);
        execl("/proc/self/exe", "portable", (char *)NULL);
        _exit(127);
    }
    assert_true(child > 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}
