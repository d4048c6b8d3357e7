/*
 * job_session - a job file opened and checked for a command, with all its problems shown.
 *
 * Life:     job_session_open, job_session_close always.
 * Threads:  the main thread.
 */
#ifndef WEIR_APP_JOB_SESSION_H
#define WEIR_APP_JOB_SESSION_H

#include "app/cli.h"
#include "app/job.h"

#define SESSION_SETS_MAX    128u
#define SESSION_FOLDERS_MAX 64u

struct job_session {
    const char *sets[SESSION_SETS_MAX];
    const char *folders[SESSION_FOLDERS_MAX];
    struct job *job;       /* NULL: it could not be opened */
    struct engine *engine; /* NULL until opened without a mistake in its own options */
};

/* Reads the file with the flags --set and --plugin-path, and checks it whole; shows problems on
 * stderr. CLI_OK, or CLI_INVALID when there are errors (the job is there then), or another. */
enum cli_exit job_session_open(struct job_session *session, const struct cli_arguments *arguments,
                               const char *path);

/* The same in two steps, for a command that changes job->engine in between. */
enum cli_exit job_session_read(struct job_session *session, const struct cli_arguments *arguments,
                               const char *path);
enum cli_exit job_session_check(struct job_session *session);

void job_session_close(struct job_session *session);

#endif
