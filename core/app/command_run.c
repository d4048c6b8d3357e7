/*
 * command_run - weir run: runs a job until it is stopped, or has done what was asked for.
 */
#include <stdio.h>
#include <string.h>

#include "app/cli.h"
#include "app/job_session.h"
#include "app/stop_signals.h"
#include "app/summary.h"
#include "base/clock.h"

struct run {
    struct job_session session;
    struct progress progress;
    struct stop_signals signals;
    uint64_t batches_max; /* 0: none */
    int64_t for_ms;       /* 0: none */
    uint64_t workers;     /* 0: as the job file says */
    enum log_level log_level;
    enum log_format log_format;
    bool has_log_level;
    bool has_log_format;
    bool is_once;
    bool is_manual_clock;
    bool is_listening;
    uint32_t signals_count;
    int64_t started_ns;
};

/* False after it was told what is wrong. */
static bool read_flags(struct run *run, const struct cli_arguments *arguments)
{
    const char *clock = cli_value(arguments, "clock");
    const char *level = cli_value(arguments, "log-level");
    const char *format = cli_value(arguments, "log-format");

    if (!cli_number(arguments, "batches", 1, UINT64_C(1) << 53, &run->batches_max) ||
        !cli_duration(arguments, "for", &run->for_ms) ||
        !cli_number(arguments, "workers", 1, 1024, &run->workers)) {
        return false;
    }
    if (clock != NULL && strcmp(clock, "manual") != 0 && strcmp(clock, "real") != 0) {
        cli_refuse(arguments, "--clock takes real or manual, not \"%s\"", clock);
        return false;
    }
    if (level != NULL && !log_level_from_name(level, &run->log_level)) {
        cli_refuse(arguments, "--log-level takes debug, info, warn, error or off, not \"%s\"",
                   level);
        return false;
    }
    if (format != NULL && strcmp(format, "text") != 0 && strcmp(format, "json") != 0) {
        cli_refuse(arguments, "--log-format takes text or json, not \"%s\"", format);
        return false;
    }
    run->is_manual_clock = clock != NULL && strcmp(clock, "manual") == 0;
    run->has_log_level = level != NULL;
    run->has_log_format = format != NULL;
    run->log_format = format != NULL && strcmp(format, "json") == 0 ? LOG_JSON : LOG_TEXT;
    run->is_once = cli_has(arguments, "once");
    return true;
}

/* The flags win over the job file. */
static void apply_flags(struct run *run)
{
    struct job *job = run->session.job;

    if (run->workers > 0) {
        job->engine.workers = (uint32_t)run->workers;
    }
    job->engine.is_manual_clock = run->is_manual_clock;
    job->engine.batches_max = run->batches_max;
    job->engine.stop_at_end = run->is_once;
    if (run->has_log_level || job->has_log_level) {
        log_set_level(run->has_log_level ? run->log_level : job->log_level);
    }
    if (run->has_log_format || job->has_log_format) {
        log_set_format(run->has_log_format ? run->log_format : job->log_format);
    }
}

/* An output's error is told here once; the job goes on. False: the time is over. */
static bool await_end(struct run *run, int64_t timeout_ms)
{
    struct context *context = engine_context(run->session.engine);

    for (;;) {
        weir_error error = {.struct_size = sizeof(error)};
        int64_t passed_ms = (clock_stopwatch_ns() - run->started_ns) / 1000000;
        int64_t left_ms = timeout_ms < 0 ? -1 : timeout_ms > passed_ms ? timeout_ms - passed_ms : 0;
        weir_status status = context_await(context, left_ms, &error);
        if (status == WEIR_OK) {
            return true;
        }
        if (status == WEIR_AGAIN) {
            return false;
        }
        log_write(LOG_ERROR, NULL, "%s", error.msg);
    }
}

/* Batch by batch, as fast as they are done, until the job's end, its time, or a signal. */
static weir_status step(struct run *run, weir_error *error)
{
    struct engine *engine = run->session.engine;
    int64_t batch_ms = run->session.job->graph->batch_ms;
    int64_t passed_ms = 0;

    while (context_get_state(engine_context(engine)) == CONTEXT_ACTIVE &&
           stop_signals_count(&run->signals) == 0 &&
           (run->for_ms == 0 || passed_ms < run->for_ms)) {
        WEIR_TRY(engine_advance(engine, 1, error));
        passed_ms += batch_ms;
    }
    return WEIR_OK;
}

/* Runs the job to its end. */
static weir_status drive(struct run *run, weir_error *error)
{
    struct engine *engine = run->session.engine;

    WEIR_TRY(engine_start(engine, error));
    if (run->is_manual_clock) {
        WEIR_TRY(step(run, error));
    }
    if ((run->is_manual_clock && run->for_ms > 0) ||
        !await_end(run, run->for_ms > 0 && !run->is_manual_clock ? run->for_ms : -1)) {
        progress_stopping(&run->progress);
        WEIR_TRY(engine_stop(engine, run->session.job->is_stop_graceful, error));
        await_end(run, -1);
    }
    return WEIR_OK;
}

/* Sources that gave up, each told. */
static bool has_failed_sources(const struct run *run)
{
    const struct graph *graph = run->session.job->graph;
    bool has_failed = false;

    for (size_t i = 0; i < graph->nodes_count; i++) {
        struct source_status status;
        if (graph->nodes[i]->class->kind == OPERATOR_SOURCE &&
            context_source_status(engine_context(run->session.engine), graph->nodes[i], &status) &&
            status.state == SOURCE_FAILED) {
            fprintf(stderr, "weir: the source \"%s\" has failed: %s\n", graph->nodes[i]->name,
                    status.note);
            has_failed = true;
        }
    }
    return has_failed;
}

static enum cli_exit sum_up(struct run *run)
{
    struct summary summary = {.name = run->session.job->engine.name,
                              .graph = run->session.job->graph,
                              .elapsed_us = (clock_stopwatch_ns() - run->started_ns) / 1000,
                              .is_manual_clock = run->is_manual_clock};
    struct bytes out = {0};
    bool has_failed = has_failed_sources(run);

    context_counters(engine_context(run->session.engine), &summary.counters);
    summary_write(&summary, &out);
    if (!out.failed) {
        fprintf(stderr, "%s\n", out.data);
    }
    bytes_fini(&out);
    if (run->signals_count >= 2) {
        return CLI_INTERRUPTED;
    }
    return has_failed || summary.counters.batches_failed > 0 ? CLI_FAILED : CLI_OK;
}

/* The job is checked: runs it, with the progress line and the signals around it. */
static enum cli_exit run_job(struct run *run)
{
    struct job *job = run->session.job;
    struct engine *engine = run->session.engine;
    weir_error error = {.struct_size = sizeof(error)};
    weir_status status;

    progress_start(&run->progress, job->engine.name, job->graph->batch_ms);
    run->started_ns = clock_stopwatch_ns();
    status = stop_signals_start(&run->signals, &run->progress, job->is_stop_graceful, &error);
    if (status == WEIR_OK) {
        status = engine_prepare(engine, &error);
    }
    if (status == WEIR_OK) {
        status =
            context_add_listener(engine_context(engine), progress_listen, &run->progress, &error);
        run->is_listening = status == WEIR_OK;
    }
    if (status == WEIR_OK) {
        stop_signals_watch(&run->signals, engine_context(engine));
        status = drive(run, &error);
    }
    stop_signals_stop(&run->signals);
    run->signals_count = stop_signals_count(&run->signals);
    if (run->is_listening) {
        context_remove_listener(engine_context(engine), progress_listen, &run->progress);
    }
    progress_stop(&run->progress);
    fflush(stdout);
    if (status == WEIR_E_INVAL && run->signals_count > 0) {
        return run->signals_count > 1 ? CLI_INTERRUPTED : CLI_OK; /* stopped before it began */
    }
    return status == WEIR_OK ? sum_up(run) : cli_tell(status, &error);
}

static enum cli_exit run_run(const struct cli_arguments *arguments)
{
    struct run run = {.batches_max = 0};
    enum cli_exit exit_code;

    if (!read_flags(&run, arguments)) {
        return CLI_USAGE;
    }
    stop_signals_block();
    exit_code = job_session_read(&run.session, arguments, arguments->operands[0]);
    if (exit_code == CLI_OK) {
        apply_flags(&run);
        exit_code = job_session_check(&run.session);
    }
    if (exit_code == CLI_OK) {
        exit_code = run_job(&run);
    }
    job_session_close(&run.session);
    return exit_code;
}

static const struct cli_flag run_flags[] = {
    {"batches", "N", "end after so many batches"},
    {"for", "DURATION", "end after so long: 500ms, 60s, 5m"},
    {"once", NULL, "end when every source has ended"},
    {"clock", "real|manual", "manual: job time moves as fast as the batches are done"},
    {"set", "PLACE=VALUE", "put a value into the job file: --set /job/batch=1s"},
    {"workers", "N", "worker threads; else the job file's, or one per core"},
    {"plugin-path", "DIR", "look for plugins in this folder first"},
    {"log-level", "LEVEL", "debug, info (the default), warn, error or off"},
    {"log-format", "FORMAT", "text (the default) or json"},
};

const struct cli_command command_run = {
    .name = "run",
    .operands = "JOB",
    .summary = "run a job",
    .text =
        "Checks the job file (- is the standard input) as weir check does, and runs it. Without\n"
        "--batches, --for or --once it runs until it is stopped. Ctrl-C or SIGTERM stops it\n"
        "gracefully: receivers stop, and what they delivered is processed. A second one stops\n"
        "it at once. Outputs that print go to stdout; log lines, the progress line (on a\n"
        "terminal only) and the summary at the end go to stderr.\n",
    .operands_min = 1,
    .operands_max = 1,
    .flags = run_flags,
    .flags_count = sizeof(run_flags) / sizeof(run_flags[0]),
    .run = run_run,
};
