/*
 * spill - jobs over ten times the memory they may have: groupByKey, join, sort, and state.
 *
 * Each runs in a process of its own, whose greatest resident size is set against what the process
 * had before, and the limit. Rows are made as they are read, so that they are nowhere else.
 *
 * BENCH_LIMIT_MB (default 64) is the limit.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"
#include "exec/action.h"
#include "exec/lineage.h"
#include "exec/lineage_rdd.h"
#include "exec/lineage_state.h"

#define LIMIT_MB_DEFAULT 64
#define OVER             10
#define RESIDENT_MOST    1.1 /* of the limit */
#define EXIT_OVER        2
#define PARTITIONS       8u
#define TEXT_BYTES       100u
#define ROW_BYTES        (TEXT_BYTES + 2 * sizeof(struct weir_value))

static uint64_t mixed(uint64_t word)
{
    return bench_random(&word);
}

/* An int to a pair of a key, each twice, and a text of its own. */
static void to_pair(const struct weir_row *row, struct weir_emitter *out,
                    struct weir_value argument)
{
    uint64_t number = (uint64_t)row->value.integer;
    char *text = weir_emitter_memory(out, TEXT_BYTES);

    memset(text, 'x', TEXT_BYTES);
    memcpy(text, &number, sizeof(number));
    weir_emit_pair(out, weir_int((int64_t)(mixed(number % (uint64_t)argument.integer) >> 1)),
                   weir_bytes(text, TEXT_BYTES));
}

static bool keep_last(struct weir_update *update, struct weir_emitter *memory,
                      struct weir_value argument)
{
    (void)memory;
    (void)argument;
    if (update->values_count > 0) {
        update->state = update->values[update->values_count - 1];
    }
    return true;
}

static const struct function to_pair_function = {
    .kind = WEIR_FUNCTION_ROW,
    .call = {.name = "to_pair", .kind = WEIR_FUNCTION_ROW, .row = to_pair}};
static const struct function keep_last_function = {
    .kind = WEIR_FUNCTION_UPDATE,
    .call = {.name = "keep_last", .kind = WEIR_FUNCTION_UPDATE, .update = keep_last}};

/* Kilobytes of a line of /proc/self/status. */
static long status_kb(const char *name)
{
    FILE *file = fopen("/proc/self/status", "r");
    char line[256];
    long value = 0;

    while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
        if (strncmp(line, name, strlen(name)) == 0) {
            value = atol(line + strlen(name) + 1);
        }
    }
    if (file != NULL) {
        fclose(file);
    }
    return value;
}

static weir_status rows_of(uint64_t count, struct rdd **out, weir_error *error)
{
    struct rdd *numbers;

    WEIR_TRY(rdd_create_range(0, (int64_t)count, 1, PARTITIONS, &numbers, error));
    weir_status status = rdd_create_rows(numbers, ROWS_MAP_TO_PAIR, &to_pair_function,
                                         weir_int((int64_t)(count / 2)), out, error);
    rdd_drop(numbers);
    return status;
}

static weir_status group(struct executor *executor, struct rdd *rows, struct rdd **out,
                         weir_error *error)
{
    (void)executor;
    return rdd_create_cogroup(&rows, 1, COGROUP_GROUP, partitioner_hash(PARTITIONS), out, error);
}

static weir_status join(struct executor *executor, struct rdd *rows, struct rdd **out,
                        weir_error *error)
{
    struct rdd *const both[] = {rows, rows};

    (void)executor;
    return rdd_create_cogroup(both, 2, COGROUP_JOIN, partitioner_hash(PARTITIONS), out, error);
}

static weir_status sort(struct executor *executor, struct rdd *rows, struct rdd **out,
                        weir_error *error)
{
    return rdd_create_sort_by_key(executor, rows, false, PARTITIONS, out, error);
}

static weir_status state(struct executor *executor, struct rdd *rows, struct rdd **out,
                         weir_error *error)
{
    const struct state_update step = {.rows = rows,
                                      .function = &keep_last_function,
                                      .argument = weir_null(),
                                      .time_ms = 1000,
                                      .partitioner = partitioner_hash(PARTITIONS)};

    return state_update(executor, &step, out, error);
}

struct job {
    const char *name;
    weir_status (*make)(struct executor *executor, struct rdd *rows, struct rdd **out,
                        weir_error *error);
    uint64_t rows_per_row; /* of the result, in halves */
};

/* In its own process; its exit status: EXIT_OVER when it is right and took too much. */
static int run_job(const struct job *job, size_t limit)
{
    const struct executor_options options = {.workers = 2, .memory_limit_bytes = limit};
    weir_error error = {.struct_size = sizeof(error)};
    uint64_t rows_count = (uint64_t)limit * OVER / ROW_BYTES / 2 * 2;
    struct executor_counters counters = {0};
    struct executor *executor = NULL;
    struct rdd *rows = NULL;
    struct rdd *result = NULL;
    uint64_t found = 0;
    long before_kb = status_kb("VmHWM");
    bool is_over = false;
    double begin = bench_seconds();

    weir_status status = executor_create(&options, &executor, &error);
    if (status == WEIR_OK) {
        status = rows_of(rows_count, &rows, &error);
    }
    if (status == WEIR_OK) {
        status = job->make(executor, rows, &result, &error);
    }
    if (status == WEIR_OK) {
        status = action_count(executor, result, &found, &error);
    }
    double seconds = bench_seconds() - begin;
    long peak_kb = status_kb("VmHWM");
    if (executor != NULL) {
        executor_counters(executor, &counters);
    }
    if (status != WEIR_OK) {
        printf("%s: %s\n", job->name, error.msg);
    } else if (found != rows_count / 2 * job->rows_per_row) {
        printf("%s: %" PRIu64 " rows came out of %" PRIu64 "\n", job->name, found, rows_count);
        status = WEIR_E_IO;
    } else {
        double limit_mb = (double)limit / 1048576;
        double peak_mb = (double)(peak_kb - before_kb) / 1024;
        is_over = peak_mb > limit_mb * RESIDENT_MOST;
        printf("%s: %.0f MB of rows at a limit of %.0f MB: resident %.0f MB more than at the start "
               "(%.2f of the limit; counted peak %.0f MB), %.1f s of processor\n",
               job->name, (double)(rows_count * ROW_BYTES) / 1048576, limit_mb, peak_mb,
               peak_mb / limit_mb, (double)counters.memory_peak_bytes / 1048576, seconds);
    }
    rdd_drop(result);
    rdd_drop(rows);
    executor_destroy(executor);
    return status != WEIR_OK ? 1 : is_over ? EXIT_OVER : 0;
}

int main(void)
{
    static const struct job jobs[] = {
        {"groupByKey", group, 1}, {"join", join, 4}, {"sort", sort, 2}, {"state", state, 1}};
    const char *wanted = getenv("BENCH_LIMIT_MB");
    size_t limit = (size_t)(wanted == NULL ? LIMIT_MB_DEFAULT : atoi(wanted)) << 20;
    size_t jobs_count = sizeof(jobs) / sizeof(jobs[0]);
    size_t done_count = 0;
    size_t within_count = 0;

    for (size_t i = 0; i < jobs_count; i++) {
        int exit_status = 1;
        fflush(stdout);
        pid_t child = fork();
        if (child == 0) {
            int status = run_job(&jobs[i], limit);
            fflush(stdout);
            _exit(status);
        }
        if (child < 0 || waitpid(child, &exit_status, 0) != child || !WIFEXITED(exit_status)) {
            continue;
        }
        done_count += WEXITSTATUS(exit_status) == 0 || WEXITSTATUS(exit_status) == EXIT_OVER;
        within_count += WEXITSTATUS(exit_status) == 0;
    }
    printf("spill, %d times the memory: %zu of %zu jobs are done, %zu within %.2f of the limit\n",
           OVER, done_count, jobs_count, within_count, RESIDENT_MOST);
    return within_count < jobs_count;
}
