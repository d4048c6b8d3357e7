/*
 * command_graph - weir graph: what a job does, drawn.
 */
#include <stdio.h>
#include <string.h>

#include "app/cli.h"
#include "app/job_session.h"
#include "plan/explain.h"

static enum cli_exit draw(const struct graph *graph, const char *format)
{
    struct bytes out = {0};

    if (strcmp(format, "dot") == 0) {
        explain_dot(graph, &out);
    } else if (strcmp(format, "mermaid") == 0) {
        explain_mermaid(graph, &out);
    } else {
        explain_text(graph, &out);
    }
    if (out.failed) {
        fputs("weir: out of memory\n", stderr);
        bytes_fini(&out);
        return CLI_TEMPORARY;
    }
    fwrite(out.data, 1, out.size, stdout);
    bytes_fini(&out);
    return CLI_OK;
}

static enum cli_exit graph_run(const struct cli_arguments *arguments)
{
    const char *format = cli_value(arguments, "format");
    struct job_session session;
    enum cli_exit exit_code;

    format = format == NULL ? "text" : format;
    if (strcmp(format, "text") != 0 && strcmp(format, "dot") != 0 &&
        strcmp(format, "mermaid") != 0) {
        return cli_refuse(arguments, "--format takes text, dot or mermaid, not \"%s\"", format);
    }
    exit_code = job_session_open(&session, arguments, arguments->operands[0]);
    if (exit_code == CLI_OK) {
        exit_code = draw(session.job->graph, format);
    }
    job_session_close(&session);
    return exit_code;
}

static const struct cli_flag graph_flags[] = {
    {"format", "FORMAT", "text (the default), dot (for Graphviz) or mermaid"},
    {"set", "PLACE=VALUE", "put a value into the job file: --set /job/batch=1s"},
    {"plugin-path", "DIR", "look for plugins in this folder first"},
};

const struct cli_command command_graph = {
    .name = "graph",
    .operands = "JOB",
    .summary = "draw a job: sources, operators, sinks and what flows where",
    .text = "The job file is checked first; one with mistakes is not drawn.\n",
    .operands_min = 1,
    .operands_max = 1,
    .flags = graph_flags,
    .flags_count = sizeof(graph_flags) / sizeof(graph_flags[0]),
    .run = graph_run,
};
