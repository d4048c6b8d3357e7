/*
 * job_session - a job file opened and checked for a command, with all its problems shown.
 */
#include "app/job_session.h"

#include <stdio.h>
#include <string.h>

#include "app/diagnostics.h"

enum cli_exit job_session_read(struct job_session *session, const struct cli_arguments *arguments,
                               const char *path)
{
    struct job_request request = {.path = path};
    weir_error error = {.struct_size = sizeof(error)};
    weir_status status;

    memset(session, 0, sizeof(*session));
    request.sets = session->sets;
    request.sets_count = cli_values(arguments, "set", session->sets, SESSION_SETS_MAX);
    request.plugin_paths = session->folders;
    request.plugin_paths_count =
        cli_values(arguments, "plugin-path", session->folders, SESSION_FOLDERS_MAX);
    status = job_open(&request, &session->job, &error);
    if (status == WEIR_OK) {
        return CLI_OK;
    }
    cli_tell(status, &error);
    /* A file that is not there or too large is a job file that is wrong. */
    return status == WEIR_E_INVAL   ? CLI_USAGE
           : status == WEIR_E_NOMEM ? CLI_TEMPORARY
                                    : CLI_INVALID;
}

static weir_status check(struct job_session *session, weir_error *error)
{
    struct job *job = session->job;
    weir_status status;

    /* Without a tree there is nothing more to check. */
    if (job->document.root == NULL) {
        return WEIR_OK;
    }
    if (session->engine == NULL) {
        WEIR_TRY(engine_create(&job->engine, job->graph, job->folders, &session->engine, error));
    }
    status = engine_check(session->engine, error);
    job_settle(job);
    return status == WEIR_E_CONFIG ? WEIR_OK : status;
}

enum cli_exit job_session_check(struct job_session *session)
{
    struct bytes out = {0};
    weir_error error = {.struct_size = sizeof(error)};
    const struct problems *problems = &session->job->graph->problems;
    weir_status status = check(session, &error);

    if (status == WEIR_OK) {
        diagnostics_write(&session->job->document, problems, &out);
        status = bytes_status(&out, &error);
    }
    if (status != WEIR_OK) {
        bytes_fini(&out);
        return cli_tell(status, &error);
    }
    if (out.size > 0) {
        fwrite(out.data, 1, out.size, stderr);
        fputc('\n', stderr);
    }
    bytes_fini(&out);
    return problems_have_errors(problems) ? CLI_INVALID : CLI_OK;
}

enum cli_exit job_session_open(struct job_session *session, const struct cli_arguments *arguments,
                               const char *path)
{
    enum cli_exit exit_code = job_session_read(session, arguments, path);

    return exit_code == CLI_OK ? job_session_check(session) : exit_code;
}

void job_session_close(struct job_session *session)
{
    engine_destroy(session->engine);
    job_close(session->job);
    memset(session, 0, sizeof(*session));
}
