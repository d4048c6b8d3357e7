/*
 * command_check - weir check: what is wrong with job files, without running them.
 */
#include <stdio.h>
#include <string.h>

#include "app/cli.h"
#include "app/component.h"
#include "app/diagnostics.h"
#include "app/job.h"
#include "app/job_session.h"

/* The levels of a check, in order. */
enum level { LEVEL_SYNTAX, LEVEL_OPTIONS, LEVEL_GRAPH, LEVELS_COUNT };

static const char *const level_names[] = {"syntax", "options", "graph"};

static enum level level_of(const struct problem *problem)
{
    if (problem->offset >= 0) {
        return LEVEL_SYNTAX;
    }
    /* E03x and E04x are the graph's, and so are warnings of what is not used. */
    return strncmp(problem->code, "E03", 3) == 0 || strncmp(problem->code, "E04", 3) == 0 ||
                   strncmp(problem->code, "W1", 2) == 0
               ? LEVEL_GRAPH
               : LEVEL_OPTIONS;
}

static void write_count(struct bytes *out, size_t count, const char *thing)
{
    bytes_printf(out, "%zu %s%s", count, thing, count == 1 ? "" : "s");
}

static size_t lines_of(const struct document_text *file)
{
    size_t lines = 0;

    for (size_t i = 0; i < file->size; i++) {
        lines += file->text[i] == '\n';
    }
    return lines + (file->size > 0 && file->text[file->size - 1] != '\n');
}

/* "(socket 0.1.0 abi 1.0, files 0.1.0 abi 1.0)", each plugin once. */
static size_t write_plugins(const struct job *job, struct bytes *out)
{
    const struct plugin *seen[64];
    size_t seen_count = 0;

    for (size_t i = 0; i < job->graph->nodes_count && seen_count < 64; i++) {
        const struct node *node = job->graph->nodes[i];
        struct component component;
        bool is_seen = false;
        if (node->class->kind != OPERATOR_SOURCE || node->type == NULL ||
            component_find_source(job->folders, node->type, &component, NULL) != WEIR_OK) {
            continue;
        }
        for (size_t j = 0; j < seen_count; j++) {
            is_seen = is_seen || seen[j] == component.plugin;
        }
        if (!is_seen) {
            bytes_printf(out, "%s%s %s abi %u.%u", seen_count == 0 ? "" : ", ",
                         component.plugin->name, component.plugin->version,
                         component.plugin->abi_version >> 16,
                         component.plugin->abi_version & 0xFFFFu);
            seen[seen_count++] = component.plugin;
        }
    }
    return seen_count;
}

static void write_options_detail(const struct job *job, struct bytes *out)
{
    const struct graph *graph = job->graph;
    size_t operators = graph->nodes_count - graph->sources_count - graph->outputs_count;
    struct bytes plugins = {0};
    size_t plugins_count = write_plugins(job, &plugins);

    write_count(out, graph->sources_count, "source");
    bytes_append_text(out, ", ");
    write_count(out, operators, "operator");
    bytes_append_text(out, ", ");
    write_count(out, graph->outputs_count, "sink");
    if (plugins_count > 0 && !plugins.failed) {
        bytes_append_text(out, ", ");
        write_count(out, plugins_count, "plugin");
        bytes_printf(out, " (%s)", plugins.data);
    }
    bytes_fini(&plugins);
}

static void write_detail(const struct job *job, enum level level, struct bytes *out)
{
    size_t edges = 0;

    switch (level) {
    case LEVEL_SYNTAX:
        bytes_printf(out, "%s (", job->path);
        write_count(out, lines_of(&job->document.file), "line");
        bytes_append_byte(out, ')');
        break;
    case LEVEL_OPTIONS:
        write_options_detail(job, out);
        break;
    case LEVEL_GRAPH:
        for (size_t i = 0; i < job->graph->nodes_count; i++) {
            edges += job->graph->nodes[i]->inputs_count;
        }
        write_count(out, edges, "edge");
        break;
    case LEVELS_COUNT:
        break;
    }
}

static void write_levels(const struct job *job, struct bytes *out)
{
    const struct problems *problems = &job->graph->problems;
    size_t counts[LEVELS_COUNT][2] = {{0}};

    for (size_t i = 0; i < problems->count; i++) {
        counts[level_of(&problems->items[i])][problems->items[i].severity]++;
    }
    for (uint32_t level = 0; level < LEVELS_COUNT; level++) {
        size_t errors = counts[level][PROBLEM_ERROR];
        size_t warnings = counts[level][PROBLEM_WARNING];
        bool is_reached = job->document.root != NULL || level == LEVEL_SYNTAX;
        bytes_printf(out, "%s %-9s   ",
                     !is_reached    ? "skip"
                     : errors > 0   ? "FAIL"
                     : warnings > 0 ? "warn"
                                    : "ok  ",
                     level_names[level]);
        if (!is_reached) {
            bytes_append_text(out, "the file could not be read to its end");
        } else if (errors > 0) {
            write_count(out, errors, "error");
        } else if (warnings > 0) {
            write_count(out, warnings, "warning");
        } else {
            write_detail(job, (enum level)level, out);
        }
        bytes_append_byte(out, '\n');
    }
    bytes_append_text(out, "skip connect     no connection is tried by a check\n");
    bytes_printf(out, "%s: ", job->path);
    diagnostics_write_counts(problems, out);
    bytes_append_byte(out, '\n');
}

static enum cli_exit check_file(const struct cli_arguments *arguments, const char *path)
{
    struct job_session session;
    struct bytes out = {0};
    enum cli_exit exit_code = job_session_open(&session, arguments, path);

    if (exit_code == CLI_OK || (exit_code == CLI_INVALID && session.job != NULL)) {
        write_levels(session.job, &out);
        if (out.failed) {
            exit_code = CLI_TEMPORARY;
        } else {
            fwrite(out.data, 1, out.size, stdout);
        }
    }
    fflush(stdout);
    bytes_fini(&out);
    job_session_close(&session);
    return exit_code;
}

static enum cli_exit check_run(const struct cli_arguments *arguments)
{
    enum cli_exit worst = CLI_OK;

    for (size_t i = 0; i < arguments->operands_count; i++) {
        enum cli_exit exit_code = check_file(arguments, arguments->operands[i]);
        worst = exit_code > worst ? exit_code : worst;
    }
    return worst;
}

static const struct cli_flag check_flags[] = {
    {"set", "PLACE=VALUE", "put a value into the job file: --set /job/batch=1s"},
    {"plugin-path", "DIR", "look for plugins in this folder first"},
};

const struct cli_command command_check = {
    .name = "check",
    .operands = "JOB...",
    .summary = "tell what is wrong with job files",
    .text = "Reads each job file (- is the standard input), opens its plugins, and tells all\n"
            "mistakes in one run, each with its line. Nothing is connected to and nothing runs.\n",
    .operands_min = 1,
    .operands_max = CLI_OPERANDS_MAX,
    .flags = check_flags,
    .flags_count = sizeof(check_flags) / sizeof(check_flags[0]),
    .run = check_run,
};
